//! How does a part of the lab serve HTTP? On a free port of `127.0.0.1`, until its handle is stopped
//! or dropped.

use std::{io, net::Ipv4Addr, net::SocketAddr};

use axum::{Router, serve::ListenerExt};
use tokio::{net::TcpListener, sync::oneshot, task::JoinSet};

/// A running HTTP server.
pub(crate) struct HttpServer {
    address: SocketAddr,
    tasks: JoinSet<()>,
    /// Connections run in tasks of axum's own, which end when they see that this is gone.
    running: oneshot::Sender<()>,
}

impl HttpServer {
    /// Listens and serves.
    pub(crate) async fn start(router: Router) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let listener = listener.tap_io(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "a connection stays with delayed packets");
            }
        });
        let (running, ended) = oneshot::channel::<()>();
        let ended = async {
            let _ = ended.await;
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(ended).await {
                tracing::error!(%error, "a server of the lab ended");
            }
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
