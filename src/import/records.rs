//! The pair at a name, and where each of its two records leads.

use super::{
    Refusal,
    endpoint::{Endpoint, Host},
    zones::describe,
};
use crate::{
    account::ZoneRecords,
    model::{Answer, Fqdn, HostedZoneId, RecordSet, RecordType, Routing, Side, Ttl},
    spec::{WEBSITES, Website},
};

/// The two records between which Route 53 chooses.
pub(super) struct Pair<'a> {
    /// Where they stand: at the name, or where its one record leads.
    pub(super) name: Fqdn,
    pub(super) record_type: RecordType,
    /// The primary, then the secondary.
    pub(super) sets: [&'a RecordSet; 2],
    /// The pair of AAAA records beside it.
    pub(super) beside: Option<[&'a RecordSet; 2]>,
}

/// Where a side leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LeadsTo {
    /// By CNAMEs to a bucket.
    Bucket {
        endpoint: Endpoint,
        /// How long the first of them may be cached.
        ttl: Ttl,
        /// The last of them.
        host: Fqdn,
        /// Records of the zone on the way.
        by_way_of: Vec<Fqdn>,
    },
    /// By an alias to a region's website endpoint.
    Website(&'static Website),
    /// By an alias to anything else.
    Alias { dns_name: Fqdn, hosted_zone_id: HostedZoneId },
}

/// The way from a record through its zone: sets, each the only one of its name and type.
///
/// Whatever its policy, a record without siblings is always answered: octoDNS builds its pools of such.
pub(super) struct Way<'a> {
    /// At least the one at which it begins.
    pub(super) sets: Vec<&'a RecordSet>,
    end: End<'a>,
}

/// Where a way ends.
enum End<'a> {
    /// At values that are no names.
    Values,
    /// At a name of which the zone holds nothing.
    Outside(Fqdn),
    /// Where Route 53 chooses among several.
    Choice(&'a RecordSet),
    /// At a name that it has passed already.
    Circle(Fqdn),
}

/// Follows CNAMEs and aliases from `first` on.
pub(super) fn way<'a>(first: &'a RecordSet, held: &'a ZoneRecords) -> Way<'a> {
    let mut sets = vec![first];
    let mut last = first;
    let end = loop {
        let Some(target) = last.leads_to() else { break End::Values };
        if sets.iter().any(|set| set.name == target) {
            break End::Circle(target);
        }
        let mut there = held.records_at(&target);
        there.retain(|set| set.record_type == first.record_type);
        match there.as_slice() {
            [] => break End::Outside(target),
            [only] => {
                sets.push(only);
                last = only;
            }
            [one, ..] => break End::Choice(one),
        }
    };
    Way { sets, end }
}

/// The failover pair at `name`, or where the one record at `name` leads.
pub(super) fn pair<'a>(name: &Fqdn, held: &'a ZoneRecords) -> Result<Pair<'a>, Refusal> {
    let sets = held.records_at(name);
    let failover = |rtype: Option<RecordType>| {
        sets.iter().copied().find(|set| set.side().is_some() && rtype.is_none_or(|t| set.record_type == t))
    };
    let record_type = [RecordType::Cname, RecordType::A, RecordType::Aaaa]
        .into_iter()
        .find(|rtype| failover(Some(*rtype)).is_some())
        .or_else(|| failover(None).map(|set| set.record_type));
    let Some(record_type) = record_type else {
        return match pair_elsewhere(&sets, held) {
            Some((one, pair)) if matches!(one.routing, Routing::Other { .. }) => Ok(pair),
            Some((one, pair)) => Err(Refusal::Simple { record: one.key(), leads_to: Some(pair.name) }),
            None => Err(no_failover(name, &sets, held)),
        };
    };
    if ![RecordType::Cname, RecordType::A].contains(&record_type) {
        return Err(Refusal::Type { name: name.clone(), record_type });
    }
    let sets_of = |record_type| {
        let of = |side| {
            sets.iter().copied().find(|set| set.record_type == record_type && set.side() == Some(side))
        };
        Side::BOTH.map(of)
    };
    let beside = match sets_of(RecordType::Aaaa) {
        [Some(primary), Some(secondary)] => Some([primary, secondary]),
        _ => None,
    };
    match sets_of(record_type) {
        [Some(primary), Some(secondary)] => {
            Ok(Pair { name: name.clone(), record_type, sets: [primary, secondary], beside })
        }
        [Some(alone), _] => Err(Refusal::HalfAPair { record: alone.key(), missing: Side::Secondary }),
        [None, alone] => {
            let record = alone.expect("a type was chosen that a failover record has").key();
            Err(Refusal::HalfAPair { record, missing: Side::Primary })
        }
    }
}

