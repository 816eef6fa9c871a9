//! Clients before servers that close, keep silent, dawdle or have moved, and before names that lead elsewhere.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Duration,
};

use s3_failover::{
    clock::Clock,
    model::Side,
    probe::{
        Servers, Vantage,
        client::{Client, ClientKind, ClientLook, Errand},
    },
    spec::{Format, Spec},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use super::support::{ENDPOINTS, Leads, NAME, Names};

const ONE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const TWO: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// What a server does with a connection.
#[derive(Clone, Copy)]
enum Manner {
    /// It answers whatever is asked, for as long as somebody asks.
    Serves,
    /// It answers once, as if it went on, and closes.
    ClosesAfterOne,
    /// It answers once and closes as soon as the next request comes.
    BreaksOffAtTwo,
    /// It answers nothing.
    Silent,
    /// A byte now and then, and never the last.
    Dawdles,
}

/// Two servers on one port: the sides' endpoints.
struct Sides {
    port: u16,
    _tasks: JoinSet<()>,
}

impl Sides {
    async fn start(addresses: [IpAddr; 2], manners: [Manner; 2]) -> Self {
        for _ in 0..20 {
            let first = TcpListener::bind((addresses[0], 0)).await.expect("a port");
            let port = first.local_addr().expect("an address").port();
            let Ok(second) = TcpListener::bind((addresses[1], port)).await else { continue };
            let mut tasks = JoinSet::new();
            for ((listener, manner), region) in
                [first, second].into_iter().zip(manners).zip(["us-east-1", "eu-west-1"])
            {
                tasks.spawn(serve(listener, manner, region));
            }
            return Self { port, _tasks: tasks };
        }
        panic!("no port is free at both addresses")
    }
}

async fn serve(listener: TcpListener, manner: Manner, region: &'static str) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        connections.spawn(converse(stream, manner, region));
    }
}

async fn converse(mut stream: TcpStream, manner: Manner, region: &str) {
    let answer = format!("HTTP/1.1 200 OK\r\nx-amz-bucket-region: {region}\r\ncontent-length: 3\r\n\r\nok\n");
    for number in 1.. {
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            match stream.read_u8().await {
                Ok(byte) => request.push(byte),
                Err(_) => return,
            }
        }
        match manner {
            Manner::BreaksOffAtTwo if number == 2 => return,
            Manner::Serves | Manner::ClosesAfterOne | Manner::BreaksOffAtTwo => {
                stream.write_all(answer.as_bytes()).await.expect("the client listens");
                if matches!(manner, Manner::ClosesAfterOne) {
                    return;
                }
            }
            Manner::Silent => std::future::pending().await,
            Manner::Dawdles => {
                for byte in answer.bytes().take(answer.len() - 1) {
                    if stream.write_all(&[byte]).await.is_err() {
                        return;
                    }
                    Clock::system().sleep(Duration::from_millis(20)).await;
                }
            }
        }
    }
}

const POINTERS: [&str; 2] = [
    "bucket = \"my-app-data-us-east-1\"\nregion = \"us-east-1\"",
    "bucket = \"my-app-data-eu-west-1\"\nregion = \"eu-west-1\"",
];

/// Clients of a failover whose name and endpoints this resolver knows, in a world twenty times as fast as ours.
fn errand(names: &Names, port: u16, sides: [&str; 2]) -> Errand {
    let text = format!(
        "hosted_zone = \"example.com\"\n[[failover]]\nname = \"{NAME}\"\n[failover.health_check]\nprotocol = \"http\"\nport = {port}\nobject = \"failover/health.txt\"\n[failover.primary]\n{}\n[failover.secondary]\n{}\n",
        sides[0], sides[1],
    );
    let failover =
        Spec::parse("failover.toml", &text, Format::Toml).expect("a spec").spec.failovers.remove(0);
    let servers = Servers::of(vec![Vantage::recursive(names.address)], Duration::from_secs(5));
    let clock = Clock::scaled(20.0).expect("a speed");
    Errand::new(clock, servers, failover)
}

