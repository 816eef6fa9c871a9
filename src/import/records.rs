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
    pub(super) record_type: RecordType,
    /// The primary, then the secondary.
    pub(super) sets: [&'a RecordSet; 2],
    /// The pair of AAAA records beside one of A records.
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

/// The failover pair at `name`.
pub(super) fn pair<'a>(name: &Fqdn, held: &'a ZoneRecords) -> Result<Pair<'a>, Refusal> {
    let sets = held.records_at(name);
    let failover = |rtype: Option<RecordType>| {
        sets.iter().copied().find(|set| set.side().is_some() && rtype.is_none_or(|t| set.record_type == t))
    };
    let record_type = [RecordType::Cname, RecordType::A, RecordType::Aaaa]
        .into_iter()
        .find(|rtype| failover(Some(*rtype)).is_some())
        .or_else(|| failover(None).map(|set| set.record_type));
    let Some(record_type) = record_type else { return Err(no_failover(name, &sets, held)) };
    if ![RecordType::Cname, RecordType::A].contains(&record_type) {
        return Err(Refusal::Type { name: name.clone(), record_type });
    }
    let beside = (record_type == RecordType::A).then(|| both(&sets, RecordType::Aaaa).ok()).flatten();
    Ok(Pair { record_type, sets: both(&sets, record_type)?, beside })
}

fn both<'a>(sets: &[&'a RecordSet], record_type: RecordType) -> Result<[&'a RecordSet; 2], Refusal> {
    let of =
        |side| sets.iter().copied().find(|set| set.record_type == record_type && set.side() == Some(side));
    match Side::BOTH.map(of) {
        [Some(primary), Some(secondary)] => Ok([primary, secondary]),
        [Some(alone), None] => Err(Refusal::HalfAPair { record: alone.key(), missing: Side::Secondary }),
        [None, alone] => {
            let record = alone.expect("there is a failover record of this type").key();
            Err(Refusal::HalfAPair { record, missing: Side::Primary })
        }
    }
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
        Some(set) => Refusal::Simple { record: set.key() },
        None => Refusal::NoRecord { name: name.clone(), zone: describe(&held.zone) },
    }
}

/// Where a record of the pair leads.
pub(super) fn leads_to(set: &RecordSet, held: &ZoneRecords) -> Result<LeadsTo, Refusal> {
    match (set.record_type, &set.answer) {
        (RecordType::Cname, _) => bucket(set, held),
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

/// Follows CNAMEs, as values and as aliases, until one leaves the zone.
fn bucket(first: &RecordSet, held: &ZoneRecords) -> Result<LeadsTo, Refusal> {
    let no_bucket = |host: String, what| Refusal::NoBucket { record: first.key(), host, what };
    let (mut set, mut ttl, mut by_way_of) = (first, None, Vec::new());
    loop {
        if let (None, Answer::Values { ttl: cached, .. }) = (ttl, &set.answer) {
            ttl = Some(*cached);
        }
        let Some(host) = set.leads_to() else {
            return Err(no_bucket("no host name".to_owned(), "is no host name"));
        };
        match Host::of(&host) {
            Host::Bucket(endpoint) => {
                let ttl =
                    ttl.ok_or_else(|| no_bucket(host.to_string(), "no alias of type CNAME can lead to"))?;
                return Ok(LeadsTo::Bucket { endpoint, ttl, host, by_way_of });
            }
            Host::NoBucket(what) => return Err(no_bucket(host.to_string(), what)),
            Host::Elsewhere => {}
        }
        let cnames: Vec<&RecordSet> =
            held.records_at(&host).into_iter().filter(|next| next.record_type == RecordType::Cname).collect();
        if host == first.name || by_way_of.contains(&host) {
            return Err(no_bucket(host.to_string(), "leads back to itself"));
        }
        set = match cnames.as_slice() {
            [next] if next.routing == Routing::Simple => next,
            [next, ..] => {
                return Err(Refusal::MoreThanTwoSides { record: first.key(), target: next.key() });
            }
            [] => return Err(no_bucket(host.to_string(), "is no bucket of S3")),
        };
        by_way_of.push(host);
    }
}
