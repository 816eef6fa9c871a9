//! Is a health check healthy, as far as is known?
//!
//! Three values: yes, no, and nothing known. What is not known never becomes certain on the way up; it only
//! stops to matter where the rest decides.

use std::collections::BTreeMap;

use crate::model::{CheckConfig, CheckKind, CheckerReport, HealthCheckId, verdict};

/// On what something that is said of health rests; what comes later in this list rests on less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Settings alone: there is no check, or it is switched off, or its threshold decides.
    Settings,
    /// The reports of Route 53's checkers.
    Checkers,
    /// What Route 53 published in CloudWatch as its verdict, a minute ago or more.
    #[serde(rename = "cloudwatch")]
    CloudWatch,
    /// The state of the alarm that a check follows.
    Alarm,
    /// Our own requests to both sides, since nothing better could be read.
    OwnProbe,
}

/// What is known of a health check that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownCheck {
    /// Its settings.
    pub config: CheckConfig,
    /// What Route 53 published as its status lately, `Inverted` included; nothing where there is nothing new.
    pub published: Option<bool>,
    /// What its checkers saw last; nothing where they were not asked, or could not be.
    pub reports: Option<Vec<CheckerReport>>,
    /// What the alarm says that it follows, before `inverted` is applied; nothing where there is none or
    /// CloudWatch could not be asked.
    pub alarm: Option<bool>,
}

impl KnownCheck {
    /// One of which nothing is known but its settings.
    pub fn new(config: CheckConfig) -> Self {
        Self { config, published: None, reports: None, alarm: None }
    }
}

/// The checks that exist. One that is not among them was deleted.
pub type KnownChecks = BTreeMap<HealthCheckId, KnownCheck>;

/// Whether a health check is healthy, and on what that rests:
///
/// 1. A disabled check counts as healthy, and `Inverted` then turns that too (Route 53 API reference,
///    `Disabled`).
/// 2. An endpoint check is healthy by the quorum of its checkers, where they were asked; before any has
///    looked, a plain one is healthy and an inverted one is not (Route 53 Developer Guide,
///    dns-failover-determining-health-of-endpoints). Where they were not, by what was published.
/// 3. A calculated check is healthy when enough of its children are: with a threshold of 0 always, with one
///    above their number never ("If you specify 0, Route 53 always considers the health check to be healthy. If
///    you specify a number greater than the number of child health checks, Route 53 always considers this health
///    check to be unhealthy", Route 53 API reference, `HealthThreshold`). Children of which nothing is known
///    matter only where they decide; then it is as was published.
/// 4. A check that follows an alarm says what the alarm says, turned by `Inverted`; where the alarm leaves it
///    open, what was published.
/// 5. Anything else (`RECOVERY_CONTROL`) is as was published.
/// 6. Of a check that was deleted nothing is known: its health "can't be predicted and may change" (Route 53
///    API reference, `DeleteHealthCheck`).
pub fn health_of(id: &HealthCheckId, checks: &KnownChecks) -> Option<(bool, Basis)> {
    let check = checks.get(id)?;
    let CheckConfig { kind, inverted, disabled } = &check.config;
    if *disabled {
        return Some((!inverted, Basis::Settings));
    }
    let published = check.published.map(|healthy| (healthy, Basis::CloudWatch));
    let own = match kind {
        CheckKind::Endpoint(_) => check.reports.as_ref().map(|reports| {
            // A new one is healthy, a new inverted one is not.
            (verdict(reports, *inverted).unwrap_or(!inverted), Basis::Checkers)
        }),
        CheckKind::Calculated { children, threshold } => {
            count(children, *threshold, checks).map(|(enough, basis)| (enough != *inverted, basis))
        }
        CheckKind::Alarm(_) => check.alarm.map(|ok| (ok != *inverted, Basis::Alarm)),
        CheckKind::Other(_) => None,
    };
    own.or(published)
}

