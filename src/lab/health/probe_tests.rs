//! Looks at endpoints that answer as they are told, over real sockets.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::mpsc,
};

use super::*;
use crate::lab::health::{
    body::tests::packed,
    fake::{Nowhere, endpoint_check, endpoint_of},
};

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
    Prober::new(Clock::scaled(20.0).expect("a speed"), Arc::new(Nowhere))
        .look("us-east-1", check)
        .await
        .status
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

/// A TLS endpoint, and the server names that its clients sent.
async fn tls_endpoint(
    acceptor: tokio_rustls::TlsAcceptor,
) -> (EndpointCheck, mpsc::UnboundedReceiver<Option<String>>, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let mut check = endpoint_of(endpoint_check("c", 1));
    let address = listener.local_addr().expect("an address");
    (check.protocol, check.enable_sni) = (CheckProtocol::Https, true);
    (check.ip_address, check.port) = (Some(address.ip()), address.port());
    let (told, names) = mpsc::unbounded_channel();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let name = stream.get_ref().1.server_name().map(str::to_owned);
            told.send(name).expect("the test listens");
            let mut bytes = vec![0; 4_096];
            // Nothing comes from a client that does not like the certificate.
            if matches!(stream.read(&mut bytes).await, Ok(length) if length > 0) {
                stream.write_all(&reply("200 OK", "")).await.expect("sent");
            }
        }
    });
    (check, names, tasks)
}

/// In our own seconds: the handshake is real work, and on a busy machine takes longer than the 0.1 s that
/// are left of the limit at speed 20.
async fn look_in_our_time(check: &EndpointCheck) -> String {
    Prober::new(Clock::system(), Arc::new(Nowhere)).look("us-east-1", check).await.status
}

#[tokio::test]
async fn an_https_check_accepts_a_certificate_that_nobody_should() {
    let (check, _names, _tasks) = tls_endpoint(tls::tests::acceptor()).await;
    assert_eq!(look_in_our_time(&check).await, "Success: HTTP Status Code 200, OK");
    let (mut plain, _questions, _tasks) = endpoint(reply("200 OK", "")).await;
    plain.protocol = CheckProtocol::Https;
    assert!(look_in_our_time(&plain).await.starts_with("Failure: SSL handshake failed: "));
}

/// The checker retries once without SNI when the certificate lacks the name (Route 53 API reference,
/// `EnableSNI`).
#[tokio::test]
async fn a_certificate_without_the_name_is_met_once_more_without_sni() {
    let named = || Some("named.lab".to_owned());
    for (acceptor, sni, expected) in [
        (tls::tests::named_acceptor(), true, vec![named()]),
        (tls::tests::acceptor(), true, vec![named(), None]),
        (tls::tests::acceptor(), false, vec![None]),
    ] {
        let (mut check, mut sent, _tasks) = tls_endpoint(acceptor).await;
        check.enable_sni = sni;
        check.fully_qualified_domain_name = named();
        assert_eq!(look_in_our_time(&check).await, "Success: HTTP Status Code 200, OK");
        let mut seen = Vec::new();
        while let Ok(name) = sent.try_recv() {
            seen.push(name);
        }
        assert_eq!(seen, expected);
    }
}

/// gzip and deflate are decompressed before the search, and other encodings are not.
#[tokio::test]
async fn what_is_packed_is_searched_unpacked() {
    let text = format!("{}all is ok", "x".repeat(5_000));
    let mut cases: Vec<_> =
        packed(text.as_bytes()).into_iter().map(|(name, body)| (name, body, true)).collect();
    cases.push(("br", cases[0].1.clone(), false));
    cases.push(("gzip", text.clone().into_bytes(), false));
    cases.push(("identity", text.into_bytes(), true));
    for (encoding, body, found) in cases {
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-encoding: {encoding}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let (mut check, _questions, _tasks) = endpoint([head.into_bytes(), body].concat()).await;
        check.search_string = Some("all is ok".to_owned());
        let status = look(&check).await;
        assert_eq!(status.starts_with("Success"), found, "{encoding}: {status}");
    }
}

/// Nothing gets through from Europe.
struct NoEurope;

impl Paths for NoEurope {
    fn lead(&self, checker_region: &str, address: IpAddr) -> bool {
        assert!(address.is_loopback());
        !checker_region.starts_with("eu-")
    }
}

#[tokio::test]
async fn a_partition_hides_the_endpoint_from_some_regions() {
    let (mut check, _questions, _tasks) = endpoint(reply("200 OK", "")).await;
    let prober = Prober::new(Clock::scaled(20.0).expect("a speed"), Arc::new(Nowhere));
    let prober = prober.with_paths(Arc::new(NoEurope));
    for protocol in [CheckProtocol::Http, CheckProtocol::Tcp] {
        check.protocol = protocol;
        assert!(prober.look("us-east-1", &check).await.success);
        let status = prober.look("eu-west-1", &check).await.status;
        assert!(status.starts_with("Failure: Connection timed out. "), "{status}");
    }
}

#[tokio::test]
async fn a_tcp_check_wants_a_connection_only() {
    let (mut check, _questions, _tasks) = endpoint(Vec::new()).await;
    check.protocol = CheckProtocol::Tcp;
    assert_eq!(look(&check).await, "Success: Connection established");
}
