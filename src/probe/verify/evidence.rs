//! All that was seen of one failover, before anybody judges it.

use super::{
    super::{Expectation, Fetched, client::ClientLook},
    behind::Behind,
    dns::DnsEvidence,
    health::{CheckEvidence, Route53Says},
    server_answer::ServerAnswer,
};
use crate::{
    model::Side,
    spec::{Failover, Target},
};

/// What a side's endpoint gave, or why it gave nothing.
pub type SideData = Result<Fetched, String>;

/// All that was seen of one failover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Which side ought to be answered; nothing when the two records are not there.
    pub expectation: Option<Expectation>,
    /// The health checks behind the records that are switched off, by what they are for.
    pub disabled: Vec<String>,
    /// Why what the checkers see could not be read, where it could not.
    pub unread: Option<String>,
    /// What DNS itself showed beyond that.
    pub dns: DnsEvidence,
    /// What is known of the health checks.
    pub checks: CheckEvidence,
    /// What Route 53 says that it would answer.
    pub route53: Route53Says,
    /// What each name server answered.
    pub servers: Vec<ServerAnswer>,
    /// What the primary and the secondary endpoint gave.
    pub data: [SideData; 2],
    /// What each client saw, in the order of its looks; nothing where no client was sent.
    pub clients: Vec<ClientLook>,
    /// What lies behind the name beside its bytes.
    pub behind: Behind,
}

impl Evidence {
    /// Nothing but what has always to be looked at.
    pub fn new(expectation: Option<Expectation>, servers: Vec<ServerAnswer>, data: [SideData; 2]) -> Self {
        let (disabled, clients, dns) = (Vec::new(), Vec::new(), DnsEvidence::default());
        let (checks, route53, behind) = (CheckEvidence::default(), Route53Says::default(), Behind::default());
        Self { expectation, disabled, unread: None, dns, checks, route53, servers, data, behind, clients }
    }
}

/// Whether S3 says that there is no bucket of this name: it names the region of every bucket that
/// exists, also when it refuses the caller (S3 API reference, `HeadBucket`).
pub(super) fn has_no_bucket(failover: &Failover, side: Side, data: &SideData) -> bool {
    let pointer = failover.side(side).target == Target::Pointer;
    data.as_ref().is_ok_and(|fetched| pointer && fetched.status == 404 && fetched.region.is_none())
}
