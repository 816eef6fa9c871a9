//! How much may one account have?
//!
//! The quotas of a new account (Route 53 Developer Guide, `DNSLimitations`). AWS raises some on request,
//! and so can whoever starts a lab that is to hold more.

/// Reusable delegation sets of an account; the lab has none of them.
pub(super) const REUSABLE_DELEGATION_SETS: usize = 100;
/// Traffic policies of an account; the lab has none of them.
pub(super) const TRAFFIC_POLICIES: usize = 50;
/// Records that traffic policies make in an account; the lab has none of them.
pub(super) const TRAFFIC_POLICY_INSTANCES: usize = 5;

/// What AWS raises on request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotas {
    /// Hosted zones of the account.
    pub hosted_zones: usize,
    /// Health checks of the account, deleted ones not counted.
    pub health_checks: usize,
    /// Record sets of one zone, SOA and NS included.
    pub records: usize,
    /// VPCs of one private zone.
    pub vpcs: usize,
}

impl Quotas {
    /// Of an account for which AWS has raised everything beyond what a machine holds.
    pub const RAISED: Self = Self {
        hosted_zones: 1_000_000_000,
        health_checks: 1_000_000_000,
        records: 1_000_000_000,
        vpcs: 1_000_000_000,
    };
}

impl Default for Quotas {
    /// As every account begins: 500 zones, 200 health checks, 10,000 records a zone, 300 VPCs a zone.
    fn default() -> Self {
        Self { hosted_zones: 500, health_checks: 200, records: 10_000, vpcs: 300 }
    }
}
