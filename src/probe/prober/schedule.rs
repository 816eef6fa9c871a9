//! When is each look-up due? On a grid of its own, that is kept without drift.
//!
//! 1. Look-ups are spread over their interval, so that a thousand do not leave in one burst.
//! 2. A look-up with a long interval is asked once within the first second, off its grid: who starts to
//!    watch wants to see something.
//! 3. A machine that was too slow for some of the moments leaves them out: asked late and all at once they
//!    would tell nothing that the last one does not.
//!
//! Pure: every moment comes from outside.

use std::{cmp::Reverse, collections::BinaryHeap, time::Duration};

/// Everything is asked once within this time (our choice).
const FIRST_WITHIN: Duration = Duration::from_secs(1);
/// The golden ratio's fraction: its multiples are spread evenly over the interval however many there are,
/// and so are those of look-ups that were added side by side.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// The look-ups of one server, by their places among these.
#[derive(Debug)]
pub(super) struct Schedule {
    rows: Vec<Row>,
    due: BinaryHeap<Reverse<(Duration, usize)>>,
    skipped: u64,
}

#[derive(Debug)]
struct Row {
    /// A moment of its grid.
    grid: Duration,
    every: Duration,
}

impl Schedule {
    /// Look-ups with these intervals, from now on. `offset` (0 to 1) turns all grids, so that programs that
    /// start together do not ask together.
    pub(super) fn new(now: Duration, every: impl IntoIterator<Item = Duration>, offset: f64) -> Self {
        let (mut rows, mut due) = (Vec::new(), BinaryHeap::new());
        for (index, every) in every.into_iter().enumerate() {
            let place = u32::try_from(index).unwrap_or(u32::MAX);
            let share = (f64::from(place) * GOLDEN + offset).fract();
            rows.push(Row { grid: now.saturating_add(every.mul_f64(share)), every });
            due.push(Reverse((now + every.min(FIRST_WITHIN).mul_f64(share), index)));
        }
        Self { rows, due, skipped: 0 }
    }

    /// When the next look-up is due.
    pub(super) fn next(&self) -> Option<Duration> {
        self.due.peek().map(|Reverse((moment, _))| *moment)
    }

    /// The look-up that is due now, if one is.
    pub(super) fn due(&self, now: Duration) -> Option<usize> {
        self.due.peek().filter(|Reverse((moment, _))| *moment <= now).map(|Reverse((_, index))| *index)
    }

    /// It has been asked, or could not be: its next moment is entered. One without an interval has none
    /// before [`Schedule::again`].
    pub(super) fn done(&mut self, now: Duration) {
        let Some(Reverse((moment, index))) = self.due.pop() else { return };
        let row = &self.rows[index];
        if row.every.is_zero() {
            return;
        }
        // The first, off the grid, keeps half an interval's distance to the second.
        let next = row.after(now.max(moment.saturating_add(row.every / 2)));
        self.skipped += row.between(moment, next);
        self.due.push(Reverse((next, index)));
    }

    /// Lets a look-up without an interval be due once more. Does nothing to others.
    pub(super) fn again(&mut self, index: usize, moment: Duration) {
        if self.rows[index].every.is_zero() {
            self.due.push(Reverse((moment, index)));
        }
    }

    /// Counts one more moment at which nothing could be asked.
    pub(super) fn skip(&mut self) {
        self.skipped += 1;
    }

    /// How many moments were left out since this was last asked.
    pub(super) fn take_skipped(&mut self) -> u64 {
        std::mem::take(&mut self.skipped)
    }
}

impl Row {
    /// The first moment of the grid after `bound`.
    fn after(&self, bound: Duration) -> Duration {
        let Some(past) = bound.checked_sub(self.grid) else { return self.grid };
        let steps = past.as_nanos() / self.every.as_nanos() + 1;
        let ahead = steps.saturating_mul(self.every.as_nanos()).min(Duration::MAX.as_nanos());
        self.grid.saturating_add(Duration::from_nanos_u128(ahead))
    }

    /// How many moments of the grid lie between two others.
    fn between(&self, one: Duration, other: Duration) -> u64 {
        let steps = other.saturating_sub(one).as_nanos() / self.every.as_nanos();
        u64::try_from(steps).unwrap_or(u64::MAX).saturating_sub(1)
    }
}

