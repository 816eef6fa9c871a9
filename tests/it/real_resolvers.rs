//! Four resolvers of other people between the lab's name servers and us.
//!
//! They share no code with us or with the lab: unbound, PowerDNS Recursor, Knot Resolver and dnsmasq. What we
//! read of their answers is held against what `dig` and `kdig` read; that they go over to the other side when
//! a TTL is over, and not before, is theirs to show and ours to see.

use std::{collections::BTreeSet, net::SocketAddr, process::Stdio, time::Duration};

use futures_util::future::{join_all, try_join_all};
use s3_failover::{
    clock::Clock,
    lab::{Fault, NameServerFault, Options},
    model::{Fqdn, RecordType, Ttl},
    probe::{Connection, Query, Reply, ServerList, Transport, Vantage, query},
};
use tokio::process::Command;

use super::support::{
    ENDPOINTS, NAME, TestLab, Zone, answered, dig, eventually, instant,
    resolvers::{CERTIFIED, Certificate, Dnsmasq, KnotResolver, PdnsRecursor, Resolver, Settings, Unbound},
    tool, values,
};

/// Of the pair, in the resolvers' seconds.
const TTL: u32 = 3;
/// What one of them makes of it.
const STRETCHED: u32 = 9;
/// Of what never changes.
const STEADY: u32 = 300;
const LIMIT: Duration = Duration::from_secs(5);
const SOON: Duration = Duration::from_secs(40);
/// A type and a name each.
const QUESTIONS: [(&str, &str); 6] = [
    ("A", "steady.example.com"),
    ("AAAA", "steady.example.com"),
    ("CNAME", "alias.example.com"),
    ("TXT", "long.example.com"),
    ("A", "*.wild.example.com"),
    ("A", "nope.example.com"),
];

async fn lab() -> TestLab {
    let ttl = Ttl::from_seconds(i64::from(TTL)).expect("a TTL");
    let lab = TestLab::start(Options { ttl, ..instant() }).await;
    let ran = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    lab
}

fn name(text: &str) -> Fqdn {
    text.parse().expect("a name")
}

/// What was answered, in a form that is the same for every client: the code, and a line for each record without
/// its TTL.
fn told(reply: &Reply) -> (String, BTreeSet<String>) {
    let code = if reply.answers.is_empty() && reply.code.to_str() == "Non-Existent Domain" {
        "NXDOMAIN"
    } else {
        "NOERROR"
    };
    let line = |record: &hickory_proto::rr::Record| {
        let data = record.data.to_string().replace(['"', ' '], "");
        format!("{} {}", record.record_type(), data.trim_end_matches('.'))
    };
    (code.to_owned(), reply.answers.iter().map(line).collect())
}

/// The same of what `dig` and `kdig` print.
fn printed(text: &str) -> (String, BTreeSet<String>) {
    // Before it, `kdig` tells the status of HTTP.
    let code = text
        .split("opcode: ")
        .nth(1)
        .and_then(|rest| rest.split("status: ").nth(1))
        .and_then(|rest| rest.split([',', ';', '\n']).next());
    let code = code.unwrap_or_else(|| panic!("no status:\n{text}")).trim().to_owned();
    let answers = text.lines().filter(|line| !line.starts_with(';') && !line.contains(" SOA "));
    let lines = answers.filter_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let data = words.get(4..)?.concat().replace('"', "");
        Some(format!("{} {}", words[3], data.trim_end_matches('.')))
    });
    (code, lines.collect())
}

