//! Can the failover be as quick as the spec wants it? By arithmetic: documented rules and modelled delays,
//! nothing measured. A drill measures.

use std::time::Duration;

use serde::{Serialize, Serializer};

use super::finding::{Finding, Severity, finding};
use crate::{
    model::{Blame, RecoveryTerms, RecoveryTime, Shortfall},
    spec::Failover,
};

const ARITHMETIC: &str = "modelled: interval, threshold, 14 of 16 checkers, time limits of a look, TTL (Route 53 \
                          Developer Guide, dns-failover-determining-health-of-endpoints)";

/// The recovery time to expect, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ExpectedRecovery {
    /// On the average, for a primary that refuses or answers errors.
    #[serde(serialize_with = "as_seconds")]
    pub mean: Duration,
    /// For one that does not answer at all, with everything else as bad as it may be.
    #[serde(serialize_with = "as_seconds")]
    pub worst: Duration,
}

/// To a tenth, since more would be pretence.
fn as_seconds<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((time.as_secs_f64() * 10.0).round() / 10.0)
}

/// What is to be expected of this failover; nothing where the spec alone does not tell.
pub(super) fn expected(failover: &Failover) -> Option<ExpectedRecovery> {
    let RecoveryTime { mean, worst } = failover.recovery_terms().ok()?.expected();
    Some(ExpectedRecovery { mean, worst })
}

/// Nothing without a target.
pub(super) fn finding_of(failover: &Failover) -> Option<Finding> {
    let target = failover.target_seconds?;
    let say = |ok, detail| finding("target.attainable", Severity::Warning, ok, detail, ARITHMETIC);
    let wanted = target.seconds();
    let terms = match failover.recovery_terms() {
        Ok(terms) => terms,
        Err(why) => return Some(say(true, format!("whether {wanted} s can be met is not known: {why}"))),
    };
    let Some(shortfall) = terms.shortfall(target) else {
        let worst = terms.expected().worst.as_secs();
        return Some(say(true, format!("a failover takes {worst} s at worst, and {wanted} s are wanted")));
    };
    let blame = match shortfall.blame {
        Blame::Ttl => format!("the TTL of {} s is too long", terms.ttl),
        Blame::Checks => {
            let (interval, threshold) = (terms.interval.seconds(), terms.threshold.get());
            format!("an interval of {interval} s, {threshold} times in a row, is too slow")
        }
    };
    let worst = shortfall.worst.as_secs();
    let detail = format!("a failover may take {worst} s, and {wanted} s are wanted: {blame}");
    Some(say(false, detail).advise(advice(&terms, &shortfall)))
}

fn advice(now: &RecoveryTerms, shortfall: &Shortfall) -> String {
    let Some(better) = &shortfall.would_meet else {
        let least = shortfall.least.as_secs();
        return format!("want less: with the quickest settings it may still take {least} s");
    };
    let mut changes = Vec::new();
    if better.interval != now.interval {
        changes.push(format!("interval = {}", better.interval.seconds()));
    }
    if better.threshold != now.threshold {
        changes.push(format!("failure_threshold = {}", better.threshold.get()));
    }
    if better.ttl != now.ttl {
        changes.push(format!("ttl = {}", better.ttl));
    }
    format!("write {} in the spec, and apply it", changes.join(" and "))
}
