//! Are the records there, and does a health check that works guard them?

use super::{
    super::{Basis, Expectation, SideHealth},
    evidence::Evidence,
    finding::{Finding, Severity, finding, join},
};
use crate::model::Side;

const CHECKERS: &str = "Route 53 GetHealthCheckStatus, by the rule of 18 %";
const ZONE: &str = "Route 53 ListResourceRecordSets";
const NO_CHECK: &str =
    "Route 53 Developer Guide, health-checks-how-route-53-chooses-records: no check counts as healthy";
const GONE_CHECK: &str = "Route 53 API reference, DeleteHealthCheck";
const DISABLED: &str = "Route 53 API reference, UpdateHealthCheck, Disabled";
const LAST_RESORT: &str =
    "Route 53 Developer Guide, dns-failover-problems: if both sides are unhealthy, the primary is answered";

pub(super) fn findings(evidence: &Evidence) -> Vec<Finding> {
    let mut findings = Vec::new();
    let present = match evidence.expectation {
        Some(_) => "the primary and the secondary record are in the zone",
        None => "the zone lacks the primary or the secondary record",
    };
    let is_present = evidence.expectation.is_some();
    let present = finding("records.present", Severity::Error, is_present, present.to_owned(), ZONE);
    findings.push(present.advise("run `s3-failover apply`"));
    let Some(expectation) = evidence.expectation else { return findings };
    let known = expectation.basis == Basis::Checkers && !expectation.health.contains(&SideHealth::Unknown);
    let basis = if known {
        "what the checkers see is known".to_owned()
    } else {
        let why = evidence.unread.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
        format!("what the checkers see could not be read{why}, so the expectation rests on our own requests")
    };
    findings.push(finding("checks.known", Severity::Warning, known, basis, CHECKERS));
    findings.extend(guards(evidence, expectation));
    let secondary = match expectation.health[1] {
        SideHealth::Healthy => "the secondary is healthy",
        SideHealth::Unhealthy => "the secondary is unhealthy: a failover would not happen",
        SideHealth::Unchecked => "the secondary has no health check: it would be answered even if it is dead",
        SideHealth::Gone | SideHealth::Unknown => "whether the secondary is healthy is not known",
    };
    let ok = expectation.health[1] == SideHealth::Healthy;
    findings.push(finding("secondary.healthy", Severity::Warning, ok, secondary.to_owned(), LAST_RESORT));
    findings
}

/// Whether the records are guarded at all: each of these makes a failover impossible or its moment
/// arbitrary, while everything looks well.
fn guards(evidence: &Evidence, expectation: Expectation) -> Vec<Finding> {
    let checked = expectation.health[0] != SideHealth::Unchecked;
    let detail = if checked {
        "the primary's record has a health check"
    } else {
        "the primary's record has no health check, so it counts as healthy for ever: a failover cannot happen"
    };
    let checked = finding("primary.checked", Severity::Error, checked, detail.to_owned(), NO_CHECK);

    let gone =
        Side::BOTH.into_iter().zip(expectation.health).filter(|(_, health)| *health == SideHealth::Gone);
    let gone =
        join(gone.map(|(side, _)| format!("the {side}'s record names a health check that does not exist")));
    let ok = gone.is_empty();
    let detail = if ok { "every health check that the records name exists".to_owned() } else { gone };
    let present = finding("checks.present", Severity::Error, ok, detail, GONE_CHECK);

    let ok = evidence.disabled.is_empty();
    let detail = if ok {
        "no health check is switched off".to_owned()
    } else {
        format!("switched off, and so counted as healthy whatever happens: {}", evidence.disabled.join(", "))
    };
    vec![checked, present, finding("checks.enabled", Severity::Error, ok, detail, DISABLED)]
}
