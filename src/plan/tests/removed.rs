//! What a spec lost is told, stays until it is named, and goes when everything else is served.

use proptest::prelude::*;

use super::{
    TERMS,
    account::Account,
    specs::{Draft, drafts, simple, spec},
};
use crate::{
    account::{Snapshot, ZoneRecords},
    model::{Answer, Fqdn, RecordType, Routing, Side},
    plan::{Guard, Plan, Refused, Step, Terms, destroy_and_leave, plan},
    spec::Spec,
};

fn applied(drafts: &[Draft]) -> Account {
    let mut account = Account::with([]);
    let spec = spec(drafts);
    let plan = plan(&spec, &TERMS, &account.snapshot(&spec)).expect("nothing is in the way");
    account.carry_out(&plan, None, |_| Ok(())).expect("Route 53 accepts it");
    account
}

/// What is read of an account for a spec that shall lose these names.
fn read(account: &Account, spec: &Spec, remove: &[Fqdn]) -> Snapshot {
    let held = |name: &Fqdn| ZoneRecords {
        zone: account.zone.clone(),
        names: vec![name.clone()],
        records: account.records.values().filter(|set| set.name.is_within(name)).cloned().collect(),
    };
    Snapshot { removed: remove.iter().map(held).collect(), ..account.snapshot(spec) }
}

fn planned(account: &Account, spec: &Spec, remove: &[Fqdn], allow: &[Guard]) -> Result<Plan, Refused> {
    plan(spec, &Terms { remove, allow, ..TERMS }, &read(account, spec, remove))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the spec was and is: each that it lost is told and untouched; removed by name, all of it goes,
    /// nothing else does, and what was left over of a run that was killed goes by the same words.
    #[test]
    fn what_a_spec_lost_goes_by_name_only(before in drafts(), lost in any::<prop::sample::Index>(), kill in 0usize..40) {
        prop_assume!(before.len() > 1);
        let mut account = applied(&before);
        let whole = account.clone();
        let mut after = before.clone();
        let lost: Fqdn = after.remove(lost.index(before.len())).name.parse().expect("a name");
        let kept = spec(&after);
        let told = planned(&account, &kept, &[], &[Guard::LongTtl]).expect("nothing is in the way");
        prop_assert!(told.is_empty());
        let names: Vec<&str> = told.notes.iter().map(|note| note.name.as_str()).collect();
        prop_assert_eq!(names, vec![lost.as_str()]);

        let remove = [lost.clone()];
        let refused = planned(&account, &kept, &remove, &[]).expect_err("a name would answer nothing");
        let ids: Vec<&str> = refused.refusals.iter().map(crate::plan::Refusal::id).collect();
        prop_assert_eq!(ids, vec!["last-record"]);
        for killed_after in [Some(kill), None] {
            let plan = planned(&account, &kept, &remove, &Guard::ALL).expect("it is meant");
            account.carry_out(&plan, killed_after, |_| Ok(())).map_err(TestCaseError::fail)?;
        }
        let again = planned(&account, &kept, &remove, &[]).expect("nothing is left that a guard could keep");
        prop_assert!(again.is_empty(), "{:#?}", again.changes);
        let others = applied_again(&whole, &kept);
        prop_assert_eq!(&account.records, &others.records);
        let ids = |account: &Account| account.our_checks().map(|check| check.id.clone()).collect::<Vec<_>>();
        prop_assert_eq!(ids(&account), ids(&others));
    }
}

