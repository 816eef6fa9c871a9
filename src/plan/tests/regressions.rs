//! What was once found wrong, each by the shortest way to it.

use super::{
    account::Account,
    specs::{Draft, pair, simple, spec},
};
use crate::{
    model::{RecordSet, RecordType},
    plan::{Plan, Refused, destroy, plan},
};

fn planned(account: &Account, draft: &Draft) -> Result<Plan, Refused> {
    let spec = spec(std::slice::from_ref(draft));
    plan(&spec, "failover.toml", &account.snapshot(&spec))
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