/// The pair to which the only record of its type leads, and that record.
fn pair_elsewhere<'a>(sets: &[&'a RecordSet], held: &'a ZoneRecords) -> Option<(&'a RecordSet, Pair<'a>)> {
    [RecordType::Cname, RecordType::A].into_iter().find_map(|record_type| {
        let mut of_type = sets.iter().copied().filter(|set| set.record_type == record_type);
        let (Some(one), None) = (of_type.next(), of_type.next()) else { return None };
        let End::Choice(chosen) = way(one, held).end else { return None };
        chosen.side()?;
        Some((one, pair(&chosen.name, held).ok()?))
    })
}

fn no_failover(name: &Fqdn, sets: &[&RecordSet], held: &ZoneRecords) -> Refusal {
    if let Some(other) = sets.iter().find(|set| matches!(set.routing, Routing::Other { .. })) {
        return Refusal::OtherPolicy { record: other.key() };
    }
    // At the apex, what every zone has is not what somebody asks for.
    let plain = [RecordType::Cname, RecordType::A, RecordType::Aaaa];
    let plain = sets
        .iter()
        .find(|set| plain.contains(&set.record_type))
        .or_else(|| sets.iter().find(|set| ![RecordType::Ns, RecordType::Soa].contains(&set.record_type)));
    match plain {
        Some(set) => Refusal::Simple { record: set.key(), leads_to: None },
        None => Refusal::NoRecord { name: name.clone(), zone: describe(&held.zone) },
    }
}

/// Where a record of the pair leads.
pub(super) fn leads_to(way: &Way<'_>) -> Result<LeadsTo, Refusal> {
    let set = way.sets[0];
    match (set.record_type, &set.answer) {
        (RecordType::Cname, _) => bucket(way),
        (_, Answer::Alias { hosted_zone_id, target, .. }) => {
            let is_website = |website: &&Website| {
                website.endpoint == target.as_str() && website.hosted_zone_id == hosted_zone_id.as_str()
            };
            Ok(match WEBSITES.iter().find(is_website) {
                Some(website) => LeadsTo::Website(website),
                None => LeadsTo::Alias { dns_name: target.clone(), hosted_zone_id: hosted_zone_id.clone() },
            })
        }
        (_, Answer::Values { values, .. }) => {
            Err(Refusal::Addresses { record: set.key(), values: values.join(", ") })
        }
    }
}

/// The bucket at which CNAMEs leave the zone.
fn bucket(way: &Way<'_>) -> Result<LeadsTo, Refusal> {
    let record = way.sets[0].key();
    let no_bucket =
        |host: &str, what| Refusal::NoBucket { record: record.clone(), host: host.to_owned(), what };
    let host = match &way.end {
        End::Outside(host) => host,
        End::Choice(target) => return Err(Refusal::MoreThanTwoSides { record, target: target.key() }),
        End::Circle(host) => return Err(no_bucket(host.as_str(), "leads back to itself")),
        End::Values => return Err(no_bucket("a value", "is no host name")),
    };
    let ttl = way.sets.iter().find_map(|set| match set.answer {
        Answer::Values { ttl, .. } => Some(ttl),
        Answer::Alias { .. } => None,
    });
    match (Host::of(host), ttl) {
        (Host::Bucket(endpoint), Some(ttl)) => Ok(LeadsTo::Bucket {
            endpoint,
            ttl,
            host: host.clone(),
            by_way_of: way.sets[1..].iter().map(|set| set.name.clone()).collect(),
        }),
        (Host::NoBucket(what), _) => Err(no_bucket(host.as_str(), what)),
        (Host::Bucket(_), None) => Err(no_bucket(host.as_str(), "no alias of type CNAME can lead to")),
        (Host::Elsewhere, _) => Err(no_bucket(host.as_str(), "is no bucket of S3")),
    }
}
