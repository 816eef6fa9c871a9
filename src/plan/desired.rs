//! What a failover of the spec means in records and health checks.

use std::fmt;

use crate::{
    account::Zone,
    model::{
        Answer, CheckConfig, CheckKind, CheckOwner, CheckProtocol, CheckRole, EndpointCheck, Fqdn,
        HealthCheckId, RecordSet, RecordType, Routing, SetIdentifier, Side, marker_value,
    },
    spec::{Failover, ObjectKey, Protocol, SideSpec, Target, website},
};

/// Everything that shall exist for one failover.
pub struct Desired<'a> {
    /// The failover that wants it.
    pub failover: &'a Failover,
    /// Its health checks; one that is made of others comes after them.
    pub checks: Vec<DesiredCheck>,
    /// Its record sets; an alias comes after the record to which it leads.
    pub records: Vec<DesiredRecord>,
}

/// A health check that shall exist.
pub struct DesiredCheck {
    /// Whose it is.
    pub owner: CheckOwner,
    /// Its settings.
    pub config: CheckConfig<Child>,
}

/// What a calculated check counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Child {
    /// A check of the same failover.
    Ours(CheckRole),
    /// A check that somebody has.
    Others(HealthCheckId),
}

/// A record set that shall exist; its health check is named by its role.
pub struct DesiredRecord {
    /// What it is for.
    pub role: RecordRole,
    /// The set.
    pub set: RecordSet<CheckRole>,
}

/// What a record is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordRole {
    /// Says that the records beside it are ours.
    Marker,
    /// Leads to a side's bucket.
    Pointer(Side),
    /// One of the two between which Route 53 chooses.
    Failover(Side),
    /// The same for clients that ask for IPv6 addresses.
    Ipv6(Side),
}

impl fmt::Display for RecordRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordRole::Marker => f.write_str("marker"),
            RecordRole::Pointer(side) => write!(f, "{side}-pointer"),
            RecordRole::Failover(side) => write!(f, "{side}"),
            RecordRole::Ipv6(side) => write!(f, "{side}-ipv6"),
        }
    }
}

/// What shall exist for `failover`, in its zone.
pub fn of<'a>(failover: &'a Failover, zone: &Zone) -> Desired<'a> {
    Desired { failover, checks: checks(failover, zone), records: records(failover, zone) }
}

fn checks(failover: &Failover, zone: &Zone) -> Vec<DesiredCheck> {
    let owner = |role| CheckOwner { zone: zone.id.clone(), failover: failover.name.clone(), role };
    let check = |role, kind| DesiredCheck { owner: owner(role), config: plain(kind) };
    let mut checks = vec![
        check(CheckRole::Primary, own(failover, Side::Primary)),
        check(CheckRole::Secondary, own(failover, Side::Secondary)),
    ];
    if let Some(switch) = &failover.switch {
        // The bucket's REST endpoint, whatever the name leads to: it answers 403 or 404 while the object
        // is absent, so the look fails, and inverted it is healthy. A website endpoint might redirect,
        // which counts as found.
        let host = failover.sentinel(Side::Secondary).rest_endpoint(&failover.secondary.region);
        let looks_at = EndpointCheck {
            host: Some(host.to_string()),
            path: switch.path(),
            search: None,
            ..endpoint(failover, Side::Secondary)
        };
        checks.push(DesiredCheck {
            owner: owner(CheckRole::Switch),
            config: CheckConfig { inverted: true, ..plain(CheckKind::Endpoint(looks_at)) },
        });
    }
    for side in Side::BOTH {
        checks.extend(combined(failover, side).map(|kind| check(combined_role(side), kind)));
    }
    checks
}

fn plain(kind: CheckKind<Child>) -> CheckConfig<Child> {
    CheckConfig { kind, inverted: false, disabled: false }
}

/// The check that looks at a side alone.
fn own_role(side: Side) -> CheckRole {
    match side {
        Side::Primary => CheckRole::Primary,
        Side::Secondary => CheckRole::Secondary,
    }
}

/// The check that counts others beside it.
fn combined_role(side: Side) -> CheckRole {
    match side {
        Side::Primary => CheckRole::Combined,
        Side::Secondary => CheckRole::SecondaryCombined,
    }
}

fn own(failover: &Failover, side: Side) -> CheckKind<Child> {
    match &failover.side(side).alarm {
        Some(alarm) => CheckKind::Alarm(alarm.clone()),
        None => CheckKind::Endpoint(endpoint(failover, side)),
    }
}

/// One check over all that speak for a side, where that is more than its own. "A calculated health check
/// can't monitor the health of other calculated health checks" (Route 53 Developer Guide,
/// health-checks-creating-values), so the switch is one child among all, and with it all are needed.
fn combined(failover: &Failover, side: Side) -> Option<CheckKind<Child>> {
    let calculated = failover.side(side).calculated.as_ref();
    let switch = side == Side::Primary && failover.switch.is_some();
    if calculated.is_none() && !switch {
        return None;
    }
    let ours = [own_role(side)].into_iter().chain(switch.then_some(CheckRole::Switch)).map(Child::Ours);
    let others = calculated.into_iter().flat_map(|calculated| &calculated.children);
    let children: Vec<Child> = ours.chain(others.cloned().map(Child::Others)).collect();
    let all = u32::try_from(children.len()).expect("a spec has at most 255 children");
    let threshold = calculated.filter(|_| !switch).map_or(all, |calculated| calculated.healthy);
    Some(CheckKind::Calculated { children, threshold })
}

