//! What is known of the health checks behind a failover, and what Route 53 says itself.

use jiff::Timestamp;
use serde::Serialize;

use super::super::{Answered, Basis};
use crate::model::{CheckRole, HealthCheckId};

/// One health check behind a failover's records, or counted by one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckState {
    /// Its id.
    pub id: HealthCheckId,
    /// What it is for, when it is one of ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<CheckRole>,
    /// Whether it exists.
    pub exists: bool,
    /// Whether it is healthy, as far as is known.
    pub healthy: Option<bool>,
    /// On what that rests.
    #[serde(rename = "source")]
    pub basis: Option<Basis>,
    /// Since when it has been so, by what was published, when it changed lately.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Whether it is inverted although its role is not, or the other way round.
    pub inverted_by_hand: bool,
    /// The run of the drill that has inverted it, when its tag says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drill: Option<String>,
}

impl CheckState {
    /// How a sentence names it.
    pub(super) fn name(&self) -> String {
        match self.role {
            Some(role) => format!("{} ({role})", self.id),
            None => self.id.to_string(),
        }
    }
}

/// The health checks of a failover.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckEvidence {
    /// Those of its records, and all that these count.
    pub checks: Vec<CheckState>,
    /// How many the checkers were not asked about, since the calls for that were used up.
    pub over_budget: usize,
    /// How long calls were waited for, in seconds.
    pub patience: u64,
}

/// What Route 53 says that it would answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Route53Says {
    /// It was not asked: everything agreed, and there are many failovers.
    #[default]
    NotAsked,
    /// It cannot be asked about a private zone.
    Private,
    /// It would not say.
    Failed(String),
    /// This, by the name server of this name.
    Answers(Answered, String),
}
