//! Do the health checks exist, do they check anything, and is it known what they say?

use std::collections::BTreeSet;

use super::{
    super::{Basis, SideHealth},
    evidence::Evidence,
    finding::{Finding, Severity, finding, join},
    health::CheckState,
};
use crate::model::{CheckRole, Side};

const VERDICTS: &str = "CloudWatch HealthCheckStatus; where that is old or contradicted, Route 53 GetHealthCheckStatus by the \
     rule of 18 %";
const GONE_CHECK: &str = "Route 53 API reference, DeleteHealthCheck";
const DISABLED: &str = "Route 53 API reference, UpdateHealthCheck, Disabled";
const INVERTED: &str = "Route 53 API reference, UpdateHealthCheck, Inverted";

pub(super) fn findings(evidence: &Evidence) -> Vec<Finding> {
    let Some(expectation) = evidence.expectation else { return Vec::new() };
    let health = Side::BOTH.into_iter().zip(expectation.health);
    let unknown = health.filter(|(_, health)| *health == SideHealth::Unknown).map(|(side, _)| side);
    let unknown: Vec<Side> = unknown.collect();
    let ok = unknown.is_empty() && expectation.basis != Basis::OwnProbe;
    let detail = if ok { known(evidence, expectation.basis) } else { not_known(evidence, &unknown) };
    let known = finding("checks.known", Severity::Warning, ok, detail, VERDICTS).advise(advice(evidence));
    vec![known, present(evidence), enabled(evidence), inverted(evidence)]
}

/// From which source each verdict comes.
fn known(evidence: &Evidence, basis: Basis) -> String {
    let by = |basis: Basis, checks: Vec<&CheckState>| {
        let names: Vec<String> = checks.into_iter().map(CheckState::name).collect();
        format!("{}: {}", source(basis), names.join(", "))
    };
    let checks = &evidence.checks.checks;
    let sources: BTreeSet<Basis> = checks.iter().filter_map(|check| check.basis).collect();
    if sources.is_empty() {
        return format!("what the health checks say is known, {}", source(basis));
    }
    let of = |basis: Basis| checks.iter().filter(|check| check.basis == Some(basis)).collect();
    format!(
        "what the health checks say is known {}",
        join(sources.into_iter().map(|basis| by(basis, of(basis))))
    )
}

fn source(basis: Basis) -> &'static str {
    match basis {
        Basis::Settings => "by their settings",
        Basis::Checkers => "by the checkers",
        Basis::CloudWatch => "by CloudWatch",
        Basis::Alarm => "by alarms",
        Basis::OwnProbe => "by our own requests",
    }
}

fn not_known(evidence: &Evidence, unknown: &[Side]) -> String {
    let why = evidence.unread.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
    let late = match evidence.checks.over_budget {
        0 => String::new(),
        all => format!(
            "; CloudWatch has nothing new of {all} of them, and no call of GetHealthCheckStatus was free for them \
             within {} s",
            evidence.checks.patience
        ),
    };
    if unknown.is_empty() {
        return format!(
            "what the health checks say could not be read{why}{late}, so the expectation rests on our own requests"
        );
    }
    let sides: Vec<String> = unknown.iter().map(ToString::to_string).collect();
    format!("whether the {} is healthy for Route 53 could not be read{why}{late}", sides.join(" and the "))
}

fn advice(evidence: &Evidence) -> &'static str {
    if evidence.checks.over_budget > 0 {
        return "ask again in a few minutes, or about fewer failovers with `--only`: Route 53 allows one such call a \
                second for the whole account";
    }
    "allow `cloudwatch:GetMetricData` and `route53:GetHealthCheckStatus`: `s3-failover export --format iam --for \
     verify` writes the policy"
}

fn present(evidence: &Evidence) -> Finding {
    let health =
        evidence.expectation.iter().flat_map(|expectation| Side::BOTH.into_iter().zip(expectation.health));
    let gone = health.filter(|(_, health)| *health == SideHealth::Gone);
    let of_records =
        gone.map(|(side, _)| format!("the {side}'s record names a health check that does not exist"));
    let missing = evidence.checks.checks.iter().filter(|check| !check.exists);
    let named = missing.map(|check| format!("{} does not exist, and is still named", check.id));
    let gone = join(of_records.chain(named));
    let ok = gone.is_empty();
    let detail = if ok { "every health check that is named exists".to_owned() } else { gone };
    finding("checks.present", Severity::Error, ok, detail, GONE_CHECK).advise(
        "run `s3-failover apply`, which creates the missing check and points the record at it; a check of others has \
         to be taken out of `calculated` in the spec",
    )
}

fn enabled(evidence: &Evidence) -> Finding {
    let ok = evidence.disabled.is_empty();
    let detail = if ok {
        "no health check is switched off".to_owned()
    } else {
        format!("switched off, and so counted as healthy whatever happens: {}", evidence.disabled.join(", "))
    };
    finding("checks.enabled", Severity::Error, ok, detail, DISABLED)
        .advise("run `s3-failover apply`, which switches it on again")
}

/// A side that was forced by hand stays so until somebody remembers.
fn inverted(evidence: &Evidence) -> Finding {
    let turned = evidence.checks.checks.iter().filter(|check| check.inverted_by_hand);
    let (drilled, turned): (Vec<_>, Vec<_>) = turned.partition(|check| check.drill.is_some());
    let (switch, turned): (Vec<_>, Vec<_>) =
        turned.into_iter().partition(|check| check.role == Some(CheckRole::Switch));
    let names =
        |checks: &[&CheckState]| checks.iter().map(|check| check.name()).collect::<Vec<_>>().join(", ");
    let mut told = Vec::new();
    for check in &drilled {
        let run = check.drill.as_deref().unwrap_or_default();
        told.push(format!("inverted by the drill {run}, which goes on or has left it so: {}", check.name()));
    }
    let by_hand = !turned.is_empty() || !switch.is_empty();
    if !turned.is_empty() {
        told.push(format!(
            "inverted by hand, so that the side is forced whatever happens to it: {}",
            names(&turned)
        ));
    }
    if !switch.is_empty() {
        let what = "not inverted, as the check of the switch has to be, so that the secondary is forced while the \
                    object is absent";
        told.push(format!("{what}: {}", names(&switch)));
    }
    let ok = told.is_empty();
    let detail = if ok { "no health check was inverted by hand".to_owned() } else { told.join("; ") };
    finding("checks.inverted", Severity::Error, ok, detail, INVERTED).advise(match (drilled.is_empty(), by_hand) {
        (true, _) => "run `s3-failover apply`, which turns it back, when the side need not be forced any longer",
        (false, false) => "run `s3-failover recover`, which undoes what a drill has left, unless that is still running",
        (false, true) => {
            "run `s3-failover recover`, which undoes what a drill has left, unless that is still running; then \
             `s3-failover apply` for the others"
        }
    })
}