fn endpoint(failover: &Failover, side: Side) -> EndpointCheck {
    let wanted = &failover.health_check;
    let protocol = match wanted.protocol {
        Protocol::Https => CheckProtocol::Https,
        Protocol::Http => CheckProtocol::Http,
        Protocol::Tcp => CheckProtocol::Tcp,
    };
    // No object with TCP, which sees none, and for the switch alone, which has its own.
    let object = failover.health_object(side).filter(|_| protocol != CheckProtocol::Tcp);
    EndpointCheck {
        protocol,
        ip_address: None,
        host: Some(failover.side(side).check_host().to_string()),
        port: wanted.port,
        path: object.map(ObjectKey::path).unwrap_or_default(),
        search: wanted.contains.clone().filter(|_| object.is_some()),
        sni: protocol == CheckProtocol::Https,
        interval: wanted.interval.seconds(),
        failure_threshold: u32::from(wanted.failure_threshold.get()),
        regions: wanted.regions.iter().cloned().collect(),
    }
}

fn records(failover: &Failover, zone: &Zone) -> Vec<DesiredRecord> {
    let mut records = vec![DesiredRecord { role: RecordRole::Marker, set: marker(failover) }];
    for side in Side::BOTH {
        if failover.side(side).target == Target::Pointer {
            records.push(DesiredRecord { role: RecordRole::Pointer(side), set: pointer(failover, side) });
        }
    }
    for record_type in failover.record_types() {
        let role = if *record_type == RecordType::Aaaa { RecordRole::Ipv6 } else { RecordRole::Failover };
        let chosen =
            |side| DesiredRecord { role: role(side), set: chosen(failover, side, zone, *record_type) };
        records.extend(Side::BOTH.map(chosen));
    }
    records
}

fn marker(failover: &Failover) -> RecordSet<CheckRole> {
    let pointers = Side::BOTH.into_iter().filter(|side| failover.side(*side).target == Target::Pointer);
    let names =
        std::iter::once(failover.name.clone()).chain(pointers.map(|side| failover.pointer_name(side)));
    RecordSet {
        name: failover.marker_name(),
        record_type: RecordType::Txt,
        routing: Routing::Simple,
        answer: Answer::Values { ttl: failover.ttl, values: names.map(|name| marker_value(&name)).collect() },
        health_check: None,
    }
}

fn pointer(failover: &Failover, side: Side) -> RecordSet<CheckRole> {
    let SideSpec { bucket, region, .. } = failover.side(side);
    RecordSet {
        name: failover.pointer_name(side),
        record_type: RecordType::Cname,
        routing: Routing::Simple,
        answer: Answer::Values { ttl: failover.ttl, values: vec![bucket.rest_endpoint(region).to_string()] },
        health_check: None,
    }
}

fn chosen(failover: &Failover, side: Side, zone: &Zone, record_type: RecordType) -> RecordSet<CheckRole> {
    let (hosted_zone_id, target) = match &failover.side(side).target {
        Target::Pointer => (zone.id.clone(), failover.pointer_name(side)),
        Target::Website => {
            let website = website(&failover.side(side).region)
                .expect("a spec with a website in a region without website endpoint is not valid");
            let known = "the table of website endpoints holds ids and names";
            (website.hosted_zone_id.parse().expect(known), website.endpoint.parse().expect(known))
        }
        Target::Alias { dns_name, hosted_zone_id } => (hosted_zone_id.clone(), dns_name.clone()),
    };
    // "For failover alias resource record sets, you must also include the EvaluateTargetHealth element
    // and set the value to true"; but "You can't set EvaluateTargetHealth to true when the alias target
    // is a CloudFront distribution" (Route 53 API reference, ResourceRecordSet and AliasTarget).
    let evaluate_target_health = !target.as_str().ends_with(".cloudfront.net");
    let role = if combined(failover, side).is_some() { combined_role(side) } else { own_role(side) };
    RecordSet {
        name: failover.name.clone(),
        record_type,
        routing: Routing::Failover {
            set_identifier: set_identifier(&failover.name, side, record_type),
            side,
        },
        answer: Answer::Alias { hosted_zone_id, target, evaluate_target_health },
        health_check: Some(role),
    }
}

/// Every identifier that a record of this failover may have, of whatever type.
pub(super) fn set_identifiers(failover: &Fqdn) -> Vec<SetIdentifier> {
    let of = |side| [RecordType::A, RecordType::Aaaa].map(|kind| set_identifier(failover, side, kind));
    Side::BOTH.into_iter().flat_map(of).collect()
}

/// Unique in the zone, not only among the failover's own records: some emulators look a set up by
/// its identifier alone. CNAME and A share one: they never stand beside each other.
pub(super) fn set_identifier(failover: &Fqdn, side: Side, record_type: RecordType) -> SetIdentifier {
    let kind = if record_type == RecordType::Aaaa { " over IPv6" } else { "" };
    let full = format!("{side}{kind} of {failover}");
    full.parse().unwrap_or_else(|_| {
        let short: String = full.chars().take(128).collect();
        short.parse().expect("128 visible characters are an identifier")
    })
}
