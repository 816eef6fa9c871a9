//! What does a spec say about the time in which its failovers recover?

use std::time::Duration;

use super::{Failover, Protocol, Target};
use crate::model::{RecoveryTerms, Ttl};

/// Two checkers in each region: "Checkers run in 16 redundant AZs" of eight regions (Route 53 Developer
/// Guide, monitoring-health-check-latency; that it is two in each is inferred).
const CHECKERS_IN_A_REGION: usize = 2;
/// Where checkers look from, when the spec names no regions.
const CHECKER_REGIONS: usize = 8;
/// An alias has the TTL of its target: 60 s for load balancers and distributions (Route 53 API reference,
/// `AliasTarget`). A website's endpoint was seen with 5 s, and is told with 60 s elsewhere (unverified).
const ALIAS_TTL: i64 = 60;

/// Why nothing can be computed from the spec alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotExpected {
    /// The time that an alarm takes is CloudWatch's: its period, its periods, and the delay of its metric.
    #[error("an alarm speaks for the primary, and how soon it does is not in the spec")]
    Alarm,
    /// The primary's own check is outvoted by those of others.
    #[error("the primary fails only together with health checks of others, which are not in the spec")]
    Others,
}

impl Failover {
    /// What decides how long it takes from a dead primary to an answer of the secondary.
    pub fn recovery_terms(&self) -> Result<RecoveryTerms, NotExpected> {
        let (check, primary) = (&self.health_check, &self.primary);
        if primary.alarm.is_some() {
            return Err(NotExpected::Alarm);
        }
        let all = |own: &super::CalculatedSpec| u32::try_from(own.children.len() + 1) == Ok(own.healthy);
        if !primary.calculated.as_ref().is_none_or(all) {
            return Err(NotExpected::Others);
        }
        let regions = if check.regions.is_empty() { CHECKER_REGIONS } else { check.regions.len() };
        let own_ttl = primary.target == Target::Pointer;
        let alias_ttl = || Ttl::from_seconds(ALIAS_TTL).unwrap_or(self.ttl);
        Ok(RecoveryTerms {
            interval: check.interval,
            threshold: check.failure_threshold,
            longest_look: longest_look(check.protocol, check.contains.is_some()),
            checkers: regions * CHECKERS_IN_A_REGION,
            ttl: if own_ttl { self.ttl } else { alias_ttl() },
            own_ttl,
        })
    }
}

/// "within four seconds" to connect, then "within two seconds after connecting" a status, and for a text
/// "within the next two seconds" the body; ten seconds for TCP (Route 53 Developer Guide,
/// dns-failover-determining-health-of-endpoints).
fn longest_look(protocol: Protocol, searches: bool) -> Duration {
    Duration::from_secs(match (protocol, searches) {
        (Protocol::Tcp, _) => 10,
        (Protocol::Http | Protocol::Https, false) => 6,
        (Protocol::Http | Protocol::Https, true) => 8,
    })
}
