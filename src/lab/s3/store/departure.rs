//! What leaves a bucket for its replicas?
//!
//! 1. A version that is written now goes to each destination that a rule names for it. A replica is not
//!    written but delivered, so it goes nowhere: A to B to C does not chain, and two-way replication does
//!    not go round (S3 User Guide, `replication-what-is-isnot-replicated`).
//! 2. A change of a source version follows it to where it went, while a rule still goes there.
//! 3. A change of a replica goes to the buckets that hold the version too, where the rules of both
//!    sides sync replica modifications ("you must enable it on both buckets", S3 User Guide,
//!    `replication-for-metadata-changes`).
//! 4. A change that was delivered goes nowhere (modelled, by the same reasoning as 1).
//!
//! What waits already is not sent twice: a version is read when it arrives, with all that changed
//! meanwhile. The removal of a version leaves nothing: "if you specify an object version ID to delete
//! […] Amazon S3 doesn't replicate the deletion".

use std::time::Duration;

use s3s::dto;

use super::{
    Modification, Progress, ReplicationState, Store, StoreError, Versioning,
    modification::Stamp,
    pending::{Direction, Load, Operation},
    world::State,
};
use crate::lab::{
    chance,
    s3::replication::{Rule, Written},
};

/// Where S3 replicates nothing from: "objects stored in the S3 Glacier Flexible Retrieval or S3 Glacier
/// Deep Archive storage class" (S3 User Guide, `replication-what-is-isnot-replicated`).
const ARCHIVES: [&str; 2] = [dto::StorageClass::GLACIER, dto::StorageClass::DEEP_ARCHIVE];

impl Store {
    /// Notes that `what` of a version was just changed, and sends the change on its way. To be called
    /// after the change by whatever writes tags, an ACL, a retention or a legal hold.
    pub(crate) fn modified(
        &self,
        bucket: &str,
        key: &str,
        version_id: &str,
        what: Modification,
    ) -> Result<(), StoreError> {
        let mut state = self.lock();
        state.versions_made += 1;
        let stamp = Stamp { at: self.clock.now(), number: state.versions_made };
        let history = state.bucket(bucket)?.keys.get_mut(key);
        let version = history.and_then(|history| history.version_mut(version_id));
        version.ok_or(StoreError::NoSuchVersion)?.stamps.set(what, stamp);
        state.send_changes(bucket, key, version_id, self.clock.elapsed());
        self.wake.notify_one();
        Ok(())
    }
}

impl State {
    /// Sends a version on its way that was just written.
    pub(super) fn send_version(&mut self, source: &str, key: &str, version_id: &str, now: Duration) {
        let Some(bucket) = self.buckets.get_mut(source) else { return };
        let Some(replication) = &bucket.replication else { return };
        let history = bucket.keys.get_mut(key).filter(|_| bucket.versioning == Versioning::Enabled);
        let Some(version) = history.and_then(|history| history.version_mut(version_id)) else { return };
        let object = version.object();
        let attributes = object.map(|object| &object.attributes);
        if attributes.is_some_and(|attributes| ARCHIVES.contains(&attributes.storage_class_name())) {
            return;
        }
        let rules = replication.rules_for_version(&Written {
            key,
            tags: attributes.map_or(&[][..], |attributes| attributes.tags.as_slice()),
            is_delete_marker: object.is_none(),
            under_kms: attributes
                .is_some_and(|attributes| attributes.encryption.algorithm.starts_with("aws:kms")),
        });
        let bytes = object.map_or(0, |object| object.bytes.len() as u64);
        let rules: Vec<Rule> = rules.into_iter().cloned().collect();
        if rules.is_empty() {
            return;
        }
        let role = replication.configuration.role.clone();
        let on_the_way = |rule: &Rule| (rule.destination.clone(), Progress::Pending);
        version.replication = ReplicationState::Source(rules.iter().map(on_the_way).collect());
        for rule in &rules {
            let load = Load { key: key.to_owned(), version_id: version_id.to_owned(), whole: true, bytes };
            self.send(source, load, (rule, &role), now);
        }
    }

    /// Sends a change of a version on its way.
    fn send_changes(&mut self, source: &str, key: &str, version_id: &str, now: Duration) {
        let Some(bucket) = self.buckets.get(source) else { return };
        let Some(replication) = bucket.replication.as_ref() else { return };
        let version = bucket.keys.get(key).and_then(|history| history.version(version_id));
        let Some(version) = version.filter(|_| bucket.versioning == Versioning::Enabled) else { return };
        let holds = |destination: &str| {
            let history = self.buckets.get(destination).and_then(|bucket| bucket.keys.get(key));
            history.is_some_and(|history| history.version(version_id).is_some())
        };
        let syncs_back = |destination: &str| {
            let theirs = self.buckets.get(destination).and_then(|bucket| bucket.replication.as_ref());
            replication.syncs_modifications(key, destination)
                && theirs.is_some_and(|theirs| theirs.syncs_modifications(key, source))
        };
        let goes = |to: &str| match &version.replication {
            ReplicationState::NotReplicated => false,
            // FAILED is not retried: what never arrived cannot be changed there either.
            ReplicationState::Source(went) => match went.get(to) {
                None | Some(Progress::Pending) => false,
                Some(Progress::Completed) => true,
                Some(Progress::Failed) => holds(to),
            },
            ReplicationState::Replica(went) => {
                went.get(to) != Some(&Progress::Pending) && holds(to) && syncs_back(to)
            }
        };
        let rules = replication.rules_for_change(key).into_iter().filter(|rule| goes(&rule.destination));
        let rules: Vec<Rule> = rules.cloned().collect();
        let role = replication.configuration.role.clone();
        for rule in &rules {
            self.set_progress(source, key, version_id, &rule.destination, Progress::Pending);
            let load =
                Load { key: key.to_owned(), version_id: version_id.to_owned(), whole: false, bytes: 0 };
            self.send(source, load, (rule, &role), now);
        }
    }

    /// Notes how far a version got on its way to a bucket.
    pub(super) fn set_progress(&mut self, source: &str, key: &str, id: &str, to: &str, progress: Progress) {
        let history = self.buckets.get_mut(source).and_then(|bucket| bucket.keys.get_mut(key));
        let Some(version) = history.and_then(|history| history.version_mut(id)) else { return };
        if let ReplicationState::Source(went) | ReplicationState::Replica(went) = &mut version.replication {
            went.insert(to.to_owned(), progress);
        }
    }

    fn send(&mut self, source: &str, load: Load, (rule, by): (&Rule, &str), now: Duration) {
        let region = |name: &str| self.buckets.get(name).map(|bucket| bucket.region.clone());
        let Some(from) = region(source) else { return };
        // A destination that is gone lies nowhere: what goes there fails after the source's own delay.
        let to = region(&rule.destination).unwrap_or_else(|| from.clone());
        let spread = self.delays.between(&from, &to).spread;
        let chance =
            chance::fraction(&["replication", source, &rule.destination, &load.key, &load.version_id]);
        let meter = (source.to_owned(), rule.destination.clone(), rule.id.clone());
        let operation = Operation {
            written: now,
            role: by.to_owned(),
            storage_class: rule.storage_class.clone(),
            kms_key: rule.kms_key.clone(),
            measured: self.meters.sent(&meter, now, load.bytes),
            rule: rule.id.clone(),
            load,
        };
        let pair = (source.to_owned(), rule.destination.clone());
        self.queues.push(pair, Direction { from, to }, now + spread.mul_f64(chance), operation);
    }
}