/// The name leads to the primary; the endpoints are at these addresses.
async fn names(addresses: [IpAddr; 2]) -> Names {
    let names = Names::start().await;
    names.tell(NAME, Leads::To(ENDPOINTS[0]), 60);
    for (endpoint, ip) in ENDPOINTS.into_iter().zip(addresses) {
        names.tell(endpoint, Leads::At(ip), 60);
    }
    names
}

fn failed(look: &ClientLook, part: &str) {
    let why = look.side.as_ref().expect_err("there were no bytes");
    assert!(why.contains(part), "{look:?}");
    assert_eq!(look.led_to, Some(Side::Primary), "{look:?}");
}

/// A connection that the server has closed is found out before a request is lost on it; the new one goes where the name
/// leads by then.
#[tokio::test]
async fn a_connection_that_was_closed_frees_the_client() {
    let names = names([ONE, TWO]).await;
    let sides = Sides::start([ONE, TWO], [Manner::ClosesAfterOne, Manner::Serves]).await;
    let errand = errand(&names, sides.port, POINTERS);
    let mut client = Client::new(ClientKind::KeepAlive, errand);
    let first = client.look().await;
    assert_eq!(first.side, Ok(Side::Primary), "{first:?}");
    names.tell(NAME, Leads::To(ENDPOINTS[1]), 60);
    // The end of the connection takes its time over loopback, too.
    Clock::system().sleep(Duration::from_millis(100)).await;
    let second = client.look().await;
    assert_eq!(
        (second.side.clone(), second.led_to),
        (Ok(Side::Secondary), Some(Side::Secondary)),
        "{second:?}"
    );
    let link = second.link.expect("a connection");
    let ended = link.last_ended.expect("the first connection has ended");
    assert!(link.requests == 1 && ended <= link.opened, "{second:?}");
    let third = client.look().await.link.expect("a connection");
    assert_eq!((third.requests, third.last_ended, third.opened), (2, None, link.opened));
    assert_eq!(names.asked(NAME), 2, "one look-up for each connection");
}

/// A connection that breaks under a request takes that request with it, and the next one has another.
#[tokio::test]
async fn a_connection_that_breaks_off_costs_one_request() {
    let names = names([ONE, TWO]).await;
    let sides = Sides::start([ONE, TWO], [Manner::BreaksOffAtTwo, Manner::Serves]).await;
    let mut client = Client::new(ClientKind::KeepAlive, errand(&names, sides.port, POINTERS));
    assert_eq!(client.look().await.side, Ok(Side::Primary));
    failed(&client.look().await, "broke off");
    let third = client.look().await;
    assert_eq!((third.side, third.link.map(|link| link.requests)), (Ok(Side::Primary), Some(1)));
}

/// Whatever the server does, each look ends within its limits: 4 s for the connection, 10 s for the answer; and the limits
/// of the lab's seconds are a twentieth of ours.
#[tokio::test]
async fn a_server_that_keeps_silent_or_dawdles_holds_nobody() {
    for manner in [Manner::Silent, Manner::Dawdles] {
        let names = names([ONE, TWO]).await;
        let sides = Sides::start([ONE, TWO], [manner, Manner::Serves]).await;
        for kind in ClientKind::ALL {
            let mut client = Client::new(kind, errand(&names, sides.port, POINTERS));
            if kind == ClientKind::Https {
                let look = client.look().await;
                assert!(look.side.expect_err("no bytes").contains("did not answer within 10 s"));
                continue;
            }
            let look = client.look().await;
            failed(&look, "did not answer within 10 s");
            let total = look.phases.total.as_secs_f64();
            assert!((9.9..20.0).contains(&total), "{kind}: {total} s");
        }
    }
}

