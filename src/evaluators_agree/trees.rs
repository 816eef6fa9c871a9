//! The same over whole trees of aliases.
//!
//! Only what Route 53 would take is drawn: a primary that is no alias has a check, multivalue sets are no
//! aliases, and an alias leads to a name of its own below it. What the tool is not told, a verdict or what
//! stands behind a load balancer, the lab knows.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{collection::vec, prelude::*};

use super::{Check, Side, check, name, oracle, tool};
use crate::{
    lab::{
        dns::{self, knowledge::Records},
        route53::types as lab,
    },
    model::{self, Fqdn, Policy, RecordType},
    probe::{Known, KnownCheck, KnownChecks, Leaf, expect, possible},
};

const ZONE: &str = "Z-LAB-1";

/// One record set.
#[derive(Clone, Debug)]
struct Branch {
    check: Check,
    /// Whether the tool learns what the check says.
    told: bool,
    end: End,
}

#[derive(Clone, Debug)]
enum End {
    Values,
    Alias {
        evaluate: bool,
        to: Box<Group>,
    },
    /// A load balancer, of which the tool knows that it is healthy, or nothing.
    Outside {
        evaluate: bool,
        told: bool,
    },
}

/// All record sets of one name.
#[derive(Clone, Debug)]
enum Group {
    Simple(Branch),
    Pair(Box<[Branch; 2]>),
    Weighted(Vec<(u8, Branch)>),
    Latency(Vec<Branch>),
    Geoproximity(Vec<Branch>),
    Multivalue(Vec<Branch>),
    /// Whether one of them, the first, is the default.
    Geolocation(bool, Vec<Branch>),
    Cidr(bool, Vec<Branch>),
}

fn branch(end: impl Strategy<Value = End>) -> impl Strategy<Value = Branch> {
    (check(), prop::bool::weighted(0.8), end).prop_map(|(check, told, end)| Branch { check, told, end })
}

/// A primary without an alias gets a check.
fn pair(mut pair: [Branch; 2]) -> Group {
    if matches!((&pair[0].end, &pair[0].check), (End::Values, Check::None)) {
        pair[0].check = Check::Missing;
    }
    Group::Pair(Box::new(pair))
}

fn group() -> impl Strategy<Value = Group> {
    let leaf = prop_oneof![
        4 => Just(End::Values),
        1 => any::<[bool; 2]>().prop_map(|[evaluate, told]| End::Outside { evaluate, told }),
    ];
    let leaves = branch(leaf.clone()).prop_map(Group::Simple);
    leaves.prop_recursive(3, 24, 3, move |below| {
        let alias =
            (any::<bool>(), below).prop_map(|(evaluate, to)| End::Alias { evaluate, to: Box::new(to) });
        let end = prop_oneof![2 => leaf.clone(), 3 => alias].boxed();
        let one = move || branch(end.clone());
        let some = || vec(one(), 1..4);
        prop_oneof![
            1 => one().prop_map(Group::Simple),
            4 => [one(), one()].prop_map(pair),
            2 => vec((0..3_u8, one()), 1..4).prop_map(Group::Weighted),
            1 => some().prop_map(Group::Latency),
            1 => some().prop_map(Group::Geoproximity),
            1 => vec(branch(Just(End::Values)), 1..4).prop_map(Group::Multivalue),
            1 => (any::<bool>(), some()).prop_map(|(default, all)| Group::Geolocation(default, all)),
            1 => (any::<bool>(), some()).prop_map(|(default, all)| Group::Cidr(default, all)),
        ]
    })
}

/// One world, in the words of both.
#[derive(Default)]
struct World {
    names: u32,
    numbers: u8,
    checks: u32,
    records: Vec<model::RecordSet>,
    known: KnownChecks,
    resources: BTreeMap<Fqdn, bool>,
    sets: Records,
    verdicts: BTreeMap<String, bool>,
    /// Whether there is anything that the tool cannot know, or that the lab decides in its own way.
    open: bool,
}

impl World {
    fn of(group: &Group) -> Self {
        let mut world = Self::default();
        world.lay(group);
        world
    }

