//! Can the health checks of others that a spec counts be counted?

use super::{Refusal, refusal::Uncountable};
use crate::{
    account::{OwnedChecks, Snapshot},
    model::{HealthCheckId, Side},
    spec::Failover,
};

/// What stands against the children that a failover names.
pub(super) fn judge(failover: &Failover, ours: &OwnedChecks<'_>, snapshot: &Snapshot) -> Vec<Refusal> {
    let calculated = Side::BOTH.into_iter().filter_map(|side| failover.side(side).calculated.as_ref());
    let refusal = |child: &HealthCheckId| {
        let why = uncountable(child, ours, snapshot)?;
        Some(Refusal::UncountableChild { failover: failover.name.to_string(), check: child.clone(), why })
    };
    calculated.flat_map(|calculated| &calculated.children).filter_map(refusal).collect()
}

fn uncountable(child: &HealthCheckId, ours: &OwnedChecks<'_>, snapshot: &Snapshot) -> Option<Uncountable> {
    if ours.check(child).is_some() {
        return Some(Uncountable::Ours);
    }
    match snapshot.foreign_checks.iter().find(|check| check.id == child.as_str()) {
        None => Some(Uncountable::Missing),
        Some(check) if check.is_calculated() => Some(Uncountable::Calculated),
        Some(_) => None,
    }
}
