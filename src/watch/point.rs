//! One vantage point of one failover: what it answers now, and since when.

use std::time::Duration;

use super::{Cell, History, Latencies};
use crate::probe::{Answered, Freshness, Overdue, PointerAnswer, TtlHabit, Vantage};

/// What a vantage point answered, or why it did not.
pub type Answer = Result<PointerAnswer, String>;

/// What is known of a vantage point. Moments are by the clock of the world that is watched.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Who is asked, and how.
    pub vantage: Vantage,
    /// How often it is asked, at most.
    pub every: Duration,
    /// What it answered last, or why it did not; nothing before the first sighting.
    pub answer: Option<Answer>,
    /// Since when it has answered that.
    pub since: Duration,
    /// When the question left that it was last seen to answer, or not.
    pub last_asked: Duration,
    /// When it was seen last.
    pub seen: Duration,
    /// How long the last reply took; nothing when none came.
    pub took: Option<Duration>,
    /// How long all replies took.
    pub latencies: Latencies,
    /// When the answer's TTL runs out.
    pub expires: Option<Duration>,
    /// How often it was asked.
    pub asked: u64,
    /// How often nothing usable came back.
    pub failed: u64,
    /// An answer that outlived its TTL.
    pub stale: Option<Stale>,
    /// How the TTL of its answers behaves, of a resolver.
    pub ttl_habit: TtlHabit,
    /// The last while, in cells.
    pub history: History,
}

/// A resolver goes on with an answer that nobody gives any more, for longer than its TTL allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stale {
    /// When it should have been forgotten, at the latest.
    pub expired: Duration,
    /// When it was first seen after that.
    pub first_seen: Duration,
    /// By what it is known.
    pub reason: Overdue,
}

/// No cell stands for less: a second is what people read off a row of cells.
const SHORTEST_SPAN: Duration = Duration::from_secs(1);

impl Point {
    /// A vantage point that has not been seen yet, and is asked so often.
    pub fn new(vantage: Vantage, every: Duration) -> Self {
        let history = History::new(every.max(SHORTEST_SPAN));
        let (since, seen, last_asked) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
        Self {
            vantage,
            every,
            answer: None,
            since,
            last_asked,
            seen,
            took: None,
            latencies: Latencies::default(),
            expires: None,
            asked: 0,
            failed: 0,
            stale: None,
            ttl_habit: TtlHabit::default(),
            history,
        }
    }

    /// What it answered last: nothing where it did not.
    pub fn answered(&self) -> Option<&Answered> {
        Some(&self.answer.as_ref()?.as_ref().ok()?.answered)
    }

    /// Whether it has ever answered anything.
    pub fn has_answered(&self) -> bool {
        self.asked > self.failed
    }

    /// How much is left of the answer's TTL; zero when it has run out.
    pub fn ttl_left(&self, now: Duration) -> Option<Duration> {
        Some(self.expires?.saturating_sub(now))
    }

    /// Takes in what it answered; when that is something else than before, says what it was before and since
    /// when.
    pub(super) fn see(
        &mut self,
        asked: Duration,
        answered: Duration,
        answer: Answer,
    ) -> Option<(Option<Answer>, Duration)> {
        let is_new = !self.answer.as_ref().is_some_and(|before| is_the_same(before, &answer));
        let since = self.since;
        if is_new {
            self.since = answered;
        }
        self.asked += 1;
        self.failed += u64::from(answer.is_err());
        (self.last_asked, self.seen) = (asked, answered);
        let took = answered.saturating_sub(asked);
        self.took = answer.is_ok().then_some(took);
        if answer.is_ok() {
            self.latencies.add(took);
        }
        self.expires = answer.as_ref().ok().and_then(|answer| Some(answered + answer.ttl?.duration()));
        self.history.see(answered, Cell::of(&answer));
        let before = self.answer.replace(answer);
        is_new.then_some((before, since))
    }

    /// Takes over what is known of its answers' age; gives back what was known before.
    pub(super) fn age(&mut self, known: &Freshness) -> (Option<Stale>, TtlHabit) {
        let stale = known.stale.map(|stale| Stale {
            // Of one that says so itself, nobody may know more than when it was heard to.
            expired: stale.since.unwrap_or(stale.first_seen),
            first_seen: stale.first_seen,
            reason: stale.reason,
        });
        let habit = std::mem::replace(&mut self.ttl_habit, known.ttl);
        (std::mem::replace(&mut self.stale, stale), habit)
    }
}

/// Why nothing comes may change from look to look, and is no news.
fn is_the_same(before: &Answer, now: &Answer) -> bool {
    match (before, now) {
        (Ok(before), Ok(now)) => before.answered == now.answered,
        (Err(_), Err(_)) => true,
        _ => false,
    }
}
