//! Who are we, before any role? The SDK's own chain of providers, with two things of our own around it.
//!
//! - A profile that is named and is not there is refused, as the aws command refuses it. The SDK goes on to the
//!   next provider instead, and ends without credentials or, worse, with those of the machine.
//! - What a provider gave is kept until shortly before it ends. Each role is asked for with it, and a program
//!   behind `credential_process` may ask a person for a code each time.

use std::time::Duration;

use aws_config::profile;
use aws_credential_types::{
    Credentials,
    provider::{self, ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future},
};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::os_shim_internal::{Env, Fs};
use jiff::Timestamp;
use tokio::sync::Mutex;

use crate::clock::Clock;

/// The variable of every AWS SDK that names a profile.
const PROFILE: &str = "AWS_PROFILE";
/// The profile of those who name none; it need not be there.
const DEFAULT: &str = "default";
/// Credentials that end sooner are asked for again. Longer than the SDK's cache thinks ahead, which asks here
/// ten seconds before the end and must not be given the same again.
const BEFORE_THE_END: Duration = Duration::from_mins(1);

/// A profile is named, and no configuration file has it.
#[derive(Debug, thiserror::Error)]
#[error("the AWS configuration files have no profile `{0}`")]
pub(super) struct NoProfile(pub(super) String);

/// The providers of the environment.
#[derive(Debug)]
pub(super) struct Own {
    /// The profile that the command line names.
    profile: Option<String>,
    inner: SharedCredentialsProvider,
    kept: Mutex<Option<Credentials>>,
}

impl Own {
    /// Around the SDK's chain.
    pub(super) fn new(profile: Option<String>, inner: SharedCredentialsProvider) -> Self {
        Self { profile, inner, kept: Mutex::default() }
    }

    async fn credentials(&self) -> provider::Result {
        // Held while the provider is asked, so that two roles do not ask it at the same time.
        let mut kept = self.kept.lock().await;
        if let Some(known) = kept.as_ref().filter(|known| is_good(known)) {
            return Ok(known.clone());
        }
        self.check_profile().await?;
        let found = self.inner.provide_credentials().await?;
        *kept = Some(found.clone());
        Ok(found)
    }

    async fn check_profile(&self) -> Result<(), CredentialsError> {
        let (fs, env) = (Fs::real(), Env::real());
        let named = self.profile.clone().or_else(|| env.get(PROFILE).ok());
        let Some(named) = named.filter(|name| name != DEFAULT && !name.is_empty()) else { return Ok(()) };
        // Files that cannot be read are the providers' to complain about.
        let Ok(profiles) = profile::load(&fs, &env, &EnvConfigFiles::default(), None).await else {
            return Ok(());
        };
        match profiles.get_profile(&named) {
            Some(_) => Ok(()),
            None => Err(CredentialsError::invalid_configuration(NoProfile(named))),
        }
    }
}

fn is_good(credentials: &Credentials) -> bool {
    let end = credentials.expiry().and_then(|end| Timestamp::try_from(end).ok());
    let soon = Clock::system().now().checked_add(BEFORE_THE_END).unwrap_or(Timestamp::MAX);
    end.is_none_or(|end| end > soon)
}

impl ProvideCredentials for Own {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}
