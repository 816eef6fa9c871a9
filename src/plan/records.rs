//! Which record sets are created, changed, removed; and which are somebody else's.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Action, Change, CheckRef, Kind, RecordRole, Refusal, Step,
    checks::Checks,
    desired::{Desired, DesiredRecord, set_identifiers},
};
use crate::{
    account::{RecordChange, Snapshot, ZoneRecords},
    model::{
        Answer, CheckRole, Fqdn, HealthCheckId, HostedZoneId, RecordKey, RecordSet, RecordType, Routing,
        marked_name,
    },
    spec::marker_name,
};

/// Why `destroy` takes things away.
pub(super) const DESTROYED: &str = "destroy removes what apply created";

/// What becomes of the records of one failover.
pub(super) struct Records {
    pub(super) changes: Vec<Change>,
    /// In Route 53's order; empty when nothing changes.
    pub(super) batch: Vec<RecordChange<CheckRef>>,
    /// Whether a record is pointed at another health check than now.
    pub(super) check_changes: bool,
}

/// What becomes of the records of one failover, or why nothing may.
///
/// With leave to adopt, what stands in the way goes, in the same batch; what is guarded by somebody else's
/// health check stays theirs as far as the check is concerned.
pub(super) fn diff(
    desired: &Desired<'_>,
    checks: &Checks,
    held: &ZoneRecords,
    adopt: bool,
) -> Result<Records, Refusal> {
    let mut ours = ours(&desired.failover.name, held);
    let foreign = foreign(desired, &ours, held);
    if let Some(refusal) = not_to_be_touched(desired, &foreign, adopt) {
        return Err(refusal);
    }
    let adopted: BTreeSet<RecordKey> = foreign.iter().map(|set| set.key()).collect();
    ours.extend(foreign.into_iter().map(|set| (set.key(), set)));
    let mut records = Records { changes: Vec::new(), batch: Vec::new(), check_changes: false };
    let mut deletes: Vec<&RecordSet> = Vec::new();
    let mut creates: Vec<RecordSet<CheckRef>> = Vec::new();
    let mut moved_pointers: BTreeSet<Fqdn> = BTreeSet::new();
    for DesiredRecord { role, set } in &desired.records {
        let mut wanted = set
            .try_map_check(|role| checks.by_role.get(role).cloned().ok_or(()))
            .expect("each record is guarded by a check that its failover has");
        let is = ours.get(&set.key()).copied();
        if *role == RecordRole::Marker {
            keep_values_of_others(is, &mut wanted);
        }
        let reason = match is {
            None => Some((Action::Create, "there is none yet".to_owned())),
            Some(is) => difference(is, &wanted).map(|reason| (Action::Update, reason)),
        };
        let reason = reason.map(|(action, reason)| {
            if adopted.contains(&set.key()) {
                (action, format!("taken over from somebody else: {reason}"))
            } else {
                (action, reason)
            }
        });
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
            let (role, reason) = if adopted.contains(key) {
                let what = describe(&set.answer);
                (
                    "adopted",
                    format!("taken over from somebody else: the {} set answered {what}", set.record_type),
                )
            } else {
                ("leftover", "the spec has no use for it any more".to_owned())
            };
            records.changes.push(change(Action::Delete, &set.name, role, reason));
            deletes.push(set);
        }
    }
    records.batch = batch(deletes, creates);
    Ok(records)
}

/// The values that a set of ours holds and that are not markers: TXT values of all purposes share one
/// set, so somebody may have put theirs beside ours.
fn values_of_others(set: &RecordSet) -> Vec<String> {
    match &set.answer {
        Answer::Values { values, .. } if set.record_type == RecordType::Txt => {
            values.iter().filter(|value| marked_name(value).is_none()).cloned().collect()
        }
        _ => Vec::new(),
    }
}

fn keep_values_of_others(is: Option<&RecordSet>, wanted: &mut RecordSet<CheckRef>) {
    if let Answer::Values { values, .. } = &mut wanted.answer {
        values.extend(is.into_iter().flat_map(values_of_others));
    }
}

/// Every record of ours goes; what others put into our marker's set stays.
pub(super) fn remove(desired: &Desired<'_>, held: &ZoneRecords) -> Records {
    let role = |key: &RecordKey| {
        let wanted = desired.records.iter().find(|record| record.set.key() == *key);
        wanted.map_or_else(|| "leftover".to_owned(), |record| record.role.to_string())
    };
    remove_all(&desired.failover.name, held, role, DESTROYED)
}

