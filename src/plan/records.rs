//! Which record sets are created, changed, removed; and which are somebody else's.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Action, Change, CheckRef, Kind, RecordRole, Refusal, Step,
    checks::Checks,
    desired::{Desired, DesiredRecord, set_identifier},
};
use crate::{
    account::{RecordChange, Snapshot},
    model::{
        Answer, CheckRole, Fqdn, HealthCheckId, RecordKey, RecordSet, RecordType, Routing, Side, marker_value,
    },
    spec::Failover,
};

/// What becomes of the records of one failover.
pub(super) struct Records {
    pub(super) changes: Vec<Change>,
    /// In Route 53's order; empty when nothing changes.
    pub(super) batch: Vec<RecordChange<CheckRef>>,
    /// Whether a record is pointed at another health check than now.
    pub(super) check_changes: bool,
}

/// What becomes of the records of one failover, or why nothing may.
pub(super) fn diff(desired: &Desired<'_>, checks: &Checks, snapshot: &Snapshot) -> Result<Records, Refusal> {
    let ours = ours(desired, snapshot);
    if let Some(record) = foreign(desired, &ours, snapshot) {
        return Err(Refusal::ForeignRecord { failover: desired.failover.name.to_string(), record });
    }
    let mut records = Records { changes: Vec::new(), batch: Vec::new(), check_changes: false };
    let mut deletes: Vec<&RecordSet> = Vec::new();
    let mut creates: Vec<RecordSet<CheckRef>> = Vec::new();
    let mut moved_pointers: BTreeSet<Fqdn> = BTreeSet::new();
    for DesiredRecord { role, set } in &desired.records {
        let wanted = set
            .try_map_check(|role| checks.by_role.get(role).cloned().ok_or(()))
            .expect("each record is guarded by a check that its failover has");
        let is = ours.get(&set.key()).copied();
        let reason = match is {
            None => Some((Action::Create, "there is none yet".to_owned())),
            Some(is) => difference(is, &wanted).map(|reason| (Action::Update, reason)),
        };
        // An alias is taken away and put back around a change of the record that it leads to, so that
        // at no point of the batch it leads to nothing.
        let around = wanted.leads_to().is_some_and(|target| moved_pointers.contains(&target));
        if reason.is_some() || around {
            deletes.extend(is);
            let check = is.and_then(|is| is.health_check.as_ref());
            records.check_changes |= !same_check(check, wanted.health_check.as_ref());
            if matches!(role, RecordRole::Pointer(_)) {
                moved_pointers.insert(wanted.name.clone());
            }
            creates.push(wanted);
        }
        if let Some((action, reason)) = reason {
            records.changes.push(change(action, &set.name, &role.to_string(), reason));
        }
    }
    for (key, set) in &ours {
        if !desired.records.iter().any(|wanted| wanted.set.key() == *key) {
            records.changes.push(change(
                Action::Delete,
                &set.name,
                "leftover",
                "the spec has no use for it any more".to_owned(),
            ));
            deletes.push(set);
        }
    }
    records.batch = batch(deletes, creates);
    Ok(records)
}

/// Every record of ours goes.
pub(super) fn remove(desired: &Desired<'_>, snapshot: &Snapshot) -> Records {
    let ours = ours(desired, snapshot);
    let role = |key: &RecordKey| {
        let wanted = desired.records.iter().find(|record| record.set.key() == *key);
        wanted.map_or_else(|| "leftover".to_owned(), |record| record.role.to_string())
    };
    let reason = "destroy removes what apply created";
    let changes = ours
        .iter()
        .map(|(key, set)| change(Action::Delete, &set.name, &role(key), reason.to_owned()))
        .collect();
    let batch = batch(ours.values().copied().collect(), Vec::new());
    Records { changes, batch, check_changes: false }
}

