//! Batches of changes against a zone: a table of refusals in Route 53's words, and random batches
//! against the invariants of a zone.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{
    batch::{Action, Change, apply},
    rules,
    types::{Answer, RecordSet, Routing, Zone},
};
use crate::model::{Fqdn, RecordType, Side};

fn name(text: &str) -> Fqdn {
    text.parse().expect("a name")
}

fn set(owner: &str, rtype: RecordType, value: &str) -> RecordSet {
    RecordSet {
        name: name(owner),
        rtype,
        set_identifier: None,
        routing: Routing::Simple,
        answer: Answer::Values { ttl: 60, values: vec![value.to_owned()] },
        health_check_id: None,
    }
}

fn a(owner: &str) -> RecordSet {
    set(owner, RecordType::A, "192.0.2.1")
}

fn cname(owner: &str) -> RecordSet {
    set(owner, RecordType::Cname, "a.example.net")
}

fn routed(mut set: RecordSet, identifier: &str, routing: Routing) -> RecordSet {
    set.set_identifier = Some(identifier.to_owned());
    set.routing = routing;
    set
}

fn checked(mut set: RecordSet, id: &str) -> RecordSet {
    set.health_check_id = Some(id.to_owned());
    set
}

fn alias(owner: &str, rtype: RecordType, target: &str) -> RecordSet {
    let answer = Answer::Alias {
        hosted_zone_id: "Z-LAB-1".to_owned(),
        dns_name: name(target),
        evaluate_target_health: false,
    };
    RecordSet { answer, ..set(owner, rtype, "") }
}

fn primary(set: RecordSet) -> RecordSet {
    routed(set, "p", Routing::Failover(Side::Primary))
}

fn secondary(set: RecordSet) -> RecordSet {
    routed(set, "s", Routing::Failover(Side::Secondary))
}

/// example.com with SOA, NS, and a few records.
fn zone() -> Zone {
    let mut zone = Zone { id: "Z-LAB-1".to_owned(), name: name("example.com"), records: BTreeMap::new() };
    let soa = "ns-1.example. hostmaster.example. 1 7200 900 1209600 86400";
    for record in [
        set("example.com", RecordType::Soa, soa),
        set("example.com", RecordType::Ns, "ns-1.example."),
        a("a.example.com"),
        cname("c.example.com"),
        primary(checked(a("f.example.com"), "check")),
        secondary(a("f.example.com")),
        routed(a("w.example.com"), "1", Routing::Weighted(1)),
        alias("alias.example.com", RecordType::A, "a.example.com"),
    ] {
        zone.put(record);
    }
    zone
}

fn create(record: RecordSet) -> Change {
    Change { action: Action::Create, record }
}

fn upsert(record: RecordSet) -> Change {
    Change { action: Action::Upsert, record }
}

fn delete(record: RecordSet) -> Change {
    Change { action: Action::Delete, record }
}

fn refused(changes: &[Change]) -> Vec<String> {
    apply(&zone(), changes).expect_err("the batch has a fault")
}

