//! How does a server have nobody who listens, for as long as its fault says so?
//!
//! A refused connection is one that nobody listens for. So while the server is down its listening socket is
//! really closed, and with it every connection that it has accepted; when it is up the same address is bound
//! again, which is tried until it succeeds, since in the meantime anybody could have taken it.

use std::{net::SocketAddr, time::Duration};

use tokio::{net::TcpListener, sync::watch};

use crate::clock::Clock;

/// How long to wait before binding is tried again, in the lab's seconds (modelled).
const RETRY: Duration = Duration::from_millis(100);

/// The socket of a server that a fault can close.
pub(super) struct Listening<F> {
    address: SocketAddr,
    bound: Option<TcpListener>,
    fault: watch::Receiver<F>,
    /// Whether the fault closes the socket.
    down: fn(&F) -> bool,
    clock: Clock,
}

impl<F> Listening<F> {
    /// The socket that is bound at an address.
    pub(super) fn new(
        (address, bound): (SocketAddr, TcpListener),
        fault: watch::Receiver<F>,
        down: fn(&F) -> bool,
        clock: Clock,
    ) -> Self {
        Self { address, bound: Some(bound), fault, down, clock }
    }

    /// Waits until somebody shall listen. The listener is to be dropped, with the connections that came by
    /// it, when [`Listening::closed`] returns. Nothing once nobody can set the fault any more.
    pub(super) async fn open(&mut self) -> Option<TcpListener> {
        loop {
            if (self.down)(&self.fault.borrow_and_update()) {
                self.bound = None;
                self.fault.changed().await.ok()?;
                continue;
            }
            if let Some(listener) = self.bound.take() {
                return Some(listener);
            }
            match TcpListener::bind(self.address).await {
                Ok(listener) => return Some(listener),
                Err(error) => {
                    tracing::debug!(address = %self.address, %error, "could not bind again yet");
                    self.clock.sleep(RETRY).await;
                }
            }
        }
    }

    /// Waits until nobody shall listen.
    pub(super) async fn closed(&mut self) {
        let _ = self.fault.wait_for(self.down).await;
    }
}
