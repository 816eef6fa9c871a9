//! Which of several record sets of one name and type does Route 53 answer with?
//!
//! 1. A set is healthy when its health check is (no check: always), and, for an alias that evaluates
//!    its target's health, when something healthy stands below it.
//! 2. Among failover sets: the primary while it is healthy, else the secondary while it is healthy,
//!    else the primary. Among weighted ones: by weight among the healthy, else as if all were. Among
//!    the others: as [`super::routing`] says, among the healthy, else as if all were.
//! 3. An alias answers what its target answers, with the target's TTL.
//!
//! Health is looked at from the top down at each level of an alias tree, so a branch in which nothing
//! is healthy is backed out of, and a branch whose health is not evaluated is stayed in (Route 53
//! Developer Guide, dns-failover-complex-configs).

use std::collections::BTreeMap;

use super::{
    knowledge::{Knowledge, LONGEST_CHAIN, Records},
    routing::{Policy, policy},
};
use crate::{
    lab::{
        chance,
        route53::types::{Answer, RecordSet, Routing},
    },
    model::{Fqdn, RecordType, Side},
};

/// "Route 53 responds to DNS queries with up to eight healthy records" (Route 53 API reference,
/// `MultiValueAnswer`).
const MOST_OF_MULTIVALUE: usize = 8;

/// One walk through a zone's alias trees.
pub(super) struct Choice<'a> {
    zone_id: &'a str,
    records: &'a Records,
    knowledge: &'a dyn Knowledge,
    draw: u64,
    /// Whether the last walk went to the wrong side of a pair.
    crossed: bool,
}

impl<'a> Choice<'a> {
    pub(super) fn new(
        zone_id: &'a str,
        records: &'a Records,
        knowledge: &'a dyn Knowledge,
        draw: u64,
    ) -> Self {
        Self { zone_id, records, knowledge, draw, crossed: false }
    }

    /// Whether what the last walk found is true, and has to be made a lie.
    pub(super) fn lies(&self) -> bool {
        self.knowledge.lies() && !self.crossed
    }

    /// TTL and values of a name and type, after the choice and down the alias.
    pub(super) fn values_at(&mut self, name: &Fqdn, rtype: RecordType) -> Option<(u32, Vec<String>)> {
        let mut at = name.clone();
        self.crossed = false;
        for _ in 0..LONGEST_CHAIN {
            let sets = self.sets(&at, rtype);
            if let Some(many) = self.several(sets) {
                return Some(many);
            }
            match &self.choose(sets)?.answer {
                Answer::Values { ttl, values } => return Some((*ttl, values.clone())),
                Answer::Alias { hosted_zone_id, dns_name, .. } if hosted_zone_id == self.zone_id => {
                    at = dns_name.clone();
                }
                // The resources that the lab models have IPv4 addresses only (for an S3
                // website: Route 53 Developer Guide, resource-record-sets-values-alias-common).
                Answer::Alias { dns_name, .. } if rtype == RecordType::A => {
                    let (address, ttl) = self.knowledge.resource(dns_name)?;
                    return Some((ttl, vec![address.to_string()]));
                }
                Answer::Alias { .. } => return None,
            }
        }
        None
    }

