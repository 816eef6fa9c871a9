//! Accepts viewers' connections, and none while the distribution is down.
//!
//! While it is down, nobody listens ([`listening`](crate::lab::listening)).

use std::{net::SocketAddr, sync::Arc, time::Duration};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

use super::{edge::Edge, fault::CloudFrontFault};
use crate::{clock::Clock, lab::listening::Listening};

/// How long to wait before accepting is tried again, in the lab's seconds (our choice).
const RETRY: Duration = Duration::from_millis(100);
/// How long a viewer may take for the head of a request, in our own seconds (our choice: it only guards the
/// lab against connections that say nothing).
const HEAD_LIMIT: Duration = Duration::from_secs(30);
/// Longer requests have no room; those beyond CloudFront's own bounds are refused before (`refusal`).
const HEAD_BYTES: usize = 64 * 1024;

/// Serves the distribution for as long as it is polled.
pub(super) async fn serve(
    edge: Arc<Edge>,
    address: SocketAddr,
    bound: TcpListener,
    fault: watch::Receiver<CloudFrontFault>,
    clock: Clock,
) {
    let down = |fault: &CloudFrontFault| *fault == CloudFrontFault::Down;
    let mut listening = Listening::new((address, bound), fault, down, clock.clone());
    while let Some(listener) = listening.open().await {
        tokio::select! {
            () = accept(&listener, &edge, &clock) => {}
            () = listening.closed() => {}
        }
    }
}

/// Dropping it cuts the connections.
async fn accept(listener: &TcpListener, edge: &Arc<Edge>, clock: &Clock) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, viewer)) => {
                connections.spawn(serve_connection(stream, viewer, Arc::clone(edge)));
            }
            Err(error) => {
                // Out of file descriptors, most likely: it passes when connections end.
                tracing::debug!(%error, "could not accept a connection");
                clock.sleep(RETRY).await;
            }
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn serve_connection(stream: TcpStream, viewer: SocketAddr, edge: Arc<Edge>) {
    if stream.set_nodelay(true).is_err() {
        return; // gone already
    }
    let answer = service_fn(move |request| {
        let edge = Arc::clone(&edge);
        async move { Ok::<_, std::convert::Infallible>(edge.answer(request, viewer.ip()).await) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_LIMIT).max_buf_size(HEAD_BYTES);
    if let Err(error) = builder.serve_connection(TokioIo::new(stream), answer).await {
        tracing::trace!(%error, "a connection ended");
    }
}
