//! What the program says and believes when a server over TCP, TLS or HTTPS lies, stammers or keeps silent.
//!
//! Issue, "Bad input": "each is a finding or a sentence, never a hang, panic or wrong verdict". The servers of
//! this file speak by hand, since no library lies.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use futures_util::future::{join_all, try_join_all};
use hickory_proto::{
    op::{Message, MessageType, OpCode, ResponseCode},
    rr::{Name, RData, Record, rdata::CNAME},
    serialize::binary::{BinDecodable, BinEncodable},
};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use s3_failover::{
    clock::Clock,
    model::RecordType,
    probe::{Connection, Query, QueryError, Transport, Vantage},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

use super::support::{ENDPOINTS, NAME, Program, resolvers::Certificate};

/// A server, and what each of its connections does.
struct Server {
    address: SocketAddr,
    accepted: Arc<std::sync::atomic::AtomicUsize>,
    _tasks: JoinSet<()>,
}

impl Server {
    async fn start<F: Future<Output = std::io::Result<()>> + Send + 'static>(
        serve: impl Fn(TcpStream) -> F + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let accepted = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let mut tasks = JoinSet::new();
        let count = Arc::clone(&accepted);
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                let served = serve(stream);
                // A client that goes away is no failure of the server.
                connections.spawn(async move { drop(served.await) });
            }
        });
        Self { address, accepted, _tasks: tasks }
    }

    fn accepted(&self) -> usize {
        self.accepted.load(std::sync::atomic::Ordering::SeqCst)
    }
}

/// The reply that names the primary.
fn honest(question: &Message) -> Message {
    let mut message = Message::new(question.metadata.id, MessageType::Response, OpCode::Query);
    message.metadata.response_code = ResponseCode::NoError;
    message.queries.clone_from(&question.queries);
    let name = Name::from_ascii(format!("{NAME}.")).expect("a name");
    let target = CNAME(Name::from_ascii(format!("{}.", ENDPOINTS[0])).expect("a name"));
    message.answers.push(Record::from_rdata(name, 60, RData::CNAME(target)));
    message
}

fn framed(message: &Message) -> Vec<u8> {
    let packet = message.to_bytes().expect("a packet");
    [&u16::try_from(packet.len()).expect("a short packet").to_be_bytes()[..], &packet].concat()
}

