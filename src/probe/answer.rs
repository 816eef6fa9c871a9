//! Which side an answer is.

use std::{collections::BTreeSet, fmt, net::IpAddr};

use hickory_proto::{op::ResponseCode, rr::RData};

use super::{Reply, chain::Chain, names::to_fqdn};
use crate::{
    model::{Fqdn, Side, Ttl},
    spec::{Failover, Target},
};

/// What a server answered for a failover's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// One side.
    Side(Side),
    /// The name, or the type at this name, does not exist, or the server will not say.
    Nothing(String),
    /// Something that belongs to neither side.
    Other(String),
}

impl Answered {
    /// The side, if it is one.
    pub fn side(&self) -> Option<Side> {
        match self {
            Answered::Side(side) => Some(*side),
            Answered::Nothing(_) | Answered::Other(_) => None,
        }
    }
}

/// In words: a side, or what else was said.
impl fmt::Display for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answered::Side(side) => side.fmt(f),
            Answered::Nothing(said) | Answered::Other(said) => f.write_str(said),
        }
    }
}

/// A side and how long the answer may be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointerAnswer {
    /// Which side.
    pub answered: Answered,
    /// The TTL of the answer, when there is one.
    pub ttl: Option<Ttl>,
}

/// The addresses to which the sides' alias targets resolve, primary first; empty for pointers, whose
/// answers carry the target's name.
pub type SideAddresses = [BTreeSet<IpAddr>; 2];

/// Reads a reply to a question for `failover.name` and its record type.
///
/// A pointer answers a CNAME that names the endpoint of one side. Any other target answers addresses,
/// which are compared with those of each side's target at the same moment.
pub fn read_answer(failover: &Failover, reply: &Reply, addresses: &SideAddresses) -> PointerAnswer {
    if reply.answers.is_empty() {
        let said =
            if reply.code == ResponseCode::NoError { "no record of this type" } else { reply.code.to_str() };
        return PointerAnswer { answered: Answered::Nothing(said.to_owned()), ttl: None };
    }
    let chain = Chain::of(&failover.name, &reply.answers);
    // The lifetime of an answer is that of its shortest-lived record (RFC 1034, 3.6.2 and 5.3.3).
    let ttl = chain.records.iter().map(|record| record.ttl).min();
    // One with the highest bit set means none at all (RFC 2181, section 8).
    let ttl = ttl.map(|ttl| if i32::try_from(ttl).is_ok() { ttl } else { 0 });
    let ttl = ttl.and_then(|ttl| Ttl::from_seconds(i64::from(ttl)).ok());
    PointerAnswer { answered: side_of(failover, &chain, addresses), ttl }
}

fn side_of(failover: &Failover, chain: &Chain<'_>, addresses: &SideAddresses) -> Answered {
    if let Some(circle) = &chain.circle {
        let names: Vec<String> = circle.iter().map(ToString::to_string).collect();
        return Answered::Other(format!("{}, a chain of CNAMEs that never ends", names.join(" -> ")));
    }
    if chain.records.is_empty() {
        let names: Vec<&str> = chain.strangers.iter().map(|name| name.trim_end_matches('.')).collect();
        return Answered::Other(format!("records of other names ({})", names.join(", ")));
    }
    let names: Vec<Fqdn> = chain.records.iter().filter_map(|record| cname(&record.data)).collect();
    let answered: Vec<IpAddr> = chain.records.iter().filter_map(|record| address(&record.data)).collect();
    side_among(failover, &names, &answered, addresses)
}

/// The side to which these names and addresses of an answer belong.
pub(super) fn side_among(
    failover: &Failover,
    names: &[Fqdn],
    answered: &[IpAddr],
    addresses: &SideAddresses,
) -> Answered {
    let is_answered = |side: Side| match failover.side(side).target {
        Target::Pointer => names.contains(&failover.side(side).probe_host()),
        Target::Website | Target::Alias { .. } => {
            let of_side = &addresses[side.index()];
            answered.iter().any(|ip| of_side.contains(ip))
        }
    };
    match Side::BOTH.map(is_answered) {
        [true, false] => Answered::Side(Side::Primary),
        [false, true] => Answered::Side(Side::Secondary),
        _ => {
            let names = names.iter().map(ToString::to_string);
            let all: Vec<String> = names.chain(answered.iter().map(ToString::to_string)).collect();
            Answered::Other(all.join(", "))
        }
    }
}

/// The name to which a CNAME leads, if it is one.
pub(super) fn cname(data: &RData) -> Option<Fqdn> {
    match data {
        RData::CNAME(name) => to_fqdn(&name.0),
        _ => None,
    }
}

/// The address of an A or AAAA record, if it is one.
pub(super) fn address(data: &RData) -> Option<IpAddr> {
    match data {
        RData::A(address) => Some(IpAddr::V4(address.0)),
        RData::AAAA(address) => Some(IpAddr::V6(address.0)),
        _ => None,
    }
}
