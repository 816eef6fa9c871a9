//! What is on its way from bucket to bucket?
//!
//! One queue for each pair of buckets, ordered by when its operations may arrive if there were no delay;
//! the delay is added when the queue is looked at, so that a change of it acts on everything that waits.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use crate::model::Region;

/// The names of a source bucket and of a destination bucket.
pub(super) type Pair = (String, String);

/// What is carried over: one version, or what changed on it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Load {
    pub key: String,
    pub version_id: String,
    /// Whether the version itself goes over, or only its tags, ACL and lock.
    pub whole: bool,
    pub bytes: u64,
}

/// One load on its way.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Operation {
    pub load: Load,
    /// When it was sent, by the clock's elapsed time.
    pub written: Duration,
    pub rule: String,
    pub role: String,
    pub storage_class: Option<String>,
    pub kms_key: Option<String>,
    /// Whether the rule's meter counts it.
    pub measured: bool,
}

/// From region to region.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Direction {
    pub from: Region,
    pub to: Region,
}

/// What is on its way from one bucket to another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReplicationBacklog {
    /// The source bucket.
    pub source: String,
    /// The destination bucket.
    pub destination: String,
    /// The source's region.
    pub from: Region,
    /// The destination's region.
    pub to: Region,
    /// How many operations wait.
    pub operations: usize,
    /// How many bytes they carry.
    pub bytes: u64,
    /// The age of the oldest in seconds of the lab.
    pub oldest_seconds: f64,
}

#[derive(Debug)]
pub(super) struct Queue {
    pub direction: Direction,
    pub operations: BTreeMap<(Duration, u64), Operation>,
}

/// Everything that is on its way.
#[derive(Debug, Default)]
pub(super) struct Queues {
    pub queues: BTreeMap<Pair, Queue>,
    /// How many operations were ever sent.
    pub sent: u64,
}

impl Queues {
    /// Sends an operation, which arrives a delay after `from_when`.
    pub(super) fn push(
        &mut self,
        pair: Pair,
        direction: Direction,
        from_when: Duration,
        operation: Operation,
    ) {
        self.sent += 1;
        let empty = || Queue { direction: direction.clone(), operations: BTreeMap::new() };
        let queue = self.queues.entry(pair).or_insert_with(empty);
        queue.direction = direction;
        queue.operations.insert((from_when, self.sent), operation);
    }

    /// Takes out what has arrived by `now`, the earliest first. `delay` says how long a direction takes,
    /// and nothing for one that is closed.
    pub(super) fn take_arrived(
        &mut self,
        now: Duration,
        delay: impl Fn(&Direction) -> Option<Duration>,
    ) -> Vec<(Pair, Operation)> {
        let mut arrived = Vec::new();
        for (pair, queue) in &mut self.queues {
            let Some(delay) = delay(&queue.direction) else { continue };
            while let Some(first) =
                queue.operations.first_entry().filter(|entry| entry.key().0 + delay <= now)
            {
                let (from_when, number) = *first.key();
                arrived.push(((from_when + delay, number), (pair.clone(), first.remove())));
            }
        }
        self.queues.retain(|_, queue| !queue.operations.is_empty());
        arrived.sort_by_key(|(when, _)| *when);
        arrived.into_iter().map(|(_, arrived)| arrived).collect()
    }

    /// When the next operation arrives, of those whose direction is open.
    pub(super) fn next(&self, delay: impl Fn(&Direction) -> Option<Duration>) -> Option<Duration> {
        let next = |queue: &Queue| Some(queue.operations.first_key_value()?.0.0 + delay(&queue.direction)?);
        self.queues.values().filter_map(next).min()
    }

    /// What is on its way at `now`, for each pair of buckets that has something.
    pub(super) fn backlog(&self, now: Duration) -> Vec<ReplicationBacklog> {
        let backlog = |((source, destination), queue): (&Pair, &Queue)| {
            let written = queue.operations.values().map(|operation| operation.written).min();
            ReplicationBacklog {
                source: source.clone(),
                destination: destination.clone(),
                from: queue.direction.from.clone(),
                to: queue.direction.to.clone(),
                operations: queue.operations.len(),
                bytes: queue.operations.values().map(|operation| operation.load.bytes).sum(),
                oldest_seconds: now.saturating_sub(written.unwrap_or(now)).as_secs_f64(),
            }
        };
        self.queues.iter().map(backlog).collect()
    }
}
