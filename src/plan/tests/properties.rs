//! Plan, carry out, kill, change the spec, plan again: what must hold whatever happens.

use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*, test_runner::TestCaseError};

use super::{
    TERMS,
    account::{Account, Wrong},
    agreement,
    specs::{Draft, blocks, changed, drafts, foreign, kills, spec},
};
use crate::{
    account::{Snapshot, telling},
    model::{Fqdn, RecordSet},
    plan::{Plan, Refusal, Refused, destroy, plan},
    spec::Spec,
};

/// One spec after another: what is drawn, what of the spec before is kept, when runs are killed, and
/// whether one run at the end is left to finish.
type Round = (Vec<Draft>, Vec<bool>, Vec<usize>, bool);

fn round() -> impl Strategy<Value = Round> {
    (drafts(), vec(any::<bool>(), 9), kills(), prop::bool::weighted(0.7))
}

/// Plans, and looks at the plan itself: one look gives one plan, and people read what apply does.
fn planned(account: &Account, spec: &Spec, remove: bool) -> Result<Result<Plan, Refused>, Wrong> {
    let snapshot = account.snapshot(spec);
    let make = || if remove { destroy(spec, &snapshot) } else { plan(spec, &TERMS, &snapshot) };
    let first = make();
    if first != make() {
        return Err("one look gives two plans".to_owned());
    }
    let lean = leanly_read(snapshot.clone());
    let from_lean = if remove { destroy(spec, &lean) } else { plan(spec, &TERMS, &lean) };
    if first != from_lean {
        return Err("a plan depends on tags that are not read".to_owned());
    }
    if let Ok(plan) = &first {
        agreement::check(plan, spec, &snapshot)?;
        if plan.is_empty() != plan.changes.is_empty() {
            return Err("there are changes without steps, or steps without changes".to_owned());
        }
    }
    Ok(first)
}

/// The snapshot as it is read, with the tags of those checks alone that have something to tell.
fn leanly_read(mut snapshot: Snapshot) -> Snapshot {
    let tags: Vec<_> = snapshot.checks.iter_mut().map(|check| std::mem::take(&mut check.tags)).collect();
    telling::infer(&snapshot.zones, &mut snapshot.checks);
    for (check, tags) in snapshot.checks.iter_mut().zip(tags) {
        if check.tags.is_empty() {
            check.tags = tags;
        }
    }
    snapshot
}

/// Runs that are killed, then one that is not; after which nothing is left to do.
fn converge(
    account: &mut Account,
    spec: &Spec,
    remove: bool,
    kills: &[usize],
    finish: bool,
    foreign: &[RecordSet],
) -> Result<(), Wrong> {
    let whole: BTreeSet<Fqdn> = spec.failovers.iter().map(|f| f.name.clone()).collect();
    let mut runs: Vec<Option<usize>> = kills.iter().copied().map(Some).collect();
    if finish {
        runs.push(None);
    }
    for killed_after in runs {
        let plan = planned(account, spec, remove)?.map_err(|refused| format!("{:?}", refused.refusals))?;
        let mut had: BTreeSet<Fqdn> = BTreeSet::new();
        account.carry_out(&plan, killed_after, |account| {
            for name in &whole {
                match account.sides(name).len() {
                    0 if had.contains(name) && !remove => {
                        return Err(format!("{name} had two records and now has none"));
                    }
                    0 => {}
                    _ => drop(had.insert(name.clone())),
                }
            }
            untouched(account, foreign)
        })?;
    }
    if finish {
        let again = planned(account, spec, remove)?.map_err(|refused| format!("{:?}", refused.refusals))?;
        if !again.is_empty() {
            return Err(format!("after it was carried out, still: {:#?}", again.changes));
        }
    }
    Ok(())
}

fn untouched(account: &Account, foreign: &[RecordSet]) -> Result<(), Wrong> {
    match foreign.iter().find(|set| account.records.get(&set.key()) != Some(set)) {
        Some(set) => Err(format!("{} of somebody else was changed", set.key())),
        None => Ok(()),
    }
}

fn nothing_of_ours(account: &Account, foreign: &[RecordSet]) -> Result<(), Wrong> {
    if let Some(check) = account.our_checks().next() {
        return Err(format!("the health check {check:?} is left"));
    }
    let ours = account.records.values().find(|set| !foreign.contains(set));
    ours.map_or(Ok(()), |set| Err(format!("{set:?} is left")))
}

/// A refusal names a record that is really in the way, and what is in the way is refused.
fn rightly_refused(spec: &Spec, refused: &Refused, foreign: &[RecordSet]) -> Result<(), Wrong> {
    for refusal in &refused.refusals {
        let Refusal::ForeignRecord { record, .. } = refusal else {
            return Err(format!("refused without a reason: {refusal}"));
        };
        if !foreign.iter().any(|set| set.key() == *record && blocks(spec, set)) {
            return Err(format!("{record} is not in the way"));
        }
    }
    Ok(())
}

fn story(foreign: &[RecordSet], rounds: &[Round], end_kills: &[usize]) -> Result<(), Wrong> {
    let mut account = Account::with(foreign.to_vec());
    let mut before: Vec<Draft> = Vec::new();
    for (drawn, keep, kills, finish) in rounds {
        let drafts = changed(&before, drawn, keep);
        let gone: Vec<Draft> =
            before.iter().filter(|old| drafts.iter().all(|new| new.name != old.name)).cloned().collect();
        if !gone.is_empty() {
            converge(&mut account, &spec(&gone), true, kills, true, foreign)?;
        }
        let spec = spec(&drafts);
        let in_the_way = foreign.iter().any(|set| blocks(&spec, set));
        match planned(&account, &spec, false)? {
            Err(refused) => rightly_refused(&spec, &refused, foreign)?,
            Ok(_) if in_the_way => return Err("a record in the way is not seen".to_owned()),
            Ok(_) => converge(&mut account, &spec, false, kills, *finish, foreign)?,
        }
        // What was refused stays as it was, but the person goes on from the spec as it is now.
        before = drafts;
    }
    converge(&mut account, &spec(&before), true, end_kills, true, foreign)?;
    nothing_of_ours(&account, foreign)
}

fn or_fail(result: Result<(), Wrong>) -> Result<(), TestCaseError> {
    result.map_err(TestCaseError::fail)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// "Health checks carry tags and a caller reference derived from their content, so that a second run,
    /// or a run after a crash, creates nothing twice. Records that carry no mark of ours are never touched.
    /// `destroy` is the reverse and leaves no health check behind. After apply, plan is empty. Immutable
    /// health check fields are replaced without a moment in which the record points at nothing."
    #[test]
    fn any_story_of_specs_and_kills_ends_well(
        foreign in foreign(),
        rounds in vec(round(), 1..4),
        end_kills in kills(),
    ) {
        or_fail(story(&foreign, &rounds, &end_kills))?;
    }

    /// The digest that plan shows stands for what apply will do.
    #[test]
    fn the_digest_is_that_of_the_steps(one in drafts(), other in drafts()) {
        let account = Account::with([]);
        let make = |drafts: &[Draft]| {
            let spec = spec(drafts);
            plan(&spec, &TERMS, &account.snapshot(&spec)).expect("nothing is in the way")
        };
        let (one, other) = (make(&one), make(&other));
        prop_assert_eq!(one.digest() == other.digest(), one.steps == other.steps);
        let mut elsewhere = one.clone();
        elsewhere.zones[0].id = "ZANOTHER".parse().expect("an id");
        prop_assert_ne!(one.digest(), elsewhere.digest());
    }
}
