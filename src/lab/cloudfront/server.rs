//! Accepts viewers' connections, and none while the distribution is down.
//!
//! While it is down, nobody listens ([`listening`](crate::lab::listening)).

use std::{convert::Infallible, future::pending, net::SocketAddr, sync::Arc};

use hyper::service::service_fn;
use tokio::{net::TcpListener, sync::watch};

use super::{edge::Edge, fault::CloudFrontFault};
use crate::{
    clock::Clock,
    lab::{
        connections::{self, S3_LIMITS},
        listening::Listening,
    },
};

/// Serves the distribution for as long as it is polled.
pub(super) async fn serve(
    edge: Arc<Edge>,
    address: SocketAddr,
    bound: TcpListener,
    fault: watch::Receiver<CloudFrontFault>,
    clock: Clock,
) {
    let down = |fault: &CloudFrontFault| *fault == CloudFrontFault::Down;
    let mut listening = Listening::new((address, bound), fault, down, clock);
    while let Some(listener) = listening.open().await {
        tokio::select! {
            () = accept(&listener, &edge) => {}
            () = listening.closed() => {}
        }
    }
}

/// Dropping it cuts the connections. Requests beyond CloudFront's own bounds are refused later (`refusal`).
async fn accept(listener: &TcpListener, edge: &Arc<Edge>) {
    let service = |viewer: SocketAddr| {
        let edge = Arc::clone(edge);
        service_fn(move |request| {
            let edge = Arc::clone(&edge);
            async move { Ok::<_, Infallible>(edge.answer(request, viewer.ip()).await) }
        })
    };
    // As patient as S3 itself, since a viewer waits for as long as the origins may take.
    connections::serve_until(listener, S3_LIMITS, service, pending()).await;
}
