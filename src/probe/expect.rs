//! Which side ought to be answered, worked out from the live records and what the checkers saw.
//!
//! Written apart from the lab's rules on purpose: the two are tested against each other.

use std::collections::BTreeMap;

use crate::model::{CheckConfig, CheckKind, CheckerReport, HealthCheckId, RecordSet, Side, verdict};

/// Whether a side counts as healthy for Route 53.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SideHealth {
    /// Its record's health check is healthy.
    Healthy,
    /// Its record's health check is not.
    Unhealthy,
    /// Its record has no health check, and so counts as healthy for ever.
    Unchecked,
    /// Its record names a health check that does not exist: its health "can't be predicted" (Route 53
    /// API reference, `DeleteHealthCheck`).
    Gone,
    /// The health check's state could not be read.
    Unknown,
}

/// On what an expectation rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The reports of Route 53's checkers.
    Checkers,
    /// Our own requests to both sides, since the checkers' reports could not be read.
    OwnProbe,
}

/// Which side ought to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// The side.
    pub side: Side,
    /// The health of the primary and of the secondary.
    pub health: [SideHealth; 2],
    /// On what it rests.
    pub basis: Basis,
}

/// What is known of a health check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownCheck {
    /// Its settings.
    pub config: CheckConfig,
    /// What its checkers saw last; nothing where they could not be asked.
    pub reports: Option<Vec<CheckerReport>>,
    /// What the alarm says that it follows, before `inverted` is applied; nothing where there is none or
    /// CloudWatch could not be asked.
    pub alarm: Option<bool>,
}

/// Which side Route 53 ought to answer (Route 53 API reference, `ResourceRecordSet`, `Failover`):
///
/// 1. "When the primary resource record set is healthy, Route 53 responds to DNS queries with the
///    applicable value from the primary resource record set regardless of the health of the secondary."
/// 2. "When the primary resource record set is unhealthy and the secondary resource record set is
///    healthy, Route 53 responds [...] from the secondary."
/// 3. "When the secondary resource record set is unhealthy, Route 53 responds [...] from the primary
///    resource record set regardless of the health of the primary."
/// 4. "If you omit the `HealthCheckId` element for the secondary resource record set, and if the primary
///    is unhealthy, Route 53 always responds [...] from the secondary."
pub fn choose(primary: SideHealth, secondary: SideHealth) -> Side {
    match (primary, secondary) {
        (SideHealth::Unhealthy, SideHealth::Unhealthy) => Side::Primary,
        // Unknown is not unhealthy, on either side.
        (SideHealth::Unhealthy, _) => Side::Secondary,
        _ => Side::Primary,
    }
}

/// The expectation for the two record sets of a failover. `None` when one of them is missing.
pub fn expect(records: &[RecordSet], checks: &BTreeMap<HealthCheckId, KnownCheck>) -> Option<Expectation> {
    let health = |side: Side| {
        let record = records.iter().find(|record| record.side() == Some(side))?;
        Some(match &record.health_check {
            None => SideHealth::Unchecked,
            Some(id) => match health_of(id, checks) {
                Some(true) => SideHealth::Healthy,
                Some(false) => SideHealth::Unhealthy,
                None => SideHealth::Unknown,
            },
        })
    };
    let (primary, secondary) = (health(Side::Primary)?, health(Side::Secondary)?);
    Some(Expectation {
        side: choose(primary, secondary),
        health: [primary, secondary],
        basis: Basis::Checkers,
    })
}

/// Whether a health check is healthy:
///
/// 1. A disabled check counts as healthy, and `Inverted` then turns that too (Route 53 API reference,
///    `Disabled`).
/// 2. An endpoint check is healthy by the quorum of its checkers; before any has looked, a plain one
///    is healthy and an inverted one is not (Route 53 Developer Guide,
///    dns-failover-determining-health-of-endpoints).
/// 3. A calculated check is healthy when enough of its children are; its children are never
///    calculated themselves. Children of which nothing is known matter only where they decide.
/// 4. A check that follows an alarm says what the alarm says, turned by `Inverted`.
/// 5. Of anything else nothing is known.
fn health_of(id: &HealthCheckId, checks: &BTreeMap<HealthCheckId, KnownCheck>) -> Option<bool> {
    let check = checks.get(id)?;
    let CheckConfig { kind, inverted, disabled } = &check.config;
    if *disabled {
        return Some(!inverted);
    }
    match kind {
        CheckKind::Endpoint(_) => Some(verdict(check.reports.as_ref()?, *inverted).unwrap_or(!inverted)),
        CheckKind::Calculated { children, threshold } => {
            let children: Vec<Option<bool>> = children.iter().map(|child| health_of(child, checks)).collect();
            let count = |state| children.iter().filter(|child| **child == state).count();
            let (healthy, unknown, needed) = (count(Some(true)), count(None), *threshold as usize);
            let enough = healthy >= needed;
            (enough || healthy + unknown < needed).then_some(enough != *inverted)
        }
        CheckKind::Alarm(_) => Some(check.alarm? != *inverted),
        CheckKind::Other(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_of_failover() {
        use SideHealth::{Healthy, Unchecked, Unhealthy, Unknown};
        assert_eq!(choose(Healthy, Healthy), Side::Primary);
        assert_eq!(choose(Healthy, Unhealthy), Side::Primary);
        assert_eq!(choose(Unhealthy, Healthy), Side::Secondary);
        assert_eq!(choose(Unhealthy, Unchecked), Side::Secondary);
        assert_eq!(choose(Unhealthy, Unhealthy), Side::Primary);
        assert_eq!(choose(Unchecked, Healthy), Side::Primary);
        assert_eq!(choose(Unknown, Healthy), Side::Primary);
        assert_eq!(choose(Unhealthy, Unknown), Side::Secondary);
    }
}
