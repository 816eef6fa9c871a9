//! Whether the checkers of a new health check have seen enough. Pure.

use std::{collections::BTreeSet, time::Duration};

use crate::{
    model::{CheckerReport, verdict},
    plan::AwaitedCheck,
};

/// What the reports so far say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Readiness {
    /// The check counts as healthy and will go on doing so.
    Healthy,
    /// Too few have looked to tell.
    TooEarly,
    /// Enough have looked, and it is not healthy (yet).
    Unhealthy,
}

/// What the reports say of `check`.
///
/// 1. Nobody has reported: too early.
/// 2. A plain check is ready with the first verdict "healthy": it counts as healthy from the start,
///    so more data cannot make the records fail over by surprise.
/// 3. An inverted check counts as unhealthy from the start, so it is ready only when checkers of all
///    its regions have looked and the verdict is "healthy".
/// 4. Otherwise it is unhealthy once all regions have looked, and too early before.
pub(super) fn judge(check: &AwaitedCheck, reports: &[CheckerReport]) -> Readiness {
    let regions: BTreeSet<_> = reports.iter().filter_map(|report| report.region.as_ref()).collect();
    let all_have_looked = regions.len() >= check.regions;
    match verdict(reports, check.inverted) {
        Some(true) if all_have_looked || !check.inverted => Readiness::Healthy,
        Some(false) if all_have_looked => Readiness::Unhealthy,
        _ => Readiness::TooEarly,
    }
}

/// How long to wait for checkers that are new to a check: two looks of each, and a minute for
/// Route 53 to hand the check out to them, for which no figure is published (our choice).
pub(super) fn patience(check: &AwaitedCheck) -> Duration {
    Duration::from_secs(60 + 2 * u64::from(check.interval))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{CheckOwner, CheckRole},
        plan::CheckRef,
    };

    fn check(inverted: bool) -> AwaitedCheck {
        let owner = CheckOwner {
            zone: "Z1".parse().expect("an id"),
            failover: "data.example.com".parse().expect("a name"),
            role: CheckRole::Primary,
        };
        AwaitedCheck { check: CheckRef::Planned(owner.clone()), owner, inverted, interval: 10, regions: 2 }
    }

    fn reports(looks: &[(&str, bool)]) -> Vec<CheckerReport> {
        let report = |(region, success): &(&str, bool)| CheckerReport {
            region: region.parse().ok(),
            ip_address: String::new(),
            success: *success,
            status: String::new(),
            checked_at: None,
        };
        looks.iter().map(report).collect()
    }

    #[test]
    fn a_plain_check_is_ready_with_the_first_good_look() {
        assert_eq!(judge(&check(false), &[]), Readiness::TooEarly);
        assert_eq!(judge(&check(false), &reports(&[("us-east-1", true)])), Readiness::Healthy);
        assert_eq!(judge(&check(false), &reports(&[("us-east-1", false)])), Readiness::TooEarly);
        let both = [("us-east-1", false), ("eu-west-1", false)];
        assert_eq!(judge(&check(false), &reports(&both)), Readiness::Unhealthy);
    }

    #[test]
    fn an_inverted_check_is_ready_when_every_region_has_failed() {
        assert_eq!(judge(&check(true), &reports(&[("us-east-1", false)])), Readiness::TooEarly);
        let failing = [("us-east-1", false), ("eu-west-1", false)];
        assert_eq!(judge(&check(true), &reports(&failing)), Readiness::Healthy);
        let thrown = [("us-east-1", true), ("eu-west-1", true)];
        assert_eq!(judge(&check(true), &reports(&thrown)), Readiness::Unhealthy);
    }
}
