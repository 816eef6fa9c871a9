//! What does one checker see when it looks at an endpoint once?
//!
//! 1. Find the address: the check's own, or its name looked up (IPv4 only).
//! 2. Connect, within 4 s (HTTP) or 10 s (TCP), unless something lies between the checker and the
//!    address ([`Paths`]). For TCP that is all.
//! 3. Send a GET and have the status line within 2 s of connecting; 2xx and 3xx are good.
//! 4. With a search string: find it in the first 5,120 bytes of the body, unpacked from gzip or deflate,
//!    within 2 s more.
//!
//! Each look opens a connection of its own and drives it by hand, because the limits hold for single
//! phases, which no client with a pool would show. All limits are from the Route 53 Developer Guide,
//! dns-failover-determining-health-of-endpoints, and count in the lab's seconds.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::{Request, Response, body::Incoming, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::JoinSet,
};

use super::{
    body::{Beginning, SEARCHED_BYTES},
    paths::{Clear, Paths},
    tls,
};
use crate::{
    clock::Clock,
    lab::route53::types::{CheckProtocol, EndpointCheck},
};

const CONNECT_LIMIT: Duration = Duration::from_secs(4);
const TCP_CONNECT_LIMIT: Duration = Duration::from_secs(10);
const STATUS_LIMIT: Duration = Duration::from_secs(2);
const BODY_LIMIT: Duration = Duration::from_secs(2);
/// Total size of the response's headers (Route 53 Developer Guide, `DNSLimitations`).
const HEADER_BYTES: usize = 16_384;

/// What checkers call themselves (modelled; AWS's own text is unverified).
const USER_AGENT: &str = "Amazon-Route53-Health-Check-Service (s3-failover lab)";

/// The result of one look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LookResult {
    /// Whether it counts as a success.
    pub(crate) success: bool,
    /// As `GetHealthCheckStatus` words it.
    pub(crate) status: String,
}

/// Why a look failed. Only the forms of a status code and of a connection that timed out have been
/// seen from AWS; the other texts are modelled.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("DNS resolution failed")]
    NoAddress,
    #[error(
        "Connection timed out. The endpoint or the internet connection is down, or requests are being blocked \
         by your firewall. See https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/\
         dns-failover-router-firewall-rules.html"
    )]
    ConnectTimeout,
    #[error("Connection failed: {0}")]
    Connect(std::io::Error),
    #[error("The response did not arrive within 2 seconds of connecting")]
    StatusTimeout,
    #[error("The response could not be read: {0}")]
    Http(#[from] hyper::Error),
    #[error("The request could not be made from the health check's settings: {0}")]
    Request(#[from] hyper::http::Error),
    #[error("{}", status_text(*.0))]
    Status(hyper::StatusCode),
    #[error("The search string was not found in the first {SEARCHED_BYTES} bytes of the response body")]
    NotFound,
    #[error("The response body did not arrive within 2 seconds of the status")]
    BodyTimeout,
    #[error("The response body could not be decompressed: {0}")]
    Packed(std::io::Error),
    #[error("SSL handshake failed: {0}")]
    Handshake(std::io::Error),
}

/// A connection, secured or not.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Finds the address of a host.
#[async_trait]
pub(crate) trait Hosts: Send + Sync + 'static {
    /// An IPv4 address of the host, or nothing when there is none.
    async fn ipv4(&self, host: &str) -> Option<Ipv4Addr>;
}

/// Looks at endpoints.
#[derive(Clone)]
pub(crate) struct Prober {
    clock: Clock,
    hosts: Arc<dyn Hosts>,
    paths: Arc<dyn Paths>,
    handshakes: tls::Handshakes,
}

impl Prober {
    pub(crate) fn new(clock: Clock, hosts: Arc<dyn Hosts>) -> Self {
        Self { clock, hosts, paths: Arc::new(Clear), handshakes: tls::Handshakes::new() }
    }

    /// The same, with something between checkers and endpoints.
    pub(crate) fn with_paths(self, paths: Arc<dyn Paths>) -> Self {
        Self { paths, ..self }
    }

    /// Looks once, from a region.
    pub(crate) async fn look(&self, from: &str, endpoint: &EndpointCheck) -> LookResult {
        match self.try_look(from, endpoint).await {
            Ok(status) => LookResult { success: true, status: format!("Success: {status}") },
            Err(failure) => LookResult { success: false, status: format!("Failure: {failure}") },
        }
    }

    async fn try_look(&self, from: &str, endpoint: &EndpointCheck) -> Result<String, Failure> {
        let address = SocketAddr::new(self.address(endpoint).await?, endpoint.port);
        match endpoint.protocol {
            CheckProtocol::Tcp => {
                self.connect(from, address, TCP_CONNECT_LIMIT).await?;
                return Ok("Connection established".to_owned());
            }
            CheckProtocol::Http | CheckProtocol::Https => {}
        }
        let stream = self.connect(from, address, CONNECT_LIMIT).await?;
        // The connection's own task ends with this look, because the set aborts what it holds.
        let mut connection = JoinSet::new();
        let request = request(endpoint)?;
        let exchange = async {
            let stream = self.secured(stream, (from, address), endpoint).await?;
            let (mut sender, driver) =
                http1::Builder::new().max_buf_size(HEADER_BYTES).handshake(TokioIo::new(stream)).await?;
            connection.spawn(driver);
            Ok::<_, Failure>(sender.send_request(request).await?)
        };
        let response =
            self.clock.timeout(STATUS_LIMIT, exchange).await.map_err(|_| Failure::StatusTimeout)??;
        let status = response.status();
        // "2xx or 3xx": 304 and redirects are healthy too.
        if !(status.is_success() || status.is_redirection()) {
            return Err(Failure::Status(status));
        }
        if let Some(text) = &endpoint.search_string {
            let body = self.clock.timeout(BODY_LIMIT, beginning(response));
            let body = body.await.map_err(|_| Failure::BodyTimeout)??;
            let body = body.bytes();
            if !text.is_empty() && !body.windows(text.len()).any(|window| window == text.as_bytes()) {
                return Err(Failure::NotFound);
            }
        }
        Ok(status_text(status))
    }

