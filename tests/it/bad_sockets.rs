//! What the lab does with whatever arrives on its sockets: the right refusal, no panic, no growth.
//!
//! Issue, "Bad input": "Anything that arrives on the sockets: malformed DNS, malformed XML, wrong methods,
//! huge bodies, slow clients, 1,000 open connections: the right error, no panic, no growth". The lab is a
//! child process here, so that what it says and how much memory it takes are its own.

use std::{fmt::Write as _, net::SocketAddr, path::Path};

use s3_failover::{clock::Clock, lab::Ready};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
};

use super::support::{Program, Running, eventually};

/// In our own seconds; every answer is on loopback.
const LIMIT: std::time::Duration = std::time::Duration::from_secs(20);
/// What a lab may take beyond what it took before, in bytes, once the clients are gone: the allocator
/// keeps some of what it had.
const GROWTH: u64 = 48 << 20;

struct Lab {
    ready: Ready,
    running: Running,
    _folder: TempDir,
}

impl Lab {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("ready.json");
        let program = Program::bare(folder.path()).with("RUST_LOG", "warn");
        let running = program.start(&["lab", "start", "--no-throttling", "--ready-file", "ready.json"]);
        let ready = eventually("the ready file", LIMIT, async || {
            std::fs::read_to_string(&file).map_err(|error| error.to_string())
        });
        let ready = serde_json::from_str(&ready.await).expect("a ready file");
        Self { ready, running, _folder: folder }
    }

    fn name_server(&self) -> SocketAddr {
        self.ready.nameservers[0]
    }

    /// Bytes of memory that it takes now (`VmRSS`). Linux tells; elsewhere growth is not looked at.
    fn memory(&self) -> u64 {
        let status = Path::new("/proc").join(self.running.id().to_string()).join("status");
        let Ok(text) = std::fs::read_to_string(status) else { return 0 };
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line of memory");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") << 10
    }

    /// It answers, has not grown, has said nothing of a panic, and ends when it is told to.
    async fn ends_well(self, before: u64) {
        let address = ask(self.name_server(), &question("example.com", 6)).await.expect("an answer");
        assert_eq!(code(&address), 0);
        for url in [&self.ready.route53, &self.ready.admin, &self.ready.s3_endpoint] {
            let answer = http(url, b"GET /status HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
            assert!(answer.starts_with("HTTP/1.1 "), "{url}: {answer}");
        }
        let grown = self.memory().saturating_sub(before);
        assert!(grown < GROWTH, "the lab has grown by {} MiB", grown >> 20);
        self.running.signal("INT").await;
        let ran = self.running.ended().await;
        assert!(!ran.stderr.contains("panicked"), "{ran}");
        assert_eq!(ran.code, Some(0), "{ran}");
    }
}

fn question(name: &str, rtype: u16) -> Vec<u8> {
    let mut packet = vec![0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.') {
        packet.push(u8::try_from(label.len()).expect("a label"));
        packet.extend_from_slice(label.as_bytes());
    }
    packet.push(0);
    packet.extend(rtype.to_be_bytes());
    packet.extend([0, 1]);
    packet
}

fn code(answer: &[u8]) -> u8 {
    assert!(answer.len() >= 12 && answer[2] & 0x80 != 0, "no response: {answer:?}");
    answer[3] & 0b1111
}

/// One packet over UDP and what comes back. A packet that deserves silence is followed by a good question
/// from the same socket: nothing came when that one's answer is the first.
async fn ask(server: SocketAddr, packet: &[u8]) -> Option<Vec<u8>> {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    socket.connect(server).await.expect("a route");
    socket.send(packet).await.expect("sent");
    let mut last = question("example.com", 6);
    last[..2].copy_from_slice(&[0xff, 0xfe]);
    socket.send(&last).await.expect("sent");
    let mut bytes = vec![0; 65_535];
    let received = Clock::system().timeout(LIMIT, socket.recv(&mut bytes)).await;
    let length = received.expect("the lab answers").expect("a packet");
    (bytes[..2] != [0xff, 0xfe]).then(|| bytes[..length].to_vec())
}

/// What a server sends until it closes the connection.
async fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let read = Clock::system().timeout(LIMIT, stream.read_to_end(&mut bytes)).await;
    // A reset is an end too: the server has closed before it read everything.
    let _ = read.expect("the lab closes the connection");
    bytes
}

