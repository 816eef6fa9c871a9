//! What does one checker see when it looks at an endpoint once?
//!
//! 1. Find the address: the check's own, or its name looked up (IPv4 only).
//! 2. Connect, within 4 s (HTTP) or 10 s (TCP). For TCP that is all.
//! 3. Send a GET and have the status line within 2 s of connecting; 2xx and 3xx are good.
//! 4. With a search string: find it in the first 5,120 bytes of the body, within 2 s more.
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

use super::tls;
use crate::{
    clock::Clock,
    lab::route53::types::{CheckProtocol, EndpointCheck},
};

const CONNECT_LIMIT: Duration = Duration::from_secs(4);
const TCP_CONNECT_LIMIT: Duration = Duration::from_secs(10);
const STATUS_LIMIT: Duration = Duration::from_secs(2);
const BODY_LIMIT: Duration = Duration::from_secs(2);
/// Part of the body in which the search string must lie, whole.
const SEARCHED_BYTES: usize = 5_120;
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
    handshakes: tls::Handshakes,
}

impl Prober {
    pub(crate) fn new(clock: Clock, hosts: Arc<dyn Hosts>) -> Self {
        Self { clock, hosts, handshakes: tls::Handshakes::new() }
    }

    /// Looks once.
    pub(crate) async fn look(&self, endpoint: &EndpointCheck) -> LookResult {
        match self.try_look(endpoint).await {
            Ok(status) => LookResult { success: true, status: format!("Success: {status}") },
            Err(failure) => LookResult { success: false, status: format!("Failure: {failure}") },
        }
    }

