//! The only place that reads time and the only one that sleeps.
//!
//! Everything else takes a [`Clock`], so that the lab can let a second of its world pass in a
//! fraction of ours: health check intervals, TTLs and propagation all go by this one clock, and a
//! figure that was measured with it is in seconds of the world that was measured.
//!
//! One type serves both worlds. With speed 1 it is the system's clock; with speed `N` a second of
//! its world takes 1/`N` seconds of ours. It stands on tokio's clock, so a test in a current-thread
//! runtime with paused time moves it by hand.

use std::time::{Duration, SystemTime};

use aws_sdk_route53::config::{AsyncSleep, Sleep};
use jiff::{SignedDuration, Timestamp};

/// How fast a clock may go: beyond this the scheduler's own delays are worth seconds of that world.
const FASTEST: f64 = 1_000.0;
/// A patient clock waits at least so long, in our own seconds, where the limit is not shorter itself (our choice: no
/// machine is busier than this).
const PATIENCE: Duration = Duration::from_secs(4);

/// A monotonic clock with a date, whose seconds may be shorter than ours.
#[derive(Clone, Debug)]
pub struct Clock {
    speed: f64,
    started: tokio::time::Instant,
    started_at: Timestamp,
    /// What the system's clock showed then.
    system_then: Timestamp,
    /// Its time before it was started, when it goes on where an earlier one was.
    before: Duration,
    /// No limit is made shorter than this, in our own seconds.
    patience: Duration,
}

/// The speed is not a number between 0.01 and 1000.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a clock's speed is a number from 0.01 to 1000")]
pub struct SpeedError;

impl Clock {
    /// The clock of our own world.
    pub fn system() -> Self {
        Self::start(1.0)
    }

    /// A clock that starts at our present date and goes `speed` times as fast.
    pub fn scaled(speed: f64) -> Result<Self, SpeedError> {
        if speed.is_finite() && (0.01..=FASTEST).contains(&speed) {
            Ok(Self::start(speed))
        } else {
            Err(SpeedError)
        }
    }

    /// A clock that goes on where another one was, `elapsed` after its `epoch`; or at our present date, when
    /// that is later. So its date never goes back from one run of a program to the next.
    pub fn resumed(speed: f64, epoch: Timestamp, elapsed: Duration) -> Result<Self, SpeedError> {
        let new = Self::scaled(speed)?;
        let ours = Duration::try_from(new.started_at.duration_since(epoch)).unwrap_or_default();
        Ok(Self { started_at: epoch, before: elapsed.max(ours), ..new })
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads time")]
    fn start(speed: f64) -> Self {
        let started_at = Timestamp::try_from(SystemTime::now()).unwrap_or(Timestamp::UNIX_EPOCH);
        let (before, patience) = (Duration::ZERO, Duration::ZERO);
        let started = tokio::time::Instant::now();
        Self { speed, started, started_at, system_then: started_at, before, patience }
    }

    /// Seconds of this clock's world that pass in one of ours.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// Time since the clock was started, in its own seconds. Never goes back.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads time")]
    pub fn elapsed(&self) -> Duration {
        self.before + self.started.elapsed().mul_f64(self.speed)
    }

    /// The date at which [`Clock::elapsed`] was zero.
    pub fn epoch(&self) -> Timestamp {
        self.started_at
    }

    /// The date in the clock's world. It moves with [`Clock::elapsed`], so a step of the system's
    /// clock (NTP, a suspended laptop) cannot reorder what was measured.
    pub fn now(&self) -> Timestamp {
        let elapsed = SignedDuration::try_from(self.elapsed()).unwrap_or(SignedDuration::MAX);
        self.started_at.checked_add(elapsed).unwrap_or(Timestamp::MAX)
    }

    /// How far the system's clock has moved beside the monotonic one since this clock was started, in our seconds:
    /// forwards by a step of NTP, say, or by a sleep of the machine; backwards by the hand of somebody.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads time")]
    pub fn drift(&self) -> SignedDuration {
        let now = Timestamp::try_from(SystemTime::now()).unwrap_or(self.system_then);
        let monotonic = SignedDuration::try_from(self.started.elapsed()).unwrap_or(SignedDuration::MAX);
        now.duration_since(self.system_then).saturating_sub(monotonic)
    }

    /// How long `duration` of the clock's world is in ours: for timeouts handed to libraries.
    pub fn real(&self, duration: Duration) -> Duration {
        duration.div_f64(self.speed)
    }

    /// The same clock, for questions about which nothing is measured. In a world that is 20 times as fast as ours,
    /// the 10 s that an endpoint has for an answer are half a second of ours, and a machine that does other work
    /// takes that; here a limit is what it says in seconds of ours, up to some of them. In our own world nothing changes.
    #[must_use]
    pub fn patient(&self) -> Self {
        Self { patience: PATIENCE, ..self.clone() }
    }

    /// Sleeps for `duration` of the clock's world.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that sleeps")]
    pub async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(self.real(duration)).await;
    }

