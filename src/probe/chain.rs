//! Which records of an answer belong to the name that was asked for?
//!
//! The name's own, and those of the names to which its CNAMEs lead one after the other (RFC 1034, 4.3.2 and
//! 5.2.2). Records of other names prove nothing, and a chain that comes back to itself leads nowhere.

use std::collections::BTreeSet;

use hickory_proto::rr::{RData, Record};

use super::names::to_fqdn;
use crate::model::Fqdn;

/// The records of a name, in the answer's order.
#[derive(Debug)]
pub(super) struct Chain<'a> {
    /// Those that belong to it.
    pub(super) records: Vec<&'a Record>,
    /// The names of the chain up to the one to which it comes back, if it does.
    pub(super) circle: Option<Vec<Fqdn>>,
    /// Other names that have records in the answer.
    pub(super) strangers: BTreeSet<String>,
}

impl<'a> Chain<'a> {
    pub(super) fn of(name: &Fqdn, answers: &'a [Record]) -> Self {
        let owned: Vec<(Option<Fqdn>, &Record)> =
            answers.iter().map(|record| (to_fqdn(&record.name), record)).collect();
        let targets = |owner: &Fqdn| -> Vec<Fqdn> {
            let of_owner = owned.iter().filter(|(of, _)| of.as_ref() == Some(owner));
            of_owner.filter_map(|(_, record)| leads_to(record)).collect()
        };
        let (mut names, mut next) = (BTreeSet::new(), vec![name.clone()]);
        while let Some(owner) = next.pop() {
            if names.insert(owner.clone()) {
                next.extend(targets(&owner));
            }
        }
        let mut way = vec![name.clone()];
        let circle = loop {
            match targets(&way[way.len() - 1]).into_iter().next() {
                None => break None,
                Some(target) if way.contains(&target) => {
                    way.push(target);
                    break Some(way);
                }
                Some(target) => way.push(target),
            }
        };
        let (mine, others): (Vec<_>, Vec<_>) =
            owned.into_iter().partition(|(of, _)| of.as_ref().is_some_and(|of| names.contains(of)));
        let strangers = others.into_iter().map(|(_, record)| record.name.to_ascii()).collect();
        Self { records: mine.into_iter().map(|(_, record)| record).collect(), circle, strangers }
    }
}

fn leads_to(record: &Record) -> Option<Fqdn> {
    match &record.data {
        RData::CNAME(name) => to_fqdn(&name.0),
        _ => None,
    }
}