async fn http(url: &str, request: &[u8]) -> String {
    let address = url.strip_prefix("http://").expect("a URL of the lab");
    let mut stream = TcpStream::connect(address).await.expect("the lab listens");
    // A body that is refused may not be taken to its end.
    let _ = stream.write_all(request).await;
    String::from_utf8_lossy(&rest(stream).await).into_owned()
}

#[tokio::test]
async fn packets_that_are_none() {
    let lab = Lab::start().await;
    let before = lab.memory();
    let server = lab.name_server();
    let good = question("example.com", 6);
    let with = |at: usize, byte: u8| {
        let mut packet = good.clone();
        packet[at] = byte;
        packet
    };
    let header = &good[..12];
    for (packet, expected, what) in [
        (good.clone(), Some(0), "a good question"),
        (with(2, 0x81), None, "a response"),
        (good[..11].to_vec(), None, "less than a header"),
        (good[..20].to_vec(), Some(1), "half a question"),
        (with(5, 0), Some(1), "no question"),
        (with(5, 2), Some(1), "two questions, of which one is missing"),
        (with(2, 0x21), Some(4), "a NOTIFY"),
        (with(2, 0x29), Some(4), "an UPDATE"),
        (with(good.len() - 1, 3), Some(5), "class CHAOS"),
        (with(good.len() - 1, 255), Some(5), "class ANY"),
        ([header, b"\xc0\x0c\0\x01\0\x01"].concat(), Some(1), "a name that points to itself"),
        ([header, &vec![0xff; 60_000]].concat(), Some(1), "60,000 bytes of nothing"),
    ] {
        let answer = ask(server, &packet).await;
        assert_eq!(answer.as_deref().map(code), expected, "{what}");
    }
    // The resolver has the same ears.
    assert_eq!(ask(lab.ready.resolver, &with(5, 0)).await.as_deref().map(code), Some(1));
    for round in 0..3_000_usize {
        let mut packet = good.clone();
        let at = round % packet.len();
        packet[at] ^= u8::try_from(round % 255 + 1).expect("a byte");
        packet.truncate(packet.len() - round % 7);
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        socket.send_to(&packet, server).await.expect("sent");
        // What comes faster than it is read is dropped by the system, good questions too; so now and then we
        // wait until it is.
        if round % 50 == 0 {
            assert!(ask(server, &good).await.is_some());
        }
    }
    lab.ends_well(before).await;
}

/// Sends bytes over TCP and gives the answers that come back before the lab closes the connection, or
/// before we have all that we expect.
async fn over_tcp(server: SocketAddr, bytes: &[u8], answers: usize) -> Vec<Vec<u8>> {
    let mut stream = TcpStream::connect(server).await.expect("the lab listens");
    stream.write_all(bytes).await.expect("sent");
    let mut received = Vec::new();
    for _ in 0..answers {
        let length = Clock::system().timeout(LIMIT, stream.read_u16()).await.expect("in time");
        let mut answer = vec![0; usize::from(length.expect("an answer"))];
        stream.read_exact(&mut answer).await.expect("a whole answer");
        received.push(answer);
    }
    stream.shutdown().await.expect("half-closed");
    assert_eq!(rest(stream).await, b"", "nothing follows");
    received
}

fn framed(message: &[u8]) -> Vec<u8> {
    let length = u16::try_from(message.len()).expect("no more than a message may have");
    [&length.to_be_bytes()[..], message].concat()
}

