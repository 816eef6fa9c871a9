//! Whether what people read and what apply does is the same.

use std::collections::BTreeMap;

use crate::{
    account::{OwnedChecks, RecordChange, Snapshot},
    model::{CheckOwner, CheckRole, RecordKey, RecordSet},
    plan::{Action, CheckRef, Kind, Plan, Step},
    spec::Spec,
};

use super::account::Wrong;

/// Name, and the role where it is a health check.
type Thing = (Kind, String, String);

/// A record set before or after a plan.
type Set = Option<RecordSet<CheckRef>>;

/// Compares the changes with the steps, both as sorted lists of what is created, changed and deleted.
pub(super) fn check(plan: &Plan, spec: &Spec, snapshot: &Snapshot) -> Result<(), Wrong> {
    let (told, done) = (told(plan), done(plan, spec, snapshot));
    if told == done { Ok(()) } else { Err(format!("people read {told:#?}\nbut apply does {done:#?}")) }
}

fn told(plan: &Plan) -> Vec<(Action, Thing)> {
    let mut told = Vec::new();
    for change in &plan.changes {
        let role = if change.kind == Kind::HealthCheck { change.role.clone() } else { String::new() };
        let thing = (change.kind, change.name.clone(), role);
        match change.action {
            Action::Replace => told.extend([(Action::Create, thing.clone()), (Action::Delete, thing)]),
            action => told.push((action, thing)),
        }
    }
    sorted(told)
}

fn done(plan: &Plan, spec: &Spec, snapshot: &Snapshot) -> Vec<(Action, Thing)> {
    let mut done = Vec::new();
    let mut records: BTreeMap<RecordKey, (Set, Set)> = BTreeMap::new();
    for step in &plan.steps {
        match step {
            Step::CreateCheck { owner, .. } => done.push((Action::Create, check_of(owner))),
            Step::DeleteCheck { id, .. } => done.push((Action::Delete, owner(id.as_str(), spec, snapshot))),
            Step::UpdateCheck { id, .. } | Step::TagCheck { id, .. } => {
                done.push((Action::Update, owner(id.as_str(), spec, snapshot)));
            }
            Step::AwaitCheckers { .. }
            | Step::AwaitAlarms { .. }
            | Step::LookAtSides { .. }
            | Step::AwaitRecords => {}
            Step::ChangeRecords { changes, .. } => {
                for change in changes {
                    match change {
                        RecordChange::Delete(set) => {
                            let set = set.try_map_check(|id| Ok::<_, Wrong>(CheckRef::Existing(id.clone())));
                            let set = set.expect("never fails");
                            let entry = records.entry(set.key()).or_default();
                            match entry.1.take() {
                                None => entry.0 = Some(set),
                                Some(created) => assert_eq!(created, set, "put and taken away"),
                            }
                        }
                        RecordChange::Create(set) => {
                            records.entry(set.key()).or_default().1 = Some(set.clone());
                        }
                    }
                }
            }
        }
    }
    for (key, (deleted, created)) in records {
        let action = match (deleted, created) {
            (deleted, created) if deleted == created => continue,
            (None, _) => Action::Create,
            (_, None) => Action::Delete,
            _ => Action::Update,
        };
        done.push((action, (Kind::Record, key.name.to_string(), String::new())));
    }
    sorted(done)
}

fn check_of(owner: &CheckOwner) -> Thing {
    (Kind::HealthCheck, owner.failover.to_string(), owner.role.to_string())
}

fn owner(id: &str, spec: &Spec, snapshot: &Snapshot) -> Thing {
    let owners = spec.failovers.iter().flat_map(|failover| {
        CheckRole::ALL.map(|role| CheckOwner {
            zone: snapshot.zones[0].zone.id.clone(),
            failover: failover.name.clone(),
            role,
        })
    });
    let has = |owner: &CheckOwner| {
        OwnedChecks::of(snapshot).checks_of(owner).iter().any(|check| check.id.as_str() == id)
    };
    check_of(&owners.into_iter().find(has).expect("a plan touches only checks that have an owner"))
}

fn sorted(mut list: Vec<(Action, Thing)>) -> Vec<(Action, Thing)> {
    list.sort();
    list
}
