//! What does a name server of Route 53 answer to this question?
//!
//! A pure function of a zone's records, of what the server knows about health checks, and of a draw:
//!
//! 1. At or below a name whose NS records hand it to others: a referral to them. (The DS records at that
//!    name are the zone's own, RFC 4035, section 3.1.4.1.)
//! 2. Find the node that owns the name: the name itself, an empty node above other names, or a
//!    wildcard (RFC 4592). None: `NXDOMAIN`.
//! 3. Take the record sets of the type, or those of type CNAME. None: no data.
//! 4. Of several sets choose one ([`super::choice`]), and walk down its alias until values are found.
//! 5. After a CNAME whose target lies in the zone, start again at the target.
//! 6. Say who is the authority, and what else the client will ask for next ([`super::sections`]).
//!
//! Answers are in presentation form; packets are the business of `wire`. So the rules are tested as
//! values, without a socket, and read like the pages that they come from.

use super::{
    choice::Choice,
    knowledge::{Knowledge, LONGEST_CHAIN, Records},
    node::{cut_above, line_at, node_of},
    sections::Sections,
};
use crate::model::{Fqdn, RecordType};

pub(crate) use super::reply::{Line, Outcome, Reply};

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
        if let Some(cut) = cut_above(zone_name, records, &current, rtype) {
            return Sections::new(zone_name, records, choice).referral(answers, &cut);
        }
        let Some(node) = node_of(zone_name, records, &current) else {
            return Sections::new(zone_name, records, choice).nothing(Outcome::NoSuchName, answers);
        };
        let line = rtype.and_then(|rtype| line_at(&mut choice, &node, rtype, &current));
        if let Some(line) = line {
            answers.push(line);
            return Sections::new(zone_name, records, choice).found(answers);
        }
        let Some(cname) = line_at(&mut choice, &node, RecordType::Cname, &current) else {
            return Sections::new(zone_name, records, choice).nothing(Outcome::NoData, answers);
        };
        let target = cname.values.first().and_then(|value| value.parse::<Fqdn>().ok());
        answers.push(cname);
        match target {
            Some(target) if target.is_within(zone_name) => current = target,
            _ => break,
        }
    }
    Sections::new(zone_name, records, choice).found(answers)
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