    /// Lays a group at a new name; the first is `n1`.
    fn lay(&mut self, group: &Group) -> Fqdn {
        self.names += 1;
        let at = name(&format!("n{}.example.com", self.names));
        let stored = |element: &str, xml: String| lab::Routing::Stored { element: element.to_owned(), xml };
        match group {
            Group::Simple(branch) => {
                self.put(&at, branch, None, (model::Routing::Simple, lab::Routing::Simple));
            }
            Group::Pair(pair) => {
                for (side, branch) in Side::BOTH.into_iter().zip(pair.iter()) {
                    let id = side.to_string();
                    let set_identifier = id.parse().expect("an identifier");
                    let routing = model::Routing::Failover { set_identifier, side };
                    self.put(&at, branch, Some(id), (routing, lab::Routing::Failover(side)));
                }
            }
            Group::Weighted(all) => {
                for (weight, branch) in all {
                    let routing = (Policy::Weighted(*weight), lab::Routing::Weighted(*weight));
                    self.other(&at, branch, routing);
                }
            }
            Group::Latency(all) => {
                for (branch, region) in all.iter().zip(["us-east-1", "eu-west-1", "sa-east-1"]) {
                    self.open = true;
                    self.other(&at, branch, (Policy::Latency, stored("Region", region.to_owned())));
                }
            }
            Group::Geoproximity(all) => {
                for branch in all {
                    self.open = true;
                    let xml = format!("<Bias>{}</Bias>", self.numbers);
                    self.other(&at, branch, (Policy::Geoproximity, stored("GeoProximityLocation", xml)));
                }
            }
            Group::Multivalue(all) => {
                for branch in all {
                    self.open = true;
                    self.other(
                        &at,
                        branch,
                        (Policy::Multivalue, stored("MultiValueAnswer", "true".to_owned())),
                    );
                }
            }
            Group::Geolocation(first, all) => {
                self.open = true;
                for (index, branch) in all.iter().enumerate() {
                    let default = *first && index == 0;
                    let code = if default { "*" } else { ["DE", "FR", "US"][index] };
                    let xml = format!("<CountryCode>{code}</CountryCode>");
                    self.other(&at, branch, (Policy::Geolocation { default }, stored("GeoLocation", xml)));
                }
            }
            Group::Cidr(first, all) => {
                self.open = true;
                for (index, branch) in all.iter().enumerate() {
                    let default = *first && index == 0;
                    let place = if default { "*" } else { ["a", "b", "c"][index] };
                    let xml = format!("<LocationName>{place}</LocationName>");
                    self.other(&at, branch, (Policy::Cidr { default }, stored("CidrRoutingConfig", xml)));
                }
            }
        }
        at
    }

    fn other(&mut self, at: &Fqdn, branch: &Branch, (policy, theirs): (Policy, lab::Routing)) {
        let id = format!("set-{}-{}", self.names, self.numbers);
        let set_identifier = id.parse().expect("an identifier");
        self.put(at, branch, Some(id), (model::Routing::Other { set_identifier, policy }, theirs));
    }

    fn put(
        &mut self,
        at: &Fqdn,
        branch: &Branch,
        set_identifier: Option<String>,
        (ours, theirs): (model::Routing, lab::Routing),
    ) {
        self.numbers += 1;
        let number = self.numbers;
        let values = vec![format!("192.0.2.{number}")];
        let own_zone = || ZONE.parse().expect("an id");
        let theirs_at = |zone: &str, dns_name: Fqdn, evaluate| lab::Answer::Alias {
            hosted_zone_id: zone.to_owned(),
            dns_name,
            evaluate_target_health: evaluate,
        };
        let (our_answer, their_answer) = match &branch.end {
            End::Values => {
                let ttl = model::Ttl::from_seconds(60).expect("a TTL");
                (
                    model::Answer::Values { ttl, values: values.clone() },
                    lab::Answer::Values { ttl: 60, values },
                )
            }
            End::Alias { evaluate, to } => {
                let target = self.lay(to);
                let hosted_zone_id = own_zone();
                (
                    model::Answer::Alias {
                        hosted_zone_id,
                        target: target.clone(),
                        evaluate_target_health: *evaluate,
                    },
                    theirs_at(ZONE, target, *evaluate),
                )
            }
            End::Outside { evaluate, told } => {
                let target = name(&format!("lb-{number}.us-east-1.elb.amazonaws.com"));
                if *told {
                    self.resources.insert(target.clone(), true);
                }
                self.open |= *evaluate && !told;
                let hosted_zone_id = "Z35SXDOTRQ7X7K".parse().expect("an id");
                (
                    model::Answer::Alias {
                        hosted_zone_id,
                        target: target.clone(),
                        evaluate_target_health: *evaluate,
                    },
                    theirs_at("Z35SXDOTRQ7X7K", target, *evaluate),
                )
            }
        };
        let id = self.check(branch);
        self.records.push(model::RecordSet {
            name: at.clone(),
            record_type: RecordType::A,
            routing: ours,
            answer: our_answer,
            health_check: id.as_ref().map(|id| id.parse().expect("an id")),
        });
        self.sets.entry((at.clone(), RecordType::A)).or_default().push(lab::RecordSet {
            name: at.clone(),
            rtype: RecordType::A,
            set_identifier,
            routing: theirs,
            answer: their_answer,
            health_check_id: id,
        });
    }

