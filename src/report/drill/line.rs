//! What a drill writes for programs as things happen: one JSON object a line, the first of each run with the schema.
//!
//! Dates are of the world that is drilled. A verdict is known only after the name servers have it, so the lines come
//! in the order in which things were known, and their dates need not.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::DrillDocument;
use crate::{drill::DrillEvent, model::Fqdn, timeline::seconds};

/// One line of the file of events.
#[derive(Debug, Serialize)]
pub struct DrillLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<&'static str>,
    /// Seconds since the run began.
    at: f64,
    time: Timestamp,
    name: &'a str,
    #[serde(flatten)]
    what: What<'a>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum What<'a> {
    Began { event: &'static str, fault: &'a str },
    Event { event: String, source: &'a str, detail: &'a str },
    Ended { event: &'static str, outcome: &'a str, ok: bool },
}

/// When a run began, and the dates of its world.
#[derive(Clone, Copy, Debug)]
pub struct Dates {
    /// When it began, by the world's clock.
    pub began: Duration,
    /// The date at that clock's zero.
    pub epoch: Timestamp,
}

impl Dates {
    fn of(&self, at: Duration) -> (f64, Timestamp) {
        let since = SignedDuration::try_from(at).unwrap_or(SignedDuration::MAX);
        let time = self.epoch.checked_add(since).unwrap_or(Timestamp::MAX);
        (seconds(at.saturating_sub(self.began)), time)
    }
}

impl<'a> DrillLine<'a> {
    /// The first line.
    pub fn began(dates: Dates, name: &'a Fqdn, fault: &'a str) -> Self {
        let (at, time) = dates.of(dates.began);
        let what = What::Began { event: "began", fault };
        Self { schema: Some("s3-failover/drill-events/v1"), at, time, name: name.as_str(), what }
    }

    /// Something happened.
    pub fn event(dates: Dates, name: &'a Fqdn, event: &'a DrillEvent) -> Self {
        let (at, time) = dates.of(event.at);
        let what = What::Event { event: event.name(), source: &event.source, detail: &event.detail };
        Self { schema: None, at, time, name: name.as_str(), what }
    }

    /// The last line.
    pub fn ended(dates: Dates, at: Duration, document: &'a DrillDocument) -> Self {
        let (at, time) = dates.of(at);
        let what = What::Ended { event: "ended", outcome: &document.outcome, ok: document.ok };
        Self { schema: None, at, time, name: &document.name, what }
    }
}
