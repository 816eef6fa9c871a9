//! Many look-ups, each from its own vantage point and on its own schedule: who answered what, and when?

use std::time::Duration;

use tokio::{
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
    task::JoinSet,
};

use super::{Query, QueryError, Reply, Vantage, query};
use crate::clock::Clock;

/// A question that is asked again and again.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// Who is asked, and how.
    pub vantage: Vantage,
    /// What is asked.
    pub question: Query,
    /// From one asking to the next, in the clock's time.
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
    /// The reply.
    pub result: Result<Reply, QueryError>,
}

/// Asks until it is dropped.
#[derive(Debug)]
pub struct Prober {
    sightings: UnboundedReceiver<Sighting>,
    _lookups: JoinSet<()>,
}

impl Prober {
    /// Begins to ask. A reply is waited for `limit` at most, in the clock's time.
    pub fn start(clock: &Clock, lookups: Vec<Lookup>, limit: Duration) -> Self {
        let (sender, sightings) = mpsc::unbounded_channel();
        let mut tasks = JoinSet::new();
        for (index, lookup) in lookups.into_iter().enumerate() {
            tasks.spawn(ask_for_ever(clock.clone(), index, lookup, limit, sender.clone()));
        }
        Self { sightings, _lookups: tasks }
    }

    /// The next sighting; nothing when there is no look-up.
    pub async fn next(&mut self) -> Option<Sighting> {
        self.sightings.recv().await
    }
}

async fn ask_for_ever(
    clock: Clock,
    index: usize,
    lookup: Lookup,
    limit: Duration,
    sender: UnboundedSender<Sighting>,
) {
    loop {
        let asked = clock.elapsed();
        let result = query(&clock, &lookup.vantage, &lookup.question, limit).await;
        let sighting = Sighting { lookup: index, asked, answered: clock.elapsed(), result };
        if sender.send(sighting).is_err() {
            return;
        }
        clock.sleep_until(asked + lookup.every).await;
    }
}
