//! The servers and the resolver over real sockets, asked with packets made by hand.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use hickory_proto::{
    op::{Edns, Message, MessageType, OpCode, Query, ResponseCode},
    rr::{Name, RecordType as WireType},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
};

use super::{nameserver::NameServer, resolver::Resolver, server::DnsServer, upstream::Upstream, *};
use crate::{
    clock::Clock,
    lab::route53::types::{Answer, RecordSet, Routing, Zone},
    model::{Fqdn, RecordType, Side},
};

/// One zone, one check, and a count of the questions that reached a name server.
struct World {
    zone: Arc<Zone>,
    primary_healthy: Mutex<bool>,
    questions: AtomicUsize,
}

impl ZoneSource for World {
    fn zone(&self, _: usize, name: &Fqdn) -> Option<Arc<Zone>> {
        self.questions.fetch_add(1, Ordering::Relaxed);
        name.is_within(&self.zone.name).then(|| Arc::clone(&self.zone))
    }

    fn zones(&self, _: usize) -> Vec<Arc<Zone>> {
        vec![Arc::clone(&self.zone)]
    }

    fn healthy(&self, _: usize, _: &str) -> bool {
        *self.primary_healthy.lock().expect("not poisoned")
    }

    fn resource(&self, _: &Fqdn) -> Option<(Ipv4Addr, u32)> {
        None
    }
}

struct Hosts;

impl S3Hosts for Hosts {
    fn host(&self, host: &Fqdn) -> Option<AwsHost> {
        match host.as_str() {
            "b1.s3.us-east-1.amazonaws.com" => Some(AwsHost::Address(Ipv4Addr::new(127, 0, 1, 1), 5)),
            "b2.s3.eu-west-1.amazonaws.com" => Some(AwsHost::Address(Ipv4Addr::new(127, 0, 2, 1), 5)),
            _ => None,
        }
    }
}

fn name(text: &str) -> Fqdn {
    text.parse().expect("a name")
}

fn set(owner: &str, rtype: RecordType, routing: Routing, answer: Answer) -> RecordSet {
    let health_check_id = (routing == Routing::Failover(Side::Primary)).then(|| "check".to_owned());
    RecordSet { name: name(owner), rtype, set_identifier: None, routing, answer, health_check_id }
}

fn values(owner: &str, rtype: RecordType, ttl: u32, values: &[&str]) -> RecordSet {
    let values = values.iter().map(|&value| value.to_owned()).collect();
    set(owner, rtype, Routing::Simple, Answer::Values { ttl, values })
}

fn side(side: Side, target: &str) -> RecordSet {
    let alias = Answer::Alias {
        hosted_zone_id: "Z-LAB-1".to_owned(),
        dns_name: name(target),
        evaluate_target_health: true,
    };
    set("data.example.com", RecordType::Cname, Routing::Failover(side), alias)
}

fn world() -> Arc<World> {
    let long: Vec<String> = (0..20).map(|n| format!("\"{n:0>100}\"")).collect();
    let long: Vec<&str> = long.iter().map(String::as_str).collect();
    let soa = "ns-1.lab.example. hostmaster.lab.example. 1 7200 900 1209600 60";
    let sets = [
        values("example.com", RecordType::Soa, 900, &[soa]),
        values("www.example.com", RecordType::A, 300, &["192.0.2.10"]),
        values("long.example.com", RecordType::Txt, 60, &long),
        values("us-east-1.data.example.com", RecordType::Cname, 60, &["b1.s3.us-east-1.amazonaws.com"]),
        values("eu-west-1.data.example.com", RecordType::Cname, 60, &["b2.s3.eu-west-1.amazonaws.com"]),
        side(Side::Primary, "us-east-1.data.example.com"),
        side(Side::Secondary, "eu-west-1.data.example.com"),
    ];
    let mut records = knowledge::Records::new();
    for set in sets {
        records.entry((set.name.clone(), set.rtype)).or_default().push(set);
    }
    let zone = Arc::new(Zone { id: "Z-LAB-1".to_owned(), name: name("example.com"), records });
    Arc::new(World { zone, primary_healthy: Mutex::new(true), questions: AtomicUsize::new(0) })
}

async fn name_server(world: &Arc<World>) -> DnsServer {
    let server = NameServer::new(0, Arc::clone(world) as _);
    DnsServer::start(Arc::new(server)).await.expect("a free port")
}

