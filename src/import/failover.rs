//! From the pair at a name to a failover of a spec.

use std::collections::BTreeMap;

use super::{
    Note, Refusal,
    checks::{self, Guard, Standing, bucket_of, differences},
    records::{self, LeadsTo, Pair},
    sides::{self, Facts},
    zones::describe,
};
use crate::{
    account::{Snapshot, ZoneRecords},
    model::{Answer, Fqdn, HealthCheckId, RecordSet, RecordType, Region, Routing, Side, Ttl, marked_name},
    spec::{Failover, ObjectKey, SideSpec, Spec, Target, ZoneRef},
};

/// A name, and how the spec shall name its zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The name.
    pub name: Fqdn,
    /// Its zone.
    pub by: ZoneRef,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The spec, not yet judged by its rules.
    pub spec: Spec,
    /// By the failover's name.
    pub notes: BTreeMap<Fqdn, Vec<Note>>,
}

/// The spec of what stands at these names, each given once and at least one; or why there is none: every reason.
///
/// # Panics
/// When the snapshot was not taken of every name, or no name is given.
pub fn import(asked: &[Asked], snapshot: &Snapshot) -> Result<Imported, Vec<Refusal>> {
    let (mut failovers, mut notes, mut refusals) = (Vec::new(), BTreeMap::new(), Vec::new());
    let zone = common_zone(asked);
    for Asked { name, by } in asked {
        let own = (*by != zone).then(|| by.clone());
        match failover(name, own, snapshot) {
            Ok((failover, found)) => {
                failovers.push(failover);
                notes.insert(name.clone(), found);
            }
            Err(refused) => refusals.push(refused),
        }
    }
    if refusals.is_empty() { Ok(Imported { spec: Spec { zone, failovers }, notes }) } else { Err(refusals) }
}

/// The zone of most names; of those with as many, the first.
fn common_zone(asked: &[Asked]) -> ZoneRef {
    let count = |zone: &ZoneRef| asked.iter().filter(|other| other.by == *zone).count();
    let most = asked.iter().map(|asked| count(&asked.by)).max();
    let first = asked.iter().find(|asked| Some(count(&asked.by)) == most);
    first.expect("at least one name is asked for").by.clone()
}

fn failover(
    name: &Fqdn,
    zone: Option<ZoneRef>,
    snapshot: &Snapshot,
) -> Result<(Failover, Vec<Note>), Refusal> {
    let held = snapshot.zone_of(name);
    let pair = records::pair(name, held)?;
    let ways = pair.sets.map(|set| records::way(set, held));
    let leads = [records::leads_to(&ways[0])?, records::leads_to(&ways[1])?];
    let guards = [
        checks::guard(&ways[0], Side::Primary, snapshot)?,
        checks::guard(&ways[1], Side::Secondary, snapshot)?,
    ];
    let mut notes = vec![origin(name, &pair, held)];
    notes.extend(guards.iter().flat_map(|guard| guard.notes.clone()));
    let sides = both_sides(name, &pair, &leads, &guards, held, &mut notes)?;
    let prefer = match leads {
        [LeadsTo::Website(_), _] => Side::Primary,
        [_, LeadsTo::Website(_)] => Side::Secondary,
        _ => Side::Primary,
    };
    let website = leads.iter().any(|leads| matches!(leads, LeadsTo::Website(_)));
    let dotted = sides.iter().any(|side| side.target == Target::Pointer && side.bucket.has_dot());
    let (health_check, guessed) = checks::spec(&guards, prefer, !website && !dotted);
    notes.extend(guessed);
    let switch = switch(&pair, &guards, &sides[1], &mut notes)?;
    let ttl = ttl(name, &leads, held, &mut notes);
    let [primary, secondary] = sides;
    let failover = Failover {
        name: name.clone(),
        zone,
        ttl,
        health_check,
        switch,
        primary,
        secondary,
        mrap: None,
        cloudfront: None,
    };
    for side in Side::BOTH {
        let index = usize::from(side == Side::Secondary);
        notes.extend(check_notes(&failover, side, &guards[index]));
        notes.extend(record_notes(&failover, side, pair.sets[index], &leads[index]));
    }
    notes.extend(ownership(&pair, &guards, held));
    Ok((failover, notes))
}