    /// Sleeps until `moment` (as by [`Clock::elapsed`]); returns at once when it has passed.
    pub async fn sleep_until(&self, moment: Duration) {
        self.sleep(moment.saturating_sub(self.elapsed())).await;
    }

    /// Waits for `future`, but no longer than `limit` of the clock's world.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that waits for a limit")]
    pub async fn timeout<F: Future>(&self, limit: Duration, future: F) -> Result<F::Output, Elapsed> {
        tokio::time::timeout(self.real(limit).max(limit.min(self.patience)), future)
            .await
            .map_err(|_| Elapsed { limit })
    }
}

/// The SDK's waits, between attempts and for answers, in the clock's seconds.
impl AsyncSleep for Clock {
    fn sleep(&self, duration: Duration) -> Sleep {
        let clock = self.clone();
        Sleep::new(async move { clock.sleep(duration).await })
    }
}

/// Something took longer than the limit that it was given.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("no result within {} s", limit.as_secs_f64())]
pub struct Elapsed {
    /// The limit, in the clock's seconds.
    pub limit: Duration,
}

/// A text is no duration.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no duration; write it like 90s, 5m or 2h")]
pub struct NoDuration(String);

/// Reads a duration as people write it: `90s`, `5m`, `2h`, `1m 30s`.
pub fn duration(text: &str) -> Result<Duration, NoDuration> {
    let read = text.parse::<SignedDuration>().ok().and_then(|duration| Duration::try_from(duration).ok());
    read.ok_or_else(|| NoDuration(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_scaled_second_is_shorter_than_ours() {
        let clock = Clock::scaled(20.0).expect("a valid speed");
        let before = clock.now();
        clock.sleep(Duration::from_secs(40)).await;
        assert_eq!(clock.elapsed().as_secs(), 40);
        assert_eq!(clock.now().duration_since(before).as_secs(), 40);
        assert_eq!(clock.real(Duration::from_secs(40)), Duration::from_secs(2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_timeout_counts_the_clocks_own_seconds() {
        let clock = Clock::scaled(10.0).expect("a valid speed");
        let limit = Duration::from_secs(5);
        let result = clock.timeout(limit, clock.sleep(Duration::from_secs(6))).await;
        assert_eq!(result, Err(Elapsed { limit }));
        assert_eq!(clock.timeout(limit, async { 7 }).await, Ok(7));
        assert_eq!(clock.patient().timeout(limit, clock.sleep(Duration::from_secs(6))).await, Ok(()));
    }

    /// Through the trait, as the SDK calls it.
    #[tokio::test(start_paused = true)]
    async fn the_sdk_sleeps_by_the_clock() {
        let clock = Clock::scaled(20.0).expect("a valid speed");
        AsyncSleep::sleep(&clock, Duration::from_secs(40)).await;
        assert_eq!(clock.elapsed().as_secs(), 40);
    }

    #[tokio::test(start_paused = true)]
    async fn a_resumed_clock_goes_on_and_never_back() {
        let first = Clock::scaled(20.0).expect("a valid speed");
        first.sleep(Duration::from_secs(10_000)).await;
        let (date, elapsed) = (first.now(), first.elapsed());
        let ahead = Clock::resumed(20.0, first.epoch(), elapsed).expect("a valid speed");
        assert_eq!((ahead.elapsed(), ahead.now()), (elapsed, date), "it was ahead of our date, and stays");
        let day = Duration::from_hours(24);
        let behind = Clock::resumed(20.0, first.epoch() - day, Duration::ZERO).expect("a valid speed");
        assert!(behind.elapsed() >= day, "a day of ours has passed meanwhile: {:?}", behind.elapsed());
        assert!(behind.now() >= first.epoch());
    }

    #[test]
    fn durations_are_read_as_people_write_them() {
        for (text, seconds) in [("90s", 90), ("5m", 300), ("2h", 7_200), ("1m 30s", 90), ("0s", 0)] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "90", "-1s", "soon", "1 month"] {
            assert_eq!(duration(text), Err(NoDuration(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn a_speed_must_be_usable() {
        for speed in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e6] {
            assert_eq!(Clock::scaled(speed).err(), Some(SpeedError));
        }
    }
}