/// The same of a failover that is known by its name alone.
pub(super) fn remove_all(
    failover: &Fqdn,
    held: &ZoneRecords,
    role: impl Fn(&RecordKey) -> String,
    reason: &str,
) -> Records {
    let ours = ours(failover, held);
    let changes = ours
        .iter()
        .map(|(key, set)| change(Action::Delete, &set.name, &role(key), reason.to_owned()))
        .collect();
    let kept = ours.values().filter_map(|set| {
        let values = values_of_others(set);
        let Answer::Values { ttl, .. } = &set.answer else { return None };
        let answer = Answer::Values { ttl: *ttl, values: values.clone() };
        (!values.is_empty()).then(|| RecordSet { answer, ..unchecked(set) })
    });
    let batch = batch(ours.values().copied().collect(), kept.collect());
    Records { changes, batch, check_changes: false }
}

/// What stays as it is and depends on a health check which the steps delete: records at and below our
/// names, and calculated checks of others. (Records elsewhere are [`elsewhere`](super::elsewhere)'s.)
pub(super) fn still_used(steps: &[Step], snapshot: &Snapshot) -> Vec<Refusal> {
    let leaving = |step: &Step| match step {
        Step::ChangeRecords { zone, changes } => {
            changes.iter().filter_map(deleted).map(|key| (zone.clone(), key)).collect()
        }
        _ => Vec::new(),
    };
    let leaving: BTreeSet<(HostedZoneId, RecordKey)> = steps.iter().flat_map(leaving).collect();
    let read = snapshot.zones.iter().chain(&snapshot.removed);
    let sets = read.flat_map(|held| held.records.iter().map(|set| (&held.zone.id, set)));
    let staying: Vec<&RecordSet> = sets
        .filter(|(zone, set)| !leaving.contains(&((*zone).clone(), set.key())))
        .map(|(_, set)| set)
        .collect();
    let by_record = |id: &HealthCheckId| {
        let set = staying.iter().find(|set| set.health_check.as_ref() == Some(id))?;
        Some(format!("the record {}", set.key()))
    };
    let by_check = |id: &HealthCheckId| {
        let parent =
            snapshot.foreign_checks.iter().find(|check| check.children.iter().any(|c| c == id.as_str()))?;
        Some(format!("the calculated health check {}", parent.id))
    };
    let used = |step: &Step| {
        let Step::DeleteCheck { id, .. } = step else { return None };
        Some(Refusal::CheckInUse { check: id.clone(), user: by_record(id).or_else(|| by_check(id))? })
    };
    steps.iter().filter_map(used).collect()
}

pub(super) fn deleted(change: &RecordChange<CheckRef>) -> Option<RecordKey> {
    match change {
        RecordChange::Delete(set) => Some(set.key()),
        RecordChange::Create(_) => None,
    }
}

/// Batches that together have no effect: the marker taken away and put back; or, where there is none,
/// put, and then taken away. When the last is INSYNC, so is every earlier change of the zone; see
/// [`order`](super::order).
///
/// To put and to take away one set in one batch may be refused (unverified), hence two.
///
/// Nothing when somebody else's record stands in the marker's place: then the zone holds no records of
/// ours, and the place is not ours to touch.
pub(super) fn fence(desired: &Desired<'_>, held: &ZoneRecords) -> Vec<Vec<RecordChange<CheckRef>>> {
    let marker = desired.records.iter().find(|record| record.role == RecordRole::Marker);
    marker.map_or_else(Vec::new, |marker| fence_by(&desired.failover.name, &marker.set, held))
}

/// The same of a failover that is known by its name alone, and by the marker that it would have.
pub(super) fn fence_by<C>(
    failover: &Fqdn,
    marker: &RecordSet<C>,
    held: &ZoneRecords,
) -> Vec<Vec<RecordChange<CheckRef>>> {
    if let Some((is, _)) = our_marker(failover, held) {
        return vec![vec![RecordChange::Delete(is.clone()), RecordChange::Create(unchecked(is))]];
    }
    if held.records_at(&marker.name).is_empty() {
        vec![vec![RecordChange::Create(unchecked(marker))], vec![RecordChange::Delete(unchecked(marker))]]
    } else {
        Vec::new()
    }
}

/// A marker, which has no health check, however checks are named.
fn unchecked<C, D>(marker: &RecordSet<C>) -> RecordSet<D> {
    marker.try_map_check(|_| Err(())).expect("a marker has no health check")
}

