//! The list of ids against what is told: of a world in which all is well and everything was looked at.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, Ipv4Addr},
};

use super::{
    super::{
        Answered, Delegation, Freshness, Vantage, Walk,
        client::{ClientKind, ClientLook},
        delegation::{Authority, ParentServer, ZoneServer},
    },
    Evidence, IDS, ResolverAnswer, Route53Says,
    behind_tests::{failover, well},
    judge,
};
use crate::model::{Fqdn, Side};

fn name(text: &str) -> Fqdn {
    text.parse().expect("a name")
}

/// One name server, named by everybody.
fn delegation() -> Delegation {
    let (server, address) = (name("ns-1.example.net"), IpAddr::V4(Ipv4Addr::LOCALHOST));
    let names = BTreeSet::from([server.clone()]);
    Delegation::Walked(Box::new(Walk {
        zone: name("example.com"),
        parent: name("com"),
        parents: vec![ParentServer {
            server: (address, 53).into(),
            said: Ok(BTreeMap::from([(server.clone(), BTreeSet::new())])),
        }],
        addresses: BTreeMap::from([(server.clone(), BTreeSet::from([address]))]),
        servers: vec![ZoneServer {
            name: server,
            server: (address, 53).into(),
            authority: Authority::Answers(names.clone()),
        }],
        route53: Ok(names),
    }))
}

fn everything() -> Evidence {
    let mut evidence = well();
    let primary = Answered::Side(Side::Primary);
    evidence.route53 = Route53Says::Answers(primary.clone(), "ns-1.example.net".to_owned());
    evidence.dns.delegation = delegation();
    evidence.dns.tcp.clone_from(&evidence.servers);
    evidence.dns.resolvers = vec![ResolverAnswer {
        vantage: Vantage::recursive(([127, 0, 0, 2], 53).into()),
        result: evidence.servers[0].result.clone(),
        negative_ttl: None,
        freshness: Freshness::default(),
    }];
    evidence.dns.given = vec![primary];
    let served = |kind| ClientLook { side: Ok(Side::Primary), ..ClientLook::new(kind) };
    evidence.clients = ClientKind::ALL.map(served).to_vec();
    evidence
}

#[test]
fn each_id_is_told_of_a_world_in_which_all_is_well() {
    let check = "object = \"health.txt\", contains = \"ok\", interval = 10";
    let verdict = judge(&failover("target_seconds = 600", check, ""), &everything());
    let wrong: Vec<_> = verdict.checks.iter().filter(|finding| !finding.ok).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let told: Vec<&str> = verdict.checks.iter().map(|finding| finding.id).collect();
    assert_eq!(told, IDS);
}

#[test]
fn each_id_is_a_topic_and_a_word() {
    let all: BTreeSet<&str> = IDS.into_iter().collect();
    assert_eq!(all.len(), IDS.len());
    let word = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    for id in IDS {
        let (topic, what) = id.split_once('.').expect("a topic");
        let topic_is_one = word(topic) || topic == "route53";
        assert!(topic_is_one && word(what), "{id}");
    }
}
