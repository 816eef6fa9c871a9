//! May these record sets stand beside each other?
//!
//! Three kinds of rules, all pure:
//!
//! - [`set_problems`]: what one set must be, whatever else there is;
//! - [`name_problems`]: what may share its name (CNAME stands alone), judged when the change is made, in
//!   the order of the batch: a CREATE of a CNAME before the DELETE of the A record is refused
//!   (cookpad/roadworker#89);
//! - [`group_problems`]: what may share its name and type (one routing policy, one primary), judged when
//!   the whole batch has been made. That a swap of PRIMARY and SECONDARY by two UPSERTs therefore passes
//!   is unverified.

use crate::model::{Fqdn, RecordType, Side};

use super::{
    types::{Answer, RecordSet, Routing, Zone},
    values,
};

/// How a message names a record set: `[name='a.example.com.', type='A', set-identifier='x']`.
pub(crate) fn label(set: &RecordSet) -> String {
    let identifier = set.set_identifier.as_ref().map(|id| format!(", set-identifier='{id}'"));
    format!("[name='{}', type='{}'{}]", shown(&set.name), set.rtype, identifier.unwrap_or_default())
}

/// A name as Route 53 writes it: with its final dot, `*` as an octal escape.
pub(crate) fn shown(name: &Fqdn) -> String {
    name.absolute().replace('*', "\\052")
}

/// What is wrong with a set by itself.
pub(crate) fn set_problems(zone_name: &Fqdn, set: &RecordSet) -> Vec<String> {
    let mut problems = Vec::new();
    let name = shown(&set.name);
    if !set.name.is_within(zone_name) {
        return vec![outside(zone_name, set)];
    }
    if set.rtype == RecordType::Cname && set.name == *zone_name {
        problems.push(format!(
            "RRSet of type CNAME with DNS name {name} is not permitted at apex in zone {zone_name}."
        ));
    }
    if set.rtype == RecordType::Soa && set.name != *zone_name {
        problems.push(format!("RRSet of type SOA with DNS name {name} is only permitted at the zone apex."));
    }
    if set.rtype == RecordType::Ns && set.name.is_wildcard() {
        // "You can't use the * as a wildcard for resource records sets that have a type of NS"
        // (`DomainNameFormat`); the wording of the refusal is unverified.
        problems.push(format!("RRSet of type NS with DNS name {name} cannot be a wildcard."));
    }
    if let Answer::Values { values, .. } = &set.answer {
        problems.extend(values::problems(set.rtype, values));
        if set.routing == Routing::Failover(Side::Primary) && set.health_check_id.is_none() {
            problems.push(
                "A non-alias primary ResourceRecordSet must have an associated health check. No changes made."
                    .to_owned(),
            );
        }
    }
    if let Routing::Stored { element, .. } = &set.routing {
        problems.extend(policy_problem(element, set));
    }
    // `RRType`: NS, SOA and DS take simple routing only; the wording is unverified.
    let simple_only = matches!(set.rtype, RecordType::Ns | RecordType::Soa | RecordType::Ds);
    if simple_only && (set.routing != Routing::Simple || matches!(set.answer, Answer::Alias { .. })) {
        problems
            .push(format!("RRSet of type {} with DNS name {name} can only be a simple record.", set.rtype));
    }
    problems
}

/// What a routing policy that the lab does not answer wants of a set. "You can't create multivalue
/// answer alias records"; "You can only specify one `ResourceRecord` per latency resource record set"
/// (Route 53 model, `ResourceRecordSet`); a CNAME takes no multivalue answer
/// (`resource-record-sets-values-multivalue`). The wording is unverified.
fn policy_problem(element: &str, set: &RecordSet) -> Option<String> {
    let values = match &set.answer {
        Answer::Values { values, .. } => Some(values.len()),
        Answer::Alias { .. } => None,
    };
    let what = match (element, values, set.rtype) {
        ("MultiValueAnswer", None, _) => "multivalue answer sets cannot be aliases",
        ("MultiValueAnswer", _, RecordType::Cname) => "a CNAME cannot be a multivalue answer",
        ("Region", Some(2..), _) => "latency sets must have exactly one resource record",
        _ => return None,
    };
    Some(format!("RRSet with DNS name {}, type {} cannot be created: {what}.", shown(&set.name), set.rtype))
}

