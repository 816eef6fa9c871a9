//! Does a side serve? One request that fails is a hiccup; many in a row are an outage.

use std::time::Duration;

/// So many requests in a row fail before it is said (our choice).
const TOLD_AFTER: u32 = 2;
/// And so many, for so long, before a drill gives up (our choice: a hiccup of the network is shorter).
const LASTING_AFTER: (u32, Duration) = (3, Duration::from_secs(10));

/// The failures of one side's endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outage {
    /// Since when it fails now, and how many requests have.
    failing: Option<(Duration, u32)>,
    /// When the first request failed, after which others did too.
    first: Option<Duration>,
    /// For how long all together, but for what goes on now.
    total: Duration,
}

impl Outage {
    /// A request succeeded, or failed and why; tells when failing has become news, since when, and why.
    pub(super) fn see(&mut self, at: Duration, failed: Option<&String>) -> Option<(Duration, String)> {
        let Some(why) = failed else {
            if let Some((since, count)) = self.failing.take()
                && count >= TOLD_AFTER
            {
                self.total += at.saturating_sub(since);
            }
            return None;
        };
        let (since, count) = self.failing.get_or_insert((at, 0));
        *count += 1;
        if *count != TOLD_AFTER {
            return None;
        }
        self.first.get_or_insert(*since);
        Some((*since, why.clone()))
    }

    /// Since when it fails, when that has lasted.
    pub(super) fn lasting(&self, now: Duration) -> Option<Duration> {
        let (many, long) = LASTING_AFTER;
        let lasting = |(since, count): &(Duration, u32)| *count >= many && now.saturating_sub(*since) >= long;
        self.failing.filter(lasting).map(|(since, _)| since)
    }

    /// When it failed first, for more than a hiccup.
    pub fn first(&self) -> Option<Duration> {
        self.first
    }

    /// For how long it failed, all together, until `now`.
    pub fn total(&self, now: Duration) -> Duration {
        let (since, _) = self.failing.filter(|(_, count)| *count >= TOLD_AFTER).unwrap_or((now, 0));
        self.total + now.saturating_sub(since)
    }

    /// Whether it still fails.
    pub fn goes_on(&self) -> bool {
        self.failing.is_some_and(|(_, count)| count >= TOLD_AFTER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failure_is_a_hiccup_and_three_for_ten_seconds_are_an_outage() {
        let (second, why) = (Duration::from_secs, "503".to_owned());
        let mut outage = Outage::default();
        assert_eq!(outage.see(second(1), Some(&why)), None);
        assert_eq!(outage.see(second(2), None), None);
        assert_eq!((outage.first(), outage.total(second(3))), (None, Duration::ZERO));
        assert_eq!(outage.see(second(4), Some(&why)), None);
        assert_eq!(outage.see(second(5), Some(&why)), Some((second(4), why.clone())));
        assert_eq!(outage.see(second(6), Some(&why)), None, "it is told once");
        assert_eq!((outage.lasting(second(13)), outage.lasting(second(14))), (None, Some(second(4))));
        assert_eq!(outage.total(second(14)), second(10));
        assert!(outage.goes_on());
        outage.see(second(15), None);
        assert_eq!((outage.first(), outage.total(second(20))), (Some(second(4)), second(11)));
        assert!(!outage.goes_on());
    }
}
