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
mod changes;
mod checks;
mod desired;
mod order;
mod records;
mod refusal;
mod reviewed;
mod steps;
#[cfg(test)]
mod tests;

pub use changes::{Action, Change, Kind, Summary};
pub use desired::RecordRole;
pub use refusal::{Refusal, Refused};
pub use reviewed::{NotReviewed, Outdated, Reviewed};
pub use steps::{AwaitedCheck, CheckRef, Step};

use serde::{Deserialize, Serialize};

use crate::{
    account::{OwnedChecks, RecordChange, Snapshot, Zone},
    model::digest,
    spec::Spec,
};

/// What has to change and by which steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The zone whose records change.
    pub zone: Zone,
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
    pub fn planned_calls(&self) -> u64 {
        self.steps.iter().map(Step::least_calls).sum()
    }

    /// A fingerprint of the zone and the steps: two plans with one digest do the same.
    pub fn digest(&self) -> String {
        let steps = serde_json::to_vec(&(&self.zone, &self.steps))
            .expect("steps are plain values with text keys, which JSON can always hold");
        digest(&steps)
    }
}

/// What brings the account to what `spec` says. `spec_name` goes into tags, for people to read.
pub fn plan(spec: &Spec, spec_name: &str, snapshot: &Snapshot) -> Result<Plan, Refused> {
    let mut changes = Vec::new();
    let mut steps = Vec::new();
    let mut record_changes = Vec::new();
    let mut fences = Vec::new();
    let mut refusals = Vec::new();
    let ours = OwnedChecks::of(snapshot);
    for failover in &spec.failovers {
        let desired = desired::of(failover, snapshot);
        let checks = checks::diff(&desired.checks, spec_name, &ours);
        match records::diff(&desired, &checks, snapshot) {
            Ok(records) => {
                steps.extend(checks.steps(&failover.name, records.check_changes));
                if checks.has_leftovers() && records.batch.is_empty() {
                    fences.push(records::fence(&desired, snapshot));
                }
                changes.extend(checks.changes);
                changes.extend(records.changes);
                record_changes.push(records.batch);
            }
            Err(refusal) => refusals.push(refusal),
        }
    }
    finish(snapshot, changes, steps, rounds(record_changes, fences), refusals)
}

/// What removes all that apply created for the failovers of `spec`, and nothing else.
pub fn destroy(spec: &Spec, snapshot: &Snapshot) -> Result<Plan, Refused> {
    let mut changes = Vec::new();
    let mut steps = Vec::new();
    let mut record_changes = Vec::new();
    let mut fences = Vec::new();
    let ours = OwnedChecks::of(snapshot);
    for failover in &spec.failovers {
        let desired = desired::of(failover, snapshot);
        let records = records::remove(&desired, snapshot);
        let checks = checks::remove(failover, &snapshot.zone, &ours);
        if checks.has_leftovers() && records.batch.is_empty() {
            fences.push(records::fence(&desired, snapshot));
        }
        steps.extend(checks.steps(&failover.name, false));
        changes.extend(records.changes);
        changes.extend(checks.changes);
        record_changes.push(records.batch);
    }
    finish(snapshot, changes, steps, rounds(record_changes, fences), Vec::new())
}

/// Record changes of one failover, which belong together.
type Batch = Vec<RecordChange<CheckRef>>;

/// First all changes and the first part of every fence; then what of the fences has a second part.
fn rounds(mut first: Vec<Batch>, fences: Vec<Vec<Batch>>) -> [Vec<Batch>; 2] {
    let mut second = Vec::new();
    for fence in fences {
        let mut parts = fence.into_iter();
        first.extend(parts.next());
        second.extend(parts);
    }
    [first, second]
}

fn finish(
    snapshot: &Snapshot,
    changes: Vec<Change>,
    mut steps: Vec<Step>,
    rounds: [Vec<Batch>; 2],
    mut refusals: Vec<Refusal>,
) -> Result<Plan, Refused> {
    steps.extend(rounds.into_iter().flat_map(batch::split));
    steps.sort_by_key(order::phase);
    if refusals.is_empty() {
        refusals = records::still_used(&steps, snapshot);
    }
    if !refusals.is_empty() {
        return Err(Refused { refusals });
    }
    Ok(Plan { zone: snapshot.zone.clone(), changes, steps })
}
