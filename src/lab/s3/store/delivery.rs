//! Replication inside the store: what is on its way, and how it arrives.

use std::time::Duration;

use super::{Bucket, ReplicationState, Store, Version, Versioning, pending::Pending, world::State};
use crate::model::Region;

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
        let (due, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut state.pending).into_iter().partition(|pending| pending.due <= now);
        state.pending = later;
        let next = state.pending.iter().map(|pending| pending.due).min();
        for pending in due {
            let open = |name: &str| state.buckets.get(name).is_none_or(|bucket| reachable(&bucket.region));
            if open(&pending.source) && open(&pending.destination) {
                state.deliver(&pending);
            } else {
                state.pending.push(pending);
            }
        }
        next
    }
}

impl State {
    /// Copies a version to its destination. A version that is gone by now is not copied; a
    /// destination that is gone or keeps no versions makes the replication FAILED, for good (S3 User
    /// Guide, `replication-troubleshoot`).
    fn deliver(&mut self, pending: &Pending) {
        let find = |bucket: &Bucket| bucket.keys.get(&pending.key)?.version(&pending.version_id).cloned();
        let Some(version) = self.buckets.get(&pending.source).and_then(find) else { return };
        let destination = self.buckets.get_mut(&pending.destination);
        let arrived = match destination.filter(|bucket| bucket.versioning == Versioning::Enabled) {
            Some(bucket) => {
                let replica = Version { replication: ReplicationState::Replica, ..version };
                bucket.keys.entry(pending.key.clone()).or_default().insert_replica(replica);
                true
            }
            None => false,
        };
        let source =
            self.buckets.get_mut(&pending.source).and_then(|bucket| bucket.keys.get_mut(&pending.key));
        if let Some(version) = source.and_then(|history| history.version_mut(&pending.version_id))
            && let ReplicationState::Source(destinations) = &mut version.replication
        {
            destinations.insert(pending.destination.clone(), Some(arrived));
        }
    }
}
