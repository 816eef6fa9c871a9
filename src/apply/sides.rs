//! Is a side of a failover up, as far as its checkers say? Pure.

use crate::model::{CheckRole, CheckerReport, is_quorum};

/// Whether both sides are among the roles.
pub(super) fn both(roles: &[CheckRole]) -> bool {
    roles.contains(&CheckRole::Primary) && roles.contains(&CheckRole::Secondary)
}

/// By the last look of each checker. A check without data is healthy (Route 53 Developer Guide,
/// `dns-failover-determining-health-of-endpoints`).
pub(super) fn is_up(reports: &[CheckerReport]) -> bool {
    let successes = reports.iter().filter(|report| report.success).count();
    reports.is_empty() || is_quorum(successes, reports.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reports(successes: usize, failures: usize) -> Vec<CheckerReport> {
        let report = |success| CheckerReport {
            region: None,
            ip_address: String::new(),
            success,
            status: String::new(),
            checked_at: None,
        };
        std::iter::repeat_n(true, successes).chain(std::iter::repeat_n(false, failures)).map(report).collect()
    }

    #[test]
    fn more_than_18_percent_are_enough() {
        assert!(is_up(&[]));
        assert!(is_up(&reports(3, 13)));
        assert!(!is_up(&reports(2, 14)));
    }

    #[test]
    fn both_sides_are_the_two_endpoints() {
        use CheckRole::{Primary, Secondary, Switch};
        assert!(both(&[Primary, Switch, Secondary]));
        assert!(!both(&[Primary, Switch]) && !both(&[Secondary]) && !both(&[]));
    }
}
