//! What is news.

use std::time::Duration;

use serde::Serialize;

use crate::{
    model::Fqdn,
    probe::{Observed, Vantage},
};

/// Something that was not so before.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    /// When, in seconds of the world that is watched since the watch began.
    #[serde(serialize_with = "seconds")]
    pub at: Duration,
    /// Of which failover.
    pub name: Fqdn,
    /// What.
    #[serde(flatten)]
    pub news: News,
}

/// What was not so before.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum News {
    /// A vantage point answers something else than before.
    Answer {
        /// Which.
        vantage: Vantage,
        /// What it answers, in words: a side, or what else was said.
        answers: String,
    },
    /// All name servers together answer something else than before.
    Active {
        /// What.
        observed: Observed,
    },
}

fn seconds<S: serde::Serializer>(at: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(at.as_secs_f64())
}
