//! How does a part of the lab serve HTTP? On a free port of `127.0.0.1`, until its handle is stopped
//! or dropped.

use std::{io, net::Ipv4Addr, net::SocketAddr};

use axum::Router;
use hyper_util::service::TowerToHyperService;
use tokio::{net::TcpListener, sync::oneshot, task::JoinSet};

use super::connections::{self, LIMITS};

/// A running HTTP server.
pub(crate) struct HttpServer {
    address: SocketAddr,
    tasks: JoinSet<()>,
    /// The server ends when it sees that this is gone.
    running: oneshot::Sender<()>,
}

impl HttpServer {
    /// Listens and serves.
    pub(crate) async fn start(router: Router) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (running, ended) = oneshot::channel::<()>();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let ended = async {
                let _ = ended.await;
            };
            let service = TowerToHyperService::new(router);
            connections::serve_until(&listener, LIMITS, |_| service.clone(), ended).await;
        });
        Ok(Self { address, tasks, running })
    }

    /// Its address as a URL, without a final slash.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers what has been asked already, closes every connection, and ends.
    pub(crate) async fn stop(mut self) {
        drop(self.running);
        while self.tasks.join_next().await.is_some() {}
    }
}
