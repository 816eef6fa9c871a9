//! Have the checkers of a health check seen enough for a record to depend on it? Pure.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::Timestamp;

use crate::{
    model::{AlarmCheck, AlarmState, CheckerReport, Region, is_quorum},
    plan::AwaitedCheck,
};

/// What the reports so far say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Readiness {
    /// The check counts as healthy and will go on doing so.
    Healthy,
    /// Too few looks to tell.
    TooEarly,
    /// Every checker is sure, and the check is not healthy.
    Unhealthy,
}

/// What was seen of each checker since the waiting began.
#[derive(Debug, Default)]
pub(super) struct Looks {
    checkers: BTreeMap<String, Row>,
    regions: BTreeSet<Region>,
}

/// Equal results in a row of one checker.
#[derive(Debug)]
struct Row {
    success: bool,
    length: u32,
    last: Option<Timestamp>,
}

impl Looks {
    /// Takes in new reports. A report with the moment of the one before is the same look; one without
    /// a moment counts as one look, however often it is read.
    pub(super) fn see(&mut self, reports: &[CheckerReport]) {
        for report in reports {
            self.regions.extend(report.region.clone());
            let row = self.checkers.entry(report.ip_address.clone()).or_insert(Row {
                success: report.success,
                length: 0,
                last: None,
            });
            if row.length > 0 && row.last >= report.checked_at {
                continue;
            }
            row.length = if row.success == report.success { row.length + 1 } else { 1 };
            row.success = report.success;
            row.last = report.checked_at;
        }
    }

    /// How many checkers saw the endpoint well at last, and how many looked at all.
    pub(super) fn count(&self) -> (usize, usize) {
        (self.checkers.values().filter(|row| row.success).count(), self.checkers.len())
    }

    /// What the looks say of `check`:
    ///
    /// 1. Nobody has reported: too early.
    /// 2. A plain check is ready with the first verdict "healthy": it counts as healthy from the start,
    ///    so more data cannot make the records fail over by surprise.
    /// 3. Everything else is told only when every checker is sure, by as many equal results in a row as
    ///    the failure threshold says, and checkers of all regions have looked. An inverted check counts
    ///    as unhealthy from the start, and how soon Route 53 believes its checkers is not documented.
    pub(super) fn judge(&self, check: &AwaitedCheck) -> Readiness {
        let (successes, reporting) = self.count();
        if reporting == 0 {
            return Readiness::TooEarly;
        }
        let healthy = is_quorum(successes, reporting) != check.inverted;
        let sure = self.regions.len() >= check.regions
            && self.checkers.values().all(|row| row.length >= check.failure_threshold);
        match (healthy, check.inverted, sure) {
            (true, false, _) | (true, true, true) => Readiness::Healthy,
            (false, _, true) => Readiness::Unhealthy,
            _ => Readiness::TooEarly,
        }
    }
}

/// What an alarm says against its side; nothing when it does not. One with too little data to judge by, and
/// whose check keeps its last status then, says nothing against it: "For new health checks that have no
/// last known status, the default status for the health check is healthy" (Route 53 model,
/// `InsufficientDataHealthStatus`).
pub(super) fn against(alarm: &AlarmCheck, state: Option<AlarmState>) -> Option<String> {
    let AlarmCheck { name, region, .. } = alarm;
    match state {
        None => Some(format!("there is no alarm `{name}` in {region}")),
        Some(state) => match (alarm.verdict(state), state) {
            (Some(true) | None, _) => None,
            (Some(false), AlarmState::InsufficientData) => {
                Some(format!("the alarm `{name}` in {region} has too little data to judge by"))
            }
            (Some(false), _) => Some(format!("the alarm `{name}` in {region} is in the state ALARM")),
        },
    }
}

/// How long to wait for checkers that are new to a check: as many looks of each as the threshold says
/// and one more, and a minute for Route 53 to hand the check out to them, for which no figure is
/// published (our choice).
pub(super) fn patience(check: &AwaitedCheck) -> Duration {
    Duration::from_secs(60 + u64::from(check.failure_threshold + 1) * u64::from(check.interval))
}

