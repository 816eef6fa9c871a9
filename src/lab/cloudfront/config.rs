//! What may be configured of a distribution, and which configurations does CloudFront refuse?

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use hyper::Method;

use super::limits::{ConnectionAttempts, ConnectionTimeout, FailoverStatus, ResponseTimeout};
use crate::model::{BucketName, Fqdn, Region};

/// "Origins per distribution: 25" (CloudFront Developer Guide, `cloudfront-limits`).
const MOST_ORIGINS: usize = 25;
/// "Origin groups per distribution: 10" (CloudFront Developer Guide, `cloudfront-limits`).
const MOST_GROUPS: usize = 10;

/// Why CloudFront would refuse a configuration. The names in brackets are those of its API's errors.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// `TooManyOrigins`.
    #[error("a distribution has at most {MOST_ORIGINS} origins")]
    TooManyOrigins,
    /// `TooManyOriginGroupsPerDistribution`.
    #[error("a distribution has at most {MOST_GROUPS} origin groups")]
    TooManyGroups,
    /// `InvalidArgument`: an id is there twice.
    #[error("two origins or origin groups have the id `{0}`")]
    DoubledId(String),
    /// `NoSuchOrigin`.
    #[error("there is no origin `{0}`")]
    NoSuchOrigin(String),
    /// `InvalidArgument`: a group has one origin twice.
    #[error("the origin group `{0}` needs two origins, and was given one twice")]
    OneMember(String),
    /// `InvalidArgument`: a group that would never switch by status.
    #[error("the origin group `{0}` needs at least one failover status")]
    NoStatus(String),
    /// `InvalidArgument`: minimum, default and maximum TTL are not in this order.
    #[error("the minimum TTL must not exceed the default TTL, nor that the maximum TTL")]
    Ttl,
}

/// How CloudFront shows itself to an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginAccess {
    /// Unsigned: the object has to be public.
    Public,
    /// Origin Access Control, "always sign": the bucket policy has to allow the service principal
    /// `cloudfront.amazonaws.com` (CloudFront Developer Guide, `private-content-restricting-access-to-s3`).
    Signed,
}

/// The REST endpoint of a bucket, as an origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Its name within the distribution.
    pub id: String,
    /// The bucket.
    pub bucket: BucketName,
    /// Its region.
    pub region: Region,
    /// Signed or not.
    pub access: OriginAccess,
    /// How often CloudFront tries.
    pub attempts: ConnectionAttempts,
    /// How long it waits for a connection.
    pub connection_timeout: ConnectionTimeout,
    /// How long it waits for an answer.
    pub response_timeout: ResponseTimeout,
}

impl Origin {
    /// The origin's domain name, `BUCKET.s3.REGION.amazonaws.com`.
    pub fn domain(&self) -> Fqdn {
        self.bucket.rest_endpoint(&self.region)
    }
}

/// Two origins of which the second is asked when the first fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginGroup {
    /// Its name within the distribution.
    pub id: String,
    /// The origin that every request tries first.
    pub primary: String,
    /// The other one.
    pub secondary: String,
    /// The answers of the primary that count as failures.
    pub statuses: BTreeSet<FailoverStatus>,
}

/// "There are three choices" (CloudFront API reference, `AllowedMethods`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AllowedMethods {
    /// GET and HEAD.
    #[default]
    GetHead,
    /// GET, HEAD and OPTIONS.
    GetHeadOptions,
    /// GET, HEAD, OPTIONS, PUT, PATCH, POST and DELETE.
    All,
}

impl AllowedMethods {
    pub(super) fn include(self, method: &Method) -> bool {
        let writes = [Method::PUT, Method::PATCH, Method::POST, Method::DELETE];
        match self {
            _ if [Method::GET, Method::HEAD].contains(method) => true,
            Self::GetHead => false,
            Self::GetHeadOptions => method == Method::OPTIONS,
            Self::All => method == Method::OPTIONS || writes.contains(method),
        }
    }
}

/// Whether query strings belong to the cache key and go to the origin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForwardedQuery {
    /// Neither.
    #[default]
    None,
    /// Both, whole.
    All,
}

