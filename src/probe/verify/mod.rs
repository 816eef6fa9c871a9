//! Evidence into findings: does what is seen agree with what ought to be?
//!
//! Each topic has a file of its own, and each of its findings is there whether it is as it should be or
//! not, so that a reader sees what was looked at.

mod authoritative;
mod behind;
#[cfg(test)]
mod behind_tests;
mod checks;
mod clients;
mod data;
mod delegation;
mod dns;
mod endpoint;
mod evidence;
mod finding;
mod health;
mod ids;
#[cfg(test)]
mod ids_tests;
mod observed;
mod owner;
mod records;
mod recursive;
mod route53;
mod sentinel;
mod server_answer;
mod target;

use serde::Serialize;

pub use self::{
    behind::{Behind, Bucket, Guard, Owner, Part},
    dns::{DnsEvidence, ResolverAnswer},
    evidence::{Evidence, SideData},
    finding::{Finding, Severity},
    health::{CheckEvidence, CheckState, Route53Says},
    ids::IDS,
    observed::Observed,
    server_answer::ServerAnswer,
    target::ExpectedRecovery,
};
use crate::{
    model::{Fqdn, RecoveryTarget, Side},
    spec::Failover,
};

/// What `verify` says of one failover.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The failover's name.
    pub name: Fqdn,
    /// The side that ought to be answered.
    pub expected: Side,
    /// The side that was.
    pub observed: Observed,
    /// Whether no error was found.
    pub ok: bool,
    /// The recovery time by the spec's settings (modelled); nothing where they do not tell.
    pub expected_recovery_seconds: Option<ExpectedRecovery>,
    /// The recovery time that is wanted.
    pub target_seconds: Option<RecoveryTarget>,
    /// Everything that was looked at.
    pub checks: Vec<Finding>,
}

/// Judges the evidence. Pure.
pub fn judge(failover: &Failover, evidence: &Evidence) -> Verdict {
    let observed = observed::observed(&evidence.servers);
    let expected = expected(evidence, observed);
    let active = observed.side().unwrap_or(expected);
    let mut checks = records::findings(failover, evidence);
    checks.extend(checks::findings(evidence));
    checks.extend(records::secondary(evidence));
    checks.extend(delegation::findings(&evidence.dns.delegation));
    checks.extend(authoritative::findings(failover, evidence, expected, observed));
    checks.extend(route53::findings(evidence));
    checks.extend(recursive::findings(failover, &evidence.dns));
    checks.extend(data::findings(failover, evidence, active));
    checks.extend(sentinel::finding_of(failover, evidence));
    checks.extend(endpoint::findings(failover, evidence));
    checks.extend(clients::findings(failover, evidence, expected));
    checks.extend(target::finding_of(failover));
    let unadvised = checks.iter().find(|finding| finding.ok == finding.advice.is_some());
    debug_assert!(unadvised.is_none(), "what is wrong comes with advice, and nothing else: {unadvised:?}");
    let ok = checks.iter().all(|finding| finding.ok || finding.severity == Severity::Warning);
    Verdict {
        name: failover.name.clone(),
        expected,
        observed,
        ok,
        expected_recovery_seconds: target::expected(failover),
        target_seconds: failover.target_seconds,
        checks,
    }
}

/// The side that ought to be answered; where what is known leaves it open, the one that is.
fn expected(evidence: &Evidence, observed: Observed) -> Side {
    let Some(expectation) = evidence.expectation else { return Side::Primary };
    match (expectation.sides(), observed) {
        ([_, _], Observed::Primary) => Side::Primary,
        ([_, _], Observed::Secondary) => Side::Secondary,
        _ => expectation.side,
    }
}