/// What the checkers say, in words.
pub(super) fn detail(
    check: &AwaitedCheck,
    reports: &[CheckerReport],
    readiness: Readiness,
    waited: Duration,
) -> String {
    let (successes, reporting) = (reports.iter().filter(|report| report.success).count(), reports.len());
    if readiness == Readiness::TooEarly {
        return format!(
            "after {} s only {reporting} checkers have reported, or not often enough to be sure",
            waited.as_secs()
        );
    }
    let example = reports.iter().find(|report| report.success == check.inverted);
    let example = example.map(|report| format!("; one says: {}", report.status)).unwrap_or_default();
    format!("{successes} of {reporting} checkers report success{example}")
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
        let check = CheckRef::Planned(owner.clone());
        AwaitedCheck { check, owner, inverted, interval: 10, failure_threshold: 2, regions: 2 }
    }

    /// One look of each of two checkers, at a second.
    fn looks(second: i64, successes: [bool; 2]) -> Vec<CheckerReport> {
        let report = |(region, success): (&str, bool)| CheckerReport {
            region: region.parse().ok(),
            ip_address: region.to_owned(),
            success,
            status: String::new(),
            checked_at: Timestamp::from_second(second).ok(),
        };
        ["us-east-1", "eu-west-1"].into_iter().zip(successes).map(report).collect()
    }

    fn judged(inverted: bool, seen: &[&[CheckerReport]]) -> Readiness {
        let mut all = Looks::default();
        for reports in seen {
            all.see(reports);
        }
        all.judge(&check(inverted))
    }

    #[test]
    fn a_plain_check_is_ready_with_the_first_good_look() {
        assert_eq!(judged(false, &[]), Readiness::TooEarly);
        assert_eq!(judged(false, &[&looks(1, [true, true])[..1]]), Readiness::Healthy);
        assert_eq!(judged(false, &[&looks(1, [true, false])]), Readiness::Healthy, "half are more than 18 %");
    }

    #[test]
    fn it_is_unhealthy_only_when_every_checker_is_sure() {
        let (first, second) = (looks(1, [false, false]), looks(11, [false, false]));
        assert_eq!(judged(false, &[&first]), Readiness::TooEarly);
        assert_eq!(judged(false, &[&first, &first]), Readiness::TooEarly, "the same look twice");
        assert_eq!(judged(false, &[&first, &second]), Readiness::Unhealthy);
        assert_eq!(judged(false, &[&first[..1], &second[..1]]), Readiness::TooEarly, "a region is missing");
    }

    #[test]
    fn an_alarm_speaks_against_its_side_or_does_not() {
        let against = |data: &str, state| {
            let (name, region) = ("bucket".parse().expect("a name"), "us-east-1".parse().expect("a region"));
            let insufficient_data = data.parse().expect("one of three");
            super::against(&AlarmCheck { name, region, insufficient_data }, state)
        };
        for data in ["healthy", "unhealthy", "last-known"] {
            assert_eq!(against(data, Some(AlarmState::Ok)), None);
            let why = against(data, Some(AlarmState::Alarm)).expect("unhealthy");
            assert_eq!(why, "the alarm `bucket` in us-east-1 is in the state ALARM");
            let why = against(data, None).expect("unknown");
            assert_eq!(why, "there is no alarm `bucket` in us-east-1");
        }
        let silent = |data| against(data, Some(AlarmState::InsufficientData));
        assert_eq!((silent("healthy"), silent("last-known")), (None, None));
        assert!(silent("unhealthy").is_some_and(|why| why.contains("too little data")));
    }

    #[test]
    fn an_inverted_check_is_ready_when_every_checker_is_sure_that_it_fails() {
        let (first, second) = (looks(1, [false, false]), looks(11, [false, false]));
        assert_eq!(judged(true, &[&first]), Readiness::TooEarly);
        assert_eq!(judged(true, &[&first, &second]), Readiness::Healthy);
        let thrown = [looks(1, [true, true]), looks(11, [true, true])];
        assert_eq!(judged(true, &[&thrown[0], &thrown[1]]), Readiness::Unhealthy);
    }
}
