//! Stand-ins for the tests of this room.

use std::{net::Ipv4Addr, sync::Mutex};

use async_trait::async_trait;
use tokio::sync::watch;

use super::{
    checkers::CheckSource,
    probe::{Hosts, LookResult},
};
use crate::lab::route53::types::{CheckKind, CheckProtocol, EndpointCheck, HealthCheck, HealthCheckConfig};

/// A check of `b.s3.us-east-1.amazonaws.com` every 10 s.
pub(crate) fn endpoint_check(id: &str, failure_threshold: u32) -> HealthCheck {
    let endpoint = EndpointCheck {
        protocol: CheckProtocol::Http,
        ip_address: None,
        port: 80,
        resource_path: "/failover/health.txt".to_owned(),
        fully_qualified_domain_name: Some("b.s3.us-east-1.amazonaws.com".to_owned()),
        search_string: None,
        request_interval: 10,
        failure_threshold,
        measure_latency: false,
        enable_sni: false,
        regions: Vec::new(),
    };
    let kind = CheckKind::Endpoint(endpoint);
    HealthCheck {
        id: id.to_owned(),
        caller_reference: id.to_owned(),
        version: 1,
        config: HealthCheckConfig { kind, inverted: false, disabled: false },
        tags: std::collections::BTreeMap::new(),
    }
}

pub(crate) fn endpoint_of(check: HealthCheck) -> EndpointCheck {
    match check.config.kind {
        CheckKind::Endpoint(endpoint) => endpoint,
        other => panic!("no endpoint check: {other:?}"),
    }
}

pub(crate) fn success() -> LookResult {
    LookResult { success: true, status: "Success: HTTP Status Code 200, OK".to_owned() }
}

pub(crate) fn failure() -> LookResult {
    LookResult { success: false, status: "Failure: HTTP Status Code 503".to_owned() }
}

/// No host has an address.
pub(crate) struct Nowhere;

#[async_trait]
impl Hosts for Nowhere {
    async fn ipv4(&self, _: &str) -> Option<Ipv4Addr> {
        None
    }
}

/// Health checks that a test sets.
pub(crate) struct FakeSource {
    checks: Mutex<Vec<HealthCheck>>,
    changes: watch::Sender<u64>,
}

impl FakeSource {
    pub(crate) fn new(checks: Vec<HealthCheck>) -> Self {
        Self { checks: Mutex::new(checks), changes: watch::Sender::new(0) }
    }

    pub(crate) fn set(&self, checks: Vec<HealthCheck>) {
        *self.checks.lock().expect("not poisoned") = checks;
        self.changes.send_modify(|count| *count += 1);
    }
}

impl CheckSource for FakeSource {
    fn health_checks(&self) -> Vec<HealthCheck> {
        self.checks.lock().expect("not poisoned").clone()
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}
