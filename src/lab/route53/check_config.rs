//! Are these settings a health check?
//!
//! The API takes nearly every setting as optional and lets the type decide what is wanted.
//! [`Requested::resolve`] judges what a caller wrote and fills in the defaults. Limits are those of the
//! model (`HealthCheckConfig`); the wording of a refusal is Route 53's where a comment says so, and
//! unverified elsewhere.

use std::collections::BTreeSet;

use super::{
    check_address::probeable,
    check_request::Requested,
    errors::ApiError,
    types::{CheckKind, CheckProtocol, EndpointCheck, HealthCheckConfig},
};
use crate::model::CHECKER_REGIONS;

/// Longest `ResourcePath`, `SearchString` and `FullyQualifiedDomainName` (Route 53 model).
const LONGEST_TEXT: usize = 255;
/// Most children of a calculated check (Route 53 model, `ChildHealthCheckList`).
const MOST_CHILDREN: usize = 256;

/// What a check is told about another: nothing when it does not exist, else whether it is calculated.
pub(crate) type IsCalculated<'a> = &'a dyn Fn(&str) -> Option<bool>;

impl Requested {
    /// The settings with their defaults, or what is wrong with them.
    pub(crate) fn resolve(&self, is_calculated: IsCalculated<'_>) -> Result<HealthCheckConfig, ApiError> {
        let kind = match self.kind.as_str() {
            "HTTP" => self.endpoint(CheckProtocol::Http, false)?,
            "HTTP_STR_MATCH" => self.endpoint(CheckProtocol::Http, true)?,
            "HTTPS" => self.endpoint(CheckProtocol::Https, false)?,
            "HTTPS_STR_MATCH" => self.endpoint(CheckProtocol::Https, true)?,
            "TCP" => self.endpoint(CheckProtocol::Tcp, false)?,
            "CALCULATED" => self.calculated(is_calculated)?,
            "CLOUDWATCH_METRIC" => self.alarm()?,
            "RECOVERY_CONTROL" => {
                return refuse("The lab has no routing controls: RECOVERY_CONTROL is not supported by it.");
            }
            other => return refuse(format!("'{other}' is not a type of health check.")),
        };
        Ok(HealthCheckConfig {
            kind,
            inverted: self.inverted.unwrap_or(false),
            disabled: self.disabled.unwrap_or(false),
        })
    }

    fn endpoint(&self, protocol: CheckProtocol, matches: bool) -> Result<CheckKind, ApiError> {
        if self.alarm.is_some() {
            // Route 53's words (aws/aws-sdk-php#1528).
            return refuse(
                "Invalid parameter : Basic health checks must not have an metric region specified.",
            );
        }
        let calculates = self.health_threshold.is_some() || self.children.is_some();
        if calculates || self.insufficient_data.is_some() {
            return refuse("Basic health checks must not have child health checks or an alarm's settings.");
        }
        let ip_address = self.ip_address.as_deref().map(probeable).transpose()?;
        let name = self.fully_qualified_domain_name.clone().filter(|name| !name.is_empty());
        if ip_address.is_none() && name.is_none() {
            return refuse("Basic health checks must have an IP address or a fully qualified domain name.");
        }
        if protocol == CheckProtocol::Tcp && ip_address.is_some() && name.is_some() {
            // Route 53's words (aws/aws-sdk-php#1527).
            return refuse(
                "TCP health checks that have IP address must not have a fully qualified domain name specified.",
            );
        }
        if protocol == CheckProtocol::Tcp && self.resource_path.is_some() {
            return refuse("TCP health checks must not have a resource path specified.");
        }
        let search_string = self.search_string.clone().filter(|text| !text.is_empty());
        if matches != search_string.is_some() {
            let must = if matches { "must" } else { "must not" };
            return refuse(format!(
                "Health checks of type {} {must} have a search string specified.",
                self.kind
            ));
        }
        at_most("FullyQualifiedDomainName", name.as_deref())?;
        at_most("SearchString", search_string.as_deref())?;
        at_most("ResourcePath", self.resource_path.as_deref())?;
        Ok(CheckKind::Endpoint(EndpointCheck {
            protocol,
            ip_address,
            port: self.port_or_default(protocol)?,
            resource_path: self.resource_path.as_deref().map(with_slash).unwrap_or_default(),
            fully_qualified_domain_name: name,
            search_string,
            request_interval: self.interval()?,
            failure_threshold: in_range("FailureThreshold", self.failure_threshold, 1..=10, 3)?,
            measure_latency: self.measure_latency.unwrap_or(false),
            enable_sni: self.enable_sni.unwrap_or(protocol == CheckProtocol::Https),
            regions: self.checker_regions()?,
        }))
    }

