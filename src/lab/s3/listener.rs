//! Accepts connections, and refuses them while the region's fault says so.
//!
//! The fault `refuse` closes the listening socket ([`listening`](crate::lab::listening)). All other faults act
//! on requests, in [`Door`]: a connection that is held there still notices when its client gives up, so that
//! checkers with a timeout do not pile up.

use std::{io, net::SocketAddr, sync::Arc};

use hyper::{Request, body::Incoming, service::service_fn};
use s3s::HttpResponse;
use tokio::net::TcpListener;

use super::{door::Door, fault::Fault, refusal::Cut};
use crate::{
    clock::Clock,
    lab::{
        connections::{self, S3_LIMITS},
        listening::Listening,
    },
};

/// Serves one region on its address for as long as it is polled.
pub(super) async fn serve_region(door: Arc<Door>, address: SocketAddr, bound: TcpListener, clock: Clock) {
    let fault = door.fault();
    let answer = move |request| {
        let door = door.clone();
        async move { door.answer(request).await }
    };
    let mut listening = Listening::new((address, bound), fault, |fault| *fault == Fault::Refuse, clock);
    while let Some(listener) = listening.open().await {
        tokio::select! {
            () = accept(&listener, answer.clone()) => {}
            () = listening.closed() => {}
        }
    }
}

/// Accepts connections and answers their requests for as long as it is polled. Dropping it cuts them.
pub(crate) async fn accept<F, A>(listener: &TcpListener, answer: F)
where
    F: Fn(Request<Incoming>) -> A + Clone + Send + 'static,
    A: Future<Output = Result<HttpResponse, Cut>> + Send + 'static,
{
    connections::serve(listener, S3_LIMITS, service_fn(answer)).await;
}

/// Binds one port on all addresses: `port`, or with 0 any that is free on each of them.
pub(super) async fn bind_one_port(
    addresses: &[std::net::Ipv4Addr],
    port: u16,
) -> Result<Vec<TcpListener>, (SocketAddr, io::Error)> {
    /// Some other program may hold a port on one of the addresses only (our choice).
    const ATTEMPTS: usize = 50;
    let mut attempt = 1;
    loop {
        match bind_all(addresses, port).await {
            Err((_, error))
                if port == 0 && error.kind() == io::ErrorKind::AddrInUse && attempt < ATTEMPTS =>
            {
                attempt += 1;
            }
            result => return result,
        }
    }
}

async fn bind_all(
    addresses: &[std::net::Ipv4Addr],
    mut port: u16,
) -> Result<Vec<TcpListener>, (SocketAddr, io::Error)> {
    let mut listeners = Vec::new();
    for address in addresses {
        let address = SocketAddr::from((*address, port));
        let listener = TcpListener::bind(address).await.map_err(|error| (address, error))?;
        port = listener.local_addr().map_err(|error| (address, error))?.port();
        listeners.push(listener);
    }
    Ok(listeners)
}
