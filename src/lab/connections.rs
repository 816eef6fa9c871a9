//! How are connections over HTTP held, and when are they let go?
//!
//! The APIs, S3, the access points, the distribution and the tunnel accept here, so that none of them can be
//! worn down by its clients:
//!
//! - Who connects and does not send a whole request header is disconnected, and so is who keeps an idle
//!   connection open.
//! - So is who stops in the middle of a body, or does not read the answer.
//! - Beyond a number of connections the next one waits until another ends.
//! - A connection that cannot be accepted (no file descriptor is left) is tried again.
//!
//! How long a body may be is known to whoever reads it: what Route 53 refuses is another length than what
//! S3 does. The limits here are in our own seconds, whatever the speed of the lab: they free sockets and
//! memory of this machine, and nothing that the lab measures depends on them.

use std::{error::Error, future::pending, net::SocketAddr, sync::Arc, time::Duration};

use hyper::{
    body::{Body, Incoming},
    server::conn::http1,
    service::HttpService,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
};
use tokio_io_timeout::TimeoutStream;

use crate::clock::Clock;

/// How long to wait before accepting is tried again (our choice).
const RETRY: Duration = Duration::from_millis(100);
/// How long connections that have been asked something may take to answer when the server ends (our
/// choice).
const FAREWELL: Duration = Duration::from_secs(1);

/// What clients may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// For a request's header, and between two requests.
    header: Duration,
    /// Without one byte from the client, or with none that it takes.
    silence: Duration,
    /// Connections at one time.
    pub(crate) connections: usize,
}

/// Of the APIs: 30 s for a header, as hyper has it, a minute of silence (our choices).
pub(crate) const LIMITS: Limits =
    Limits { header: Duration::from_secs(30), silence: Duration::from_mins(1), connections: 1_024 };

/// Of S3: an hour of silence, since it may be told not to answer at all, and then its clients shall give
/// up before it does; and as many connections as a thousand health checks have in their worst moment (our
/// choices).
pub(crate) const S3_LIMITS: Limits =
    Limits { header: Duration::from_secs(30), silence: Duration::from_hours(1), connections: 20_000 };

/// Lets this process have as many sockets open as the system permits: a shell allows 256 (macOS) or
/// 1,024, and a thousand health checks want 16,000 for as long as their endpoints do not answer.
pub(crate) fn allow_many() {
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::debug!(%error, "the number of open files stays as it is");
    }
}

/// Accepts connections and answers their requests for as long as it is polled. Dropping it cuts them.
pub(crate) async fn serve<S, B>(listener: &TcpListener, limits: Limits, service: S)
where
    S: HttpService<Incoming, ResBody = B> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
{
    serve_until(listener, limits, move |_| service.clone(), pending()).await;
}

/// The same until `ended`, by a service that may differ by who asks; then lets every connection answer what it
/// has been asked, and ends.
pub(crate) async fn serve_until<S, B>(
    listener: &TcpListener,
    limits: Limits,
    service: impl Fn(SocketAddr) -> S,
    ended: impl Future<Output = ()>,
) where
    S: HttpService<Incoming, ResBody = B> + Send + 'static,
    S::Future: Send,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
{
    let (running, ending) = watch::channel(());
    let mut connections = JoinSet::new();
    let accepting = accept(listener, limits.connections, &mut connections, |stream, client| {
        let (service, ending) = (service(client), ending.clone());
        async move {
            if let Err(error) = connection(stream, limits, service, ending).await {
                tracing::trace!(error, "a connection ended");
            }
        }
    });
    tokio::select! {
        () = accepting => {}
        () = ended => {}
    }
    drop(running);
    let all = async { while connections.join_next().await.is_some() {} };
    if Clock::system().timeout(FAREWELL, all).await.is_err() {
        tracing::debug!("connections were cut, since they did not end");
    }
}

/// Accepts connections for as long as it is polled, at most so many at one time, and has each served as
/// `serve` says. They live in `connections`.
pub(crate) async fn accept<F>(
    listener: &TcpListener,
    most: usize,
    connections: &mut JoinSet<()>,
    serve: impl Fn(TcpStream, SocketAddr) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let clock = Clock::system();
    let room = Arc::new(Semaphore::new(most));
    loop {
        while connections.try_join_next().is_some() {}
        let place = Arc::clone(&room).acquire_owned().await.expect("nobody closes the semaphore");
        match listener.accept().await {
            Ok((stream, client)) => {
                let served = serve(stream, client);
                connections.spawn(async move {
                    let _place = place;
                    served.await;
                });
            }
            Err(error) => {
                // Out of file descriptors, most likely: it passes when connections end.
                tracing::debug!(%error, "a connection could not be accepted");
                clock.sleep(RETRY).await;
            }
        }
    }
}

type Ended = Result<(), Box<dyn Error + Send + Sync>>;

async fn connection<S, B>(
    stream: TcpStream,
    limits: Limits,
    service: S,
    mut ending: watch::Receiver<()>,
) -> Ended
where
    S: HttpService<Incoming, ResBody = B>,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: Body<Error: Into<Box<dyn Error + Send + Sync>>> + 'static,
{
    stream.set_nodelay(true)?;
    let mut stream = TimeoutStream::new(stream);
    stream.set_read_timeout(Some(limits.silence));
    stream.set_write_timeout(Some(limits.silence));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header)
        .serve_connection(TokioIo::new(Box::pin(stream)), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        result = connection.as_mut() => return Ok(result?),
        // The other end is dropped when the server ends; nothing is ever sent.
        _ = ending.changed() => connection.as_mut().graceful_shutdown(),
    }
    Ok(connection.await?)
}

#[cfg(test)]
#[path = "connections_tests.rs"]
mod tests;