    /// The model allows 10 to 30; the guide offers 10 or 30 (health-checks-creating-values), and what lies
    /// between was refused (aws/aws-cdk#27536, which does not tell the words).
    fn interval(&self) -> Result<u32, ApiError> {
        match in_range("RequestInterval", self.request_interval, 10..=30, 30)? {
            seconds @ (10 | 30) => Ok(seconds),
            other => refuse(format!("RequestInterval is 10 or 30, not {other}.")),
        }
    }

    fn port_or_default(&self, protocol: CheckProtocol) -> Result<u16, ApiError> {
        let port = match (self.port, protocol) {
            (Some(port), _) => port,
            (None, CheckProtocol::Http) => 80,
            (None, CheckProtocol::Https) => 443,
            (None, CheckProtocol::Tcp) => return refuse("TCP health checks must have a port specified."),
        };
        let port = u16::try_from(port).ok().filter(|port| *port > 0);
        port.ok_or_else(|| ApiError::input("Port is a number from 1 to 65535."))
    }

    fn checker_regions(&self) -> Result<Vec<String>, ApiError> {
        let regions = self.regions.clone().unwrap_or_default();
        if let Some(unknown) = regions.iter().find(|region| !CHECKER_REGIONS.contains(&region.as_str())) {
            return refuse(format!("'{unknown}' is not a region of Route 53's health checkers."));
        }
        let distinct: BTreeSet<_> = regions.iter().collect();
        if self.regions.is_some() && (distinct.len() < 3 || distinct.len() != regions.len()) {
            return refuse("Regions must name at least three different regions.");
        }
        Ok(regions)
    }

    fn calculated(&self, is_calculated: IsCalculated<'_>) -> Result<CheckKind, ApiError> {
        self.no_endpoint()?;
        if self.alarm.is_some() || self.insufficient_data.is_some() {
            return refuse("Calculated health checks must not have an alarm specified.");
        }
        let children = self.children.clone().unwrap_or_default();
        if children.len() > MOST_CHILDREN {
            return refuse(format!("A calculated health check has at most {MOST_CHILDREN} children."));
        }
        for child in &children {
            match is_calculated(child) {
                None => return refuse(format!("The child health check {child} does not exist.")),
                Some(true) => {
                    // A calculated check cannot watch another one (health-checks-creating-values).
                    return refuse(format!("The child health check {child} is itself a calculated one."));
                }
                Some(false) => {}
            }
        }
        // The default without HealthThreshold is not documented; the lab takes "all of them".
        let all = u32::try_from(children.len()).unwrap_or(u32::MAX);
        let threshold = in_range("HealthThreshold", self.health_threshold, 0..=256, all)?;
        Ok(CheckKind::Calculated { children, threshold })
    }

    fn alarm(&self) -> Result<CheckKind, ApiError> {
        self.no_endpoint()?;
        if self.children.is_some() || self.health_threshold.is_some() {
            return refuse("Health checks of type CLOUDWATCH_METRIC must not have child health checks.");
        }
        let Some((alarm_region, alarm_name)) = self.alarm.clone() else {
            return refuse("Health checks of type CLOUDWATCH_METRIC must have an alarm specified.");
        };
        let insufficient_data =
            self.insufficient_data.clone().unwrap_or_else(|| "LastKnownStatus".to_owned());
        if !["Healthy", "Unhealthy", "LastKnownStatus"].contains(&insufficient_data.as_str()) {
            return refuse(format!("'{insufficient_data}' is not an InsufficientDataHealthStatus."));
        }
        Ok(CheckKind::CloudWatchMetric { alarm_region, alarm_name, insufficient_data })
    }

    /// Refuses settings of an endpoint where there is none.
    fn no_endpoint(&self) -> Result<(), ApiError> {
        let has = [
            ("IPAddress", self.ip_address.is_some()),
            ("Port", self.port.is_some()),
            ("ResourcePath", self.resource_path.is_some()),
            ("FullyQualifiedDomainName", self.fully_qualified_domain_name.is_some()),
            ("SearchString", self.search_string.is_some()),
            ("RequestInterval", self.request_interval.is_some()),
            ("FailureThreshold", self.failure_threshold.is_some()),
            ("Regions", self.regions.is_some()),
        ];
        match has.iter().find(|(_, has)| *has) {
            Some((name, _)) => refuse(format!("Health checks of type {} must not have {name}.", self.kind)),
            None => Ok(()),
        }
    }
}

fn refuse<T>(message: impl Into<String>) -> Result<T, ApiError> {
    Err(ApiError::input(message))
}

fn at_most(name: &str, text: Option<&str>) -> Result<(), ApiError> {
    match text {
        Some(text) if text.chars().count() > LONGEST_TEXT => {
            refuse(format!("{name} has more than {LONGEST_TEXT} characters."))
        }
        _ => Ok(()),
    }
}