/// For how long answers are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CachePolicy {
    /// No answer is good for less, whatever the origin says.
    pub min_ttl: Duration,
    /// What an answer without `Cache-Control` and `Expires` is good for.
    pub default_ttl: Duration,
    /// No answer is good for more, whatever the origin says.
    pub max_ttl: Duration,
    /// What is done with query strings.
    pub query: ForwardedQuery,
}

impl CachePolicy {
    /// The managed policy `CachingOptimized`: 1 s, a day, a year (CloudFront Developer Guide,
    /// `using-managed-cache-policies`).
    pub const CACHING_OPTIMIZED: Self = Self::of(1, 86_400, 31_536_000);
    /// The managed policy `CachingDisabled`: all three are 0, and only errors are kept.
    pub const CACHING_DISABLED: Self = Self::of(0, 0, 0);

    const fn of(min: u64, default: u64, max: u64) -> Self {
        Self {
            min_ttl: Duration::from_secs(min),
            default_ttl: Duration::from_secs(default),
            max_ttl: Duration::from_secs(max),
            query: ForwardedQuery::None,
        }
    }
}

impl Default for CachePolicy {
    /// What CloudFront's API gives a policy of one's own with a minimum of 0: a day and a year (CloudFront
    /// API reference, `CachePolicyConfig`). An object that says `no-store` is not kept at all, as a drill
    /// wants it of the object that it asks for; the managed `CachingOptimized` would keep it for 1 s.
    fn default() -> Self {
        Self::of(0, 86_400, 31_536_000)
    }
}

/// A distribution with one cache behaviour, for every path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistributionConfig {
    /// Where objects come from.
    pub origins: Vec<Origin>,
    /// Pairs of them.
    pub groups: Vec<OriginGroup>,
    /// The origin or origin group that requests go to.
    pub target: String,
    /// What viewers may do.
    pub methods: AllowedMethods,
    /// For how long answers are kept.
    pub policy: CachePolicy,
    /// The error caching minimum TTL of each status for which it is not 10 s.
    pub error_ttls: BTreeMap<u16, Duration>,
}

/// A configuration that holds: where a request goes, found once.
#[derive(Clone, Debug)]
pub(super) struct Behaviour {
    pub(super) primary: Origin,
    /// The other origin, and the statuses that lead to it.
    pub(super) secondary: Option<(Origin, BTreeSet<FailoverStatus>)>,
    pub(super) methods: AllowedMethods,
    pub(super) policy: CachePolicy,
    error_ttls: BTreeMap<u16, Duration>,
}

impl Behaviour {
    /// Checks a configuration.
    pub(super) fn of(config: &DistributionConfig) -> Result<Self, ConfigError> {
        if config.origins.len() > MOST_ORIGINS {
            return Err(ConfigError::TooManyOrigins);
        }
        if config.groups.len() > MOST_GROUPS {
            return Err(ConfigError::TooManyGroups);
        }
        let mut seen = BTreeSet::new();
        let ids = config.origins.iter().map(|origin| &origin.id);
        for id in ids.chain(config.groups.iter().map(|group| &group.id)) {
            if !seen.insert(id) {
                return Err(ConfigError::DoubledId(id.clone()));
            }
        }
        let origin = |id: &String| {
            let found = config.origins.iter().find(|origin| origin.id == *id).cloned();
            found.ok_or_else(|| ConfigError::NoSuchOrigin(id.clone()))
        };
        for group in &config.groups {
            let (primary, secondary) = (origin(&group.primary)?, origin(&group.secondary)?);
            if primary.id == secondary.id {
                return Err(ConfigError::OneMember(group.id.clone()));
            }
            if group.statuses.is_empty() {
                return Err(ConfigError::NoStatus(group.id.clone()));
            }
        }
        let CachePolicy { min_ttl, default_ttl, max_ttl, .. } = config.policy;
        if min_ttl > default_ttl || default_ttl > max_ttl {
            return Err(ConfigError::Ttl);
        }
        let (primary, secondary) = match config.groups.iter().find(|group| group.id == config.target) {
            Some(group) => {
                (origin(&group.primary)?, Some((origin(&group.secondary)?, group.statuses.clone())))
            }
            None => (origin(&config.target)?, None),
        };
        let error_ttls = config.error_ttls.clone();
        Ok(Self { primary, secondary, methods: config.methods, policy: config.policy, error_ttls })
    }

