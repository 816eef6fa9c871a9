//! A whole tree on loopback: a parent zone that delegates the lab's zone, a resolver that knows both, and
//! what `verify` says of the delegation when no `--nameserver` spares it the walk.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use hickory_proto::{
    op::{Message, ResponseCode},
    rr::{Name, RData, RecordType, rdata},
};

use super::support::{DnsServer, ENDPOINTS, NAME, Ran, Reaction, TestLab, answered, quick, record, reply};

/// Names and addresses, as somebody tells them.
type Hosts = BTreeMap<String, Vec<Ipv4Addr>>;

const PARENT: Ipv4Addr = Ipv4Addr::new(127, 0, 90, 1);
const RESOLVER: Ipv4Addr = Ipv4Addr::new(127, 0, 90, 2);
/// It refuses every question.
const REFUSING: Ipv4Addr = Ipv4Addr::new(127, 0, 90, 3);

fn server(number: u8) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 91, number)
}

/// What stands in the parent zone, and what the resolver knows of name servers' addresses.
#[derive(Clone)]
struct Tree {
    delegated: Vec<String>,
    glue: Hosts,
    hosts: Hosts,
}

fn ns(owner: &str, name: &str) -> hickory_proto::rr::Record {
    record(owner, 300, RData::NS(rdata::NS(Name::from_ascii(name).expect("a name"))))
}

fn a(owner: &str, address: Ipv4Addr) -> hickory_proto::rr::Record {
    record(owner, 300, RData::A(rdata::A(address)))
}

fn asked(question: &Message) -> (String, RecordType) {
    let query = question.queries.first().expect("a question");
    (query.name().to_ascii().to_ascii_lowercase(), query.query_type())
}

/// The parent's server, for `com`: it refers.
fn parent(tree: &Tree, question: &Message) -> Reaction {
    let (name, _) = asked(question);
    if !name.ends_with("example.com.") || tree.delegated.is_empty() {
        return Reaction::Says(reply(question, ResponseCode::NXDomain, true));
    }
    let mut message = reply(question, ResponseCode::NoError, false);
    message.authorities = tree.delegated.iter().map(|name| ns("example.com.", name)).collect();
    let glue = tree.glue.iter().flat_map(|(name, all)| all.iter().map(|address| a(name, *address)));
    message.additionals = glue.collect();
    Reaction::Says(message)
}

/// The resolver: it knows `com` and the name servers' addresses, and asks the lab's for everything else.
fn resolver(tree: &Tree, lab: SocketAddr, question: &Message) -> Reaction {
    let (name, record_type) = asked(question);
    let mut message = reply(question, ResponseCode::NoError, false);
    let known = tree.hosts.get(&name);
    match (name.as_str(), record_type) {
        ("com.", RecordType::NS) => message.answers.push(ns("com.", "ns.registry.com.")),
        ("ns.registry.com.", RecordType::A) => message.answers.push(a(&name, PARENT)),
        ("ns.registry.com.", _) => {}
        (_, RecordType::A) if known.is_some() => {
            message.answers.extend(known.into_iter().flatten().map(|address| a(&name, *address)));
        }
        (_, RecordType::AAAA) if known.is_some() => {}
        _ => return Reaction::As(lab),
    }
    Reaction::Says(message)
}

fn names(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("ns-{number}.route53-lab.invalid.")).collect()
}

fn hosts() -> Hosts {
    (1..).zip(names(4)).map(|(number, name)| (name, vec![server(number)])).collect()
}

/// As it ought to be.
fn well() -> Tree {
    Tree { delegated: names(4), glue: Hosts::new(), hosts: hosts() }
}

/// How a server reacts to a question.
type Mind = Arc<dyn Fn(&Message) -> Reaction + Send + Sync>;

/// `verify` in this tree; the findings about the delegation.
async fn found(lab: &TestLab, tree: Tree) -> String {
    let ready = lab.lab.ready();
    let (tree, lab_resolver) = (Arc::new(tree), ready.resolver);
    let (of_parent, of_resolver) = (Arc::clone(&tree), Arc::clone(&tree));
    let mut minds: Vec<(IpAddr, Mind)> = vec![
        (PARENT.into(), Arc::new(move |question: &Message| parent(&of_parent, question))),
        (RESOLVER.into(), Arc::new(move |question: &Message| resolver(&of_resolver, lab_resolver, question))),
        (
            REFUSING.into(),
            Arc::new(|question: &Message| Reaction::Says(reply(question, ResponseCode::Refused, false))),
        ),
    ];
    for (number, real) in (1..).zip(ready.nameservers.clone()) {
        minds.push((server(number).into(), Arc::new(move |_: &Message| Reaction::As(real))));
    }
    let servers = DnsServer::start_all(minds).await;
    let port = servers[0].address.port().to_string();
    let program = lab.program().with("S3_FAILOVER_NAMESERVERS", "");
    let program = program.with("S3_FAILOVER_RESOLVERS", format!("{RESOLVER}:{port}"));
    let ran = program.with("S3_FAILOVER_LAB_DNS_PORT", port.clone()).run(&["verify", "-o", "json"]).await;
    about_delegation(&ran).replace(&format!(":{port}"), "")
}

