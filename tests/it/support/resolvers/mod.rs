//! Resolvers of other people, from Debian, in front of the lab's name servers.
//!
//! ```ignore
//! let resolver = Unbound::start(&lab, &Settings::default()).await;
//! resolver.address();                                    // over UDP and TCP
//! let certificate = Certificate::new();
//! let settings = Settings { certificate: Some(&certificate), least_ttl: Some(5), ..Settings::default() };
//! let resolver = KnotResolver::start(&lab, &settings).await;
//! resolver.dot(); resolver.doh();                        // over TLS, and over HTTPS at /dns-query
//! lab.program().with("SSL_CERT_FILE", certificate.authority());
//! ```
//!
//! Each counts TTLs in our own seconds, whatever the lab's speed, so pairs have TTLs of few seconds.

mod certificate;
mod dnsmasq;
mod knot;
mod pdns;
mod unbound;

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    time::Duration,
};

use tempfile::TempDir;
use tokio::{
    net::{TcpSocket, TcpStream, UdpSocket},
    process::{Child, Command},
};

pub(crate) use self::{
    certificate::{CERTIFIED, Certificate},
    dnsmasq::Dnsmasq,
    knot::KnotResolver,
    pdns::PdnsRecursor,
    unbound::Unbound,
};
use super::{TestLab, eventually};

/// How long one may take to listen.
const SOON: Duration = Duration::from_secs(30);
/// Between our letting a port go and its taking it, another may take it.
const TRIES: usize = 5;

/// How a resolver is to behave. Not every one can do everything: what it cannot, it refuses loudly.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Settings<'a> {
    /// The least TTL that it counts down from, in seconds: a stretched one.
    pub(crate) least_ttl: Option<u32>,
    /// Whether it answers with what is too old while nobody answers it.
    pub(crate) serves_stale: bool,
    /// What it shows over TLS and HTTPS, which it speaks only with it.
    pub(crate) certificate: Option<&'a Certificate>,
    /// Whether it tells name servers for whose network it asks.
    pub(crate) tells_subnets: bool,
}

/// A running resolver with a folder and ports of its own; dropping it kills it.
#[derive(Debug)]
pub(crate) struct Resolver {
    ports: Ports,
    encrypted: bool,
    _folder: TempDir,
    _child: Child,
}

/// Three ports of 127.0.0.1.
#[derive(Clone, Copy, Debug)]
struct Ports {
    plain: u16,
    tls: u16,
    https: u16,
}

impl Resolver {
    /// Over UDP and TCP.
    pub(crate) fn address(&self) -> SocketAddr {
        at(self.ports.plain)
    }

    /// Over TLS.
    ///
    /// # Panics
    /// When it was given no certificate.
    pub(crate) fn dot(&self) -> SocketAddr {
        assert!(self.encrypted, "it has no certificate");
        at(self.ports.tls)
    }

    /// Over HTTPS, at `/dns-query`.
    ///
    /// # Panics
    /// When it was given no certificate.
    pub(crate) fn doh(&self) -> SocketAddr {
        assert!(self.encrypted, "it has no certificate");
        at(self.ports.https)
    }

    /// Starts a program with the configuration that `write` puts into its folder.
    async fn start(name: &str, encrypted: bool, write: impl Fn(&Path, Ports) -> Command) -> Self {
        for _ in 0..TRIES {
            let ports = free_ports().await;
            let folder = tempfile::tempdir().expect("a folder");
            let mut command = write(folder.path(), ports);
            let log = std::fs::File::create(folder.path().join("said.log")).expect("a file");
            command.current_dir(folder.path()).env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
            command.stdin(std::process::Stdio::null()).kill_on_drop(true);
            command.stdout(log.try_clone().expect("a file")).stderr(log);
            let mut child = command.spawn().unwrap_or_else(|error| panic!("{name} does not start: {error}"));
            let wanted =
                if encrypted { vec![ports.plain, ports.tls, ports.https] } else { vec![ports.plain] };
            let what = format!("{name} listens");
            let listens = eventually(&what, SOON, async || {
                if let Ok(Some(status)) = child.try_wait() {
                    return Ok(Err(status));
                }
                for port in &wanted {
                    TcpStream::connect(at(*port)).await?;
                }
                std::io::Result::Ok(Ok(()))
            });
            let Err(status) = listens.await else {
                return Self { ports, encrypted, _folder: folder, _child: child };
            };
            let said = std::fs::read_to_string(folder.path().join("said.log")).unwrap_or_default();
            assert!(said.contains("in use"), "{name} ended with {status}:\n{said}");
        }
        panic!("{name} found no free port in {TRIES} tries")
    }
}

fn at(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// Ports that are free for UDP and TCP at this moment.
async fn free_ports() -> Ports {
    let mut held = Vec::new();
    while held.len() < 3 {
        let udp = UdpSocket::bind(at(0)).await.expect("a free port");
        let port = udp.local_addr().expect("an address").port();
        let tcp = TcpSocket::new_v4().expect("a socket");
        if tcp.bind(at(port)).is_ok() {
            held.push((udp, tcp, port));
        }
    }
    Ports { plain: held[0].2, tls: held[1].2, https: held[2].2 }
}

/// The lab's name servers, joined, each as `write` has it.
fn name_servers(lab: &TestLab, between: &str, write: impl Fn(&SocketAddr) -> String) -> String {
    lab.lab.ready().nameservers.iter().map(write).collect::<Vec<_>>().join(between)
}
