//! What does a name server of Route 53 answer to this question?
//!
//! A pure function of a zone's records, of what the server knows about health checks, and of a draw:
//!
//! 1. Find the node that owns the name: the name itself, an empty node above other names, or a
//!    wildcard (RFC 4592). None: `NXDOMAIN`.
//! 2. Take the record sets of the type, or those of type CNAME. None: no data.
//! 3. Of several sets choose one ([`super::choice`]), and walk down its alias until values are found.
//! 4. After a CNAME whose target lies in the zone, start again at the target.
//!
//! Answers are in presentation form; packets are the business of `wire`. So the rules are tested as
//! values, without a socket, and read like the pages that they come from.

use std::ops::Bound;

use super::{
    choice::Choice,
    knowledge::{Knowledge, LONGEST_CHAIN, Records},
};
use crate::{
    lab::route53::types::Answer,
    model::{Fqdn, RecordType},
};

/// The records of one name and type, in presentation form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// The owner.
    pub(crate) name: Fqdn,
    /// The type.
    pub(crate) rtype: RecordType,
    /// In seconds.
    pub(crate) ttl: u32,
    /// One or more.
    pub(crate) values: Vec<String>,
}

/// What became of the last name of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It has records of the type, or lies outside the zone.
    Found,
    /// It exists without records of the type.
    NoData,
    /// It does not exist (`NXDOMAIN`).
    NoSuchName,
}

/// An answer: the chain of CNAMEs with what stands at its end, and the SOA when that is nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    /// Decides the response code.
    pub(crate) outcome: Outcome,
    /// The answer section.
    pub(crate) answers: Vec<Line>,
    /// The authority section.
    pub(crate) authority: Option<Line>,
}

/// Answers a question about a name that lies within the zone, for a type, or for one that Route 53 has
/// no records of. `draw` is any number; the same number gives the same answer.
pub(crate) fn answer(
    zone_name: &Fqdn,
    zone_id: &str,
    records: &Records,
    knowledge: &dyn Knowledge,
    question: (&Fqdn, Option<RecordType>),
    draw: u64,
) -> Reply {
    let (name, rtype) = question;
    let mut choice = Choice::new(zone_id, records, knowledge, draw);
    let mut answers: Vec<Line> = Vec::new();
    let mut current = name.clone();
    while answers.len() < LONGEST_CHAIN && answers.iter().all(|line| line.name != current) {
        let Some(node) = node_of(zone_name, records, &current) else {
            return nothing(Outcome::NoSuchName, answers, zone_name, records);
        };
        let line = rtype.and_then(|rtype| line_at(&mut choice, &node, rtype, &current));
        if let Some(line) = line {
            answers.push(line);
            return Reply { outcome: Outcome::Found, answers, authority: None };
        }
        let Some(cname) = line_at(&mut choice, &node, RecordType::Cname, &current) else {
            return nothing(Outcome::NoData, answers, zone_name, records);
        };
        let target = cname.values.first().and_then(|value| value.parse::<Fqdn>().ok());
        answers.push(cname);
        match target {
            Some(target) if target.is_within(zone_name) => current = target,
            _ => break,
        }
    }
    Reply { outcome: Outcome::Found, answers, authority: None }
}

/// The records of a type at a node, owned by the name that was asked for (a wildcard's answer, and an
/// alias's, carry the name of the question).
fn line_at(choice: &mut Choice<'_>, node: &Fqdn, rtype: RecordType, owner: &Fqdn) -> Option<Line> {
    let (ttl, values) = choice.values_at(node, rtype)?;
    Some(Line { name: owner.clone(), rtype, ttl, values })
}

/// An answer without records: the SOA in the authority section says how long that may be cached. Its
/// TTL is the smaller of its own and its last field (RFC 2308, section 3).
fn nothing(outcome: Outcome, answers: Vec<Line>, zone_name: &Fqdn, records: &Records) -> Reply {
    let soa = records.get(&(zone_name.clone(), RecordType::Soa)).and_then(|sets| sets.first());
    let authority = soa.and_then(|set| match &set.answer {
        Answer::Values { ttl, values } => {
            let minimum = values.first()?.split_whitespace().last()?.parse().unwrap_or(*ttl);
            let ttl = minimum.min(*ttl);
            Some(Line { name: zone_name.clone(), rtype: RecordType::Soa, ttl, values: values.clone() })
        }
        Answer::Alias { .. } => None,
    });
    Reply { outcome, answers, authority }
}

/// The node whose records answer for `name`: itself when it exists, or the wildcard directly below
/// its closest encloser (RFC 4592, section 3.3.1). That a wildcard does not reach below a name that
/// exists, and that an empty node exists, is RFC 4592, 2.2.2; of Route 53 itself unverified.
fn node_of(zone_name: &Fqdn, records: &Records, name: &Fqdn) -> Option<Fqdn> {
    if exists(records, name) {
        return Some(name.clone());
    }
    let encloser = std::iter::successors(name.parent(), Fqdn::parent)
        .take_while(|above| above.is_within(zone_name))
        .find(|above| above == zone_name || exists(records, above))?;
    encloser.child("*").ok().filter(|wildcard| exists(records, wildcard))
}

/// Whether a name has records or stands above names that do. The order of names puts everything
/// below a name right behind it, so the first key from there on decides.
fn exists(records: &Records, name: &Fqdn) -> bool {
    let first_type = RecordType::ALL.first().copied().unwrap_or(RecordType::A);
    let from = Bound::Included((name.clone(), first_type));
    records.range((from, Bound::Unbounded)).next().is_some_and(|((found, _), _)| found.is_within(name))
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
