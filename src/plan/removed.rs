//! Failovers that a spec of this name once declared, and does not any more.
//!
//! The tags of a health check name the failover, its zone and the file of the spec. A failover that this
//! file does not declare was taken out of it, or it was renamed or moved to another zone; or it is another
//! team's, whose file has the same name, as most have. Nobody can tell from the account which of the two
//! is so. Hence:
//!
//! 1. A plan tells of them, and does nothing ([`notes`]).
//! 2. `--remove NAME` has the plan remove one, by name; nothing is removed because it is missing.
//! 3. It goes last: when every name server has what may take its place, under a new name or in another zone.
//! 4. Two guards: the name would be answered by nothing any more; it was made by a spec of another name.
//!
//! Of a spec that is cut down by `--only` nobody knows what it lacks, so nothing is told.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Batch, Batches, Note, Refusal, Step, Terms, Work, batch, checks, guards, links,
    records::{self, Records},
};
use crate::{
    account::{OwnedChecks, Snapshot, ZoneRecords},
    model::{
        Answer, CheckOwner, CheckRole, Fqdn, HostedZoneId, RecordSet, RecordType, Routing, marker_value,
    },
    spec::{Failover, Spec, marker_name},
};

/// Why they go.
const REASON: &str = "the spec does not declare the failover any more";

/// Where a failover's checks were made for, which the spec does not declare there.
pub fn undeclared(spec: &Spec, snapshot: &Snapshot) -> BTreeSet<(Fqdn, HostedZoneId)> {
    let declared = declared(spec, snapshot);
    let owners = snapshot.checks.iter().filter_map(|check| CheckOwner::from_tags(&check.tags));
    owners.map(|owner| (owner.failover, owner.zone)).filter(|place| !declared.contains(place)).collect()
}

fn declared(spec: &Spec, snapshot: &Snapshot) -> BTreeSet<(Fqdn, HostedZoneId)> {
    let place =
        |failover: &Failover| (failover.name.clone(), snapshot.zone_of(&failover.name).zone.id.clone());
    spec.failovers.iter().map(place).collect()
}

/// Tells of those that a spec of this name made: in the zones that the spec names, or, when the failover has
/// moved, in any.
pub(super) fn notes(spec: &Spec, terms: &Terms<'_>, snapshot: &Snapshot) -> Vec<Note> {
    if terms.cut_down {
        return Vec::new();
    }
    let ours = |(name, zone): &(Fqdn, HostedZoneId)| {
        let known = snapshot.zones.iter().any(|held| held.zone.id == *zone);
        let moved = spec.failovers.iter().any(|failover| failover.name == *name);
        (known || moved)
            && !terms.remove.contains(name)
            && made_by(name, zone, snapshot).contains(terms.spec_name)
    };
    let note = |(name, zone): (Fqdn, HostedZoneId)| Note {
        id: "removed-failover".to_owned(),
        name: name.to_string(),
        detail: format!(
            "{name} is still in the hosted zone {zone}; a spec of this name made it, and this one does not \
             declare it there"
        ),
        way_out: format!(
            "`--remove {name}` has the plan remove it. If another spec of the same file name declares it, leave it \
             alone, and give one of the two files another name."
        ),
    };
    let stands = |name: &Fqdn, held: &ZoneRecords| {
        held.names.contains(name)
            && !(records::ours(name, held).is_empty() && made_by(name, &held.zone.id, snapshot).is_empty())
    };
    let absent = |name: &&Fqdn| !snapshot.removed.iter().any(|held| stands(name, held));
    let nothing = |name: &Fqdn| Note {
        id: "nothing-to-remove".to_owned(),
        name: name.to_string(),
        detail: format!("nothing of {name} is there but what the spec declares"),
        way_out: "Leave `--remove` out.".to_owned(),
    };
    let standing = undeclared(spec, snapshot).into_iter().filter(ours).map(note);
    standing.chain(terms.remove.iter().filter(absent).map(nothing)).collect()
}