/// What `kdig` prints of an answer over TLS or HTTPS, whoever vouches for the certificate.
async fn encrypted(server: SocketAddr, way: &str, question: &str) -> String {
    let mut command = Command::new(tool("kdig"));
    command.arg(format!("@{}", server.ip())).args(["-p", &server.port().to_string(), way]);
    command.args(["+noall", "+header", "+answer", "+time=5", "+retry=0"]).args(question.split(' '));
    let output = command.env("HOME", "/nonexistent").kill_on_drop(true).output().await.expect("kdig starts");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Whatever the way, we read of a resolver what `dig` and `kdig` read of it; once, and through a connection that
/// stays open, which twenty questions use at once where it is no HTTP.
#[tokio::test]
async fn every_way_brings_the_same_answer_as_dig() {
    let lab = lab().await;
    let zone = Zone::of(&lab).await;
    let long: Vec<String> = (0..20).map(|number| format!("\"{number:0>100}\"")).collect();
    let long: Vec<&str> = long.iter().map(String::as_str).collect();
    let steady = i64::from(STEADY);
    zone.put([
        values("steady.example.com", "A", steady, &["192.0.2.1", "192.0.2.2"]),
        values("steady.example.com", "AAAA", steady, &["2001:db8::1"]),
        values("alias.example.com", "CNAME", steady, &["steady.example.com"]),
        values("long.example.com", "TXT", steady, &long),
        values("*.wild.example.com", "A", steady, &["192.0.2.3"]),
    ])
    .await;
    let certificate = Certificate::new();
    let plain = Settings::default();
    let certified = Settings { certificate: Some(&certificate), ..plain };
    let (unbound, pdns, knot, dnsmasq) = tokio::join!(
        Unbound::start(&lab, &certified),
        PdnsRecursor::start(&lab, &plain),
        KnotResolver::start(&lab, &certified),
        Dnsmasq::start(&lab, &plain),
    );
    let mut vantages = Vec::new();
    let mut judged = Vec::new();
    for resolver in [&unbound, &pdns, &knot, &dnsmasq] {
        let address = resolver.address();
        vantages.extend([address.to_string(), format!("tcp://{address}")]);
        for way in ["", " +tcp"] {
            judged.push(
                join_all(QUESTIONS.map(async |(rtype, owner)| {
                    printed(&dig(address, &format!("{owner} {rtype}{way}")).await)
                }))
                .await,
            );
        }
    }
    for resolver in [&unbound, &knot] {
        let (dot, doh) = (resolver.dot(), resolver.doh());
        vantages.extend([
            format!("tls://{dot}"),
            format!("tls://{dot}#{CERTIFIED}"),
            format!("https://{doh}/dns-query"),
            format!("https://{CERTIFIED}:{}/dns-query#{}", doh.port(), doh.ip()),
        ]);
        for (server, way) in [(dot, "+tls"), (dot, "+tls"), (doh, "+https"), (doh, "+https")] {
            judged.push(
                join_all(QUESTIONS.map(async |(rtype, owner)| {
                    printed(&encrypted(server, way, &format!("{owner} {rtype}")).await)
                }))
                .await,
            );
        }
    }
    // Whom this process believes was settled when it began.
    let mut command = Command::new(std::env::current_exe().expect("this binary"));
    command.args(["--exact", "real_resolvers::every_way_itself", "--ignored", "--nocapture"]);
    command.env_clear().env("SSL_CERT_FILE", certificate.authority()).env("VANTAGES", vantages.join(" "));
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output().await.expect("this binary runs");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success() && stdout.contains("1 passed"), "{stdout}\n{stderr}");
    let line = stdout.lines().find_map(|line| line.split_once("ANSWERS ")).expect("a line").1;
    let ours: Vec<Vec<(String, BTreeSet<String>)>> = serde_json::from_str(line).expect("answers");
    assert_eq!((ours.len(), judged.len()), (vantages.len(), vantages.len()));
    for ((vantage, ours), theirs) in vantages.iter().zip(ours).zip(judged) {
        assert_eq!(ours, theirs, "{vantage}");
        assert_eq!((ours[0].1.len(), ours[5].0.as_str()), (2, "NXDOMAIN"), "{vantage}");
    }
}

