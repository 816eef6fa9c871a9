//! The health check of the spec, of those that stand; and how they differ from it.

use std::collections::BTreeSet;

use super::{
    Note,
    guard::{Guard, Standing},
};
use crate::{
    model::{CHECKER_REGIONS, CheckProtocol, EndpointCheck, FailureThreshold, Fqdn, Interval, Region, Side},
    spec::{HealthCheckSpec, ObjectKey, Protocol},
};

/// The health check of the spec: for both sides the one that the primary has; or the secondary's, where that is
/// a website, since a website cannot be asked in every way in which something else can (`prefer`).
pub(super) fn spec(guards: &[Guard<'_>; 2], prefer: Side, https: bool) -> (HealthCheckSpec, Vec<Note>) {
    let mut notes = Vec::new();
    let [primary, secondary] = guards.each_ref().map(|guard| guard.endpoint);
    let (first, then) = if prefer == Side::Primary { (primary, secondary) } else { (secondary, primary) };
    let looked_at = guards.iter().any(|guard| guard.alarm.is_none());
    // Where alarms speak for both sides, the table is about the switch alone.
    let basis = first.or(then).or(if looked_at { None } else { guards[0].switch });
    let found = [first, then].into_iter().flatten().find_map(|standing| object(standing.endpoint));
    let (object, exact) = match found {
        Some((object, exact)) => (Some(object), exact),
        None if looked_at => (Some("failover/health.txt".parse().expect("is a key")), false),
        None => (None, true),
    };
    if !exact {
        let why = match basis.map(|standing| standing.endpoint) {
            None => "no health check looks at an endpoint today".to_owned(),
            Some(endpoint) if endpoint.protocol == CheckProtocol::Tcp => {
                "today's health check only connects".to_owned()
            }
            Some(endpoint) => {
                format!("today's health check asks for `{}`, which is no object", endpoint.path)
            }
        };
        notes.push(Note::new(
            "object-guessed",
            "health_check.object",
            format!("Guessed: {why}. Name a small public object that is in both buckets."),
        ));
    }
    let mut spec = default(object, https || !looked_at);
    let Some(Standing { id, endpoint }) = basis else { return (spec, notes) };
    spec.contains.clone_from(&endpoint.search);
    spec.protocol = match endpoint.protocol {
        CheckProtocol::Https => Protocol::Https,
        CheckProtocol::Http => Protocol::Http,
        CheckProtocol::Tcp => Protocol::Tcp,
    };
    spec.port = endpoint.port;
    spec.interval = interval(endpoint.interval);
    if spec.interval.seconds() != endpoint.interval {
        let message = format!(
            "The health check {id} looks every {} s, and the documentation offers 10 and 30.",
            endpoint.interval
        );
        notes.push(Note::new("interval", "health_check.interval", message));
    }
    if let Ok(threshold) = FailureThreshold::new(i64::from(endpoint.failure_threshold)) {
        spec.failure_threshold = threshold;
    }
    spec.regions = regions(endpoint).into_iter().cloned().collect();
    (spec, notes)
}

/// As a spec has it when it says nothing.
fn default(object: Option<ObjectKey>, https: bool) -> HealthCheckSpec {
    let protocol = if https { Protocol::Https } else { Protocol::Http };
    HealthCheckSpec {
        object,
        contains: None,
        interval: Interval::Thirty,
        failure_threshold: HealthCheckSpec::default_threshold(),
        protocol,
        port: protocol.default_port(),
        regions: Vec::new(),
    }
}

fn interval(seconds: u32) -> Interval {
    if seconds <= 20 { Interval::Ten } else { Interval::Thirty }
}

/// Nothing for all of them, which Route 53 lists for a check that was created without a choice.
fn regions(endpoint: &EndpointCheck) -> BTreeSet<&Region> {
    let all =
        CHECKER_REGIONS.iter().all(|code| endpoint.regions.iter().any(|region| region.as_str() == *code));
    if all { BTreeSet::new() } else { endpoint.regions.iter().collect() }
}

/// The object that a check asks for, and whether that is all it asks for.
pub(super) fn object(endpoint: &EndpointCheck) -> Option<(ObjectKey, bool)> {
    let path = endpoint.path.split(['?', '#']).next().unwrap_or_default();
    let key = percent_decoded(path.strip_prefix('/')?)?.parse::<ObjectKey>().ok()?;
    let exact = key.path() == endpoint.path;
    Some((key, exact))
}

/// Nothing where the bytes are no UTF-8, as the keys of objects are.
fn percent_decoded(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        bytes.extend(part.get(2..)?.bytes());
    }
    String::from_utf8(bytes).ok()
}

/// How a standing check differs from what the spec says, setting by setting.
pub(super) fn differences(is: &EndpointCheck, spec: &HealthCheckSpec, probe_host: &Fqdn) -> Vec<String> {
    let mut differences = Vec::new();
    let mut compare = |what: &str, is: String, wanted: String| {
        if is != wanted {
            differences.push(format!("{what} {is}, not {wanted}"));
        }
    };
    let tcp = spec.protocol == Protocol::Tcp;
    let text =
        |search: &Option<String>| search.as_ref().map_or("none".to_owned(), |text| format!("`{text}`"));
    let list = |regions: BTreeSet<&Region>| match regions.len() {
        0 => "all".to_owned(),
        _ => regions.into_iter().map(Region::as_str).collect::<Vec<_>>().join(" "),
    };
    compare("protocol", is.protocol.as_str().to_owned(), spec.protocol.as_str().to_owned());
    compare("host", is.host.clone().unwrap_or_else(|| "none".to_owned()), probe_host.to_string());
    compare(
        "address",
        is.ip_address.map_or("that of the host".to_owned(), |ip| ip.to_string()),
        "that of the host".to_owned(),
    );
    compare("port", is.port.to_string(), spec.port.to_string());
    if !tcp {
        compare("path", is.path.clone(), spec.object.as_ref().map(ObjectKey::path).unwrap_or_default());
        compare("text to look for", text(&is.search), text(&spec.contains));
    }
    compare("SNI", is.sni.to_string(), (spec.protocol == Protocol::Https).to_string());
    compare("interval", format!("{} s", is.interval), format!("{} s", spec.interval.seconds()));
    compare("failure threshold", is.failure_threshold.to_string(), spec.failure_threshold.get().to_string());
    compare("checker regions", list(regions(is)), list(spec.regions.iter().collect()));
    differences
}
