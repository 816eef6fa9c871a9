//! What may be answered for a name and type, down the whole tree of aliases that begins there?
//!
//! Where everything is known and nothing depends on who asks, that is one answer. Where something is not known,
//! or the asker's place or chance decides, it is every answer that may be given, and never fewer: each level is
//! judged by itself, so that two branches that hang on the same unknown check count as independent. From the top:
//!
//! 1. A set is healthy when its health check is (without one: always) and, for an alias that evaluates its
//!    target's health, when something healthy stands below it ([`Tree::health`]).
//! 2. Of the sets of one name and type, those may be answered that [`Tree::candidates`] names.
//! 3. An alias answers what its target may answer. A branch in which nothing is healthy is backed out of by
//!    rule 1 alone; a branch whose health is not evaluated is stayed in, also when all its leaves fail (Route
//!    53 Developer Guide, dns-failover-complex-configs).

use std::collections::{BTreeMap, BTreeSet};

use super::{KnownChecks, checks::health_of};
use crate::model::{Answer, Fqdn, HostedZoneId, Policy, RecordSet, RecordType, Routing, Side};

/// Deeper trees are not walked (our choice; Route 53's own limit is not documented).
const DEEPEST: usize = 16;

/// What is known of a zone.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The zone.
    pub zone: &'a HostedZoneId,
    /// Its record sets, as far as aliases can lead to them.
    pub records: &'a [RecordSet],
    /// The health checks that exist.
    pub checks: &'a KnownChecks,
    /// Whether something healthy stands behind a name of AWS's, as far as somebody has looked.
    pub resources: &'a BTreeMap<Fqdn, bool>,
}

/// What a name may be answered with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leaf {
    /// These values, of one record set; several multivalue sets may be answered together.
    Values(Vec<String>),
    /// Whatever this name outside the zone is answered with.
    Outside(Fqdn),
    /// Nothing: there is no such record, or none for this asker.
    Nothing,
}

/// Everything that Route 53 may answer for a name and type; never empty.
pub fn possible(known: Known<'_>, name: &Fqdn, record_type: RecordType) -> BTreeSet<Leaf> {
    let tree = Tree { known, record_type };
    let mut leaves = BTreeSet::new();
    tree.walk(name, &mut Vec::new(), &mut BTreeSet::new(), &mut leaves);
    leaves
}

/// One record type of a zone: an alias has its target's type.
pub(super) struct Tree<'a> {
    pub(super) known: Known<'a>,
    pub(super) record_type: RecordType,
}

