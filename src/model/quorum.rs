//! How Route 53 makes one verdict of what many checkers see.

use super::CheckerReport;

/// "If more than 18% of health checkers report that an endpoint is healthy, Route 53 considers it
/// healthy. If 18% of health checkers or fewer report that an endpoint is healthy, Route 53 considers
/// it unhealthy." AWS adds that the value may change. (Route 53 Developer Guide,
/// dns-failover-determining-health-of-endpoints)
const QUORUM_PERCENT: usize = 18;

/// Whether `healthy` of `reporting` checkers are enough.
pub fn is_quorum(healthy: usize, reporting: usize) -> bool {
    healthy * 100 > reporting * QUORUM_PERCENT
}

/// How many of `reporting` checkers have to fail before the verdict turns.
pub fn failures_that_turn(reporting: usize) -> usize {
    (0..=reporting).find(|failing| !is_quorum(reporting - failing, reporting)).unwrap_or(reporting)
}

/// The verdict over what the checkers saw last; nothing when none has looked yet.
///
/// An approximation from outside: a checker changes its mind only after as many results in a row as
/// the failure threshold says, and Route 53 shows each one's last look, not its mind.
pub fn verdict(reports: &[CheckerReport], inverted: bool) -> Option<bool> {
    let healthy = reports.iter().filter(|report| report.success).count();
    (!reports.is_empty()).then(|| is_quorum(healthy, reports.len()) != inverted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_sixteen_checkers_three_keep_it_healthy() {
        assert!(is_quorum(3, 16));
        assert!(!is_quorum(2, 16));
        assert_eq!(failures_that_turn(16), 14);
        assert_eq!(failures_that_turn(6), 5);
        assert_eq!(failures_that_turn(0), 0);
    }
}