/// A resolver whose first name server is a port at which nobody listens.
async fn resolver(clock: &Clock, world: &Arc<World>) -> (DnsServer, DnsServer) {
    let server = name_server(world).await;
    let nobody = UdpSocket::bind("127.0.0.1:0").await.expect("a free port").local_addr().expect("an address");
    let upstream = Upstream::new(vec![nobody, server.address()]);
    let resolver = Resolver::new(clock.clone(), Character::Honest, Arc::new(Hosts), upstream);
    let resolver = DnsServer::start(Arc::new(resolver)).await.expect("a free port");
    (resolver, server)
}

fn question(owner: &str, rtype: WireType) -> Message {
    let mut message = Message::new(4_711, MessageType::Query, OpCode::Query);
    message.add_query(Query::query(Name::from_ascii(owner).expect("a name"), rtype));
    message.metadata.recursion_desired = true;
    message
}

async fn ask_message(server: SocketAddr, question: &Message) -> Message {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
    socket.connect(server).await.expect("a server");
    socket.send(&question.to_vec().expect("a packet")).await.expect("sent");
    let mut bytes = vec![0; 65_535];
    let answer = Clock::system().timeout(Duration::from_secs(5), socket.recv(&mut bytes)).await;
    let length = answer.expect("an answer in time").expect("an answer");
    let answer = Message::from_vec(&bytes[..length]).expect("a message");
    assert_eq!((answer.metadata.id, &answer.queries), (4_711, &question.queries));
    answer
}

async fn ask(server: &DnsServer, owner: &str, rtype: WireType) -> Message {
    ask_message(server.address(), &question(owner, rtype)).await
}

async fn ask_tcp(server: &DnsServer, owner: &str, rtype: WireType) -> Message {
    let mut stream = TcpStream::connect(server.address()).await.expect("a server");
    let bytes = question(owner, rtype).to_vec().expect("a packet");
    let length = u16::try_from(bytes.len()).expect("a short packet");
    stream.write_all(&[&length.to_be_bytes()[..], &bytes].concat()).await.expect("sent");
    let mut bytes = vec![0; usize::from(stream.read_u16().await.expect("a length"))];
    stream.read_exact(&mut bytes).await.expect("an answer");
    Message::from_vec(&bytes).expect("a message")
}

/// Every record of the answer section, as `owner ttl data`.
fn lines(message: &Message) -> Vec<String> {
    message.answers.iter().map(|r| format!("{} {} {}", r.name, r.ttl, r.data)).collect()
}

#[tokio::test]
async fn the_answer_moves_with_the_verdict_and_carries_the_flags_of_an_authority() {
    let world = world();
    let server = name_server(&world).await;
    let answer = ask(&server, "data.example.com.", WireType::A).await;
    assert_eq!(lines(&answer), ["data.example.com. 60 b1.s3.us-east-1.amazonaws.com."]);
    let flags = &answer.metadata;
    assert!(flags.authoritative && flags.recursion_desired && !flags.recursion_available);
    *world.primary_healthy.lock().expect("not poisoned") = false;
    let answer = ask_tcp(&server, "data.example.com.", WireType::CNAME).await;
    assert_eq!(lines(&answer), ["data.example.com. 60 b2.s3.eu-west-1.amazonaws.com."]);
    server.stop().await;
}

#[tokio::test]
async fn the_clients_case_comes_back() {
    let server = name_server(&world()).await;
    let answer = ask(&server, "WwW.eXample.com.", WireType::A).await;
    assert_eq!(lines(&answer), ["WwW.eXample.com. 300 192.0.2.10"]);
}

#[tokio::test]
async fn what_does_not_fit_is_truncated_and_whole_over_tcp_or_with_edns() {
    let server = name_server(&world()).await;
    let mut question = question("long.example.com.", WireType::TXT);
    let answer = ask_message(server.address(), &question).await;
    assert!(answer.metadata.truncation && answer.answers.is_empty() && answer.edns.is_none());
    assert_eq!(ask_tcp(&server, "long.example.com.", WireType::TXT).await.answers.len(), 20);
    for (payload, records) in [(1_232, 0), (4_096, 20)] {
        let mut edns = Edns::new();
        edns.set_max_payload(payload);
        question.set_edns(edns);
        let answer = ask_message(server.address(), &question).await;
        assert_eq!((answer.answers.len(), answer.metadata.truncation), (records, records == 0));
        assert!(answer.edns.is_some(), "an OPT record answers an OPT record");
    }
}

