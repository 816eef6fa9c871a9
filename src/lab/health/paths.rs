//! Which endpoints can a checker reach?
//!
//! All of them, until something lies between: when the internet is partitioned, checkers of some regions
//! see an endpoint and those of others do not (Route 53 Developer Guide, `dns-failover-problems`). Who
//! knows of such a fault says so by [`Paths`]; a checker whose packets do not arrive sees what it would
//! see anyway, a connection that times out.

use std::net::IpAddr;

/// What lies between checkers and endpoints.
pub(crate) trait Paths: Send + Sync + 'static {
    /// Whether packets from checkers in a region arrive at an address at present. Asked whenever a
    /// connection is about to be made.
    fn lead(&self, checker_region: &str, address: IpAddr) -> bool;
}

/// Nothing lies between.
pub(crate) struct Clear;

impl Paths for Clear {
    fn lead(&self, _: &str, _: IpAddr) -> bool {
        true
    }
}