fn in_range(
    name: &str,
    value: Option<u32>,
    range: std::ops::RangeInclusive<u32>,
    default: u32,
) -> Result<u32, ApiError> {
    match value {
        None => Ok(default),
        Some(value) if range.contains(&value) => Ok(value),
        Some(_) => refuse(format!("{name} is a number from {} to {}.", range.start(), range.end())),
    }
}

/// Route 53 adds a leading slash where there is none (health-checks-creating-values).
fn with_slash(path: &str) -> String {
    if path.is_empty() || path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn http() -> Requested {
        Requested {
            kind: "HTTP".to_owned(),
            fully_qualified_domain_name: Some("a.example.com".to_owned()),
            ..Requested::default()
        }
    }

    fn known(id: &str) -> Option<bool> {
        match id {
            "endpoint" => Some(false),
            "calculated" => Some(true),
            _ => None,
        }
    }

    fn refusal(requested: &Requested) -> String {
        requested.resolve(&known).expect_err("not a health check").message
    }

    #[test]
    fn the_defaults_are_filled_in() {
        let CheckKind::Endpoint(check) = http().resolve(&known).expect("a check").kind else {
            panic!("an endpoint check")
        };
        assert_eq!((check.port, check.request_interval, check.failure_threshold), (80, 30, 3));
        assert!(!check.enable_sni);
        let https = Requested { kind: "HTTPS".to_owned(), resource_path: Some("x".to_owned()), ..http() };
        let CheckKind::Endpoint(check) = https.resolve(&known).expect("a check").kind else {
            panic!("an endpoint check")
        };
        assert_eq!((check.port, check.enable_sni, check.resource_path.as_str()), (443, true, "/x"));
    }

    #[test]
    fn each_rule_refuses() {
        let text = |s: &str| Some(s.to_owned());
        let three = |regions: &[&str]| Some(regions.iter().map(|r| (*r).to_owned()).collect());
        for (requested, expected) in [
            (Requested { kind: "PING".to_owned(), ..http() }, "not a type"),
            (Requested { kind: "RECOVERY_CONTROL".to_owned(), ..Requested::default() }, "not supported"),
            (Requested { fully_qualified_domain_name: None, ..http() }, "must have an IP address or"),
            (Requested { kind: "HTTP_STR_MATCH".to_owned(), ..http() }, "must have a search string"),
            (Requested { search_string: text("ok"), ..http() }, "must not have a search string"),
            (Requested { kind: "TCP".to_owned(), ..http() }, "must have a port"),
            (
                Requested { kind: "TCP".to_owned(), port: Some(80), ip_address: text("8.8.8.8"), ..http() },
                "TCP health checks that have IP address must not have a fully qualified domain name specified.",
            ),
            (Requested { port: Some(0), ..http() }, "1 to 65535"),
            (Requested { port: Some(65_536), ..http() }, "1 to 65535"),
            (Requested { request_interval: Some(9), ..http() }, "10 to 30"),
            (Requested { request_interval: Some(17), ..http() }, "10 or 30"),
            (Requested { failure_threshold: Some(11), ..http() }, "1 to 10"),
            (Requested { resource_path: Some("/".repeat(256)), ..http() }, "more than 255"),
            (Requested { regions: three(&["us-east-1", "us-west-1"]), ..http() }, "at least three"),
            (
                Requested { regions: three(&["us-east-1", "us-east-1", "us-west-1"]), ..http() },
                "at least three",
            ),
            (Requested { regions: three(&["us-east-2", "us-east-1", "us-west-1"]), ..http() }, "us-east-2"),
            (
                Requested { alarm: Some(("us-east-1".to_owned(), "a".to_owned())), ..http() },
                "Basic health checks must not have an metric region specified.",
            ),
            (Requested { kind: "CALCULATED".to_owned(), ..http() }, "must not have FullyQualifiedDomainName"),
        ] {
            assert!(refusal(&requested).contains(expected), "{requested:?}: {}", refusal(&requested));
        }
    }

    #[test]
    fn a_calculated_check_counts_endpoint_checks_that_exist() {
        let over = |child: &str, threshold| Requested {
            kind: "CALCULATED".to_owned(),
            children: Some(vec![child.to_owned()]),
            health_threshold: Some(threshold),
            ..Requested::default()
        };
        assert!(over("endpoint", 0).resolve(&known).is_ok());
        assert!(refusal(&over("gone", 1)).contains("does not exist"));
        assert!(refusal(&over("calculated", 1)).contains("itself a calculated one"));
        assert!(refusal(&over("endpoint", 257)).contains("0 to 256"));
    }

    #[test]
    fn settings_survive_being_asked_for_again() {
        let requested =
            Requested { ip_address: Some("127.0.1.1".to_owned()), inverted: Some(true), ..http() };
        let config = requested.resolve(&known).expect("a check");
        assert_eq!(Requested::of(&config).resolve(&known), Ok(config));
    }
}
