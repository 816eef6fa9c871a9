//! Who is asked over something else than UDP, always or because an answer was truncated?

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::task::JoinSet;

use super::{Lookup, Sighting, queue::Writer, schedule::Schedule};
use crate::{
    clock::Clock,
    probe::{Query, QueryError, Transport, Vantage, query},
};

/// Questions on their way at one time, each with a connection (our choice: servers allow a client some
/// dozens).
const MOST: usize = 64;

/// Questions over connections, each in a task of its own.
pub(super) struct Streams {
    clock: Clock,
    sightings: Writer,
    asking: JoinSet<()>,
}

impl Streams {
    pub(super) fn new(clock: &Clock, sightings: Writer) -> Self {
        Self { clock: clock.clone(), sightings, asking: JoinSet::new() }
    }

    /// Asks over TCP what was asked over UDP at a moment and answered with what does not fit (RFC 7766,
    /// section 5).
    pub(super) fn ask_instead(&mut self, index: usize, lookup: &Lookup, asked: Duration, limit: Duration) {
        let vantage = Vantage { transport: Transport::Tcp, ..lookup.vantage.clone() };
        if !self.ask(index, &vantage, &lookup.question, asked, limit) {
            let source = std::io::Error::other(format!("{MOST} connections are asking it already"));
            let result = Err(QueryError::Unreachable { server: vantage, transport: "TCP", source });
            let answered = self.clock.elapsed();
            self.sightings.put(Sighting { lookup: index, asked, answered, result });
        }
    }

    /// Asks; false when too many are on their way.
    fn ask(
        &mut self,
        lookup: usize,
        vantage: &Vantage,
        question: &Query,
        asked: Duration,
        limit: Duration,
    ) -> bool {
        while self.asking.try_join_next().is_some() {}
        if self.asking.len() >= MOST {
            return false;
        }
        let (clock, sightings) = (self.clock.clone(), self.sightings.clone());
        let (vantage, question) = (vantage.clone(), question.clone());
        self.asking.spawn(async move {
            let result = query(&clock, &vantage, &question, limit).await.map(Arc::new);
            sightings.put(Sighting { lookup, asked, answered: clock.elapsed(), result });
        });
        true
    }

    /// Asks one server, over what its look-ups say, until it is dropped.
    pub(super) async fn ask_for_ever(mut self, lookups: Vec<(usize, Lookup)>, limit: Duration) {
        let clock = self.clock.clone();
        let every = lookups.iter().map(|(_, lookup)| lookup.every.max(SHORTEST));
        let mut schedule = Schedule::new(clock.elapsed(), every, rand::random());
        while let Some(next) = schedule.next() {
            clock.sleep_until(next).await;
            let now = clock.elapsed();
            while let Some(place) = schedule.due(now) {
                let (index, lookup) = &lookups[place];
                if !self.ask(*index, &lookup.vantage, &lookup.question, now, limit) {
                    schedule.skip();
                }
                schedule.done(now);
            }
            self.sightings.skipped(schedule.take_skipped());
        }
    }
}

/// Look-ups without an interval are asked so often over connections (our choice).
const SHORTEST: Duration = Duration::from_millis(1);

/// Who is asked by one task: a server, in one way.
pub(super) type Party = (SocketAddr, Transport);