#[cfg(test)]
#[expect(clippy::unchecked_time_subtraction, reason = "the moments of a schedule ascend")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// Every asking until `end`, on a machine that is never late: moment and look-up.
    fn askings(schedule: &mut Schedule, end: Duration) -> Vec<(Duration, usize)> {
        let mut all = Vec::new();
        while let Some(now) = schedule.next().filter(|moment| *moment < end) {
            all.push((now, schedule.due(now).expect("it is due")));
            schedule.done(now);
        }
        all
    }

    #[test]
    fn a_thousand_look_ups_do_not_leave_in_one_burst() {
        let second = Duration::from_secs(1);
        let mut schedule = Schedule::new(Duration::ZERO, vec![second; 1_000], 0.3);
        let mut by_tenth = [0; 10];
        for (moment, _) in askings(&mut schedule, second) {
            by_tenth[usize::try_from(moment.as_millis() / 100).expect("below ten")] += 1;
        }
        assert!(by_tenth.iter().all(|count| (95..=105).contains(count)), "{by_tenth:?}");
    }

    #[test]
    fn a_long_interval_is_asked_at_once_and_then_spread() {
        let every = Duration::from_mins(1);
        let mut schedule = Schedule::new(Duration::ZERO, vec![every; 100], 0.0);
        let all = askings(&mut schedule, every * 10);
        let first: Vec<_> = all.iter().filter(|(moment, _)| *moment < FIRST_WITHIN).collect();
        assert_eq!(first.len(), 100);
        for index in 0..100 {
            let own: Vec<Duration> = all.iter().filter(|(_, i)| *i == index).map(|(m, _)| *m).collect();
            assert!((every / 2..=every * 3 / 2).contains(&(own[1] - own[0])), "{index}: {own:?}");
            assert!(own[1..].windows(2).all(|pair| pair[1] - pair[0] == every), "{index}: {own:?}");
        }
        let minute = all.iter().filter(|(moment, _)| (every * 5..every * 6).contains(moment));
        let mut by_tenth = [0; 10];
        for (moment, _) in minute {
            by_tenth[usize::try_from((*moment - every * 5).as_secs() / 6).expect("below ten")] += 1;
        }
        assert!(by_tenth.iter().all(|count| (8..=12).contains(count)), "{by_tenth:?}");
    }

    #[test]
    fn without_an_interval_it_is_asked_when_it_is_told_to() {
        let mut schedule = Schedule::new(MS, [Duration::ZERO, MS], 0.0);
        assert_eq!(schedule.due(MS), Some(0));
        schedule.done(MS);
        assert_ne!(schedule.due(MS * 50), Some(0));
        schedule.again(0, MS);
        assert_eq!(schedule.due(MS), Some(0));
        schedule.again(1, Duration::ZERO);
        assert_eq!(schedule.due(Duration::ZERO), None, "the other one has an interval");
    }

    #[test]
    fn the_longest_intervals_there_are_do_no_harm() {
        let mut schedule = Schedule::new(MS, [Duration::MAX, Duration::from_nanos(1)], 0.9);
        for now in [MS, MS * 1_000, MS * 2_000] {
            while schedule.due(now).is_some() {
                schedule.done(now);
            }
        }
        assert!(schedule.take_skipped() > 0);
    }

    proptest! {
        /// On a machine that is late by anything, every asking is due, no two of a look-up lie closer than
        /// half an interval by the plan, and from the second on they all stand on the grid.
        #[test]
        fn the_grid_is_kept(
            every in prop::collection::vec(1_u64..5_000, 1..6),
            late in prop::collection::vec(0_u64..20_000, 1..60),
            offset in 0.0..1.0_f64,
        ) {
            let every: Vec<Duration> = every.into_iter().map(Duration::from_millis).collect();
            let start = Duration::from_secs(7);
            let mut schedule = Schedule::new(start, every.clone(), offset);
            let mut planned: Vec<Vec<Duration>> = vec![Vec::new(); every.len()];
            let (mut now, mut skipped) = (start, 0);
            for late in late {
                let moment = schedule.next().expect("there is always a next one");
                now = now.max(moment) + Duration::from_millis(late);
                let index = schedule.due(now).expect("its moment has come");
                planned[index].push(moment);
                schedule.done(now);
                skipped += schedule.take_skipped();
            }
            let mut gaps = 0;
            for (index, moments) in planned.iter().enumerate() {
                for pair in moments.windows(2) {
                    prop_assert!(pair[1] - pair[0] >= every[index] / 2);
                }
                for pair in moments.get(1..).unwrap_or_default().windows(2) {
                    let steps = (pair[1] - pair[0]).as_nanos();
                    prop_assert_eq!(steps % every[index].as_nanos(), 0);
                    gaps += u64::try_from(steps / every[index].as_nanos() - 1).expect("few");
                }
            }
            prop_assert!(skipped >= gaps, "{} left out, {} counted", gaps, skipped);
        }
    }
}