    fn check(&mut self, branch: &Branch) -> Option<String> {
        if matches!(branch.check, Check::None) {
            return None;
        }
        self.checks += 1;
        let id = format!("check-{}", self.checks);
        oracle::judge(&id, &branch.check, &mut self.verdicts);
        let mut known = KnownChecks::new();
        tool::describe(&id, &branch.check, &mut known);
        if !branch.told {
            for check in known.values_mut() {
                *check = KnownCheck::new(check.config.clone());
            }
        }
        let lost_child = match &branch.check {
            Check::Calculated { children, .. } => children.iter().any(Option::is_none),
            _ => false,
        };
        self.open |= !branch.told || lost_child || matches!(branch.check, Check::Missing);
        self.known.extend(known);
        Some(id)
    }

    fn known<'a>(&'a self, zone: &'a model::HostedZoneId) -> Known<'a> {
        Known { zone, records: &self.records, checks: &self.known, resources: &self.resources }
    }

    /// What the tool says may be answered, as text.
    fn tool(&self) -> BTreeSet<String> {
        let zone = ZONE.parse().expect("an id");
        let leaves = possible(self.known(&zone), &name("n1.example.com"), RecordType::A);
        let told = leaves.into_iter().map(|leaf| match leaf {
            Leaf::Values(values) => values.join(" "),
            Leaf::Outside(target) => {
                let number = target.labels().next().and_then(|label| label.strip_prefix("lb-"));
                format!("198.51.100.{}", number.expect("a load balancer"))
            }
            Leaf::Nothing => "nothing".to_owned(),
        });
        told.collect()
    }

    /// What the lab answers with one of so many draws, all values of an answer.
    fn lab(&self, draw: u64) -> Vec<String> {
        let question = name("n1.example.com");
        let question = (&question, Some(RecordType::A));
        let verdicts = oracle::Verdicts(self.verdicts.clone());
        let reply = dns::answer(&name("example.com"), ZONE, &self.sets, &verdicts, question, draw);
        let mut lines = reply.answers.into_iter();
        lines.next().map_or_else(|| vec!["nothing".to_owned()], |line| line.values)
    }
}

/// The same tree with all that the tool has to know, and weights where an asker's place would decide.
fn closed(group: Group) -> Group {
    let weighted = |all: Vec<Branch>| Group::Weighted(all.into_iter().map(|one| (1, known(one))).collect());
    match group {
        Group::Simple(branch) => Group::Simple(known(branch)),
        Group::Pair(pair) => Group::Pair(Box::new(pair.map(known))),
        Group::Weighted(all) => {
            Group::Weighted(all.into_iter().map(|(weight, one)| (weight, known(one))).collect())
        }
        Group::Latency(all)
        | Group::Geoproximity(all)
        | Group::Multivalue(all)
        | Group::Geolocation(_, all)
        | Group::Cidr(_, all) => weighted(all),
    }
}

fn known(branch: Branch) -> Branch {
    let dead = super::Endpoint { seen: Some(false), inverted: false, disabled: false };
    let check = match branch.check {
        Check::Missing => Check::Endpoint(dead),
        Check::Calculated { children, threshold, inverted, disabled } => {
            let children = children.map(|child| child.or(Some(dead.clone())));
            Check::Calculated { children, threshold, inverted, disabled }
        }
        other => other,
    };
    let end = match branch.end {
        End::Outside { evaluate, .. } => End::Outside { evaluate, told: true },
        End::Alias { evaluate, to } => End::Alias { evaluate, to: Box::new(closed(*to)) },
        End::Values => End::Values,
    };
    Branch { check, told: true, end }
}