#[tokio::test]
async fn messages_over_tcp() {
    let lab = Lab::start().await;
    let before = lab.memory();
    let server = lab.name_server();
    let good = question("example.com", 6);
    let padded = [&good[..], &vec![0; 65_535 - good.len()]].concat();
    let nonsense = [&good[..12], &vec![0xff; 65_535 - 12]].concat();
    for (bytes, codes, what) in [
        ([framed(&good), framed(&good)].concat(), vec![0, 0], "two questions at once"),
        (framed(&padded), vec![0], "65,535 bytes, most of them behind the question"),
        ([framed(&nonsense), framed(&good)].concat(), vec![1, 0], "65,535 bytes of nothing, then a question"),
        (framed(&[]), vec![], "a length of nothing"),
        (framed(&good[..11]), vec![], "a length of less than a header"),
        (framed(&good)[..9].to_vec(), vec![], "half a message, then the end"),
        (vec![0], vec![], "half a length, then the end"),
    ] {
        let answers = over_tcp(server, &bytes, codes.len()).await;
        assert_eq!(answers.iter().map(|answer| code(answer)).collect::<Vec<_>>(), codes, "{what}");
    }
    // A thousand clients that promise a long message and send half of none; the last are served.
    let mut held = Vec::new();
    for _ in 0..1_000 {
        let mut stream = TcpStream::connect(server).await.expect("the lab listens");
        stream.write_all(&[0xff, 0xff, 0]).await.expect("sent");
        held.push(stream);
    }
    assert_eq!(over_tcp(server, &framed(&good), 1).await.len(), 1);
    let grown = lab.memory().saturating_sub(before);
    assert!(grown < GROWTH, "a thousand connections took {} MiB", grown >> 20);
    drop(held);
    lab.ends_well(before).await;
}

fn posted(path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// An XML document that would unfold to gigabytes.
fn bomb() -> String {
    let mut text = "<!DOCTYPE a [<!ENTITY e0 \"lol\">".to_owned();
    for level in 1..10 {
        let inner = format!("&e{};", level - 1).repeat(10);
        write!(text, "<!ENTITY e{level} \"{inner}\">").expect("a String takes everything");
    }
    text + "]><a>&e9;</a>"
}

#[tokio::test]
async fn requests_that_are_none() {
    let lab = Lab::start().await;
    let before = lab.memory();
    let Ready { route53, admin, s3_endpoint, .. } = &lab.ready;
    for url in [route53, admin, s3_endpoint] {
        for request in [
            &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
            b"GET / HTTP/9.9\r\n\r\n",
            b"GET\r\n\r\n",
            &[&b"GET / HTTP/1.1\r\nhost: x\r\nx: "[..], &vec![b'a'; 600_000], b"\r\n\r\n"].concat(),
        ] {
            let answer = http(url, request).await;
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{url}: {answer}");
        }
    }
    let unsigned = http(route53, &posted("/2013-04-01/hostedzone", "<a>")).await;
    assert!(unsigned.contains("<Code>MissingAuthenticationToken</Code>"), "{unsigned}");
    let huge = http(route53, &posted("/2013-04-01/hostedzone", &"x".repeat(8 << 20))).await;
    assert!(huge.is_empty() || huge.starts_with("HTTP/1.1 4"), "{huge}");
    let wrong = http(admin, b"DELETE /status HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(wrong.starts_with("HTTP/1.1 405") || wrong.starts_with("HTTP/1.1 404"), "{wrong}");
    let huge = http(admin, &posted("/faults/us-east-1", &"x".repeat(8 << 20))).await;
    assert!(huge.is_empty() || huge.starts_with("HTTP/1.1 4"), "{huge}");
    let deep = "<a>".repeat(100_000);
    for body in [bomb(), deep, "<a>&nobody;</a>".to_owned(), "\0".repeat(1_000)] {
        let answer = http(s3_endpoint, &posted("/my-app-data-us-east-1?delete", &body)).await;
        assert!(answer.starts_with("HTTP/1.1 4") && answer.contains("<Code>"), "{answer}");
    }
    lab.ends_well(before).await;
}

#[tokio::test]
async fn a_thousand_clients_that_say_nothing() {
    let lab = Lab::start().await;
    let before = lab.memory();
    let urls = [&lab.ready.route53, &lab.ready.admin, &lab.ready.s3_endpoint];
    let mut held = Vec::new();
    for number in 0..1_000 {
        let address = urls[number % 3].strip_prefix("http://").expect("a URL of the lab");
        let mut stream = TcpStream::connect(address).await.expect("the lab listens");
        // Half of a header.
        stream.write_all(b"GET / HTTP/1.1\r\nhost: ").await.expect("sent");
        held.push(stream);
    }
    for url in urls {
        let answer = http(url, b"GET /status HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 "), "{url}: {answer}");
    }
    let grown = lab.memory().saturating_sub(before);
    assert!(grown < GROWTH, "a thousand connections took {} MiB", grown >> 20);
    drop(held);
    lab.ends_well(before).await;
}