    /// The error caching minimum TTL: "10 seconds by default" (CloudFront Developer Guide,
    /// `HTTPStatusCodes`).
    pub(super) fn error_ttl(&self, status: u16) -> Duration {
        self.error_ttls.get(&status).copied().unwrap_or(Duration::from_secs(10))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::pair::PairSettings, *};

    fn pair() -> DistributionConfig {
        let bucket = |name: &str| name.parse::<BucketName>().expect("a bucket name");
        let region = |name: &str| name.parse::<Region>().expect("a region");
        PairSettings::default()
            .over((&bucket("data-us"), &region("us-east-1")), (&bucket("data-eu"), &region("eu-west-1")))
    }

    fn error(change: impl FnOnce(&mut DistributionConfig)) -> ConfigError {
        let mut config = pair();
        change(&mut config);
        Behaviour::of(&config).expect_err("refused")
    }

    #[test]
    fn a_pair_is_tried_in_its_order() {
        let behaviour = Behaviour::of(&pair()).expect("a configuration");
        assert_eq!(behaviour.primary.domain().as_str(), "data-us.s3.us-east-1.amazonaws.com");
        let (secondary, statuses) = behaviour.secondary.expect("a group");
        assert_eq!(secondary.id, "secondary");
        let statuses: Vec<u16> = statuses.into_iter().map(FailoverStatus::get).collect();
        assert_eq!(statuses, [403, 404, 500, 502, 503, 504]);
        let mut alone = pair();
        alone.target = "secondary".to_owned();
        let behaviour = Behaviour::of(&alone).expect("an origin is a target too");
        assert_eq!((behaviour.primary.id.as_str(), behaviour.secondary.is_none()), ("secondary", true));
    }

    #[test]
    fn what_cloudfront_refuses() {
        let many_origins = |config: &mut DistributionConfig, count: usize| {
            let model = config.origins[0].clone();
            let numbered = |n: usize| Origin { id: format!("more-{n}"), ..model.clone() };
            config.origins.extend((2..count).map(numbered));
        };
        assert_eq!(error(|config| many_origins(config, 26)), ConfigError::TooManyOrigins);
        let mut most = pair();
        many_origins(&mut most, 25);
        let group = most.groups[0].clone();
        most.groups.extend((1..10).map(|n| OriginGroup { id: format!("group-{n}"), ..group.clone() }));
        assert_eq!((most.origins.len(), most.groups.len()), (25, 10));
        Behaviour::of(&most).expect("25 origins and 10 groups");
        most.groups.push(OriginGroup { id: "group-10".to_owned(), ..group });
        assert_eq!(Behaviour::of(&most).expect_err("refused"), ConfigError::TooManyGroups);

        let text = str::to_owned;
        assert_eq!(error(|c| c.groups[0].id = text("primary")), ConfigError::DoubledId(text("primary")));
        assert_eq!(error(|c| c.target = text("none")), ConfigError::NoSuchOrigin(text("none")));
        assert_eq!(error(|c| c.groups[0].secondary = text("x")), ConfigError::NoSuchOrigin(text("x")));
        assert_eq!(error(|c| c.groups[0].secondary = text("primary")), ConfigError::OneMember(text("both")));
        assert_eq!(error(|c| c.groups[0].statuses.clear()), ConfigError::NoStatus(text("both")));
        assert_eq!(error(|c| c.policy.min_ttl = Duration::from_secs(86_401)), ConfigError::Ttl);
        assert_eq!(error(|c| c.policy.max_ttl = Duration::from_secs(1)), ConfigError::Ttl);
    }

    #[test]
    fn three_choices_of_methods() {
        let methods = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE", "TRACE", "CONNECT", "X"];
        let included = |allowed: AllowedMethods| {
            let method =
                |name: &&&str| Method::from_bytes(name.as_bytes()).is_ok_and(|m| allowed.include(&m));
            methods.iter().filter(method).count()
        };
        assert_eq!(included(AllowedMethods::GetHead), 2);
        assert_eq!(included(AllowedMethods::GetHeadOptions), 3);
        assert_eq!(included(AllowedMethods::All), 7);
    }
}
