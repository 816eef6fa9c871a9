//! Where does a version go? Replication rules, and the task that delivers.
//!
//! A configuration is kept as it came, so that reading it back gives each element; what the lab acts
//! on is read from it once, into [`Rule`]s. When a version is written, the rules say to which buckets
//! it goes; it arrives there a modelled delay later, or, if the source's or the destination's region
//! is broken then, as soon as both work (S3 User Guide, `replication-status`: while a region is
//! unavailable the status stays PENDING, and replication resumes by itself). What existed before the
//! rule stays where it is.

use std::{collections::BTreeMap, sync::Arc};

use s3s::dto;
use serde::{Deserialize, Serialize};

use super::{
    fault::{Fault, Faults},
    policy::BUCKET_ARN,
    store::Store,
};
use crate::{clock::Clock, lab::credentials::ACCOUNT_ID};

/// A bucket's replication configuration.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "dto::ReplicationConfiguration", into = "dto::ReplicationConfiguration")]
pub(crate) struct Replication {
    /// As it was put.
    pub configuration: dto::ReplicationConfiguration,
    rules: Vec<Rule>,
}

/// What the lab acts on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    enabled: bool,
    priority: i32,
    prefix: String,
    destination: String,
    delete_markers: bool,
}

/// Why a configuration is refused. The first two sentences are S3's; the others are modelled on them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ReplicationError {
    /// A `Filter` without `DeleteMarkerReplication` (S3 API reference, `ReplicationRule`: "If you
    /// specify a Filter in your replication configuration, you must also include a
    /// `DeleteMarkerReplication` element").
    #[error(
        "DeleteMarkerReplication must be specified for this version of Cross Region Replication configuration schema. Please refer to S3 Developer Guide for more information."
    )]
    DeleteMarkersUnspecified,
    /// A `Filter` without `Priority`.
    #[error(
        "Priority must be specified for this version of Cross Region Replication configuration schema. Please refer to S3 Developer Guide for more information."
    )]
    PriorityUnspecified,
    /// The destination is no bucket ARN.
    #[error("Invalid bucket ARN.")]
    DestinationArn,
    /// Rules need something to filter on that the lab does not keep.
    #[error("The lab keeps no object tags, so a replication rule cannot filter on them.")]
    TagFilter,
    /// No rule at all.
    #[error("A replication configuration has at least one rule.")]
    NoRule,
}

impl TryFrom<dto::ReplicationConfiguration> for Replication {
    type Error = ReplicationError;

    fn try_from(configuration: dto::ReplicationConfiguration) -> Result<Self, ReplicationError> {
        Self::new(configuration)
    }
}

impl From<Replication> for dto::ReplicationConfiguration {
    fn from(replication: Replication) -> Self {
        replication.configuration
    }
}

impl Replication {
    /// Reads a configuration.
    pub(crate) fn new(configuration: dto::ReplicationConfiguration) -> Result<Self, ReplicationError> {
        if configuration.rules.is_empty() {
            return Err(ReplicationError::NoRule);
        }
        let rules = configuration.rules.iter().map(Rule::new).collect::<Result<_, _>>()?;
        Ok(Self { configuration, rules })
    }

    /// Two-way replication's half: everything of a bucket to `destination`, as the S3 User Guide asks
    /// for it (`mrap-create-two-way-replication-rules`: delete markers and replica modifications on).
    pub(crate) fn of_everything_to(destination: &str) -> Self {
        use dto::{
            DeleteMarkerReplicationStatus, MetricsStatus, ReplicaModificationsStatus, ReplicationRuleStatus,
        };
        let rule = dto::ReplicationRule {
            delete_marker_replication: Some(dto::DeleteMarkerReplication {
                status: Some(DeleteMarkerReplicationStatus::from_static(
                    DeleteMarkerReplicationStatus::ENABLED,
                )),
            }),
            destination: dto::Destination {
                access_control_translation: None,
                account: None,
                bucket: format!("{BUCKET_ARN}{destination}"),
                encryption_configuration: None,
                metrics: Some(dto::Metrics {
                    event_threshold: None,
                    status: MetricsStatus::from_static(MetricsStatus::ENABLED),
                }),
                replication_time: None,
                storage_class: None,
            },
            existing_object_replication: None,
            filter: Some(dto::ReplicationRuleFilter { prefix: Some(String::new()), ..Default::default() }),
            id: Some(format!("to-{destination}")),
            prefix: None,
            priority: Some(1),
            source_selection_criteria: Some(dto::SourceSelectionCriteria {
                replica_modifications: Some(dto::ReplicaModifications {
                    status: ReplicaModificationsStatus::from_static(ReplicaModificationsStatus::ENABLED),
                }),
                sse_kms_encrypted_objects: None,
            }),
            status: ReplicationRuleStatus::from_static(ReplicationRuleStatus::ENABLED),
        };
        let role_arn = format!("arn:aws:iam::{ACCOUNT_ID}:role/lab-replication");
        let configuration = dto::ReplicationConfiguration { role: role_arn, rules: vec![rule] };
        Self::new(configuration).expect("the rule above has every element that is asked for")
    }

