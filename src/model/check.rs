//! A health check's settings, and what its checkers report.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AlarmCheck, CallerReference, HealthCheckId, Region};

/// A health check's settings (Route 53 model, `HealthCheckConfig`).
///
/// `C` is how a calculated check names its children; see [`RecordSet`](super::RecordSet).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckConfig<C = HealthCheckId> {
    /// What is looked at.
    pub kind: CheckKind<C>,
    /// Healthy counts as unhealthy and the other way round.
    pub inverted: bool,
    /// Probing is switched off, and the check counts as healthy (before `inverted` is applied).
    pub disabled: bool,
}

/// What a health check looks at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind<C = HealthCheckId> {
    /// Checkers in several regions connect to an endpoint.
    Endpoint(EndpointCheck),
    /// Healthy when at least `threshold` of the children are.
    Calculated {
        /// The children.
        children: Vec<C>,
        /// 0: always healthy; more than there are children: always unhealthy.
        threshold: u32,
    },
    /// Follows a CloudWatch alarm.
    Alarm(AlarmCheck),
    /// A type that this tool never creates (`RECOVERY_CONTROL`, …), by its name.
    Other(String),
}

impl<C> CheckKind<C> {
    /// The checks that it counts; none where it counts none.
    pub fn children(&self) -> &[C] {
        match self {
            CheckKind::Calculated { children, .. } => children,
            CheckKind::Endpoint(_) | CheckKind::Alarm(_) | CheckKind::Other(_) => &[],
        }
    }
}

/// The settings of a check that connects to an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointCheck {
    /// How the checkers talk to the endpoint.
    pub protocol: CheckProtocol,
    /// A fixed address. Without it the host is resolved at each look, IPv4 only.
    pub ip_address: Option<IpAddr>,
    /// The host to resolve and to name in the `Host` header.
    pub host: Option<String>,
    /// The TCP port.
    pub port: u16,
    /// With its leading slash; empty for TCP.
    pub path: String,
    /// What the first 5,120 bytes of the body must hold.
    pub search: Option<String>,
    /// Whether the host goes into the TLS client hello.
    pub sni: bool,
    /// Seconds between the end of a look and the start of the next, 10 to 30.
    pub interval: u32,
    /// Consecutive results after which a checker changes its mind, 1 to 10.
    pub failure_threshold: u32,
    /// The checkers' regions; empty means all.
    pub regions: BTreeSet<Region>,
}

/// How a checker talks to an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckProtocol {
    /// Plain HTTP.
    Http,
    /// HTTP over TLS. Certificates are not validated (Route 53 Developer Guide,
    /// dns-failover-determining-health-of-endpoints).
    Https,
    /// An accepted connection is enough.
    Tcp,
}

impl CheckProtocol {
    /// In lower case. Part of caller references: a change here would create every check anew.
    pub fn as_str(self) -> &'static str {
        match self {
            CheckProtocol::Http => "http",
            CheckProtocol::Https => "https",
            CheckProtocol::Tcp => "tcp",
        }
    }
}

/// A health check that exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// Given by Route 53.
    pub id: HealthCheckId,
    /// Given by whoever created it.
    pub caller_reference: CallerReference,
    /// Grows with each update; the lock of `UpdateHealthCheck`.
    pub version: i64,
    /// Its settings.
    pub config: CheckConfig,
    /// Its tags; read only of checks that this tool created.
    pub tags: BTreeMap<String, String>,
}

/// What one checker saw last (Route 53 model, `HealthCheckObservation`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckerReport {
    /// Where the checker stands.
    pub region: Option<Region>,
    /// The checker's address.
    pub ip_address: String,
    /// Whether its last look succeeded.
    pub success: bool,
    /// Route 53's text, of no fixed form behind `Success` or `Failure`.
    pub status: String,
    /// When it looked, if Route 53 says so.
    pub checked_at: Option<Timestamp>,
}

impl<C> CheckConfig<C> {
    /// The same settings with the children named in another way.
    pub fn try_map_children<D, E>(&self, name: impl FnMut(&C) -> Result<D, E>) -> Result<CheckConfig<D>, E> {
        let kind = match &self.kind {
            CheckKind::Endpoint(endpoint) => CheckKind::Endpoint(endpoint.clone()),
            CheckKind::Calculated { children, threshold } => CheckKind::Calculated {
                children: children.iter().map(name).collect::<Result<_, E>>()?,
                threshold: *threshold,
            },
            CheckKind::Alarm(alarm) => CheckKind::Alarm(alarm.clone()),
            CheckKind::Other(kind) => CheckKind::Other(kind.clone()),
        };
        Ok(CheckConfig { kind, inverted: self.inverted, disabled: self.disabled })
    }
}
