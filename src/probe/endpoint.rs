//! What a client fetches from a side, and where.

use crate::{
    model::{Fqdn, Side},
    spec::{Failover, ObjectKey, Protocol},
};

/// An object behind an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The endpoint's own name.
    pub host: Fqdn,
    /// The TCP port.
    pub port: u16,
    /// Whether to speak TLS.
    pub tls: bool,
    /// The object's path, percent-encoded, with its leading slash. Without it the bucket alone is
    /// asked for.
    pub path: Option<String>,
}

impl Endpoint {
    /// What a pointer client fetches from a side: the object that the checkers look at, or the bucket
    /// itself where they only connect, look at another bucket, or leave the judgement to an alarm.
    pub fn of(failover: &Failover, side: Side) -> Self {
        let check = &failover.health_check;
        Self {
            host: failover.side(side).probe_host(),
            port: check.port,
            // A bare TCP check says nothing about what is spoken; S3 speaks TLS on its own port only.
            tls: check.protocol == Protocol::Https
                || (check.protocol == Protocol::Tcp && check.port == Protocol::Https.default_port()),
            path: failover.public_object(side).map(ObjectKey::path),
        }
    }

    /// What stands in a request's `Host` header (RFC 9110, 7.2: the port is left out when it is the default).
    pub(super) fn host_header(&self) -> String {
        let protocol = if self.tls { Protocol::Https } else { Protocol::Http };
        if self.port == protocol.default_port() {
            self.host.to_string()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}
