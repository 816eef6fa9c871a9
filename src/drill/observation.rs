//! One thing that was seen at one moment: plain data, for whoever folds it.

use std::time::Duration;

use crate::{
    model::{CheckerReport, Side},
    probe::{PointerAnswer, client::ClientKind},
};

/// Something that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// When it was known, by the clock of the world that was looked at.
    pub at: Duration,
    /// What was seen, and from where.
    pub seen: Seen,
}

/// What is asked of a side directly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Looked {
    /// What clients come for.
    Data,
    /// The object that checkers look at, where it lies in a bucket of its own.
    HealthObject,
}

/// What was seen, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Our own request to a side.
    Endpoint {
        /// Which side.
        side: Side,
        /// What was asked for.
        looked: Looked,
        /// Whether it was served, and if not, why.
        served: Result<(), String>,
    },
    /// What the checkers that are watched saw last.
    Checkers(Vec<CheckerReport>),
    /// The answer of a name server or a resolver.
    Answer {
        /// Which, by its place in the list of vantage points.
        point: usize,
        /// Its answer, or why there was none.
        answer: Result<PointerAnswer, String>,
    },
    /// A request by the name.
    Client {
        /// What kind of client made it.
        kind: ClientKind,
        /// The side that gave the bytes, or why there were none.
        served_by: Result<Side, String>,
        /// The side to which it went, whether bytes came from there or not.
        led_to: Option<Side>,
        /// How long the request took.
        took: Duration,
    },
}
