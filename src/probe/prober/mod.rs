//! Many look-ups, each from its own vantage point and on its own schedule: who answered what, and when?
//!
//! ```text
//!   schedule (who is due?) ──▶ datagrams: one task for each server ──▶ queue ──▶ Prober::next
//!                                 │    ▲
//!   packets (bytes) ◀─────────────┤    │ truncated: streams (one connection)
//!   in_flight (who waits?) ◀──────┴── line: a connected socket
//! ```
//!
//! A task, a socket and a timer for each question would cost more than the question. So all look-ups that
//! ask one server share a task and a socket; their questions are written once and only get a new id; the
//! deadlines are one queue; and an answer that is the last one over again is not read again.
//!
//! A look-up that is not answered is asked again when it is due, not when it was given up: one lost packet
//! must not make a watcher blind for seconds.

mod bundle;
mod datagrams;
mod in_flight;
mod line;
mod packets;
mod queue;
mod schedule;
mod streams;

use std::{
    collections::{BTreeMap, VecDeque, vec_deque::Drain},
    sync::Arc,
    time::Duration,
};

use tokio::task::JoinSet;

use self::{
    datagrams::Datagrams,
    queue::{Reader, queue},
    streams::Streams,
};
use super::{Query, QueryError, Reply, Transport, Vantage};
use crate::clock::Clock;

/// A question that is asked again and again.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// Who is asked, and how.
    pub vantage: Vantage,
    /// What is asked.
    pub question: Query,
    /// From one asking to the next, in the clock's time. Zero: as soon as the last one is answered.
    pub every: Duration,
}

/// What one asking brought.
#[derive(Debug)]
pub struct Sighting {
    /// Which look-up, by its place in the list.
    pub lookup: usize,
    /// When the question left, by the clock of the world.
    pub asked: Duration,
    /// When the reply was there, or was given up.
    pub answered: Duration,
    /// The reply. Equal replies to one look-up may be the very same ([`Arc::ptr_eq`]), and need no second
    /// thought.
    pub result: Result<Arc<Reply>, QueryError>,
}

/// Asks until it is dropped.
#[derive(Debug)]
pub struct Prober {
    reader: Reader,
    taken: VecDeque<Sighting>,
    _servers: JoinSet<()>,
}

impl Prober {
    /// Begins to ask. A reply is waited for `limit` at most, in the clock's time.
    pub fn start(clock: &Clock, lookups: Vec<Lookup>, limit: Duration) -> Self {
        let mut parties: BTreeMap<Vantage, Vec<(usize, Lookup)>> = BTreeMap::new();
        for (index, lookup) in lookups.into_iter().enumerate() {
            parties.entry(lookup.vantage.clone()).or_default().push((index, lookup));
        }
        let (writer, reader) = queue();
        let mut servers = JoinSet::new();
        for (server, lookups) in parties {
            let sightings = writer.clone();
            if server.transport == Transport::Udp {
                servers.spawn(Datagrams::new(clock, limit, &server, lookups, sightings).ask_for_ever());
            } else {
                servers.spawn(Streams::new(clock, server, sightings).ask_for_ever(lookups, limit));
            }
        }
        Self { reader, taken: VecDeque::new(), _servers: servers }
    }

    /// The next sighting; nothing when there is no look-up. May be given up and called again.
    pub async fn next(&mut self) -> Option<Sighting> {
        if self.taken.is_empty() && !self.reader.take(&mut self.taken).await {
            return None;
        }
        self.taken.pop_front()
    }

    /// All sightings that wait to be seen, and at least one: cheaper than one after the other where there are
    /// many.
    pub async fn next_batch(&mut self) -> Option<Drain<'_, Sighting>> {
        if self.taken.is_empty() && !self.reader.take(&mut self.taken).await {
            return None;
        }
        Some(self.taken.drain(..))
    }

    /// How many sightings were dropped, the oldest first, because they were not taken in time.
    pub fn dropped(&self) -> u64 {
        self.reader.dropped()
    }

    /// At how many moments something was due and not asked: the machine was too slow, or too many
    /// questions to one server were waiting for an answer.
    pub fn skipped(&self) -> u64 {
        self.reader.moments_skipped()
    }
}
