//! The answer function against a model of the same rules that was written apart from it, as simply as can
//! be: names are texts, a zone is a list, every search goes through all of it.
//!
//! Aliases point at names further down the list only, as they do on AWS, where a target has to exist before
//! its alias. CNAMEs point anywhere, in circles too.

use std::net::Ipv4Addr;

use proptest::{collection::vec, option, prelude::*, sample::select};

use super::{
    answer::{Line, Outcome, answer},
    knowledge::{Knowledge, LONGEST_CHAIN, Records},
};
use crate::{
    lab::route53::types::{Answer, RecordSet, Routing},
    model::{Fqdn, RecordType, Side},
};

const APEX: &str = "z.test";
const ZONE_ID: &str = "Z-LAB-1";
const NAMES: [&str; 12] = [
    "z.test",
    "a.z.test",
    "b.z.test",
    "c.b.z.test",
    "*.b.z.test",
    "e.d.z.test",
    "*.e.d.z.test",
    "x.z.test",
    "y.x.z.test",
    "*.x.z.test",
    "*.z.test",
    "w.v.u.z.test",
];
const BELOW: [&str; 6] =
    ["d.z.test", "q.b.z.test", "q.c.b.z.test", "v.u.z.test", "r.q.x.z.test", "r.q.z.test"];
const SICK: &str = "sick";

struct OneIsSick;

impl Knowledge for OneIsSick {
    fn healthy(&self, check_id: &str) -> bool {
        check_id != SICK
    }

    fn resource(&self, _: &Fqdn) -> Option<(Ipv4Addr, u32)> {
        None
    }
}

// ---- The model.

struct Model<'a> {
    sets: &'a [RecordSet],
}

/// TTL and values.
type Data = (u32, Vec<String>);

/// What the model allows: each link of the chain with all that may stand there.
#[derive(Debug)]
struct Allowed {
    outcome: Outcome,
    chain: Vec<(String, RecordType, Vec<Data>)>,
    /// Owner and type of the authority section.
    authority: (String, RecordType),
}

