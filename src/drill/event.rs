//! What a drill has to tell.

use std::{fmt, time::Duration};

use serde::Serialize;

/// A point that a failover, or a failback, passes on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    /// The fault was injected, or healed.
    Injected,
    /// Our own requests to the side see it.
    Effective,
    /// The verdict of the side's health check turned.
    Detected,
    /// One name server answers the other side.
    Switched,
    /// Every name server does.
    Published,
    /// The recursive resolver does.
    Cached,
    /// A request through the name brought bytes from there.
    Client,
}

impl fmt::Display for Milestone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Milestone::Injected => "injected",
            Milestone::Effective => "effective",
            Milestone::Detected => "detected",
            Milestone::Switched => "switched",
            Milestone::Published => "published",
            Milestone::Cached => "cached",
            Milestone::Client => "client",
        })
    }
}

/// Which way the answer turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// Failover: away from the side that was broken.
    There,
    /// Failback: to the side that was mended.
    Back,
}

/// A milestone that was passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrillEvent {
    /// On which way.
    pub way: Way,
    /// When, by the clock of the world that is drilled.
    pub at: Duration,
    /// Which.
    pub milestone: Milestone,
    /// Who saw it.
    pub source: String,
    /// In words.
    pub detail: String,
}