    async fn try_look(&self, endpoint: &EndpointCheck) -> Result<String, Failure> {
        let address = SocketAddr::new(self.address(endpoint).await?, endpoint.port);
        match endpoint.protocol {
            CheckProtocol::Tcp => {
                self.connect(address, TCP_CONNECT_LIMIT).await?;
                return Ok("Connection established".to_owned());
            }
            CheckProtocol::Http | CheckProtocol::Https => {}
        }
        let stream = self.connect(address, CONNECT_LIMIT).await?;
        // The connection's own task ends with this look, because the set aborts what it holds.
        let mut connection = JoinSet::new();
        let request = request(endpoint)?;
        let exchange = async {
            let stream = self.secured(stream, endpoint).await?;
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

    async fn connect(&self, address: SocketAddr, limit: Duration) -> Result<TcpStream, Failure> {
        // The lab never leaves loopback: in its world every other address is one that does not answer.
        if !address.ip().is_loopback() {
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
    async fn secured(&self, stream: TcpStream, endpoint: &EndpointCheck) -> Result<Box<dyn Stream>, Failure> {
        if endpoint.protocol != CheckProtocol::Https {
            return Ok(Box::new(stream));
        }
        let name = endpoint.fully_qualified_domain_name.as_deref().filter(|_| endpoint.enable_sni);
        Ok(Box::new(self.handshakes.shake(stream, name).await.map_err(Failure::Handshake)?))
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

/// The first bytes of the body, as they are: the lab's S3 compresses nothing, so the gzip and deflate
/// that Route 53 would undo do not occur.
async fn beginning(response: Response<Incoming>) -> Result<Vec<u8>, Failure> {
    let mut body = response.into_body();
    let mut bytes = Vec::new();
    while bytes.len() < SEARCHED_BYTES {
        let Some(frame) = body.frame().await else { break };
        if let Ok(data) = frame?.into_data() {
            bytes.extend_from_slice(&data);
        }
    }
    bytes.truncate(SEARCHED_BYTES);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
        sync::mpsc,
    };

    use super::*;
    use crate::lab::health::fake::{Nowhere, endpoint_check, endpoint_of};

    /// An endpoint that answers every connection with `reply` and passes on what it was asked.
    async fn endpoint(reply: Vec<u8>) -> (EndpointCheck, mpsc::UnboundedReceiver<String>, JoinSet<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (asked, questions) = mpsc::unbounded_channel();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut bytes = vec![0; 4_096];
                let length = stream.read(&mut bytes).await.unwrap_or(0);
                let _ = asked.send(String::from_utf8_lossy(&bytes[..length]).into_owned());
                if reply.is_empty() {
                    std::future::pending::<()>().await;
                }
                let _ = stream.write_all(&reply).await;
            }
        });
        let mut check = endpoint_of(endpoint_check("c", 1));
        check.ip_address = Some(address.ip());
        check.port = address.port();
        (check, questions, tasks)
    }

    async fn look(check: &EndpointCheck) -> String {
        Prober::new(Clock::scaled(20.0).expect("a speed"), Arc::new(Nowhere)).look(check).await.status
    }

    fn reply(status: &str, body: &str) -> Vec<u8> {
        format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
    }

    #[tokio::test]
    async fn two_and_three_hundreds_are_healthy_and_the_rest_is_not() {
        for (status, expected) in [
            ("200 OK", "Success: HTTP Status Code 200, OK"),
            ("301 Moved Permanently", "Success: HTTP Status Code 301, Moved Permanently"),
            ("403 Forbidden", "Failure: HTTP Status Code 403, Forbidden"),
            ("503 Service Unavailable", "Failure: HTTP Status Code 503, Service Unavailable"),
        ] {
            let (check, _questions, _tasks) = endpoint(reply(status, "")).await;
            assert_eq!(look(&check).await, expected);
        }
    }

    #[tokio::test]
    async fn the_search_string_must_lie_within_the_first_5120_bytes() {
        for (padding, found) in [(0, true), (5_118, true), (5_119, false)] {
            let body = format!("{}ok{}", "x".repeat(padding), "y".repeat(9_000));
            let (mut check, _questions, _tasks) = endpoint(reply("200 OK", &body)).await;
            check.search_string = Some("ok".to_owned());
            assert_eq!(look(&check).await.starts_with("Success"), found, "after {padding} bytes");
        }
    }

    #[tokio::test]
    async fn the_host_header_names_the_port_unless_it_is_the_protocols_own() {
        let (mut check, mut questions, _tasks) = endpoint(reply("200 OK", "")).await;
        check.fully_qualified_domain_name = Some("b.s3.us-east-1.amazonaws.com".to_owned());
        look(&check).await;
        let question = questions.recv().await.expect("a request");
        assert!(question.starts_with("GET /failover/health.txt HTTP/1.1\r\n"), "{question}");
        let expected = format!("host: b.s3.us-east-1.amazonaws.com:{}\r\n", check.port);
        assert!(question.contains(&expected), "{question}");
        check.port = 80;
        assert_eq!(host(&check), "b.s3.us-east-1.amazonaws.com");
    }

    #[tokio::test]
    async fn silence_a_closed_port_and_a_name_without_address_are_failures_with_a_reason() {
        let (mut check, _questions, mut tasks) = endpoint(Vec::new()).await;
        assert_eq!(look(&check).await, "Failure: The response did not arrive within 2 seconds of connecting");
        tasks.shutdown().await;
        assert!(look(&check).await.starts_with("Failure: Connection failed: "));
        check.ip_address = Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)));
        assert!(look(&check).await.starts_with("Failure: Connection timed out. "));
        check.ip_address = None;
        assert_eq!(look(&check).await, "Failure: DNS resolution failed");
    }

    #[tokio::test]
    async fn an_https_check_accepts_a_certificate_that_nobody_should() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let mut check = endpoint_of(endpoint_check("c", 1));
        let address = listener.local_addr().expect("an address");
        (check.protocol, check.enable_sni) = (CheckProtocol::Https, true);
        (check.ip_address, check.port) = (Some(address.ip()), address.port());
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let (stream, _) = listener.accept().await.expect("a connection");
            let mut stream = tls::tests::acceptor().accept(stream).await.expect("a handshake");
            let mut bytes = vec![0; 4_096];
            assert!(stream.read(&mut bytes).await.expect("a request") > 0);
            stream.write_all(&reply("200 OK", "")).await.expect("sent");
        });
        // In our own seconds: the handshake is real work, and on a busy machine takes longer than the
        // 0.1 s that are left of the limit at speed 20.
        let prober = Prober::new(Clock::system(), Arc::new(Nowhere));
        assert_eq!(prober.look(&check).await.status, "Success: HTTP Status Code 200, OK");
        let (mut plain, _questions, _tasks) = endpoint(reply("200 OK", "")).await;
        plain.protocol = CheckProtocol::Https;
        assert!(prober.look(&plain).await.status.starts_with("Failure: SSL handshake failed: "));
    }

    #[tokio::test]
    async fn a_tcp_check_wants_a_connection_only() {
        let (mut check, _questions, _tasks) = endpoint(Vec::new()).await;
        check.protocol = CheckProtocol::Tcp;
        assert_eq!(look(&check).await, "Success: Connection established");
    }
}