/// The record sets for which the failover's marker speaks: itself, the two between which Route 53
/// chooses (by our own set identifiers, and of whatever type, since a pointer may become a website), and
/// the pointers (plain CNAMEs at names that it lists).
///
/// Any other set at one of these names is somebody else's all the same: a pair of another type, say.
pub(super) fn ours<'a>(failover: &Fqdn, held: &'a ZoneRecords) -> BTreeMap<RecordKey, &'a RecordSet> {
    let Some((marker, names)) = our_marker(failover, held) else {
        return BTreeMap::new();
    };
    let identifiers = set_identifiers(failover);
    let is_ours = |set: &&RecordSet| match &set.routing {
        Routing::Failover { set_identifier, .. } => {
            set.name == *failover && identifiers.contains(set_identifier)
        }
        Routing::Simple => {
            set.record_type == RecordType::Cname && set.name != *failover && names.contains(&set.name)
        }
        Routing::Other { .. } => false,
    };
    let sets = held.records.iter().filter(is_ours);
    sets.chain(std::iter::once(marker)).map(|set| (set.key(), set)).collect()
}

/// The failover's marker, when it is there and says so, and the names for which it speaks.
fn our_marker<'a>(failover: &Fqdn, held: &'a ZoneRecords) -> Option<(&'a RecordSet, BTreeSet<Fqdn>)> {
    let texts = held.records_at(&marker_name(failover)?);
    let plain =
        texts.into_iter().filter(|set| set.record_type == RecordType::Txt && set.routing == Routing::Simple);
    let mut marked = plain.filter_map(|set| {
        let Answer::Values { values, .. } = &set.answer else { return None };
        Some((set, values.iter().filter_map(|value| marked_name(value)).collect::<BTreeSet<_>>()))
    });
    marked.find(|(_, names)| names.contains(failover))
}

/// Why what stands in the way must stay.
fn not_to_be_touched(desired: &Desired<'_>, foreign: &[&RecordSet], adopt: bool) -> Option<Refusal> {
    let failover = desired.failover.name.to_string();
    if adopt {
        let exact = |set: &&&RecordSet| !matches!(set.routing, Routing::Other { .. });
        let record = foreign.iter().find(|set| !exact(set))?.key();
        return Some(Refusal::Unadoptable { failover, record });
    }
    Some(Refusal::ForeignRecord { failover, record: foreign.first()?.key() })
}

/// The record sets that are not ours and stand where ours would go.
fn foreign<'a>(
    desired: &Desired<'_>,
    ours: &BTreeMap<RecordKey, &RecordSet>,
    held: &'a ZoneRecords,
) -> Vec<&'a RecordSet> {
    let in_the_way = |is: &RecordSet, wanted: &RecordSet<CheckRole>| {
        // Beside a CNAME nothing else may exist (RFC 1034, 3.6.2).
        is.name == wanted.name
            && (is.record_type == wanted.record_type
                || is.record_type == RecordType::Cname
                || wanted.record_type == RecordType::Cname)
    };
    let sets = held.records.iter().filter(|set| !ours.contains_key(&set.key()));
    sets.filter(|is| desired.records.iter().any(|wanted| in_the_way(is, &wanted.set))).collect()
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
pub(super) fn difference(is: &RecordSet, wanted: &RecordSet<CheckRef>) -> Option<String> {
    let mut differences = Vec::new();
    if is.routing != wanted.routing {
        differences.push("its routing differs".to_owned());
    }
    match (&is.answer, &wanted.answer) {
        (Answer::Values { ttl: is_ttl, values: is }, Answer::Values { ttl, values }) => {
            if is_ttl != ttl {
                differences.push(format!("its TTL is {is_ttl} s, not {ttl} s"));
            }
            if !same_values(is, values) {
                differences.push(format!("it answers {}, not {}", is.join(", "), values.join(", ")));
            }
        }
        (is, wanted) if is != wanted => {
            differences.push(format!("it answers {}, not {}", describe(is), describe(wanted)));
        }
        _ => {}
    }
    if !same_check(is.health_check.as_ref(), wanted.health_check.as_ref()) {
        differences.push("its health check is another".to_owned());
    }
    (!differences.is_empty()).then(|| differences.join("; "))
}

/// Names are compared as names, since Route 53 may add the final dot and change the case; and values as
/// a set, since their order means nothing (RFC 1034, 3.6).
fn same_values(is: &[String], wanted: &[String]) -> bool {
    let name = |value: &String| value.parse::<Fqdn>().map_or_else(|_| value.clone(), |name| name.to_string());
    let all = |values: &[String]| values.iter().map(name).collect::<BTreeSet<_>>();
    all(is) == all(wanted)
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
