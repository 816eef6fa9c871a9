//! How fast may the checkers be asked?
//!
//! `GetHealthCheckStatus` has a bucket of 4 calls for the whole account, refilled by 1 a second (Route 53
//! Developer Guide, throttling-api-requests), which external-dns, Terraform and consoles share. So all who
//! ask through one account wait their turn here, and stay below the bucket by themselves.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::clock::Clock;

/// Between two calls in the long run: a tenth more than Route 53 asks for (our choice).
const PERIOD: Duration = Duration::from_millis(1_100);
/// Calls that may be made at once after a pause: one fewer than Route 53 allows (our choice).
const BURST: u32 = 3;

/// A turn-taker: a leaky bucket by the clock of the world that is asked.
#[derive(Debug)]
pub(super) struct Pace {
    clock: Clock,
    /// When the bucket is empty again.
    drained: Mutex<Duration>,
}

impl Pace {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, drained: Mutex::new(Duration::ZERO) }
    }

    /// Waits until one more call may be made.
    pub(super) async fn turn(&self) {
        let now = self.clock.elapsed();
        let mine = {
            let mut drained = self.drained.lock().unwrap_or_else(PoisonError::into_inner);
            *drained = (*drained).max(now) + PERIOD;
            *drained
        };
        self.clock.sleep_until(mine.saturating_sub(PERIOD * BURST)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_few_go_at_once_and_the_others_take_turns() {
        let clock = Clock::system();
        let pace = Pace::new(clock.clone());
        let mut moments = Vec::new();
        for _ in 0..6 {
            pace.turn().await;
            moments.push(clock.elapsed().as_millis());
        }
        assert_eq!(moments[..3], [0, 0, 0]);
        assert!(moments[3..].windows(2).all(|w| w[1] - w[0] >= 1_100), "{moments:?}");
    }
}
