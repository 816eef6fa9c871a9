//! The state of everything that is watched.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Event, FailoverState, Sight};

/// All failovers that are watched. Moments are by the clock of the world that is watched.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// When the watch began.
    pub began: Duration,
    /// The date at the clock's zero.
    pub epoch: Timestamp,
    /// The moment of the last sight.
    pub at: Duration,
    /// In the spec's order.
    pub failovers: Vec<FailoverState>,
}

impl State {
    /// Nothing has been seen yet.
    pub fn new(began: Duration, epoch: Timestamp, failovers: Vec<FailoverState>) -> Self {
        Self { began, epoch, at: began, failovers }
    }

    /// Takes in what was seen; tells what is new.
    pub fn see(&mut self, sight: Sight) -> Vec<Event> {
        let Sight { failover, at, seen } = sight;
        // A look that took long is known later than one that began after it.
        self.at = self.at.max(at);
        self.failovers[failover].see(at, seen)
    }

    /// How long after the start of the watch a moment was.
    pub fn since_start(&self, at: Duration) -> Duration {
        at.saturating_sub(self.began)
    }

    /// The date of a moment.
    pub fn date(&self, at: Duration) -> Timestamp {
        let at = SignedDuration::try_from(at).unwrap_or(SignedDuration::MAX);
        self.epoch.checked_add(at).unwrap_or(Timestamp::MAX)
    }
}
