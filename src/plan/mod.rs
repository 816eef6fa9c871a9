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
mod checkers;
mod checks;
mod children;
mod desired;
mod done;
mod elsewhere;
mod guards;
mod leave;
mod links;
mod note;
mod order;
mod orphans;
mod records;
mod refusal;
mod removed;
mod reviewed;
mod steps;
mod terms;
#[cfg(test)]
pub(crate) mod tests;

pub use calls::Calls;
pub use changes::{Action, Change, Kind, Summary};
pub use checks::first_reference;
pub use desired::{Child, Desired, DesiredCheck, DesiredRecord, RecordRole, of as desired};
pub use done::{is_as_wanted, is_carried_out};
pub use note::Note;
pub use orphans::{Orphan, Why, destroy_orphans, orphans};
pub use refusal::{Refusal, Refused};
pub use removed::undeclared;
pub use reviewed::{NotReviewed, Outdated, Reviewed};
pub use steps::{AwaitedAlarm, AwaitedCheck, CheckRef, Step};
pub use terms::{Guard, Terms, UnknownGuard};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    account::{OwnedChecks, RecordChange, Snapshot, Zone, ZoneRecords},
    model::{HostedZoneId, Side, digest},
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
    /// What people should know, and what the plan does nothing about.
    #[serde(default)]
    pub notes: Vec<Note>,
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
                let steps = checks.steps(&failover.name, records.check_changes);
                let awaited = steps.iter().any(|step| matches!(step, Step::AwaitCheckers { .. }));
                let look = !awaited && !records.batch.is_empty();
                work.steps.extend(look.then(|| checks.look(&failover.name)).flatten());
                work.steps.extend(steps);
                work.add_records(held, records.batch, || {
                    if checks.has_leftovers() { records::fence(&desired, held) } else { Vec::new() }
                });
                work.changes.extend(checks.changes);
                work.changes.extend(records.changes);
            }
            Err(refusal) => work.refusals.push(refusal),
        }
    }
    removed::remove(&mut work, spec, terms, snapshot, &ours);
    work.notes = removed::notes(spec, terms, snapshot);
    work.finish(spec, snapshot)
}

/// What removes all that apply created for the failovers of `spec`, and nothing else.
///
/// # Panics
/// When the snapshot was not taken of every failover's name.
pub fn destroy(spec: &Spec, snapshot: &Snapshot) -> Result<Plan, Refused> {
    destroy_and_leave(spec, snapshot, None)
}

/// The same; but where a side is given, each name goes on being answered by that side, by a plain record that
/// is nobody's.
///
/// # Panics
/// When the snapshot was not taken of every failover's name.
pub fn destroy_and_leave(spec: &Spec, snapshot: &Snapshot, side: Option<Side>) -> Result<Plan, Refused> {
    let mut work = Work::default();
    let ours = OwnedChecks::of(snapshot);
    for failover in &spec.failovers {
        let held = snapshot.zone_of(&failover.name);
        let desired = desired::of(failover, &held.zone);
        let mut records = records::remove(&desired, held);
        let checks = checks::remove(&failover.name, &held.zone, &ours, records::DESTROYED);
        match side {
            Some(side) => work.steps.extend(leave::in_place(side, &mut records, failover, held, &ours)),
            None => work.notes.extend(leave::nothing(failover, held)),
        }
        work.add_records(held, records.batch, || {
            if checks.has_leftovers() { records::fence(&desired, held) } else { Vec::new() }
        });
        work.steps.extend(checks.steps(&failover.name, false));
        work.changes.extend(records.changes);
        work.changes.extend(checks.changes);
    }
    work.finish(spec, snapshot)
}

/// Record changes of one failover, which belong together.
type Batch = Vec<RecordChange<CheckRef>>;

/// A plan in the making.
#[derive(Default)]
struct Work {
    changes: Vec<Change>,
    steps: Vec<Step>,
    batches: BTreeMap<HostedZoneId, Batches>,
    /// Sent when every name server has all the others.
    last: Vec<Step>,
    refusals: Vec<Refusal>,
    notes: Vec<Note>,
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

    fn finish(self, spec: &Spec, snapshot: &Snapshot) -> Result<Plan, Refused> {
        let Self { changes, mut steps, batches, last, mut refusals, notes } = self;
        for (zone, Batches { first, second }) in batches {
            let first = links::arrange(&zone, links::put_back(&zone, first, spec, snapshot));
            steps.extend([first, second].into_iter().flat_map(|round| batch::split(&zone, round)));
        }
        steps.sort_by_key(order::phase);
        let end = steps.iter().position(|step| matches!(step, Step::DeleteCheck { .. }));
        let end = end.unwrap_or(steps.len());
        steps.splice(end..end, last);
        if refusals.is_empty() {
            refusals = records::still_used(&steps, snapshot);
        }
        if !refusals.is_empty() {
            return Err(Refused { refusals });
        }
        let mut zones: Vec<Zone> = Vec::new();
        for held in snapshot.zones.iter().chain(&snapshot.removed) {
            if !zones.contains(&held.zone) {
                zones.push(held.zone.clone());
            }
        }
        Ok(Plan { zones, changes, steps, notes })
    }
}
