//! Health checks that cost money and decide nothing.
//!
//! An orphan is a check that no record of any zone uses, and no other check that is used. One of ours goes by
//! `destroy --orphans`, whatever spec it was made for; one of somebody else's is only told.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Action, Change, Kind, Plan, Step};
use crate::{
    account::{OwnedChecks, RecordChange, Snapshot, Usage, Zone},
    model::{
        Answer, CheckKind, CheckOwner, CheckRole, FENCE_LABEL, Fqdn, HealthCheck, MonthlyCents, RecordSet,
        RecordType, Routing, Ttl,
    },
    spec::Spec,
};

/// A health check that nothing depends on, or whose failover no spec declares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Orphan {
    /// Its id.
    pub id: String,
    /// Whether this tool created it.
    pub ours: bool,
    /// The failover that it was made for, when it is ours and says so.
    pub failover: Option<Fqdn>,
    /// Its role there.
    pub role: Option<CheckRole>,
    /// Why it is told.
    pub why: Why,
    /// The records and checks that use it.
    pub used_by: Vec<String>,
    /// What it costs, in US cents a month (documented, not measured).
    pub monthly_cents: u32,
}

/// Why a check is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Nothing uses it.
    Unused,
    /// It is used, but this spec does not declare its failover.
    NoSpec,
}

/// Every orphan of the account; those of others only when `all` are asked for.
pub fn orphans(spec: &Spec, snapshot: &Snapshot, usage: &Usage, all: bool) -> Vec<Orphan> {
    let ours = snapshot.checks.iter().filter_map(|check| {
        let owner = CheckOwner::from_tags(&check.tags);
        let declared =
            owner.as_ref().is_some_and(|owner| spec.failovers.iter().any(|f| f.name == owner.failover));
        let used_by = users(check.id.as_str(), snapshot, usage);
        let why = match (used_by.is_empty(), declared) {
            (true, _) => Why::Unused,
            (false, false) => Why::NoSpec,
            (false, true) => return None,
        };
        Some(Orphan {
            id: check.id.to_string(),
            ours: true,
            failover: owner.as_ref().map(|owner| owner.failover.clone()),
            role: owner.map(|owner| owner.role),
            why,
            used_by,
            monthly_cents: MonthlyCents::of(&check.config).0,
        })
    });
    let others = snapshot.foreign_checks.iter().filter(|_| all).filter_map(|check| {
        let used_by = users(&check.id, snapshot, usage);
        used_by.is_empty().then(|| Orphan {
            id: check.id.clone(),
            ours: false,
            failover: None,
            role: None,
            why: Why::Unused,
            used_by,
            monthly_cents: check.monthly_cents,
        })
    });
    ours.chain(others).collect()
}

/// The records that use a check, and those that use a calculated check which counts it.
fn users(id: &str, snapshot: &Snapshot, usage: &Usage) -> Vec<String> {
    let records = usage.records.get(id).into_iter().flatten();
    let mut users: Vec<String> = records.map(ToString::to_string).collect();
    let counts = |check: &HealthCheck| check.config.kind.children().iter().any(|child| child.as_str() == id);
    let ours = snapshot.checks.iter().filter(|check| counts(check)).map(|check| check.id.as_str());
    // One of ours that nothing uses does not keep its children; somebody else's does, since it stays.
    let ours = ours.filter(|parent| usage.records.contains_key(*parent));
    let others =
        snapshot.foreign_checks.iter().filter(|check| check.children.iter().any(|child| child == id));
    let parents = ours.chain(others.map(|check| check.id.as_str()));
    users.extend(parents.map(|parent| format!("the calculated health check {parent}")));
    users
}

/// What removes those of ours that nothing uses.
///
/// A record that pointed at one a moment ago may still be served, so first a TXT record is put into each zone
/// for which they were made, and taken away: when that is INSYNC, so is every earlier change of
/// the zone (`order` says why).
pub fn destroy_orphans(snapshot: &Snapshot, usage: &Usage) -> Plan {
    let owners = OwnedChecks::of(snapshot);
    let unused: Vec<&HealthCheck> =
        snapshot.checks.iter().filter(|check| users(check.id.as_str(), snapshot, usage).is_empty()).collect();
    let made_for: BTreeSet<_> = unused
        .iter()
        .filter_map(|check| CheckOwner::from_tags(&check.tags))
        .map(|owner| owner.zone)
        .collect();
    // A zone that is gone serves nothing any more.
    let zones: Vec<&Zone> = usage.zones.iter().filter(|zone| made_for.contains(&zone.id)).collect();
    let mut steps: Vec<Step> =
        zones.iter().flat_map(|zone| fence(zone, usage.fences.contains(&zone.id))).collect();
    let mut deletes: Vec<Step> = unused
        .iter()
        .map(|check| Step::DeleteCheck {
            id: check.id.clone(),
            calculated: matches!(check.config.kind, CheckKind::Calculated { .. }),
        })
        .collect();
    deletes.sort_by_key(super::order::phase);
    steps.extend(deletes);
    let change = |check: &&HealthCheck| {
        let owner = owners.check(&check.id).and_then(|check| CheckOwner::from_tags(&check.tags));
        Change {
            action: Action::Delete,
            kind: Kind::HealthCheck,
            name: owner.as_ref().map_or_else(|| check.id.to_string(), |owner| owner.failover.to_string()),
            role: owner.map_or_else(|| "untagged".to_owned(), |owner| owner.role.to_string()),
            reason: format!("{} is used by no record of any zone", check.id),
        }
    };
    Plan {
        zones: zones.into_iter().cloned().collect(),
        changes: unused.iter().map(change).collect(),
        steps,
        notes: Vec::new(),
    }
}

/// Puts a record and takes it away; only the second where a run that was killed has left it.
fn fence(zone: &Zone, stands: bool) -> Vec<Step> {
    let step = |change| Step::ChangeRecords { zone: zone.id.clone(), changes: vec![change] };
    let mut steps =
        vec![step(RecordChange::Create(fence_record(zone))), step(RecordChange::Delete(fence_record(zone)))];
    if stands {
        steps.remove(0);
    }
    steps
}

/// At an underscored name of our own, which nobody looks up, and no failover's marker.
fn fence_record<C>(zone: &Zone) -> RecordSet<C> {
    RecordSet {
        name: zone.name.child(FENCE_LABEL).unwrap_or_else(|_| zone.name.clone()),
        record_type: RecordType::Txt,
        routing: Routing::Simple,
        answer: Answer::Values {
            ttl: Ttl::from_seconds(60).expect("60 is a TTL"),
            values: vec!["\"s3-failover waits until every name server has this\"".to_owned()],
        },
        health_check: None,
    }
}