impl<'a> Tree<'a> {
    pub(super) fn sets(&self, name: &Fqdn) -> Vec<&'a RecordSet> {
        let here = |set: &&RecordSet| set.record_type == self.record_type && set.name == *name;
        self.known.records.iter().filter(here).collect()
    }

    fn walk(
        &self,
        name: &Fqdn,
        path: &mut Vec<Fqdn>,
        seen: &mut BTreeSet<Fqdn>,
        leaves: &mut BTreeSet<Leaf>,
    ) {
        let sets = self.sets(name);
        if sets.is_empty() || path.contains(name) || path.len() >= DEEPEST {
            leaves.insert(Leaf::Nothing);
            return;
        }
        if !seen.insert(name.clone()) {
            return;
        }
        if only_for_some(&sets) {
            leaves.insert(Leaf::Nothing);
        }
        path.push(name.clone());
        for set in self.candidates(&sets) {
            match &set.answer {
                Answer::Values { values, .. } => {
                    leaves.insert(Leaf::Values(values.clone()));
                }
                Answer::Alias { hosted_zone_id, target, .. } if hosted_zone_id == self.known.zone => {
                    self.walk(target, path, seen, leaves);
                }
                Answer::Alias { target, .. } => {
                    leaves.insert(Leaf::Outside(target.clone()));
                }
            }
        }
        path.pop();
    }

    /// Those of one name and type that may be answered.
    ///
    /// 1. A single one: always, whatever its health (Route 53 Developer Guide, health-checks-how-route-53-
    ///    chooses-records, is about groups).
    /// 2. A failover pair: as [`sides`] says. One without its partner answers (unverified).
    /// 3. Weighted sets: "Route 53 initially considers only the nonzero weighted records, if any. If all the
    ///    records that have a weight greater than 0 are unhealthy, then Route 53 considers the zero-weighted
    ///    records" (same page).
    /// 4. Geolocation: an unhealthy one gives way to the next larger place, in the end to the default; where
    ///    all are unhealthy, the smallest place answers (resource-record-sets-values-geo). Which places lie
    ///    within each other is not looked at, but that the default is the largest.
    /// 5. CIDR: what happens to an unhealthy one is not documented, so every one may be answered.
    /// 6. All others: the healthy ones.
    /// 7. Of weighted and other sets, when all are unhealthy, all count as healthy (health-checks-how-route-53-
    ///    chooses-records).
    fn candidates(&self, sets: &[&'a RecordSet]) -> Vec<&'a RecordSet> {
        let health: Vec<Option<bool>> = sets.iter().map(|set| self.health(set)).collect();
        let policy = match sets.first().map(|set| &set.routing) {
            None => return Vec::new(),
            Some(Routing::Simple) => return sets.to_vec(),
            Some(Routing::Failover { .. }) => {
                let of = |side| sets.iter().position(|set| set.side() == Some(side));
                let pair = Side::BOTH.map(|side| of(side).map(|index| health[index]));
                let [Some(primary), Some(secondary)] = pair else { return sets.to_vec() };
                let wanted = sides(primary, secondary);
                let is_wanted = |set: &&&RecordSet| set.side().is_some_and(|side| wanted.contains(&side));
                return sets.iter().filter(is_wanted).copied().collect();
            }
            Some(Routing::Other { policy, .. }) => *policy,
        };
        let may_be_well = |index: usize| health[index] != Some(false);
        let none_is_surely_well = !health.contains(&Some(true));
        let weighs = |index: usize| !matches!(policy_of(sets[index]), Policy::Weighted(0));
        let nothing_weighs = (0..sets.len()).all(|index| !weighs(index));
        let default =
            sets.iter().position(|set| matches!(policy_of(set), Policy::Geolocation { default: true }));
        let default_is_well = default.is_some_and(|index| health[index] == Some(true));
        let may = |index: usize| match policy {
            Policy::Weighted(_) if weighs(index) => may_be_well(index) || none_is_surely_well,
            Policy::Weighted(_) if nothing_weighs => may_be_well(index) || none_is_surely_well,
            Policy::Weighted(_) => {
                let above = (0..sets.len()).any(|other| weighs(other) && health[other] == Some(true));
                may_be_well(index) && !above
            }
            Policy::Geolocation { .. } => Some(index) == default || may_be_well(index) || !default_is_well,
            Policy::Cidr { .. } => true,
            Policy::Latency | Policy::Geoproximity | Policy::Multivalue | Policy::Unknown => {
                may_be_well(index) || none_is_surely_well
            }
        };
        (0..sets.len()).filter(|index| may(*index)).map(|index| sets[index]).collect()
    }

    /// Whether a set is healthy, where that can be said: yes when there is no health check, nor an evaluated
    /// target; for an alias with both, when both are ("both must be healthy", dns-failover-complex-configs).
    pub(super) fn health(&self, set: &RecordSet) -> Option<bool> {
        self.health_of_set(set, &mut BTreeMap::new())
    }

    fn health_of_set(&self, set: &RecordSet, below: &mut BTreeMap<Fqdn, Option<bool>>) -> Option<bool> {
        let own = match &set.health_check {
            None => Some(true),
            Some(id) => health_of(id, self.known.checks).map(|(healthy, _)| healthy),
        };
        if own == Some(false) {
            return own;
        }
        let target = match &set.answer {
            Answer::Alias { hosted_zone_id, target, evaluate_target_health: true } => {
                if hosted_zone_id == self.known.zone {
                    self.health_of_target(target, below)
                } else {
                    self.health_of_resource(target)
                }
            }
            Answer::Alias { .. } | Answer::Values { .. } => Some(true),
        };
        match (own, target) {
            (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        }
    }

    /// Whether anything healthy stands at a name of the zone: one is enough. Of a circle, and of a name without
    /// such a record, nothing is known. `below` remembers what was found, so that a tree in which branches meet
    /// is walked once.
    fn health_of_target(&self, name: &Fqdn, below: &mut BTreeMap<Fqdn, Option<bool>>) -> Option<bool> {
        if let Some(known) = below.get(name) {
            return *known;
        }
        below.insert(name.clone(), None);
        let sets = self.sets(name);
        let all: Vec<Option<bool>> = sets.iter().map(|set| self.health_of_set(set, below)).collect();
        let found = match () {
            () if all.contains(&Some(true)) => Some(true),
            () if all.is_empty() || all.contains(&None) => None,
            () => Some(false),
        };
        below.insert(name.clone(), found);
        found
    }

    /// Whether something outside the zone is healthy.
    fn health_of_resource(&self, target: &Fqdn) -> Option<bool> {
        if is_never_evaluated(target) { Some(true) } else { self.known.resources.get(target).copied() }
    }

    /// Whether nothing can ever make the set unhealthy: no check, and no evaluated target below which each leaf
    /// has one ("a leaf without a check makes a branch healthy", as dns-failover-complex-configs has it).
    pub(super) fn is_unguarded(&self, set: &RecordSet) -> bool {
        self.unguarded(set, &mut BTreeSet::new())
    }

    fn unguarded(&self, set: &RecordSet, seen: &mut BTreeSet<Fqdn>) -> bool {
        if set.health_check.is_some() {
            return false;
        }
        match &set.answer {
            Answer::Alias { hosted_zone_id, target, evaluate_target_health: true } => {
                if hosted_zone_id != self.known.zone {
                    return is_never_evaluated(target);
                }
                // Where branches meet it has been looked at, and was guarded.
                seen.insert(target.clone()) && self.sets(target).iter().any(|set| self.unguarded(set, seen))
            }
            Answer::Alias { .. } | Answer::Values { .. } => true,
        }
    }
}

/// Which side may be answered, by what is known of the two (Route 53 API reference, `ResourceRecordSet`,
/// `Failover`):
///
/// 1. "When the primary resource record set is healthy, Route 53 responds to DNS queries with the
///    applicable value from the primary resource record set regardless of the health of the secondary."
/// 2. "When the primary resource record set is unhealthy and the secondary resource record set is
///    healthy, Route 53 responds [...] from the secondary."
/// 3. "When the secondary resource record set is unhealthy, Route 53 responds [...] from the primary
///    resource record set regardless of the health of the primary."
/// 4. "If you omit the `HealthCheckId` element for the secondary resource record set, and if the primary
///    is unhealthy, Route 53 always responds [...] from the secondary."
pub(super) fn sides(primary: Option<bool>, secondary: Option<bool>) -> &'static [Side] {
    match (primary, secondary) {
        (Some(true), _) | (_, Some(false)) => &[Side::Primary],
        (Some(false), Some(true)) => &[Side::Secondary],
        _ => &Side::BOTH,
    }
}

fn policy_of(set: &RecordSet) -> Policy {
    match set.routing {
        Routing::Other { policy, .. } => policy,
        Routing::Simple | Routing::Failover { .. } => Policy::Unknown,
    }
}

/// Whether there are askers for whom none of these is: "If you don't create a default record, Route 53 returns
/// a 'no answer' response" (Route 53 Developer Guide, routing-policy-geo; routing-policy-ipbased says the same).
fn only_for_some(sets: &[&RecordSet]) -> bool {
    let places = sets.iter().filter_map(|set| match policy_of(set) {
        Policy::Geolocation { default } | Policy::Cidr { default } => Some(default),
        _ => None,
    });
    let places: Vec<bool> = places.collect();
    !places.is_empty() && !places.contains(&true)
}

/// Whether evaluating the health of this resource of AWS's changes nothing: of S3 buckets, API Gateway and
/// VPC endpoints the Route 53 API reference (`EvaluateTargetHealth`) says that it has "no operational benefit",
/// and of a CloudFront distribution that it cannot be set. A load balancer's targets are looked at, by AWS
/// alone.
fn is_never_evaluated(target: &Fqdn) -> bool {
    let never = |label: &str| {
        matches!(label, "s3-website" | "execute-api" | "vpce") || label.starts_with("s3-website-")
    };
    target.as_str().ends_with(".cloudfront.net") || target.labels().any(never)
}
