//! What the program says and believes when a DNS server lies, stammers or keeps silent.
//!
//! Issue, "Bad input": "a name server that does not answer, answers with the wrong id, truncated or
//! malformed: a sentence that says what was tried, what came back and what to do, exit code 3".
//! `resolve` needs no AWS, so the liars of this file are all the world that it has.

use std::net::SocketAddr;

use hickory_proto::{
    op::{Message, MessageType, OpCode, Query, ResponseCode},
    rr::{
        Name, RData, Record, RecordType,
        rdata::{A, CNAME},
    },
    serialize::binary::{BinDecodable, BinEncodable},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream, UdpSocket},
    task::JoinSet,
};

use super::support::{ENDPOINTS, NAME, Program, Ran, TestLab, quick};

/// What a liar sends for one question; several packets when there are several.
type Lie = fn(&Message) -> Vec<Vec<u8>>;

/// A DNS server that says over UDP what it is told to, and over TCP something else, or nothing.
struct Liar {
    address: SocketAddr,
    _tasks: JoinSet<()>,
}

impl Liar {
    /// Over UDP alone: nobody listens at the TCP port.
    async fn start(udp: Lie) -> Self {
        Self::listen(udp, None).await
    }

    async fn listen(udp: Lie, tcp: Option<Lie>) -> Self {
        let (socket, port) = one_number().await;
        let address = socket.local_addr().expect("an address");
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let Some(lie) = tcp else {
                // Taken, and nobody listens: whoever connects is refused.
                let _port = port;
                return std::future::pending().await;
            };
            let listener = port.listen(16).expect("a listener");
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                over_tcp(stream, lie).await;
            }
        });
        tasks.spawn(async move {
            let mut buffer = [0; 4_096];
            loop {
                let (length, from) = socket.recv_from(&mut buffer).await.expect("a packet");
                let question = Message::from_bytes(&buffer[..length]).expect("a question");
                for packet in udp(&question) {
                    socket.send_to(&packet, from).await.expect("the packet leaves");
                }
            }
        });
        Self { address, _tasks: tasks }
    }
}

/// A UDP and a TCP port of one number.
async fn one_number() -> (UdpSocket, TcpSocket) {
    for _ in 0..20 {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let port = TcpSocket::new_v4().expect("a socket");
        if port.bind(socket.local_addr().expect("an address")).is_ok() {
            return (socket, port);
        }
    }
    panic!("no number is free for both")
}

async fn over_tcp(mut stream: TcpStream, lie: Lie) {
    let length = stream.read_u16().await.expect("a length");
    let mut question = vec![0; usize::from(length)];
    stream.read_exact(&mut question).await.expect("a question");
    for packet in lie(&Message::from_bytes(&question).expect("a question")) {
        let length = u16::try_from(packet.len()).expect("a short packet");
        let sent = [&length.to_be_bytes()[..], &packet].concat();
        stream.write_all(&sent).await.expect("the packet leaves");
    }
}

/// The beginning of a reply, with the question in it.
fn reply(question: &Message, code: ResponseCode) -> Message {
    let mut message = Message::new(question.metadata.id, MessageType::Response, OpCode::Query);
    message.metadata.response_code = code;
    message.metadata.authoritative = true;
    message.queries.clone_from(&question.queries);
    message
}

fn bytes(message: &Message) -> Vec<u8> {
    message.to_bytes().expect("a packet")
}

/// A reply that names this endpoint.
fn pointing(question: &Message, endpoint: &str) -> Message {
    let mut message = reply(question, ResponseCode::NoError);
    let name = Name::from_ascii(format!("{NAME}.")).expect("a name");
    let target = CNAME(Name::from_ascii(format!("{endpoint}.")).expect("a name"));
    message.answers.push(Record::from_rdata(name, 60, RData::CNAME(target)));
    message
}

/// The honest answer: the primary.
fn honest(question: &Message) -> Vec<Vec<u8>> {
    vec![bytes(&pointing(question, ENDPOINTS[0]))]
}

