//! Which keys are good, whose are they, and until when?
//!
//! A session ends by the lab's clock, like everything in the lab. Its end is told by our date, by which callers
//! live: an SDK holds it against the machine's clock, and would keep a session of a fast lab far too long
//! otherwise. What a session is known by is random, and forgotten with the lab: whoever comes back to a lab
//! that was started again assumes the role again.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;

use super::{AccountId, Role};
use crate::{
    clock::Clock,
    lab::{
        credentials::{ACCESS_KEY_ID, SECRET_ACCESS_KEY, VISITOR_KEY_ID, VISITOR_SECRET},
        encoding::hex,
    },
};

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Principal {
    /// Whose he is.
    pub(crate) account: AccountId,
    /// How messages and policies name him.
    pub(crate) arn: String,
    /// How STS names him.
    pub(crate) user_id: String,
    /// Whether he is a session of a role.
    pub(crate) is_session: bool,
}

impl Principal {
    /// What a service says whose action no policy of his allows (IAM User Guide, `troubleshoot_access-denied`,
    /// for an implicit denial; AWS names a resource too where the operation has one).
    pub(crate) fn denial_of(&self, action: &str) -> String {
        format!(
            "User: {} is not authorized to perform: {action} because no identity-based policy allows the {action} \
             action",
            self.arn
        )
    }
}

/// An access key that is good, or was.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    /// Sent with each request.
    pub(crate) id: String,
    /// Known to both sides, and never sent.
    pub(crate) secret: String,
    /// Whose it is.
    pub(crate) principal: Arc<Principal>,
    /// Sent with each request of a session.
    token: Option<String>,
    /// When the session ends, by the clock's elapsed time.
    until: Option<Duration>,
}

/// Why a key is not good although its signature is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenError {
    /// A session came without its token, or anybody with a token that is not his.
    #[error("the security token is invalid")]
    Invalid,
    /// The session is over.
    #[error("the security token is expired")]
    Expired,
}

/// The session that somebody wants.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    /// The name by which it is known to those who read logs.
    pub(crate) name: &'a str,
    /// In the lab's time.
    pub(crate) lasting: Duration,
}

/// A session as it is handed out: the key, its token, and its end by our date.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// Its key.
    pub(crate) key: Key,
    /// Its token.
    pub(crate) token: String,
    /// When it ends.
    pub(crate) expires: Timestamp,
}

/// Every key, and every role for which there may be more.
#[derive(Debug)]
pub(crate) struct Keyring {
    clock: Clock,
    roles: Vec<Role>,
    users: [Key; 2],
    sessions: Mutex<BTreeMap<String, Key>>,
    made: AtomicU64,
}

impl Keyring {
    /// The two users, and these roles.
    pub(crate) fn new(clock: Clock, roles: Vec<Role>) -> Self {
        let users = [
            user(AccountId::LAB, "lab", (ACCESS_KEY_ID, SECRET_ACCESS_KEY)),
            user(AccountId::VISITOR, "visitor", (VISITOR_KEY_ID, VISITOR_SECRET)),
        ];
        Self { clock, roles, users, sessions: Mutex::default(), made: AtomicU64::new(0) }
    }

    /// The key of this id.
    pub(crate) fn key(&self, id: &str) -> Option<Key> {
        // A key is there or not, so what a panicking thread left behind is usable.
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        self.users.iter().find(|key| key.id == id).or_else(|| sessions.get(id)).cloned()
    }

    /// Whether a key is good for a request that came with this token.
    pub(crate) fn check_token(&self, key: &Key, token: Option<&str>) -> Result<(), TokenError> {
        if key.token.as_deref() != token {
            return Err(TokenError::Invalid);
        }
        let is_over = key.until.is_some_and(|until| self.clock.elapsed() >= until);
        if is_over { Err(TokenError::Expired) } else { Ok(()) }
    }

    /// The role of this ARN, and its number.
    pub(crate) fn role(&self, arn: &str) -> Option<(usize, &Role)> {
        self.roles.iter().enumerate().find(|(_, role)| role.arn() == arn)
    }

    /// Begins a session of a role.
    pub(crate) fn begin(&self, (number, role): (usize, &Role), wanted: Wanted<'_>) -> Session {
        let made = self.made.fetch_add(1, Ordering::Relaxed) + 1;
        // An id of AWS has no underscore, and the model allows no hyphen.
        let (id, token) = (format!("LAB_SESSION_{made:08}"), format!("lab-session-token-{}", random()));
        let Role { account, name, .. } = role;
        let principal = Principal {
            account: *account,
            arn: format!("arn:aws:sts::{account}:assumed-role/{name}/{}", wanted.name),
            user_id: format!("LAB-ROLE-{:04}:{}", number + 1, wanted.name),
            is_session: true,
        };
        let until = Some(self.clock.elapsed() + wanted.lasting);
        let (principal, secret) = (Arc::new(principal), random());
        let key = Key { id: id.clone(), secret, principal, token: Some(token.clone()), until };
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).insert(id, key.clone());
        let now = Clock::system().now();
        let lasting = self.clock.real(wanted.lasting);
        Session { key, token, expires: now.checked_add(lasting).unwrap_or(Timestamp::MAX) }
    }
}

fn user(account: AccountId, name: &str, (id, secret): (&str, &str)) -> Key {
    let principal = Principal {
        account,
        arn: format!("arn:aws:iam::{account}:user/{name}"),
        user_id: format!("LAB-USER-{name}"),
        is_session: false,
    };
    let (id, secret) = (id.to_owned(), secret.to_owned());
    Key { id, secret, principal: Arc::new(principal), token: None, until: None }
}

fn random() -> String {
    let mut bytes = [0; 20];
    let random = rustls::crypto::aws_lc_rs::default_provider().secure_random;
    random.fill(&mut bytes).expect("the system gives random bytes");
    hex(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_session_is_good_with_its_token_until_it_is_over() {
        let clock = Clock::scaled(10.0).expect("a speed");
        let role = Role::new(AccountId::PRIMARY, "bucket", &[]);
        let keys = Keyring::new(clock.clone(), vec![role]);
        let found = keys.role("arn:aws:iam::000000000001:role/bucket").expect("it is there");
        let session = keys.begin(found, Wanted { name: "me", lasting: Duration::from_mins(15) });
        let ours = session.expires.duration_since(Clock::system().now()).as_secs();
        assert!((89..=90).contains(&ours), "90 s of our time, not {ours}");
        let key = keys.key(&session.key.id).expect("it is known");
        assert_eq!(key.principal.arn, "arn:aws:sts::000000000001:assumed-role/bucket/me");
        assert_eq!(keys.check_token(&key, Some(&session.token)), Ok(()));
        assert_eq!(keys.check_token(&key, None), Err(TokenError::Invalid));
        assert_eq!(keys.check_token(&key, Some("another")), Err(TokenError::Invalid));
        clock.sleep(Duration::from_mins(15)).await;
        assert_eq!(keys.check_token(&key, Some(&session.token)), Err(TokenError::Expired));
        let user = keys.key(ACCESS_KEY_ID).expect("it is always known");
        assert_eq!(keys.check_token(&user, None), Ok(()));
        assert_eq!(keys.check_token(&user, Some(&session.token)), Err(TokenError::Invalid));
    }
}
