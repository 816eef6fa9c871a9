//! One connection to an endpoint: looked up, connected, TLS with full validation, and asked as often as
//! it holds. Every kind of client stands on it, and each phase is timed.
//!
//! One hyper connection is driven by hand: a pool would look up, connect and connect again by itself, and
//! hide which connection, and so which side, has answered.

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
    sync::{Arc, OnceLock},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    client::conn::http1::{self, SendRequest},
    header::{HOST, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::JoinSet,
};
use tokio_rustls::TlsConnector;

use super::{Endpoint, ServerError, Servers, answer::address, trust::trusted};
use crate::{
    clock::Clock,
    model::{Fqdn, RecordType, Region},
};

/// As long as a Route 53 checker waits for a connection (Route 53 Developer Guide,
/// dns-failover-determining-health-of-endpoints).
const CONNECT: Duration = Duration::from_secs(4);
/// For everything after the connection: an SDK's patience rather than a checker's.
const ANSWER: Duration = Duration::from_secs(10);
/// No sentinel is longer; a checker looks at 5,120 bytes only.
const LONGEST_BODY: usize = 64 * 1024;
/// The header by which S3 names the region of a bucket (S3 API reference, `HeadBucket`).
const BUCKET_REGION: &str = "x-amz-bucket-region";

/// How long each phase of a look took, in the clock's time; nothing for a phase that was not come to, or
/// that was not needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Phases {
    /// The look-up of every name that was needed.
    pub resolve: Option<Duration>,
    /// The TCP connection.
    pub connect: Option<Duration>,
    /// The TLS handshake.
    pub tls: Option<Duration>,
    /// From the request to the head of its answer.
    pub first_byte: Option<Duration>,
    /// From the beginning to the last byte, or to the failure.
    pub total: Duration,
}

/// Why nothing came back.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The endpoint's name has no address.
    #[error("the endpoint's name could not be resolved")]
    Resolve(#[from] ServerError),
    /// No connection.
    #[error("{address} refused the connection, or no way leads there")]
    Connect {
        /// Who was tried.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The certificate is not valid for the name, or TLS failed otherwise.
    #[error("no trusted TLS connection to {host} at {address}")]
    Tls {
        /// The name that the certificate should hold.
        host: Fqdn,
        /// Who was asked.
        address: SocketAddr,
        /// What TLS said.
        source: std::io::Error,
    },
    /// The connection broke, or what came is not HTTP.
    #[error("{address} broke off, or did not speak HTTP")]
    Http {
        /// Who was asked.
        address: SocketAddr,
        /// What the HTTP library said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Nothing in time.
    #[error("{address} did not {stage} within {} s", limit.as_secs())]
    TimedOut {
        /// Who was asked.
        address: SocketAddr,
        /// What was waited for.
        stage: &'static str,
        /// How long, in the clock's time.
        limit: Duration,
    },
}

/// What an endpoint answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// Of the object's request, or of the bucket's where no object was asked for.
    pub(super) status: u16,
    pub(super) region: Option<Region>,
    /// The body, if the status is a success.
    pub(super) body: Bytes,
}

/// A connection that is open until somebody closes it.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) address: SocketAddr,
    sender: SendRequest<Empty<Bytes>>,
    /// Until when the first answer has to be there: TLS has used up some of its time.
    first_answer: Option<Duration>,
    ended: Arc<OnceLock<Duration>>,
    _driven: JoinSet<()>,
}

/// The addresses of an endpoint: IPv4 where there are some, and IPv6 where the name has only those.
pub(super) async fn addresses(
    clock: &Clock,
    servers: &Servers,
    host: &Fqdn,
    phases: &mut Phases,
) -> Result<BTreeSet<IpAddr>, ServerError> {
    let started = clock.elapsed();
    let found = match servers.addresses(clock, host).await {
        Err(ServerError::NoAddress { name, said }) => {
            let reply = servers.ask_resolvers(clock, host, RecordType::Aaaa).await?;
            let found: BTreeSet<IpAddr> = reply.answers.iter().filter_map(|r| address(&r.data)).collect();
            if found.is_empty() { Err(ServerError::NoAddress { name, said }) } else { Ok(found) }
        }
        found => found,
    };
    let took = clock.elapsed().saturating_sub(started);
    phases.resolve = Some(phases.resolve.unwrap_or_default() + took);
    found
}

impl Connection {
    /// Connects to the first of these addresses that takes the connection, all within one limit, and
    /// speaks TLS with full validation where the endpoint does.
    pub(super) async fn open(
        clock: &Clock,
        addresses: &BTreeSet<IpAddr>,
        endpoint: &Endpoint,
        phases: &mut Phases,
    ) -> Result<Self, FetchError> {
        let started = clock.elapsed();
        let mut address = None;
        let connecting = clock.timeout(CONNECT, first_open(addresses, endpoint.port, &mut address)).await;
        let address = address.expect("an empty set of addresses is an error of the resolver");
        let stream = connecting
            .map_err(|_| FetchError::TimedOut { address, stage: "accept a connection", limit: CONNECT })?
            .map_err(|source| FetchError::Connect { address, source })?;
        let connected = clock.elapsed();
        phases.connect = Some(connected.saturating_sub(started));
        let ended = Arc::new(OnceLock::new());
        let speaking = clock.timeout(ANSWER, speak(clock, stream, address, endpoint, &ended, phases)).await;
        let (sender, driven) =
            speaking.map_err(|_| FetchError::TimedOut { address, stage: "answer", limit: ANSWER })??;
        Ok(Self { address, sender, first_answer: Some(connected + ANSWER), ended, _driven: driven })
    }