    fn sets(&self, name: &Fqdn, rtype: RecordType) -> &'a [RecordSet] {
        self.records.get(&(name.clone(), rtype)).map_or(&[], Vec::as_slice)
    }

    fn choose(&mut self, sets: &'a [RecordSet]) -> Option<&'a RecordSet> {
        match &sets.first()?.routing {
            Routing::Simple => sets.first(),
            Routing::Failover(_) => self.choose_side(sets),
            Routing::Weighted(_) => self.choose_by_weight(sets),
            Routing::Stored { element, xml } => match policy(element, xml) {
                Policy::Nearest(_) => self.choose_nearest(sets),
                Policy::Place { .. } => sets.iter().find(|set| is_default(set)),
                Policy::Several | Policy::Other => self.healthy_or_all(sets).into_iter().next(),
            },
        }
    }

    /// Values of up to eight healthy sets of a multivalue group, beginning at a place that the draw
    /// decides; nothing for another group. "When all records are unhealthy, Route 53 responds to DNS
    /// queries with up to eight unhealthy records" (same place). Sets with TTLs of their own: the
    /// smallest counts, since a record set has one (RFC 2181, section 5.2).
    fn several(&mut self, sets: &'a [RecordSet]) -> Option<(u32, Vec<String>)> {
        let Routing::Stored { element, xml } = &sets.first()?.routing else { return None };
        if policy(element, xml) != Policy::Several {
            return None;
        }
        let mut candidates = self.healthy_or_all(sets);
        let places = u64::try_from(candidates.len()).unwrap_or(1).max(1);
        let first = usize::try_from(chance::mix(self.draw) % places).unwrap_or(0);
        candidates.rotate_left(first);
        let mut merged: Option<(u32, Vec<String>)> = None;
        for set in candidates.into_iter().take(MOST_OF_MULTIVALUE) {
            let Answer::Values { ttl, values } = &set.answer else { continue };
            let (least, all) = merged.get_or_insert((*ttl, Vec::new()));
            *least = (*least).min(*ttl);
            all.extend(values.iter().filter(|value| !all.contains(value)).cloned().collect::<Vec<_>>());
        }
        merged
    }

    fn choose_nearest(&self, sets: &'a [RecordSet]) -> Option<&'a RecordSet> {
        let rank = |set: &&RecordSet| match &set.routing {
            Routing::Stored { element, xml } => match policy(element, xml) {
                Policy::Nearest(rank) => rank,
                _ => usize::MAX,
            },
            _ => usize::MAX,
        };
        self.healthy_or_all(sets).into_iter().min_by_key(rank)
    }

    fn healthy_or_all(&self, sets: &'a [RecordSet]) -> Vec<&'a RecordSet> {
        let healthy: Vec<_> = sets.iter().filter(|set| self.healthy(set, &mut BTreeMap::new())).collect();
        if healthy.is_empty() { sets.iter().collect() } else { healthy }
    }

    /// The primary while it is healthy; else the secondary while it is healthy; else the primary (Route
    /// 53 API reference, `ResourceRecordSet`, `Failover`). A group of one, while its partner is still
    /// to come, answers with what there is (unverified).
    fn choose_side(&mut self, sets: &'a [RecordSet]) -> Option<&'a RecordSet> {
        let of = |side| sets.iter().find(|set| set.routing == Routing::Failover(side));
        let (primary, secondary) = (of(Side::Primary), of(Side::Secondary));
        let healthy = |set: &&RecordSet| self.healthy(set, &mut BTreeMap::new());
        let right = primary.filter(healthy).or_else(|| secondary.filter(healthy)).or(primary).or(secondary);
        if !self.knowledge.lies() {
            return right;
        }
        let wrong = [primary, secondary].into_iter().flatten().find(|set| Some(*set) != right);
        self.crossed |= wrong.is_some();
        wrong.or(right)
    }

    /// By weight among the healthy; sets of weight 0 only when all that weigh more are unhealthy; when
    /// nothing is healthy, as if everything were (Route 53 Developer Guide,
    /// health-checks-how-route-53-chooses-records).
    fn choose_by_weight(&mut self, sets: &'a [RecordSet]) -> Option<&'a RecordSet> {
        let weighted = |set: &&RecordSet| weight(set) > 0;
        let mut candidates = self.healthy_or_all(sets);
        if candidates.iter().any(weighted) {
            candidates.retain(weighted);
        }
        // Sets of weight 0 among themselves have equal chances.
        let share = |set: &RecordSet| u64::from(weight(set)).max(1);
        let total = candidates.iter().map(|set| share(set)).sum::<u64>().max(1);
        let mut point = self.draw % total;
        self.draw /= total;
        candidates.into_iter().find(|set| {
            let hit = point < share(set);
            point = point.saturating_sub(share(set));
            hit
        })
    }

    /// Whether a set is healthy. `below` remembers what was found of each target on the way: a tree
    /// in which branches meet is walked once, and a circle ends where it began, as not healthy.
    ///
    /// - No health check and no evaluated target: always healthy (health-checks-how-route-53-chooses-
    ///   records: a record without a health check is always healthy).
    /// - An alias with both: both must be healthy (dns-failover-complex-configs).
    /// - A target outside the zone is healthy: evaluating an S3 endpoint has "no operational benefit"
    ///   and CloudFront's cannot be evaluated (Route 53 API reference, `EvaluateTargetHealth`).
    fn healthy(&self, set: &RecordSet, below: &mut BTreeMap<Fqdn, bool>) -> bool {
        if set.health_check_id.as_deref().is_some_and(|id| !self.knowledge.healthy(id)) {
            return false;
        }
        match &set.answer {
            Answer::Alias { hosted_zone_id, dns_name, evaluate_target_health: true }
                if hosted_zone_id == self.zone_id =>
            {
                if let Some(known) = below.get(dns_name) {
                    return *known;
                }
                below.insert(dns_name.clone(), false);
                let healthy = self.sets(dns_name, set.rtype).iter().any(|set| self.healthy(set, below));
                below.insert(dns_name.clone(), healthy);
                healthy
            }
            Answer::Alias { .. } | Answer::Values { .. } => true,
        }
    }
}

/// Whether the set is its group's answer to clients whose place is unknown.
fn is_default(set: &RecordSet) -> bool {
    match &set.routing {
        Routing::Stored { element, xml } => policy(element, xml) == Policy::Place { default: true },
        _ => false,
    }
}

fn weight(set: &RecordSet) -> u8 {
    match set.routing {
        Routing::Weighted(weight) => weight,
        _ => 0,
    }
}