impl Model<'_> {
    fn group(&self, name: &str, rtype: RecordType) -> Vec<&RecordSet> {
        self.sets.iter().filter(|set| set.name.as_str() == name && set.rtype == rtype).collect()
    }

    /// RFC 4592, 2.2.2: a name exists when it or a name below it has records.
    fn exists(&self, name: &str) -> bool {
        let below = format!(".{name}");
        self.sets.iter().any(|set| set.name.as_str() == name || set.name.as_str().ends_with(&below))
    }

    /// RFC 4592, 3.3.1: the source of synthesis is the wildcard child of the closest encloser.
    fn node(&self, name: &str) -> Option<String> {
        if self.exists(name) {
            return Some(name.to_owned());
        }
        let encloser = above(name).into_iter().find(|above| self.exists(above))?;
        Some(format!("*.{encloser}")).filter(|wildcard| self.exists(wildcard))
    }

    /// The name nearest to the apex at which others take over.
    fn cut(&self, name: &str, rtype: RecordType) -> Option<String> {
        let mut line = vec![name.to_owned()];
        line.extend(above(name));
        let cut = line.into_iter().rev().find(|n| n != APEX && !self.group(n, RecordType::Ns).is_empty())?;
        (rtype != RecordType::Ds || cut != name).then_some(cut)
    }

    /// "A record without a health check is always healthy"; an alias with both needs both.
    fn healthy(&self, set: &RecordSet) -> bool {
        let checked = set.health_check_id.as_deref() != Some(SICK);
        let target = match &set.answer {
            Answer::Alias { dns_name, evaluate_target_health: true, .. } => {
                self.group(dns_name.as_str(), set.rtype).into_iter().any(|set| self.healthy(set))
            }
            _ => true,
        };
        checked && target
    }

    /// The sets of a group that may be answered.
    fn chosen(&self, name: &str, rtype: RecordType) -> Vec<&RecordSet> {
        let group = self.group(name, rtype);
        let side = |side| group.iter().copied().find(|set| set.routing == Routing::Failover(side));
        match group.first().map(|set| &set.routing) {
            None => Vec::new(),
            Some(Routing::Failover(_)) => {
                let (primary, secondary) = (side(Side::Primary), side(Side::Secondary));
                let answered = match (primary, secondary) {
                    (Some(one), Some(other)) if !self.healthy(one) && self.healthy(other) => Some(other),
                    (Some(one), _) => Some(one),
                    (None, other) => other,
                };
                answered.into_iter().collect()
            }
            Some(Routing::Weighted(_)) => {
                let mut some: Vec<_> = group.iter().copied().filter(|set| self.healthy(set)).collect();
                if some.is_empty() {
                    some = group;
                }
                let heavy = |set: &&RecordSet| !matches!(set.routing, Routing::Weighted(0));
                if some.iter().any(heavy) {
                    some.retain(heavy);
                }
                some
            }
            Some(_) => group,
        }
    }

    fn data(&self, name: &str, rtype: RecordType) -> Vec<Data> {
        let sets = self.chosen(name, rtype).into_iter();
        sets.flat_map(|set| match &set.answer {
            Answer::Values { ttl, values } => vec![(*ttl, values.clone())],
            Answer::Alias { dns_name, .. } => self.data(dns_name.as_str(), rtype),
        })
        .collect()
    }

    fn answer(&self, name: &str, rtype: RecordType) -> Allowed {
        let mut chain: Vec<(String, RecordType, Vec<Data>)> = Vec::new();
        let mut current = name.to_owned();
        let apex = |rtype| (APEX.to_owned(), rtype);
        let outcome = loop {
            if chain.len() == LONGEST_CHAIN || chain.iter().any(|(owner, ..)| *owner == current) {
                return Allowed { outcome: Outcome::Found, chain, authority: apex(RecordType::Ns) };
            }
            if let Some(cut) = self.cut(&current, rtype) {
                let outcome = if chain.is_empty() { Outcome::Referral } else { Outcome::Found };
                return Allowed { outcome, chain, authority: (cut, RecordType::Ns) };
            }
            let Some(node) = self.node(&current) else { break Outcome::NoSuchName };
            let data = self.data(&node, rtype);
            if !data.is_empty() {
                chain.push((current, rtype, data));
                break Outcome::Found;
            }
            let data = self.data(&node, RecordType::Cname);
            let Some((_, values)) = data.first() else { break Outcome::NoData };
            let target = values[0].clone();
            chain.push((current, RecordType::Cname, data));
            if target != APEX && !target.ends_with(&format!(".{APEX}")) {
                break Outcome::Found;
            }
            current = target;
        };
        let authority = if outcome == Outcome::Found { RecordType::Ns } else { RecordType::Soa };
        Allowed { outcome, chain, authority: apex(authority) }
    }
}

/// The names above, up to the apex.
fn above(name: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = name;
    while rest != APEX {
        rest = rest.split_once('.').expect("the apex is above").1;
        names.push(rest.to_owned());
    }
    names
}

// ---- Random zones.

