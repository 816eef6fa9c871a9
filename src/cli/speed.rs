//! Whose seconds does a command count?
//!
//! Our own; but before a lab that runs faster than our world, and is told to by `S3_FAILOVER_LAB_SPEED`,
//! the lab's: then every wait, limit and budget is as much shorter as what is waited for. In front of AWS
//! that would be impolite, and limits would be too short; so it is heard only where Route 53 is asked at
//! a loopback address.

use std::net::IpAddr;

use crate::clock::Clock;

/// The variables that say where Route 53 is, the stronger one first (AWS SDKs and Tools Reference Guide,
/// `feature-ss-endpoints`).
const ENDPOINTS: [&str; 2] = ["AWS_ENDPOINT_URL_ROUTE_53", "AWS_ENDPOINT_URL"];

/// Where the name servers of a tree of zones on loopback listen, which need not be port 53.
const DNS_PORT: &str = "S3_FAILOVER_LAB_DNS_PORT";

/// The port of the name servers that a delegation names, where it is not 53. Heard before a lab only.
pub(super) fn dns_port() -> Option<u16> {
    asks_loopback().then(|| std::env::var(DNS_PORT).ok()?.parse().ok())?
}

/// Whether Route 53 is asked on this machine, where only a lab can be.
pub(super) fn asks_loopback() -> bool {
    let endpoint = ENDPOINTS.iter().find_map(|name| std::env::var(name).ok());
    endpoint.is_some_and(|url| is_loopback(&url))
}

/// The clock of a command.
pub(super) fn clock(lab_speed: Option<f64>) -> Clock {
    let scaled = lab_speed.filter(|_| asks_loopback());
    scaled.and_then(|speed| Clock::scaled(speed).ok()).unwrap_or_else(Clock::system)
}

pub(super) fn is_loopback(url: &str) -> bool {
    let host = url.parse::<hyper::Uri>().ok().and_then(|uri| uri.host().map(str::to_owned));
    let address = host.and_then(|host| host.trim_matches(['[', ']']).parse::<IpAddr>().ok());
    address.is_some_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_labs_are_asked_at_loopback() {
        for url in ["http://127.0.0.1:4566", "http://127.0.2.1:80/", "http://[::1]:4566"] {
            assert!(is_loopback(url), "{url}");
        }
        for url in
            ["https://route53.amazonaws.com", "http://10.0.0.1", "127.0.0.1.example.com", "", "http://"]
        {
            assert!(!is_loopback(url), "{url}");
        }
    }
}