/// What is wrong with a set outside its zone.
pub(crate) fn outside(zone_name: &Fqdn, set: &RecordSet) -> String {
    format!("RRSet with DNS name {} is not permitted in zone {zone_name}.", shown(&set.name))
}

/// Whether a set may stand beside those of other types at its name.
pub(crate) fn name_problems(zone: &Zone, set: &RecordSet) -> Option<String> {
    let (name, zone_name) = (shown(&set.name), &zone.name);
    let others = |rtype: RecordType| zone.records.contains_key(&(set.name.clone(), rtype));
    if set.rtype == RecordType::Cname {
        RecordType::ALL.iter().any(|t| *t != RecordType::Cname && others(*t)).then(|| {
            format!(
                "RRSet of type CNAME with DNS name {name} is not permitted as it conflicts with other records \
                 with the same DNS name in zone {zone_name}."
            )
        })
    } else {
        others(RecordType::Cname).then(|| {
            format!(
                "RRSet of type {} with DNS name {name} is not permitted because a conflicting RRSet of type \
                 CNAME with the same DNS name already exists in zone {zone_name}.",
                set.rtype
            )
        })
    }
}

/// Whether a set may stand among those of its name and type. `group` holds the set itself.
pub(crate) fn group_problems(group: &[RecordSet], set: &RecordSet) -> Vec<String> {
    let others = || group.iter().filter(|other| other.set_identifier != set.set_identifier);
    let mut problems = Vec::new();
    if set.routing == Routing::Simple {
        if others().next().is_some() {
            problems.push(format!(
                "RRSet with DNS name {}, type {} cannot be created as other RRSets exist with the same name and \
                 type.",
                shown(&set.name),
                set.rtype
            ));
        }
        return problems;
    }
    let who = format!(
        "RRSet with DNS name {}, type {}, SetIdentifier {} cannot be created as ",
        shown(&set.name),
        set.rtype,
        set.set_identifier.as_deref().unwrap_or_default()
    );
    let policy = policy(&set.routing);
    if others().any(|other| self::policy(&other.routing) != policy) {
        problems.push(format!("{who}a non-{policy} set exists with the same name and type."));
    }
    match &set.routing {
        Routing::Failover(side) if others().any(|other| other.routing == set.routing) => {
            // That there can be one of each is in `ResourceRecordSet.Failover`; the wording is unverified.
            let side = side.as_str().to_uppercase();
            problems.push(format!(
                "{who}a failover set with the value {side} exists with the same name and type."
            ));
        }
        Routing::Weighted(_) if others().any(|other| ttl(other) != ttl(set)) => {
            problems.push(format!("{who}weighted sets must contain the same TTL."));
        }
        // "You can only create one latency resource record set for each Amazon EC2 Region"; "You can't create
        // two geolocation resource record sets that specify the same geographic location"; and so for the
        // others that tell sets apart by a place (`ResourceRecordSet`). The wording is unverified.
        Routing::Stored { element, xml }
            if element != "MultiValueAnswer" && others().any(|other| other.routing == set.routing) =>
        {
            problems.push(format!(
                "{who}a {policy} set with the value {xml} exists with the same name and type."
            ));
        }
        _ => {}
    }
    problems
}

fn ttl(set: &RecordSet) -> Option<u32> {
    match set.answer {
        Answer::Values { ttl, .. } => Some(ttl),
        Answer::Alias { .. } => None,
    }
}

fn policy(routing: &Routing) -> &str {
    match routing {
        Routing::Simple => "simple",
        Routing::Failover(_) => "failover",
        Routing::Weighted(_) => "weighted",
        Routing::Stored { element, .. } => match element.as_str() {
            "Region" => "latency",
            "GeoLocation" => "geolocation",
            "MultiValueAnswer" => "multivalue answer",
            other => other,
        },
    }
}
