//! The checkers' minds, followed from outside.
//!
//! Route 53 shows the last look of each checker, with its moment, but not what the checker makes of
//! it: "the number of consecutive health checks that an endpoint must pass or fail" (Route 53 API
//! reference, `FailureThreshold`). Looked at more often than the checkers look themselves, the reports
//! hold every look, so the minds, and the moment in which the verdict over them turns, can be
//! reckoned; to the precision of the reports' own times, not of our polling. CloudWatch's `HealthCheckStatus` does
//! tell verdicts, but minute by minute and later still, which is too slow for phases of seconds.
//!
//! The reports' times are those of AWS's clocks. That ours shows the same time is an assumption (both follow NTP); a
//! report from our future disproves it, and is told.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::{CheckerReport, is_quorum};

/// What each checker of one health check thinks.
#[derive(Clone, Debug)]
pub struct Minds {
    threshold: u32,
    /// Whether the check turns its checkers' common word round (Route 53 API reference, `Inverted`).
    inverted: bool,
    checkers: BTreeMap<String, Mind>,
}

#[derive(Clone, Debug)]
struct Mind {
    healthy: bool,
    contrary: u32,
    last_look: Timestamp,
}

impl Minds {
    /// Minds of checkers that agree with their last look, as they do when nothing has happened for a
    /// while. `threshold` is the check's failure threshold.
    pub fn settled(reports: &[CheckerReport], threshold: u32) -> Self {
        let minds = reports.iter().filter_map(|report| {
            let mind = Mind { healthy: report.success, contrary: 0, last_look: report.checked_at? };
            Some((report.ip_address.clone(), mind))
        });
        Self { threshold, inverted: false, checkers: minds.collect() }
    }

    /// The same minds, of a check that may be inverted.
    #[must_use]
    pub fn inverted(self, inverted: bool) -> Self {
        Self { inverted, ..self }
    }

    /// Whether the check is healthy.
    pub fn verdict(&self) -> bool {
        let healthy = self.checkers.values().filter(|mind| mind.healthy).count();
        is_quorum(healthy, self.checkers.len()) != self.inverted
    }

    /// Whether a look with this result speaks for the side.
    pub fn is_good(&self, success: bool) -> bool {
        success != self.inverted
    }

    /// When each checker looked last.
    pub fn last_looks(&self) -> Vec<Timestamp> {
        self.checkers.values().map(|mind| mind.last_look).collect()
    }

    /// Takes in new reports; says when the verdict turned, if it did.
    pub fn see(&mut self, reports: &[CheckerReport]) -> Option<Timestamp> {
        let mut looks: Vec<(Timestamp, &str, bool)> = reports
            .iter()
            .filter_map(|report| Some((report.checked_at?, report.ip_address.as_str(), report.success)))
            .collect();
        looks.sort_unstable();
        let mut turned = None;
        for (at, checker, success) in looks {
            let before = self.verdict();
            self.look(at, checker, success);
            if self.verdict() != before {
                turned = Some(at);
            }
        }
        turned
    }

    fn look(&mut self, at: Timestamp, checker: &str, success: bool) {
        let mind = self.checkers.entry(checker.to_owned()).or_insert(Mind {
            healthy: !self.inverted,
            contrary: 0,
            last_look: Timestamp::MIN,
        });
        if at <= mind.last_look {
            return;
        }
        mind.last_look = at;
        mind.contrary = if success == mind.healthy { 0 } else { mind.contrary + 1 };
        if mind.contrary >= self.threshold {
            mind.healthy = success;
            mind.contrary = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000 + second).expect("a date")
    }

    fn report(checker: u32, second: i64, success: bool) -> CheckerReport {
        CheckerReport {
            region: None,
            ip_address: checker.to_string(),
            success,
            status: String::new(),
            checked_at: Some(at(second)),
        }
    }

    #[test]
    fn the_verdict_turns_with_the_look_that_completes_the_quorum() {
        let healthy: Vec<_> = (0..16).map(|c| report(c, 0, true)).collect();
        let mut minds = Minds::settled(&healthy, 2);
        assert!(minds.verdict());
        let first: Vec<_> = (0..16).map(|c| report(c, 10 + i64::from(c), false)).collect();
        assert_eq!(minds.see(&first), None, "one failure each is below the threshold");
        assert_eq!(minds.see(&first), None, "the same looks again are no new looks");
        let second: Vec<_> = (0..16).map(|c| report(c, 40 + i64::from(c), false)).collect();
        assert_eq!(minds.see(&second), Some(at(40 + 13)), "the 14th of 16");
        assert!(!minds.verdict());
    }

    /// The switch: 3 of 16 that find its object are more than 18 %.
    #[test]
    fn three_successes_of_sixteen_turn_an_inverted_check() {
        let absent: Vec<_> = (0..16).map(|c| report(c, 0, false)).collect();
        let mut minds = Minds::settled(&absent, 1).inverted(true);
        assert!(minds.verdict());
        assert!(!minds.is_good(true));
        let found: Vec<_> = (0..16).map(|c| report(c, 10 + i64::from(c), true)).collect();
        assert_eq!(minds.see(&found), Some(at(10 + 2)));
        assert!(!minds.verdict());
    }

    #[test]
    fn a_good_look_between_starts_the_count_again() {
        let mut minds = Minds::settled(&[report(0, 0, true)], 2);
        for (second, success) in [(1, false), (2, true), (3, false)] {
            assert_eq!(minds.see(&[report(0, second, success)]), None);
        }
        assert_eq!(minds.see(&[report(0, 4, false)]), Some(at(4)));
    }
}
