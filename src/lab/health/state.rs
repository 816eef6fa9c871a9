//! Is this health check healthy, given what its checkers have seen?
//!
//! 1. One checker changes its mind after `FailureThreshold` results in a row that contradict it, in
//!    either direction ([`CheckerState::after`]).
//! 2. An endpoint check is healthy when more than 18 % of the checkers that have reported say so
//!    ([`enough_healthy`]).
//! 3. The other kinds, `Disabled` and `Inverted` come on top ([`status`]).
//!
//! All of it is arithmetic on values: who looked and when is the business of `checkers`, what the
//! name servers know of it is the business of `board`.

use crate::lab::route53::types::{CheckKind, HealthCheckConfig};

/// "If more than 18% of health checkers report that an endpoint is healthy, Route 53 considers it
/// healthy. If 18% of health checkers or fewer report that an endpoint is healthy, Route 53 considers
/// it unhealthy." (Route 53 Developer Guide, dns-failover-determining-health-of-endpoints)
const HEALTHY_PERCENT: usize = 18;

/// What one checker thinks of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CheckerState {
    healthy: bool,
    /// Results in a row that contradict `healthy`; always less than the threshold.
    contradictions: u32,
    reported: bool,
}

impl CheckerState {
    /// A checker that has not looked yet.
    ///
    /// A new health check is considered healthy until there is enough data to tell (Route 53 Developer
    /// Guide, dns-failover-determining-health-of-endpoints). The lab reads "enough" as
    /// `FailureThreshold` results in a row; unverified.
    pub(crate) const NEW: Self = Self { healthy: true, contradictions: 0, reported: false };

    /// Whether the endpoint is healthy in this checker's eyes.
    pub(crate) fn healthy(self) -> bool {
        self.healthy
    }

    /// Whether it has looked at least once.
    pub(crate) fn reported(self) -> bool {
        self.reported
    }

    /// What the checker thinks after one more result.
    ///
    /// `FailureThreshold`: "The number of consecutive health checks that an endpoint must pass or
    /// fail for Amazon Route 53 to change the current status of the endpoint from unhealthy to
    /// healthy or vice versa." (Route 53 API reference, `HealthCheckConfig`)
    pub(crate) fn after(self, success: bool, threshold: u32) -> Self {
        let contradictions = if success == self.healthy { 0 } else { self.contradictions + 1 };
        if contradictions >= threshold.max(1) {
            Self { healthy: success, contradictions: 0, reported: true }
        } else {
            Self { healthy: self.healthy, contradictions, reported: true }
        }
    }
}

/// How many of the checkers that have reported say healthy, and how many have reported; nothing without
/// any report.
pub(crate) fn share(checkers: impl IntoIterator<Item = CheckerState>) -> Option<(usize, usize)> {
    let reporting = checkers.into_iter().filter(|checker| checker.reported());
    let count =
        reporting.fold((0, 0), |(healthy, all), checker| (healthy + usize::from(checker.healthy()), all + 1));
    (count.1 > 0).then_some(count)
}

/// The 18 % rule over the checkers that have reported; without any report the endpoint is healthy.
pub(crate) fn enough_healthy(checkers: impl IntoIterator<Item = CheckerState>) -> bool {
    let (healthy, all) = share(checkers).unwrap_or_default();
    all == 0 || healthy * 100 > HEALTHY_PERCENT * all
}

/// What a check makes of its alarm, which is `OK`, or not, or has too little data. In that case its
/// `InsufficientDataHealthStatus` decides: "`LastKnownStatus`: Route 53 uses the status of the health check
/// from the last time that CloudWatch had sufficient data to determine the alarm state. For new health
/// checks that have no last known status, the default status for the health check is healthy" (Route 53
/// model).
pub(crate) fn followed(insufficient_data: &str, ok: Option<bool>, last: Option<bool>) -> bool {
    ok.unwrap_or_else(|| match insufficient_data {
        "Healthy" => true,
        "Unhealthy" => false,
        _ => last.unwrap_or(true),
    })
}

