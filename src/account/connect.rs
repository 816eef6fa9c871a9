//! Where credentials, region and endpoints come from: `aws-config`, and nothing of our own.

use std::{sync::Arc, time::Duration};

use aws_config::{
    BehaviorVersion, ConfigLoader, Region, SdkConfig, meta::region::RegionProviderChain,
    profile::ProfileFileCredentialsProvider, provider_config::ProviderConfig, retry::RetryConfig,
    timeout::TimeoutConfig,
};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_route53::{
    config::SharedAsyncSleep,
    error::{ProvideErrorMetadata, SdkError},
};

use super::{
    calls::CallCount,
    error::is_throttle,
    own::Own,
    pace::{Budget, Call},
};
use crate::clock::Clock;

/// One attempt may take so long; a control plane in trouble accepts connections and says nothing.
const ATTEMPT: Duration = Duration::from_secs(10);
/// As the SDK has it where nothing is said.
const CONNECT: Duration = Duration::from_millis(3_100);
/// One call with all its attempts.
const OPERATION: Duration = Duration::from_secs(45);
/// The first try and three more, with the SDK's own exponential backoff between, unless the environment
/// says how many.
const ATTEMPTS: u32 = 4;
/// The variable of every AWS SDK for that (AWS SDKs and Tools Reference Guide, `feature-retry-behavior`).
const MAX_ATTEMPTS: &str = "AWS_MAX_ATTEMPTS";
/// Between the SDK's rounds of attempts, when all of one were throttled (our choice).
const PAUSES: [Duration; 4] =
    [Duration::from_secs(5), Duration::from_secs(10), Duration::from_secs(20), Duration::from_secs(40)];
/// Route 53 is a global service whose control plane is in one region (Route 53 Developer Guide,
/// route-53-concepts); any region will do for the client where the environment names none.
const FALLBACK_REGION: &str = "us-east-1";

/// Who asks: the `--profile` and `--region` options, on top of the environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// A profile of the shared configuration files.
    pub profile: Option<String>,
    /// A region, for the services that have regions.
    pub region: Option<String>,
}

impl Identity {
    /// Reads the environment, the shared configuration files and the credential providers that they
    /// name, as every AWS SDK does.
    pub async fn sdk_config(&self) -> SdkConfig {
        let region = RegionProviderChain::first_try(self.region.clone().map(Region::new))
            .or_default_provider()
            .or_else(FALLBACK_REGION);
        let mut loader = patient(aws_config::defaults(BehaviorVersion::latest())).region(region);
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        let config = loader.load().await;
        let Some(chain) = self.named_profile(&config).or_else(|| config.credentials_provider()) else {
            return config;
        };
        let own = SharedCredentialsProvider::new(Own::new(self.profile.clone(), chain));
        config.into_builder().credentials_provider(own).build()
    }

    /// The profile that the command line names, and nothing else: the SDK's chain would rather take keys of the
    /// environment, which may be another account's. The aws command leaves them aside as well (AWS CLI User
    /// Guide, `cli-chap-authentication`: "command line options" come first).
    fn named_profile(&self, config: &SdkConfig) -> Option<SharedCredentialsProvider> {
        let settings = ProviderConfig::without_region().with_region(config.region().cloned());
        let provider = ProfileFileCredentialsProvider::builder().configure(&settings);
        let provider = provider.profile_name(self.profile.as_ref()?).build();
        Some(SharedCredentialsProvider::new(provider))
    }
}

/// Settings of the SDK with our limits: how long an attempt and a call may take, and how many attempts
/// there are.
pub fn patient(settings: ConfigLoader) -> ConfigLoader {
    let timeouts =
        TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).operation_timeout(OPERATION).build();
    let settings = settings.timeout_config(timeouts);
    if attempts_are_given() {
        return settings;
    }
    settings.retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
}

/// Whether the environment says how often a call is tried.
fn attempts_are_given() -> bool {
    std::env::var_os(MAX_ATTEMPTS).is_some()
}

