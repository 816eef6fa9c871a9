//! May it be drilled now? A drill of something that is broken already measures nothing, and one whose secondary
//! does not serve is an outage.

use crate::{
    cli::{
        drill_args::Guard,
        exit::{ExitStatus, Failure},
    },
    plan::Plan,
    probe::{Finding, Observed, Verdict},
};

/// Something that ought to be so, and is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hindrance {
    pub(super) guard: Guard,
    /// A sentence.
    pub(super) what: String,
    /// What to do about it.
    pub(super) way_out: String,
}

/// Everything that stands in the way. Pure.
///
/// 1. The plan has to be empty: a drill is of what the spec says.
/// 2. Every name server has to answer the primary, and whatever `verify` finds wrong with answers is wrong here too;
///    a warning about TTLs or delegation is not.
/// 3. The secondary has to be healthy and to serve, the sentinels have to be equal, the checks there and switched
///    on: here warnings count as errors, since it is the standby that is going to be needed.
pub(super) fn hindrances(plan: &Plan, verdict: &Verdict) -> Vec<Hindrance> {
    let mut found = Vec::new();
    if !plan.is_empty() {
        let changes = plan.changes.len();
        found.push(Hindrance {
            guard: Guard::Plan,
            what: format!("records or health checks are not as the spec says: {changes} changes are planned"),
            way_out: "`s3-failover plan` shows them, `s3-failover apply` carries them out.".to_owned(),
        });
    }
    if verdict.observed != Observed::Primary {
        let observed = format!("{:?}", verdict.observed).to_lowercase();
        found.push(Hindrance {
            guard: Guard::Answers,
            what: format!("the name servers answer {observed}, not the primary"),
            way_out: "`s3-failover status` shows why; `s3-failover failback` switches back by hand."
                .to_owned(),
        });
    }
    for finding in verdict.checks.iter().filter(|finding| !finding.ok) {
        if let Some(guard) = guard_of(finding) {
            let advice = finding.advice.clone();
            let way_out = advice.map_or_else(
                || "`s3-failover verify` tells more.".to_owned(),
                |advice| format!("What to do: {advice}."),
            );
            let what = format!("{}: {}", finding.id, finding.detail);
            found.push(Hindrance { guard, what, way_out });
        }
    }
    found
}

/// The guard against what was found wrong; nothing where it does not matter to a drill.
fn guard_of(finding: &Finding) -> Option<Guard> {
    let topic = finding.id.split_once('.').map_or(finding.id, |(topic, _)| topic);
    match (finding.id, topic) {
        ("records.present", _) => Some(Guard::Plan),
        ("secondary.healthy", _) | (_, "standby") => Some(Guard::Secondary),
        ("sentinel.equal", _) => Some(Guard::Sentinel),
        ("primary.checked", _) | (_, "checks" | "check") => Some(Guard::Checks),
        (_, "data") => Some(Guard::Primary),
        (_, "authoritative" | "recursive" | "delegation" | "client" | "route53") => {
            finding.is_error().then_some(Guard::Answers)
        }
        _ => None,
    }
}

/// Refuses, unless every guard that speaks up was told to stand aside; those that were are returned.
pub(super) fn refuse_unless_forced(
    name: &str,
    found: Vec<Hindrance>,
    forced: &[Guard],
) -> Result<Vec<Hindrance>, Failure> {
    let (aside, against): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|hindrance| forced.contains(&hindrance.guard));
    if against.is_empty() {
        return Ok(aside);
    }
    let mut failure =
        Failure::new(ExitStatus::Unsafe, format!("{name} is not drilled now; nothing was changed"));
    let mut guards: Vec<Guard> = Vec::new();
    for hindrance in against {
        failure.causes.push(format!("{}: {}", hindrance.guard.word(), hindrance.what));
        if !failure.hints.contains(&hindrance.way_out) {
            failure.hints.push(hindrance.way_out);
        }
        if !guards.contains(&hindrance.guard) {
            guards.push(hindrance.guard);
        }
    }
    let force: Vec<String> = guards.iter().map(|guard| format!("--force {}", guard.word())).collect();
    failure.hints.push(format!("`{}` drills all the same.", force.join(" ")));
    Err(failure)
}
