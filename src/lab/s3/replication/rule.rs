//! One rule: is it one that S3 takes, and which objects does it mean?
//!
//! There are two schemas (S3 User Guide, `replication-add-config`, "Backward compatibility
//! considerations"). A rule with `Filter` is of the second: it has a priority, says whether delete
//! markers go along, and may filter on tags. A rule without is of the first: it has a prefix only, and
//! its delete markers always go along.

use std::collections::BTreeMap;

use s3s::dto;

use super::refusal::ReplicationError;
use crate::lab::s3::policy::BUCKET_ARN;

/// S3 API reference, `ReplicationTimeValue`: "Valid value: 15".
const MINUTES: i32 = 15;
/// S3 API reference, `ReplicationRule`: "The maximum value is 255 characters."
const LONGEST_ID: usize = 255;
/// S3 API reference, `ReplicationRule`: "The maximum prefix length is 1,024 characters."
const LONGEST_PREFIX: usize = 1024;

/// What replicas can be stored as (S3 API reference, `Destination`; the classes of file systems are
/// "not an accepted value when replicating objects").
const STORAGE_CLASSES: [&str; 8] = [
    dto::StorageClass::STANDARD,
    dto::StorageClass::REDUCED_REDUNDANCY,
    dto::StorageClass::STANDARD_IA,
    dto::StorageClass::ONEZONE_IA,
    dto::StorageClass::INTELLIGENT_TIERING,
    dto::StorageClass::GLACIER,
    dto::StorageClass::DEEP_ARCHIVE,
    dto::StorageClass::GLACIER_IR,
];

/// Which of the two schemas a rule is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Schema {
    /// `Prefix`.
    First,
    /// `Filter`.
    Second,
}

/// What the lab acts on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "they are four switches at AWS as well")]
pub(crate) struct Rule {
    /// Its id, by which metrics know it.
    pub id: String,
    /// The bucket that it replicates to.
    pub destination: String,
    /// What replicas are stored as, when not as their source is.
    pub storage_class: Option<String>,
    /// Whether it is measured.
    pub metrics: bool,
    /// The key under which replicas of objects under KMS are encrypted; without one they do not go.
    pub kms_key: Option<String>,
    pub(super) schema: Schema,
    pub(super) enabled: bool,
    pub(super) priority: i32,
    pub(super) prefix: String,
    pub(super) delete_markers: bool,
    pub(super) replica_modifications: bool,
    tags: BTreeMap<String, String>,
}

/// What a rule sees of a version that is written now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written<'a> {
    /// Its key.
    pub key: &'a str,
    /// Its tags.
    pub tags: &'a [(String, String)],
    /// Whether it marks that the key was deleted.
    pub is_delete_marker: bool,
    /// Whether it is encrypted with a key of KMS.
    pub under_kms: bool,
}

/// A switch that is written `Enabled` or `Disabled`.
fn is_on(text: &str) -> Result<bool, ReplicationError> {
    match text {
        "Enabled" => Ok(true),
        "Disabled" => Ok(false),
        _ => Err(ReplicationError::Schema),
    }
}

impl Rule {
    /// Reads a rule that was given `id`.
    pub(super) fn new(rule: &dto::ReplicationRule, id: String) -> Result<Self, ReplicationError> {
        if id.chars().count() > LONGEST_ID {
            return Err(ReplicationError::LongId);
        }
        // S3 API reference, `ReplicationRule`, `ExistingObjectReplication`: "This parameter is no longer
        // supported." S3 answers with MalformedXML (documentation of Terraform's AWS provider).
        if rule.existing_object_replication.is_some() || (rule.prefix.is_some() && rule.filter.is_some()) {
            return Err(ReplicationError::Schema);
        }
        let destination = &rule.destination;
        let bucket = destination.bucket.strip_prefix(BUCKET_ARN);
        let bucket = bucket.filter(|name| !name.is_empty() && !name.contains(['/', ':']));
        let markers = rule.delete_marker_replication.as_ref().map(|markers| {
            markers.status.as_ref().map_or(Err(ReplicationError::Schema), |status| is_on(status.as_str()))
        });
        let criteria = rule.source_selection_criteria.as_ref();
        let modifications = criteria.and_then(|criteria| criteria.replica_modifications.as_ref());
        let mut read = Self {
            id,
            destination: bucket.ok_or(ReplicationError::DestinationArn)?.to_owned(),
            storage_class: storage_class(destination)?,
            metrics: metrics(destination)?,
            kms_key: None,
            schema: if rule.filter.is_some() { Schema::Second } else { Schema::First },
            enabled: is_on(rule.status.as_str())?,
            priority: rule.priority.unwrap_or_default(),
            prefix: rule.prefix.clone().unwrap_or_default(),
            delete_markers: markers.transpose()?.unwrap_or(true),
            replica_modifications: match modifications {
                Some(modifications) => is_on(modifications.status.as_str())?,
                None => false,
            },
            tags: BTreeMap::new(),
        };
        match &rule.filter {
            Some(filter) => read.filter(filter, rule)?,
            None => only_first(rule)?,
        }
        if read.prefix.len() > LONGEST_PREFIX {
            return Err(ReplicationError::LongPrefix);
        }
        read.kms_key = encryption(rule)?;
        Ok(read)
    }

