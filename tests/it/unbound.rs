//! A resolver of other people as judge: unbound, in front of the lab's name servers.
//!
//! It counts TTLs in our own seconds, whatever the lab's speed, so the pair has a TTL of 2.

use std::{net::SocketAddr, time::Duration};

use s3_failover::{
    lab::{Fault, Options},
    model::Ttl,
};
use tokio::{
    net::{TcpStream, UdpSocket},
    process::{Child, Command},
};

use super::support::{ENDPOINTS, NAME, TestLab, Zone, dig, eventually, instant, pointer, tool, values};

/// Of the pair, in unbound's seconds.
const TTL: u32 = 2;
const SOON: Duration = Duration::from_secs(30);

/// A running unbound with a folder and a port of its own; dropping it kills it.
struct Unbound {
    address: SocketAddr,
    _folder: tempfile::TempDir,
    _child: Child,
}

impl Unbound {
    /// Asks the lab's name servers for the lab's zone, and the lab's resolver for the names of AWS.
    async fn start(lab: &TestLab) -> Self {
        let free = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
        let address = free.local_addr().expect("an address");
        drop(free);
        let folder = tempfile::tempdir().expect("a folder");
        let ready = lab.lab.ready();
        let at = |server: &SocketAddr| format!("{}@{}", server.ip(), server.port());
        let servers: String = ready
            .nameservers
            .iter()
            .fold(String::new(), |all, one| format!("{all}  stub-addr: {}\n", at(one)));
        let configuration = format!(
            "server:\n  interface: 127.0.0.1\n  port: {port}\n  access-control: 127.0.0.0/8 allow\n  \
             do-ip6: no\n  do-daemonize: no\n  do-not-query-localhost: no\n  module-config: \"iterator\"\n  \
             username: \"\"\n  chroot: \"\"\n  directory: \"{folder}\"\n  pidfile: \"\"\n  use-syslog: no\n  \
             logfile: \"unbound.log\"\n  verbosity: 1\n  num-threads: 1\n  private-domain: example.com\n\
             remote-control:\n  control-enable: no\n\
             stub-zone:\n  name: example.com\n{servers}\
             forward-zone:\n  name: amazonaws.com\n  forward-addr: {resolver}\n",
            port = address.port(),
            folder = folder.path().display(),
            resolver = at(&ready.resolver),
        );
        let file = folder.path().join("unbound.conf");
        std::fs::write(&file, configuration).expect("a file");
        let mut command = Command::new(tool("unbound"));
        command.arg("-d").arg("-c").arg(&file).env_clear().kill_on_drop(true);
        let child = command.spawn().expect("unbound starts");
        let unbound = Self { address, _folder: folder, _child: child };
        // It listens on both at the same time.
        eventually("unbound listens", SOON, async || TcpStream::connect(address).await.map(|_| ())).await;
        unbound
    }

    /// What `dig` gets of it.
    async fn ask(&self, question: &str) -> String {
        dig(self.address, question).await
    }

    /// TTL and target of the pair's pointer.
    async fn pointer(&self) -> (u32, String) {
        let reply = self.ask(&format!("{NAME} CNAME")).await;
        let line = reply.lines().find(|line| line.starts_with(NAME) && line.contains(" CNAME "));
        let words: Vec<&str> = line.unwrap_or_else(|| panic!("no pointer:\n{reply}")).split(' ').collect();
        (words[1].parse().expect("a TTL"), words[4].trim_end_matches('.').to_owned())
    }
}

async fn lab() -> TestLab {
    let ttl = Ttl::from_seconds(i64::from(TTL)).expect("a TTL");
    TestLab::start(Options { ttl, ..instant() }).await
}

/// Issue, "Done when": unbound in front of the lab fails over within TTL. From the moment at which all name
/// servers have switched, whatever of the old side unbound still answers it has had before: its TTL only
/// counts down, and after it comes the new side, with a TTL that is full again at most.
#[tokio::test]
async fn unbound_fails_over_within_ttl_and_back() {
    let lab = lab().await;
    let ran = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let unbound = Unbound::start(&lab).await;
    let addresses = ["127.0.1.1", "127.0.2.1"];
    let region = "us-east-1".parse().expect("a region");
    for (fault, old, new) in [(Fault::Http503, 0, 1), (Fault::None, 1, 0)] {
        lab.lab.set_fault(&region, fault).expect("the lab has this region");
        let switched = async {
            for server in lab.lab.ready().nameservers.clone() {
                eventually(&format!("{server} switches"), SOON, async || match pointer(server, NAME).await {
                    Ok(target) if target == ENDPOINTS[new] => Ok(()),
                    other => Err(format!("{other:?}")),
                })
                .await;
            }
        };
        // It is asked all the time, so that it holds the old side when the last name server lets go of it.
        let mut switched = std::pin::pin!(switched);
        loop {
            tokio::select! {
                biased;
                () = &mut switched => break,
                (ttl, _) = unbound.pointer() => assert!(ttl <= TTL, "a TTL of {ttl} s"),
            }
        }
        let mut left = TTL;
        let fresh = loop {
            let (ttl, target) = unbound.pointer().await;
            if target == ENDPOINTS[new] {
                break ttl;
            }
            assert_eq!(target, ENDPOINTS[old]);
            assert!(ttl <= left, "the old side was taken in anew: {ttl} s after {left} s");
            left = ttl;
        };
        assert!(fresh <= TTL, "a TTL of {fresh} s");
        let whole = unbound.ask(&format!("{NAME} A")).await;
        assert!(whole.ends_with(&format!(" IN A {}", addresses[new])), "{whole}");
        assert!(whole.contains("flags: qr rd ra;"), "{whole}");
    }
}

/// What does not exist, a wildcard, a delegation's glue aside: unbound believes the lab's answers.
#[tokio::test]
async fn unbound_takes_the_labs_other_answers() {
    let lab = lab().await;
    let zone = Zone::of(&lab).await;
    let long: Vec<String> = (0..20).map(|number| format!("\"{number:0>100}\"")).collect();
    let long: Vec<&str> = long.iter().map(String::as_str).collect();
    zone.put([values("long.example.com", "TXT", 60, &long)]).await;
    let unbound = Unbound::start(&lab).await;
    for (question, status, answer) in [
        ("nope.example.com A", "NXDOMAIN", None),
        ("www.example.com AAAA", "NOERROR", None),
        ("apps.example.com A", "NOERROR", None),
        ("x.y.apps.example.com A", "NOERROR", Some("192.0.2.80")),
        ("x.apps.example.com A +tcp", "NOERROR", Some("192.0.2.80")),
        ("example.com MX", "NOERROR", Some("10 mail.example.com.")),
        ("example.com NS", "NOERROR", Some("ns-4.route53-lab.invalid.")),
    ] {
        let reply = unbound.ask(question).await;
        assert!(reply.contains(&format!("status: {status}")), "{question}:\n{reply}");
        match answer {
            Some(answer) => assert!(reply.contains(answer), "{question}:\n{reply}"),
            None => assert!(
                reply.contains("ANSWER: 0, AUTHORITY: 1,") && reply.contains("IN SOA"),
                "{question}:\n{reply}"
            ),
        }
    }
    // Too long for the packet that unbound takes: it has asked again over TCP.
    let reply = unbound.ask("long.example.com TXT +tcp").await;
    assert!(reply.contains("ANSWER: 20,"), "{reply}");
}
