//! What does an answer stand on? The records of a zone, and what a name server has heard.

use std::{collections::BTreeMap, net::Ipv4Addr};

use crate::{
    lab::route53::types::RecordSet,
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
}
