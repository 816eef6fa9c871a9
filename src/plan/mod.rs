//! What has to change: a pure function of the spec and of one look at the account.
//!
//! ```text
//!   Spec ──▶ desired ──┐
//!                      ├──▶ checks  (which health checks are created, replaced, updated, left over)
//!   Snapshot ──────────┤         │
//!                      └──▶ records (which record sets; refused where they are not ours)
//!                                │
//!                                ▼
//!                  changes, for people, and steps, for apply, in one order
//! ```
//!
//! A plan is data and leaves apply no choice: nothing here reads a clock, draws a random number or
//! asks anybody. What it proposes never leaves a moment in which a record points at nothing or at a
//! health check that is gone; `order` says how.

mod batch;
mod calls;
mod changes;
mod checks;
mod children;
mod desired;
mod guards;
mod order;
mod orphans;
mod records;
mod refusal;
mod reviewed;
mod steps;
mod terms;
#[cfg(test)]
mod tests;

pub use calls::Calls;
pub use changes::{Action, Change, Kind, Summary};
pub use desired::RecordRole;
pub use orphans::{Orphan, Why, destroy_orphans, orphans};
pub use refusal::{Refusal, Refused};
pub use reviewed::{NotReviewed, Outdated, Reviewed};
pub use steps::{AwaitedAlarm, AwaitedCheck, CheckRef, Step};
pub use terms::{Guard, Terms, UnknownGuard};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    account::{OwnedChecks, RecordChange, Snapshot, Zone, ZoneRecords},
    model::{HostedZoneId, digest},
    spec::Spec,
};

/// What has to change and by which steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The zones that were looked at.
    pub zones: Vec<Zone>,
    /// For people: one entry for each thing that changes.
    pub changes: Vec<Change>,
    /// For apply, in the order in which they are to be carried out.
    pub steps: Vec<Step>,
}

impl Plan {
    /// Whether everything is as it should be.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// How many things are created, updated, replaced and deleted.
    pub fn summary(&self) -> Summary {
        Summary::of(&self.changes)
    }

    /// The least number of API calls that carrying it out takes; waiting may take more.
    pub fn calls(&self) -> Calls {
        self.steps.iter().collect()
    }

    /// A fingerprint of the zones and the steps: two plans with one digest do the same.
    pub fn digest(&self) -> String {
        let steps = serde_json::to_vec(&(&self.zones, &self.steps))
            .expect("steps are plain values with text keys, which JSON can always hold");
        digest(&steps)
    }
}

/// What brings the account to what `spec` says, on these terms.
///
/// # Panics
/// When the snapshot was not taken of every failover's name.
pub fn plan(spec: &Spec, terms: &Terms<'_>, snapshot: &Snapshot) -> Result<Plan, Refused> {
    let mut work = Work::default();
    let ours = OwnedChecks::of(snapshot);
    for failover in &spec.failovers {
        let held = snapshot.zone_of(&failover.name);
        let desired = desired::of(failover, &held.zone);
        work.refusals.extend(guards::judge(&desired, &ours, terms));
        work.refusals.extend(children::judge(failover, &ours, snapshot));
        let checks = checks::diff(&desired.checks, terms.spec_name, &ours);
        let adopt = terms.adopt.contains(&failover.name);
        match records::diff(&desired, &checks, held, adopt) {
            Ok(records) => {
                work.steps.extend(checks.steps(&failover.name, records.check_changes));
                work.add_records(held, records.batch, || {
                    if checks.has_leftovers() { records::fence(&desired, held) } else { Vec::new() }
                });
                work.changes.extend(checks.changes);
                work.changes.extend(records.changes);
            }
            Err(refusal) => work.refusals.push(refusal),
        }
    }
    work.finish(snapshot)
}

/// What removes all that apply created for the failovers of `spec`, and nothing else.
///
/// # Panics
/// When the snapshot was not taken of every failover's name.
pub fn destroy(spec: &Spec, snapshot: &Snapshot) -> Result<Plan, Refused> {
    let mut work = Work::default();
    let ours = OwnedChecks::of(snapshot);
    for failover in &spec.failovers {
        let held = snapshot.zone_of(&failover.name);
        let desired = desired::of(failover, &held.zone);
        let records = records::remove(&desired, held);
        let checks = checks::remove(failover, &held.zone, &ours);
        work.add_records(held, records.batch, || {
            if checks.has_leftovers() { records::fence(&desired, held) } else { Vec::new() }
        });
        work.steps.extend(checks.steps(&failover.name, false));
        work.changes.extend(records.changes);
        work.changes.extend(checks.changes);
    }
    work.finish(snapshot)
}

/// Record changes of one failover, which belong together.
type Batch = Vec<RecordChange<CheckRef>>;

/// A plan in the making.
#[derive(Default)]
struct Work {
    changes: Vec<Change>,
    steps: Vec<Step>,
    batches: BTreeMap<HostedZoneId, Batches>,
    refusals: Vec<Refusal>,
}

/// Record changes of one zone.
#[derive(Default)]
struct Batches {
    /// All changes, and the first part of every fence.
    first: Vec<Batch>,
    /// What of the fences has a second part.
    second: Vec<Batch>,
}

impl Work {
    /// Takes a failover's record changes; its fence, when there are none.
    fn add_records(&mut self, held: &ZoneRecords, batch: Batch, fence: impl FnOnce() -> Vec<Batch>) {
        let parts = if batch.is_empty() { fence() } else { vec![batch] };
        let batches = self.batches.entry(held.zone.id.clone()).or_default();
        let mut parts = parts.into_iter();
        batches.first.extend(parts.next());
        batches.second.extend(parts);
    }

    fn finish(self, snapshot: &Snapshot) -> Result<Plan, Refused> {
        let Self { changes, mut steps, batches, mut refusals } = self;
        for (zone, Batches { first, second }) in batches {
            steps.extend([first, second].into_iter().flat_map(|round| batch::split(&zone, round)));
        }
        steps.sort_by_key(order::phase);
        if refusals.is_empty() {
            refusals = records::still_used(&steps, snapshot);
        }
        if !refusals.is_empty() {
            return Err(Refused { refusals });
        }
        Ok(Plan { zones: snapshot.zones.iter().map(|held| held.zone.clone()).collect(), changes, steps })
    }
}
