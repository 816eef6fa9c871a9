//! Between the SDK's shapes and ours.

use aws_sdk_route53::{
    error::BuildError,
    types::{
        AlarmIdentifier, AliasTarget, CloudWatchRegion, HealthCheckConfig, HealthCheckRegion,
        HealthCheckType, InsufficientDataHealthStatus, ResourceRecord, ResourceRecordSet,
        ResourceRecordSetFailover, RrType,
    },
};

use crate::model::{
    AlarmCheck, Answer, CheckConfig, CheckKind, CheckProtocol, EndpointCheck, InsufficientData, Policy,
    RecordSet, Routing, Side, Ttl,
};

/// Something in an answer of AWS is not what its model promises.
#[derive(Debug, thiserror::Error)]
#[error("`{value}` as {place}")]
pub(super) struct Unreadable {
    place: &'static str,
    value: String,
}

fn read<T: std::str::FromStr>(place: &'static str, value: &str) -> Result<T, Unreadable> {
    value.parse().map_err(|_| Unreadable { place, value: value.to_owned() })
}

pub(super) fn record_set_from_sdk(set: &ResourceRecordSet) -> Result<RecordSet, Unreadable> {
    let routing = match (set.set_identifier(), set.failover()) {
        (None, _) => Routing::Simple,
        (Some(id), Some(ResourceRecordSetFailover::Primary)) => {
            Routing::Failover { set_identifier: read("set identifier", id)?, side: Side::Primary }
        }
        (Some(id), Some(ResourceRecordSetFailover::Secondary)) => {
            Routing::Failover { set_identifier: read("set identifier", id)?, side: Side::Secondary }
        }
        (Some(id), _) => {
            Routing::Other { set_identifier: read("set identifier", id)?, policy: policy_from_sdk(set) }
        }
    };
    let answer = match set.alias_target() {
        Some(alias) => Answer::Alias {
            hosted_zone_id: read("an alias's hosted zone", alias.hosted_zone_id())?,
            target: read("an alias's target", alias.dns_name())?,
            evaluate_target_health: alias.evaluate_target_health(),
        },
        None => Answer::Values {
            ttl: Ttl::from_seconds(set.ttl().unwrap_or(0))
                .map_err(|_| Unreadable { place: "a TTL", value: format!("{:?}", set.ttl()) })?,
            values: set.resource_records().iter().map(|record| record.value().to_owned()).collect(),
        },
    };
    Ok(RecordSet {
        name: read("a record's name", set.name())?,
        record_type: read("a record's type", set.r#type().as_str())?,
        routing,
        answer,
        health_check: set.health_check_id().map(|id| read("a health check's id", id)).transpose()?,
    })
}

fn policy_from_sdk(set: &ResourceRecordSet) -> Policy {
    if let Some(weight) = set.weight() {
        return u8::try_from(weight).map_or(Policy::Unknown, Policy::Weighted);
    }
    if let Some(place) = set.geo_location() {
        return Policy::Geolocation { default: place.country_code() == Some("*") };
    }
    if let Some(place) = set.cidr_routing_config() {
        return Policy::Cidr { default: place.location_name() == "*" };
    }
    match set {
        _ if set.region().is_some() => Policy::Latency,
        _ if set.geo_proximity_location().is_some() => Policy::Geoproximity,
        _ if set.multi_value_answer() == Some(true) => Policy::Multivalue,
        _ => Policy::Unknown,
    }
}

pub(super) fn record_set_to_sdk(set: &RecordSet) -> Result<ResourceRecordSet, BuildError> {
    let mut built = ResourceRecordSet::builder()
        .name(set.name.absolute())
        .r#type(RrType::from(set.record_type.as_str()))
        .set_health_check_id(set.health_check.as_ref().map(ToString::to_string));
    match &set.routing {
        Routing::Simple => {}
        Routing::Failover { set_identifier, side } => {
            let failover = match side {
                Side::Primary => ResourceRecordSetFailover::Primary,
                Side::Secondary => ResourceRecordSetFailover::Secondary,
            };
            built = built.set_identifier(set_identifier.as_str()).failover(failover);
        }
        Routing::Other { set_identifier, .. } => built = built.set_identifier(set_identifier.as_str()),
    }
    built = match &set.answer {
        Answer::Alias { hosted_zone_id, target, evaluate_target_health } => {
            let alias = AliasTarget::builder()
                .hosted_zone_id(hosted_zone_id.as_str())
                .dns_name(target.absolute())
                .evaluate_target_health(*evaluate_target_health);
            built.alias_target(alias.build()?)
        }
        Answer::Values { ttl, values } => {
            let records = values.iter().map(|value| ResourceRecord::builder().value(value).build());
            built.ttl(i64::from(ttl.seconds())).set_resource_records(Some(records.collect::<Result<_, _>>()?))
        }
    };
    built.build()
}

pub(super) fn check_config_from_sdk(config: &HealthCheckConfig) -> Result<CheckConfig, Unreadable> {
    let kind = match config.r#type() {
        HealthCheckType::Http | HealthCheckType::HttpStrMatch => {
            endpoint_from_sdk(config, CheckProtocol::Http)?
        }
        HealthCheckType::Https | HealthCheckType::HttpsStrMatch => {
            endpoint_from_sdk(config, CheckProtocol::Https)?
        }
        HealthCheckType::Tcp => endpoint_from_sdk(config, CheckProtocol::Tcp)?,
        HealthCheckType::Calculated => CheckKind::Calculated {
            children: config
                .child_health_checks()
                .iter()
                .map(|id| read("a child's id", id))
                .collect::<Result<_, _>>()?,
            threshold: unsigned(config.health_threshold(), 0),
        },
        HealthCheckType::CloudwatchMetric => alarm_from_sdk(config)
            .map_or_else(|| CheckKind::Other(config.r#type().as_str().to_owned()), CheckKind::Alarm),
        other => CheckKind::Other(other.as_str().to_owned()),
    };
    Ok(CheckConfig {
        kind,
        inverted: config.inverted().unwrap_or(false),
        disabled: config.disabled().unwrap_or(false),
    })
}

/// Nothing where somebody else follows an alarm that ours could not be.
fn alarm_from_sdk(config: &HealthCheckConfig) -> Option<AlarmCheck> {
    let alarm = config.alarm_identifier()?;
    Some(AlarmCheck {
        name: alarm.name().parse().ok()?,
        region: alarm.region().as_str().parse().ok()?,
        // What holds when nothing was said is not documented; `LastKnownStatus` is modelled.
        insufficient_data: match config.insufficient_data_health_status() {
            Some(InsufficientDataHealthStatus::Healthy) => InsufficientData::Healthy,
            Some(InsufficientDataHealthStatus::Unhealthy) => InsufficientData::Unhealthy,
            _ => InsufficientData::LastKnown,
        },
    })
}

pub(super) fn alarm_to_sdk(
    alarm: &AlarmCheck,
) -> Result<(AlarmIdentifier, InsufficientDataHealthStatus), BuildError> {
    let region = CloudWatchRegion::from(alarm.region.as_str());
    let identifier = AlarmIdentifier::builder().name(alarm.name.as_str()).region(region).build()?;
    let status = match alarm.insufficient_data {
        InsufficientData::Healthy => InsufficientDataHealthStatus::Healthy,
        InsufficientData::Unhealthy => InsufficientDataHealthStatus::Unhealthy,
        InsufficientData::LastKnown => InsufficientDataHealthStatus::LastKnownStatus,
    };
    Ok((identifier, status))
}

fn endpoint_from_sdk(config: &HealthCheckConfig, protocol: CheckProtocol) -> Result<CheckKind, Unreadable> {
    let default_port = if protocol == CheckProtocol::Https { 443 } else { 80 };
    let port = config.port().unwrap_or(default_port);
    // The API adds the leading slash (Route 53 API reference, `ResourcePath`).
    let path = match (protocol, config.resource_path().unwrap_or("")) {
        (CheckProtocol::Tcp, _) => String::new(),
        (_, path) if path.starts_with('/') => path.to_owned(),
        (_, path) => format!("/{path}"),
    };
    Ok(CheckKind::Endpoint(EndpointCheck {
        protocol,
        ip_address: config.ip_address().map(|ip| read("an IP address", ip)).transpose()?,
        host: config
            .fully_qualified_domain_name()
            .map(|host| host.trim_end_matches('.').to_ascii_lowercase()),
        port: u16::try_from(port).map_err(|_| Unreadable { place: "a port", value: port.to_string() })?,
        path,
        search: config.search_string().map(str::to_owned),
        sni: config.enable_sni().unwrap_or(protocol == CheckProtocol::Https),
        interval: unsigned(config.request_interval(), 30),
        failure_threshold: unsigned(config.failure_threshold(), 3),
        regions: config
            .regions()
            .iter()
            .map(|region| read("a checker's region", region.as_str()))
            .collect::<Result<_, _>>()?,
    }))
}

fn unsigned(number: Option<i32>, default: u32) -> u32 {
    number.and_then(|n| u32::try_from(n).ok()).unwrap_or(default)
}

pub(super) fn signed(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

pub(super) fn check_config_to_sdk(config: &CheckConfig) -> Result<HealthCheckConfig, BuildError> {
    let built = HealthCheckConfig::builder().inverted(config.inverted).disabled(config.disabled);
    match &config.kind {
        CheckKind::Endpoint(endpoint) => {
            let kind = match (endpoint.protocol, &endpoint.search) {
                (CheckProtocol::Http, None) => HealthCheckType::Http,
                (CheckProtocol::Http, Some(_)) => HealthCheckType::HttpStrMatch,
                (CheckProtocol::Https, None) => HealthCheckType::Https,
                (CheckProtocol::Https, Some(_)) => HealthCheckType::HttpsStrMatch,
                (CheckProtocol::Tcp, _) => HealthCheckType::Tcp,
            };
            built
                .r#type(kind)
                .set_ip_address(endpoint.ip_address.map(|ip| ip.to_string()))
                .set_fully_qualified_domain_name(endpoint.host.clone())
                .port(i32::from(endpoint.port))
                .set_resource_path((!endpoint.path.is_empty()).then(|| endpoint.path.clone()))
                .set_search_string(endpoint.search.clone())
                .set_enable_sni((endpoint.protocol == CheckProtocol::Https).then_some(endpoint.sni))
                .request_interval(signed(endpoint.interval))
                .failure_threshold(signed(endpoint.failure_threshold))
                .set_regions(regions_to_sdk(endpoint))
                .build()
        }
        CheckKind::Calculated { children, threshold } => built
            .r#type(HealthCheckType::Calculated)
            .health_threshold(signed(*threshold))
            .set_child_health_checks(Some(children.iter().map(ToString::to_string).collect()))
            .build(),
        CheckKind::Alarm(alarm) => {
            let (identifier, insufficient_data) = alarm_to_sdk(alarm)?;
            built
                .r#type(HealthCheckType::CloudwatchMetric)
                .alarm_identifier(identifier)
                .insufficient_data_health_status(insufficient_data)
                .build()
        }
        CheckKind::Other(kind) => built.r#type(HealthCheckType::from(kind.as_str())).build(),
    }
}

/// Nothing stands for all regions.
pub(super) fn regions_to_sdk(endpoint: &EndpointCheck) -> Option<Vec<HealthCheckRegion>> {
    let regions = endpoint.regions.iter().map(|region| HealthCheckRegion::from(region.as_str()));
    (!endpoint.regions.is_empty()).then(|| regions.collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::model::{HealthCheckId, RecordType};

    fn endpoint() -> impl Strategy<Value = EndpointCheck> {
        let protocol =
            prop_oneof![Just(CheckProtocol::Http), Just(CheckProtocol::Https), Just(CheckProtocol::Tcp)];
        let regions = prop_oneof![Just(vec![]), Just(vec!["us-east-1", "eu-west-1", "sa-east-1"])];
        (protocol, 1..=u16::MAX, "/[a-z/.]{0,20}", proptest::option::of("[a-z]{1,9}"), 1..=10u32, regions)
            .prop_map(|(protocol, port, path, search, failure_threshold, regions)| {
                let tcp = protocol == CheckProtocol::Tcp;
                EndpointCheck {
                    protocol,
                    ip_address: None,
                    host: Some("a.example.com".to_owned()),
                    port,
                    path: if tcp { String::new() } else { path },
                    search: search.filter(|_| !tcp),
                    sni: protocol == CheckProtocol::Https,
                    interval: 10,
                    failure_threshold,
                    regions: regions.iter().map(|r| r.parse().expect("a region")).collect::<BTreeSet<_>>(),
                }
            })
    }

    fn check_config() -> impl Strategy<Value = CheckConfig> {
        let kind = prop_oneof![
            endpoint().prop_map(CheckKind::Endpoint),
            ("[ -~]{1,20}", 0..3_usize).prop_map(|(name, data)| CheckKind::Alarm(AlarmCheck {
                name: name.parse().expect("a name"),
                region: "eu-central-2".parse().expect("a region"),
                insufficient_data: InsufficientData::ALL[data],
            })),
            (proptest::collection::vec("[a-f0-9]{8}", 0..4), 0..5u32).prop_map(|(ids, threshold)| {
                CheckKind::Calculated {
                    children: ids.iter().map(|id| id.parse::<HealthCheckId>().expect("an id")).collect(),
                    threshold,
                }
            }),
        ];
        (kind, any::<bool>(), any::<bool>()).prop_map(|(kind, inverted, disabled)| CheckConfig {
            kind,
            inverted,
            disabled,
        })
    }

    fn record_set() -> impl Strategy<Value = RecordSet> {
        let routing = prop_oneof![
            Just(Routing::Simple),
            any::<bool>().prop_map(|primary| Routing::Failover {
                set_identifier: "x 1".parse().expect("an identifier"),
                side: if primary { Side::Primary } else { Side::Secondary },
            }),
        ];
        let answer = prop_oneof![
            (0..100_000i64, proptest::collection::vec("[a-z.]{1,9}", 1..3)).prop_map(|(ttl, values)| {
                Answer::Values { ttl: Ttl::from_seconds(ttl).expect("in bounds"), values }
            }),
            any::<bool>().prop_map(|evaluate_target_health| Answer::Alias {
                hosted_zone_id: "Z1".parse().expect("an id"),
                target: "t.example.com".parse().expect("a name"),
                evaluate_target_health,
            }),
        ];
        (routing, answer, proptest::option::of("[a-f0-9]{8}")).prop_map(|(routing, answer, check)| {
            RecordSet {
                name: "*.data.example.com".parse().expect("a name"),
                record_type: RecordType::Cname,
                routing,
                answer,
                health_check: check.map(|id| id.parse().expect("an id")),
            }
        })
    }

    proptest! {
        #[test]
        fn a_record_set_survives_the_way_to_aws_and_back(set in record_set()) {
            let sdk = record_set_to_sdk(&set).expect("all that is needed is there");
            prop_assert_eq!(record_set_from_sdk(&sdk).expect("our own"), set);
        }

        #[test]
        fn a_check_survives_the_way_to_aws_and_back(config in check_config()) {
            let sdk = check_config_to_sdk(&config).expect("all that is needed is there");
            prop_assert_eq!(check_config_from_sdk(&sdk).expect("our own"), config);
        }
    }
}
