//! A health check's settings, by the names that the API and Terraform's provider have for them.
//!
//! CloudFormation's names are the API's. What Route 53 would assume by itself and apply does not send is not
//! written either.

use serde::Serialize;

use super::operand::Operand;
use crate::model::{CheckConfig, CheckKind, CheckProtocol, EndpointCheck};

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Setting {
    /// `HealthCheckConfig` of the Route 53 API.
    pub(super) api: &'static str,
    /// `aws_route53_health_check` of the provider.
    pub(super) terraform: &'static str,
    pub(super) value: Value,
}

/// What a setting is set to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(super) enum Value {
    Number(u32),
    Flag(bool),
    One(Operand),
    Many(Vec<Operand>),
}

/// The settings of a check whose children are named by `child`.
pub(super) fn settings<C>(config: &CheckConfig<C>, child: impl FnMut(&C) -> Operand) -> Vec<Setting> {
    let mut settings = match &config.kind {
        CheckKind::Endpoint(endpoint) => of_endpoint(endpoint),
        CheckKind::Calculated { children, threshold } => vec![
            text("Type", "type", "CALCULATED"),
            setting(
                "ChildHealthChecks",
                "child_healthchecks",
                Value::Many(children.iter().map(child).collect()),
            ),
            setting("HealthThreshold", "child_health_threshold", Value::Number(*threshold)),
        ],
        CheckKind::Other(kind) => vec![text("Type", "type", kind)],
    };
    if config.inverted {
        settings.push(setting("Inverted", "invert_healthcheck", Value::Flag(true)));
    }
    if config.disabled {
        settings.push(setting("Disabled", "disabled", Value::Flag(true)));
    }
    settings
}

fn of_endpoint(endpoint: &EndpointCheck) -> Vec<Setting> {
    let kind = match (endpoint.protocol, &endpoint.search) {
        (CheckProtocol::Http, None) => "HTTP",
        (CheckProtocol::Http, Some(_)) => "HTTP_STR_MATCH",
        (CheckProtocol::Https, None) => "HTTPS",
        (CheckProtocol::Https, Some(_)) => "HTTPS_STR_MATCH",
        (CheckProtocol::Tcp, _) => "TCP",
    };
    let mut settings = vec![text("Type", "type", kind)];
    if let Some(ip) = &endpoint.ip_address {
        settings.push(text("IPAddress", "ip_address", &ip.to_string()));
    }
    if let Some(host) = &endpoint.host {
        settings.push(text("FullyQualifiedDomainName", "fqdn", host));
    }
    settings.push(setting("Port", "port", Value::Number(u32::from(endpoint.port))));
    if !endpoint.path.is_empty() {
        settings.push(text("ResourcePath", "resource_path", &endpoint.path));
    }
    if let Some(search) = &endpoint.search {
        settings.push(text("SearchString", "search_string", search));
    }
    settings.push(setting("RequestInterval", "request_interval", Value::Number(endpoint.interval)));
    settings.push(setting(
        "FailureThreshold",
        "failure_threshold",
        Value::Number(endpoint.failure_threshold),
    ));
    if endpoint.protocol == CheckProtocol::Https {
        settings.push(setting("EnableSNI", "enable_sni", Value::Flag(endpoint.sni)));
    }
    if !endpoint.regions.is_empty() {
        let regions = endpoint.regions.iter().map(Operand::text).collect();
        settings.push(setting("Regions", "regions", Value::Many(regions)));
    }
    settings
}

fn text(api: &'static str, terraform: &'static str, value: &str) -> Setting {
    setting(api, terraform, Value::One(Operand::Text(value.to_owned())))
}

fn setting(api: &'static str, terraform: &'static str, value: Value) -> Setting {
    Setting { api, terraform, value }
}
