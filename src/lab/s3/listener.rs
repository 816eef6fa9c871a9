//! Accepts connections, and refuses them while the region's fault says so.
//!
//! A refused connection is one that nobody listens for, so the fault `refuse` really closes the
//! listening socket and cuts every connection; when the fault ends the same address and port are
//! bound again, which is tried until it succeeds, since in the meantime anybody could have taken
//! them. All other faults act on requests, in [`Door`]: a connection that is held there still notices
//! when its client gives up, so that checkers with a timeout do not pile up.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use hyper::{Request, body::Incoming, service::service_fn};
use s3s::HttpResponse;
use tokio::net::TcpListener;

use super::{door::Door, fault::Fault, refusal::Cut};
use crate::{
    clock::Clock,
    lab::connections::{self, S3_LIMITS},
};

/// How long to wait before binding is tried again, in the lab's seconds (modelled).
const RETRY: Duration = Duration::from_millis(100);

/// Serves one region on its address for as long as it is polled.
pub(super) async fn serve_region(door: Arc<Door>, address: SocketAddr, bound: TcpListener, clock: Clock) {
    let mut fault = door.fault();
    let mut bound = Some(bound);
    loop {
        if *fault.borrow_and_update() == Fault::Refuse {
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
        let door = door.clone();
        let answer = move |request| {
            let door = door.clone();
            async move { door.answer(request).await }
        };
        tokio::select! {
            () = accept(&listener, answer) => {}
            _ = fault.wait_for(|fault| *fault == Fault::Refuse) => {}
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