    async fn address(&self, endpoint: &EndpointCheck) -> Result<IpAddr, Failure> {
        match (endpoint.ip_address, &endpoint.fully_qualified_domain_name) {
            (Some(address), _) => Ok(address),
            (None, Some(host)) => self.hosts.ipv4(host).await.map(IpAddr::V4).ok_or(Failure::NoAddress),
            (None, None) => Err(Failure::NoAddress),
        }
    }

    async fn connect(&self, from: &str, address: SocketAddr, limit: Duration) -> Result<TcpStream, Failure> {
        // The lab never leaves loopback: in its world every other address is one that does not answer.
        if !address.ip().is_loopback() || !self.paths.lead(from, address.ip()) {
            self.clock.sleep(limit).await;
            return Err(Failure::ConnectTimeout);
        }
        let stream = self.clock.timeout(limit, TcpStream::connect(address)).await;
        let stream = stream.map_err(|_| Failure::ConnectTimeout)?.map_err(Failure::Connect)?;
        stream.set_nodelay(true).map_err(Failure::Connect)?;
        Ok(stream)
    }

    /// The connection as the protocol wants it. The handshake counts as part of the response's 2 s (that
    /// it does so at AWS is unverified).
    async fn secured(
        &self,
        stream: TcpStream,
        (from, address): (&str, SocketAddr),
        endpoint: &EndpointCheck,
    ) -> Result<Box<dyn Stream>, Failure> {
        if endpoint.protocol != CheckProtocol::Https {
            return Ok(Box::new(stream));
        }
        let name = endpoint.fully_qualified_domain_name.as_deref().filter(|_| endpoint.enable_sni);
        let secured = self.handshakes.shake(stream, name).await.map_err(Failure::Handshake)?;
        // "If the endpoint responds to the client_hello message with a certificate that does not include the
        // domain name that you specified in FullyQualifiedDomainName, a health checker will retry the
        // handshake. In the second attempt, the health checker will omit FullyQualifiedDomainName from the
        // client_hello message." (Route 53 API reference, `EnableSNI`; that the second attempt is a new
        // connection, and counts as part of the same 2 s, is modelled.)
        match name {
            Some(name) if !tls::certificate_is_for(&secured, name) => {
                drop(secured);
                let stream = self.connect(from, address, CONNECT_LIMIT).await?;
                Ok(Box::new(self.handshakes.shake(stream, None).await.map_err(Failure::Handshake)?))
            }
            _ => Ok(Box::new(secured)),
        }
    }
}

fn status_text(status: hyper::StatusCode) -> String {
    format!("HTTP Status Code {}, {}", status.as_u16(), status.canonical_reason().unwrap_or_default())
}

fn request(endpoint: &EndpointCheck) -> Result<Request<Empty<Bytes>>, Failure> {
    // Nothing given is the root (a request line always names a path).
    let path = if endpoint.resource_path.is_empty() { "/" } else { &endpoint.resource_path };
    Ok(Request::get(path)
        .header(header::HOST, host(endpoint))
        .header(header::USER_AGENT, USER_AGENT)
        .header(header::CONNECTION, "close")
        .body(Empty::new())?)
}

/// The Host header: the name alone on the protocol's own port, with the port on any other; without a
/// name the address (Route 53 API reference, `FullyQualifiedDomainName`).
fn host(endpoint: &EndpointCheck) -> String {
    let name = match (&endpoint.fully_qualified_domain_name, endpoint.ip_address) {
        (Some(name), _) => name.trim_end_matches('.').to_owned(),
        (None, Some(address)) => address.to_string(),
        (None, None) => String::new(),
    };
    match (endpoint.protocol, endpoint.port) {
        (CheckProtocol::Http, 80) | (CheckProtocol::Https, 443) => name,
        (_, port) => format!("{name}:{port}"),
    }
}

/// The first bytes of the body, unpacked.
async fn beginning(response: Response<Incoming>) -> Result<Beginning, Failure> {
    let encoding = response.headers().get(header::CONTENT_ENCODING);
    let mut beginning = Beginning::new(encoding.and_then(|value| value.to_str().ok()).unwrap_or_default());
    let mut body = response.into_body();
    while !beginning.is_full() {
        let Some(frame) = body.frame().await else { break };
        if let Ok(data) = frame?.into_data() {
            beginning.take(&data).map_err(Failure::Packed)?;
        }
    }
    Ok(beginning)
}

#[cfg(test)]
#[path = "probe_tests.rs"]
mod tests;
