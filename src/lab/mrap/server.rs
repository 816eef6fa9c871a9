//! Where are the access points? At one address for all: the Host header says which one is meant.

use std::{io, net::Ipv4Addr, net::SocketAddr, sync::Arc};

use hyper::{Request, body::Incoming};
use tokio::{net::TcpListener, task::JoinSet};

use super::Entrance;
use crate::lab::s3::accept;

/// A server in front of the [`Entrance`]. Dropping it ends it; [`Server::stop`] also waits.
pub(crate) struct Server {
    address: SocketAddr,
    tasks: JoinSet<()>,
}

impl Server {
    /// Binds a port of `127.0.0.1` and serves plain HTTP; TLS is the business of the tunnel.
    pub(crate) async fn start(entrance: Arc<Entrance>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let answer = move |request: Request<Incoming>| {
                let entrance = Arc::clone(&entrance);
                async move { entrance.answer(request).await }
            };
            accept(&listener, answer).await;
        });
        Ok(Self { address, tasks })
    }

    /// Where it is.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it and waits until its port is closed.
    pub(crate) async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}