    /// The second schema's part.
    fn filter(
        &mut self,
        filter: &dto::ReplicationRuleFilter,
        rule: &dto::ReplicationRule,
    ) -> Result<(), ReplicationError> {
        let and = filter.and.as_ref();
        let given = [filter.prefix.is_some(), filter.tag.is_some(), and.is_some()];
        if given.into_iter().filter(|given| *given).count() > 1 {
            return Err(ReplicationError::Schema);
        }
        let prefix = filter.prefix.as_ref().or_else(|| and.and_then(|and| and.prefix.as_ref()));
        self.prefix = prefix.cloned().unwrap_or_default();
        for tag in filter.tag.iter().chain(and.and_then(|and| and.tags.as_ref()).into_iter().flatten()) {
            let key = tag.key.clone().filter(|key| !key.is_empty()).ok_or(ReplicationError::Schema)?;
            if self.tags.insert(key, tag.value.clone().unwrap_or_default()).is_some() {
                return Err(ReplicationError::Schema);
            }
        }
        if rule.delete_marker_replication.is_none() {
            return Err(ReplicationError::MissingInSecond("DeleteMarkerReplication"));
        }
        match rule.priority {
            None => return Err(ReplicationError::MissingInSecond("Priority")),
            Some(priority) if priority < 0 => return Err(ReplicationError::NegativePriority),
            Some(_) => {}
        }
        if self.delete_markers && !self.tags.is_empty() {
            return Err(ReplicationError::TagsAndDeleteMarkers);
        }
        Ok(())
    }

    /// Whether it speaks of a version that is written now. "Objects must have the specific tag when they
    /// are created": a tag that comes later replicates nothing (S3 User Guide, `replication-add-config`).
    /// Objects under KMS go where `SseKmsEncryptedObjects` is on.
    pub(super) fn takes(&self, written: &Written<'_>) -> bool {
        let has = |(key, value): (&String, &String)| written.tags.iter().any(|(k, v)| k == key && v == value);
        self.enabled
            && written.key.starts_with(&self.prefix)
            && self.tags.iter().all(has)
            && (!written.under_kms || self.kms_key.is_some())
    }
}

/// What the first schema must not have.
fn only_first(rule: &dto::ReplicationRule) -> Result<(), ReplicationError> {
    if rule.prefix.is_none() {
        return Err(ReplicationError::Schema);
    }
    if rule.priority.is_some() {
        return Err(ReplicationError::OnlyInSecond("Priority"));
    }
    if rule.delete_marker_replication.is_some() {
        return Err(ReplicationError::OnlyInSecond("DeleteMarkerReplication"));
    }
    // S3 API reference, `SourceSelectionCriteria`: "In the earlier version, this element is not
    // allowed."
    let criteria = rule.source_selection_criteria.as_ref();
    if criteria.is_some_and(|criteria| criteria.replica_modifications.is_some()) {
        return Err(ReplicationError::OnlyInSecond("ReplicaModifications"));
    }
    Ok(())
}

fn storage_class(destination: &dto::Destination) -> Result<Option<String>, ReplicationError> {
    let class = destination.storage_class.as_ref().map(|class| class.as_str().to_owned());
    match class {
        Some(class) if !STORAGE_CLASSES.contains(&class.as_str()) => Err(ReplicationError::Schema),
        class => Ok(class),
    }
}

/// Metrics, and Replication Time Control, which needs them. The lab sends none of its events.
fn metrics(destination: &dto::Destination) -> Result<bool, ReplicationError> {
    let on = match &destination.metrics {
        Some(metrics) => is_on(metrics.status.as_str())?,
        None => false,
    };
    let threshold = destination.metrics.as_ref().and_then(|metrics| metrics.event_threshold.as_ref());
    let time = destination.replication_time.as_ref();
    if threshold.into_iter().chain(time.map(|time| &time.time)).any(|value| value.minutes != Some(MINUTES)) {
        return Err(ReplicationError::Minutes);
    }
    if let Some(time) = time
        && is_on(time.status.as_str())?
        && !on
    {
        return Err(ReplicationError::TimeWithoutMetrics);
    }
    Ok(on)
}

/// The key for objects under KMS. It and the owner are kept and checked for what belongs together: the
/// lab keeps bytes as they are, and all of its buckets have one owner.
fn encryption(rule: &dto::ReplicationRule) -> Result<Option<String>, ReplicationError> {
    let criteria = rule.source_selection_criteria.as_ref();
    let objects = match criteria.and_then(|criteria| criteria.sse_kms_encrypted_objects.as_ref()) {
        Some(objects) => Some(is_on(objects.status.as_str())?),
        None => None,
    };
    let encryption = rule.destination.encryption_configuration.as_ref();
    let key = encryption.and_then(|encryption| encryption.replica_kms_key_id.as_ref());
    if objects == Some(true) && key.is_none_or(String::is_empty) {
        return Err(ReplicationError::KeyMissing);
    }
    if objects.is_none() && encryption.is_some() {
        return Err(ReplicationError::KeyWithoutObjects);
    }
    if let Some(translation) = &rule.destination.access_control_translation {
        if translation.owner.as_str() != dto::OwnerOverride::DESTINATION {
            return Err(ReplicationError::Schema);
        }
        if rule.destination.account.is_none() {
            return Err(ReplicationError::AccountMissing);
        }
    }
    Ok(key.filter(|_| objects == Some(true)).cloned())
}
