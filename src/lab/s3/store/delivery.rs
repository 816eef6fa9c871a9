//! How does a version arrive, and what does its source learn?
//!
//! 1. A version that is gone by now is not copied.
//! 2. A destination that is gone or keeps no versions makes the replication FAILED, and so does a policy
//!    that denies it. FAILED is for good: "you can't retry replication. You must upload the object
//!    again" (S3 User Guide, `replication-status`).
//! 3. A version arrives with its id, its date, its metadata and its tags, as a replica.
//! 4. A change arrives where the version is, and is lost where it was removed (modelled).

use std::{collections::BTreeMap, time::Duration};

use s3s::dto;

use super::{
    Progress, ReplicationBacklog, ReplicationState, Store, Version, Versioning,
    pending::{Direction, Operation, Pair},
    world::State,
};
use crate::{
    lab::s3::replication::{Cargo, Permission, ReplicationDelay, ReplicationMetric, permission},
    model::Region,
};

impl Store {
    /// Sleeps until replication has something new to look at: a version was written, or
    /// [`Store::wake_replication`] was called.
    pub(crate) async fn replication_wanted(&self) {
        self.wake.notified().await;
    }

    /// Has replication look again, because a region changed.
    pub(crate) fn wake_replication(&self) {
        self.wake.notify_one();
    }

    /// Delivers every version that is due at `now` (by the clock's elapsed time) between regions that
    /// are both `reachable`, and returns when the next one is due. What waits for a region has no
    /// such moment; [`Store::wake_replication`] must be called when the region is back.
    pub(crate) fn replicate(&self, now: Duration, reachable: impl Fn(&Region) -> bool) -> Option<Duration> {
        let mut state = self.lock();
        let State { queues, delays, .. } = &mut *state;
        let delay = |direction: &Direction| {
            let delay = delays.between(&direction.from, &direction.to);
            let open = !delay.paused && reachable(&direction.from) && reachable(&direction.to);
            open.then_some(delay.delay)
        };
        let arrived = queues.take_arrived(now, delay);
        let next = queues.next(delay);
        for (pair, operation) in arrived {
            state.deliver(&pair, &operation, now);
        }
        next
    }

    /// How versions travel from one region to another.
    pub(crate) fn replication_delay(&self, from: &Region, to: &Region) -> ReplicationDelay {
        self.lock().delays.between(from, to)
    }

    /// Changes how versions travel, those that are on their way included.
    pub(crate) fn set_replication_delay(&self, from: &Region, to: &Region, delay: ReplicationDelay) {
        self.lock().delays.set(from, to, delay);
        self.wake.notify_one();
    }

    /// What is on its way, for each pair of buckets that has something.
    pub(crate) fn replication_backlog(&self) -> Vec<ReplicationBacklog> {
        self.lock().queues.backlog(self.clock.elapsed())
    }

    /// What the rules with metrics measured from `start` to `end`, which has passed.
    pub(crate) fn replication_metrics(&self, start: Duration, end: Duration) -> Vec<ReplicationMetric> {
        self.lock().meters.measured(start, end, self.clock.elapsed())
    }
}

impl State {
    fn deliver(&mut self, pair: &Pair, operation: &Operation, now: Duration) {
        let progress = self.arrive(pair, operation);
        if operation.measured {
            let meter = (pair.0.clone(), pair.1.clone(), operation.rule.clone());
            let failed = progress == Some(Progress::Failed);
            self.meters.ended(&meter, operation.written, now, operation.load.bytes, failed);
        }
        if let Some(progress) = progress {
            self.set_progress(&pair.0, &operation.load.key, &operation.load.version_id, &pair.1, progress);
        }
    }

    /// Does it by the numbered rules above; nothing when the version is gone.
    fn arrive(&mut self, (source_name, destination_name): &Pair, operation: &Operation) -> Option<Progress> {
        let load = &operation.load;
        let source = self.buckets.get(source_name)?;
        let version = source.keys.get(&load.key)?.version(&load.version_id)?.clone();
        let destination = self.buckets.get(destination_name);
        let Some(destination) = destination.filter(|bucket| bucket.versioning == Versioning::Enabled) else {
            return Some(Progress::Failed);
        };
        let cargo = match (load.whole, version.object()) {
            (true, Some(_)) => Cargo::Object,
            (true, None) => Cargo::DeleteMarker,
            (false, _) => Cargo::Changes,
        };
        let from = (source_name.as_str(), source.policy.as_ref().map(|policy| &policy.policy));
        let to = (destination_name.as_str(), destination.policy.as_ref().map(|policy| &policy.policy));
        let permission = permission(&operation.role, &load.key, cargo, from, to);
        if permission == Permission::Nothing {
            return Some(Progress::Failed);
        }
        let keys = &mut self.buckets.get_mut(destination_name)?.keys;
        let there = keys.get_mut(&load.key).and_then(|history| history.version_mut(&load.version_id));
        if let Some(there) = there {
            there.take_later_changes(&version);
        } else if load.whole {
            let replica = replica(version, operation, permission);
            keys.entry(load.key.clone()).or_default().insert_replica(replica);
        }
        Some(Progress::Completed)
    }
}

/// What stands at the destination: the same version, as the rule and the permissions have it.
fn replica(mut version: Version, operation: &Operation, permission: Permission) -> Version {
    version.replication = ReplicationState::Replica(BTreeMap::new());
    let Some(attributes) = version.object_mut().map(|object| &mut object.attributes) else { return version };
    if let Some(class) = &operation.storage_class {
        attributes.storage_class = (class != dto::StorageClass::STANDARD).then(|| class.clone());
    }
    if attributes.encryption.algorithm.starts_with("aws:kms") {
        attributes.encryption.key.clone_from(&operation.kms_key);
    }
    if permission == Permission::WithoutTags {
        attributes.tags.clear();
    }
    version
}
