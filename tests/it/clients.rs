//! Who is on which side when a region breaks: clients of every kind, in the lab, over a failover.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use s3_failover::{
    lab::{Fault, Options},
    model::Side,
    probe::{
        Phases, Servers, Vantage,
        client::{Client, ClientKind, ClientLook, Errand},
    },
    spec::{Failover, Spec},
};
use serde_json::Value;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

use super::support::{Program, TestLab, answered, eventually, quick};

const SOON: Duration = Duration::from_secs(30);
const REGIONS: [&str; 2] = ["us-east-1", "eu-west-1"];
const ENDPOINTS: [&str; 2] = super::support::ENDPOINTS;

fn failover(lab: &TestLab) -> Failover {
    Spec::load(&lab.folder().join("failover.toml")).expect("the lab's spec").spec.failovers.remove(0)
}

/// The look of each kind of client, in the order of [`ClientKind::ALL`].
async fn looks(clients: &mut [Client]) -> Vec<ClientLook> {
    let mut looks = Vec::new();
    for client in clients {
        looks.push(client.look().await);
    }
    looks
}

fn served(look: &ClientLook) -> (Option<Side>, Result<Side, &str>) {
    (look.led_to, look.side.as_ref().map(|side| *side).map_err(String::as_str))
}

/// One failover, seen by all: the pointer client follows; the kept connection and the pinned address stay with
/// the broken region, and with the mended one, although the name answers the other; and whoever calls the name
/// itself has never got anything.
#[tokio::test]
async fn who_is_on_the_dead_region() {
    let lab = TestLab::start(quick()).await;
    let applied = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(applied.code, Some(0), "{applied}");
    let resolver = Vantage::recursive(lab.lab.ready().resolver);
    let servers = Servers::of(vec![resolver], Duration::from_secs(5));
    let errand = Errand::new(lab.lab.clock().clone(), servers, failover(&lab));
    let mut clients = ClientKind::ALL.map(|kind| Client::new(kind, errand.clone()));

    let [https, others @ ..] = &looks(&mut clients).await[..] else { panic!("four looks") };
    let why = https.side.as_ref().expect_err("S3 finds no bucket of that name");
    assert!(why.starts_with("data.example.com answered 404"), "{why}");
    for look in others {
        assert_eq!(served(look), (Some(Side::Primary), Ok(Side::Primary)), "{look:?}");
        assert_eq!(look.region.as_ref().map(ToString::to_string).as_deref(), Some("us-east-1"));
        let Phases { resolve, connect, tls, first_byte, total } = look.phases;
        assert!(resolve.is_some() && connect.is_some() && first_byte.is_some() && tls.is_none(), "{look:?}");
        assert!(resolve.max(connect).max(first_byte) <= Some(total), "{look:?}");
        assert!(look.ttl.is_some_and(|ttl| ttl.seconds() <= 60), "{look:?}");
    }

    lab.lab.set_fault(&"us-east-1".parse().expect("a region"), Fault::Http503).expect("a region of the lab");
    let [pointer, keep_alive, pinned] = [1, 2, 3];
    eventually("the pointer client is on the secondary", SOON, async || {
        match clients[pointer].look().await.side {
            Ok(Side::Secondary) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    let refused = "my-app-data-us-east-1.s3.us-east-1.amazonaws.com answered 503";
    for kind in [keep_alive, pinned] {
        let look = clients[kind].look().await;
        assert_eq!(served(&look), (Some(Side::Primary), Err(refused)), "{look:?}");
        assert_eq!((look.ttl, look.phases.resolve), (None, None), "it has looked nothing up: {look:?}");
    }

    // The primary heals, and clients of two kinds have never been anywhere else.
    lab.lab.set_fault(&"us-east-1".parse().expect("a region"), Fault::None).expect("a region of the lab");
    let kept = clients[keep_alive].look().await;
    assert_eq!(served(&kept), (Some(Side::Primary), Ok(Side::Primary)), "{kept:?}");
    let link = kept.link.expect("a connection");
    assert_eq!((link.requests, link.last_ended, kept.phases.connect), (3, None, None), "{kept:?}");
    let held = clients[pinned].look().await;
    assert_eq!(served(&held), (Some(Side::Primary), Ok(Side::Primary)), "{held:?}");
    assert!(held.phases.connect.is_some(), "{held:?}");
    lab.stop().await;
}

/// What `verify` says of a client.
fn finding<'a>(document: &'a Value, id: &str) -> &'a Value {
    let checks = document["failovers"][0]["checks"].as_array().expect("findings");
    checks
        .iter()
        .find(|finding| finding["id"] == id)
        .unwrap_or_else(|| panic!("{id} is missing: {document:#}"))
}

const CLIENTS: [&str; 4] = ["client.https", "client.pointer", "client.keep_alive", "client.pinned"];

async fn verify(program: &Program) -> Value {
    program.run(&["verify", "--output", "json"]).await.json()
}

/// `verify` tells of each kind of client where it is and until when; the TTL counts down, so it is left out here.
#[tokio::test]
async fn verify_says_until_when_each_client_stays() {
    let lab = TestLab::start(quick()).await;
    let applied = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(applied.code, Some(0), "{applied}");
    let told = |document: &Value| -> String {
        let line = |id: &&str| {
            let finding = finding(document, id);
            let detail: Vec<&str> = finding["detail"].as_str().expect("text").split(' ').collect();
            let detail: Vec<&str> = detail
                .into_iter()
                .map(|word| if word.parse::<u64>().is_ok_and(|number| number <= 60) { "N" } else { word })
                .collect();
            format!(
                "{id} {} {} {}",
                finding["ok"],
                finding["severity"].as_str().expect("text"),
                detail.join(" ")
            )
        };
        CLIENTS.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(told(&verify(&lab.program()).await), @"
    client.https true warning a client that calls data.example.com itself gets nothing, and this is not how pointers are used: data.example.com answered 404
    client.pointer true error a client that looks the name up each time gets its bytes from the primary; after a change it may stay there for N s, the rest of its answer's TTL
    client.keep_alive true error a client that keeps its connection gets its bytes from the primary; after a change it may stay there until its connection is closed (S3 documents no limit; unverified)
    client.pinned true error a client that has pinned the address gets its bytes from the primary; after a change it may stay there until it is started again
    ");
    // All of them begin anew in each run, and so they follow.
    lab.lab.set_fault(&"us-east-1".parse().expect("a region"), Fault::Http503).expect("a region of the lab");
    answered(&lab, super::support::NAME, ENDPOINTS[1]).await;
    eventually("every client is on the secondary", SOON, async || {
        let document = verify(&lab.program()).await;
        let ok = CLIENTS.iter().all(|id| finding(&document, id)["ok"] == true);
        if ok { Ok(()) } else { Err(told(&document)) }
    })
    .await;
    lab.stop().await;
}

/// TLS in front of the lab's S3, which speaks none: at each region's address, on one port, with the certificate that it is
/// told to show.
struct Terminator {
    port: u16,
    shown: Arc<Mutex<TlsAcceptor>>,
    _tasks: JoinSet<()>,
}

/// A certificate, which is its own authority.
struct Certificate {
    authority: String,
    acceptor: TlsAcceptor,
}

impl Certificate {
    fn of(names: &[&str]) -> Self {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.expect("versions of TLS").with_no_client_auth();
        let config = config.with_single_cert(vec![made.cert.der().clone()], key).expect("a certificate");
        Self { authority: made.cert.pem(), acceptor: TlsAcceptor::from(Arc::new(config)) }
    }
}

impl Terminator {
    async fn start(lab: &TestLab, certificate: &Certificate) -> Self {
        let s3 = REGIONS.map(|region| {
            let url = &lab.lab.ready().s3[&region.parse().expect("a region")];
            url.strip_prefix("http://").expect("a URL").parse::<SocketAddr>().expect("an address")
        });
        let listeners = on_one_port(s3.map(|address| address.ip())).await;
        let port = listeners[0].local_addr().expect("an address").port();
        let shown = Arc::new(Mutex::new(certificate.acceptor.clone()));
        let mut tasks = JoinSet::new();
        for (listener, s3) in listeners.into_iter().zip(s3) {
            tasks.spawn(serve(listener, Arc::clone(&shown), s3));
        }
        Self { port, shown, _tasks: tasks }
    }

    fn show(&self, certificate: &Certificate) {
        *self.shown.lock().expect("no panic") = certificate.acceptor.clone();
    }
}

async fn serve(listener: TcpListener, shown: Arc<Mutex<TlsAcceptor>>, s3: SocketAddr) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        let acceptor = shown.lock().expect("no panic").clone();
        connections.spawn(async move {
            // Who does not like the certificate goes again.
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            let mut s3 = TcpStream::connect(s3).await.expect("the lab's S3");
            let _ = copy_bidirectional(&mut stream, &mut s3).await;
        });
    }
}

async fn on_one_port(addresses: [std::net::IpAddr; 2]) -> [TcpListener; 2] {
    for _ in 0..20 {
        let first = TcpListener::bind((addresses[0], 0)).await.expect("a port");
        let port = first.local_addr().expect("an address").port();
        if let Ok(second) = TcpListener::bind((addresses[1], port)).await {
            return [first, second];
        }
    }
    panic!("no port is free at both addresses")
}

/// The lab's spec with HTTPS on this port.
fn over_tls(lab: &TestLab, port: u16) {
    let of_lab = lab.lab.spec_toml();
    let plain = of_lab.lines().find(|line| line.starts_with("port = ")).expect("a port");
    let spec = of_lab.replacen("protocol = \"http\"", "protocol = \"https\"", 1);
    lab.write_spec(&spec.replacen(plain, &format!("port = {port}"), 1));
}

/// A program that trusts this authority, and no other.
fn trusting(lab: &TestLab, certificate: &Certificate) -> Program {
    let file = lab.folder().join("ca.pem");
    std::fs::write(&file, &certificate.authority).expect("a file");
    lab.program().with("SSL_CERT_FILE", file.display().to_string())
}

/// Over HTTPS every client validates in full: the name, the authority, and so with the failover's own name nobody gets
/// through, whatever that certificate is for. Route 53's checkers validate nothing (Route 53 Developer Guide,
/// dns-failover-determining-health-of-endpoints), so the name goes on answering this side.
#[tokio::test]
async fn clients_validate_what_the_checkers_do_not() {
    // Slow enough for the checkers: they wait for two of its seconds, and a busy machine takes long over TLS.
    let lab = TestLab::start(Options { speed: 3.0, ..quick() }).await;
    let [of_s3, strange] = [Certificate::of(&ENDPOINTS), Certificate::of(&["elsewhere.example.com"])];
    let terminator = Terminator::start(&lab, &of_s3).await;
    over_tls(&lab, terminator.port);
    let applied = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(applied.code, Some(0), "{applied}");
    let document = verify(&trusting(&lab, &of_s3)).await;
    for id in &CLIENTS[1..] {
        assert_eq!(finding(&document, id)["ok"], true, "{document:#}");
    }
    let https = finding(&document, "client.https");
    let detail = https["detail"].as_str().expect("text");
    let begin = "a client that calls data.example.com itself gets nothing, and this is not how pointers are used: no trusted TLS connection to data.example.com at ";
    assert!(https["ok"] == true && detail.starts_with(begin), "{https:#}");

    // Self-signed certificates of one issuer name differ by their keys.
    for (shown, why) in [(&of_s3, "BadSignature"), (&strange, "not valid for name")] {
        terminator.show(shown);
        let document = verify(&trusting(&lab, &strange)).await;
        for id in &CLIENTS[1..] {
            let finding = finding(&document, id);
            let detail = finding["detail"].as_str().expect("text");
            let refused = detail.contains("no trusted TLS connection to my-app-data-us-east-1");
            assert!(finding["ok"] == false && refused && detail.contains(why), "{finding:#}");
        }
    }
    lab.stop().await;
}
