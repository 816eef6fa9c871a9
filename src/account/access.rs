//! As whom is an account asked? As the own identity, or as a role that the spec names for it.
//!
//! ```text
//!   environment, profile, SSO, … ──▶ own identity ──▶ STS AssumeRole ──▶ a session, for one account
//! ```
//!
//! A role is one [`SdkConfig`] for the whole run, however many failovers name it. All clients that are made of it
//! share the SDK's identity cache, so STS is asked once, and again shortly before the session ends.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use aws_config::{SdkConfig, sts::AssumeRoleProvider};
use aws_credential_types::provider::{
    self, ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future,
};

use tokio::sync::OnceCell;

use crate::model::AssumedRole;

/// What sessions are called, for those who read the logs of the account ("The role session name is also
/// visible to the account that owns the role, and in the AWS `CloudTrail` logs", STS API reference,
/// `AssumeRole`).
const SESSION_NAME: &str = "s3-failover";

/// A role to assume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Which, and what its trust policy wants to hear.
    pub role: AssumedRole,
    /// Where it was named, as a phrase for messages: "`role_arn` at the top of the spec".
    pub named: String,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the role {} ({})", self.role.arn, self.named)
    }
}

/// A role could not be assumed.
#[derive(Debug, thiserror::Error)]
#[error("{role} could not be assumed")]
pub(super) struct NotAssumed {
    /// The role.
    pub(super) role: Role,
    /// Why not.
    #[source]
    pub(super) cause: CredentialsError,
}

/// The own identity, and the roles that were assumed by it.
#[derive(Clone, Debug)]
pub struct Access {
    own: SdkConfig,
    roles: Arc<Mutex<BTreeMap<AssumedRole, SdkConfig>>>,
    /// Of the own identity, once somebody wanted to know.
    pub(super) own_account: Arc<OnceCell<String>>,
}

impl Access {
    /// Of an own identity.
    pub fn new(own: SdkConfig) -> Self {
        Self { own, roles: Arc::default(), own_account: Arc::default() }
    }

    /// Of an own identity whose account is known: STS need not be asked for it.
    pub fn of_account(own: SdkConfig, account: impl Into<String>) -> Self {
        Self { own_account: Arc::new(OnceCell::new_with(Some(account.into()))), ..Self::new(own) }
    }

    /// The settings with which to ask as a role, or as the own identity. Nothing is sent yet.
    pub async fn settings(&self, role: Option<&Role>) -> SdkConfig {
        let Some(role) = role else { return self.own.clone() };
        if let Some(known) = self.roles().get(&role.role) {
            return known.clone();
        }
        let AssumedRole { arn, external_id } = &role.role;
        let builder = AssumeRoleProvider::builder(arn.as_str());
        let builder = builder.session_name(SESSION_NAME).configure(&self.own);
        let builder = match external_id {
            Some(id) => builder.external_id(id.as_str()),
            None => builder,
        };
        let provider = Assuming { role: role.clone(), inner: Box::pin(builder.build()).await };
        let provider = SharedCredentialsProvider::new(provider);
        let settings = self.own.to_builder().credentials_provider(provider).build();
        // Whoever was here meanwhile was first.
        self.roles().entry(role.role.clone()).or_insert(settings).clone()
    }

    fn roles(&self) -> std::sync::MutexGuard<'_, BTreeMap<AssumedRole, SdkConfig>> {
        // An entry is there or not, so what a panicking thread left behind is usable.
        self.roles.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The SDK's provider, whose errors say which role it was.
#[derive(Debug)]
struct Assuming {
    role: Role,
    inner: AssumeRoleProvider,
}

impl Assuming {
    async fn credentials(&self) -> provider::Result {
        self.inner
            .provide_credentials()
            .await
            .map_err(|cause| CredentialsError::provider_error(NotAssumed { role: self.role.clone(), cause }))
    }
}

impl ProvideCredentials for Assuming {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}
