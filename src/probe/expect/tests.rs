//! The rules of failover, and trees that only an asker or AWS itself can decide.

use std::collections::BTreeMap;

use super::*;
use crate::model::{AlarmCheck, Answer, CheckConfig, CheckKind, InsufficientData, Policy, Routing, Ttl};

#[test]
fn the_rules_of_failover() {
    use SideHealth::{Gone, Healthy, Unchecked, Unhealthy, Unknown};
    assert_eq!(choose(Healthy, Healthy), Side::Primary);
    assert_eq!(choose(Healthy, Unhealthy), Side::Primary);
    assert_eq!(choose(Unhealthy, Healthy), Side::Secondary);
    assert_eq!(choose(Unhealthy, Unchecked), Side::Secondary);
    assert_eq!(choose(Unhealthy, Unhealthy), Side::Primary);
    assert_eq!(choose(Unchecked, Healthy), Side::Primary);
    assert_eq!(choose(Unknown, Healthy), Side::Primary);
    assert_eq!(choose(Unhealthy, Unknown), Side::Secondary);
    assert_eq!(choose(Gone, Unhealthy), Side::Primary);
}

/// What is not known leaves the side open exactly where it decides.
#[test]
fn unknown_never_becomes_certain() {
    use SideHealth::{Gone, Healthy, Unhealthy, Unknown};
    let sides = |primary, secondary| {
        let side = choose(primary, secondary);
        Expectation { side, health: [primary, secondary], basis: Basis::Checkers }.sides().to_vec()
    };
    assert_eq!(sides(Unknown, Healthy), Side::BOTH);
    assert_eq!(sides(Unhealthy, Gone), Side::BOTH);
    assert_eq!(sides(Unknown, Unhealthy), [Side::Primary]);
    assert_eq!(sides(Healthy, Unknown), [Side::Primary]);
    assert_eq!(sides(Unhealthy, Healthy), [Side::Secondary]);
}

struct Zone {
    records: Vec<RecordSet>,
    checks: KnownChecks,
    resources: BTreeMap<Fqdn, bool>,
}

impl Zone {
    fn empty() -> Self {
        Self { records: Vec::new(), checks: KnownChecks::new(), resources: BTreeMap::new() }
    }

    fn add(&mut self, at: &str, routing: Routing, value: &str, healthy: Option<bool>) {
        let number = self.records.len();
        let id: crate::model::HealthCheckId = format!("check-{number}").parse().expect("an id");
        let kind = CheckKind::Alarm(AlarmCheck {
            name: "a".parse().expect("a name"),
            region: "us-east-1".parse().expect("a region"),
            insufficient_data: InsufficientData::LastKnown,
        });
        let config = CheckConfig { kind, inverted: false, disabled: false };
        self.checks.insert(id.clone(), KnownCheck { published: healthy, ..KnownCheck::new(config) });
        let answer = match value.strip_prefix("alias ") {
            Some(target) => Answer::Alias {
                hosted_zone_id: if target.ends_with("example.com") { "Z1" } else { "Z2" }
                    .parse()
                    .expect("an id"),
                target: target.parse().expect("a name"),
                evaluate_target_health: true,
            },
            None => {
                Answer::Values { ttl: Ttl::from_seconds(60).expect("a TTL"), values: vec![value.to_owned()] }
            }
        };
        self.records.push(RecordSet {
            name: at.parse().expect("a name"),
            record_type: RecordType::A,
            routing,
            answer,
            health_check: Some(id),
        });
    }

    fn group(at: &str, sets: &[(Policy, &str, Option<bool>)]) -> Self {
        let mut zone = Self::empty();
        for (policy, value, healthy) in sets {
            let set_identifier = (*value).parse().expect("an identifier");
            zone.add(at, Routing::Other { set_identifier, policy: *policy }, value, *healthy);
        }
        zone
    }

    fn pair(primary: (&str, Option<bool>), secondary: (&str, Option<bool>)) -> Self {
        let mut zone = Self::empty();
        for (side, (value, healthy)) in Side::BOTH.into_iter().zip([primary, secondary]) {
            let set_identifier = side.as_str().parse().expect("an identifier");
            zone.add("a.example.com", Routing::Failover { set_identifier, side }, value, healthy);
        }
        zone
    }

