//! What is news.

use std::time::Duration;

use serde::{Serialize, Serializer};

use super::Phase;
use crate::{
    model::{Fqdn, Side},
    probe::{Observed, Overdue, Role, Vantage, client::ClientKind},
};

/// Something that was not so before.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    /// When, by the clock of the world that is watched; [`super::State::since_start`] and
    /// [`super::State::date`] say it for people.
    #[serde(skip)]
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
        /// What it is to the name.
        role: Role,
        /// What it answers, in words: a side, or what else was said, or `no answer`.
        answers: String,
        /// What it answered before, and for how long; nothing the first time.
        #[serde(skip_serializing_if = "Option::is_none")]
        before: Option<String>,
        /// For how long it has answered that, in seconds.
        #[serde(skip_serializing_if = "Option::is_none", serialize_with = "maybe_seconds")]
        after: Option<Duration>,
        /// The answer's TTL, in seconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        ttl: Option<u32>,
        /// Why it did not answer.
        #[serde(skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// A resolver goes on with an answer for longer than its TTL allows.
    Stale {
        /// Which.
        vantage: Vantage,
        /// What it answers.
        answers: String,
        /// By what it is known.
        reason: Overdue,
        /// For how long it has outlived its TTL, in seconds.
        #[serde(serialize_with = "seconds")]
        by: Duration,
        /// For how long it has been seen to, in seconds.
        #[serde(serialize_with = "seconds")]
        seen_for: Duration,
    },
    /// It does so no longer.
    Fresh {
        /// Which.
        vantage: Vantage,
        /// What it answers.
        answers: String,
        /// For how long it was seen with the answer that it should have forgotten, in seconds.
        #[serde(serialize_with = "seconds")]
        after: Duration,
    },
    /// A resolver tells longer TTLs than the name servers do.
    Ttl {
        /// Which.
        vantage: Vantage,
        /// `above`: perhaps from a time at which the zone's own was longer; `stretched`: for sure by itself.
        habit: &'static str,
        /// By how much, in seconds.
        #[serde(serialize_with = "seconds")]
        by: Duration,
    },
    /// All name servers together answer something else than before.
    Active {
        /// What.
        observed: Observed,
    },
    /// A change of the answer has passed a phase.
    Phase {
        /// Which.
        phase: Phase,
        /// The side to which the answer turns.
        towards: Side,
        /// Since the change began, in seconds.
        #[serde(serialize_with = "seconds")]
        after: Duration,
    },
    /// A side's endpoint serves its object again, or no longer; or was asked for the first time.
    Endpoint {
        /// Which side.
        side: Side,
        /// Whether it serves.
        up: bool,
        /// Why not.
        #[serde(skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// A client gets its bytes from elsewhere than before, or no longer, or again.
    Client {
        /// What kind of client.
        client: ClientKind,
        /// The side that gave them.
        served_by: Option<Side>,
        /// Why there were none.
        #[serde(skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// Another side than before ought to be answered, by the records and what the checkers see.
    Expected {
        /// Which; nothing when that cannot be said.
        expected: Option<Side>,
    },
    /// Records and health checks cannot be read any more; what ought to be answered is as old as the last
    /// reading.
    Unread {
        /// Why.
        why: String,
    },
    /// They can be read again.
    ReadAgain,
}

fn seconds<S: Serializer>(at: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(round(*at))
}

#[expect(clippy::ref_option, reason = "serde calls it so")]
fn maybe_seconds<S: Serializer>(at: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(round).serialize(serializer)
}

/// Seconds to the millisecond: beyond that, there is only noise.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of weeks are far below 2^53")]
fn round(at: Duration) -> f64 {
    at.as_millis() as f64 / 1_000.0
}
