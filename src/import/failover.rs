//! From the pair at a name to a failover of a spec.

use std::collections::BTreeMap;

use super::{
    Note, Refusal, checks,
    guard::{self, Guard, Post, bucket_of},
    ownership::{check_notes, origin, ownership, record_notes, speaks_ipv6},
    records::{self, LeadsTo, Pair},
    sides::{self, Facts},
};
use crate::{
    account::{Snapshot, ZoneRecords},
    model::{Answer, BucketName, Fqdn, RecordType, Region, Side, Ttl, marked_name},
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
    if refusals.is_empty() {
        Ok(Imported { spec: Spec { zone, role: None, failovers }, notes })
    } else {
        Err(refusals)
    }
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
    let post = |side, leads_to, switch_in| Post { name, side, leads_to, switch_in };
    let secondary = guard::guard(&ways[1], &post(Side::Secondary, &leads[1], None), snapshot)?;
    let switch_in = switch_places(name, &leads[1], &secondary);
    let primary = guard::guard(&ways[0], &post(Side::Primary, &leads[0], switch_in), snapshot)?;
    let guards = [primary, secondary];
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
    let ipv6 = speaks_ipv6(&pair);
    let (health_check, guessed) = checks::spec(&guards, prefer, !website && !dotted);
    notes.extend(guessed);
    let switch = switch(&pair, &guards[0], &sides[1], &mut notes)?;
    let ttl = ttl(name, &leads, held, &mut notes);
    let [primary, secondary] = sides;
    let failover = Failover {
        name: name.clone(),
        zone,
        ttl,
        target_seconds: None,
        ipv6,
        health_check,
        switch,
        primary,
        secondary,
        mrap: None,
        cloudfront: None,
    };
    for side in Side::BOTH {
        let index = side.index();
        notes.extend(check_notes(&failover, side, &guards[index]));
        notes.extend(record_notes(&failover, side, pair.sets[index], &leads[index]));
    }
    notes.extend(ownership(&pair, &guards, held));
    Ok((failover, notes))
}

/// The buckets of the secondary: its own, and the one that its check looks into. Nothing when it has an alias that
/// hides them.
fn switch_places(name: &Fqdn, leads: &LeadsTo, guard: &Guard<'_>) -> Option<Vec<BucketName>> {
    let own = match leads {
        LeadsTo::Bucket { endpoint, .. } => Some(endpoint.bucket.clone()),
        LeadsTo::Website(_) => name.as_str().parse().ok(),
        LeadsTo::Alias { .. } => return None,
    };
    let checked = bucket_of(guard.endpoint.as_ref());
    // Without a look at the secondary, a bucket that only the switch lies in is its sentinel.
    checked.as_ref()?;
    Some(own.into_iter().chain(checked.map(|place| place.bucket)).collect())
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
        let index = side.index();
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
    guard: &Guard<'_>,
    secondary: &SideSpec,
    notes: &mut Vec<Note>,
) -> Result<Option<ObjectKey>, Refusal> {
    let Some(switch) = &guard.switch else { return Ok(None) };
    let refused = |what: String| Refusal::Calculated {
        record: pair.sets[0].key(),
        check: pair.sets[0].health_check.clone().unwrap_or_else(|| switch.id.clone()),
        what,
    };
    let host = switch.endpoint.host.clone().unwrap_or_else(|| "an address".to_owned());
    let place = bucket_of(Some(switch)).filter(|place| {
        [Some(&secondary.bucket), secondary.sentinel_bucket.as_ref()].contains(&Some(&place.bucket))
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
    let holds = secondary.sentinel_bucket.as_ref().unwrap_or(&secondary.bucket);
    let regional = holds.rest_endpoint(&secondary.region);
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
