//! A bucket's replication configuration: as it came, and as the lab acts on it.

use std::collections::{BTreeMap, BTreeSet};

use s3s::dto;
use serde::{Deserialize, Serialize};

use super::{
    refusal::ReplicationError,
    rule::{Rule, Schema, Written},
};
use crate::lab::{credentials::ACCOUNT_ID, s3::policy::BUCKET_ARN};

/// S3 API reference, `ReplicationConfiguration`: "can contain a maximum of 1,000 rules".
const MOST_RULES: usize = 1000;

/// A bucket's replication configuration.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "dto::ReplicationConfiguration", into = "dto::ReplicationConfiguration")]
pub(crate) struct Replication {
    /// As it was put; a rule without an id was given one.
    pub configuration: dto::ReplicationConfiguration,
    rules: Vec<Rule>,
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
    pub(crate) fn new(mut configuration: dto::ReplicationConfiguration) -> Result<Self, ReplicationError> {
        if configuration.rules.is_empty() {
            return Err(ReplicationError::Schema);
        }
        if configuration.rules.len() > MOST_RULES {
            return Err(ReplicationError::TooManyRules);
        }
        if !is_role(&configuration.role) {
            return Err(ReplicationError::Role);
        }
        let mut ids = BTreeSet::new();
        for id in configuration.rules.iter().filter_map(given_id) {
            if !ids.insert(id.clone()) {
                return Err(ReplicationError::DuplicateId);
            }
        }
        let mut numbers = 1_u32..;
        let mut rules = Vec::new();
        for rule in &mut configuration.rules {
            // S3 makes up a random text; hyphens and capitals tell that this one is the lab's.
            let made = || numbers.by_ref().map(|n| format!("LAB-RULE-{n}")).find(|id| !ids.contains(id));
            let id = given_id(rule).cloned().or_else(made).ok_or(ReplicationError::Schema)?;
            rule.id = Some(id.clone());
            rules.push(Rule::new(rule, id)?);
        }
        agree(&rules)?;
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
        let configuration = dto::ReplicationConfiguration {
            role: format!("arn:aws:iam::{ACCOUNT_ID}:role/lab-replication"),
            rules: vec![rule],
        };
        Self::new(configuration).expect("the rule above has every element that is asked for")
    }

    /// All rules, switched on or not.
    pub(crate) fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Destination and id of each rule that is measured.
    pub(crate) fn measured(&self) -> Vec<(String, String)> {
        let measured = self.rules.iter().filter(|rule| rule.metrics);
        measured.map(|rule| (rule.destination.clone(), rule.id.clone())).collect()
    }

    /// The rules by which a version goes out, one for each destination: "if there are two or more rules
    /// with the same destination bucket, then objects will be replicated according to the rule with the
    /// highest priority" (S3 API reference, `ReplicationRule`).
    pub(crate) fn rules_for_version(&self, written: &Written<'_>) -> Vec<&Rule> {
        let chosen = highest(self.rules.iter().filter(|rule| rule.takes(written)));
        chosen.into_iter().filter(|rule| !written.is_delete_marker || rule.delete_markers).collect()
    }

    /// The rules by which a change of tags, ACL or lock of `key` can go out. Tags do not count, since
    /// they may be what changed (modelled).
    pub(crate) fn rules_for_change(&self, key: &str) -> Vec<&Rule> {
        highest(self.rules.iter().filter(|rule| rule.enabled && key.starts_with(&rule.prefix)))
    }

    /// Whether changes of replicas of `key` go to `destination`.
    pub(crate) fn syncs_modifications(&self, key: &str, destination: &str) -> bool {
        let rules = self.rules_for_change(key);
        rules.iter().any(|rule| rule.destination == destination && rule.replica_modifications)
    }
}

/// Of several rules for one destination the one with the highest priority.
fn highest<'a>(rules: impl Iterator<Item = &'a Rule>) -> Vec<&'a Rule> {
    let mut chosen: BTreeMap<&str, &Rule> = BTreeMap::new();
    for rule in rules {
        let counts = chosen.entry(&rule.destination).or_insert(rule);
        if rule.priority > counts.priority {
            *counts = rule;
        }
    }
    chosen.into_values().collect()
}

fn given_id(rule: &dto::ReplicationRule) -> Option<&String> {
    rule.id.as_ref().filter(|id| !id.is_empty())
}

/// Whether a text is an IAM role's ARN: `arn:aws:iam::ACCOUNT:role/NAME`.
fn is_role(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [arn, partition, iam, region, account, name] = parts[..] else { return false };
    arn == "arn"
        && partition.starts_with("aws")
        && iam == "iam"
        && region.is_empty()
        && account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit())
        && name.strip_prefix("role/").is_some_and(|name| !name.is_empty())
}

/// Whether the rules go together.
fn agree(rules: &[Rule]) -> Result<(), ReplicationError> {
    let first = rules.iter().filter(|rule| rule.schema == Schema::First).count();
    if first == 0 {
        let mut taken = BTreeSet::new();
        let twice = rules.iter().find(|rule| !taken.insert((&rule.destination, rule.priority)));
        return twice.map_or(Ok(()), |rule| Err(ReplicationError::DuplicatePriority(rule.priority)));
    }
    if first < rules.len() {
        return Err(ReplicationError::MixedSchemas);
    }
    if rules.iter().any(|rule| rule.destination != rules[0].destination) {
        return Err(ReplicationError::ManyDestinations);
    }
    let mut prefixes: Vec<&String> = rules.iter().map(|rule| &rule.prefix).collect();
    prefixes.sort();
    // In order, a prefix stands before everything that begins with it.
    match prefixes.windows(2).find(|pair| pair[1].starts_with(pair[0].as_str())) {
        Some(pair) => Err(ReplicationError::OverlappingPrefixes(pair[0].clone(), pair[1].clone())),
        None => Ok(()),
    }
}