async fn question(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<Message> {
    let length = stream.read_u16().await?;
    let mut packet = vec![0; usize::from(length)];
    stream.read_exact(&mut packet).await?;
    Ok(Message::from_bytes(&packet).expect("a question"))
}

/// Says over TCP what `lie` makes of a question, and then nothing.
async fn over_tcp(lie: fn(&Message) -> Vec<u8>) -> Server {
    Server::start(move |mut stream| async move {
        let question = question(&mut stream).await?;
        stream.write_all(&lie(&question)).await?;
        std::future::pending().await
    })
    .await
}

/// What `resolve` says, with 3, by this resolver alone; the server's port is `PORT`.
async fn refused(url: &str, port: u16, certificate: Option<&Certificate>) -> String {
    let ran = resolve(url, certificate).await;
    assert_eq!(ran.code, Some(3), "{ran}");
    let hint = ran.to_string().replace(&format!(":{port}"), ":PORT");
    hint.lines()
        .filter(|line| !line.starts_with("hint:") && !line.starts_with("──"))
        .collect::<Vec<_>>()
        .join("\n")
}

async fn resolve(url: &str, certificate: Option<&Certificate>) -> super::support::Ran {
    let folder = tempfile::tempdir().expect("a folder");
    let spec = include_str!("../specs/valid/minimal.toml");
    std::fs::write(folder.path().join("failover.toml"), spec).expect("a file");
    let program = Program::bare(folder.path());
    let program = match certificate {
        Some(certificate) => program.with("SSL_CERT_FILE", certificate.authority()),
        None => program,
    };
    program.run(&["resolve", "--resolver", url]).await
}

/// Each waits five seconds at most, and all at once.
#[tokio::test]
async fn over_tcp_each_lie_is_a_sentence() {
    let lies: [fn(&Message) -> Vec<u8>; 8] = [
        // Nothing at all.
        |_| Vec::new(),
        // The half of a message, and silence.
        |question| framed(&honest(question))[..30].to_vec(),
        // A length prefix that promises more than comes.
        |question| [&[0xff, 0xff][..], &framed(&honest(question))[2..]].concat(),
        // One that cuts the message: what is left over is no message.
        |question| [&[0, 5][..], &framed(&honest(question))[2..]].concat(),
        // Empty messages.
        |_| vec![0; 64],
        // Garbage under the right id.
        |question| [&[0, 40][..], &question.metadata.id.to_be_bytes(), &[0xc0; 38]].concat(),
        // Truncated, where nothing has to be cut.
        |question| {
            let mut message = honest(question);
            message.metadata.truncation = true;
            framed(&message)
        },
        // "Format error": it does not know EDNS, or does not want to (RFC 6891, section 7).
        |question| {
            let mut message = honest(question);
            message.metadata.response_code = ResponseCode::FormErr;
            message.answers.clear();
            framed(&message)
        },
    ];
    let began = Clock::system();
    let told = join_all(lies.map(async |lie| {
        let server = over_tcp(lie).await;
        refused(&format!("tcp://{}", server.address), server.address.port(), None).await
    }))
    .await;
    assert!(began.elapsed() < Duration::from_secs(40), "{:?}", began.elapsed());
    insta::assert_snapshot!(told.join("\n\n"), @"
    error: no resolver gave an answer for data.example.com CNAME
      because: tcp://127.0.0.1:PORT did not answer within 5 s

    error: no resolver gave an answer for data.example.com CNAME
      because: tcp://127.0.0.1:PORT did not answer within 5 s

    error: no resolver gave an answer for data.example.com CNAME
      because: tcp://127.0.0.1:PORT did not answer within 5 s

    error: no resolver gave an answer for data.example.com CNAME
      because: tcp://127.0.0.1:PORT answered with something that is no reply to the question: over TCP, another id or question

    error: no resolver gave an answer for data.example.com CNAME
      because: tcp://127.0.0.1:PORT answered with something that is no reply to the question: over TCP, another id or question

    error: no resolver gave an answer for data.example.com CNAME
      because: tcp://127.0.0.1:PORT answered with something that is no reply to the question: label points to data not prior to idx: 12 ptr: 192

    error: no resolver gave an answer for data.example.com CNAME
      because: tcp://127.0.0.1:PORT answered with something that is no reply to the question: it is truncated, and that over TCP, which cuts nothing

    error: no resolver gave an answer for data.example.com CNAME
      because: tcp://127.0.0.1:PORT says that it cannot answer: Form Error
    ");
    let closing = Server::start(async |mut stream: TcpStream| {
        question(&mut stream).await?;
        stream.shutdown().await
    })
    .await;
    insta::assert_snapshot!(
        refused(&format!("tcp://{}", closing.address), closing.address.port(), None).await, @"
    error: no resolver gave an answer for data.example.com CNAME
      because: tcp://127.0.0.1:PORT could not be asked over TCP
      because: unexpected end of file
    ");
}

fn acceptor(certificate: &Certificate) -> TlsAcceptor {
    let certificates = vec![CertificateDer::from_pem_file(certificate.server()).expect("a certificate")];
    let key = PrivateKeyDer::from_pem_file(certificate.key()).expect("a key");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .expect("a certificate and its key");
    TlsAcceptor::from(Arc::new(config))
}

/// TLS with certificates that nobody should believe, and servers that do not speak it.
#[tokio::test]
async fn over_tls_nothing_untrusted_is_believed() {
    let (good, expired, other) = (Certificate::new(), Certificate::expired(), Certificate::of("other.test"));
    let serve = |certificate: &Certificate| {
        let acceptor = acceptor(certificate);
        Server::start(move |stream| {
            let acceptor = acceptor.clone();
            async move {
                let mut stream = acceptor.accept(stream).await?;
                let question = question(&mut stream).await?;
                stream.write_all(&framed(&honest(&question))).await?;
                std::future::pending().await
            }
        })
    };
    let of_good = serve(&good).await;
    let url = format!("tls://{}", of_good.address);
    let ran = resolve(&url, Some(&good)).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let (of_expired, of_other) = (serve(&expired).await, serve(&other).await);
    let plain = over_tcp(|question| framed(&honest(question))).await;
    let silent = Server::start(|stream| async move {
        let _stream = stream;
        std::future::pending().await
    })
    .await;
    let tell = async |server: &Server, certificate| {
        refused(&format!("tls://{}", server.address), server.address.port(), Some(certificate)).await
    };
    let told = tokio::join!(
        tell(&of_good, &other),
        tell(&of_expired, &expired),
        tell(&of_other, &other),
        tell(&plain, &good),
        tell(&silent, &good),
    );
    // What follows is the date.
    let expired = told.1.split(": verification time").next().unwrap_or_default().to_owned();
    insta::assert_snapshot!([told.0, expired, told.2, told.3, told.4].join("\n\n"), @r#"
    error: no resolver gave an answer for data.example.com CNAME
      because: no trusted TLS connection to tls://127.0.0.1:PORT, whose certificate has to hold 127.0.0.1
      because: invalid peer certificate: BadSignature

    error: no resolver gave an answer for data.example.com CNAME
      because: no trusted TLS connection to tls://127.0.0.1:PORT, whose certificate has to hold 127.0.0.1
      because: invalid peer certificate: certificate expired

    error: no resolver gave an answer for data.example.com CNAME
      because: no trusted TLS connection to tls://127.0.0.1:PORT, whose certificate has to hold 127.0.0.1
      because: invalid peer certificate: certificate not valid for name "127.0.0.1"; certificate is only valid for DnsName("other.test")

    error: no resolver gave an answer for data.example.com CNAME
      because: tls://127.0.0.1:PORT did not finish the TLS handshake within 5 s

    error: no resolver gave an answer for data.example.com CNAME
      because: tls://127.0.0.1:PORT did not finish the TLS handshake within 5 s
    "#);
}

/// What a liar over HTTP/1.1 sends back for a message.
type HttpLie = fn(&Message) -> Vec<u8>;

fn http(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}

async fn over_https(certificate: &Certificate, lie: HttpLie) -> Server {
    let acceptor = acceptor(certificate);
    Server::start(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let mut stream = acceptor.accept(stream).await?;
            let message = posted(&mut stream).await?;
            stream.write_all(&lie(&message)).await?;
            if message.metadata.id == 0 {
                stream.flush().await?;
            }
            std::future::pending().await
        }
    })
    .await
}

/// The message of a request, all of which has come.
async fn posted(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> std::io::Result<Message> {
    let mut read = Vec::new();
    loop {
        if let Some(at) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&read[..at]).to_ascii_lowercase();
            assert!(head.starts_with("post /dns-query http/1.1\r\n"), "{head}");
            assert!(head.contains("content-type: application/dns-message"), "{head}");
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.expect("a length").parse().expect("a number");
            if read.len() >= at + 4 + length {
                return Ok(Message::from_bytes(&read[at + 4..]).expect("a question"));
            }
        }
        stream.read_buf(&mut read).await?;
    }
}

/// RFC 8484: only a success with a DNS message in it is an answer. The honest one, over HTTP/1.1, is believed; and
/// its age is taken off its TTL (section 5.1).
#[tokio::test]
async fn over_https_each_lie_is_a_sentence() {
    let certificate = Certificate::new();
    let old = over_https(&certificate, |question| {
        let body = honest(question).to_bytes().expect("a packet");
        http("200 OK\r\ncontent-type: application/dns-message\r\nage: 18", &body)
    })
    .await;
    let ran = resolve(&format!("https://{}/dns-query", old.address), Some(&certificate)).await;
    assert!(ran.stdout.contains("the primary is active, for 42 s"), "{ran}");
    let lies: [HttpLie; 9] = [
        |_| http("404 Not Found\r\ncontent-type: text/html", b"<html>nothing here</html>"),
        |_| http("200 OK\r\ncontent-type: text/html; charset=utf-8", b"<html>a portal</html>"),
        |question| http("200 OK", &honest(question).to_bytes().expect("a packet")),
        |_| http("302 Found\r\nlocation: https://elsewhere.test/", b""),
        |_| http("200 OK\r\ncontent-type: application/dns-message", b"garbage"),
        |question| {
            let mut other = honest(question);
            other.metadata.id = 7;
            http("200 OK\r\ncontent-type: application/dns-message", &other.to_bytes().expect("a packet"))
        },
        // A body that does not end within the longest message.
        |_| {
            let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/dns-message\r\n\r\n";
            [&head[..], &vec![0; 70_000]].concat()
        },
        // One that never ends.
        |_| {
            b"HTTP/1.1 200 OK\r\ncontent-type: application/dns-message\r\ncontent-length: 99\r\n\r\nab"
                .to_vec()
        },
        |_| b"SSH-2.0-OpenSSH_9.2\r\n".to_vec(),
    ];
    let certificate = &certificate;
    let told = join_all(lies.map(async |lie| {
        let server = over_https(certificate, lie).await;
        let url = format!("https://{}/dns-query", server.address);
        refused(&url, server.address.port(), Some(certificate)).await
    }))
    .await;
    insta::assert_snapshot!(told.join("\n\n"), @"
    error: no resolver gave an answer for data.example.com CNAME
      because: https://127.0.0.1:PORT/dns-query answered 404 Not Found: is DNS over HTTPS served at this path?

    error: no resolver gave an answer for data.example.com CNAME
      because: https://127.0.0.1:PORT/dns-query answered 200 OK with text/html, and not with application/dns-message: is DNS over HTTPS served at this path?

    error: no resolver gave an answer for data.example.com CNAME
      because: https://127.0.0.1:PORT/dns-query answered 200 OK with something without a type, and not with application/dns-message: is DNS over HTTPS served at this path?

    error: no resolver gave an answer for data.example.com CNAME
      because: https://127.0.0.1:PORT/dns-query answered 302 Found: is DNS over HTTPS served at this path?

    error: no resolver gave an answer for data.example.com CNAME
      because: https://127.0.0.1:PORT/dns-query answered with something that is no reply to the question: over HTTPS, another id or question

    error: no resolver gave an answer for data.example.com CNAME
      because: https://127.0.0.1:PORT/dns-query answered with something that is no reply to the question: over HTTPS, another id or question

    error: no resolver gave an answer for data.example.com CNAME
      because: https://127.0.0.1:PORT/dns-query sent more than 65535 bytes, which no DNS message has: is DNS over HTTPS served at this path?

    error: no resolver gave an answer for data.example.com CNAME
      because: https://127.0.0.1:PORT/dns-query did not answer within 5 s

    error: no resolver gave an answer for data.example.com CNAME
      because: https://127.0.0.1:PORT/dns-query could not be asked over HTTPS
      because: invalid HTTP version parsed
    ");
}

fn asked() -> Query {
    Query::of(&NAME.parse().expect("a name"), RecordType::Cname).recursive()
}

/// RFC 7766, 6.2.1.1 and 7: many questions over one connection at once, answered in another order; each finds its
/// own reply.
#[tokio::test]
async fn one_connection_carries_many_questions() {
    let server = Server::start(async |mut stream: TcpStream| {
        loop {
            let mut batch = Vec::new();
            while batch.len() < 10 {
                batch.push(question(&mut stream).await?);
            }
            for question in batch.iter().rev() {
                stream.write_all(&framed(&honest(question))).await?;
            }
        }
    })
    .await;
    let vantage = Vantage::recursive(server.address).over(Transport::Tcp);
    let connection = Connection::new(&Clock::system(), vantage);
    for _ in 0..3 {
        let question = asked();
        let asking = (0..10).map(|_| connection.query(&question, Duration::from_secs(5)));
        let replies = try_join_all(asking).await.expect("ten replies");
        assert!(replies.iter().all(|reply| reply.answers.len() == 1), "{replies:?}");
    }
    assert_eq!(server.accepted(), 1);
}

/// RFC 7766, 6.2.4: a connection that the server has closed is opened again, unnoticed by who asks.
#[tokio::test]
async fn a_closed_connection_is_opened_again() {
    let server = Server::start(async |mut stream: TcpStream| {
        for _ in 0..2 {
            let question = question(&mut stream).await?;
            stream.write_all(&framed(&honest(&question))).await?;
        }
        // The third is read, and the connection closed over it.
        question(&mut stream).await.map(drop)
    })
    .await;
    let vantage = Vantage::recursive(server.address).over(Transport::Tcp);
    let connection = Connection::new(&Clock::system(), vantage);
    for asking in 0..6 {
        let reply = connection.query(&asked(), Duration::from_secs(5)).await;
        assert!(reply.is_ok(), "asking {asking}: {reply:?}");
    }
    assert_eq!(server.accepted(), 3);
}

/// A deadline holds, and a connection that is silent once is not asked a second time.
#[tokio::test]
async fn a_silent_connection_is_given_up() {
    let limit = Duration::from_millis(300);
    let server = Server::start(async |mut stream: TcpStream| {
        question(&mut stream).await?;
        std::future::pending().await
    })
    .await;
    let clock = Clock::system();
    let vantage = Vantage::recursive(server.address).over(Transport::Tcp);
    let connection = Connection::new(&clock, vantage);
    for asking in 1..=2 {
        let began = clock.elapsed();
        let reply = connection.query(&asked(), limit).await;
        let took = clock.elapsed().saturating_sub(began);
        assert!(matches!(reply, Err(QueryError::TimedOut { strays: 0, .. })), "{reply:?}");
        // A loaded machine may wake us late; a hang would be for ever.
        assert!(took >= limit && took < limit + Duration::from_secs(1), "{took:?}");
        assert_eq!(server.accepted(), asking);
    }
}