/// The names of the specs that made a failover's checks.
fn made_by<'a>(name: &Fqdn, zone: &HostedZoneId, snapshot: &'a Snapshot) -> BTreeSet<&'a str> {
    let theirs = snapshot.checks.iter().filter(|check| {
        CheckOwner::from_tags(&check.tags).is_some_and(|owner| owner.failover == *name && owner.zone == *zone)
    });
    theirs.filter_map(|check| CheckOwner::spec_of(&check.tags)).collect()
}

/// Plans the removal of those that shall go.
pub(super) fn remove(
    work: &mut Work,
    spec: &Spec,
    terms: &Terms<'_>,
    snapshot: &Snapshot,
    ours: &OwnedChecks<'_>,
) {
    let declared = declared(spec, snapshot);
    let mut zones: BTreeMap<&HostedZoneId, Batches> = BTreeMap::new();
    for held in &snapshot.removed {
        for name in &held.names {
            if !declared.contains(&(name.clone(), held.zone.id.clone())) {
                let rounds = remove_one(work, name, terms, (held, snapshot), ours);
                let batches = zones.entry(&held.zone.id).or_default();
                let mut rounds = rounds.into_iter();
                batches.first.extend(rounds.next());
                batches.second.extend(rounds);
            }
        }
    }
    for (zone, Batches { first, second }) in zones {
        let first = links::arrange(zone, first);
        work.last.extend([first, second].into_iter().flat_map(|round| batch::split(zone, round)));
    }
    if !work.last.is_empty() {
        work.last.insert(0, Step::AwaitRecords);
    }
}

/// Notes all that becomes of one, but for its record changes, which are given back: in one round, or, without
/// effect, in two.
fn remove_one(
    work: &mut Work,
    name: &Fqdn,
    terms: &Terms<'_>,
    (held, snapshot): (&ZoneRecords, &Snapshot),
    ours: &OwnedChecks<'_>,
) -> Vec<Batch> {
    let Records { changes, batch, .. } = records::remove_all(name, held, |_| "removed".to_owned(), REASON);
    let found = [last_record(name, held), other_spec(name, held, terms, snapshot)];
    work.refusals.extend(guards::standing(found.into_iter().flatten(), terms));
    let checks = checks::remove(name, &held.zone, ours, REASON);
    let rounds = match (batch.is_empty(), checks.has_leftovers(), marker(name)) {
        (false, ..) => vec![batch],
        (true, true, Some(marker)) => records::fence_by(name, &marker, held),
        _ => Vec::new(),
    };
    work.steps.extend(checks.steps(name, false));
    work.changes.extend(changes);
    work.changes.extend(checks.changes);
    rounds
}

/// The marker that the failover would have, to wait for all that was changed before.
fn marker(name: &Fqdn) -> Option<RecordSet<CheckRole>> {
    Some(RecordSet {
        name: marker_name(name)?,
        record_type: RecordType::Txt,
        routing: Routing::Simple,
        answer: Answer::Values { ttl: Failover::default_ttl(), values: vec![marker_value(name)] },
        health_check: None,
    })
}

/// Only of what is answered now.
fn last_record(name: &Fqdn, held: &ZoneRecords) -> Option<Refusal> {
    let ours = records::ours(name, held);
    let answers = |set: &&RecordSet| {
        matches!(set.record_type, RecordType::A | RecordType::Aaaa | RecordType::Cname) && set.name == *name
    };
    let goes = ours.values().copied().any(|set| answers(&set));
    let stays = held.records.iter().filter(answers).any(|set| !ours.contains_key(&set.key()));
    (goes && !stays)
        .then(|| Refusal::LastRecord { failover: name.to_string(), zone: held.zone.id.to_string() })
}

fn other_spec(name: &Fqdn, held: &ZoneRecords, terms: &Terms<'_>, snapshot: &Snapshot) -> Option<Refusal> {
    let makers = made_by(name, &held.zone.id, snapshot);
    let other = makers.into_iter().find(|maker| *maker != terms.spec_name)?;
    Some(Refusal::OtherSpec { failover: name.to_string(), spec: other.to_owned() })
}