/// What one set of a group answers: an alias of the name at a place, evaluated or not, or else a value; and
/// its check.
type Part = (Option<(usize, bool)>, &'static str, Option<String>);

fn name(text: &str) -> Fqdn {
    text.parse().expect("a name")
}

fn part(place: usize) -> impl Strategy<Value = Part> {
    let check = option::of(select(vec![SICK.to_owned(), "well".to_owned()]));
    (option::of((place + 1..NAMES.len() + 1, any::<bool>())), select(NAMES.to_vec()), check)
}

/// The sets of one type at the name of a place: one, a pair of sides or one of them, or one or two weights.
fn group(place: usize) -> impl Strategy<Value = Vec<RecordSet>> {
    let types = [RecordType::A, RecordType::A, RecordType::Txt, RecordType::Cname, RecordType::Ns];
    let kind = (select(types.to_vec()), 0..3_u8, 1..=2_usize);
    (kind, [part(place), part(place)], 1..=9_u32, [0..3_u8, 0..3_u8]).prop_map(
        move |((rtype, kind, count), parts, ttl, weights)| {
            // Others take over below the apex only, and not at wildcards; a CNAME is not at the apex.
            let nowhere = match rtype {
                RecordType::Ns => place == 0 || NAMES[place].starts_with('*'),
                RecordType::Cname => place == 0,
                _ => false,
            };
            let routings = match (rtype, kind) {
                (RecordType::Ns, _) | (_, 0) => vec![Routing::Simple],
                // The model does not follow a chain that a draw decides.
                (RecordType::Cname, _) | (_, 1) => {
                    [Side::Primary, Side::Secondary].map(Routing::Failover).to_vec()
                }
                _ => weights.map(Routing::Weighted).to_vec(),
            };
            let sets = routings.into_iter().zip(parts).take(if nowhere { 0 } else { count });
            sets.enumerate()
                .map(|(number, (routing, part))| set(place, rtype, ttl, routing, (number, part)))
                .collect()
        },
    )
}

fn set(
    place: usize,
    rtype: RecordType,
    ttl: u32,
    routing: Routing,
    (number, (target, value, check)): (usize, Part),
) -> RecordSet {
    let target = target.and_then(|(to, evaluated)| Some((NAMES.get(to)?, evaluated)));
    let answer = match target {
        Some((to, evaluate_target_health)) if rtype != RecordType::Ns => {
            Answer::Alias { hosted_zone_id: ZONE_ID.to_owned(), dns_name: name(to), evaluate_target_health }
        }
        _ => Answer::Values { ttl, values: vec![value.to_owned()] },
    };
    let (owner, set_identifier) = (name(NAMES[place]), Some(number.to_string()));
    RecordSet { name: owner, rtype, set_identifier, routing, answer, health_check_id: check }
}

/// A zone of such groups, each of a name and type of its own, with no alias that has no target.
fn zone() -> impl Strategy<Value = Vec<RecordSet>> {
    let places: Vec<_> = (0..NAMES.len()).map(|place| vec(group(place), 0..3)).collect();
    places.prop_map(|places| {
        let apex = |rtype, value: &str| RecordSet {
            name: name(APEX),
            rtype,
            set_identifier: None,
            routing: Routing::Simple,
            answer: Answer::Values { ttl: 900, values: vec![value.to_owned()] },
            health_check_id: None,
        };
        let mut sets =
            vec![apex(RecordType::Soa, "ns. host. 1 2 3 4 60"), apex(RecordType::Ns, "ns.elsewhere.test.")];
        // From the last name to the first, so that the targets are there before their aliases.
        for group in places.into_iter().rev().flatten() {
            let Some(first) = group.first() else { continue };
            if sets.iter().any(|set| set.name == first.name && set.rtype == first.rtype) {
                continue;
            }
            let there = |set: &RecordSet| match &set.answer {
                Answer::Alias { dns_name, .. } => {
                    sets.iter().any(|other| other.name == *dns_name && other.rtype == set.rtype)
                }
                Answer::Values { .. } => true,
            };
            let kept: Vec<RecordSet> = group.into_iter().filter(there).collect();
            sets.extend(kept);
        }
        sets
    })
}

fn same(line: &Line, (owner, rtype, data): &(String, RecordType, Vec<Data>)) -> bool {
    line.name.as_str() == owner && line.rtype == *rtype && data.contains(&(line.ttl, line.values.clone()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_answer_is_one_that_the_model_allows(sets in zone(), draw: u64) {
        let mut records = Records::new();
        for set in &sets {
            records.entry((set.name.clone(), set.rtype)).or_default().push(set.clone());
        }
        let model = Model { sets: &sets };
        let types = [RecordType::A, RecordType::Txt, RecordType::Cname, RecordType::Ns, RecordType::Ds];
        for owner in NAMES.into_iter().chain(BELOW) {
            for rtype in types {
                let question = (&name(owner), Some(rtype));
                let reply = answer(&name(APEX), ZONE_ID, &records, &OneIsSick, question, draw);
                let allowed = model.answer(owner, rtype);
                prop_assert_eq!(reply.outcome, allowed.outcome, "{} {}: {:?}\n{:?}", owner, rtype, reply, allowed);
                let lines = reply.answers.iter().zip(&allowed.chain);
                prop_assert!(
                    reply.answers.len() == allowed.chain.len() && lines.clone().all(|(line, link)| same(line, link)),
                    "{} {}: {:?}\n{:?}", owner, rtype, reply, allowed
                );
                let told = allowed.chain.iter().any(|(owner, rtype, _)| owner == APEX && *rtype == RecordType::Ns);
                let authority: Vec<_> =
                    reply.authority.iter().map(|line| (line.name.to_string(), line.rtype)).collect();
                let expected = if told { Vec::new() } else { vec![allowed.authority] };
                prop_assert_eq!(authority, expected, "{} {}", owner, rtype);
                prop_assert!(reply.authority.iter().all(|line| line.rtype != RecordType::Soa || line.ttl == 60));
            }
        }
    }
}
