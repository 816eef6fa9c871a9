//! How are many questions asked at once without opening as many sockets?

use std::time::Duration;

use tokio::sync::Semaphore;

use super::{Query, QueryError, Reply, Vantage, query};
use crate::clock::Clock;

/// Our choice: well below the 256 open files that the stingiest systems allow a process (macOS).
const AT_ONCE: usize = 96;

/// Asks any number of questions, some of them at a time. A deadline runs from the moment at which its
/// question leaves, so a crowd of silent servers does not make the others late.
#[derive(Debug)]
pub struct Asker {
    clock: Clock,
    limit: Duration,
    places: Semaphore,
}

/// A reply, and between which moments it came to be.
#[derive(Debug)]
pub struct Asked {
    /// When the question left, by the clock of the world.
    pub asked: Duration,
    /// When the reply was there, or was given up.
    pub answered: Duration,
    /// The reply.
    pub result: Result<Reply, QueryError>,
}

impl Asker {
    /// Waits for each reply for `limit` at most, in the clock's time.
    pub fn new(clock: &Clock, limit: Duration) -> Self {
        Self { clock: clock.clone(), limit, places: Semaphore::new(AT_ONCE) }
    }

    /// Asks, as soon as there is a place.
    pub async fn ask(&self, vantage: &Vantage, question: &Query) -> Asked {
        let _place = self.places.acquire().await.expect("nobody closes it");
        let asked = self.clock.elapsed();
        let result = Box::pin(query(&self.clock, vantage, question, self.limit)).await;
        Asked { asked, answered: self.clock.elapsed(), result }
    }

    /// In whose time.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }
}
