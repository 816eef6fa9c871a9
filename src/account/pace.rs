//! How fast may the account be asked?
//!
//! Route 53 counts the calls of a whole account in token buckets (Route 53 Developer Guide,
//! `throttling-api-requests`), which external-dns, Terraform and consoles share. So all who ask through one
//! account wait their turn here and stay just below the buckets by themselves. What is throttled all the
//! same, because others ask too, the SDK sends again by its own rules.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::clock::Clock;

/// The bucket that a call takes from, beside that of all calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// None of its own.
    Other,
    /// `CreateHealthCheck`.
    CreateHealthCheck,
    /// `DeleteHealthCheck`.
    DeleteHealthCheck,
    /// `GetHealthCheckStatus`.
    HealthCheckStatus,
}

/// The account's buckets.
#[derive(Debug)]
pub(super) struct Budget {
    all: Pace,
    create: Pace,
    delete: Pace,
    status: Pace,
}

impl Budget {
    /// A little below what Route 53 allows, in burst and in refill (our choice): 50 calls and 10 a second;
    /// 50 creations and one in two seconds, of which next to nothing is given away, since a hundred pairs
    /// wait for minutes; 15 deletions and 3 a second; 4 statuses and one a second, of which a tenth is left
    /// to others, since nothing shows up a shared account sooner.
    pub(super) fn new(clock: &Clock) -> Self {
        let pace = |burst, period| Pace::new(clock.clone(), burst, Duration::from_millis(period));
        Self { all: pace(48, 102), create: pace(49, 2_004), delete: pace(14, 337), status: pace(3, 1_100) }
    }

    /// Has everybody who is about to make such a call wait: the account was throttled, though we kept below
    /// its buckets, so somebody else is using them up.
    pub(super) fn back_off(&self, call: Call, pause: Duration) {
        self.own(call).into_iter().chain([&self.all]).for_each(|pace| pace.back_off(pause));
    }

    fn own(&self, call: Call) -> Option<&Pace> {
        match call {
            Call::Other => None,
            Call::CreateHealthCheck => Some(&self.create),
            Call::DeleteHealthCheck => Some(&self.delete),
            Call::HealthCheckStatus => Some(&self.status),
        }
    }

    /// Waits until one more call may be made, unless that would take longer than `patience`. Then nothing is taken
    /// from the buckets, and false is said.
    pub(super) async fn turn_within(&self, call: Call, patience: Duration) -> bool {
        if let Some(own) = self.own(call) {
            let Some(moment) = own.reserve_within(patience) else { return false };
            own.clock.sleep_until(moment).await;
        }
        self.all.turn().await;
        true
    }

    /// Waits until one more call may be made.
    pub(super) async fn turn(&self, call: Call) {
        if let Some(own) = self.own(call) {
            own.turn().await;
        }
        self.all.turn().await;
    }
}

/// A turn-taker: a leaky bucket by the clock of the world that is asked.
#[derive(Debug)]
struct Pace {
    clock: Clock,
    /// Calls that may be made at once after a pause.
    burst: u32,
    /// Between two calls in the long run.
    period: Duration,
    /// When the bucket is empty again.
    drained: Mutex<Duration>,
}

impl Pace {
    fn new(clock: Clock, burst: u32, period: Duration) -> Self {
        Self { clock, burst, period, drained: Mutex::new(Duration::ZERO) }
    }

    /// The next turn comes in `pause` at the soonest.
    fn back_off(&self, pause: Duration) {
        let mut drained = self.drained.lock().unwrap_or_else(PoisonError::into_inner);
        *drained = (*drained).max(self.clock.elapsed() + pause + self.period * (self.burst - 1));
    }

    /// The moment of a turn that comes soon enough, which is the caller's then.
    fn reserve_within(&self, patience: Duration) -> Option<Duration> {
        let now = self.clock.elapsed();
        let mut drained = self.drained.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = (*drained).max(now) + self.period;
        let moment = mine.saturating_sub(self.period * self.burst);
        if moment > now + patience {
            return None;
        }
        *drained = mine;
        Some(moment)
    }

