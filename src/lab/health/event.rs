//! What happened among the checkers, for people and tests to read.

use std::fmt;

use serde::Serialize;

/// One thing that happened to a health check.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HealthEvent {
    /// When, in seconds of the lab since its start.
    pub at_seconds: f64,
    /// The health check's id.
    pub check: String,
    /// What.
    #[serde(flatten)]
    pub kind: HealthEventKind,
}

/// A verdict of a health check, and how the news of it spread. Moments are in seconds of the lab since its
/// start.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Turn {
    /// When it was reached.
    pub at_seconds: f64,
    /// What it is.
    pub healthy: bool,
    /// From when on each name server answers by it, unless a fault keeps it from it. The first verdict of a
    /// check is known from the beginning.
    pub known_at_seconds: Vec<f64>,
}

/// What can happen to a health check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum HealthEventKind {
    /// A checker looked.
    Result {
        /// The checker's region.
        region: String,
        /// The checker's address.
        address: String,
        /// "Success: …" or "Failure: …".
        status: String,
        /// How much later than it was due the look began, in microseconds of the lab: what the machine
        /// adds to a health check by being busy.
        late_microseconds: u64,
    },
    /// A checker changed its mind, after as many results in a row as the failure threshold.
    Checker {
        /// The checker's region.
        region: String,
        /// The checker's address.
        address: String,
        /// What it thinks now.
        healthy: bool,
    },
    /// The check as a whole turned; the first verdict is the one it was created with.
    Verdict {
        /// What it is now, inversion included.
        healthy: bool,
    },
}

impl fmt::Display for HealthEventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |healthy: &bool| if *healthy { "healthy" } else { "unhealthy" };
        match self {
            Self::Result { region, address, status, .. } => write!(f, "{region} {address}: {status}"),
            Self::Checker { region, address, healthy } => {
                write!(f, "{region} {address} turns to {}", word(healthy))
            }
            Self::Verdict { healthy } => write!(f, "verdict: {}", word(healthy)),
        }
    }
}