#[tokio::test]
async fn nothing_no_name_and_no_zone_have_their_codes() {
    let server = name_server(&world()).await;
    for (owner, rtype, code, soas) in [
        ("www.example.com.", WireType::AAAA, ResponseCode::NoError, 1),
        ("www.example.com.", WireType::HINFO, ResponseCode::NoError, 1),
        ("none.example.com.", WireType::A, ResponseCode::NXDomain, 1),
        ("example.net.", WireType::A, ResponseCode::Refused, 0),
        (".", WireType::NS, ResponseCode::Refused, 0),
        ("www.example.com.", WireType::ANY, ResponseCode::NotImp, 0),
        ("example.com.", WireType::AXFR, ResponseCode::Refused, 0),
    ] {
        let answer = ask(&server, owner, rtype).await;
        assert_eq!(answer.metadata.response_code, code, "{owner} {rtype}");
        assert_eq!((answer.answers.len(), answer.authorities.len()), (0, soas), "{owner} {rtype}");
        assert!(answer.authorities.iter().all(|soa| soa.ttl == 60));
    }
    let mut unknown_version = question("www.example.com.", WireType::A);
    let mut edns = Edns::new();
    edns.set_version(1);
    unknown_version.set_edns(edns);
    let answer = ask_message(server.address(), &unknown_version).await;
    // By number: 16 is BADSIG as well, and hickory reads it so.
    assert_eq!(u16::from(answer.metadata.response_code), u16::from(ResponseCode::BADVERS));
}

#[tokio::test]
async fn the_resolver_follows_the_pointer_to_the_region_and_past_a_dead_name_server() {
    let (resolver, _server) = resolver(&Clock::system(), &world()).await;
    let answer = ask(&resolver, "Data.example.com.", WireType::A).await;
    assert_eq!(
        lines(&answer),
        ["Data.example.com. 60 b1.s3.us-east-1.amazonaws.com.", "b1.s3.us-east-1.amazonaws.com. 5 127.0.1.1"]
    );
    assert!(answer.metadata.recursion_available && !answer.metadata.authoritative);
    let answer = ask_tcp(&resolver, "data.example.com.", WireType::AAAA).await;
    assert_eq!((answer.metadata.response_code, answer.answers.len()), (ResponseCode::NoError, 1));
    let answer = ask(&resolver, "www.example.org.", WireType::A).await;
    assert_eq!(answer.metadata.response_code, ResponseCode::Refused);
    let long = ask_tcp(&resolver, "long.example.com.", WireType::TXT).await;
    assert_eq!(long.answers.len(), 20, "the resolver asks again over TCP");
}

#[tokio::test]
async fn the_resolver_answers_from_its_cache_until_the_ttl_has_passed_in_the_labs_seconds() {
    // A second of the lab is 20 ms: the packets of this test take far less than a TTL of 60 of them.
    let (clock, world) = (Clock::scaled(50.0).expect("a speed"), world());
    let (resolver, _server) = resolver(&clock, &world).await;
    let first = ask(&resolver, "data.example.com.", WireType::CNAME).await;
    assert!(first.answers[0].ttl > 55);
    *world.primary_healthy.lock().expect("not poisoned") = false;
    let asked = world.questions.load(Ordering::Relaxed);
    clock.sleep(Duration::from_secs(20)).await;
    let cached = ask(&resolver, "data.example.com.", WireType::CNAME).await;
    assert_eq!(cached.answers[0].data, first.answers[0].data);
    assert!((30..=40).contains(&cached.answers[0].ttl), "{}", cached.answers[0].ttl);
    assert_eq!(world.questions.load(Ordering::Relaxed), asked);
    clock.sleep(Duration::from_secs(41)).await;
    let fresh = ask(&resolver, "data.example.com.", WireType::CNAME).await;
    assert_eq!(lines(&fresh), ["data.example.com. 60 b2.s3.eu-west-1.amazonaws.com."]);
    assert_eq!(ask(&resolver, "none.example.com.", WireType::A).await.authorities.len(), 1);
    let asked = world.questions.load(Ordering::Relaxed);
    let negative = ask(&resolver, "none.example.com.", WireType::TXT).await;
    assert_eq!(negative.metadata.response_code, ResponseCode::NXDomain);
    assert_eq!(world.questions.load(Ordering::Relaxed), asked, "NXDOMAIN is remembered for every type");
}