/// Where the failover comes from.
fn origin(name: &Fqdn, pair: &Pair<'_>, held: &ZoneRecords) -> Note {
    let [primary, secondary] = pair.sets.map(identifier);
    let mut message = format!(
        "The {} records {primary} (primary) and {secondary} (secondary) in {}.",
        pair.record_type,
        describe(&held.zone)
    );
    if pair.name != *name {
        message += &format!(
            " They stand at {}, to which {name} leads by one record of another policy than failover; `apply` puts \
             the pair at {name} itself, for everybody.",
            pair.name
        );
    }
    Note::new("origin", "", message)
}

fn identifier(set: &RecordSet) -> String {
    match &set.routing {
        Routing::Failover { set_identifier, .. } | Routing::Other { set_identifier } => {
            format!("\"{set_identifier}\"")
        }
        Routing::Simple => set.name.to_string(),
    }
}

fn both_sides(
    name: &Fqdn,
    pair: &Pair<'_>,
    leads: &[LeadsTo; 2],
    guards: &[Guard<'_>; 2],
    held: &ZoneRecords,
    notes: &mut Vec<Note>,
) -> Result<[SideSpec; 2], Refusal> {
    let switch = bucket_of(guards[0].switch.as_ref());
    let regions = leads.each_ref().map(sides::known_region);
    let mut make = |side: Side, other_region: Option<&Region>| {
        let index = usize::from(side == Side::Secondary);
        let facts = Facts {
            name,
            zone: &held.zone.id,
            side,
            set: pair.sets[index],
            leads_to: &leads[index],
            guard: &guards[index],
            switch: switch.clone(),
            other_region,
        };
        let (side, found) = sides::side(&facts)?;
        notes.extend(found);
        Ok(side)
    };
    let switched = switch.as_ref().and_then(|switch| switch.region.as_ref());
    let primary = make(Side::Primary, regions[1].as_ref().or(switched))?;
    let secondary = make(Side::Secondary, Some(&primary.region))?;
    Ok([primary, secondary])
}

/// The object of the switch. It lies in the secondary's bucket, or it is no switch of a spec.
fn switch(
    pair: &Pair<'_>,
    guards: &[Guard<'_>; 2],
    secondary: &SideSpec,
    notes: &mut Vec<Note>,
) -> Result<Option<ObjectKey>, Refusal> {
    let Some(switch) = &guards[0].switch else { return Ok(None) };
    let refused = |what: String| Refusal::Calculated {
        record: pair.sets[0].key(),
        check: pair.sets[0].health_check.clone().unwrap_or_else(|| switch.id.clone()),
        what,
    };
    let host = switch.endpoint.host.clone().unwrap_or_else(|| "an address".to_owned());
    let place = bucket_of(Some(switch)).filter(|place| {
        place.bucket == secondary.bucket
            && place.region.as_ref().is_none_or(|region| *region == secondary.region)
    });
    if place.is_none() {
        return Err(refused(format!(
            "looks for its switch at {host}, and a spec's switch is an object in the secondary's bucket, {}",
            secondary.bucket
        )));
    }
    let Some((object, exact)) = checks::object(switch.endpoint) else {
        return Err(refused(format!(
            "looks for its switch at {host}{}, which is no object",
            switch.endpoint.path
        )));
    };
    let regional = secondary.bucket.rest_endpoint(&secondary.region);
    if !exact || host != regional.as_str() || switch.endpoint.search.is_some() {
        notes.push(Note::new("switch-differs", "switch.object", format!(
            "The switch {} asks {host}{} today; `apply`'s asks {regional}{} and is content with any answer.",
            switch.id,
            switch.endpoint.path,
            object.path()
        )));
    }
    Ok(Some(object))
}

/// The TTL of the pointers; of the marker, where there are none.
fn ttl(name: &Fqdn, leads: &[LeadsTo; 2], held: &ZoneRecords, notes: &mut Vec<Note>) -> Ttl {
    let of = |leads: &LeadsTo| match leads {
        LeadsTo::Bucket { ttl, .. } => Some(*ttl),
        LeadsTo::Website(_) | LeadsTo::Alias { .. } => None,
    };
    match leads.each_ref().map(of) {
        [Some(primary), secondary] => {
            if let Some(secondary) = secondary.filter(|secondary| *secondary != primary) {
                notes.push(Note::new(
                    "ttl-differs",
                    "ttl",
                    format!(
                        "Of the primary; the secondary's is {secondary} s today, and a spec has one for both."
                    ),
                ));
            }
            primary
        }
        [None, Some(secondary)] => secondary,
        [None, None] => marker(name, held).unwrap_or_else(Failover::default_ttl),
    }
}

/// The TTL of the marker that says that the failover is ours, when there is one.
fn marker(name: &Fqdn, held: &ZoneRecords) -> Option<Ttl> {
    let texts =
        held.records.iter().filter(|set| set.record_type == RecordType::Txt && set.name.is_within(name));
    texts.into_iter().find_map(|set| match &set.answer {
        Answer::Values { ttl, values } => {
            values.iter().any(|value| marked_name(value).as_ref() == Some(name)).then_some(*ttl)
        }
        Answer::Alias { .. } => None,
    })
}

/// How the check of a side differs from the spec's, which is one for both.
fn check_notes(failover: &Failover, side: Side, guard: &Guard<'_>) -> Option<Note> {
    let Standing { id, endpoint } = guard.endpoint.as_ref()?;
    let differences = differences(endpoint, &failover.health_check, &failover.side(side).probe_host());
    (!differences.is_empty()).then(|| {
        let message =
            format!("The {side}'s health check {id} differs from `apply`'s: {}.", differences.join("; "));
        Note::new("check-differs", "health_check", message)
    })
}

/// What of a side's records will be otherwise, or stays behind.
fn record_notes(failover: &Failover, side: Side, set: &RecordSet, leads: &LeadsTo) -> Vec<Note> {
    let mut notes = Vec::new();
    if let LeadsTo::Bucket { by_way_of, .. } = leads {
        let pointer = failover.pointer_name(side);
        let left: Vec<String> =
            by_way_of.iter().filter(|name| **name != pointer).map(ToString::to_string).collect();
        if !left.is_empty() {
            notes.push(Note::new("left-behind", side.as_str(), format!(
                "Today the name leads here by way of {}, which stays as it is. `apply`'s pointer is {pointer}.",
                left.join(" and ")
            )));
        }
    }
    if let Answer::Alias { target, evaluate_target_health, .. } = &set.answer {
        // CloudFront allows no other; everywhere else a failover alias shall have it (see `plan`).
        let wanted = !target.as_str().ends_with(".cloudfront.net");
        if *evaluate_target_health != wanted {
            notes.push(Note::new(
                "target-health",
                side.as_str(),
                format!(
                    "The health of {target} itself counts {} today; with `apply` it does{}.",
                    if *evaluate_target_health { "too" } else { "not" },
                    if wanted { "" } else { " not" }
                ),
            ));
        }
    }
    notes
}

/// Whose all this is, and what taking it over leaves.
fn ownership(pair: &Pair<'_>, guards: &[Guard<'_>; 2], held: &ZoneRecords) -> Vec<Note> {
    let mut notes = Vec::new();
    let [primary, secondary] = guards;
    let mut ids: Vec<&HealthCheckId> = primary.of_others.iter().chain(&secondary.of_others).collect();
    ids.dedup();
    if !ids.is_empty() {
        let listed: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
        notes.push(Note::new("checks-of-others", "health_check", format!(
            "Today's health checks were not created by s3-failover: {}. `apply` creates its own, waits until they \
             have looked, and only then has the records use them; these stay (and cost) until whoever manages them \
             removes them.",
            listed.join(", ")
        )));
    }
    let own = pair.sets.map(RecordSet::key);
    for id in ids {
        let uses = |set: &&RecordSet| set.health_check.as_ref() == Some(id) && !own.contains(&set.key());
        let users: Vec<String> =
            held.records.iter().filter(uses).map(|set| format!("{}", set.key())).collect();
        if !users.is_empty() {
            notes.push(Note::new("shared-check", "health_check", format!(
                "The health check {id} also guards {}, which it goes on doing; here `apply` creates one of its own.",
                users.join(", ")
            )));
        }
    }
    if pair.sets[0].health_check.is_some() && pair.sets[0].health_check == pair.sets[1].health_check {
        notes.push(Note::new(
            "shared-check",
            "health_check",
            "Both sides are guarded by one health check today, so \
             they fail together. `apply` has one for each.",
        ));
    }
    if let Some(beside) = pair.beside {
        let [primary, secondary] = beside.map(identifier);
        notes.push(Note::new("ipv6", "", format!(
            "Beside it stand AAAA records, {primary} and {secondary}. This spec does not speak of them, and they \
             stay as they are."
        )));
    }
    notes
}