    /// Asks for the endpoint's object, and S3 for the region of its bucket.
    ///
    /// S3 names the region in its answers to `HEAD` of the bucket, also to strangers and also when it
    /// refuses them (S3 API reference, `HeadBucket`), but not in those to `GET` of an object; so both are
    /// asked, over one connection.
    pub(super) async fn ask(
        &mut self,
        clock: &Clock,
        endpoint: &Endpoint,
        phases: &mut Phases,
    ) -> Result<Answer, FetchError> {
        let limit = self.first_answer.take().map_or(ANSWER, |until| until.saturating_sub(clock.elapsed()));
        let (address, asking) = (self.address, self.both(clock, endpoint, phases));
        let answer = clock.timeout(limit, asking).await;
        answer.map_err(|_| FetchError::TimedOut { address, stage: "answer", limit: ANSWER })?
    }

    /// When it ended, by the clock's time, if it has: the other side closed it, or it broke.
    pub(super) fn ended(&self) -> Option<Duration> {
        self.ended.get().copied()
    }

    async fn both(
        &mut self,
        clock: &Clock,
        endpoint: &Endpoint,
        phases: &mut Phases,
    ) -> Result<Answer, FetchError> {
        let address = self.address;
        let http = |source: hyper::Error| FetchError::Http { address, source: source.into() };
        let started = clock.elapsed();
        let mut object = None;
        self.sender.ready().await.map_err(http)?;
        if let Some(path) = &endpoint.path {
            let answer = self.send(Method::GET, path, endpoint).await.map_err(http)?;
            phases.first_byte = Some(clock.elapsed().saturating_sub(started));
            let (status, region) = (answer.status(), region_of(&answer));
            let body = Limited::new(answer.into_body(), LONGEST_BODY).collect().await;
            let body = body.map_err(|source| FetchError::Http { address, source })?.to_bytes();
            object = Some((status, region, body));
        }
        if let Some((status, Some(region), body)) = object {
            return Ok(answered(status, Some(region), body));
        }
        if let (Some((status, _, body)), Err(_)) = (&object, self.sender.ready().await) {
            // The object is there; that the connection was closed after it is the server's right.
            return Ok(answered(*status, None, body.clone()));
        }
        let answer = self.send(Method::HEAD, "/", endpoint).await.map_err(http)?;
        phases.first_byte.get_or_insert_with(|| clock.elapsed().saturating_sub(started));
        let region = region_of(&answer);
        let (status, _, body) = object.unwrap_or((answer.status(), None, Bytes::new()));
        Ok(answered(status, region, body))
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        endpoint: &Endpoint,
    ) -> Result<Response<Incoming>, hyper::Error> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, endpoint.host_header())
            .header(USER_AGENT, concat!("s3-failover/", env!("CARGO_PKG_VERSION")))
            .body(Empty::new())
            .expect("an encoded path and a host name are valid in a request");
        self.sender.send_request(request).await
    }
}

async fn first_open(
    addresses: &BTreeSet<IpAddr>,
    port: u16,
    tried: &mut Option<SocketAddr>,
) -> std::io::Result<TcpStream> {
    let mut last = None;
    for ip in addresses {
        let address = SocketAddr::new(*ip, port);
        *tried = Some(address);
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = Some(error),
        }
    }
    Err(last.expect("at least one address was tried"))
}

type Spoken = (SendRequest<Empty<Bytes>>, JoinSet<()>);

async fn speak(
    clock: &Clock,
    stream: TcpStream,
    address: SocketAddr,
    endpoint: &Endpoint,
    ended: &Arc<OnceLock<Duration>>,
    phases: &mut Phases,
) -> Result<Spoken, FetchError> {
    if !endpoint.tls {
        return speak_http(clock, stream, address, ended).await;
    }
    let started = clock.elapsed();
    let tls = |source| FetchError::Tls { host: endpoint.host.clone(), address, source };
    let name = ServerName::try_from(endpoint.host.to_string()).map_err(|e| tls(std::io::Error::other(e)))?;
    let stream = TlsConnector::from(trusted()).connect(name, stream).await.map_err(tls)?;
    phases.tls = Some(clock.elapsed().saturating_sub(started));
    speak_http(clock, stream, address, ended).await
}

async fn speak_http<S>(
    clock: &Clock,
    stream: S,
    address: SocketAddr,
    ended: &Arc<OnceLock<Duration>>,
) -> Result<Spoken, FetchError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|source| FetchError::Http { address, source: source.into() })?;
    let (clock, ended, mut driven) = (clock.clone(), Arc::clone(ended), JoinSet::new());
    driven.spawn(async move {
        // What went wrong is told to whoever waits for an answer.
        let _ = connection.await;
        let _ = ended.set(clock.elapsed());
    });
    Ok((sender, driven))
}

/// The body of an error is S3's XML, not the object.
fn answered(status: StatusCode, region: Option<Region>, body: Bytes) -> Answer {
    let body = if status.is_success() { body } else { Bytes::new() };
    Answer { status: status.as_u16(), region, body }
}

fn region_of(answer: &Response<Incoming>) -> Option<Region> {
    answer.headers().get(BUCKET_REGION)?.to_str().ok()?.parse().ok()
}
