//! From where is a name looked up? Each server, asked in one way, is a vantage point.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};

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
    /// TLS (RFC 7858), with a certificate that the system's roots vouch for.
    Tls {
        /// What the certificate must hold; without it, the server's address.
        name: Option<String>,
    },
    /// HTTPS (RFC 8484).
    Https {
        /// The host of the URL, which the certificate must hold: a name or an address.
        host: String,
        /// The path of the URL, with its leading slash.
        path: String,
    },
}

impl Transport {
    /// DNS over UDP and TCP (RFC 1035, 4.2).
    pub const DNS_PORT: u16 = 53;
    /// "By default, a DNS server that supports DNS over TLS MUST listen for and accept TCP connections on
    /// port 853" (RFC 7858, 3.1).
    pub const TLS_PORT: u16 = 853;
    /// The port of `https` (RFC 9110, 4.2.2).
    pub const HTTPS_PORT: u16 = 443;

    /// The port at which a server speaks this, if nothing else is said.
    pub fn default_port(&self) -> u16 {
        match self {
            Self::Udp | Self::Tcp => Self::DNS_PORT,
            Self::Tls { .. } => Self::TLS_PORT,
            Self::Https { .. } => Self::HTTPS_PORT,
        }
    }

    /// What it is called in messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls { .. } => "TLS",
            Self::Https { .. } => "HTTPS",
        }
    }
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

    /// Whether the server's address is one of the internet's, and not of this machine or of a network's own.
    pub fn is_public(&self) -> bool {
        match self.server.ip() {
            IpAddr::V4(v4) => !(v4.is_loopback() || v4.is_private() || v4.is_link_local()),
            IpAddr::V6(v6) => !(v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local()),
        }
    }

    /// The same server, asked in another way.
    #[must_use]
    pub fn over(self, transport: Transport) -> Self {
        Self { transport, ..self }
    }
}

/// As `--resolver` takes it.
impl fmt::Display for Vantage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { server, transport, .. } = self;
        match transport {
            Transport::Udp => write!(f, "{server}"),
            Transport::Tcp => write!(f, "tcp://{server}"),
            Transport::Tls { name } => {
                let address = without_default_port(*server, Transport::TLS_PORT);
                write!(f, "tls://{address}")?;
                name.as_ref().map_or(Ok(()), |name| write!(f, "#{name}"))
            }
            Transport::Https { host, path } => {
                if host.parse() == Ok(server.ip()) {
                    let address = without_default_port(*server, Transport::HTTPS_PORT);
                    return write!(f, "https://{address}{path}");
                }
                write!(f, "https://{host}")?;
                if server.port() != Transport::HTTPS_PORT {
                    write!(f, ":{}", server.port())?;
                }
                // Which of the host's addresses it is, so that nobody has to look it up again.
                write!(f, "{path}#{}", bracketed(server.ip()))
            }
        }
    }
}

/// An address as it stands in a URL.
fn bracketed(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}

fn without_default_port(server: SocketAddr, default: u16) -> String {
    if server.port() == default { bracketed(server.ip()) } else { server.to_string() }
}

impl Serialize for Vantage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
