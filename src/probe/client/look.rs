//! What a client saw when it looked once: plain data.

use std::{fmt, net::SocketAddr, time::Duration};

use serde::Serialize;

use super::super::Phases;
use crate::model::{Region, Side, Ttl};

/// In which way a client goes to its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientKind {
    /// It calls the failover's own name, as a browser would.
    Https,
    /// It looks the name up each time, and calls the endpoint that the name names.
    Pointer,
    /// It looks the name up once, and uses its connection for as long as that holds.
    KeepAlive,
    /// It looks the name up once, and connects to that address for ever.
    Pinned,
}

impl ClientKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Https, Self::Pointer, Self::KeepAlive, Self::Pinned];

    /// The word for it in documents and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Pointer => "pointer",
            Self::KeepAlive => "keep_alive",
            Self::Pinned => "pinned",
        }
    }
}

impl fmt::Display for ClientKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a client saw when it looked once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientLook {
    /// Which client.
    pub kind: ClientKind,
    /// The side that gave the bytes, or why there were none.
    pub side: Result<Side, String>,
    /// The side to which it went, whether bytes came from there or not; nothing when it went to neither.
    pub led_to: Option<Side>,
    /// Who was asked; nothing where a library has asked, or nobody was.
    pub address: Option<SocketAddr>,
    /// How long each phase took. Of a request that a library has signed and sent, only the total is known.
    pub phases: Phases,
    /// The region that S3 names for the bucket.
    pub region: Option<Region>,
    /// How long the answer may be kept by which it went, when it has looked the name up this time.
    pub ttl: Option<Ttl>,
    /// Its connection, where it keeps one.
    pub link: Option<Link>,
}

/// The connection of a client that keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// When it was opened, by the clock's time.
    pub opened: Duration,
    /// How many requests it has carried, this one included.
    pub requests: u64,
    /// When the one before it was found closed by the other side, or broke: the reason for a new one.
    pub last_ended: Option<Duration>,
}

impl ClientLook {
    /// Of a client that has not looked yet.
    pub fn new(kind: ClientKind) -> Self {
        Self {
            kind,
            side: Err("it has not looked yet".to_owned()),
            led_to: None,
            address: None,
            phases: Phases::default(),
            region: None,
            ttl: None,
            link: None,
        }
    }
}
