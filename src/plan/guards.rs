//! What is refused until a person says that it is meant.

use super::{
    Refusal,
    desired::Desired,
    terms::{Guard, Terms},
};
use crate::{account::OwnedChecks, model::MonthlyCents};

/// Longer than this a resolver may go on answering a dead side (our choice: five times what AWS recommends for
/// records with health checks; Route 53 Developer Guide, `resource-record-sets-values-failover`).
const LONGEST_TTL: u32 = 300;

/// What stands against a failover as it is wanted.
pub(super) fn judge(desired: &Desired<'_>, ours: &OwnedChecks<'_>, terms: &Terms<'_>) -> Vec<Refusal> {
    let found = [long_ttl(desired), doubled_cost(desired, ours)];
    standing(found.into_iter().flatten(), terms)
}

/// The refusals that nobody has asked to stand aside.
pub(super) fn standing(refusals: impl IntoIterator<Item = Refusal>, terms: &Terms<'_>) -> Vec<Refusal> {
    let stands = |refusal: &Refusal| refusal.guard().is_none_or(|guard| !terms.allow.contains(&guard));
    refusals.into_iter().filter(stands).collect()
}

fn long_ttl(desired: &Desired<'_>) -> Option<Refusal> {
    let failover = desired.failover;
    let ttl = failover.ttl.seconds();
    (ttl > LONGEST_TTL).then(|| Refusal::LongTtl { failover: failover.name.to_string(), ttl })
}

/// Only of what stands already: what something new costs is nobody's surprise.
fn doubled_cost(desired: &Desired<'_>, ours: &OwnedChecks<'_>) -> Option<Refusal> {
    let standing =
        desired.checks.iter().filter_map(|wanted| ours.checks_of(&wanted.owner).into_iter().next());
    let is: MonthlyCents = standing.map(|check| MonthlyCents::of(&check.config)).sum();
    let wanted: MonthlyCents = desired.checks.iter().map(|check| MonthlyCents::of(&check.config)).sum();
    let complete = desired.checks.iter().all(|wanted| !ours.checks_of(&wanted.owner).is_empty());
    let failover = desired.failover.name.to_string();
    (complete && wanted.0 >= 2 * is.0).then_some(Refusal::DoubledCost { failover, is, wanted })
}

impl Refusal {
    /// The guard that makes the refusal, when it can be asked to stand aside.
    pub(super) fn guard(&self) -> Option<Guard> {
        match self {
            Refusal::LongTtl { .. } => Some(Guard::LongTtl),
            Refusal::DoubledCost { .. } => Some(Guard::DoubledCost),
            Refusal::LastRecord { .. } => Some(Guard::LastRecord),
            Refusal::OtherSpec { .. } => Some(Guard::OtherSpec),
            Refusal::ForeignRecord { .. }
            | Refusal::Unadoptable { .. }
            | Refusal::UncountableChild { .. }
            | Refusal::TargetInUse { .. }
            | Refusal::CheckInUse { .. } => None,
        }
    }
}