/// The account without what the spec does not declare, worked out apart from the plan.
fn applied_again(whole: &Account, kept: &Spec) -> Account {
    let mut account = whole.clone();
    // A failover's names are its own, or one label below it; a name below may be another failover's.
    let owner = |name: &Fqdn| {
        let own = kept.failovers.iter().find(|failover| failover.name == *name);
        own.or_else(|| {
            let parent = name.parent()?;
            let label = name.labels().next()?;
            let ours = label == "_s3-failover" || label.contains('-');
            kept.failovers.iter().find(|failover| ours && failover.name == parent)
        })
    };
    account.records.retain(|key, _| owner(&key.name).is_some());
    account.checks.retain(|_, check| {
        // Without it, it is somebody else's.
        let failover = check.tags.get("s3-failover:failover");
        failover.is_none_or(|failover| kept.failovers.iter().any(|kept| kept.name.as_str() == failover))
    });
    account
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    /// From failovers to plain records, killed anywhere: each name answers at every moment, in the end what its
    /// side answered, and nothing of ours is left.
    #[test]
    fn a_side_that_is_left_answers_all_the_time(
        drafts in drafts(),
        primary in any::<bool>(),
        kills in super::specs::kills(),
    ) {
        let mut account = applied(&drafts);
        let spec = spec(&drafts);
        let side = if primary { Side::Primary } else { Side::Secondary };
        let answered: Vec<(Fqdn, Answer)> = spec.failovers.iter().map(|failover| {
            let set = account.records.values().find(|set| set.name == failover.name && set.side() == Some(side));
            let set = set.expect("it was applied");
            let pointer = account.records.values().find(|pointer| {
                Some(&pointer.name) == set.leads_to().as_ref() && pointer.routing == Routing::Simple
            });
            (failover.name.clone(), pointer.unwrap_or(set).answer.clone())
        }).collect();
        for killed_after in kills.into_iter().map(Some).chain([None]) {
            let plan = destroy_and_leave(&spec, &account.snapshot(&spec), Some(side)).expect("all of it is ours");
            prop_assert!(plan.notes.is_empty());
            account.carry_out(&plan, killed_after, |account| {
                let silent = spec.failovers.iter().find(|f| !account.records.keys().any(|key| key.name == f.name));
                silent.map_or(Ok(()), |failover| Err(format!("{} answers nothing", failover.name)))
            }).map_err(TestCaseError::fail)?;
        }
        let again = destroy_and_leave(&spec, &account.snapshot(&spec), Some(side)).expect("nothing is ours");
        prop_assert!(again.is_empty());
        prop_assert_eq!(account.our_checks().count(), 0);
        let left: usize = spec.failovers.iter().map(|failover| failover.record_types().len()).sum();
        prop_assert_eq!(account.records.len(), left);
        for (name, answer) in answered {
            let set = account.records.values().find(|set| set.name == name).expect("it answers");
            prop_assert_eq!((&set.routing, &set.health_check, &set.answer), (&Routing::Simple, &None, &answer));
        }
    }
}

/// The new name is everywhere before the old one goes.
#[test]
fn a_renamed_failover_leaves_its_old_name_last() {
    let old = Draft::example();
    let new = Draft { name: "media.example.com", ..Draft::example() };
    let account = applied(std::slice::from_ref(&old));
    let kept = spec(std::slice::from_ref(&new));
    let remove: [Fqdn; 1] = [old.name.parse().expect("a name")];
    let plan = planned(&account, &kept, &remove, &[Guard::LastRecord]).expect("it is meant");
    let kinds = plan.steps.iter().map(|step| match step {
        Step::ChangeRecords { .. } => "records",
        Step::AwaitRecords => "await",
        Step::DeleteCheck { .. } => "delete",
        _ => "check",
    });
    let mut kinds: Vec<&str> = kinds.collect();
    kinds.dedup();
    assert_eq!(kinds, ["check", "records", "await", "records", "delete"]);
}

/// A name that somebody else answers too is not left without an answer.
#[test]
fn the_last_record_is_the_last_of_anybody() {
    let draft = Draft { kind: super::specs::Kind::Aliases, ..Draft::example() };
    let mut account = applied(std::slice::from_ref(&draft));
    let theirs = simple(draft.name, RecordType::Aaaa, "2001:db8::1");
    account.records.insert(theirs.key(), theirs);
    let kept = spec(&[Draft { name: "media.example.com", ..Draft::example() }]);
    let remove: [Fqdn; 1] = [draft.name.parse().expect("a name")];
    assert!(planned(&account, &kept, &remove, &[]).is_ok());
}
