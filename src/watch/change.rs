//! A change of the answer, from one side to the other, in its phases.
//!
//! ```text
//!   began, first server ──▶ published ──▶ first resolver ──▶ cached ──▶ client
//!   (a name server          (all name     (what it had kept   (all of     (bytes from
//!    answers the other)      servers do)   has expired)        them)       there)
//! ```

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use crate::model::Side;

/// A point that a change passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The first name server answers the other side: the change has begun.
    Switched,
    /// Every name server that answers does.
    Published,
    /// The first resolver does.
    FirstResolver,
    /// Every resolver that answers does.
    Cached,
    /// A client has bytes from there.
    Client,
}

impl Phase {
    /// In the order in which they are shown.
    pub const ALL: [Phase; 5] =
        [Phase::Switched, Phase::Published, Phase::FirstResolver, Phase::Cached, Phase::Client];

    /// What has happened, for people.
    pub fn words(self) -> &'static str {
        match self {
            Phase::Switched => "first name server",
            Phase::Published => "all name servers",
            Phase::FirstResolver => "first resolver",
            Phase::Cached => "all resolvers",
            Phase::Client => "client",
        }
    }
}

/// The change that is going on, or the last one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The side to which the answer turns.
    pub towards: Side,
    /// When the first name server was seen to answer it.
    pub began: Duration,
    passed: BTreeMap<Phase, Duration>,
}

impl Change {
    pub(super) fn begin(towards: Side, began: Duration) -> Self {
        Self { towards, began, passed: BTreeMap::from([(Phase::Switched, began)]) }
    }

    /// When a phase was passed.
    pub fn at(&self, phase: Phase) -> Option<Duration> {
        self.passed.get(&phase).copied()
    }

    /// How long after the beginning a phase was passed.
    pub fn after(&self, phase: Phase) -> Option<Duration> {
        Some(self.at(phase)?.saturating_sub(self.began))
    }

    /// Passes a phase; says whether for the first time.
    pub(super) fn pass(&mut self, phase: Phase, at: Duration) -> bool {
        let is_new = !self.passed.contains_key(&phase);
        self.passed.entry(phase).or_insert(at);
        is_new
    }
}
