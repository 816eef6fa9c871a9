//! Four resolvers of other people between the lab's name servers and us.
//!
//! They share no code with us or with the lab: unbound, PowerDNS Recursor, Knot Resolver and dnsmasq. What we
//! read of their answers is held against what `dig` and `kdig` read; that they go over to the other side when
//! a TTL is over, and not before, is theirs to show and ours to see.

use std::{net::SocketAddr, time::Duration};

use s3_failover::{
    clock::Clock,
    lab::Options,
    model::{Fqdn, RecordType, Ttl},
    probe::{Query, Reply, Vantage, query},
};

use super::support::{
    NAME, TestLab, dig, instant,
    resolvers::{Dnsmasq, KnotResolver, PdnsRecursor, Resolver, Settings, Unbound},
};

/// Of the pair, in the resolvers' seconds.
const TTL: u32 = 4;
const LIMIT: Duration = Duration::from_secs(5);

async fn lab() -> TestLab {
    let ttl = Ttl::from_seconds(i64::from(TTL)).expect("a TTL");
    let lab = TestLab::start(Options { ttl, ..instant() }).await;
    let ran = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    lab
}

#[tokio::test]
async fn the_four_start() {
    let lab = lab().await;
    let s = Settings::default();
    for r in [
        Unbound::start(&lab, &s).await,
        PdnsRecursor::start(&lab, &s).await,
        KnotResolver::start(&lab, &s).await,
        Dnsmasq::start(&lab, &s).await,
    ] {
        for q in [
            "data.example.com CNAME",
            "data.example.com CNAME +tcp",
            "data.example.com A",
            "nope.example.com A",
            "data.example.com CNAME +nsid +subnet=192.0.2.0/24",
        ] {
            println!("== {q}\n{}", dig(r.address(), q).await);
        }
        println!("#### {}", std::fs::read_to_string(r.folder().join("said.log")).unwrap());
    }
}
