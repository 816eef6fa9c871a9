//! How often may a caller ask?
//!
//! Token buckets as AWS's account has them (Route 53 Developer Guide, `throttling-api-requests`): each
//! call takes a token from the bucket of all calls, and some calls take one from a bucket of their own
//! too; `CreateHealthCheck` also one from the day's ("1,000 `CreateHealthCheck` requests in a 24-hour
//! period", `DNSLimitations`; that it is a bucket like the others is modelled). A call that finds a bucket empty takes nothing and is told `Throttling`, "Rate exceeded".
//! Time is the lab's, so a client that is fast for our world is fast for the lab's too.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use super::errors::{ApiError, Code};

/// The bucket that a call takes from, beside that of all calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bucket {
    /// None of its own.
    AllCalls,
    /// `CreateHealthCheck`: a burst of 50, one in two seconds; and 1,000 a day.
    CreateHealthCheck,
    /// `DeleteHealthCheck`: a burst of 15, three a second.
    DeleteHealthCheck,
    /// `GetHealthCheckStatus`: a burst of 4, one a second.
    HealthCheckStatus,
    /// `GetHealthCheckLastFailureReason`: a burst of 4, one a second.
    LastFailureReason,
}

/// Burst and tokens a second, in the order of [`Bucket`]; then the day's checks.
const LIMITS: [(f64, f64); 6] =
    [(50.0, 10.0), (50.0, 0.5), (15.0, 3.0), (4.0, 1.0), (4.0, 1.0), (1_000.0, 1_000.0 / 86_400.0)];
/// The place of the day's checks among the limits.
const DAY: usize = 5;

/// The account's buckets.
#[derive(Debug)]
pub(crate) struct Throttle {
    levels: Mutex<Levels>,
}

#[derive(Debug)]
struct Levels {
    tokens: [f64; LIMITS.len()],
    at: Duration,
}

impl Throttle {
    /// Full buckets.
    pub(crate) fn new() -> Self {
        let tokens = LIMITS.map(|(burst, _)| burst);
        Self { levels: Mutex::new(Levels { tokens, at: Duration::ZERO }) }
    }

    /// Takes what a call costs at `now` (as by `Clock::elapsed`), or refuses the call.
    pub(crate) fn take(&self, bucket: Bucket, now: Duration) -> Result<(), ApiError> {
        let mut levels = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = now.saturating_sub(levels.at).as_secs_f64();
        levels.at = levels.at.max(now);
        for (tokens, (burst, refill)) in levels.tokens.iter_mut().zip(LIMITS) {
            *tokens = (*tokens + passed * refill).min(burst);
        }
        let buckets = match bucket {
            Bucket::AllCalls => &[Bucket::AllCalls as usize][..],
            Bucket::CreateHealthCheck => &[Bucket::AllCalls as usize, bucket as usize, DAY],
            own => &[Bucket::AllCalls as usize, own as usize],
        };
        if buckets.iter().any(|bucket| levels.tokens[*bucket] < 1.0) {
            return Err(ApiError::new(Code::Throttling, "Rate exceeded"));
        }
        for bucket in buckets {
            levels.tokens[*bucket] -= 1.0;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(throttle: &Throttle, bucket: Bucket, at: u64, tries: usize) -> usize {
        (0..tries).filter(|_| throttle.take(bucket, Duration::from_secs(at)).is_ok()).count()
    }

    #[test]
    fn a_burst_of_50_then_10_a_second() {
        let throttle = Throttle::new();
        assert_eq!(taken(&throttle, Bucket::AllCalls, 0, 100), 50);
        assert_eq!(taken(&throttle, Bucket::AllCalls, 1, 100), 10);
        assert_eq!(taken(&throttle, Bucket::AllCalls, 1_000, 100), 50);
    }

    #[test]
    fn a_thousand_checks_a_day() {
        let throttle = Throttle::new();
        let made: usize = (0..200).map(|n| taken(&throttle, Bucket::CreateHealthCheck, n * 100, 50)).sum();
        // 20,000 seconds give 231 tokens back.
        assert!((1_225..1_235).contains(&made), "{made}");
    }

    #[test]
    fn a_refused_call_costs_nothing() {
        let throttle = Throttle::new();
        assert_eq!(taken(&throttle, Bucket::HealthCheckStatus, 0, 40), 4);
        assert_eq!(taken(&throttle, Bucket::AllCalls, 0, 100), 46);
        assert_eq!(taken(&throttle, Bucket::HealthCheckStatus, 2, 40), 2);
    }
}