#[tokio::test]
#[ignore = "run by every_way_brings_the_same_answer_as_dig, in an environment of its own"]
async fn every_way_itself() {
    let clock = Clock::system();
    let vantages: Vec<String> =
        std::env::var("VANTAGES").expect("whom to ask").split(' ').map(str::to_owned).collect();
    let list = ServerList::parse(&vantages, &[], LIMIT).expect("servers");
    let servers = list.located(&clock).await.expect("addresses");
    assert_eq!(servers.resolvers.iter().map(ToString::to_string).collect::<Vec<_>>(), vantages);
    let mut all = Vec::new();
    for vantage in &servers.resolvers {
        let connection = Connection::new(&clock, vantage.clone());
        let mut answers = Vec::new();
        for (rtype, owner) in QUESTIONS {
            let question = servers.question(&name(owner), rtype.parse().expect("a type")).recursive();
            let once =
                query(&clock, vantage, &question, LIMIT).await.unwrap_or_else(|e| panic!("{vantage}: {e:?}"));
            assert!(once.recursion_available && !once.stale, "{vantage}: {once:?}");
            for record in &once.answers {
                assert!((STEADY - 100..=STEADY).contains(&record.ttl), "{vantage}: {record}");
            }
            // 900 by the SOA's own TTL, which is less than its MINIMUM (RFC 2308, section 5).
            let negative = once.negative_ttl.is_some_and(|ttl| (1..=900).contains(&ttl));
            assert_eq!(negative, once.answers.is_empty(), "{vantage}: {once:?}");
            let many = if matches!(vantage.transport, Transport::Https { .. }) {
                // Of many streams at once some may be refused (RFC 9113, 8.7), so one after the other.
                let mut many = Vec::new();
                for _ in 0..5 {
                    many.push(connection.query(&question, LIMIT).await);
                }
                many.into_iter().collect()
            } else {
                try_join_all((0..20).map(|_| connection.query(&question, LIMIT))).await
            };
            for again in many.unwrap_or_else(|e| panic!("{vantage}: {e:?}")) {
                assert_eq!(told(&again), told(&once), "{vantage}");
            }
            answers.push(told(&once));
        }
        all.push(answers);
    }
    let mut line = serde_json::to_string(&all).expect("JSON");
    line.insert_str(0, "ANSWERS ");
    std::io::Write::write_all(&mut std::io::stdout(), format!("\n{line}\n").as_bytes()).expect("a pipe");
}

/// TTL and target of the pair's pointer at a resolver.
async fn pointed(resolver: &Resolver) -> (u32, String) {
    let vantage = Vantage::recursive(resolver.address());
    let question = Query::of(&name(NAME), RecordType::Cname).recursive();
    let reply = query(&Clock::system(), &vantage, &question, LIMIT).await.expect("an answer");
    let [record] = &reply.answers[..] else { panic!("{reply:?}") };
    (record.ttl, record.data.to_string().trim_end_matches('.').to_owned())
}

/// Issue, "Real components": each goes over when the TTL of what it has is over, which only counts down; one that
/// stretches TTLs goes over later, and its TTL says so.
#[tokio::test]
async fn each_goes_over_when_its_ttl_is_over_and_the_stretched_one_later() {
    let lab = lab().await;
    let plain = Settings::default();
    let stretched = Settings { least_ttl: Some(STRETCHED), ..plain };
    let (unbound, pdns, knot, dnsmasq, long) = tokio::join!(
        Unbound::start(&lab, &plain),
        PdnsRecursor::start(&lab, &plain),
        KnotResolver::start(&lab, &plain),
        Dnsmasq::start(&lab, &plain),
        Unbound::start(&lab, &stretched),
    );
    lab.lab.set_fault(&"us-east-1".parse().expect("a region"), Fault::Http503).expect("a region of the lab");
    let all = [&unbound, &pdns, &knot, &dnsmasq, &long];
    // All are asked again and again until the name servers have let go of the old side.
    let clock = Clock::system();
    let switched = answered(&lab, NAME, ENDPOINTS[1]);
    let mut switched = std::pin::pin!(switched);
    loop {
        tokio::select! {
            biased;
            () = &mut switched => break,
            _ = join_all(all.iter().map(|resolver| pointed(resolver))) => {}
        }
    }
    let over = join_all(all.iter().enumerate().map(|(index, resolver)| {
        let (clock, most) = (&clock, if index == 4 { STRETCHED } else { TTL });
        async move {
            let (mut left, mut held) = (most, 0);
            loop {
                let (ttl, target) = pointed(resolver).await;
                if target == ENDPOINTS[1] {
                    assert!(ttl <= most, "resolver {index}: a TTL of {ttl} s");
                    return (clock.elapsed(), held);
                }
                assert_eq!(target, ENDPOINTS[0], "resolver {index}");
                assert!(ttl <= left, "resolver {index} took the old side in anew: {ttl} s after {left} s");
                (left, held) = (ttl, held.max(ttl));
                clock.sleep(Duration::from_millis(50)).await;
            }
        }
    }))
    .await;
    let [honest @ .., (stretched, held)] = &over[..] else { unreachable!("five were asked") };
    assert!(honest.iter().all(|(at, _)| at < stretched), "{over:?}");
    assert!(*held > TTL, "nothing was stretched: {over:?}");
}