/// How many draws show every answer: the lab takes one figure of the draw at each group of weights.
fn draws(group: &Group) -> u64 {
    let below = |branch: &Branch| match &branch.end {
        End::Alias { to, .. } => draws(to),
        End::Values | End::Outside { .. } => 1,
    };
    match group {
        Group::Simple(branch) => below(branch),
        Group::Pair(pair) => pair.iter().map(below).max().unwrap_or(1),
        Group::Weighted(all) => {
            let total: u64 = all.iter().map(|(weight, _)| u64::from(*weight).max(1)).sum();
            total * all.iter().map(|(_, branch)| below(branch)).max().unwrap_or(1)
        }
        // Not by the draw, or not by it alone.
        _ => 1,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// "unknown never becomes certain": whatever the lab answers, the tool has said that it may.
    #[test]
    fn what_the_lab_answers_may_be_answered(group in group()) {
        let world = World::of(&group);
        let may = world.tool();
        for draw in 0..12 {
            for value in world.lab(draw) {
                prop_assert!(may.contains(&value), "{value} is none of {may:?} in {:#?}", world.records);
            }
        }
    }

    /// And where all is known and nobody's place decides, the tool says nothing more than that.
    #[test]
    fn what_may_be_answered_is_answered_where_all_is_known(group in group().prop_map(closed)) {
        let world = World::of(&group);
        prop_assert!(!world.open, "{group:?}");
        let may = world.tool();
        let is: BTreeSet<String> = (0..draws(&group)).flat_map(|draw| world.lab(draw)).collect();
        prop_assert_eq!(is, may, "{:#?}", world.records);
    }

    /// The side of the pair at the top is the one below which the lab's answer lies.
    #[test]
    fn the_expected_side_leads_to_the_answer(one in group(), other in group(), evaluate: [bool; 2], checks in [check(), check()]) {
        let ends = [(one, evaluate[0]), (other, evaluate[1])];
        let [a, b] = ends.map(|(to, evaluate)| End::Alias { evaluate, to: Box::new(to) });
        let [c, d] = checks;
        let top = Group::Pair(Box::new([
            Branch { check: c, told: true, end: a },
            Branch { check: d, told: true, end: b },
        ]));
        let world = World::of(&top);
        let zone = ZONE.parse().expect("an id");
        let expectation = expect(world.known(&zone), &name("n1.example.com"), RecordType::A);
        let expectation = expectation.expect("both records are there");
        prop_assert!(expectation.sides().contains(&expectation.side));
        let below = |side: Side| {
            let [primary, secondary] = [0, 1].map(|index| match &world.records_at_the_top()[index].answer {
                model::Answer::Alias { target, .. } => target.clone(),
                model::Answer::Values { .. } => unreachable!("both are aliases"),
            });
            let target = if side == Side::Primary { primary } else { secondary };
            possible(world.known(&zone), &target, RecordType::A)
        };
        let all: BTreeSet<Leaf> = expectation.sides().iter().flat_map(|side| below(*side)).collect();
        prop_assert_eq!(all, possible(world.known(&zone), &name("n1.example.com"), RecordType::A));
    }
}

impl World {
    fn records_at_the_top(&self) -> Vec<&model::RecordSet> {
        let top = name("n1.example.com");
        Side::BOTH
            .into_iter()
            .filter_map(|side| self.records.iter().find(|set| set.name == top && set.side() == Some(side)))
            .collect()
    }
}

/// That the properties see more than healthy trees: of these drawn ones all of a kind must occur.
#[test]
fn the_trees_that_are_drawn_are_of_all_kinds() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let (mut closed, mut several, mut deep) = (0, 0, 0);
    for _ in 0..500 {
        let group = group().new_tree(&mut runner).expect("a tree").current();
        let world = World::of(&group);
        closed += usize::from(!world.open);
        several += usize::from(world.tool().len() > 1);
        deep += usize::from(world.names >= 4);
    }
    assert!(closed > 25 && several > 50 && deep > 50, "{closed} {several} {deep}");
}

/// A leaf without a check keeps its branch healthy, and an evaluated branch that fails is left.
#[test]
fn a_branch_is_backed_out_of_only_when_nothing_in_it_is_healthy() {
    let endpoint =
        |seen| Check::Endpoint(super::Endpoint { seen: Some(seen), inverted: false, disabled: false });
    let leaf = |check| Branch { check, told: true, end: End::Values };
    let dead_pair = |last| pair([leaf(endpoint(false)), leaf(last)]);
    let top = |evaluate, below| {
        let first =
            Branch { check: Check::None, told: true, end: End::Alias { evaluate, to: Box::new(below) } };
        World::of(&pair([first, leaf(endpoint(true))]))
    };
    // n1's primary leads to n2, whose pair are .2 and .3 (numbers are given from the top); .4 is n1's secondary.
    for (evaluate, last, answer) in [
        (true, endpoint(false), "192.0.2.4"),
        (true, Check::None, "192.0.2.3"),
        (false, endpoint(false), "192.0.2.2"),
    ] {
        let world = top(evaluate, dead_pair(last));
        assert_eq!(world.lab(0), [answer], "{:#?}", world.records);
        assert_eq!(world.tool(), BTreeSet::from([answer.to_owned()]));
    }
}
