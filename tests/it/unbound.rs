//! A resolver of other people as judge: unbound, in front of the lab's name servers.
//!
//! It counts TTLs in our own seconds, whatever the lab's speed, so the pair has a TTL of 2.

use s3_failover::{
    lab::{Fault, Options},
    model::Ttl,
};

use super::support::{
    ENDPOINTS, NAME, TestLab, Zone, answered, dig, instant,
    resolvers::{Resolver, Settings, Unbound},
    values,
};

/// Of the pair, in unbound's seconds.
const TTL: u32 = 2;

/// What `dig` gets of it.
async fn ask(unbound: &Resolver, question: &str) -> String {
    dig(unbound.address(), question).await
}

/// TTL and target of the pair's pointer.
async fn held(unbound: &Resolver) -> (u32, String) {
    let reply = ask(unbound, &format!("{NAME} CNAME")).await;
    let line = reply.lines().find(|line| line.starts_with(NAME) && line.contains(" CNAME "));
    let words: Vec<&str> = line.unwrap_or_else(|| panic!("no pointer:\n{reply}")).split(' ').collect();
    (words[1].parse().expect("a TTL"), words[4].trim_end_matches('.').to_owned())
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
    let unbound = Unbound::start(&lab, &Settings::default()).await;
    let addresses = ["127.0.1.1", "127.0.2.1"];
    let region = "us-east-1".parse().expect("a region");
    for (fault, old, new) in [(Fault::Http503, 0, 1), (Fault::None, 1, 0)] {
        lab.lab.set_fault(&region, fault).expect("the lab has this region");
        let switched = answered(&lab, NAME, ENDPOINTS[new]);
        // It is asked all the time, so that it holds the old side when the last name server lets go of it.
        let mut switched = std::pin::pin!(switched);
        loop {
            tokio::select! {
                biased;
                () = &mut switched => break,
                (ttl, _) = held(&unbound) => assert!(ttl <= TTL, "a TTL of {ttl} s"),
            }
        }
        let mut left = TTL;
        let fresh = loop {
            let (ttl, target) = held(&unbound).await;
            if target == ENDPOINTS[new] {
                break ttl;
            }
            assert_eq!(target, ENDPOINTS[old]);
            assert!(ttl <= left, "the old side was taken in anew: {ttl} s after {left} s");
            left = ttl;
        };
        assert!(fresh <= TTL, "a TTL of {fresh} s");
        let whole = ask(&unbound, &format!("{NAME} A")).await;
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
    let unbound = Unbound::start(&lab, &Settings::default()).await;
    for (question, status, answer) in [
        ("nope.example.com A", "NXDOMAIN", None),
        ("www.example.com AAAA", "NOERROR", None),
        ("apps.example.com A", "NOERROR", None),
        ("x.y.apps.example.com A", "NOERROR", Some("192.0.2.80")),
        ("x.apps.example.com A +tcp", "NOERROR", Some("192.0.2.80")),
        ("example.com MX", "NOERROR", Some("10 mail.example.com.")),
        ("example.com NS", "NOERROR", Some("ns-4.route53-lab.invalid.")),
    ] {
        let reply = ask(&unbound, question).await;
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
    let reply = ask(&unbound, "long.example.com TXT +tcp").await;
    assert!(reply.contains("ANSWER: 20,"), "{reply}");
}
