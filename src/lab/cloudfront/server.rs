//! Accepts viewers' connections, and none while the distribution is down.
//!
//! As with a region of S3, a distribution that is down has really nobody who listens, and the same address is
//! bound again when it is up, which is tried until it succeeds. (S3's listener is not used here, since it
//! belongs to a region's door and knows a region's faults.)

use std::{net::SocketAddr, sync::Arc, time::Duration};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

use super::{edge::Edge, fault::CloudFrontFault};
use crate::clock::Clock;

/// How long to wait before binding or accepting is tried again, in the lab's seconds (our choice).
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
    mut fault: watch::Receiver<CloudFrontFault>,
    clock: Clock,
) {
    let mut bound = Some(bound);
    loop {
        if *fault.borrow_and_update() == CloudFrontFault::Down {
            bound = None;
            if fault.changed().await.is_err() {
                return;
            }
            continue;
        }
        let listener = match bound.take() {
            Some(listener) => listener,
            None => match TcpListener::bind(address).await {
                Ok(listener) => listener,
                Err(error) => {
                    tracing::debug!(%address, %error, "could not bind again yet");
                    clock.sleep(RETRY).await;
                    continue;
                }
            },
        };
        tokio::select! {
            () = accept(&listener, &edge, &clock) => {}
            _ = fault.wait_for(|fault| *fault == CloudFrontFault::Down) => {}
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
