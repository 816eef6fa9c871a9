//! `--metrics ADDR`: what is watched, for Prometheus to fetch.
//!
//! `/metrics` is a picture of the state at that moment, in the format that the scraper asks for. `/healthz` says
//! that the program runs and its state can be read: what a liveness probe wants, which must not fail because
//! a failover does.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::State as Shared,
    http::{HeaderMap, header},
    response::IntoResponse,
    routing::get,
};
use tokio::{net::TcpListener, task::JoinSet};

use super::exit::{ExitStatus, Failure};
use crate::{
    clock::Clock,
    report::metrics::{Format, families, render},
    watch::State,
};

/// A socket that is taken, before anything has begun.
#[derive(Debug)]
pub(super) struct MetricsSocket(TcpListener);

/// Metrics are served until this is dropped.
#[derive(Debug)]
pub(super) struct Serving {
    address: SocketAddr,
    /// Ends with it.
    _task: JoinSet<()>,
}

#[derive(Clone, Debug)]
struct Watched {
    state: Arc<Mutex<State>>,
    clock: Clock,
}

impl MetricsSocket {
    /// Takes the address, or says why that cannot be.
    pub(super) async fn bind(address: SocketAddr) -> Result<Self, Failure> {
        TcpListener::bind(address).await.map(Self).map_err(|error| not_bound(address, &error))
    }

    /// Serves what is watched.
    pub(super) fn serve(self, state: Arc<Mutex<State>>, clock: Clock) -> io::Result<Serving> {
        let address = self.0.local_addr()?;
        let router = Router::new()
            .route("/metrics", get(metrics))
            .route("/healthz", get(async || "ok\n"))
            .with_state(Watched { state, clock });
        let mut task = JoinSet::new();
        task.spawn(async move {
            if let Err(error) = axum::serve(self.0, router).await {
                tracing::warn!(%error, "metrics are served no longer");
            }
        });
        Ok(Serving { address, _task: task })
    }
}

impl Serving {
    /// Where it is: the port that was taken, when any was asked for.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

fn not_bound(address: SocketAddr, error: &io::Error) -> Failure {
    Failure::new(ExitStatus::Usage, format!("could not serve metrics on {address}"))
        .caused_by(error)
        .hint("`--metrics ADDR` wants an address of this machine and a port that nobody else listens on.")
}

async fn metrics(Shared(watched): Shared<Watched>, headers: HeaderMap) -> impl IntoResponse {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let format = Format::wanted(accept);
    let families = {
        let state = watched.state.lock().unwrap_or_else(PoisonError::into_inner);
        families(&state, watched.clock.elapsed())
    };
    ([(header::CONTENT_TYPE, format.content_type())], render(&families, format))
}
