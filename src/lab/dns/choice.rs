//! Which of several record sets of one name and type does Route 53 answer with?
//!
//! 1. A set is healthy when its health check is (no check: always), and, for an alias that evaluates
//!    its target's health, when something healthy stands below it.
//! 2. Among failover sets: the primary while it is healthy, else the secondary while it is healthy,
//!    else the primary. Among weighted ones: by weight among the healthy, else as if all were.
//! 3. An alias answers what its target answers, with the target's TTL.
//!
//! Health is looked at from the top down at each level of an alias tree, so a branch in which nothing
//! is healthy is backed out of, and a branch whose health is not evaluated is stayed in (Route 53
//! Developer Guide, dns-failover-complex-configs).

use std::collections::BTreeMap;

use super::knowledge::{Knowledge, LONGEST_CHAIN, Records};
use crate::{
    lab::route53::types::{Answer, RecordSet, Routing},
    model::{Fqdn, RecordType, Side},
};

/// One walk through a zone's alias trees.
pub(super) struct Choice<'a> {
    zone_id: &'a str,
    records: &'a Records,
    knowledge: &'a dyn Knowledge,
    draw: u64,
}

impl<'a> Choice<'a> {
    pub(super) fn new(
        zone_id: &'a str,
        records: &'a Records,
        knowledge: &'a dyn Knowledge,
        draw: u64,
    ) -> Self {
        Self { zone_id, records, knowledge, draw }
    }

    /// TTL and values of a name and type, after the choice and down the alias.
    pub(super) fn values_at(&mut self, name: &Fqdn, rtype: RecordType) -> Option<(u32, Vec<String>)> {
        let mut at = name.clone();
        for _ in 0..LONGEST_CHAIN {
            let sets = self.sets(&at, rtype);
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
            Routing::Simple | Routing::Stored { .. } => sets.first(),
            Routing::Failover(_) => self.choose_side(sets),
            Routing::Weighted(_) => self.choose_by_weight(sets),
        }
    }

    /// The primary while it is healthy; else the secondary while it is healthy; else the primary (Route
    /// 53 API reference, `ResourceRecordSet`, `Failover`). A group of one, while its partner is still
    /// to come, answers with what there is (unverified).
    fn choose_side(&self, sets: &'a [RecordSet]) -> Option<&'a RecordSet> {
        let of = |side| sets.iter().find(|set| set.routing == Routing::Failover(side));
        let (primary, secondary) = (of(Side::Primary), of(Side::Secondary));
        let healthy = |set: &&RecordSet| self.healthy(set, &mut BTreeMap::new());
        primary.filter(healthy).or_else(|| secondary.filter(healthy)).or(primary).or(secondary)
    }

    /// By weight among the healthy; sets of weight 0 only when all that weigh more are unhealthy; when
    /// nothing is healthy, as if everything were (Route 53 Developer Guide,
    /// health-checks-how-route-53-chooses-records).
    fn choose_by_weight(&mut self, sets: &'a [RecordSet]) -> Option<&'a RecordSet> {
        let weighted = |set: &&RecordSet| weight(set) > 0;
        let healthy: Vec<_> = sets.iter().filter(|set| self.healthy(set, &mut BTreeMap::new())).collect();
        let all: Vec<_> = sets.iter().collect();
        let mut candidates = if healthy.is_empty() { all } else { healthy };
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

fn weight(set: &RecordSet) -> u8 {
    match set.routing {
        Routing::Weighted(weight) => weight,
        _ => 0,
    }
}
