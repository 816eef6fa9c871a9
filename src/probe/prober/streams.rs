//! Who is asked over something else than UDP, always or because an answer was truncated?
//!
//! A server has one connection, which stays open from one question to the next and carries many at once: a
//! handshake for each question would cost more than the question, and be measured with it.

use std::{sync::Arc, time::Duration};

use tokio::task::JoinSet;

use super::{Lookup, Sighting, queue::Writer, schedule::Schedule};
use crate::{
    clock::Clock,
    probe::{Connection, Query, QueryError, Transport, Vantage},
};

/// Questions on their way at one time (our choice: some seconds of a hundred look-ups).
const MOST: usize = 512;
/// Look-ups without an interval are asked so often over connections (our choice).
const SHORTEST: Duration = Duration::from_millis(1);

/// Questions over one connection, each in a task of its own.
pub(super) struct Streams {
    clock: Clock,
    connection: Arc<Connection>,
    sightings: Writer,
    asking: JoinSet<()>,
}

impl Streams {
    /// Opens nothing yet.
    pub(super) fn new(clock: &Clock, server: Vantage, sightings: Writer) -> Self {
        let connection = Arc::new(Connection::new(clock, server));
        Self { clock: clock.clone(), connection, sightings, asking: JoinSet::new() }
    }

    /// Asks over TCP what was asked over UDP at a moment and answered with what does not fit (RFC 7766,
    /// section 5).
    pub(super) fn ask_instead(&mut self, index: usize, lookup: &Lookup, asked: Duration, limit: Duration) {
        if !self.ask(index, &lookup.question, asked, limit) {
            let source = std::io::Error::other(format!("{MOST} questions wait for an answer already"));
            let server = self.connection.vantage().clone();
            let result = Err(QueryError::Unreachable { server, transport: Transport::Tcp.name(), source });
            let answered = self.clock.elapsed();
            self.sightings.put(Sighting { lookup: index, asked, answered, result });
        }
    }

    /// Asks; false when too many are on their way.
    fn ask(&mut self, lookup: usize, question: &Query, asked: Duration, limit: Duration) -> bool {
        while self.asking.try_join_next().is_some() {}
        if self.asking.len() >= MOST {
            return false;
        }
        let (clock, sightings) = (self.clock.clone(), self.sightings.clone());
        let (connection, question) = (Arc::clone(&self.connection), question.clone());
        self.asking.spawn(async move {
            let result = connection.query(&question, limit).await.map(Arc::new);
            sightings.put(Sighting { lookup, asked, answered: clock.elapsed(), result });
        });
        true
    }

    /// Asks the server until it is dropped.
    pub(super) async fn ask_for_ever(mut self, lookups: Vec<(usize, Lookup)>, limit: Duration) {
        let clock = self.clock.clone();
        let every = lookups.iter().map(|(_, lookup)| lookup.every.max(SHORTEST));
        let mut schedule = Schedule::new(clock.elapsed(), every, rand::random());
        while let Some(next) = schedule.next() {
            clock.sleep_until(next).await;
            let now = clock.elapsed();
            while let Some(place) = schedule.due(now) {
                let (index, lookup) = &lookups[place];
                if !self.ask(*index, &lookup.question, now, limit) {
                    schedule.skip();
                }
                schedule.done(now);
            }
            self.sightings.skipped(schedule.take_skipped());
        }
    }
}
