//! Fetches an object as a pointer client does: look the endpoint's own name up, connect, speak TLS
//! with full validation, and ask with the endpoint's own host name.

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
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

use super::{ServerError, Servers, trust::trusted};
use crate::{
    clock::Clock,
    model::{Fqdn, Region, Side},
    spec::{Failover, ObjectKey, Protocol},
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

/// An object behind an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The endpoint's own name.
    pub host: Fqdn,
    /// The TCP port.
    pub port: u16,
    /// Whether to speak TLS.
    pub tls: bool,
    /// The object's path, percent-encoded, with its leading slash. Without it the bucket alone is
    /// asked for.
    pub path: Option<String>,
}

impl Endpoint {
    /// What a pointer client fetches from a side: the object that the checkers look at, or the bucket
    /// itself where they only connect, look at another bucket, or leave the judgement to an alarm.
    pub fn of(failover: &Failover, side: Side) -> Self {
        let check = &failover.health_check;
        Self {
            host: failover.side(side).probe_host(),
            port: check.port,
            // A bare TCP check says nothing about what is spoken; S3 speaks TLS on its own port only.
            tls: check.protocol == Protocol::Https
                || (check.protocol == Protocol::Tcp && check.port == Protocol::Https.default_port()),
            path: failover.public_object(side).map(ObjectKey::path),
        }
    }
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Who answered; nothing where a library has asked.
    pub address: Option<SocketAddr>,
    /// By whom the request was signed, if anybody has.
    pub signed: Option<Signed>,
    /// The status of the object's request, or of the bucket's where no object was asked for.
    pub status: u16,
    /// The region that S3 names for the bucket; nothing where the endpoint is not S3's.
    pub region: Option<Region>,
    /// The body, if the status is a success.
    pub body: Bytes,
    /// From the look-up of the name to the last byte, in the clock's time.
    pub took: Duration,
}

/// A request that somebody has signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// As whom it was asked, as a phrase for messages.
    pub by: String,
    /// S3's code, when it refused.
    pub code: Option<String>,
}

impl Fetched {
    /// Whether the object was served: the status is a success (RFC 9110, 15.3).
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
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

/// Fetches the endpoint's object, and asks S3 which region its bucket is in.
///
/// S3 names the region in its answers to `HEAD` of the bucket, also to strangers and also when it
/// refuses them (S3 API reference, `HeadBucket`), but not in those to `GET` of an object; so both are
/// asked, over one connection.
pub async fn fetch(clock: &Clock, servers: &Servers, endpoint: &Endpoint) -> Result<Fetched, FetchError> {
    let started = clock.elapsed();
    let addresses: BTreeSet<IpAddr> = servers.addresses(clock, &endpoint.host).await?;
    let address =
        addresses.into_iter().next().expect("an empty set of addresses is an error of the resolver");
    let address = SocketAddr::new(address, endpoint.port);
    let connecting = clock.timeout(CONNECT, TcpStream::connect(address)).await;
    let stream = connecting
        .map_err(|_| FetchError::TimedOut { address, stage: "accept a connection", limit: CONNECT })?
        .map_err(|source| FetchError::Connect { address, source })?;
    let asking = clock.timeout(ANSWER, ask(stream, address, endpoint)).await;
    let (status, region, body) =
        asking.map_err(|_| FetchError::TimedOut { address, stage: "answer", limit: ANSWER })??;
    let took = clock.elapsed().saturating_sub(started);
    Ok(Fetched { address: Some(address), signed: None, status, region, body, took })
}

async fn ask(
    stream: TcpStream,
    address: SocketAddr,
    endpoint: &Endpoint,
) -> Result<(u16, Option<Region>, Bytes), FetchError> {
    if !endpoint.tls {
        return ask_over(stream, address, endpoint).await;
    }
    let tls = |source| FetchError::Tls { host: endpoint.host.clone(), address, source };
    let name = ServerName::try_from(endpoint.host.to_string()).map_err(|e| tls(std::io::Error::other(e)))?;
    let stream = TlsConnector::from(trusted()).connect(name, stream).await.map_err(tls)?;
    ask_over(stream, address, endpoint).await
}

async fn ask_over<S>(
    stream: S,
    address: SocketAddr,
    endpoint: &Endpoint,
) -> Result<(u16, Option<Region>, Bytes), FetchError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let http = |source: hyper::Error| FetchError::Http { address, source: source.into() };
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(http)?;
    let mut tasks = JoinSet::new();
    tasks.spawn(connection);
    let mut object = None;
    if let Some(path) = &endpoint.path {
        let answer = send(&mut sender, Method::GET, path, endpoint).await.map_err(http)?;
        let (status, region) = (answer.status(), region_of(&answer));
        let body = Limited::new(answer.into_body(), LONGEST_BODY).collect().await;
        let body = body.map_err(|source| FetchError::Http { address, source })?.to_bytes();
        object = Some((status, region, body));
    }
    if let Some((status, Some(region), body)) = object {
        return Ok((status.as_u16(), Some(region), kept(status, body)));
    }
    sender.ready().await.map_err(http)?;
    let answer = send(&mut sender, Method::HEAD, "/", endpoint).await.map_err(http)?;
    let region = region_of(&answer);
    let (status, _, body) = object.unwrap_or((answer.status(), None, Bytes::new()));
    Ok((status.as_u16(), region, kept(status, body)))
}

/// The body of an error is S3's XML, not the object.
fn kept(status: StatusCode, body: Bytes) -> Bytes {
    if status.is_success() { body } else { Bytes::new() }
}

async fn send(
    sender: &mut SendRequest<Empty<Bytes>>,
    method: Method,
    path: &str,
    endpoint: &Endpoint,
) -> Result<Response<Incoming>, hyper::Error> {
    let default = if endpoint.tls { 443 } else { 80 };
    let host = if endpoint.port == default {
        endpoint.host.to_string()
    } else {
        format!("{}:{}", endpoint.host, endpoint.port)
    };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(HOST, host)
        .header(USER_AGENT, concat!("s3-failover/", env!("CARGO_PKG_VERSION")))
        .body(Empty::new())
        .expect("an encoded path and a host name are valid in a request");
    sender.send_request(request).await
}

fn region_of(answer: &Response<Incoming>) -> Option<Region> {
    answer.headers().get(BUCKET_REGION)?.to_str().ok()?.parse().ok()
}