/// The status of a health check.
///
/// `own` is what the checkers say of this check's endpoint, or its alarm as [`followed`]; `child` is the
/// status of another check, or nothing when it has been deleted.
///
/// 1. Disabled: healthy, whatever the checkers saw (API reference, `Disabled`).
/// 2. Calculated: healthy when at least `threshold` children are; so 0 is always healthy, and more
///    than there are children is always unhealthy (API reference, `HealthThreshold`). A disabled
///    child counts as healthy by rule 1; a deleted one counts as healthy too (unverified).
/// 3. `CloudWatch`: what the alarm says, by the rule of [`followed`].
/// 4. Inverted turns the result round, a disabled check's too: inverting is how to force a disabled
///    check to unhealthy (API reference, `UpdateHealthCheck`, `Disabled`).
pub(crate) fn status(
    config: &HealthCheckConfig,
    own: impl FnOnce() -> bool,
    child: impl Fn(&str) -> Option<bool>,
) -> bool {
    let healthy = if config.disabled {
        true
    } else {
        match &config.kind {
            CheckKind::Endpoint(_) | CheckKind::CloudWatchMetric { .. } => own(),
            CheckKind::Calculated { children, threshold } => {
                let healthy = children.iter().filter(|id| child(id).unwrap_or(true)).count();
                u32::try_from(healthy).unwrap_or(u32::MAX) >= *threshold
            }
        }
    };
    healthy != config.inverted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn after(results: &[bool], threshold: u32) -> CheckerState {
        results.iter().fold(CheckerState::NEW, |state, success| state.after(*success, threshold))
    }

    /// `healthy` of `all` checkers say healthy.
    fn says_healthy(healthy: usize, all: usize) -> bool {
        enough_healthy((0..all).map(|n| after(&[n < healthy], 1)))
    }

    fn config(kind: CheckKind) -> HealthCheckConfig {
        HealthCheckConfig { kind, inverted: false, disabled: false }
    }

    fn alarm(insufficient_data: &str) -> HealthCheckConfig {
        config(CheckKind::CloudWatchMetric {
            alarm_region: "us-east-1".to_owned(),
            alarm_name: "errors".to_owned(),
            insufficient_data: insufficient_data.to_owned(),
        })
    }

    fn calculated(threshold: u32, children: &[&str]) -> HealthCheckConfig {
        config(CheckKind::Calculated {
            children: children.iter().map(|&id| id.to_owned()).collect(),
            threshold,
        })
    }

    fn status_of_calculated(threshold: u32) -> bool {
        let child = |id: &str| Some(id == "healthy");
        status(&calculated(threshold, &["healthy", "unhealthy"]), || true, child)
    }

    #[test]
    fn consecutive_results_turn_a_checker_in_either_direction() {
        assert!(after(&[false, false], 3).healthy());
        assert!(!after(&[false, false, false], 3).healthy());
        assert!(after(&[false, false, true, false, false], 3).healthy(), "a success starts the count anew");
        assert!(!after(&[false, false, false, true, true], 3).healthy());
        assert!(after(&[false, false, false, true, true, true], 3).healthy());
    }

    #[test]
    fn more_than_18_percent_healthy_is_healthy_and_18_percent_is_not() {
        assert!(says_healthy(3, 16), "18.75 %");
        assert!(!says_healthy(2, 16), "12.5 %: 14 of 16 have to fail");
        assert!(!says_healthy(18, 100));
        assert!(says_healthy(19, 100));
        assert!(says_healthy(2, 6) && !says_healthy(1, 6), "3 regions: 5 of 6 have to fail");
    }

    #[test]
    fn a_new_check_is_healthy_and_a_new_inverted_one_unhealthy_until_there_is_data() {
        assert!(enough_healthy([CheckerState::NEW; 16]));
        let mut new = alarm("Healthy");
        assert!(status(&new, || true, |_| None));
        new.inverted = true;
        assert!(!status(&new, || true, |_| None));
    }

    #[test]
    fn checkers_that_have_not_reported_do_not_count() {
        let mut checkers = vec![CheckerState::NEW; 15];
        checkers.push(after(&[false], 1));
        assert!(!enough_healthy(checkers));
    }

    #[test]
    fn a_disabled_check_is_healthy_and_inverting_it_forces_unhealthy() {
        let mut disabled = HealthCheckConfig { disabled: true, ..alarm("Unhealthy") };
        assert!(status(&disabled, || false, |_| None));
        disabled.inverted = true;
        assert!(!status(&disabled, || false, |_| None));
    }

    #[test]
    fn a_calculated_check_counts_its_healthy_children() {
        assert!(status_of_calculated(0), "0 is always healthy");
        assert!(status_of_calculated(1));
        assert!(!status_of_calculated(2));
        assert!(!status_of_calculated(3), "more than there are children is always unhealthy");
        assert!(status(&calculated(1, &["deleted"]), || true, |_| None));
    }

    #[test]
    fn a_metric_without_data_follows_its_setting() {
        for last in [None, Some(false), Some(true)] {
            assert!(followed("Healthy", None, last));
            assert!(!followed("Unhealthy", None, last));
            assert_eq!(followed("LastKnownStatus", None, last), last != Some(false));
            for (setting, ok) in [("Healthy", false), ("Unhealthy", true), ("LastKnownStatus", false)] {
                assert_eq!(followed(setting, Some(ok), last), ok, "{setting}");
            }
        }
        assert!(!status(&alarm("Healthy"), || false, |_| None));
    }

    proptest! {
        #[test]
        fn a_checker_believes_a_long_enough_run_of_equal_results(
            before in proptest::collection::vec(any::<bool>(), 0..30), last: bool, threshold in 1_u32..=10,
        ) {
            let start = after(&before, threshold);
            let end = (0..threshold).fold(start, |state, _| state.after(last, threshold));
            prop_assert_eq!(end.healthy(), last);
        }
    }
}
