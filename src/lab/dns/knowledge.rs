//! What does an answer stand on? The records of a zone, and what a name server has heard.

use std::{collections::BTreeMap, net::Ipv4Addr, sync::Arc};

use crate::{
    lab::route53::types::{RecordSet, Zone},
    model::{Fqdn, RecordType},
};

/// A zone's record sets by name and type; several sets of one key differ by set identifier.
pub(crate) type Records = BTreeMap<(Fqdn, RecordType), Vec<RecordSet>>;

/// The longest chain of CNAMEs that is followed, and the deepest tree of aliases that is walked
/// (modelled; Route 53's own limits are unverified).
pub(super) const LONGEST_CHAIN: usize = 16;

/// What a name server knows besides the records.
pub(crate) trait Knowledge {
    /// Whether a health check is healthy, as far as the news has reached this server.
    fn healthy(&self, check_id: &str) -> bool;
    /// The address and TTL in seconds of an alias target outside the zone (an AWS resource).
    fn resource(&self, target: &Fqdn) -> Option<(Ipv4Addr, u32)>;
    /// Whether the server says on purpose what is not so (a fault).
    fn lies(&self) -> bool {
        false
    }
}

/// What name servers stand on.
pub(crate) trait ZoneSource: Send + Sync + 'static {
    /// The zone that encloses a name most closely, as server `server` has it now.
    fn zone(&self, server: usize, name: &Fqdn) -> Option<Arc<Zone>>;
    /// Every zone, as server `server` has it now.
    fn zones(&self, server: usize) -> Vec<Arc<Zone>>;
    /// Whether a health check is healthy as far as server `server` knows.
    fn healthy(&self, server: usize, check_id: &str) -> bool;
    /// The address and TTL of an alias target outside the zone.
    fn resource(&self, target: &Fqdn) -> Option<(Ipv4Addr, u32)>;
}