    /// The buckets that the rules name, switched on or not.
    pub(crate) fn destination_buckets(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| rule.destination.as_str())
    }

    /// The buckets to which a version of `key` goes. Of several rules for the same destination the
    /// one with the highest priority counts (S3 API reference, `ReplicationRule`).
    pub(crate) fn destinations(&self, key: &str, is_delete_marker: bool) -> Vec<String> {
        let mut chosen: BTreeMap<&str, &Rule> = BTreeMap::new();
        for rule in self.rules.iter().filter(|rule| rule.enabled && key.starts_with(&rule.prefix)) {
            let counts = chosen.entry(&rule.destination).or_insert(rule);
            if rule.priority > counts.priority {
                *counts = rule;
            }
        }
        let takes = |rule: &&Rule| !is_delete_marker || rule.delete_markers;
        chosen.into_values().filter(takes).map(|rule| rule.destination.clone()).collect()
    }
}

impl Rule {
    fn new(rule: &dto::ReplicationRule) -> Result<Self, ReplicationError> {
        let destination = rule.destination.bucket.strip_prefix(BUCKET_ARN).filter(|name| !name.is_empty());
        let destination = destination.ok_or(ReplicationError::DestinationArn)?.to_owned();
        let enabled = rule.status.as_str() == dto::ReplicationRuleStatus::ENABLED;
        let Some(filter) = &rule.filter else {
            // The first version of the schema: no priorities, and delete markers replicate (S3 User
            // Guide, `replication-add-config`, "Backward compatibility").
            let prefix = rule.prefix.clone().unwrap_or_default();
            return Ok(Self { enabled, priority: 0, prefix, destination, delete_markers: true });
        };
        let tags = filter.and.as_ref().and_then(|and| and.tags.as_ref());
        if filter.tag.is_some() || tags.is_some_and(|tags| !tags.is_empty()) {
            return Err(ReplicationError::TagFilter);
        }
        let markers = rule.delete_marker_replication.as_ref().and_then(|markers| markers.status.as_ref());
        let markers = markers.ok_or(ReplicationError::DeleteMarkersUnspecified)?;
        let prefix = filter.prefix.clone().or_else(|| filter.and.as_ref().and_then(|and| and.prefix.clone()));
        Ok(Self {
            enabled,
            priority: rule.priority.ok_or(ReplicationError::PriorityUnspecified)?,
            prefix: prefix.unwrap_or_default(),
            destination,
            delete_markers: markers.as_str() == dto::DeleteMarkerReplicationStatus::ENABLED,
        })
    }
}

/// Delivers versions when they are due, for as long as it is polled.
pub(crate) async fn run(store: Arc<Store>, faults: Faults, clock: Clock) {
    loop {
        let open = |region: &_| faults.of(region).is_none_or(Fault::lets_replication_through);
        let next = store.replicate(clock.elapsed(), open);
        match next {
            Some(due) => tokio::select! {
                () = clock.sleep_until(due) => {}
                () = store.replication_wanted() => {}
            },
            None => store.replication_wanted().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replication(change: impl Fn(&mut dto::ReplicationRule)) -> Result<Replication, ReplicationError> {
        let mut configuration = Replication::of_everything_to("other").configuration;
        change(&mut configuration.rules[0]);
        Replication::new(configuration)
    }

    #[test]
    fn a_rule_takes_its_prefix_and_its_delete_markers() {
        let all = Replication::of_everything_to("other");
        assert_eq!(all.destinations("a", false), ["other"]);
        assert_eq!(all.destinations("a", true), ["other"]);
        let some = replication(|rule| {
            rule.filter =
                Some(dto::ReplicationRuleFilter { prefix: Some("in/".into()), ..Default::default() });
            let off = dto::DeleteMarkerReplicationStatus::DISABLED;
            rule.delete_marker_replication = Some(dto::DeleteMarkerReplication {
                status: Some(dto::DeleteMarkerReplicationStatus::from_static(off)),
            });
        })
        .expect("a valid configuration");
        assert_eq!(some.destinations("in/a", false), ["other"]);
        assert!(some.destinations("out/a", false).is_empty());
        assert!(some.destinations("in/a", true).is_empty());
    }

    #[test]
    fn a_disabled_rule_takes_nothing() {
        let off = replication(|rule| {
            rule.status = dto::ReplicationRuleStatus::from_static(dto::ReplicationRuleStatus::DISABLED);
        });
        assert!(off.expect("a valid configuration").destinations("a", false).is_empty());
    }

    #[test]
    fn an_incomplete_rule_is_refused() {
        let error = |change: fn(&mut dto::ReplicationRule)| replication(change).expect_err("incomplete");
        assert_eq!(error(|rule| rule.priority = None), ReplicationError::PriorityUnspecified);
        let unspecified = ReplicationError::DeleteMarkersUnspecified;
        assert_eq!(error(|rule| rule.delete_marker_replication = None), unspecified);
        assert_eq!(error(|rule| rule.destination.bucket = "other".into()), ReplicationError::DestinationArn);
    }

    #[test]
    fn the_first_schema_needs_neither_priority_nor_delete_markers() {
        let first = replication(|rule| {
            rule.filter = None;
            rule.priority = None;
            rule.delete_marker_replication = None;
            rule.prefix = Some("in/".into());
        });
        assert_eq!(first.expect("a valid configuration").destinations("in/a", true), ["other"]);
    }
}
