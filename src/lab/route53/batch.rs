//! Can this batch of changes be made, and what is the zone then?
//!
//! All or nothing, on a working copy:
//!
//! 1. The batch is measured: 1,000 elements, 32,000 characters of values, an UPSERT counted twice.
//! 2. The changes are made one after the other, so that a DELETE makes room for the CREATE that follows
//!    it, and an alias finds the target that was created before it, not the one that comes after
//!    (DNSControl/dnscontrol#937). A set is changed once, or deleted and made anew. What is wrong with a
//!    change is noted, and the next is tried.
//! 3. When all are made, the rules that concern several sets are judged on the result.
//!
//! Nothing wrong: the working copy is the zone. Anything wrong: all of it is told at once, as Route 53
//! does, and the zone is what it was.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Fqdn, RecordType};

use super::{
    alias::{self, Alias},
    rules,
    types::{Answer, RecordSet, Zone},
};

/// Most `ResourceRecord` elements of a batch (Route 53 model, `ChangeResourceRecordSets`).
const MOST_ELEMENTS: usize = 1_000;
/// Most characters of all `Value` elements of a batch (same place).
const MOST_CHARACTERS: usize = 32_000;

/// What is to be done with a record set (Route 53 model, `ChangeAction`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// It must not exist.
    Create,
    /// It must exist, exactly as it is restated.
    Delete,
    /// It may exist.
    Upsert,
}

/// One change of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// What is to be done.
    pub(crate) action: Action,
    /// With which set.
    pub(crate) record: RecordSet,
}

/// The zone after the batch, or all that speaks against it.
pub(crate) fn apply(zone: &Zone, changes: &[Change]) -> Result<Zone, Vec<String>> {
    let too_large = size_problems(changes);
    if !too_large.is_empty() {
        return Err(too_large);
    }
    let mut working = zone.clone();
    let mut problems = Vec::new();
    let mut seen = BTreeMap::new();
    for change in changes {
        let record = &change.record;
        let earlier = seen.insert((&record.name, record.rtype, &record.set_identifier), change.action);
        if may_follow(change.action, earlier) {
            problems.extend(make(&mut working, change));
        } else {
            // Route 53's words (kubernetes-sigs/external-dns#4241 has two DELETEs of one set; others had it of
            // two CREATEs or UPSERTs). How it shows an identifier is unverified.
            problems.push(format!(
                "The request contains an invalid set of changes for a resource record set '{} {}'",
                record.rtype,
                rules::shown(&record.name)
            ));
        }
    }
    problems.extend(judge(&working, changes));
    if problems.is_empty() { Ok(working) } else { Err(problems) }
}

/// Whether a batch may make this change to a set after an earlier one to the same set: a DELETE makes room for
/// a CREATE, "more than once in a single change batch" it is refused (Route 53 model,
/// `ChangeResourceRecordSets`). That an UPSERT may follow too, and nothing may follow a CREATE, is unverified.
fn may_follow(action: Action, earlier: Option<Action>) -> bool {
    matches!((earlier, action), (None, _) | (Some(Action::Delete), Action::Create | Action::Upsert))
}

/// Elements and characters beyond what one request may hold.
fn size_problems(changes: &[Change]) -> Vec<String> {
    let (mut elements, mut characters) = (0, 0);
    for change in changes {
        let weight = if change.action == Action::Upsert { 2 } else { 1 };
        match &change.record.answer {
            Answer::Values { values, .. } => {
                elements += weight * values.len();
                characters += weight * values.iter().map(|value| value.chars().count()).sum::<usize>();
            }
            Answer::Alias { .. } => elements += weight,
        }
    }
    // That there are these limits is documented; the wording of both refusals is unverified.
    let mut problems = Vec::new();
    if elements > MOST_ELEMENTS {
        problems.push(format!("Number of records limit of {MOST_ELEMENTS} exceeded."));
    }
    if characters > MOST_CHARACTERS {
        problems.push(format!("Number of characters limit of {MOST_CHARACTERS} exceeded."));
    }
    problems
}

