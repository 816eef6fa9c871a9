//! Are both records there, and does each have what a failover needs?

use super::{
    super::SideHealth,
    evidence::Evidence,
    finding::{Finding, Severity, finding},
};
use crate::spec::Failover;

const ZONE: &str = "Route 53 ListResourceRecordSets";
const NO_CHECK: &str =
    "Route 53 Developer Guide, health-checks-how-route-53-chooses-records: no check counts as healthy";
const LAST_RESORT: &str =
    "Route 53 Developer Guide, dns-failover-problems: if both sides are unhealthy, the primary is answered";

pub(super) fn findings(failover: &Failover, evidence: &Evidence) -> Vec<Finding> {
    let name = &failover.name;
    let present = match (evidence.expectation, evidence.behind.missing().as_slice()) {
        (Some(_), _) => "the primary and the secondary record are in the zone".to_owned(),
        (None, [side]) => format!("the zone lacks the {side} record, and holds the {} one", side.other()),
        (None, [_, _]) => "the zone lacks the primary and the secondary record".to_owned(),
        (None, _) => "the zone lacks the primary or the secondary record".to_owned(),
    };
    let is_present = evidence.expectation.is_some();
    let present = finding("records.present", Severity::Error, is_present, present, ZONE)
        .advise(format!("run `s3-failover apply --only {name}`, which creates what is missing"));
    let Some(expectation) = evidence.expectation else { return vec![present] };
    let checked = expectation.health[0] != SideHealth::Unchecked;
    let detail = if checked {
        "the primary's record has a health check"
    } else {
        "nothing is checked for the primary's record, so it counts as healthy for ever: a failover cannot happen"
    };
    let checked = finding("primary.checked", Severity::Error, checked, detail.to_owned(), NO_CHECK)
        .advise(format!("run `s3-failover apply --only {name}`, which gives the record its check"));
    vec![present, checked]
}

/// Whether a failover would lead anywhere.
pub(super) fn secondary(evidence: &Evidence) -> Option<Finding> {
    let [primary, secondary] = evidence.expectation?.health;
    if [primary, secondary] == [SideHealth::Unhealthy; 2] {
        let detail =
            "both sides are unhealthy: the primary is answered for that reason alone, and may not serve";
        let found = finding("secondary.healthy", Severity::Error, false, detail.to_owned(), LAST_RESORT);
        return Some(found.advise(
            "bring either side back: `data.reachable` and `standby.reachable` say what they answer",
        ));
    }
    let (ok, detail, advice) = match secondary {
        SideHealth::Healthy => (true, "the secondary is healthy", ""),
        SideHealth::Unhealthy => (
            false,
            "the secondary is unhealthy: a failover would not happen",
            "bring the secondary back before the primary fails: `standby.reachable` says what its endpoint answers",
        ),
        SideHealth::Unchecked => (
            false,
            "nothing is checked for the secondary: it would be answered even if it is dead",
            "run `s3-failover apply`, which gives the record its check",
        ),
        SideHealth::Gone | SideHealth::Unknown => (
            false,
            "whether the secondary is healthy is not known",
            "see `checks.known` and `checks.present` for why",
        ),
    };
    let found = finding("secondary.healthy", Severity::Warning, ok, detail.to_owned(), LAST_RESORT);
    Some(found.advise(advice))
}
