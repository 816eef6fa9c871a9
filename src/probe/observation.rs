//! One thing that was seen at one moment: plain data, for whoever folds it.

use std::{net::SocketAddr, time::Duration};

use super::PointerAnswer;
use crate::model::{CheckerReport, Side};

/// Something that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// When, by the clock of the world that was looked at.
    pub at: Duration,
    /// What was seen, and from where.
    pub seen: Seen,
}

/// What was seen, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Our own request to a side's endpoint.
    Endpoint {
        /// Which side.
        side: Side,
        /// Whether it served the object, and if not, why.
        served: Result<(), String>,
    },
    /// What the checkers of the watched side saw last.
    Checkers(Vec<CheckerReport>),
    /// A name server's answer.
    NameServer {
        /// Which one.
        server: SocketAddr,
        /// Its answer, or why there was none.
        answer: Result<PointerAnswer, String>,
    },
    /// A recursive resolver's answer.
    Resolver {
        /// Which one.
        server: SocketAddr,
        /// Its answer, or why there was none.
        answer: Result<PointerAnswer, String>,
    },
    /// A request as a pointer client makes it: look up, then fetch.
    Client {
        /// The side that gave the bytes, or why there were none.
        served_by: Result<Side, String>,
    },
}
