//! Of which health checks must the tags be read? Pure.
//!
//! A page of health checks tells of a hundred, a page of tags of ten: in an account with four hundred checks
//! of ours the tags would be most of what a plan asks. But the tags of a check that is at work are known:
//!
//! 1. Its caller reference was made for one of the owners that are asked about, the failovers of the spec.
//!    References cannot be changed, and say whose a check is as well as tags do (see [`CheckOwner`]).
//! 2. A record at or below their names points at it, or at a calculated check that counts it. Apply points a record
//!    at a check, and makes a check of others, only when they have all their tags; so a run that was killed
//!    between creation and tagging has left neither.
//!
//! All others are read: those that a killed run has left, those of failovers that are not asked about any
//! more, those of other specs. What is given up: that somebody takes the tags off a check which is in use, by
//! hand, is not seen by a plan (nor does anything depend on it: whose the check is stays known).

use std::collections::{BTreeMap, BTreeSet};

use super::ZoneRecords;
use crate::model::{CheckOwner, CheckRole, HealthCheck, HealthCheckId, mark_of};

/// Gives each check whose owner is certain the tags that say so.
pub(crate) fn infer(zones: &[ZoneRecords], checks: &mut [HealthCheck]) {
    let owners = zones.iter().flat_map(|held| held.names.iter().map(|name| (&held.zone.id, name)));
    let owners = owners.flat_map(|(zone, failover)| {
        CheckRole::ALL.map(|role| CheckOwner { zone: zone.clone(), failover: failover.clone(), role })
    });
    let by_mark: BTreeMap<String, CheckOwner> = owners.map(|owner| (owner.mark(), owner)).collect();
    let used = used(zones, checks);
    for check in checks.iter_mut().filter(|check| used.contains(&check.id)) {
        if let Some(owner) = mark_of(&check.caller_reference).and_then(|mark| by_mark.get(mark)) {
            check.tags = owner.telling_tags();
        }
    }
}

/// The checks that records use, and those that these count.
fn used(zones: &[ZoneRecords], checks: &[HealthCheck]) -> BTreeSet<HealthCheckId> {
    let records = zones.iter().flat_map(|held| &held.records);
    let mut used: BTreeSet<HealthCheckId> =
        records.filter_map(|set| set.health_check.as_ref()).cloned().collect();
    let counted = checks.iter().filter(|check| used.contains(&check.id));
    let counted: Vec<HealthCheckId> =
        counted.flat_map(|check| check.config.kind.children()).cloned().collect();
    used.extend(counted);
    used
}