/// The records that stay as they are and depend on a health check which the steps delete.
pub(super) fn still_used(steps: &[Step], snapshot: &Snapshot) -> Vec<Refusal> {
    let leaving = |step: &Step| match step {
        Step::ChangeRecords { changes } => changes.iter().filter_map(deleted).collect(),
        _ => Vec::new(),
    };
    let leaving: BTreeSet<RecordKey> = steps.iter().flat_map(leaving).collect();
    let staying: Vec<&RecordSet> =
        snapshot.records.iter().filter(|set| !leaving.contains(&set.key())).collect();
    let used = |step: &Step| {
        let Step::DeleteCheck { id, .. } = step else { return None };
        let set = staying.iter().find(|set| set.health_check.as_ref() == Some(id))?;
        Some(Refusal::CheckInUse { check: id.clone(), record: set.key() })
    };
    steps.iter().filter_map(used).collect()
}

fn deleted(change: &RecordChange<CheckRef>) -> Option<RecordKey> {
    match change {
        RecordChange::Delete(set) => Some(set.key()),
        RecordChange::Create(_) => None,
    }
}

/// A batch without effect: the marker taken away and put back, or put and taken away. When it is
/// INSYNC, so is every earlier change of the zone; see [`order`](super::order).
///
/// Nothing when somebody else's record stands in the marker's place: then the zone holds no records of
/// ours, and the place is not ours to touch.
pub(super) fn fence(desired: &Desired<'_>, snapshot: &Snapshot) -> Vec<RecordChange<CheckRef>> {
    let failover = desired.failover;
    if let Some(is) = our_marker(failover, snapshot) {
        return vec![RecordChange::Delete(is.clone()), RecordChange::Create(unchecked(is))];
    }
    let marker = desired.records.iter().find(|record| record.role == RecordRole::Marker);
    let taken = !snapshot.records_at(&failover.marker_name()).is_empty();
    match marker {
        Some(DesiredRecord { set, .. }) if !taken => {
            vec![RecordChange::Create(unchecked(set)), RecordChange::Delete(unchecked(set))]
        }
        _ => Vec::new(),
    }
}

/// A marker, which has no health check, however checks are named.
fn unchecked<C, D>(marker: &RecordSet<C>) -> RecordSet<D> {
    marker.try_map_check(|_| Err(())).expect("a marker has no health check")
}

/// The record sets that the failover's marker speaks for:
///
/// 1. the marker itself;
/// 2. at the failover's name, sets with the identifiers that we give, of whatever type (a pointer may
///    become a website): somebody else may keep a pair of another type there;
/// 3. below it, the plain CNAMEs to which these lead;
/// 4. and a CNAME that is just what we would write, for when the sets that lead to it were removed.
///
/// Any other record where one of ours would go is in the way, marker or not.
fn ours<'a>(desired: &Desired<'_>, snapshot: &'a Snapshot) -> BTreeMap<RecordKey, &'a RecordSet> {
    let failover = desired.failover;
    let Some(marker) = our_marker(failover, snapshot) else { return BTreeMap::new() };
    let mut ours: Vec<&RecordSet> = vec![marker];
    let identifiers = Side::BOTH.map(|side| set_identifier(failover, side));
    let is_chosen = |set: &&RecordSet| match &set.routing {
        Routing::Failover { set_identifier, .. } => identifiers.contains(set_identifier),
        Routing::Simple | Routing::Other { .. } => false,
    };
    let chosen: Vec<&RecordSet> = snapshot.records_at(&failover.name).into_iter().filter(is_chosen).collect();
    let targets: BTreeSet<Fqdn> = chosen.iter().filter_map(|set| set.leads_to()).collect();
    let as_wanted = |set: &RecordSet| {
        let mut wanted = desired.records.iter().map(|record| &record.set);
        wanted.any(|wanted| wanted.key() == set.key() && wanted.leads_to() == set.leads_to())
    };
    let pointer = |set: &&RecordSet| {
        set.record_type == RecordType::Cname
            && set.routing == Routing::Simple
            && set.name != failover.name
            && set.name.is_within(&failover.name)
            && (targets.contains(&set.name) || as_wanted(set))
    };
    ours.extend(chosen);
    ours.extend(snapshot.records.iter().filter(pointer));
    ours.into_iter().map(|set| (set.key(), set)).collect()
}

