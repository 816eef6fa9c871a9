//! What was once found wrong, each by the shortest way to it.

use super::{
    TERMS,
    account::Account,
    specs::{Draft, pair, simple, spec},
};
use crate::{
    model::{RecordSet, RecordType},
    plan::{Plan, Refused, destroy, plan},
};

fn planned(account: &Account, draft: &Draft) -> Result<Plan, Refused> {
    let spec = spec(std::slice::from_ref(draft));
    plan(&spec, &TERMS, &account.snapshot(&spec))
}

fn destroyed(account: &Account, draft: &Draft) -> Result<Plan, Refused> {
    let spec = spec(std::slice::from_ref(draft));
    destroy(&spec, &account.snapshot(&spec))
}

/// Plans and carries out, wholly or only the first calls.
fn apply(account: &mut Account, draft: &Draft, killed_after: Option<usize>) {
    let plan = planned(account, draft).expect("nothing is in the way");
    account.carry_out(&plan, killed_after, |_| Ok(())).expect("Route 53 accepts it");
}

fn applied(draft: &Draft, foreign: impl IntoIterator<Item = RecordSet>) -> Account {
    let mut account = Account::with(foreign);
    apply(&mut account, draft, None);
    account
}

fn refusals(result: Result<Plan, Refused>) -> Vec<String> {
    let refused = result.expect_err("refused");
    refused.refusals.iter().map(|refusal| format!("{}: {refusal}", refusal.id())).collect()
}

/// "Nothing without our mark is ever changed": a pair of another type at the failover's name, such as
/// one for IPv6 that somebody added by hand, was taken for ours as soon as the marker was there.
#[test]
fn a_pair_of_another_type_at_the_name_is_not_ours() {
    let draft = Draft { kind: super::specs::Kind::Aliases, ..Draft::example() };
    let theirs = pair(draft.name, RecordType::Aaaa, "2001:db8::1");
    let account = applied(&draft, theirs.clone());
    assert_eq!(planned(&account, &draft).expect("not in the way").changes, []);
    let mut account = account;
    let plan = destroyed(&account, &draft).expect("not in the way");
    account.carry_out(&plan, None, |_| Ok(())).expect("Route 53 accepts it");
    assert_eq!(account.records.into_values().collect::<Vec<_>>(), theirs);
}

/// "Records that carry no mark of ours are never touched": when a side moved to a region, a CNAME of
/// somebody else at the new pointer's name was overwritten.
#[test]
fn a_record_where_a_new_pointer_would_go_is_in_the_way() {
    let before = Draft { sides: [("us-east-1", "one"), ("eu-central-1", "two")], ..Draft::example() };
    let theirs = simple("eu-west-1.data.example.com", RecordType::Cname, "elsewhere.example.org");
    let account = applied(&before, [theirs]);
    assert_eq!(
        refusals(planned(&account, &Draft::example())),
        [
            "foreign-record: the record eu-west-1.data.example.com CNAME is in the way of data.example.com, and \
          nothing says that s3-failover created it"
        ]
    );
}

/// A pointer that is just as it should be is ours beside a marker, even when nothing leads to it.
#[test]
fn pointers_are_known_again_when_the_records_that_lead_to_them_were_removed() {
    let mut account = applied(&Draft::example(), []);
    account.records.retain(|_, set| set.side().is_none());
    apply(&mut account, &Draft::example(), None);
    assert_eq!(account.records, applied(&Draft::example(), []).records);
}

/// "A new inverted check counts as unhealthy": killed between the creation of a new switch check and the
/// wait for it, the next run made the combined check of it without waiting, and the name failed over.
#[test]
fn a_switch_check_of_a_killed_run_is_waited_for() {
    let mut account = applied(&Draft { switch: Some("switch"), ..Draft::example() }, []);
    let moved = Draft { switch: Some("force"), ..Draft::example() };
    apply(&mut account, &moved, Some(2));
    apply(&mut account, &moved, None);
}

/// "After apply, plan is empty": a record whose health check somebody had taken away and deleted was
/// not given the new one in the same run.
#[test]
fn a_record_without_a_check_is_given_the_new_one_at_once() {
    let mut account = applied(&Draft::example(), []);
    account.checks.clear();
    for set in account.records.values_mut() {
        set.health_check = None;
    }
    apply(&mut account, &Draft::example(), None);
    assert_eq!(planned(&account, &Draft::example()).expect("nothing is in the way").changes, []);
}

/// Somebody else's record in the marker's place was replaced by our marker when `destroy` found health
/// checks of a killed run.
#[test]
fn a_record_in_the_markers_place_survives_destroy() {
    let theirs = [
        simple("_s3-failover.data.example.com", RecordType::Txt, "\"theirs\""),
        simple("_s3-failover.data.example.com", RecordType::Cname, "elsewhere.example.org"),
    ];
    for theirs in theirs {
        let mut account = Account::with([]);
        apply(&mut account, &Draft::example(), Some(4));
        assert_eq!(account.our_checks().count(), 2);
        account.records.insert(theirs.key(), theirs.clone());
        let plan = destroyed(&account, &Draft::example()).expect("nothing depends on the checks");
        account.carry_out(&plan, None, |_| Ok(())).expect("Route 53 accepts it");
        assert_eq!(account.our_checks().count(), 0);
        assert_eq!(account.records.into_values().collect::<Vec<_>>(), [theirs]);
    }
}

/// "At no moment may a record point at nothing or at a health check that is gone": without the marker
/// the records are not ours, so `destroy` left them, and deleted the health checks that they use.
#[test]
fn a_check_that_a_staying_record_uses_is_not_deleted() {
    let mut account = applied(&Draft::example(), []);
    account.records.retain(|key, _| key.record_type != RecordType::Txt);
    assert_eq!(
        refusals(destroyed(&account, &Draft::example())),
        [
            "check-in-use: the health check check-1 would be deleted, but the record data.example.com CNAME \
             \"primary of data.example.com\" depends on it, and nothing says that s3-failover created that",
            "check-in-use: the health check check-2 would be deleted, but the record data.example.com CNAME \
             \"secondary of data.example.com\" depends on it, and nothing says that s3-failover created that",
        ]
    );
}

/// Sides that swap because the primary's region is down: the combined check was made of the new
/// primary's check in place, turned healthy, and the old primary, dead, was answered until the records
/// had changed everywhere.
#[test]
fn a_combined_check_never_speaks_for_a_side_that_its_record_does_not_answer() {
    let draft = Draft { switch: Some("switch"), ..Draft::example() };
    let mut account = applied(&draft, []);
    let swapped = Draft { sides: [draft.sides[1], draft.sides[0]], ..draft };
    apply(&mut account, &swapped, None);
}
