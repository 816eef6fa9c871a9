//! What is remembered of a run that ended.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::RunId;
use crate::model::Fqdn;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the commands")]
pub enum Deed {
    Plan,
    Apply,
    Destroy,
    Drill,
    Failover,
    Failback,
    Recover,
}

/// A run that ended, however it did.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Which run.
    pub run: RunId,
    /// What it did.
    pub deed: Deed,
    /// To which failover; nothing where it was to a whole spec.
    pub failover: Option<Fqdn>,
    /// When it began, by the clock of the world that it was done to.
    pub at: Timestamp,
    /// How long it took, in that clock's time.
    pub took: Duration,
    /// By which clock: `system`, or `lab, speed N`.
    pub clock: String,
    /// The digest of the spec's text.
    pub spec: Option<String>,
    /// The digest of the plan.
    pub plan: Option<String>,
    /// The version of this tool.
    pub version: String,
    /// Whether the answer was yes.
    pub ok: bool,
    /// In one line, for lists.
    pub summary: String,
    /// What was printed, or would have been, as JSON.
    pub document: Option<serde_json::Value>,
}
