//! Health checks, as XML.

use super::super::{
    check_request::{Requested, type_name},
    errors::ApiError,
    types::{CheckKind, HealthCheck},
};
use super::xml::{Element, Writer};

/// What the settings of a check can be, in a creation (Route 53 model, `HealthCheckConfig`).
pub(crate) const CONFIG: [&str; 18] = [
    "IPAddress",
    "Port",
    "Type",
    "ResourcePath",
    "FullyQualifiedDomainName",
    "SearchString",
    "RequestInterval",
    "FailureThreshold",
    "MeasureLatency",
    "Inverted",
    "Disabled",
    "HealthThreshold",
    "ChildHealthChecks",
    "EnableSNI",
    "Regions",
    "AlarmIdentifier",
    "InsufficientDataHealthStatus",
    "RoutingControlArn",
];

/// What an update can hold (Route 53 model, `UpdateHealthCheckRequest`): type, interval, latency and
/// routing control of a check stay as they were made.
pub(crate) const UPDATE: [&str; 16] = [
    "HealthCheckVersion",
    "IPAddress",
    "Port",
    "ResourcePath",
    "FullyQualifiedDomainName",
    "SearchString",
    "FailureThreshold",
    "Inverted",
    "Disabled",
    "HealthThreshold",
    "ChildHealthChecks",
    "EnableSNI",
    "Regions",
    "AlarmIdentifier",
    "InsufficientDataHealthStatus",
    "ResetElements",
];

/// Reads the settings from the element that holds them, all but the type.
pub(crate) fn requested(element: &Element) -> Result<Requested, ApiError> {
    let text = |name: &str| element.text_of(name).map(str::to_owned);
    let alarm = match element.child("AlarmIdentifier") {
        None => None,
        Some(alarm) => Some((alarm.required("Region")?.to_owned(), alarm.required("Name")?.to_owned())),
    };
    Ok(Requested {
        kind: String::new(),
        ip_address: text("IPAddress"),
        port: element.number("Port")?,
        resource_path: text("ResourcePath"),
        fully_qualified_domain_name: text("FullyQualifiedDomainName"),
        search_string: text("SearchString"),
        request_interval: element.number("RequestInterval")?,
        failure_threshold: element.number("FailureThreshold")?,
        measure_latency: element.flag("MeasureLatency")?,
        inverted: element.flag("Inverted")?,
        disabled: element.flag("Disabled")?,
        health_threshold: element.number("HealthThreshold")?,
        children: element.texts("ChildHealthChecks", "ChildHealthCheck"),
        enable_sni: element.flag("EnableSNI")?,
        regions: element.texts("Regions", "Region"),
        alarm,
        insufficient_data: text("InsufficientDataHealthStatus"),
    })
}

/// Writes a health check in the order of the model's members.
pub(crate) fn write(out: &mut Writer, check: &HealthCheck) {
    out.element("HealthCheck", |out| {
        out.leaf("Id", &check.id);
        out.leaf("CallerReference", &check.caller_reference);
        out.element("HealthCheckConfig", |out| {
            // What a caller would write to get the check is what Route 53 shows of it.
            let config = Requested::of(&check.config);
            out.optional("IPAddress", config.ip_address);
            out.optional("Port", config.port);
            out.leaf("Type", type_name(&check.config.kind));
            out.optional("ResourcePath", config.resource_path);
            out.optional("FullyQualifiedDomainName", config.fully_qualified_domain_name);
            out.optional("SearchString", config.search_string);
            out.optional("RequestInterval", config.request_interval);
            out.optional("FailureThreshold", config.failure_threshold);
            out.optional("MeasureLatency", config.measure_latency);
            out.optional("Inverted", config.inverted);
            out.optional("Disabled", config.disabled);
            out.optional("HealthThreshold", config.health_threshold);
            list(out, "ChildHealthChecks", "ChildHealthCheck", config.children);
            out.optional("EnableSNI", config.enable_sni);
            list(out, "Regions", "Region", config.regions);
            if let CheckKind::CloudWatchMetric { alarm_region, alarm_name, .. } = &check.config.kind {
                out.element("AlarmIdentifier", |out| {
                    out.leaf("Region", alarm_region);
                    out.leaf("Name", alarm_name);
                });
            }
            out.optional("InsufficientDataHealthStatus", config.insufficient_data);
        });
        out.leaf("HealthCheckVersion", check.version);
    });
}

fn list(out: &mut Writer, name: &str, item: &str, texts: Option<Vec<String>>) {
    if let Some(texts) = texts {
        out.element(name, |out| {
            for text in texts {
                out.leaf(item, text);
            }
        });
    }
}