fn accepted(changes: &[Change]) -> Zone {
    apply(&zone(), changes).unwrap_or_else(|problems| panic!("refused: {problems:#?}"))
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table, a line a rule")]
fn each_refusal_has_its_words() {
    let table: Vec<(Vec<Change>, &str)> = vec![
        (
            vec![create(a("a.example.com"))],
            "Tried to create resource record set [name='a.example.com.', type='A'] but it already exists",
        ),
        (
            vec![create(routed(a("w.example.com"), "1", Routing::Weighted(9)))],
            "Tried to create resource record set [name='w.example.com.', type='A', set-identifier='1'] but it \
             already exists",
        ),
        (
            vec![delete(a("*.example.com"))],
            "Tried to delete resource record set [name='\\052.example.com.', type='A'] but it was not found",
        ),
        (
            vec![delete(set("w.example.com", RecordType::A, "192.0.2.1"))],
            "Tried to delete resource record set [name='w.example.com.', type='A'] but it was not found",
        ),
        (
            vec![delete(set("c.example.com", RecordType::Cname, "b.example.net"))],
            "Tried to delete resource record set [name='c.example.com.', type='CNAME'] but the values provided \
             do not match the current values",
        ),
        (
            vec![delete(primary(a("f.example.com")))],
            "Tried to delete resource record set [name='f.example.com.', type='A', set-identifier='p'] but the \
             values provided do not match the current values",
        ),
        (
            vec![create(a("badexample.com"))],
            "RRSet with DNS name badexample.com. is not permitted in zone example.com.",
        ),
        (
            vec![create(cname("a.example.com"))],
            "RRSet of type CNAME with DNS name a.example.com. is not permitted as it conflicts with other \
             records with the same DNS name in zone example.com.",
        ),
        (
            vec![create(a("c.example.com"))],
            "RRSet of type A with DNS name c.example.com. is not permitted because a conflicting RRSet of type \
             CNAME with the same DNS name already exists in zone example.com.",
        ),
        (
            vec![create(set("x.example.com", RecordType::A, "not-an-ip"))],
            "Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 \
             address) encountered with 'not-an-ip''",
        ),
        (
            vec![create(primary(a("x.example.com")))],
            "A non-alias primary ResourceRecordSet must have an associated health check. No changes made.",
        ),
        (
            vec![create(a("f.example.com"))],
            "RRSet with DNS name f.example.com., type A cannot be created as other RRSets exist with the same \
             name and type.",
        ),
        (
            vec![create(routed(a("f.example.com"), "w", Routing::Weighted(1)))],
            "RRSet with DNS name f.example.com., type A, SetIdentifier w cannot be created as a non-weighted set \
             exists with the same name and type.",
        ),
        (
            vec![create(routed(a("f.example.com"), "p2", Routing::Failover(Side::Secondary)))],
            "RRSet with DNS name f.example.com., type A, SetIdentifier p2 cannot be created as a failover set \
             with the value SECONDARY exists with the same name and type.",
        ),
        (
            vec![create(RecordSet {
                answer: Answer::Values { ttl: 61, values: vec!["192.0.2.1".to_owned()] },
                ..routed(a("w.example.com"), "2", Routing::Weighted(1))
            })],
            "RRSet with DNS name w.example.com., type A, SetIdentifier 2 cannot be created as weighted sets must \
             contain the same TTL.",
        ),
        (
            vec![create(alias("x.example.com", RecordType::A, "gone.example.com"))],
            "Tried to create an alias that targets gone.example.com., type A in zone Z-LAB-1, but that target \
             was not found",
        ),
        (
            vec![create(alias("x.example.com", RecordType::A, "x.example.com"))],
            "Tried to create an alias that targets x.example.com., type A in zone Z-LAB-1, but that target was \
             not found",
        ),
        (
            vec![delete(a("a.example.com"))],
            "Tried to delete the target of the alias [name='alias.example.com.', type='A']: a.example.com. type A",
        ),
        (
            vec![delete(set("example.com", RecordType::Ns, "ns-1.example."))],
            "A HostedZone must contain at least one NS record for the zone itself.",
        ),
        (
            vec![delete(set(
                "example.com",
                RecordType::Soa,
                "ns-1.example. hostmaster.example. 1 7200 900 1209600 86400",
            ))],
            "A HostedZone must contain exactly one SOA record.",
        ),
        (
            vec![create(routed(set("x.example.com", RecordType::Ns, "a.b"), "1", Routing::Weighted(1)))],
            "RRSet of type NS with DNS name x.example.com. can only be a simple record.",
        ),
    ];
    for (changes, expected) in table {
        assert_eq!(refused(&changes), [expected]);
    }
}

#[test]
fn changes_are_made_in_their_order() {
    // A DELETE makes room for the CREATE after it.
    accepted(&[delete(cname("c.example.com")), create(a("c.example.com"))]);
    accepted(&[delete(cname("c.example.com")), create(cname("c.example.com"))]);
    // The other way round there is no room yet (cookpad/roadworker#89).
    assert_eq!(refused(&[create(a("c.example.com")), delete(cname("c.example.com"))]).len(), 1);
    // An alias finds the target before it, not the one after it (DNSControl/dnscontrol#937).
    let (target, pointer) =
        (cname("t.example.com"), alias("x.example.com", RecordType::Cname, "t.example.com"));
    accepted(&[create(target.clone()), create(pointer.clone())]);
    assert_eq!(refused(&[create(pointer), create(target)]).len(), 1);
    // "If you try to delete the same resource record set more than once in a single change batch, Route 53
    // returns an InvalidChangeBatch error" (Route 53 model, `ChangeResourceRecordSets`).
    assert_eq!(refused(&[delete(cname("c.example.com")), delete(cname("c.example.com"))]).len(), 1);
}

#[test]
fn group_rules_are_judged_when_all_changes_are_made() {
    let p = primary(checked(a("f.example.com"), "check"));
    let s = secondary(a("f.example.com"));
    let swapped = |set: &RecordSet, side| RecordSet { routing: Routing::Failover(side), ..set.clone() };
    let mut new_primary = swapped(&s, Side::Primary);
    new_primary.health_check_id = Some("check".to_owned());
    accepted(&[upsert(new_primary), upsert(swapped(&p, Side::Secondary))]);
    // From failover to simple in one batch.
    accepted(&[delete(p), delete(s), create(a("f.example.com"))]);
}

#[test]
fn a_delete_restates_what_is_there_but_for_order_case_and_final_dots() {
    accepted(&[delete(set("c.example.com", RecordType::Cname, "A.Example.NET."))]);
    let two = |values: [&str; 2]| RecordSet {
        answer: Answer::Values { ttl: 60, values: values.map(str::to_owned).to_vec() },
        ..a("two.example.com")
    };
    let zone = accepted(&[create(two(["192.0.2.1", "192.0.2.2"]))]);
    let changes = [delete(two(["192.0.2.2", "192.0.2.1"]))];
    assert!(apply(&zone, &changes).is_ok());
}

#[test]
fn a_batch_changes_a_set_once_or_replaces_it() {
    let (old, new) = (a("a.example.com"), set("a.example.com", RecordType::A, "192.0.2.7"));
    let told = "The request contains an invalid set of changes for a resource record set 'A a.example.com.'";
    for twice in [
        [delete(old.clone()), delete(old.clone())],
        [upsert(new.clone()), upsert(new.clone())],
        [upsert(old.clone()), delete(old.clone())],
        [upsert(new.clone()), create(new.clone())],
    ] {
        assert_eq!(refused(&twice)[0], told, "{twice:?}");
    }
    assert_eq!(accepted(&[delete(old.clone()), create(new.clone())]).find(&new), Some(&new));
    let again = [delete(old.clone()), create(new.clone()), delete(new)];
    assert_eq!(refused(&again)[0], told);
    let weighted = |id: &str| routed(a("new.example.com"), id, Routing::Weighted(1));
    accepted(&[create(weighted("x")), create(weighted("y"))]);
}

#[test]
fn a_batch_has_limits_and_an_upsert_counts_twice() {
    let many = |action: Action, count: usize| -> Vec<Change> {
        (0..count).map(|n| Change { action, record: a(&format!("n{n}.example.com")) }).collect()
    };
    accepted(&many(Action::Create, 1_000));
    assert_eq!(refused(&many(Action::Create, 1_001)), ["Number of records limit of 1000 exceeded."]);
    accepted(&many(Action::Upsert, 500));
    assert_eq!(refused(&many(Action::Upsert, 501)).len(), 1);
    let long = |number: usize| {
        let text = format!("\"{}\"", "x".repeat(248));
        let values = (0..16).map(|n| format!("{text} \"{number}-{n}\"")).collect();
        RecordSet {
            answer: Answer::Values { ttl: 60, values },
            ..set(&format!("t{number}.example.com"), RecordType::Txt, "")
        }
    };
    let texts: Vec<Change> = (0..9).map(|n| create(long(n))).collect();
    accepted(&texts[..7]);
    assert_eq!(refused(&texts), ["Number of characters limit of 32000 exceeded."]);
}

/// Sets that meet each other: few names, all kinds of routing, aliases among them.
fn any_set() -> impl Strategy<Value = RecordSet> {
    let names =
        || prop::sample::select(vec!["example.com", "a.example.com", "b.example.com", "c.example.com"]);
    let rtype = prop::sample::select(vec![RecordType::A, RecordType::Cname, RecordType::Txt]);
    let routing = prop::sample::select(vec![
        Routing::Simple,
        Routing::Failover(Side::Primary),
        Routing::Failover(Side::Secondary),
        Routing::Weighted(1),
    ]);
    let target = prop::option::weighted(0.2, names());
    (names(), rtype, routing, target, prop::bool::weighted(0.8), 0..3_u8).prop_map(
        |(owner, rtype, routing, target, check, id)| {
            let value = match rtype {
                RecordType::A => "192.0.2.1",
                RecordType::Cname => "x.example.net",
                _ => "\"text\"",
            };
            let set = match target {
                Some(target) => alias(owner, rtype, target),
                None => set(owner, rtype, value),
            };
            match routing {
                Routing::Simple => set,
                routing if check => checked(routed(set, &id.to_string(), routing), "check"),
                routing => routed(set, &id.to_string(), routing),
            }
        },
    )
}

/// A change that is wished for: a set to be written, or the n-th of those that are there to be deleted.
#[derive(Clone, Debug)]
enum Wish {
    Write(Action, RecordSet),
    DeleteNth(usize),
}

fn any_wish() -> impl Strategy<Value = Wish> {
    let action = prop::sample::select(vec![Action::Create, Action::Upsert]);
    prop_oneof![
        3 => (action, any_set()).prop_map(|(action, set)| Wish::Write(action, set)),
        2 => any::<usize>().prop_map(Wish::DeleteNth),
    ]
}

fn change_for(wish: Wish, zone: &Zone) -> Change {
    match wish {
        Wish::Write(action, record) => Change { action, record },
        Wish::DeleteNth(n) => {
            let sets: Vec<_> = zone.sets().collect();
            delete(sets[n % sets.len()].clone())
        }
    }
}

/// What must hold in a zone, said another way than the code that keeps it.
fn assert_sound(zone: &Zone) {
    for ((owner, rtype), group) in &zone.records {
        assert!(!group.is_empty());
        let simple = group.iter().filter(|set| set.routing == Routing::Simple).count();
        assert!(simple == 0 || group.len() == 1, "simple beside others: {group:?}");
        for side in Side::BOTH {
            assert!(group.iter().filter(|set| set.routing == Routing::Failover(side)).count() <= 1);
        }
        let identifiers: std::collections::BTreeSet<_> =
            group.iter().map(|set| &set.set_identifier).collect();
        assert_eq!(identifiers.len(), group.len());
        if *rtype == RecordType::Cname {
            assert_ne!(*owner, zone.name);
            assert_eq!(zone.records.keys().filter(|(other, _)| other == owner).count(), 1);
        }
        for set in group {
            if let Answer::Alias { dns_name, .. } = &set.answer {
                assert!(zone.records.contains_key(&(dns_name.clone(), *rtype)), "{}", rules::label(set));
            } else if set.routing == Routing::Failover(Side::Primary) {
                assert!(set.health_check_id.is_some());
            }
        }
    }
    assert!(zone.records.contains_key(&(zone.name.clone(), RecordType::Soa)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn whatever_is_asked_the_zone_stays_sound(
        batches in prop::collection::vec(prop::collection::vec(any_wish(), 1..4), 1..16),
    ) {
        let mut zone = Zone { records: BTreeMap::new(), ..zone() };
        let soa = "ns-1.example. hostmaster.example. 1 7200 900 1209600 86400";
        zone.put(set("example.com", RecordType::Soa, soa));
        zone.put(set("example.com", RecordType::Ns, "ns-1.example."));
        for wishes in batches {
            let batch: Vec<Change> = wishes.into_iter().map(|wish| change_for(wish, &zone)).collect();
            let before = zone.clone();
            match apply(&zone, &batch) {
                Ok(after) => {
                    assert_sound(&after);
                    zone = after;
                }
                Err(problems) => {
                    prop_assert!(!problems.is_empty());
                    prop_assert_eq!(&zone, &before);
                }
            }
        }
    }

    #[test]
    fn what_was_made_can_be_taken_back(sets in prop::collection::vec(any_set(), 1..8)) {
        let before = zone();
        let mut after = before.clone();
        let mut made = Vec::new();
        for record in sets {
            if let Ok(next) = apply(&after, &[create(record.clone())]) {
                after = next;
                made.push(record);
            }
        }
        let undo: Vec<Change> = made.into_iter().rev().map(delete).collect();
        prop_assert_eq!(apply(&after, &undo), Ok(before));
    }
}