/// RFC 8767 and RFC 8914: unbound answers what is too old while nobody answers it, and says so.
#[tokio::test]
async fn an_answer_that_is_served_stale_says_so() {
    let lab = lab().await;
    let resolver = Unbound::start(&lab, &Settings { serves_stale: true, ..Settings::default() }).await;
    let clock = Clock::system();
    let vantage = Vantage::recursive(resolver.address());
    let question = Query::of(&name(NAME), RecordType::Cname).recursive();
    let ask = async || query(&clock, &vantage, &question, LIMIT).await;
    let fresh = ask().await.expect("an answer");
    assert!(!fresh.stale && fresh.extended.is_empty(), "{fresh:?}");
    for number in 0..4 {
        lab.lab.set_name_server_fault(number, NameServerFault::Silent).expect("a name server");
    }
    let stale = eventually("a stale answer", SOON, async || match ask().await {
        Ok(reply) if reply.stale => Ok(reply),
        other => Err(format!("{other:?}")),
    })
    .await;
    assert_eq!(told(&stale), told(&fresh));
    assert_eq!(stale.extended[0].to_string(), "Stale Answer");
}

/// The commands, over TLS and HTTPS, by name and by address; and a certificate for another name.
#[tokio::test]
async fn commands_ask_over_tls_and_https() {
    let lab = lab().await;
    let certificate = Certificate::new();
    let settings = Settings { certificate: Some(&certificate), ..Settings::default() };
    let (unbound, knot) = tokio::join!(Unbound::start(&lab, &settings), KnotResolver::start(&lab, &settings));
    let program = lab.program().with("S3_FAILOVER_NAMESERVERS", "").with("S3_FAILOVER_RESOLVERS", "");
    let believing = program.clone().with("SSL_CERT_FILE", certificate.authority());
    for resolver in [&unbound, &knot] {
        let (dot, doh) = (resolver.dot(), resolver.doh());
        for server in [
            format!("tls://{dot}"),
            format!("tls://{dot}#{CERTIFIED}"),
            format!("https://{doh}/dns-query"),
            format!("https://{CERTIFIED}:{}/dns-query#{}", doh.port(), doh.ip()),
        ] {
            let ran = believing.run(&["resolve", "-o", "json", "--resolver", &server]).await;
            assert_eq!(ran.code, Some(0), "{server}: {ran}");
            assert_eq!(ran.json()["endpoint"], ENDPOINTS[0], "{server}");
        }
    }
    let (dot, doh) = (unbound.dot(), unbound.doh());
    let refused = async |program: &super::support::Program, server: &str| {
        let ran = program.run(&["resolve", "--resolver", server]).await;
        assert_eq!(ran.code, Some(3), "{ran}");
        let ports = [(dot.port(), "DOT"), (doh.port(), "DOH")];
        ports.iter().fold(ran.to_string(), |text, (port, name)| text.replace(&port.to_string(), name))
    };
    insta::assert_snapshot!(refused(&believing, &format!("tls://{dot}#other.test")).await, @r#"
    ── stdout
    ── stderr
    error: no resolver gave an answer for data.example.com CNAME
      because: no trusted TLS connection to tls://127.0.0.1:DOT#other.test, whose certificate has to hold other.test
      because: invalid peer certificate: certificate not valid for name "other.test"; certificate is only valid for DnsName("resolver.test") or IpAddress(127.0.0.1)
    hint: Look at the address, and whether UDP and TCP reach it: `--nameserver IP:PORT` and `--resolver IP:PORT` say whom to ask instead.
    ── ended with 3
    "#);
    insta::assert_snapshot!(
        refused(&believing, &format!("https://other.test:{}/dns-query#127.0.0.1", doh.port())).await, @r#"
    ── stdout
    ── stderr
    error: no resolver gave an answer for data.example.com CNAME
      because: no trusted TLS connection to https://other.test:DOH/dns-query#127.0.0.1, whose certificate has to hold other.test
      because: invalid peer certificate: certificate not valid for name "other.test"; certificate is only valid for DnsName("resolver.test") or IpAddress(127.0.0.1)
    hint: Look at the address, and whether UDP and TCP reach it: `--nameserver IP:PORT` and `--resolver IP:PORT` say whom to ask instead.
    ── ended with 3
    "#);
    insta::assert_snapshot!(refused(&program, &format!("tls://{dot}")).await, @"
    ── stdout
    ── stderr
    error: no resolver gave an answer for data.example.com CNAME
      because: no trusted TLS connection to tls://127.0.0.1:DOT, whose certificate has to hold 127.0.0.1
      because: invalid peer certificate: UnknownIssuer
    hint: Look at the address, and whether UDP and TCP reach it: `--nameserver IP:PORT` and `--resolver IP:PORT` say whom to ask instead.
    ── ended with 3
    ");
    insta::assert_snapshot!(refused(&believing, &format!("https://{doh}/elsewhere")).await, @"
    ── stdout
    ── stderr
    error: no resolver gave an answer for data.example.com CNAME
      because: https://127.0.0.1:DOH/elsewhere answered 404 Not Found: is DNS over HTTPS served at this path?
    hint: Look at the address, and whether UDP and TCP reach it: `--nameserver IP:PORT` and `--resolver IP:PORT` say whom to ask instead.
    ── ended with 3
    ");
    // With the lab's own name servers, `verify` needs resolvers for the endpoints of S3 alone. Over any way it
    // finds what it finds over UDP.
    let ids = |ran: &super::support::Ran| -> Vec<(String, bool)> {
        let checks = ran.json()["failovers"][0]["checks"].as_array().expect("findings").clone();
        let of = |check: &serde_json::Value| (check["id"].to_string(), check["ok"] == true);
        checks.iter().map(of).collect()
    };
    let servers = format!("tls://{dot}#{CERTIFIED},https://{doh}/dns-query");
    // The lab's own authority vouches for its S3, and ours for the resolver.
    let both = lab.folder().join("both.pem");
    let of_lab =
        lab.environment().iter().find(|(name, _)| name == "SSL_CERT_FILE" || name == "AWS_CA_BUNDLE");
    let of_lab =
        of_lab.map(|(_, file)| std::fs::read_to_string(file).expect("a certificate")).unwrap_or_default();
    let ours = std::fs::read_to_string(certificate.authority()).expect("a certificate");
    std::fs::write(&both, of_lab + &ours).expect("a file");
    let verify = lab.program().with("SSL_CERT_FILE", both.display().to_string());
    // A client may wait in vain for the lab itself, where the machine has other work.
    eventually("the same is found", SOON, async || {
        let by_udp = lab.program().run(&["verify", "-o", "json"]).await;
        let ran = verify.run(&["verify", "-o", "json", "--resolver", &servers]).await;
        let same = (ran.code, ids(&ran)) == (by_udp.code, ids(&by_udp));
        if same { Ok(()) } else { Err(format!("{by_udp}\n{ran}")) }
    })
    .await;
}

/// A `DoH` server's name is looked up once, by those whom we are told to ask.
#[tokio::test]
async fn the_host_of_a_url_is_looked_up() {
    let lab = lab().await;
    let zone = Zone::of(&lab).await;
    zone.put([values("doh.example.com", "A", 60, &["192.0.2.9"])]).await;
    let url = ["https://doh.example.com:8443/dns-query".to_owned()];
    let finders = || vec![Vantage::recursive(lab.lab.ready().resolver)];
    let clock = lab.lab.clock();
    let list = ServerList::parse(&url, &[], LIMIT).expect("a server");
    let servers = list.located_by(clock, finders()).await.expect("an address");
    let transport = Transport::Https { host: "doh.example.com".to_owned(), path: "/dns-query".to_owned() };
    let server = "192.0.2.9:8443".parse().expect("an address");
    assert_eq!(servers.resolvers, [Vantage::recursive(server).over(transport)]);
    let nowhere = ["https://nowhere.example.com/dns-query".to_owned()];
    let list = ServerList::parse(&nowhere, &[], LIMIT).expect("a server");
    let error = list.located_by(clock, finders()).await.expect_err("no address");
    assert_eq!(
        error.to_string(),
        "the resolvers know no address of nowhere.example.com (Non-Existent Domain)"
    );
}
