//! Can the failover be as quick as its owner wants it? Said before anything is built.

use super::{Judged, each_failover};
use crate::{
    model::{Blame, RecoveryTerms},
    spec::{
        draft::Draft,
        finding::{Finding, Rule, Severity::Warning},
    },
};

pub(super) const RULES: &[Judged] = &[(&TARGET_OUT_OF_REACH, target_out_of_reach)];

const TARGET_OUT_OF_REACH: Rule = Rule {
    id: "target-out-of-reach",
    severity: Warning,
    reason: "14 of 16 checkers must each fail `failure_threshold` times in a row, an `interval` apart, and then \
             resolvers keep the old answer for the TTL. By arithmetic, not measured.",
    source: "Route 53 Developer Guide, `dns-failover-determining-health-of-endpoints`",
};

fn target_out_of_reach(draft: &Draft) -> Vec<Finding> {
    each_failover(draft, |failover| {
        let target = failover.target_seconds.given()?;
        let terms = failover.finish()?.recovery_terms().ok()?;
        let shortfall = terms.shortfall(target.value)?;
        let message = format!(
            "a failover may take {} seconds by these settings, and {} are wanted",
            shortfall.worst.as_secs(),
            target.value.seconds(),
        );
        let help = match &shortfall.would_meet {
            Some(better) => {
                let entry = |key, value: u32| format!("`{}`", draft.format.entry(key, &value.to_string()));
                let changed = changed(&terms, better, entry);
                let blame = match shortfall.blame {
                    Blame::Ttl => "It is the TTL that is too long",
                    Blame::Checks => "It is the health check that is too slow",
                };
                format!("{blame}; write {changed}, or a later target.")
            }
            None => format!(
                "Write a later target: with the quickest settings it may still take {} seconds.",
                shortfall.least.as_secs()
            ),
        };
        Some(TARGET_OUT_OF_REACH.at(target.span, message).help(help))
    })
}

/// What is to be written otherwise.
fn changed(
    now: &RecoveryTerms,
    better: &RecoveryTerms,
    entry: impl Fn(&'static str, u32) -> String,
) -> String {
    let changes = [
        ("interval", now.interval.seconds(), better.interval.seconds()),
        ("failure_threshold", now.threshold.get().into(), better.threshold.get().into()),
        ("ttl", now.ttl.seconds(), better.ttl.seconds()),
    ];
    let changes = changes.into_iter().filter(|(_, now, better)| now != better);
    changes.map(|(key, _, better)| entry(key, better)).collect::<Vec<_>>().join(" and ")
}