/// Whether enough children are healthy, where that can be said. A child that is calculated itself, which Route
/// 53 does not let anybody make, is one of which nothing is known but what was published.
fn count(children: &[HealthCheckId], threshold: u32, checks: &KnownChecks) -> Option<(bool, Basis)> {
    let needed = usize::try_from(threshold).unwrap_or(usize::MAX);
    if needed == 0 || needed > children.len() {
        return Some((needed == 0, Basis::Settings));
    }
    let of_child = |id: &HealthCheckId| match checks.get(id).map(|check| &check.config.kind) {
        Some(CheckKind::Calculated { .. }) => {
            checks[id].published.map(|healthy| (healthy, Basis::CloudWatch))
        }
        _ => health_of(id, checks),
    };
    let known: Vec<(bool, Basis)> = children.iter().filter_map(of_child).collect();
    let healthy = known.iter().filter(|(healthy, _)| *healthy).count();
    let unknown = children.len() - known.len();
    let enough = healthy >= needed;
    if !enough && healthy + unknown >= needed {
        return None;
    }
    let deciding = known.iter().filter(|(healthy, _)| *healthy == enough).map(|(_, basis)| *basis);
    Some((enough, deciding.max().unwrap_or(Basis::Settings)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AlarmCheck, InsufficientData};

    fn id(text: &str) -> HealthCheckId {
        text.parse().expect("an id")
    }

    fn alarm() -> CheckKind {
        CheckKind::Alarm(AlarmCheck {
            name: "errors".parse().expect("a name"),
            region: "us-east-1".parse().expect("a region"),
            insufficient_data: InsufficientData::LastKnown,
        })
    }

    fn check(kind: CheckKind, inverted: bool, disabled: bool) -> KnownCheck {
        KnownCheck::new(CheckConfig { kind, inverted, disabled })
    }

    fn calculated(threshold: u32, children: &[Option<bool>]) -> Option<bool> {
        let ids: Vec<HealthCheckId> = (0..children.len()).map(|n| id(&format!("child-{n}"))).collect();
        let mut known = KnownChecks::new();
        for (id, published) in ids.iter().zip(children) {
            known.insert(id.clone(), KnownCheck { published: *published, ..check(alarm(), false, false) });
        }
        known.insert(id("all"), check(CheckKind::Calculated { children: ids, threshold }, false, false));
        health_of(&id("all"), &known).map(|(healthy, _)| healthy)
    }

    #[test]
    fn a_threshold_of_nothing_is_always_reached_and_one_beyond_the_children_never() {
        assert_eq!(calculated(0, &[None, Some(false)]), Some(true));
        assert_eq!(calculated(3, &[None, Some(true)]), Some(false));
        assert_eq!(calculated(1, &[]), Some(false));
    }

    #[test]
    fn an_unknown_child_matters_only_where_it_decides() {
        assert_eq!(calculated(1, &[None, Some(true)]), Some(true));
        assert_eq!(calculated(2, &[None, Some(false)]), Some(false));
        assert_eq!(calculated(2, &[None, Some(true)]), None);
        assert_eq!(calculated(1, &[None, None]), None);
    }

    #[test]
    fn a_disabled_check_is_healthy_and_inverting_it_forces_unhealthy() {
        for inverted in [false, true] {
            let known = KnownChecks::from([(id("a"), check(alarm(), inverted, true))]);
            assert_eq!(health_of(&id("a"), &known), Some((!inverted, Basis::Settings)));
        }
    }

    #[test]
    fn what_is_nearer_to_now_comes_first_and_a_deleted_check_is_not_known() {
        let says = |published, alarm_says| {
            let check = KnownCheck { published, alarm: alarm_says, ..check(alarm(), true, false) };
            health_of(&id("a"), &KnownChecks::from([(id("a"), check)]))
        };
        assert_eq!(says(Some(true), None), Some((true, Basis::CloudWatch)), "it is inverted already");
        assert_eq!(says(Some(true), Some(true)), Some((false, Basis::Alarm)));
        assert_eq!(says(None, None), None);
        assert_eq!(health_of(&id("gone"), &KnownChecks::new()), None);
    }
}
