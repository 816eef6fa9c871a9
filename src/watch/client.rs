//! A client, which goes by the name: does it get its bytes, and from where?

use std::time::Duration;

use crate::model::Side;

/// What is known of one kind of client. Moments are by the clock of the world that is watched.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientState {
    /// What kind it is: `pointer`, …
    pub kind: &'static str,
    /// The side that gave the bytes last, or why there were none; nothing before the first request.
    pub served_by: Option<Result<Side, String>>,
    /// Since when that has been so.
    pub since: Duration,
    /// When it asked last.
    pub seen: Duration,
    /// How many requests it made.
    pub requests: u64,
    /// How many of them brought no bytes.
    pub failed: u64,
}

impl ClientState {
    /// A client that has not asked yet.
    pub fn new(kind: &'static str) -> Self {
        let (since, seen) = (Duration::ZERO, Duration::ZERO);
        Self { kind, served_by: None, since, seen, requests: 0, failed: 0 }
    }

    /// Takes in a request; says whether it went otherwise than the one before.
    pub(super) fn see(&mut self, at: Duration, served_by: Result<Side, String>) -> bool {
        // Why none came may change from request to request, and is no news.
        let is_new =
            self.served_by.as_ref().map(|before| before.as_ref().ok()) != Some(served_by.as_ref().ok());
        if is_new {
            self.since = at;
        }
        self.requests += 1;
        self.failed += u64::from(served_by.is_err());
        (self.seen, self.served_by) = (at, Some(served_by));
        is_new
    }
}