/// The failover's marker, when it is there and says so.
fn our_marker<'a>(failover: &Failover, snapshot: &'a Snapshot) -> Option<&'a RecordSet> {
    let value = marker_value(&failover.name);
    snapshot.records_at(&failover.marker_name()).into_iter().find(|set| {
        set.record_type == RecordType::Txt
            && set.routing == Routing::Simple
            && matches!(&set.answer, Answer::Values { values, .. } if values.contains(&value))
    })
}

/// A record set that is not ours and stands where one of ours would go.
fn foreign(
    desired: &Desired<'_>,
    ours: &BTreeMap<RecordKey, &RecordSet>,
    snapshot: &Snapshot,
) -> Option<RecordKey> {
    let in_the_way = |is: &RecordSet, wanted: &RecordSet<CheckRole>| {
        // Beside a CNAME nothing else may exist (RFC 1034, 3.6.2).
        is.name == wanted.name
            && (is.record_type == wanted.record_type
                || is.record_type == RecordType::Cname
                || wanted.record_type == RecordType::Cname)
    };
    let sets = snapshot.records.iter().filter(|set| !ours.contains_key(&set.key()));
    let mut keys = sets.filter(|is| desired.records.iter().any(|wanted| in_the_way(is, &wanted.set)));
    keys.next().map(RecordSet::key)
}

/// Deletes before creates, and aliases outside the records to which they lead: an alias's target must
/// exist as long as the alias does (Route 53 Developer Guide, resource-record-sets-choosing-alias-non-alias).
fn batch(mut deletes: Vec<&RecordSet>, mut creates: Vec<RecordSet<CheckRef>>) -> Vec<RecordChange<CheckRef>> {
    deletes.sort_by_key(|set| set.side().is_none());
    creates.sort_by_key(|set| set.side().is_some());
    let deletes = deletes.into_iter().cloned().map(RecordChange::Delete);
    deletes.chain(creates.into_iter().map(RecordChange::Create)).collect()
}

/// Whether a record is guarded by the check that is wanted. One that is still to be created guards
/// nothing yet.
fn same_check(is: Option<&HealthCheckId>, wanted: Option<&CheckRef>) -> bool {
    match (is, wanted) {
        (None, None) => true,
        (Some(is), Some(CheckRef::Existing(wanted))) => is == wanted,
        _ => false,
    }
}

/// What differs, as a reason to update; nothing when nothing does.
fn difference(is: &RecordSet, wanted: &RecordSet<CheckRef>) -> Option<String> {
    let mut differences = Vec::new();
    if is.routing != wanted.routing {
        differences.push("its routing differs".to_owned());
    }
    match (&is.answer, &wanted.answer) {
        (is, wanted) if same_answer(is, wanted) => {}
        (is, wanted) => differences.push(format!("it answers {}, not {}", describe(is), describe(wanted))),
    }
    if !same_check(is.health_check.as_ref(), wanted.health_check.as_ref()) {
        differences.push("its health check is another".to_owned());
    }
    (!differences.is_empty()).then(|| differences.join("; "))
}

/// Names are compared as names: Route 53 may add the final dot and change the case.
fn same_answer(is: &Answer, wanted: &Answer) -> bool {
    use Answer::Values;
    match (is, wanted) {
        (Values { ttl: is_ttl, values: is }, Values { ttl, values }) => {
            let name = |value: &String| {
                value.parse::<Fqdn>().map_or_else(|_| value.clone(), |name| name.to_string())
            };
            is_ttl == ttl && is.iter().map(name).eq(values.iter().map(name))
        }
        _ => is == wanted,
    }
}

fn describe(answer: &Answer) -> String {
    match answer {
        Answer::Values { ttl, values } => format!("{} for {ttl} s", values.join(", ")),
        Answer::Alias { target, evaluate_target_health, .. } => {
            let health = if *evaluate_target_health { "" } else { ", whose health does not count" };
            format!("what {target} answers{health}")
        }
    }
}

fn change(action: Action, name: &Fqdn, role: &str, reason: String) -> Change {
    Change { action, kind: Kind::Record, name: name.to_string(), role: role.to_owned(), reason }
}
