//! A socket to one server, and the questions that wait for an answer on it.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket as StdSocket},
};

use tokio::net::UdpSocket;

use super::in_flight::InFlight;

/// After so many questions a socket, and with it the port that a forger would have to guess, is given up
/// for a new one (RFC 5452, section 9.2: "Use an unpredictable source port for outgoing queries"; how often
/// is our choice, and costs a tenth of a microsecond for each question).
const QUESTIONS: u32 = 256;

/// A connected socket: it takes datagrams from its server alone, and learns of a closed port.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) socket: UdpSocket,
    pub(super) in_flight: InFlight,
    /// Datagrams that were not believed.
    pub(super) strays: usize,
    /// Questions that left on it.
    pub(super) asked: u32,
}

impl Line {
    /// Opens one, on a port that the system chooses at random.
    pub(super) fn open(server: SocketAddr) -> io::Result<Self> {
        let any = match server.ip() {
            IpAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
            IpAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
        };
        let socket = StdSocket::bind(any)?;
        socket.connect(server)?;
        socket.set_nonblocking(true)?;
        let socket = UdpSocket::from_std(socket)?;
        Ok(Self { socket, in_flight: InFlight::default(), strays: 0, asked: 0 })
    }

    /// Whether it has been used often enough.
    pub(super) fn is_worn(&self) -> bool {
        self.asked >= QUESTIONS
    }
}

/// Waits until something may have come; for ever where there is no line.
pub(super) async fn readable(line: Option<&Line>) {
    match line {
        // An error shows itself when the socket is read.
        Some(line) => drop(line.socket.readable().await),
        None => std::future::pending().await,
    }
}

/// Waits until something may leave; for ever where there is no line.
pub(super) async fn writable(line: Option<&Line>) {
    match line {
        Some(line) => drop(line.socket.writable().await),
        None => std::future::pending().await,
    }
}
