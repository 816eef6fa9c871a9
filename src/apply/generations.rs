//! Which caller references may a new health check take?
//!
//! Zero first. But a check that was deleted keeps its reference: "Route 53 stores the `CallerReference` for a
//! deleted health check for a number of days" (Route 53 API reference, `CreateHealthCheck`). Who counted up from
//! there would ask once for each deleted predecessor, and `CreateHealthCheck` is the scarcest call of all: a
//! failover that is put up and taken down by every run of a pipeline would soon wait for minutes. So the count
//! begins anew with each hour.
//!
//! Two who apply at once find the same reference, and so the same check; unless the hour ends between them. Then
//! there are two checks, of which the records take one, and the next plan removes the other.

use jiff::Timestamp;

/// "1,000 checks can be created a day" (support's limit for an account): more tries are never needed.
const MOST_AN_HOUR: u32 = 1_000;

/// The generations to try at this time, in order.
pub(super) fn generations(now: Timestamp) -> impl Iterator<Item = u32> {
    let hour = u32::try_from(now.as_second() / 3_600).unwrap_or_default();
    let first = hour.saturating_mul(MOST_AN_HOUR).max(1);
    std::iter::once(0).chain((first..).take(MOST_AN_HOUR as usize))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn at(text: &str) -> Vec<u32> {
        generations(text.parse().expect("a time")).collect()
    }

    #[test]
    fn they_are_the_same_within_an_hour_and_others_in_the_next() {
        let one = at("2026-11-21T19:00:00Z");
        assert_eq!(one, at("2026-11-21T19:59:59Z"));
        let next = at("2026-11-21T20:00:00Z");
        assert_eq!((one[0], next[0]), (0, 0));
        let common: Vec<_> = one.iter().filter(|generation| next.contains(generation)).collect();
        assert_eq!(common, [&0]);
    }

    #[test]
    fn none_comes_twice_at_any_time() {
        for time in ["1969-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2400-01-01T00:00:00Z"] {
            let all = at(time);
            assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "{time}");
            assert_eq!(all.len(), 1_001, "{time}");
        }
    }
}
