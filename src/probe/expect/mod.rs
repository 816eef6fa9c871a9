//! Which side ought to be answered, worked out from the live records and what is known of the health checks.
//!
//! ```text
//!   settings, CloudWatch, checkers, alarms ──▶ checks (is a check healthy?) ──┐
//!   records of the zone ──────────────────────────────────────────────────────┴──▶ tree (what may be answered?)
//! ```
//!
//! Written apart from the lab's rules on purpose: the two are tested against each other.

mod checks;
mod tree;

use crate::model::{Fqdn, RecordSet, RecordType, Side};

use self::tree::Tree;
pub use self::{
    checks::{Basis, KnownCheck, KnownChecks, health_of},
    tree::{Known, Leaf, possible},
};

/// Whether a side counts as healthy for Route 53: its health check, and what its alias evaluates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SideHealth {
    /// It does.
    Healthy,
    /// It does not.
    Unhealthy,
    /// Nothing is checked, so it counts as healthy for ever.
    Unchecked,
    /// Its record names a health check that does not exist: its health "can't be predicted" (Route 53
    /// API reference, `DeleteHealthCheck`).
    Gone,
    /// What decides could not be read.
    Unknown,
}

impl SideHealth {
    /// Whether it counts as healthy, where that can be said.
    fn known(self) -> Option<bool> {
        match self {
            Self::Healthy | Self::Unchecked => Some(true),
            Self::Unhealthy => Some(false),
            Self::Gone | Self::Unknown => None,
        }
    }
}

/// Which side ought to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// The side; where either may be answered, the likelier one.
    pub side: Side,
    /// The health of the primary and of the secondary.
    pub health: [SideHealth; 2],
    /// On what it rests.
    pub basis: Basis,
}

impl Expectation {
    /// The sides that may be answered: both, where what is known leaves it open.
    pub fn sides(&self) -> &'static [Side] {
        tree::sides(self.health[0].known(), self.health[1].known())
    }
}

/// The side that is expected by the health of both. Unknown is not unhealthy, on either side: that a check is
/// healthy is far likelier.
pub fn choose(primary: SideHealth, secondary: SideHealth) -> Side {
    match tree::sides(primary.known(), secondary.known()) {
        [side] => *side,
        _ if primary == SideHealth::Unhealthy => Side::Secondary,
        _ => Side::Primary,
    }
}

/// The expectation for a failover's name and type. `None` when one of its two records is missing.
pub fn expect(known: Known<'_>, name: &Fqdn, record_type: RecordType) -> Option<Expectation> {
    let tree = Tree { known, record_type };
    let sets = tree.sets(name);
    let of = |side: Side| sets.iter().copied().find(|set| set.side() == Some(side));
    let (primary, secondary) = (of(Side::Primary)?, of(Side::Secondary)?);
    let health = [primary, secondary].map(|set| side_health(&tree, set));
    let basis = [primary, secondary].map(|set| basis(known, set)).into_iter().max();
    let side = choose(health[0], health[1]);
    Some(Expectation { side, health, basis: basis.unwrap_or(Basis::Settings) })
}

fn side_health(tree: &Tree<'_>, set: &RecordSet) -> SideHealth {
    match tree.health(set) {
        Some(true) if tree.is_unguarded(set) => SideHealth::Unchecked,
        Some(true) => SideHealth::Healthy,
        Some(false) => SideHealth::Unhealthy,
        None => match &set.health_check {
            Some(id) if !tree.known.checks.contains_key(id) => SideHealth::Gone,
            _ => SideHealth::Unknown,
        },
    }
}

/// On what the health of a record's own check rests.
fn basis(known: Known<'_>, set: &RecordSet) -> Basis {
    let own = set.health_check.as_ref().and_then(|id| health_of(id, known.checks));
    own.map_or(Basis::Settings, |(_, basis)| basis)
}

#[cfg(test)]
mod tests;