/// A name that nobody knows, a resolver that keeps silent, a closed port: no bytes, and the reason.
#[tokio::test]
async fn what_leads_nowhere_is_told() {
    let names = names([ONE, TWO]).await;
    let closed = {
        let sides = Sides::start([ONE, TWO], [Manner::Serves; 2]).await;
        sides.port
    };
    let look = |kind| {
        let mut client = Client::new(kind, errand(&names, closed, POINTERS));
        async move { client.look().await }
    };
    for kind in [ClientKind::Pointer, ClientKind::KeepAlive, ClientKind::Pinned] {
        failed(&look(kind).await, "refused the connection");
    }
    names.tell(NAME, Leads::To("elsewhere.example.com"), 60);
    let lost = look(ClientKind::Pointer).await;
    assert_eq!(lost.led_to, None);
    assert!(lost.side.expect_err("no side").contains("answers neither side"));
    names.silent(true);
    let lost = look(ClientKind::Pinned).await;
    assert!(lost.side.expect_err("no side").contains("did not answer within 5 s"));
}

/// A pinned address is asked for ever, wherever the endpoint has moved; others find it.
#[tokio::test]
async fn a_pinned_address_outlives_a_move() {
    let names = names([ONE, TWO]).await;
    let sides = Sides::start([ONE, TWO], [Manner::Serves; 2]).await;
    let errand = errand(&names, sides.port, POINTERS);
    let mut pinned = Client::new(ClientKind::Pinned, errand.clone());
    let mut pointer = Client::new(ClientKind::Pointer, errand);
    for client in [&mut pinned, &mut pointer] {
        assert_eq!(client.look().await.address.map(|address| address.ip()), Some(ONE));
    }
    names.tell(ENDPOINTS[0], Leads::At(TWO), 60);
    assert_eq!(pinned.look().await.address.map(|address| address.ip()), Some(ONE));
    assert_eq!(pointer.look().await.address.map(|address| address.ip()), Some(TWO));
    assert_eq!(names.asked(NAME), 3, "the pinned client has looked up once");
}

/// An endpoint that has an IPv6 address only is reached, too.
#[tokio::test]
async fn an_endpoint_over_ipv6_alone_is_reached() {
    let six = IpAddr::V6(Ipv6Addr::LOCALHOST);
    let names = names([six, TWO]).await;
    let sides = Sides::start([six, TWO], [Manner::Serves; 2]).await;
    for kind in [ClientKind::Pointer, ClientKind::KeepAlive, ClientKind::Pinned] {
        let look = Client::new(kind, errand(&names, sides.port, POINTERS)).look().await;
        assert_eq!((look.side, look.address.map(|address| address.ip())), (Ok(Side::Primary), Some(six)));
    }
}

/// Behind an alias the failover's own name is called, and the address says which side has answered.
#[tokio::test]
async fn behind_an_alias_the_name_itself_is_the_endpoint() {
    const BALANCERS: [&str; 2] = ["one.us-east-1.elb.amazonaws.com", "two.eu-west-1.elb.amazonaws.com"];
    let sides = [
        format!(
            "{}\ntarget = {{ alias = \"{}\", hosted_zone_id = \"Z35SXDOTRQ7X7K\" }}",
            POINTERS[0], BALANCERS[0]
        ),
        format!(
            "{}\ntarget = {{ alias = \"{}\", hosted_zone_id = \"Z32O12XQLNTSW2\" }}",
            POINTERS[1], BALANCERS[1]
        ),
    ];
    let names = Names::start().await;
    for (balancer, ip) in BALANCERS.into_iter().zip([ONE, TWO]) {
        names.tell(balancer, Leads::At(ip), 60);
    }
    names.tell(NAME, Leads::At(ONE), 60);
    let servers = Sides::start([ONE, TWO], [Manner::Serves; 2]).await;
    let errand = errand(&names, servers.port, [&sides[0], &sides[1]]);
    let mut clients = [ClientKind::Https, ClientKind::KeepAlive, ClientKind::Pinned]
        .map(|kind| Client::new(kind, errand.clone()));
    for client in &mut clients {
        assert_eq!(client.look().await.side, Ok(Side::Primary));
    }
    names.tell(NAME, Leads::At(TWO), 60);
    for (client, side) in clients.iter_mut().zip([Side::Secondary, Side::Primary, Side::Primary]) {
        let look = client.look().await;
        assert_eq!(look.side, Ok(side), "{look:?}");
    }
}
