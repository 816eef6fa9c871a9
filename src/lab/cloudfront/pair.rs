//! What may be chosen of the lab's own distribution, which stands before a pair of buckets?

use std::collections::{BTreeMap, BTreeSet};

use super::{
    config::{AllowedMethods, CachePolicy, DistributionConfig, Origin, OriginAccess, OriginGroup},
    limits::{ConnectionAttempts, ConnectionTimeout, FailoverStatus, ResponseTimeout},
};
use crate::model::{BucketName, Region};

/// What may be chosen for an origin group over a pair of buckets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairSettings {
    /// How CloudFront shows itself to both buckets.
    pub access: OriginAccess,
    /// How often it tries either.
    pub attempts: ConnectionAttempts,
    /// How long it waits for a connection.
    pub connection_timeout: ConnectionTimeout,
    /// How long it waits for an answer.
    pub response_timeout: ResponseTimeout,
    /// The answers of the primary that count as failures.
    pub statuses: BTreeSet<FailoverStatus>,
    /// What viewers may do.
    pub methods: AllowedMethods,
    /// For how long answers are kept.
    pub policy: CachePolicy,
}

impl Default for PairSettings {
    /// CloudFront's own defaults, Origin Access Control, and failover on 403, 404, 500, 502, 503 and 504: 403
    /// and 404 are how an object that was not replicated yet looks.
    fn default() -> Self {
        let own_fault = [400, 416];
        Self {
            access: OriginAccess::Signed,
            attempts: ConnectionAttempts::default(),
            connection_timeout: ConnectionTimeout::default(),
            response_timeout: ResponseTimeout::default(),
            statuses: FailoverStatus::ALL.into_iter().filter(|s| !own_fault.contains(&s.get())).collect(),
            methods: AllowedMethods::default(),
            policy: CachePolicy::default(),
        }
    }
}

impl PairSettings {
    /// The distribution over two buckets.
    pub fn over(
        &self,
        primary: (&BucketName, &Region),
        secondary: (&BucketName, &Region),
    ) -> DistributionConfig {
        let origin = |id: &str, (bucket, region): (&BucketName, &Region)| Origin {
            id: id.to_owned(),
            bucket: bucket.clone(),
            region: region.clone(),
            access: self.access,
            attempts: self.attempts,
            connection_timeout: self.connection_timeout,
            response_timeout: self.response_timeout,
        };
        DistributionConfig {
            origins: vec![origin("primary", primary), origin("secondary", secondary)],
            groups: vec![OriginGroup {
                id: "both".to_owned(),
                primary: "primary".to_owned(),
                secondary: "secondary".to_owned(),
                statuses: self.statuses.clone(),
            }],
            target: "both".to_owned(),
            methods: self.methods,
            policy: self.policy,
            error_ttls: BTreeMap::new(),
        }
    }
}
