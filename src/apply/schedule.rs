//! Whose checkers are asked next, and when? Pure.
//!
//! `GetHealthCheckStatus` may be called once a second by a whole account (Route 53 Developer Guide,
//! throttling-api-requests), and an answer that says nothing new is a second lost for all other checks. So:
//!
//! 1. How long Route 53 takes to hand a new check out to its checkers is published nowhere; it is learned. A
//!    check that nobody has looked at yet says that younger ones need not be asked, and how old they should
//!    be before they are.
//! 2. A check whose checkers have looked, and not often enough, is asked when they have had the time for one
//!    more look.
//! 3. Among those whose time has come, the one goes first whose time came first.
//! 4. When only a few are waited for there is nothing to save: each is asked every two seconds, as its
//!    checkers do not keep step.

use std::time::Duration;

/// Two calls for one check when there is time: half of the once a second that Route 53 allows, which
/// leaves room for other tools.
const BETWEEN_CALLS: Duration = Duration::from_secs(2);
/// As many as the burst of `GetHealthCheckStatus` (Route 53 Developer Guide, throttling-api-requests).
const FEW: usize = 4;
/// Handing a check out is not thought to take longer (our choice, as in [`patience`](super::readiness::patience)).
const LONGEST_LAG: Duration = Duration::from_mins(1);

/// When one check is to be asked; times are those of a clock's start.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    /// Since when it is waited for.
    since: Duration,
    /// Whether it is new, so that its checkers may not know of it yet.
    new: bool,
    /// When it was asked last.
    asked: Option<Duration>,
    /// When asking it again is worth a call.
    due: Option<Duration>,
}

/// What has been learned of all.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    lag: Duration,
}

/// What came of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// No checker has looked.
    Nothing,
    /// Checkers have looked, too few times.
    TooFew,
}

impl Turn {
    /// A check that is waited for from `now` on.
    pub(super) fn new(now: Duration, new: bool) -> Self {
        Self { since: now, new, asked: None, due: None }
    }
}

impl Schedule {
    /// Which of the turns is next, and when; nothing when there is none.
    pub(super) fn next<'a>(
        &self,
        turns: impl ExactSizeIterator<Item = &'a Turn>,
    ) -> Option<(usize, Duration)> {
        let few = turns.len() <= FEW;
        turns.map(|turn| self.due(turn, few)).enumerate().min_by_key(|(_, due)| *due)
    }

    fn due(&self, turn: &Turn, few: bool) -> Duration {
        let lag = if turn.new { self.lag } else { Duration::ZERO };
        let worth = turn.due.unwrap_or(turn.since + lag);
        let soon = turn.asked.map_or(turn.since, |asked| asked + BETWEEN_CALLS);
        if few { worth.min(soon) } else { worth }
    }

    /// Takes in that a check with looks every `interval` was asked.
    pub(super) fn answered(&mut self, turn: &mut Turn, now: Duration, interval: Duration, answer: Answer) {
        turn.asked = Some(now);
        let age = now.saturating_sub(turn.since);
        turn.due = Some(match answer {
            Answer::Nothing if turn.new && age < LONGEST_LAG => {
                let older = (age + age / 2 + Duration::from_secs(1)).min(LONGEST_LAG);
                self.lag = self.lag.max(older);
                turn.since + older
            }
            Answer::Nothing | Answer::TooFew => now + interval,
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const INTERVAL: Duration = Duration::from_secs(10);
    /// Between two calls, as the account's budget lets them.
    const PACE: Duration = Duration::from_millis(1_100);

    /// Creates checks one after the other and asks until each has reported so often: how many calls it
    /// took, and how long after the last was created. Checkers report `handed_out` after the creation and
    /// once in an interval from then on.
    fn played(checks: u32, between: Duration, handed_out: Duration, looks: u32) -> (u32, Duration) {
        let mut schedule = Schedule::default();
        let mut waiting: Vec<(Duration, u32, Turn)> = Vec::new();
        let (mut now, mut created, mut calls) = (Duration::ZERO, 0, 0);
        loop {
            while created < checks && between * created <= now {
                waiting.push((between * created, 0, Turn::new(between * created, true)));
                created += 1;
            }
            let Some((index, at)) = schedule.next(waiting.iter().map(|(.., turn)| turn)) else {
                if created == checks {
                    return (calls, now.saturating_sub(between * (checks - 1)));
                }
                now = between * created;
                continue;
            };
            if at > now && created < checks && between * created < at {
                now = now.max(between * created);
                continue;
            }
            now = now.max(at);
            calls += 1;
            let (born, seen, turn) = &mut waiting[index];
            let looked = now.checked_sub(*born + handed_out);
            let looked = looked.map_or(0, |since| 1 + since.as_secs() / INTERVAL.as_secs());
            // One call shows one look of each checker, however many there were since the last call.
            let fresh = looked > 0
                && turn.asked.is_none_or(|asked| {
                    let before = asked.checked_sub(*born + handed_out);
                    before.map_or(0, |since| 1 + since.as_secs() / INTERVAL.as_secs()) < looked
                });
            *seen += u32::from(fresh);
            if *seen >= looks {
                waiting.remove(index);
            } else {
                let answer = if looked == 0 { Answer::Nothing } else { Answer::TooFew };
                schedule.answered(turn, now, INTERVAL, answer);
            }
            now += PACE;
        }
    }

    #[test]
    fn one_check_is_asked_at_once_and_every_two_seconds() {
        let mut schedule = Schedule::default();
        let mut turn = Turn::new(SECOND, false);
        assert_eq!(schedule.next([&turn].into_iter()), Some((0, SECOND)));
        schedule.answered(&mut turn, SECOND, INTERVAL, Answer::TooFew);
        assert_eq!(schedule.next([&turn].into_iter()), Some((0, 3 * SECOND)));
        assert_eq!(schedule.next([].iter()), None);
    }

    #[test]
    fn many_checks_that_are_handed_out_late_cost_hardly_more_than_a_call_each() {
        for handed_out in [0, 5, 20, 40] {
            // As fast as they can be created: 200 checks in 300 seconds.
            let (calls, tail) = played(200, SECOND * 3 / 2, handed_out * SECOND, 1);
            assert!(calls <= 240, "{handed_out}: {calls} calls");
            assert!(tail <= (handed_out + 20) * SECOND, "{handed_out}: {tail:?}");
        }
    }

    proptest! {
        /// Everything ends, and nothing is asked more often than what can come of it.
        #[test]
        fn no_call_is_wasted_on_what_is_known(
            checks in 5..60_u32,
            between in 100..3_000_u64,
            handed_out in 0..40_u32,
            looks in 1..4_u32,
        ) {
            let (calls, _) = played(checks, Duration::from_millis(between), handed_out * SECOND, looks);
            // The few at both ends are asked every two seconds.
            let at_the_ends = 2 * 4 * (handed_out + 10 * looks) / 2;
            prop_assert!(calls <= checks * (looks + 1) + at_the_ends, "{calls} calls for {checks} checks");
        }
    }
}
