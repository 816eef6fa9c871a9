//! From where is a name looked up? Each server, asked in one way, is a vantage point.

use std::{fmt, net::SocketAddr};

use serde::{Serialize, Serializer};

/// What a server is to the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// It holds the zone.
    Authoritative,
    /// It asks others, and keeps what they said for a while.
    Recursive,
}

/// In which way a server is asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// UDP, and TCP where the answer was truncated (RFC 7766, section 5).
    Udp,
    /// TCP alone.
    Tcp,
}

/// A server, and how it is asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Vantage {
    /// Its address.
    pub server: SocketAddr,
    /// How it is asked.
    pub transport: Transport,
    /// What it is to the name.
    pub role: Role,
}

impl Vantage {
    /// A name server of the zone, asked over UDP.
    pub fn authoritative(server: SocketAddr) -> Self {
        Self { server, transport: Transport::Udp, role: Role::Authoritative }
    }

    /// A resolver, asked over UDP.
    pub fn recursive(server: SocketAddr) -> Self {
        Self { server, transport: Transport::Udp, role: Role::Recursive }
    }
}

/// As `--resolver` takes it.
impl fmt::Display for Vantage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.transport {
            Transport::Udp => write!(f, "{}", self.server),
            Transport::Tcp => write!(f, "tcp://{}", self.server),
        }
    }
}

impl Serialize for Vantage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