    async fn turn(&self) {
        let now = self.clock.elapsed();
        let mine = {
            let mut drained = self.drained.lock().unwrap_or_else(PoisonError::into_inner);
            *drained = (*drained).max(now) + self.period;
            *drained
        };
        self.clock.sleep_until(mine.saturating_sub(self.period * self.burst)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When each of so many calls went, in milliseconds.
    async fn moments(budget: &Budget, clock: &Clock, call: Call, calls: usize) -> Vec<u128> {
        let mut moments = Vec::new();
        for _ in 0..calls {
            budget.turn(call).await;
            moments.push(clock.elapsed().as_millis());
        }
        moments
    }

    #[tokio::test(start_paused = true)]
    async fn a_few_go_at_once_and_the_others_take_turns() {
        let clock = Clock::system();
        let budget = Budget::new(&clock);
        let moments = moments(&budget, &clock, Call::HealthCheckStatus, 6).await;
        assert_eq!(moments[..3], [0, 0, 0]);
        assert!(moments[3..].windows(2).all(|w| w[1] - w[0] >= 1_100), "{moments:?}");
    }

    /// Three at once, then as many as come within the time, and none of the others takes a turn from anybody.
    #[tokio::test(start_paused = true)]
    async fn who_would_wait_too_long_is_told_and_costs_nothing() {
        let clock = Clock::system();
        let budget = Budget::new(&clock);
        let within = Duration::from_secs(5);
        let ask = || budget.turn_within(Call::HealthCheckStatus, within);
        let all = futures_util::future::join_all((0..50).map(|_| ask())).await;
        assert_eq!(all.iter().filter(|went| **went).count(), 3 + 4, "{all:?}");
        assert!(clock.elapsed() <= within, "{:?}", clock.elapsed());
        clock.sleep(Duration::from_millis(1_100)).await;
        assert!(budget.turn_within(Call::HealthCheckStatus, Duration::from_millis(1_100)).await);
        assert!(budget.turn_within(Call::Other, Duration::ZERO).await, "calls of another kind go on");
    }

    /// Of one caller's bad luck all learn, and the burst is gone.
    #[tokio::test(start_paused = true)]
    async fn after_a_pause_nobody_goes_at_once() {
        let clock = Clock::system();
        let budget = Budget::new(&clock);
        budget.turn(Call::CreateHealthCheck).await;
        budget.back_off(Call::CreateHealthCheck, Duration::from_secs(5));
        let moments = moments(&budget, &clock, Call::CreateHealthCheck, 3).await;
        assert!(moments[0] >= 5_000 && moments.windows(2).all(|w| w[1] - w[0] >= 2_000), "{moments:?}");
        budget.turn(Call::Other).await;
        assert!(clock.elapsed() < Duration::from_secs(12), "calls of another kind go on");
    }

    /// Never more than the bucket of Route 53 would hold, and hardly less.
    #[tokio::test(start_paused = true)]
    async fn creations_go_as_fast_as_route_53_lets_them() {
        let clock = Clock::system();
        let budget = Budget::new(&clock);
        let moments = moments(&budget, &clock, Call::CreateHealthCheck, 100).await;
        assert_eq!(moments[47], 0, "the bucket of all calls is no larger");
        for (index, moment) in moments.iter().enumerate() {
            let unavoidable = index.saturating_sub(49) as u128 * 2_000;
            assert!(*moment >= unavoidable, "call {index} at {moment} ms");
        }
        assert!(moments[99] <= 51 * 2_000 * 105 / 100, "{}", moments[99]);
    }

    #[tokio::test(start_paused = true)]
    async fn every_call_takes_from_the_bucket_of_all() {
        let clock = Clock::system();
        let budget = Budget::new(&clock);
        let moments = moments(&budget, &clock, Call::Other, 148).await;
        assert_eq!(moments[47], 0);
        assert!((9_900..10_500).contains(&moments[147]), "{}", moments[147]);
    }
}