/// Makes one change, and tells what is wrong with it.
fn make(working: &mut Zone, change: &Change) -> Vec<String> {
    let record = &change.record;
    if change.action == Action::Delete {
        let problem = delete(working, record);
        return problem.into_iter().collect();
    }
    let mut problems = rules::set_problems(&working.name, record);
    if !record.name.is_within(&working.name) {
        return problems;
    }
    if change.action == Action::Create && working.find(record).is_some() {
        problems.push(format!(
            "Tried to create resource record set {} but it already exists",
            rules::label(record)
        ));
        return problems;
    }
    problems.extend(rules::name_problems(working, record));
    if let Some((alias, is_self)) = alias_of(record) {
        // A set that points at its own name and type has no target but itself.
        let has = |name: &Fqdn, rtype| !is_self && working.records.contains_key(&(name.clone(), rtype));
        problems.extend(alias::problems(alias, &working.id, &working.name, has));
    }
    // A change with a fault is made all the same, so that those after it are judged for themselves.
    working.put(record.clone());
    problems
}

fn delete(working: &mut Zone, record: &RecordSet) -> Option<String> {
    if !record.name.is_within(&working.name) {
        return Some(rules::outside(&working.name, record));
    }
    let fault = match working.find(record) {
        None => "but it was not found",
        Some(present) if !same(present, record) => "but the values provided do not match the current values",
        Some(_) => {
            working.remove(record);
            return None;
        }
    };
    Some(format!("Tried to delete resource record set {} {fault}", rules::label(record)))
}

/// Whether two sets are the same but for the order of their values, and the case and final dot of names.
fn same(one: &RecordSet, other: &RecordSet) -> bool {
    let answers = match (&one.answer, &other.answer) {
        (Answer::Values { ttl: a, values: v }, Answer::Values { ttl: b, values: w }) => {
            a == b && as_set(one.rtype, v) == as_set(one.rtype, w)
        }
        (a, b) => a == b,
    };
    answers && one.routing == other.routing && one.health_check_id == other.health_check_id
}

fn as_set(rtype: RecordType, values: &[String]) -> BTreeSet<String> {
    let is_name = matches!(rtype, RecordType::Cname | RecordType::Ns | RecordType::Ptr);
    let canonical = |value: &String| match value.parse::<Fqdn>() {
        Ok(name) if is_name => name.absolute(),
        _ => value.clone(),
    };
    values.iter().map(canonical).collect()
}

fn alias_of(record: &RecordSet) -> Option<(Alias<'_>, bool)> {
    match &record.answer {
        Answer::Values { .. } => None,
        Answer::Alias { hosted_zone_id, dns_name, evaluate_target_health } => {
            let alias = Alias {
                rtype: record.rtype,
                zone_id: hosted_zone_id,
                target: dns_name,
                evaluate_target_health: *evaluate_target_health,
            };
            Some((alias, *dns_name == record.name))
        }
    }
}

/// What is wrong with the zone as the whole batch leaves it.
fn judge(working: &Zone, changes: &[Change]) -> Vec<String> {
    let mut problems = Vec::new();
    let written = changes.iter().filter(|change| change.action != Action::Delete);
    for change in written.filter(|change| working.find(&change.record) == Some(&change.record)) {
        let key = (change.record.name.clone(), change.record.rtype);
        let group = working.records.get(&key).map_or(&[][..], Vec::as_slice);
        problems.extend(rules::group_problems(group, &change.record));
    }
    let apex = |rtype| working.records.contains_key(&(working.name.clone(), rtype));
    if !apex(RecordType::Soa) {
        problems.push("A HostedZone must contain exactly one SOA record.".to_owned());
    }
    if !apex(RecordType::Ns) {
        problems.push("A HostedZone must contain at least one NS record for the zone itself.".to_owned());
    }
    if changes.iter().any(|change| change.action == Action::Delete) {
        problems.extend(orphans(working, changes));
    }
    problems
}

/// Aliases whose target the batch took away, beside those that the batch itself writes (they have been
/// judged). That Route 53 refuses this, and how, is unverified; the lab does, so that no plan can lean on
/// the opposite.
fn orphans(working: &Zone, changes: &[Change]) -> Vec<String> {
    let deleted: BTreeSet<(&Fqdn, RecordType)> =
        changes.iter().map(|change| (&change.record.name, change.record.rtype)).collect();
    let lost = |target: &Fqdn, rtype| {
        deleted.contains(&(target, rtype)) && !working.records.contains_key(&(target.clone(), rtype))
    };
    let mut problems = Vec::new();
    for set in working.sets() {
        if let Some((alias, _)) = alias_of(set)
            && alias.zone_id == working.id
            && lost(alias.target, alias.rtype)
        {
            problems.push(format!(
                "Tried to delete the target of the alias {}: {} type {}",
                rules::label(set),
                rules::shown(alias.target),
                alias.rtype
            ));
        }
    }
    problems
}