/// A forger's answer: the secondary, with another id.
fn forged(question: &Message) -> Vec<u8> {
    let mut message = pointing(question, ENDPOINTS[1]);
    message.metadata.id = question.metadata.id.wrapping_add(1);
    bytes(&message)
}

/// A folder with the lab's spec, and no lab.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let spec = include_str!("../specs/valid/minimal.toml");
    std::fs::write(folder.path().join("failover.toml"), spec).expect("a file");
    folder
}

/// `resolve` by these name servers; what it says, with their addresses as `SERVER`, `SERVER 2`, ….
async fn resolve(servers: &[SocketAddr], option: &str) -> (Option<i32>, String) {
    let folder = folder();
    let addresses: Vec<String> = servers.iter().map(ToString::to_string).collect();
    let mut arguments = vec!["resolve"];
    for address in &addresses {
        arguments.extend([option, address]);
    }
    let ran: Ran = Program::bare(folder.path()).run(&arguments).await;
    let mut text = ran.to_string();
    for (index, address) in addresses.iter().enumerate() {
        text = text.replace(address, &format!("SERVER {}", index + 1));
    }
    (ran.code, text)
}

/// What `resolve` says when it has to fail, with 3, by this liar as the only name server.
async fn refused(liar: &Liar) -> String {
    let (code, text) = resolve(&[liar.address], "--nameserver").await;
    assert_eq!(code, Some(3), "{text}");
    text
}

const PRIMARY: &str = "── stdout
data.example.com: the primary is active, for 60 s
  bucket    my-app-data-us-east-1
  region    us-east-1
  endpoint  my-app-data-us-east-1.s3.us-east-1.amazonaws.com
── stderr
── ended with 0";

async fn believed(servers: &[SocketAddr]) {
    let (_, text) = resolve(servers, "--nameserver").await;
    assert_eq!(text, PRIMARY);
}

/// RFC 5452, section 9.1: a reply with another id or another question is not believed, and the right one
/// that comes after it is.
#[tokio::test]
async fn a_forged_answer_before_the_right_one_is_not_believed() {
    let liar = Liar::start(|question| [vec![forged(question)], honest(question)].concat()).await;
    believed(&[liar.address]).await;
    let liar = Liar::start(|question| {
        let mut other = pointing(question, ENDPOINTS[1]);
        other.queries[0] =
            Query::query(Name::from_ascii("other.example.com.").expect("a name"), RecordType::CNAME);
        [vec![bytes(&other), vec![0; 5], b"garbage".to_vec()], honest(question)].concat()
    })
    .await;
    believed(&[liar.address]).await;
}