    fn with<T>(&self, ask: impl FnOnce(Known<'_>, &Fqdn) -> T) -> T {
        let zone = "Z1".parse().expect("an id");
        let known =
            Known { zone: &zone, records: &self.records, checks: &self.checks, resources: &self.resources };
        ask(known, &"a.example.com".parse().expect("a name"))
    }

    fn answers(&self) -> Vec<String> {
        let leaves = self.with(|known, name| possible(known, name, RecordType::A));
        let text = |leaf| match leaf {
            Leaf::Values(values) => values.join(" "),
            Leaf::Outside(target) => target.to_string(),
            Leaf::Nothing => "nothing".to_owned(),
        };
        leaves.into_iter().map(text).collect()
    }

    fn expectation(&self) -> Expectation {
        self.with(|known, name| expect(known, name, RecordType::A)).expect("both records are there")
    }
}

const WELL: Option<bool> = Some(true);
const DEAD: Option<bool> = Some(false);

/// "Route 53 initially considers only the nonzero weighted records, if any. If all the records that have a
/// weight greater than 0 are unhealthy, then Route 53 considers the zero-weighted records."
#[test]
fn a_weight_of_nothing_waits_until_all_others_are_dead() {
    let of = |heavy: Option<bool>, light: Option<bool>| {
        let sets = [(Policy::Weighted(7), "7", heavy), (Policy::Weighted(0), "0", light)];
        Zone::group("a.example.com", &sets).answers()
    };
    assert_eq!(of(WELL, WELL), ["7"]);
    assert_eq!(of(DEAD, WELL), ["0"]);
    assert_eq!(of(DEAD, DEAD), ["7"], "all count as healthy then");
    assert_eq!(of(None, WELL), ["0", "7"]);
    assert_eq!(of(WELL, None), ["7"]);
}

/// Where the asker decides, every answer that an asker may get.
#[test]
fn where_the_asker_decides_all_answers_are_told() {
    let default = Policy::Geolocation { default: true };
    let place = Policy::Geolocation { default: false };
    let of = |sets: &[(Policy, &str, Option<bool>)]| Zone::group("a.example.com", sets).answers();
    assert_eq!(of(&[(place, "de", WELL), (place, "fr", WELL)]), ["de", "fr", "nothing"]);
    assert_eq!(of(&[(place, "de", DEAD), (default, "all", WELL)]), ["all"]);
    assert_eq!(of(&[(place, "de", WELL), (default, "all", DEAD)]), ["all", "de"]);
    assert_eq!(of(&[(place, "de", DEAD), (default, "all", DEAD)]), ["all", "de"]);
    let (near, far) = (Policy::Latency, Policy::Latency);
    assert_eq!(of(&[(near, "one", WELL), (far, "two", DEAD)]), ["one"]);
    assert_eq!(of(&[(near, "one", DEAD), (far, "two", DEAD)]), ["one", "two"]);
    let cidr = Policy::Cidr { default: false };
    assert_eq!(
        of(&[(cidr, "office", DEAD)]),
        ["nothing", "office"].map(String::from).iter().rev().cloned().collect::<Vec<_>>()
    );
}

/// Only AWS knows the health of a load balancer's targets; of S3's and CloudFront's there is none to know.
#[test]
fn what_stands_outside_of_the_zone_is_known_or_not_by_what_it_is() {
    let balancer = "alias lb.us-east-1.elb.amazonaws.com";
    let unknown = Zone::pair((balancer, WELL), ("2", WELL));
    assert_eq!(unknown.expectation().health, [SideHealth::Unknown, SideHealth::Healthy]);
    assert_eq!(unknown.answers(), ["2", "lb.us-east-1.elb.amazonaws.com"]);
    let mut looked = Zone::pair((balancer, WELL), ("2", WELL));
    looked.resources.insert("lb.us-east-1.elb.amazonaws.com".parse().expect("a name"), true);
    assert_eq!(looked.expectation().sides(), [Side::Primary]);
    for host in
        ["s3-website-us-east-1.amazonaws.com", "s3-website.eu-central-1.amazonaws.com", "d1.cloudfront.net"]
    {
        let zone = Zone::pair((&format!("alias {host}"), WELL), ("2", WELL));
        assert_eq!(zone.expectation().health[0], SideHealth::Healthy, "{host}");
    }
}

#[test]
fn a_deleted_check_and_a_missing_target_leave_it_open() {
    let mut zone = Zone::pair(("1", WELL), ("2", WELL));
    zone.checks.clear();
    assert_eq!(zone.expectation().health, [SideHealth::Gone; 2]);
    assert_eq!(zone.answers(), ["1", "2"]);
    let astray = Zone::pair(("alias gone.example.com", WELL), ("2", WELL));
    assert_eq!(astray.expectation().health[0], SideHealth::Unknown);
    assert_eq!(astray.answers(), ["2", "nothing"]);
}

/// A circle ends, as nothing that is known.
#[test]
fn a_circle_of_aliases_ends() {
    let zone = Zone::pair(("alias a.example.com", WELL), ("alias a.example.com", WELL));
    assert_eq!(zone.expectation().health, [SideHealth::Unknown; 2]);
    assert_eq!(zone.answers(), ["nothing"]);
}
