//! The rules of choosing an answer, each by the sentence that states it.

use std::{collections::BTreeSet, net::Ipv4Addr};

use proptest::prelude::*;

use super::*;
use crate::{
    lab::route53::types::{Answer, RecordSet, Routing},
    model::Side,
};

const ZONE_ID: &str = "Z-LAB-1";
const SOA: &str = "ns-1.lab. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 300";

/// Which checks are unhealthy; `resource` knows one website endpoint.
struct Known(BTreeSet<&'static str>);

impl Knowledge for Known {
    fn healthy(&self, check_id: &str) -> bool {
        !self.0.contains(check_id)
    }

    fn resource(&self, target: &Fqdn) -> Option<(Ipv4Addr, u32)> {
        (target.as_str() == "s3-website-us-east-1.amazonaws.com").then_some((Ipv4Addr::new(127, 0, 1, 1), 5))
    }
}

fn name(text: &str) -> Fqdn {
    text.parse().expect("a name")
}

fn values(owner: &str, rtype: RecordType, ttl: u32, values: &[&str]) -> RecordSet {
    let values = values.iter().map(|&value| value.to_owned()).collect();
    set(owner, rtype, Answer::Values { ttl, values })
}

fn alias(owner: &str, rtype: RecordType, target: &str, evaluate_target_health: bool) -> RecordSet {
    let outside = target.ends_with("amazonaws.com");
    let hosted_zone_id = if outside { "Z3AQBSTGFYJSTF" } else { ZONE_ID }.to_owned();
    set(owner, rtype, Answer::Alias { hosted_zone_id, dns_name: name(target), evaluate_target_health })
}

fn set(owner: &str, rtype: RecordType, answer: Answer) -> RecordSet {
    RecordSet {
        name: name(owner),
        rtype,
        set_identifier: None,
        routing: Routing::Simple,
        answer,
        health_check_id: None,
    }
}

fn routed(routing: Routing, identifier: &str, check: Option<&str>, set: RecordSet) -> RecordSet {
    RecordSet {
        set_identifier: Some(identifier.to_owned()),
        routing,
        health_check_id: check.map(str::to_owned),
        ..set
    }
}

fn side(side: Side, check: Option<&str>, set: RecordSet) -> RecordSet {
    routed(Routing::Failover(side), side.as_str(), check, set)
}

fn zone(sets: impl IntoIterator<Item = RecordSet>) -> Records {
    let mut records = Records::new();
    for set in sets.into_iter().chain([values("example.com", RecordType::Soa, 900, &[SOA])]) {
        records.entry((set.name.clone(), set.rtype)).or_default().push(set);
    }
    records
}

fn ask(records: &Records, unhealthy: &[&'static str], owner: &str, rtype: RecordType) -> Reply {
    let known = Known(unhealthy.iter().copied().collect());
    answer(&name("example.com"), ZONE_ID, records, &known, (&name(owner), Some(rtype)), 0)
}

/// The one value of an answer.
fn value(records: &Records, unhealthy: &[&'static str], owner: &str, rtype: RecordType) -> String {
    let reply = ask(records, unhealthy, owner, rtype);
    let [line] = reply.answers.as_slice() else { panic!("not one line: {reply:?}") };
    let [value] = line.values.as_slice() else { panic!("not one value: {line:?}") };
    value.clone()
}

fn pair(primary_check: Option<&str>, secondary_check: Option<&str>) -> Records {
    zone([
        side(Side::Primary, primary_check, values("data.example.com", RecordType::A, 60, &["192.0.2.1"])),
        side(Side::Secondary, secondary_check, values("data.example.com", RecordType::A, 60, &["192.0.2.2"])),
    ])
}

fn answered(records: &Records, unhealthy: &[&'static str]) -> String {
    value(records, unhealthy, "data.example.com", RecordType::A)
}

#[test]
fn a_healthy_primary_is_answered_whatever_the_secondary_is() {
    let records = pair(Some("p"), Some("s"));
    assert_eq!(answered(&records, &[]), "192.0.2.1");
    assert_eq!(answered(&records, &["s"]), "192.0.2.1");
}

#[test]
fn an_unhealthy_primary_gives_way_to_a_healthy_secondary() {
    assert_eq!(answered(&pair(Some("p"), Some("s")), &["p"]), "192.0.2.2");
}

#[test]
fn an_unhealthy_primary_gives_way_to_a_secondary_without_a_check() {
    assert_eq!(answered(&pair(Some("p"), None), &["p"]), "192.0.2.2");
}

#[test]
fn when_both_are_unhealthy_the_primary_is_answered() {
    assert_eq!(answered(&pair(Some("p"), Some("s")), &["p", "s"]), "192.0.2.1");
}

#[test]
fn a_primary_without_a_check_is_answered_for_ever() {
    assert_eq!(answered(&pair(None, Some("s")), &["p", "s"]), "192.0.2.1");
}

/// The shape that `apply` makes: an alias pair of type CNAME over one CNAME a region.
fn pointers(evaluate: bool, check: Option<&str>, leaf_check: Option<&str>) -> Records {
    let leaf = RecordSet {
        health_check_id: leaf_check.map(str::to_owned),
        ..values("one.data.example.com", RecordType::Cname, 60, &["b1.s3.us-east-1.amazonaws.com"])
    };
    let to = |target| alias("data.example.com", RecordType::Cname, target, evaluate);
    zone([
        leaf,
        values("two.data.example.com", RecordType::Cname, 30, &["b2.s3.eu-west-1.amazonaws.com"]),
        side(Side::Primary, check, to("one.data.example.com")),
        side(Side::Secondary, None, to("two.data.example.com")),
    ])
}

#[test]
fn an_alias_of_type_cname_answers_the_targets_value_and_ttl_under_its_own_name() {
    let records = pointers(true, Some("p"), None);
    for (unhealthy, host, ttl) in
        [(vec![], "b1.s3.us-east-1.amazonaws.com", 60), (vec!["p"], "b2.s3.eu-west-1.amazonaws.com", 30)]
    {
        for rtype in [RecordType::Cname, RecordType::A, RecordType::Aaaa] {
            let line = Line {
                name: name("data.example.com"),
                rtype: RecordType::Cname,
                ttl,
                values: vec![host.to_owned()],
            };
            let reply = ask(&records, &unhealthy, "data.example.com", rtype);
            assert_eq!((reply.outcome, reply.answers), (Outcome::Found, vec![line]));
        }
    }
}

#[test]
fn an_alias_with_a_check_and_an_evaluated_target_needs_both_healthy() {
    let records = pointers(true, Some("p"), Some("leaf"));
    let host = |unhealthy| value(&records, unhealthy, "data.example.com", RecordType::Cname);
    assert_eq!(host(&[]), "b1.s3.us-east-1.amazonaws.com");
    assert_eq!(host(&["p"]), "b2.s3.eu-west-1.amazonaws.com");
    assert_eq!(host(&["leaf"]), "b2.s3.eu-west-1.amazonaws.com");
}

#[test]
fn an_alias_that_does_not_evaluate_its_target_stays_in_a_dead_branch() {
    let records = pointers(false, None, Some("leaf"));
    assert_eq!(
        value(&records, &["leaf"], "data.example.com", RecordType::Cname),
        "b1.s3.us-east-1.amazonaws.com"
    );
}

#[test]
fn a_tree_of_aliases_is_walked_down_and_a_dead_branch_is_backed_out_of() {
    let leaf = |owner, check, address| RecordSet {
        health_check_id: Some(check),
        ..values(owner, RecordType::A, 60, &[address])
    };
    let weighted = |identifier: &str, target| {
        let set = alias("east.example.com", RecordType::A, target, true);
        routed(Routing::Weighted(10), identifier, None, set)
    };
    let records = zone([
        leaf("e1.example.com", "e1".to_owned(), "192.0.2.1"),
        leaf("e2.example.com", "e2".to_owned(), "192.0.2.2"),
        values("west.example.com", RecordType::A, 60, &["192.0.2.3"]),
        weighted("one", "e1.example.com"),
        weighted("two", "e2.example.com"),
        side(Side::Primary, None, alias("data.example.com", RecordType::A, "east.example.com", true)),
        side(Side::Secondary, None, alias("data.example.com", RecordType::A, "west.example.com", true)),
    ]);
    assert_eq!(answered(&records, &[]), "192.0.2.1");
    assert_eq!(answered(&records, &["e1"]), "192.0.2.2");
    assert_eq!(answered(&records, &["e1", "e2"]), "192.0.2.3");
}

#[test]
fn weights_share_and_zero_is_the_last_resort() {
    let set = |weight, identifier: &str, address| {
        let set = values("data.example.com", RecordType::A, 60, &[address]);
        routed(Routing::Weighted(weight), identifier, Some(identifier), set)
    };
    let records = zone([set(3, "a", "192.0.2.1"), set(1, "b", "192.0.2.2"), set(0, "c", "192.0.2.3")]);
    let count = |unhealthy: &[&'static str], address: &str| {
        let known = Known(unhealthy.iter().copied().collect());
        let question = (&name("data.example.com"), Some(RecordType::A));
        let replies =
            (0..100).map(|draw| answer(&name("example.com"), ZONE_ID, &records, &known, question, draw));
        replies.filter(|reply| reply.answers[0].values == [address]).count()
    };
    assert_eq!((count(&[], "192.0.2.1"), count(&[], "192.0.2.2"), count(&[], "192.0.2.3")), (75, 25, 0));
    assert_eq!(count(&["a"], "192.0.2.2"), 100);
    assert_eq!(count(&["a", "b"], "192.0.2.3"), 100);
    assert_eq!(count(&["a", "b", "c"], "192.0.2.1"), 75, "nothing is healthy: as if everything were");
}

#[test]
fn an_alias_to_a_resource_answers_its_address_and_ttl_for_type_a_alone() {
    let target = "s3-website-us-east-1.amazonaws.com";
    let records = zone([alias("site.example.com", RecordType::A, target, true)]);
    let reply = ask(&records, &[], "site.example.com", RecordType::A);
    assert_eq!((reply.answers[0].ttl, reply.answers[0].values[0].as_str()), (5, "127.0.1.1"));
    assert_eq!(ask(&records, &[], "site.example.com", RecordType::Aaaa).outcome, Outcome::NoData);
}

fn named() -> Records {
    zone([
        values("a.b.example.com", RecordType::A, 60, &["192.0.2.7"]),
        values("*.apps.example.com", RecordType::A, 60, &["192.0.2.8"]),
        values("x.apps.example.com", RecordType::Txt, 60, &["\"x\""]),
        values("one.example.com", RecordType::Cname, 60, &["two.example.com"]),
        values("two.example.com", RecordType::Cname, 60, &["a.b.example.com."]),
        values("lost.example.com", RecordType::Cname, 60, &["nowhere.example.com"]),
        values("loop.example.com", RecordType::Cname, 60, &["loop2.example.com"]),
        values("loop2.example.com", RecordType::Cname, 60, &["loop.example.com"]),
    ])
}

#[test]
fn no_such_name_and_no_such_type_differ_and_both_carry_the_soa() {
    let ask = |owner| ask(&named(), &[], owner, RecordType::A);
    let outcomes: Vec<_> =
        ["a.b.example.com", "b.example.com", "example.com", "c.example.com", "z.b.example.com"]
            .map(|owner| ask(owner).outcome)
            .to_vec();
    assert_eq!(
        outcomes,
        [Outcome::Found, Outcome::NoData, Outcome::NoData, Outcome::NoSuchName, Outcome::NoSuchName],
        "b.example.com is an empty node: it exists"
    );
    let soa = ask("c.example.com").authority.remove(0);
    assert_eq!((soa.ttl, soa.values[0].as_str()), (300, SOA), "the smaller of 900 and the last field");
}

#[test]
fn a_wildcard_answers_below_its_encloser_and_not_below_a_name_that_exists() {
    let outcome = |owner| ask(&named(), &[], owner, RecordType::A).outcome;
    let reply = ask(&named(), &[], "y.apps.example.com", RecordType::A);
    assert_eq!(reply.answers[0].name, name("y.apps.example.com"));
    assert_eq!(outcome("deep.y.apps.example.com"), Outcome::Found);
    assert_eq!(outcome("*.apps.example.com"), Outcome::Found);
    assert_eq!(outcome("x.apps.example.com"), Outcome::NoData, "the name exists with another type");
    assert_eq!(outcome("deep.x.apps.example.com"), Outcome::NoSuchName);
    assert_eq!(outcome("apps.example.com"), Outcome::NoData);
}

#[test]
fn cnames_are_followed_inside_the_zone_and_circles_end() {
    let owners = |owner| {
        let reply = ask(&named(), &[], owner, RecordType::A);
        let owners: Vec<_> = reply.answers.iter().map(|line| line.name.to_string()).collect();
        (reply.outcome, owners.join(" "))
    };
    assert_eq!(
        owners("one.example.com"),
        (Outcome::Found, "one.example.com two.example.com a.b.example.com".to_owned())
    );
    assert_eq!(owners("lost.example.com"), (Outcome::NoSuchName, "lost.example.com".to_owned()));
    assert_eq!(owners("loop.example.com"), (Outcome::Found, "loop.example.com loop2.example.com".to_owned()));
}

/// Few names, so that aliases and CNAMEs meet, form trees and run in circles.
fn some_name() -> impl Strategy<Value = String> {
    proptest::sample::select(vec![
        "example.com",
        "a.example.com",
        "b.example.com",
        "c.b.example.com",
        "*.b.example.com",
        "*.example.com",
        "d.c.b.example.com",
    ])
    .prop_map(str::to_owned)
}

fn some_set() -> impl Strategy<Value = RecordSet> {
    let rtype = proptest::sample::select(vec![RecordType::A, RecordType::Cname, RecordType::Txt]);
    let routing = prop_oneof![
        Just(Routing::Simple),
        Just(Routing::Failover(Side::Primary)),
        Just(Routing::Failover(Side::Secondary)),
        any::<u8>().prop_map(Routing::Weighted),
    ];
    let check = proptest::option::of(proptest::sample::select(vec!["sick".to_owned(), "well".to_owned()]));
    (some_name(), rtype, routing, some_name(), proptest::option::of(any::<bool>()), check).prop_map(
        |(owner, rtype, routing, target, as_alias, check)| {
            let set = match as_alias {
                Some(evaluate) => alias(&owner, rtype, &target, evaluate),
                None => values(&owner, rtype, 60, &[&target]),
            };
            routed(routing, "id", check.as_deref(), set)
        },
    )
}

proptest! {
    #[test]
    fn every_zone_is_answered_and_every_chain_ends(
        sets in proptest::collection::vec(some_set(), 0..24), owner in some_name(), draw: u64,
    ) {
        let records = zone(sets);
        let known = Known(BTreeSet::from(["sick"]));
        for rtype in [RecordType::A, RecordType::Cname, RecordType::Aaaa] {
            let question = (&name(&owner), Some(rtype));
            let reply = answer(&name("example.com"), ZONE_ID, &records, &known, question, draw);
            prop_assert!(reply.answers.len() <= LONGEST_CHAIN);
            prop_assert!(reply.answers.iter().all(|line| !line.values.is_empty()));
            prop_assert_eq!(reply.authority.is_empty(), reply.outcome == Outcome::Found, "no NS in this zone");
            let (last, chain) = match reply.answers.split_last() {
                Some((last, chain)) => (Some(last), chain),
                None => (None, reply.answers.as_slice()),
            };
            prop_assert!(chain.iter().all(|line| line.rtype == RecordType::Cname));
            prop_assert!(last.is_none_or(|line| [rtype, RecordType::Cname].contains(&line.rtype)));
        }
    }
}
