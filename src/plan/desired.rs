//! What a failover of the spec means in records and health checks.

use std::fmt;

use crate::{
    account::Zone,
    model::{
        Answer, CheckConfig, CheckKind, CheckOwner, CheckProtocol, CheckRole, EndpointCheck, Fqdn, RecordSet,
        RecordType, Routing, SetIdentifier, Side, marker_value,
    },
    spec::{Failover, Protocol, SideSpec, Target, website},
};

/// Everything that shall exist for one failover.
pub(super) struct Desired<'a> {
    pub(super) failover: &'a Failover,
    pub(super) checks: Vec<DesiredCheck>,
    pub(super) records: Vec<DesiredRecord>,
}

/// A health check that shall exist; its children are named by their roles.
pub(super) struct DesiredCheck {
    pub(super) owner: CheckOwner,
    pub(super) config: CheckConfig<CheckRole>,
}

/// A record set that shall exist; its health check is named by its role.
pub(super) struct DesiredRecord {
    pub(super) role: RecordRole,
    pub(super) set: RecordSet<CheckRole>,
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
}

impl fmt::Display for RecordRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordRole::Marker => f.write_str("marker"),
            RecordRole::Pointer(side) => write!(f, "{side}-pointer"),
            RecordRole::Failover(side) => write!(f, "{side}"),
        }
    }
}

/// What shall exist for `failover`, in its zone.
pub(super) fn of<'a>(failover: &'a Failover, zone: &Zone) -> Desired<'a> {
    Desired { failover, checks: checks(failover, zone), records: records(failover, zone) }
}

fn checks(failover: &Failover, zone: &Zone) -> Vec<DesiredCheck> {
    let owner = |role| CheckOwner { zone: zone.id.clone(), failover: failover.name.clone(), role };
    let endpoint = |role, side| DesiredCheck {
        owner: owner(role),
        config: plain(CheckKind::Endpoint(endpoint(failover, side))),
    };
    let mut checks =
        vec![endpoint(CheckRole::Primary, Side::Primary), endpoint(CheckRole::Secondary, Side::Secondary)];
    if let Some(switch) = &failover.switch {
        let SideSpec { bucket, region, .. } = &failover.secondary;
        // The bucket's REST endpoint, whatever the name leads to: it answers 403 or 404 while the object
        // is absent, so the look fails, and inverted it is healthy. A website endpoint might redirect,
        // which counts as found.
        let looks_at = EndpointCheck {
            host: Some(bucket.rest_endpoint(region).to_string()),
            path: switch.path(),
            search: None,
            ..self::endpoint(failover, Side::Secondary)
        };
        checks.push(DesiredCheck {
            owner: owner(CheckRole::Switch),
            config: CheckConfig { inverted: true, ..plain(CheckKind::Endpoint(looks_at)) },
        });
        let children = vec![CheckRole::Primary, CheckRole::Switch];
        checks.push(DesiredCheck {
            owner: owner(CheckRole::Combined),
            config: plain(CheckKind::Calculated { children, threshold: 2 }),
        });
    }
    checks
}

fn plain(kind: CheckKind<CheckRole>) -> CheckConfig<CheckRole> {
    CheckConfig { kind, inverted: false, disabled: false }
}

fn endpoint(failover: &Failover, side: Side) -> EndpointCheck {
    let wanted = &failover.health_check;
    let protocol = match wanted.protocol {
        Protocol::Https => CheckProtocol::Https,
        Protocol::Http => CheckProtocol::Http,
        Protocol::Tcp => CheckProtocol::Tcp,
    };
    let tcp = protocol == CheckProtocol::Tcp;
    EndpointCheck {
        protocol,
        ip_address: None,
        host: Some(failover.side(side).probe_host().to_string()),
        port: wanted.port,
        path: if tcp { String::new() } else { wanted.object.path() },
        search: wanted.contains.clone().filter(|_| !tcp),
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
    for side in Side::BOTH {
        records.push(DesiredRecord { role: RecordRole::Failover(side), set: chosen(failover, side, zone) });
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

fn chosen(failover: &Failover, side: Side, zone: &Zone) -> RecordSet<CheckRole> {
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
    let role = match side {
        Side::Primary if failover.switch.is_some() => CheckRole::Combined,
        Side::Primary => CheckRole::Primary,
        Side::Secondary => CheckRole::Secondary,
    };
    RecordSet {
        name: failover.name.clone(),
        record_type: failover.record_type(),
        routing: Routing::Failover { set_identifier: set_identifier(failover, side), side },
        answer: Answer::Alias { hosted_zone_id, target, evaluate_target_health },
        health_check: Some(role),
    }
}

/// Unique in the zone, not only among the failover's own records: some emulators look a set up by
/// its identifier alone.
pub(super) fn set_identifier(failover: &Failover, side: Side) -> SetIdentifier {
    side_identifier(&failover.name, side)
}

/// The same of a failover that is known by its name alone.
pub(super) fn side_identifier(failover: &Fqdn, side: Side) -> SetIdentifier {
    let full = format!("{side} of {failover}");
    full.parse().unwrap_or_else(|_| {
        let short: String = full.chars().take(128).collect();
        short.parse().expect("128 visible characters are an identifier")
    })
}