fn about_delegation(ran: &Ran) -> String {
    let document = ran.json();
    let checks = document["failovers"][0]["checks"].as_array().expect("findings").clone();
    let wanted = ["delegation.agree", "delegation.lame", "authoritative.reachable", "authoritative.tcp"];
    let ours = checks.iter().filter(|check| wanted.contains(&check["id"].as_str().expect("an id")));
    let line = |check: &serde_json::Value| {
        assert_eq!(
            check["ok"] == true,
            check["advice"].is_null(),
            "what is wrong comes with advice: {check}"
        );
        let ok = if check["ok"] == true { "ok" } else { check["severity"].as_str().expect("a severity") };
        let text = |key: &str| check[key].as_str().expect("text").to_owned();
        format!("{} {ok}: {}", text("id"), text("detail")).replace(".route53-lab.invalid", "")
    };
    ours.map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn the_delegation_is_walked_and_its_faults_are_found() {
    let lab = TestLab::start(quick()).await;
    let ran = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    answered(&lab, NAME, ENDPOINTS[0]).await;
    let told = lab.program().run(&["verify", "-o", "json"]).await;
    insta::assert_snapshot!(about_delegation(&told), @"
    delegation.agree ok: the delegation was not walked: the name servers were given (`--nameserver`)
    authoritative.reachable ok: all 4 name servers answered
    authoritative.tcp ok: all 4 name servers answer the same over TCP
    ");
    insta::assert_snapshot!(found(&lab, well()).await, @"
    delegation.agree ok: com, example.com and Route 53 name the same name servers: ns-1, ns-2, ns-3, ns-4
    delegation.lame ok: all 4 addresses of the zone's name servers answer with authority
    authoritative.reachable ok: all 4 name servers answered
    authoritative.tcp ok: all 4 name servers answer the same over TCP
    ");
    // The registrar knows three of four, and one that has never served the zone.
    let mut lame = well();
    lame.delegated.truncate(3);
    lame.delegated.push("ns.elsewhere.example.net.".to_owned());
    lame.hosts.insert("ns.elsewhere.example.net.".to_owned(), vec![REFUSING]);
    insta::assert_snapshot!(found(&lab, lame).await, @"
    delegation.agree warning: com also names ns.elsewhere.example.net, which Route 53 does not know for this hosted zone; only the parent com names ns.elsewhere.example.net; only the zone itself names ns-4
    delegation.lame error: ns.elsewhere.example.net (127.0.90.3) answers Query Refused
    authoritative.reachable error: 127.0.90.3 says that it cannot answer: Query Refused
    authoritative.tcp ok: all 4 name servers answer the same over TCP
    ");
    // The registrar points at the name servers of another hosted zone.
    let mut other = well();
    other.delegated = vec!["ns-9.awsdns-lab.invalid.".to_owned()];
    other.hosts.insert("ns-9.awsdns-lab.invalid.".to_owned(), vec![REFUSING]);
    insta::assert_snapshot!(found(&lab, other).await, @"
    delegation.agree error: com names ns-9.awsdns-lab.invalid, but the name servers of this hosted zone are ns-1, ns-2, ns-3, ns-4: it is another zone that is asked
    delegation.lame error: ns-9.awsdns-lab.invalid (127.0.90.3) answers Query Refused
    authoritative.reachable error: 127.0.90.3 says that it cannot answer: Query Refused
    ");
    // Glue that was forgotten when the server moved.
    let mut glue = well();
    glue.glue.insert("ns-1.route53-lab.invalid.".to_owned(), vec![server(2)]);
    insta::assert_snapshot!(found(&lab, glue).await, @"
    delegation.agree error: the glue of ns-1 is 127.0.91.2, but its address is 127.0.91.1
    delegation.lame ok: all 4 addresses of the zone's name servers answer with authority
    authoritative.reachable ok: all 4 name servers answered
    authoritative.tcp ok: all 4 name servers answer the same over TCP
    ");
    // Nobody delegates the zone: Route 53's servers are asked all the same.
    let undelegated = Tree { delegated: Vec::new(), ..well() };
    insta::assert_snapshot!(found(&lab, undelegated).await, @"
    delegation.agree error: com does not delegate example.com
    delegation.lame ok: all 4 addresses of the zone's name servers answer with authority
    authoritative.reachable ok: all 4 name servers answered
    authoritative.tcp ok: all 4 name servers answer the same over TCP
    ");
}
