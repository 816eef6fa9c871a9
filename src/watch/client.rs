//! A client, which goes by the name: does it get its bytes, and from where?

use std::time::Duration;

use crate::{
    model::{Side, Ttl},
    probe::client::{ClientKind, ClientLook, Link},
};

/// What is known of one client. Moments are by the clock of the world that is watched.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientState {
    /// What kind it is.
    pub kind: ClientKind,
    /// The side that gave the bytes last, or why there were none; nothing before the first request.
    pub served_by: Option<Result<Side, String>>,
    /// The side to which it went last, whether bytes came from there or not.
    pub led_to: Option<Side>,
    /// Since when it has been served so, or not.
    pub since: Duration,
    /// When it asked last.
    pub seen: Duration,
    /// How many requests it made.
    pub requests: u64,
    /// How many of them brought no bytes.
    pub failed: u64,
    /// The TTL of the answer by which it goes.
    pub ttl: Option<Ttl>,
    /// Its connection, where it keeps one.
    pub link: Option<Link>,
}

impl ClientState {
    /// A client that has not asked yet.
    pub fn new(kind: ClientKind) -> Self {
        Self {
            kind,
            served_by: None,
            led_to: None,
            since: Duration::ZERO,
            seen: Duration::ZERO,
            requests: 0,
            failed: 0,
            ttl: None,
            link: None,
        }
    }

    /// Takes in a request; says whether it went otherwise than the one before.
    pub(super) fn see(&mut self, at: Duration, look: ClientLook) -> bool {
        let ClientLook { side: served_by, led_to, ttl, link, .. } = look;
        // Why none came may change from request to request, and is no news.
        let is_new =
            self.served_by.as_ref().map(|before| before.as_ref().ok()) != Some(served_by.as_ref().ok());
        if is_new {
            self.since = at;
        }
        self.requests += 1;
        self.failed += u64::from(served_by.is_err());
        // One that goes by what it has kept has looked up nothing this time.
        self.ttl = ttl.or(self.ttl);
        (self.seen, self.led_to, self.link) = (at, led_to, link);
        self.served_by = Some(served_by);
        is_new
    }
}
