//! Requests of all clients, second by second, counted from the fault.

use std::{collections::BTreeMap, time::Duration};

use crate::model::Side;

/// Requests of one second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Second {
    /// That brought bytes from the primary, and from the secondary.
    pub served: [u32; 2],
    /// That brought none.
    pub failed: u32,
}

impl Second {
    fn count(&mut self, side: Option<Side>) {
        match side {
            Some(side) => self.served[side.index()] += 1,
            None => self.failed += 1,
        }
    }
}

/// Second by second.
#[derive(Clone, Debug, Default)]
pub struct Traffic {
    /// Until it is known which moment is zero.
    before: Vec<(Duration, Option<Side>)>,
    zero: Option<Duration>,
    seconds: BTreeMap<i64, Second>,
}

impl Traffic {
    /// A request ended, with bytes from a side, or without.
    pub(super) fn see(&mut self, at: Duration, side: Option<Side>) {
        match self.zero {
            None => self.before.push((at, side)),
            Some(zero) => self.seconds.entry(second_of(at, zero)).or_default().count(side),
        }
    }

    /// From this moment on seconds are counted, forwards and backwards.
    pub(super) fn align(&mut self, zero: Duration) {
        if self.zero.is_none() {
            self.zero = Some(zero);
            for (at, side) in std::mem::take(&mut self.before) {
                self.seconds.entry(second_of(at, zero)).or_default().count(side);
            }
        }
    }

    /// Each second from the first with a request to the last, with the number of its beginning since the fault.
    pub fn seconds(&self) -> impl Iterator<Item = (i64, Second)> {
        let first = self.seconds.keys().next().copied().unwrap_or(0);
        let end = self.seconds.keys().next_back().map_or(0, |last| last + 1);
        (first..end).map(|second| (second, self.seconds.get(&second).copied().unwrap_or_default()))
    }
}

fn second_of(at: Duration, zero: Duration) -> i64 {
    let whole = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    if let Some(after) = at.checked_sub(zero) {
        return whole(after);
    }
    let before = zero.saturating_sub(at);
    -whole(before) - i64::from(before.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_counted_from_the_fault_and_backwards_without_gaps() {
        let ms = Duration::from_millis;
        let mut traffic = Traffic::default();
        traffic.see(ms(8_400), Some(Side::Primary));
        traffic.see(ms(9_500), Some(Side::Primary));
        traffic.align(ms(9_500));
        traffic.see(ms(9_600), None);
        traffic.see(ms(12_500), Some(Side::Secondary));
        let seconds: Vec<_> = traffic.seconds().collect();
        let of = |served, failed| Second { served, failed };
        assert_eq!(
            seconds,
            [
                (-2, of([1, 0], 0)),
                (-1, of([0, 0], 0)),
                (0, of([1, 0], 1)),
                (1, of([0, 0], 0)),
                (2, of([0, 0], 0)),
                (3, of([0, 1], 0)),
            ]
        );
    }
}
