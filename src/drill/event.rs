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
    /// One recursive resolver does.
    Refreshed,
    /// Every recursive resolver does.
    Cached,
    /// A request through the name brought bytes from there: of the client that looks the name up each time.
    Client,
    /// A client of another kind had its first bytes from there.
    Followed,
    /// The side that is meant to serve does not: nobody is left.
    Lost,
}

impl fmt::Display for Milestone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Milestone::Injected => "injected",
            Milestone::Effective => "effective",
            Milestone::Detected => "detected",
            Milestone::Switched => "switched",
            Milestone::Published => "published",
            Milestone::Refreshed => "refreshed",
            Milestone::Cached => "cached",
            Milestone::Client => "client",
            Milestone::Followed => "followed",
            Milestone::Lost => "lost",
        })
    }
}

/// Which way the answer turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Failover: away from the side that was broken.
    There,
    /// Failback: to the side that was mended.
    Back,
}

impl Way {
    /// Its place in a list of both, failover first.
    pub fn index(self) -> usize {
        usize::from(self == Way::Back)
    }

    /// The first half of an event's name in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Way::There => "failover",
            Way::Back => "failback",
        }
    }
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

impl DrillEvent {
    /// What documents call it: `failover.detected`, `failback.client`, …
    pub fn name(&self) -> String {
        format!("{}.{}", self.way.as_str(), self.milestone)
    }
}
