//! One thing that was seen: what is folded.

use std::time::Duration;

use super::Answer;
use crate::{
    model::Side,
    probe::{SideData, client::ClientLook},
};

/// Something that was seen of one failover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Which failover, by its place in the list of those that are watched.
    pub failover: usize,
    /// When it was known, by the clock of the world that is watched.
    pub at: Duration,
    /// What was seen.
    pub seen: Seen,
}

/// What was seen, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A vantage point answered, or did not.
    Answer {
        /// Which, by its place in the failover's list.
        point: usize,
        /// When the question left.
        asked: Duration,
        /// What was answered, or why nothing was.
        answer: Answer,
        /// Whether the reply says itself that it has outlived its TTL (RFC 8914, 4.4).
        says_stale: bool,
    },
    /// A side's endpoint was asked directly.
    Endpoint {
        /// Which side.
        side: Side,
        /// What it gave.
        served: SideData,
    },
    /// A client made a request by the name.
    Client {
        /// Which, by its place in the failover's list.
        client: usize,
        /// What it saw.
        look: ClientLook,
    },
    /// Records and health checks were read.
    Expected {
        /// When reading began.
        asked: Duration,
        /// The side that ought to be answered, where that can be said; or why they could not be read.
        expected: Result<Option<Side>, String>,
    },
}
