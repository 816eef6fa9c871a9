//! The object itself: where it is, who sees it, and how it is put and taken away.
//!
//! A failed request is repeated a few times: S3 says `503 SlowDown` to anybody, and a switch is thrown when things go
//! badly. To put and to delete may be repeated; an object of ours that is there already was put by the attempt before.

use std::time::Duration;

use bytes::Bytes;

use super::{Note, Thrower};
use crate::{
    account::{AccountError, Buckets, Cause, Conditional, ETag, Hidden, PutWhen, Role, Store},
    causes::in_one_line,
    clock::Clock,
    model::Side,
    probe::{Endpoint, Fetched, Servers, fetch},
    spec::{Failover, ObjectKey},
};

/// How often a request is made that fails, and how long is waited between two (our choice).
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_secs(1);
/// For one request: the SDK waits for an answer for ever, and a region that is down says nothing (our choice).
const LIMIT: Duration = Duration::from_secs(10);
/// How often strangers look for what has been put (our choice). S3 is strongly consistent.
const LOOKS: u32 = 4;

/// Where the switch is.
#[derive(Clone, Debug)]
pub struct Lever {
    /// The bucket: the secondary's, or its sentinel bucket.
    pub store: Store,
    /// The object's key.
    pub key: ObjectKey,
    /// Where the health check looks for it.
    pub endpoint: Endpoint,
}

/// How the switch is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Position {
    /// The object is not there.
    Off,
    /// It is there, put by somebody; with its tag, to delete no other.
    On(Thrower, ETag),
    /// It could not be looked at.
    Unknown(String),
}

/// Whether strangers, and so health checkers, see the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Strangers {
    /// They do: a status below 400, which is a success to a checker (Route 53 Developer Guide,
    /// `dns-failover-determining-health-of-endpoints`: "2xx or 3xx").
    See(Thrower),
    /// They do not.
    DoNot(u16),
    /// Nobody answered.
    Unknown(String),
}

impl Lever {
    /// The switch of a failover, asked for as the secondary's role; nothing where the spec has none.
    pub fn of(failover: &Failover, role: Option<Role>) -> Option<Self> {
        let key = failover.switch.clone()?;
        let region = failover.secondary.region.clone();
        let bucket = failover.sentinel(Side::Secondary).clone();
        // The same host, port and protocol as the health check's: src/plan/desired.rs.
        let host = bucket.rest_endpoint(&region);
        let endpoint = Endpoint { host, path: Some(key.path()), ..Endpoint::of(failover, Side::Secondary) };
        Some(Self { store: Store { bucket, region, role }, key, endpoint })
    }

    /// As people write it.
    pub fn uri(&self) -> String {
        format!("s3://{}/{}", self.store.bucket, self.key.as_str())
    }

    /// How it is, by a signed request. S3 says 403 of a key that is not there to whoever may not list the bucket; then
    /// it cannot be known.
    pub async fn position(&self, clock: &Clock, buckets: &Buckets) -> Position {
        match again(clock, || buckets.take(&self.store, self.key.as_str())).await {
            Ok(Some((body, etag))) => Position::On(Thrower::read(&body), etag),
            Ok(None) => Position::Off,
            Err(error) => Position::Unknown(in_one_line(&error)),
        }
    }

    /// Whether it could be put, without putting it.
    pub async fn could_be_put(&self, clock: &Clock, buckets: &Buckets) -> Result<(), AccountError> {
        again(clock, || buckets.could_put(&self.store, self.key.as_str())).await
    }

    /// Puts it where there is none. `Changed`: somebody else's is there.
    pub async fn put(
        &self,
        clock: &Clock,
        buckets: &Buckets,
        note: &Note,
    ) -> Result<Conditional<ETag>, AccountError> {
        let body: Bytes = note.body();
        let put = || buckets.put(&self.store, self.key.as_str(), body.clone(), &PutWhen::Absent);
        let done = again(clock, put).await?;
        if done == Conditional::Changed
            && let Ok(Some((there, etag))) = buckets.take(&self.store, self.key.as_str()).await
            && there == body
        {
            // Ours: the answer to an attempt before was lost.
            return Ok(Conditional::Done(etag));
        }
        Ok(done)
    }

    /// Deletes it, if it is still what was looked at; whatever is there when it could not be looked at. `Changed`:
    /// somebody has thrown it anew meanwhile.
    pub async fn delete(
        &self,
        clock: &Clock,
        buckets: &Buckets,
        seen: Option<&ETag>,
    ) -> Result<Conditional<()>, AccountError> {
        let key = self.key.as_str();
        match seen {
            Some(etag) => again(clock, || buckets.remove_same(&self.store, key, etag)).await,
            None => again(clock, || buckets.remove(&self.store, key)).await.map(Conditional::Done),
        }
    }

