//! How does a question come in over UDP or TCP, and the answer go out?
//!
//! [`DnsServer`] binds one port for both transports and runs a task for each. `packet` checks what the
//! protocol asks for and turns answers into bytes; `udp` and `tcp` move the bytes; what is answered is the
//! [`Answerer`]'s business: the name servers and the resolver are two.
//!
//! The sockets are our own and the packets hickory's. Its server would start a task and lock a queue for
//! each packet, write each answer twice to know its size, and drop in silence what it cannot read, where
//! Route 53 has a response code.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use tokio::{
    net::{TcpListener, UdpSocket},
    task::JoinSet,
};

pub(crate) use super::question::{Answerer, Question, Reply};
use super::{tcp, udp};

/// Tries to find a port that is free for UDP and TCP alike (our choice).
const PORT_ATTEMPTS: usize = 64;

/// A running server; dropping it ends its tasks.
pub(crate) struct DnsServer {
    address: SocketAddr,
    tasks: JoinSet<()>,
}

impl DnsServer {
    /// Listens on a free port of `127.0.0.1`, the same for UDP and TCP.
    pub(crate) async fn start(answerer: Arc<dyn Answerer>) -> io::Result<Self> {
        let (socket, listener) = bind_both().await?;
        let address = listener.local_addr()?;
        let mut tasks = JoinSet::new();
        tasks.spawn(udp::serve(socket, Arc::clone(&answerer)));
        tasks.spawn(tcp::serve(listener, answerer));
        Ok(Self { address, tasks })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends every task and waits for it.
    pub(crate) async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

async fn bind_both() -> io::Result<(UdpSocket, TcpListener)> {
    let mut last = None;
    for _ in 0..PORT_ATTEMPTS {
        let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        match TcpListener::bind(udp.local_addr()?).await {
            Ok(tcp) => return Ok((udp, tcp)),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| io::ErrorKind::AddrInUse.into()))
}