/// Only forged answers, or none: the wait ends, and how many were not believed is told.
#[tokio::test]
async fn forged_answers_alone_and_silence_run_out_of_time() {
    let silent = Liar::start(|_| Vec::new()).await;
    let forger = Liar::start(|question| vec![forged(question), forged(question)]).await;
    let other = Liar::start(|question| {
        let mut message = pointing(question, ENDPOINTS[1]);
        message.queries[0] = Query::query(message.queries[0].name().clone(), RecordType::A);
        vec![bytes(&message)]
    })
    .await;
    // All three wait at once, five seconds each.
    let told = tokio::join!(refused(&silent), refused(&forger), refused(&other));
    insta::assert_snapshot!(told.0, @"
    ── stdout
    ── stderr
    error: no name server gave an answer for data.example.com
      because: SERVER 1 did not answer within 5 s
    hint: Look at the address, and whether UDP and TCP reach it: `--nameserver IP:PORT` and `--resolver IP:PORT` say whom to ask instead.
    ── ended with 3
    ");
    insta::assert_snapshot!(told.1, @"
    ── stdout
    ── stderr
    error: no name server gave an answer for data.example.com
      because: SERVER 1 did not answer within 5 s (2 datagrams that answer no open question came, and were not believed)
    hint: Look at the address, and whether UDP and TCP reach it: `--nameserver IP:PORT` and `--resolver IP:PORT` say whom to ask instead.
    ── ended with 3
    ");
    insta::assert_snapshot!(told.2, @"
    ── stdout
    ── stderr
    error: no name server gave an answer for data.example.com
      because: SERVER 1 did not answer within 5 s (one datagram that answers no open question came, and was not believed)
    hint: Look at the address, and whether UDP and TCP reach it: `--nameserver IP:PORT` and `--resolver IP:PORT` say whom to ask instead.
    ── ended with 3
    ");
}

/// A packet with the right id that is no reply to the question.
#[tokio::test]
async fn a_malformed_answer_is_told() {
    let half = Liar::start(|question| {
        let whole = bytes(&pointing(question, ENDPOINTS[0]));
        vec![whole[..whole.len() - 20].to_vec()]
    })
    .await;
    insta::assert_snapshot!(refused(&half).await, @"
    ── stdout
    ── stderr
    error: no name server gave an answer for data.example.com
      because: SERVER 1 answered with something that is no reply to the question: incorrect rdata length read: 27 expected: 47
    hint: Look at the address, and whether UDP and TCP reach it: `--nameserver IP:PORT` and `--resolver IP:PORT` say whom to ask instead.
    ── ended with 3
    ");
    let echo = Liar::start(|question| vec![bytes(question)]).await;
    insta::assert_snapshot!(refused(&echo).await, @"
    ── stdout
    ── stderr
    error: no name server gave an answer for data.example.com
      because: SERVER 1 answered with something that is no reply to the question: it is a question itself
    hint: Look at the address, and whether UDP and TCP reach it: `--nameserver IP:PORT` and `--resolver IP:PORT` say whom to ask instead.
    ── ended with 3
    ");
    let without_question = Liar::start(|question| {
        let mut message = pointing(question, ENDPOINTS[0]);
        message.queries.clear();
        vec![bytes(&message)]
    })
    .await;
    insta::assert_snapshot!(refused(&without_question).await, @"
    ── stdout
    ── stderr
    error: no name server gave an answer for data.example.com
      because: SERVER 1 answered with something that is no reply to the question: it does not repeat the question
    hint: Look at the address, and whether UDP and TCP reach it: `--nameserver IP:PORT` and `--resolver IP:PORT` say whom to ask instead.
    ── ended with 3
    ");
}

/// RFC 7766, section 5: what is truncated over UDP is asked for again over TCP, and the part that came
/// is not believed.
#[tokio::test]
async fn a_truncated_answer_is_asked_for_again_over_tcp() {
    fn truncated(question: &Message) -> Vec<Vec<u8>> {
        let mut message = pointing(question, ENDPOINTS[1]);
        message.metadata.truncation = true;
        vec![bytes(&message)]
    }
    let liar = Liar::listen(truncated, Some(honest)).await;
    believed(&[liar.address]).await;
    let closed = Liar::listen(truncated, None).await;
    insta::assert_snapshot!(refused(&closed).await, @"
    ── stdout
    ── stderr
    error: no name server gave an answer for data.example.com
      because: SERVER 1 could not be asked over TCP
      because: Connection refused (os error 111)
    hint: Look at the address, and whether UDP and TCP reach it: `--nameserver IP:PORT` and `--resolver IP:PORT` say whom to ask instead.
    ── ended with 3
    ");
    let forger = Liar::listen(truncated, Some(|question| vec![forged(question)])).await;
    insta::assert_snapshot!(refused(&forger).await, @"
    ── stdout
    ── stderr
    error: no name server gave an answer for data.example.com
      because: SERVER 1 answered with something that is no reply to the question: over TCP, another id or question
    hint: Look at the address, and whether UDP and TCP reach it: `--nameserver IP:PORT` and `--resolver IP:PORT` say whom to ask instead.
    ── ended with 3
    ");
    let cut = Liar::listen(truncated, Some(|_| Vec::new())).await;
    insta::assert_snapshot!(refused(&cut).await, @"
    ── stdout
    ── stderr
    error: no name server gave an answer for data.example.com
      because: SERVER 1 could not be asked over TCP
      because: unexpected end of file
    hint: Look at the address, and whether UDP and TCP reach it: `--nameserver IP:PORT` and `--resolver IP:PORT` say whom to ask instead.
    ── ended with 3
    ");
}

/// Answers that belong to the question and name no side of the spec.
#[tokio::test]
async fn an_answer_that_is_neither_side_is_told() {
    let nobody = Liar::start(|question| vec![bytes(&reply(question, ResponseCode::NXDomain))]).await;
    insta::assert_snapshot!(refused(&nobody).await, @"
    ── stdout
    ── stderr
    error: data.example.com answers neither side: Non-Existent Domain
    hint: `s3-failover plan` shows whether the records are there, `s3-failover verify` what each name server answers.
    ── ended with 3
    ");
    let other = Liar::start(|question| vec![bytes(&pointing(question, "elsewhere.example.net"))]).await;
    insta::assert_snapshot!(refused(&other).await, @"
    ── stdout
    ── stderr
    error: data.example.com answers neither side: elsewhere.example.net
    hint: `s3-failover plan` shows whether the records are there, `s3-failover verify` what each name server answers.
    ── ended with 3
    ");
    let empty = Liar::start(|question| vec![bytes(&reply(question, ResponseCode::NoError))]).await;
    insta::assert_snapshot!(refused(&empty).await, @"
    ── stdout
    ── stderr
    error: data.example.com answers neither side: no record of this type
    hint: `s3-failover plan` shows whether the records are there, `s3-failover verify` what each name server answers.
    ── ended with 3
    ");
    let address = Liar::start(|question| {
        let mut message = reply(question, ResponseCode::NoError);
        let name = Name::from_ascii(format!("{NAME}.")).expect("a name");
        message.answers.push(Record::from_rdata(name, 60, RData::A(A::new(192, 0, 2, 1))));
        vec![bytes(&message)]
    })
    .await;
    insta::assert_snapshot!(refused(&address).await, @"
    ── stdout
    ── stderr
    error: data.example.com answers neither side: 192.0.2.1
    hint: `s3-failover plan` shows whether the records are there, `s3-failover verify` what each name server answers.
    ── ended with 3
    ");
}

/// A server that cannot answer says so by its code (RFC 1035, 4.1.1), and the next one is asked.
#[tokio::test]
async fn the_next_server_is_asked_when_one_cannot_answer() {
    let failing = Liar::start(|question| vec![bytes(&reply(question, ResponseCode::ServFail))]).await;
    let refusing = Liar::start(|question| vec![bytes(&reply(question, ResponseCode::Refused))]).await;
    let good = Liar::start(honest).await;
    let closed = {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        socket.local_addr().expect("an address")
    };
    believed(&[closed, good.address]).await;
    believed(&[failing.address, refusing.address, good.address]).await;
    insta::assert_snapshot!(refused(&failing).await, @"
    ── stdout
    ── stderr
    error: no name server gave an answer for data.example.com
      because: SERVER 1 says that it cannot answer: Server Failure
    hint: Look at the address, and whether UDP and TCP reach it: `--nameserver IP:PORT` and `--resolver IP:PORT` say whom to ask instead.
    ── ended with 3
    ");
    insta::assert_snapshot!(refused(&refusing).await, @"
    ── stdout
    ── stderr
    error: no name server gave an answer for data.example.com
      because: SERVER 1 says that it cannot answer: Query Refused
    hint: Look at the address, and whether UDP and TCP reach it: `--nameserver IP:PORT` and `--resolver IP:PORT` say whom to ask instead.
    ── ended with 3
    ");
    let (code, text) = resolve(&[failing.address, closed], "--nameserver").await;
    assert_eq!(code, Some(3), "{text}");
    insta::assert_snapshot!(text, @"
    ── stdout
    ── stderr
    error: no name server gave an answer for data.example.com
      because: SERVER 2 could not be asked over UDP
      because: Connection refused (os error 111)
    hint: Look at the address, and whether UDP and TCP reach it: `--nameserver IP:PORT` and `--resolver IP:PORT` say whom to ask instead.
    ── ended with 3
    ");
    // The same for resolvers.
    let (code, text) = resolve(&[failing.address, good.address], "--resolver").await;
    assert_eq!((code, text.as_str()), (Some(0), PRIMARY));
    let (code, text) = resolve(&[failing.address], "--resolver").await;
    assert_eq!(code, Some(3), "{text}");
    insta::assert_snapshot!(text, @"
    ── stdout
    ── stderr
    error: no resolver gave an answer for data.example.com CNAME
      because: SERVER 1 says that it cannot answer: Server Failure
    hint: Look at the address, and whether UDP and TCP reach it: `--nameserver IP:PORT` and `--resolver IP:PORT` say whom to ask instead.
    ── ended with 3
    ");
    let (code, text) = resolve(&[closed], "--resolver").await;
    assert_eq!(code, Some(3), "{text}");
    insta::assert_snapshot!(text, @"
    ── stdout
    ── stderr
    error: no resolver gave an answer for data.example.com CNAME
      because: SERVER 1 could not be asked over UDP
      because: Connection refused (os error 111)
    hint: Look at the address, and whether UDP and TCP reach it: `--nameserver IP:PORT` and `--resolver IP:PORT` say whom to ask instead.
    ── ended with 3
    ");
}

/// interface.md: `verify` ends with 1 when something is wrong, and says what each server answered.
#[tokio::test]
async fn verify_says_which_name_server_does_what() {
    let lab = TestLab::start(quick()).await;
    let applied = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(applied.code, Some(0), "{applied}");
    let refusing = Liar::start(|question| vec![bytes(&reply(question, ResponseCode::Refused))]).await;
    let stale = Liar::start(|question| vec![bytes(&pointing(question, ENDPOINTS[1]))]).await;
    let closed = {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        socket.local_addr().expect("an address")
    };
    let servers = [lab.lab.ready().nameservers[0], refusing.address, stale.address, closed];
    let list: Vec<String> = servers.iter().map(ToString::to_string).collect();
    let program = lab.program().with("S3_FAILOVER_NAMESERVERS", list.join(","));
    let ran = program.run(&["verify", "-o", "json"]).await;
    assert_eq!(ran.code, Some(1), "{ran}");
    let document = ran.json();
    let failover = &document["failovers"][0];
    assert_eq!(
        (failover["expected"].as_str(), failover["observed"].as_str()),
        (Some("primary"), Some("mixed"))
    );
    let bad = failover["checks"].as_array().expect("findings").iter().filter(|check| check["ok"] == false);
    let lines: Vec<String> = bad.map(|check| format!("{}: {}", check["id"], check["detail"])).collect();
    let mut text = lines.join("\n").replace('"', "");
    for (index, address) in list.iter().enumerate() {
        text = text.replace(address, &format!("SERVER {}", index + 1));
        // Route 53 speaks for each of them in turn.
        text = text.replace(&format!("ns-{}.", index + 1), "ns-N.");
    }
    insta::assert_snapshot!(text, @"
    authoritative.reachable: SERVER 2 says that it cannot answer: Query Refused; SERVER 4 could not be asked over UDP: Connection refused (os error 111)
    authoritative.agree: the name servers disagree: SERVER 1 answers the primary; SERVER 2 says that it cannot answer: Query Refused; SERVER 3 answers the secondary; SERVER 4 could not be asked over UDP: Connection refused (os error 111)
    authoritative.expected: the primary should be answered, but: SERVER 1 answers the primary; SERVER 2 says that it cannot answer: Query Refused; SERVER 3 answers the secondary; SERVER 4 could not be asked over UDP: Connection refused (os error 111); if a side has just failed or recovered, the switch may be under way
    authoritative.tcp: tcp://SERVER 3 could not be asked over TCP: Connection refused (os error 111)
    route53.agree: Route 53 says that ns-N.route53-lab.invalid answers the primary, but SERVER 3 answers the secondary
    ");
}