    /// Whether strangers see it, by a look.
    pub async fn strangers(&self, clock: &Clock, servers: &Servers) -> Strangers {
        match fetch(clock, servers, &self.endpoint).await {
            Ok(Fetched { status, body, .. }) if status < 400 => Strangers::See(Thrower::read(&body)),
            Ok(Fetched { status, .. }) => Strangers::DoNot(status),
            Err(error) => Strangers::Unknown(in_one_line(&error)),
        }
    }

    /// Whether strangers see it, or do not, as it ought to be; the last of several looks.
    pub async fn settled(&self, clock: &Clock, servers: &Servers, thrown: bool) -> Strangers {
        let mut left = LOOKS;
        loop {
            left -= 1;
            let seen = self.strangers(clock, servers).await;
            let right = match &seen {
                Strangers::See(_) => thrown,
                Strangers::DoNot(_) => !thrown,
                Strangers::Unknown(_) => false,
            };
            if right || left == 0 {
                return seen;
            }
            clock.sleep(PAUSE).await;
        }
    }

    /// Why strangers may not see what is there: sentences.
    pub async fn why_hidden(&self, clock: &Clock, buckets: &Buckets) -> Vec<String> {
        let hidden = clock.timeout(LIMIT, buckets.hidden_by(&self.store, self.key.as_str())).await;
        reasons(&self.store, &self.key, &hidden.unwrap_or_default())
    }
}

fn reasons(store: &Store, key: &ObjectKey, hidden: &Hidden) -> Vec<String> {
    let (bucket, key) = (&store.bucket, key.as_str());
    let mut reasons = Vec::new();
    if let Some(kind) = hidden.encryption.as_deref().filter(|kind| kind.starts_with("aws:kms")) {
        reasons.push(format!(
            "it is encrypted with {kind}, which S3 opens for signed requests only: give {bucket} SSE-S3 as its default \
             encryption"
        ));
    }
    match hidden.blocked {
        Some([_, true]) => reasons.push(format!(
            "Block Public Access of {bucket} has RestrictPublicBuckets on, so strangers get nothing, whatever the \
             policy says"
        )),
        Some([true, false]) if hidden.public_policy != Some(true) => {
            reasons.push(format!("Block Public Access of {bucket} has BlockPublicPolicy on"));
        }
        _ => {}
    }
    if hidden.public_policy == Some(false) {
        reasons.push(format!("no policy of {bucket} lets everybody read {key} (s3:GetObject)"));
    } else if reasons.is_empty() {
        reasons.push(format!(
            "the policy of {bucket} has to let everybody read {key} (s3:GetObject), as it lets them read the health \
             object; Block Public Access of the whole account may stand in the way too"
        ));
    }
    reasons
}

/// Makes a request a few times, if what failed may pass.
async fn again<T>(
    clock: &Clock,
    request: impl AsyncFn() -> Result<T, AccountError>,
) -> Result<T, AccountError> {
    let mut left = TRIES;
    loop {
        left -= 1;
        let error = match clock.timeout(LIMIT, request()).await {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(error)) => error,
            Err(elapsed) => AccountError {
                what: "get an answer of S3".to_owned(),
                cause: Cause::TimedOut(elapsed.to_string()),
            },
        };
        let may_pass = matches!(
            error.cause,
            Cause::Unreachable(_) | Cause::TimedOut(_) | Cause::Throttled { .. } | Cause::Unwell { .. }
        );
        if !may_pass || left == 0 {
            return Err(error);
        }
        clock.sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(
        blocked: Option<[bool; 2]>,
        public_policy: Option<bool>,
        encryption: Option<&str>,
    ) -> Vec<String> {
        let store = Store {
            bucket: "eu".repeat(2).parse().expect("a bucket"),
            region: "eu-west-1".parse().expect("a region"),
            role: None,
        };
        let key: ObjectKey = "failover/force".parse().expect("a key");
        let encryption = encryption.map(str::to_owned);
        let reasons = reasons(&store, &key, &Hidden { blocked, public_policy, encryption });
        let first = |text: &str, end: &str| text.split(end).next().unwrap_or_default().to_owned();
        reasons.iter().map(|reason| first(&first(reason, ": "), ", ")).collect()
    }

    #[test]
    fn what_hides_it_is_told() {
        let policy = "no policy of eueu lets everybody read failover/force (s3:GetObject)";
        assert_eq!(told(Some([false; 2]), Some(false), Some("AES256")), [policy]);
        assert_eq!(
            told(Some([true; 2]), Some(true), None),
            ["Block Public Access of eueu has RestrictPublicBuckets on"]
        );
        assert_eq!(
            told(Some([true, false]), Some(false), None),
            ["Block Public Access of eueu has BlockPublicPolicy on", policy]
        );
        assert_eq!(told(Some([false; 2]), Some(true), Some("aws:kms")), ["it is encrypted with aws:kms"]);
        assert_eq!(told(None, None, None).len(), 1, "something is said when nothing may be read");
    }
}
