//! The ways in which a single name server can be wrong, each by its name.

use crate::lab::fault::faults;

faults! {
    /// How one of the four name servers is broken at present.
    NameServerFault of "a name server", else UnknownNameServerFault {
        /// It goes on with the records and the verdicts that it had when the fault began.
        Stale = "stale",
        /// It answers nothing: packets are dropped, connections accepted and left alone.
        Silent = "silent",
        /// It refuses the zone, as a server does that was never told of it.
        Lame = "lame",
        /// It answers the other side of a failover pair, and false addresses and targets elsewhere.
        Lying = "lying",
    }
}

/// There are four name servers, 0 to 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the lab has no name server {0}")]
pub struct UnknownNameServer(pub(super) usize);
