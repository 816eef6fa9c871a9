//! One thing that is broken on purpose.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Life;
use crate::model::Fqdn;

/// The name of one run of a command: when it began, and something that nobody else has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(String);

impl RunId {
    /// Of a run that begins now. `random` is what nobody else has.
    pub fn new(now: Timestamp, random: u32) -> Self {
        Self(format!("{}-{random:08x}", now.strftime("%Y%m%dT%H%M%SZ")))
    }

    /// As it was written down.
    pub(super) fn written(text: String) -> Self {
        Self(text)
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A step that is going to be taken.
#[derive(Clone, Debug, PartialEq)]
pub struct NewStep {
    /// In which run.
    pub run: RunId,
    /// To which failover.
    pub failover: Fqdn,
    /// In words, as a phrase: "the primary's health check is inverted".
    pub what: String,
    /// All that is needed to undo it, in the words of whoever takes it.
    pub undo: serde_json::Value,
    /// When, by the clock of the world.
    pub at: Timestamp,
}

/// A step that was written down and not yet undone.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its number in this journal.
    pub id: i64,
    /// What it is.
    pub step: NewStep,
    /// On which machine it was written.
    pub host: String,
    /// By which process.
    pub process: u32,
    /// Whether that process still lives: of what is broken by a running drill, the drill takes care.
    pub life: Life,
}
