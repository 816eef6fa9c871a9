//! Failovers of one zone that lead to one another.
//!
//! A side may be an alias to the name of another failover. "The alias target must exist" when the alias is
//! created (Route 53 Developer Guide, `dns-failover-how-to`: bottom up), so:
//!
//! 1. What is linked is one batch, as long as that fits: the deletes first, aliases before what they lead to,
//!    then the creates the other way round.
//! 2. An alias of ours whose target is taken away and put back is taken away and put back around it.
//! 3. What does not fit into one batch becomes several, each with whole failovers: first those that only go,
//!    the aliases before their targets, then the others, the targets before their aliases.

use std::collections::{BTreeMap, BTreeSet};

use super::{Batch, CheckRef, batch, records};
use crate::{
    account::{RecordChange, Snapshot},
    model::{Answer, Fqdn, HostedZoneId, RecordSet, RecordType},
    spec::Spec,
};

/// A name and a type: what an alias leads to.
type Place = (Fqdn, RecordType);

/// Where a set leads, when that is an alias in this zone.
fn leads<C>(zone: &HostedZoneId, set: &RecordSet<C>) -> Option<Place> {
    match &set.answer {
        Answer::Alias { hosted_zone_id, target, .. } if hosted_zone_id == zone => {
            Some((target.clone(), set.record_type))
        }
        Answer::Alias { .. } | Answer::Values { .. } => None,
    }
}

fn place(change: &RecordChange<CheckRef>) -> Place {
    match change {
        RecordChange::Create(set) => (set.name.clone(), set.record_type),
        RecordChange::Delete(set) => (set.name.clone(), set.record_type),
    }
}

fn target(zone: &HostedZoneId, change: &RecordChange<CheckRef>) -> Option<Place> {
    match change {
        RecordChange::Create(set) => leads(zone, set),
        RecordChange::Delete(set) => leads(zone, set),
    }
}

/// Adds the aliases of ours that have to be put back around a target that is.
pub(super) fn put_back(
    zone: &HostedZoneId,
    mut batches: Vec<Batch>,
    spec: &Spec,
    snapshot: &Snapshot,
) -> Vec<Batch> {
    let here = spec.failovers.iter().filter(|failover| snapshot.zone_of(&failover.name).zone.id == *zone);
    let standing: Vec<&RecordSet> = here
        .flat_map(|failover| records::ours(&failover.name, snapshot.zone_of(&failover.name)).into_values())
        .filter(|set| leads(zone, set).is_some())
        .collect();
    loop {
        let changes = || batches.iter().flatten();
        let taken: BTreeSet<_> = changes().filter_map(records::deleted).collect();
        let gone: BTreeSet<Place> = taken.iter().map(|key| (key.name.clone(), key.record_type)).collect();
        let around = |set: &&&RecordSet| {
            leads(zone, set).is_some_and(|target| gone.contains(&target)) && !taken.contains(&set.key())
        };
        let Some(set) = standing.iter().find(around) else { return batches };
        let again = set
            .try_map_check(|id| Ok::<_, std::convert::Infallible>(CheckRef::Existing(id.clone())))
            .unwrap_or_else(|never| match never {});
        batches.push(vec![RecordChange::Delete((*set).clone()), RecordChange::Create(again)]);
    }
}

/// The same changes, in an order and in batches in which no alias is without its target.
pub(super) fn arrange(zone: &HostedZoneId, batches: Vec<Batch>) -> Vec<Batch> {
    let links = Links::of(zone, &batches);
    let mut arranged = Vec::new();
    let mut waiting: Vec<Option<Batch>> = batches.into_iter().map(Some).collect();
    for first in 0..waiting.len() {
        if waiting[first].is_none() {
            continue;
        }
        let mut members: Vec<(usize, Batch)> = links
            .connected(first)
            .into_iter()
            .filter_map(|index| Some((links.depth[index], waiting[index].take()?)))
            .collect();
        members.sort_by_key(|(depth, _)| *depth);
        let sum: Batch = members.iter().flat_map(|(_, changes)| changes.clone()).collect();
        if batch::fits(&sum) {
            arranged.push(one(members));
        } else {
            arranged.extend(several(members));
        }
    }
    arranged
}

fn goes(change: &RecordChange<CheckRef>) -> bool {
    matches!(change, RecordChange::Delete(_))
}

/// The targets come first in `members`.
fn one(members: Vec<(usize, Batch)>) -> Batch {
    let (mut deletes, mut creates): (Vec<Batch>, Vec<Batch>) =
        members.into_iter().map(|(_, changes)| changes.into_iter().partition(goes)).unzip();
    deletes.reverse();
    deletes.append(&mut creates);
    deletes.into_iter().flatten().collect()
}

fn several(members: Vec<(usize, Batch)>) -> Vec<Batch> {
    let (going, others): (Vec<Batch>, Vec<Batch>) =
        members.into_iter().map(|(_, changes)| changes).partition(|changes| changes.iter().all(goes));
    going.into_iter().rev().chain(others).collect()
}

/// Which batch leads to which.
struct Links {
    /// For each batch: those that it leads to.
    to: Vec<BTreeSet<usize>>,
    /// For each batch: how many stand between it and the last to which it leads.
    depth: Vec<usize>,
}

impl Links {
    fn of(zone: &HostedZoneId, batches: &[Batch]) -> Self {
        let mut at: BTreeMap<Place, BTreeSet<usize>> = BTreeMap::new();
        for (index, changes) in batches.iter().enumerate() {
            for change in changes {
                at.entry(place(change)).or_default().insert(index);
            }
        }
        let leads_to = |(index, changes): (usize, &Batch)| {
            let targets = changes.iter().filter_map(|change| at.get(&target(zone, change)?));
            targets.flatten().copied().filter(|other| *other != index).collect()
        };
        let to: Vec<BTreeSet<usize>> = batches.iter().enumerate().map(leads_to).collect();
        // At most as many rounds as there are batches, also where two lead to each other.
        let mut depth = vec![0; to.len()];
        for _ in 0..to.len() {
            let deeper: Vec<usize> =
                to.iter().map(|to| to.iter().map(|index| depth[*index] + 1).max().unwrap_or(0)).collect();
            if deeper == depth {
                break;
            }
            depth = deeper;
        }
        Self { to, depth }
    }

    /// The batches that are linked with this one, itself included.
    fn connected(&self, first: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::from([first]);
        loop {
            let more = (0..self.to.len()).filter(|index| {
                !found.contains(index)
                    && (self.to[*index].iter().any(|to| found.contains(to))
                        || found.iter().any(|from| self.to[*from].contains(index)))
            });
            let more: Vec<usize> = more.collect();
            if more.is_empty() {
                return found;
            }
            found.extend(more);
        }
    }
}