/// How long an attempt and a call may take. That is about our own machine and its network, so it holds in our
/// own seconds, however fast the lab is; but the SDK counts by `clock`.
fn limits(config: &SdkConfig, clock: &Clock) -> TimeoutConfig {
    let ours = |limit: Option<Duration>| limit.map(|limit| limit.mul_f64(clock.speed()));
    let given = config.timeout_config();
    let mut limits = TimeoutConfig::builder();
    limits
        .set_operation_timeout(ours(given.and_then(TimeoutConfig::operation_timeout)))
        .set_operation_attempt_timeout(ours(given.and_then(TimeoutConfig::operation_attempt_timeout)))
        .set_read_timeout(ours(given.and_then(TimeoutConfig::read_timeout)))
        .set_connect_timeout(ours(given.and_then(TimeoutConfig::connect_timeout).or(Some(CONNECT))));
    limits.build()
}

/// The Route 53 account that the credentials open.
#[derive(Clone, Debug)]
pub struct Account {
    route53: aws_sdk_route53::Client,
    /// Asked in the region of each alarm.
    cloudwatch: aws_sdk_cloudwatch::Config,
    budget: Arc<Budget>,
    calls: CallCount,
}

impl Account {
    /// An account by the SDK's settings. Waits between attempts are in the time of `clock`. Nothing is sent yet.
    pub fn new(config: &SdkConfig, clock: &Clock) -> Self {
        let calls = CallCount::default();
        let (sleep, limits) = (SharedAsyncSleep::new(clock.clone()), limits(config, clock));
        let route53 = aws_sdk_route53::config::Builder::from(config)
            .sleep_impl(sleep.clone())
            .timeout_config(limits.clone())
            .interceptor(calls.clone())
            .build();
        let cloudwatch = aws_sdk_cloudwatch::config::Builder::from(config)
            .sleep_impl(sleep)
            .timeout_config(limits)
            .interceptor(calls.clone())
            .build();
        Self {
            route53: aws_sdk_route53::Client::from_conf(route53),
            cloudwatch,
            budget: Arc::new(Budget::new(clock)),
            calls,
        }
    }

    /// Route 53, when it is the call's turn: for one call.
    pub(super) async fn route53(&self, call: Call) -> &aws_sdk_route53::Client {
        self.budget.turn(call).await;
        &self.route53
    }

    /// Route 53, when it is the call's turn; nothing when that would come later than `patience` from now.
    pub(super) async fn route53_within(
        &self,
        call: Call,
        patience: Duration,
    ) -> Option<&aws_sdk_route53::Client> {
        self.budget.turn_within(call, patience).await.then_some(&self.route53)
    }

    /// CloudWatch of a region. It has buckets of its own, far larger than what is asked here.
    pub(super) fn cloudwatch(&self, region: &str) -> aws_sdk_cloudwatch::Client {
        let region = Region::new(region.to_owned());
        aws_sdk_cloudwatch::Client::from_conf(self.cloudwatch.to_builder().region(region).build())
    }

    /// Makes a call of a long errand, when it is its turn. Throttled after all the SDK's attempts, it waits, and
    /// has all others wait, before it asks again: another tool that uses up the account's calls for a while
    /// does not end an apply that takes minutes. How often the environment says (`AWS_MAX_ATTEMPTS`) is how
    /// often it is asked.
    pub(super) async fn patiently<T, E, F>(
        &self,
        call: Call,
        ask: impl Fn(&aws_sdk_route53::Client) -> F,
    ) -> Result<T, SdkError<E>>
    where
        F: Future<Output = Result<T, SdkError<E>>>,
        E: ProvideErrorMetadata,
    {
        for pause in PAUSES {
            match ask(self.route53(call).await).await {
                Err(error) if is_throttle(&error) && !attempts_are_given() => {
                    self.budget.back_off(call, pause);
                }
                answered => return answered,
            }
        }
        ask(self.route53(call).await).await
    }

    /// How many requests were sent so far, retries included.
    pub fn calls_made(&self) -> u64 {
        self.calls.get()
    }
}
