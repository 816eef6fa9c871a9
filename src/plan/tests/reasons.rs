//! What people read, by example: each kind of change with its reason.

use insta::assert_snapshot;

use super::{
    TERMS,
    account::Account,
    specs::{Beside, Draft, Kind, spec},
};
use crate::{
    model::{Answer, CheckKind, HealthCheck, Side, Ttl},
    plan::{Plan, destroy, plan},
};

fn switched() -> Draft {
    Draft { switch: Some("force-secondary"), ..Draft::example() }
}

fn planned(account: &Account, draft: &Draft) -> Plan {
    let spec = spec(std::slice::from_ref(draft));
    plan(&spec, &TERMS, &account.snapshot(&spec)).expect("nothing is in the way")
}

fn applied(draft: &Draft) -> Account {
    let mut account = Account::with([]);
    let plan = planned(&account, draft);
    account.carry_out(&plan, None, |_| Ok(())).expect("Route 53 accepts it");
    account
}

fn read(plan: &Plan) -> String {
    let line = |change: &crate::plan::Change| {
        let kind = format!("{:?} {:?}", change.action, change.kind).to_lowercase();
        format!("{kind} {} ({}): {}", change.name, change.role, change.reason)
    };
    let summary = plan.summary();
    let counts = format!(
        "{} to create, {} to update, {} to replace, {} to delete; at least {} calls",
        summary.create,
        summary.update,
        summary.replace,
        summary.delete,
        plan.calls().total()
    );
    plan.changes.iter().map(line).chain([counts]).collect::<Vec<_>>().join("\n")
}

/// What a plan from one draft to another says.
fn from(before: &Draft, after: &Draft) -> String {
    read(&planned(&applied(before), after))
}

/// What a plan says after somebody's hand has been there.
fn after(tamper: impl FnOnce(&mut Account)) -> String {
    let mut account = applied(&switched());
    tamper(&mut account);
    read(&planned(&account, &switched()))
}

fn check<'a>(account: &'a mut Account, role: &str) -> &'a mut HealthCheck {
    let name = format!("data.example.com {role}");
    account.checks.values_mut().find(|check| check.tags["Name"] == name).expect("there is such a check")
}

#[test]
fn a_first_plan_creates() {
    assert_snapshot!(read(&planned(&Account::with([]), &Draft::example())), @r#"
    create healthcheck data.example.com (primary): there is none yet
    create healthcheck data.example.com (secondary): there is none yet
    create record _s3-failover.data.example.com (marker): there is none yet
    create record us-east-1.data.example.com (primary-pointer): there is none yet
    create record eu-west-1.data.example.com (secondary-pointer): there is none yet
    create record data.example.com (primary): there is none yet
    create record data.example.com (secondary): there is none yet
    7 to create, 0 to update, 0 to replace, 0 to delete; at least 8 calls
    "#);
    assert_snapshot!(read(&planned(&Account::with([]), &switched())), @"
    create healthcheck data.example.com (primary): there is none yet
    create healthcheck data.example.com (secondary): there is none yet
    create healthcheck data.example.com (switch): there is none yet
    create healthcheck data.example.com (combined): there is none yet
    create record _s3-failover.data.example.com (marker): there is none yet
    create record us-east-1.data.example.com (primary-pointer): there is none yet
    create record eu-west-1.data.example.com (secondary-pointer): there is none yet
    create record data.example.com (primary): there is none yet
    create record data.example.com (secondary): there is none yet
    9 to create, 0 to update, 0 to replace, 0 to delete; at least 15 calls
    ");
}

#[test]
fn nothing_changes_when_all_is_as_it_should_be() {
    assert_snapshot!(from(&switched(), &switched()), @r#"
    0 to create, 0 to update, 0 to replace, 0 to delete; at least 0 calls
    "#);
}

#[test]
fn settings_change_in_place_where_they_can() {
    let slower = Draft { ttl: 30, threshold: 4, checker_regions: true, ..Draft::example() };
    assert_snapshot!(from(&Draft::example(), &slower), @"
    update healthcheck data.example.com (primary): the failure threshold is 3, not 4; the set of checker regions is ap-northeast-1 ap-southeast-1 ap-southeast-2 eu-west-1 sa-east-1 us-east-1 us-west-1 us-west-2, not eu-west-1 sa-east-1 us-east-1
    update healthcheck data.example.com (secondary): the failure threshold is 3, not 4; the set of checker regions is ap-northeast-1 ap-southeast-1 ap-southeast-2 eu-west-1 sa-east-1 us-east-1 us-west-1 us-west-2, not eu-west-1 sa-east-1 us-east-1
    update record _s3-failover.data.example.com (marker): its TTL is 60 s, not 30 s
    update record us-east-1.data.example.com (primary-pointer): its TTL is 60 s, not 30 s
    update record eu-west-1.data.example.com (secondary-pointer): its TTL is 60 s, not 30 s
    0 to create, 5 to update, 0 to replace, 0 to delete; at least 5 calls
    ");
}

#[test]
fn a_check_that_looks_elsewhere_is_replaced() {
    let other = Draft { object: "other.txt", contains: Some("ok"), interval: 30, ..switched() };
    assert_snapshot!(from(&switched(), &other), @"
    replace healthcheck data.example.com (primary): was `https://data-example-com-one-us-east-1.s3.us-east-1.amazonaws.com:443/health.txt every 10 s`, which cannot be changed without a gap: a new check takes over first
    replace healthcheck data.example.com (secondary): was `https://data-example-com-two-eu-west-1.s3.eu-west-1.amazonaws.com:443/health.txt every 10 s`, which cannot be changed without a gap: a new check takes over first
    replace healthcheck data.example.com (switch): was `https://data-example-com-two-eu-west-1.s3.eu-west-1.amazonaws.com:443/force-secondary every 10 s`, which cannot be changed without a gap: a new check takes over first
    replace healthcheck data.example.com (combined): was `made of https://data-example-com-one-us-east-1.s3.us-east-1.amazonaws.com:443/health.txt every 10 s and https://data-example-com-two-eu-west-1.s3.eu-west-1.amazonaws.com:443/force-secondary every 10 s`, which cannot be changed without a gap: a new check takes over first
    update record data.example.com (primary): its health check is another
    update record data.example.com (secondary): its health check is another
    0 to create, 2 to update, 4 to replace, 0 to delete; at least 19 calls
    ");
}

#[test]
fn sides_swap() {
    let swapped = Draft { sides: [("eu-west-1", "two"), ("us-east-1", "one")], ..Draft::example() };
    assert_snapshot!(from(&Draft::example(), &swapped), @r#"
    replace healthcheck data.example.com (primary): was `https://data-example-com-one-us-east-1.s3.us-east-1.amazonaws.com:443/health.txt every 10 s`, which cannot be changed without a gap: a new check takes over first
    replace healthcheck data.example.com (secondary): was `https://data-example-com-two-eu-west-1.s3.eu-west-1.amazonaws.com:443/health.txt every 10 s`, which cannot be changed without a gap: a new check takes over first
    update record data.example.com (primary): it answers what us-east-1.data.example.com answers, not what eu-west-1.data.example.com answers; its health check is another
    update record data.example.com (secondary): it answers what eu-west-1.data.example.com answers, not what us-east-1.data.example.com answers; its health check is another
    0 to create, 2 to update, 2 to replace, 0 to delete; at least 10 calls
    "#);
}

#[test]
fn a_side_moves() {
    let moved = Draft { sides: [("us-east-1", "one"), ("eu-central-1", "two")], ..Draft::example() };
    assert_snapshot!(from(&Draft::example(), &moved), @r#"
    replace healthcheck data.example.com (secondary): was `https://data-example-com-two-eu-west-1.s3.eu-west-1.amazonaws.com:443/health.txt every 10 s`, which cannot be changed without a gap: a new check takes over first
    update record _s3-failover.data.example.com (marker): it answers "s3-failover v1 owns data.example.com", "s3-failover v1 owns us-east-1.data.example.com", "s3-failover v1 owns eu-west-1.data.example.com", not "s3-failover v1 owns data.example.com", "s3-failover v1 owns us-east-1.data.example.com", "s3-failover v1 owns eu-central-1.data.example.com"
    create record eu-central-1.data.example.com (secondary-pointer): there is none yet
    update record data.example.com (secondary): it answers what eu-west-1.data.example.com answers, not what eu-central-1.data.example.com answers; its health check is another
    delete record eu-west-1.data.example.com (leftover): the spec has no use for it any more
    1 to create, 2 to update, 1 to replace, 1 to delete; at least 7 calls
    "#);
}

#[test]
fn another_bucket_behind_the_same_pointer() {
    let moved = Draft { sides: [("us-east-1", "other"), ("eu-west-1", "two")], ..Draft::example() };
    assert_snapshot!(from(&Draft::example(), &moved), @r#"
    replace healthcheck data.example.com (primary): was `https://data-example-com-one-us-east-1.s3.us-east-1.amazonaws.com:443/health.txt every 10 s`, which cannot be changed without a gap: a new check takes over first
    update record us-east-1.data.example.com (primary-pointer): it answers data-example-com-one-us-east-1.s3.us-east-1.amazonaws.com, not data-example-com-other-us-east-1.s3.us-east-1.amazonaws.com
    update record data.example.com (primary): its health check is another
    0 to create, 2 to update, 1 to replace, 0 to delete; at least 7 calls
    "#);
}

#[test]
fn the_switch_comes_and_goes() {
    assert_snapshot!(from(&Draft::example(), &switched()), @"
    create healthcheck data.example.com (switch): there is none yet
    create healthcheck data.example.com (combined): there is none yet
    update record data.example.com (primary): its health check is another
    2 to create, 1 to update, 0 to replace, 0 to delete; at least 11 calls
    ");
    assert_snapshot!(from(&switched(), &Draft::example()), @r#"
    delete healthcheck data.example.com (switch): the spec has no use for it any more
    delete healthcheck data.example.com (combined): the spec has no use for it any more
    update record data.example.com (primary): its health check is another
    0 to create, 1 to update, 0 to replace, 2 to delete; at least 6 calls
    "#);
}

#[test]
fn pointers_become_load_balancers() {
    let balanced = Draft { kind: Kind::Aliases, ..Draft::example() };
    assert_snapshot!(from(&Draft::example(), &balanced), @r#"
    replace healthcheck data.example.com (primary): was `https://data-example-com-one-us-east-1.s3.us-east-1.amazonaws.com:443/health.txt every 10 s`, which cannot be changed without a gap: a new check takes over first
    replace healthcheck data.example.com (secondary): was `https://data-example-com-two-eu-west-1.s3.eu-west-1.amazonaws.com:443/health.txt every 10 s`, which cannot be changed without a gap: a new check takes over first
    update record _s3-failover.data.example.com (marker): it answers "s3-failover v1 owns data.example.com", "s3-failover v1 owns us-east-1.data.example.com", "s3-failover v1 owns eu-west-1.data.example.com", not "s3-failover v1 owns data.example.com"
    create record data.example.com (primary): there is none yet
    create record data.example.com (secondary): there is none yet
    delete record data.example.com (leftover): the spec has no use for it any more
    delete record data.example.com (leftover): the spec has no use for it any more
    delete record eu-west-1.data.example.com (leftover): the spec has no use for it any more
    delete record us-east-1.data.example.com (leftover): the spec has no use for it any more
    2 to create, 1 to update, 2 to replace, 4 to delete; at least 10 calls
    "#);
}

#[test]
fn what_others_did_by_hand_is_put_right() {
    let toggled = |account: &mut Account| {
        let primary = &mut check(account, "primary").config;
        (primary.disabled, primary.inverted) = (true, true);
        let CheckKind::Calculated { children, threshold } = &mut check(account, "combined").config.kind
        else {
            panic!("the combined check is calculated")
        };
        children.reverse();
        *threshold = 1;
    };
    assert_snapshot!(after(toggled), @"
    update healthcheck data.example.com (primary): inverted is true, not false; disabled is true, not false
    update healthcheck data.example.com (combined): the number of healthy children needed is 1, not 2
    0 to create, 2 to update, 0 to replace, 0 to delete; at least 7 calls
    ");
    let childless = |account: &mut Account| {
        let CheckKind::Calculated { children, .. } = &mut check(account, "combined").config.kind else {
            panic!("the combined check is calculated")
        };
        children.pop();
    };
    assert_snapshot!(after(childless), @"
    replace healthcheck data.example.com (combined): was `made of https://data-example-com-one-us-east-1.s3.us-east-1.amazonaws.com:443/health.txt every 10 s`, which cannot be changed without a gap: a new check takes over first
    update record data.example.com (primary): its health check is another
    0 to create, 1 to update, 1 to replace, 0 to delete; at least 10 calls
    ");
    let untagged = |account: &mut Account| check(account, "secondary").tags.clear();
    assert_snapshot!(after(untagged), @r#"
    update healthcheck data.example.com (secondary): its tags are missing: a run was interrupted
    0 to create, 1 to update, 0 to replace, 0 to delete; at least 1 calls
    "#);
    let answers = |account: &mut Account| {
        for set in account.records.values_mut() {
            let side = set.side();
            match (&mut set.answer, side) {
                (Answer::Alias { evaluate_target_health, .. }, Some(Side::Primary)) => {
                    *evaluate_target_health = false;
                    set.health_check = None;
                }
                (Answer::Values { ttl, .. }, _) => *ttl = Ttl::from_seconds(5).expect("in bounds"),
                _ => {}
            }
        }
    };
    assert_snapshot!(after(answers), @"
    update record _s3-failover.data.example.com (marker): its TTL is 5 s, not 60 s
    update record us-east-1.data.example.com (primary-pointer): its TTL is 5 s, not 60 s
    update record eu-west-1.data.example.com (secondary-pointer): its TTL is 5 s, not 60 s
    update record data.example.com (primary): it answers what us-east-1.data.example.com answers, whose health does not count, not what us-east-1.data.example.com answers; its health check is another
    0 to create, 4 to update, 0 to replace, 0 to delete; at least 7 calls
    ");
    let gone = |account: &mut Account| account.records.retain(|_, set| set.side() != Some(Side::Secondary));
    assert_snapshot!(after(gone), @"
    create record data.example.com (secondary): there is none yet
    1 to create, 0 to update, 0 to replace, 0 to delete; at least 7 calls
    ");
}

#[test]
fn what_killed_runs_left_goes() {
    let mut account = applied(&Draft::example());
    for object in ["other.txt", "third.txt"] {
        let plan = planned(&account, &Draft { object, ..Draft::example() });
        account.carry_out(&plan, Some(4), |_| Ok(())).expect("Route 53 accepts it");
    }
    assert_snapshot!(read(&planned(&account, &Draft::example())), @r#"
    delete healthcheck data.example.com (primary): an earlier run left it behind
    delete healthcheck data.example.com (primary): an earlier run left it behind
    delete healthcheck data.example.com (secondary): an earlier run left it behind
    delete healthcheck data.example.com (secondary): an earlier run left it behind
    0 to create, 0 to update, 0 to replace, 4 to delete; at least 6 calls
    "#);
}

#[test]
fn destroy_deletes() {
    let spec = spec(&[switched()]);
    let account = applied(&switched());
    let plan = destroy(&spec, &account.snapshot(&spec)).expect("nothing depends on the checks");
    assert_snapshot!(read(&plan), @r#"
    delete record data.example.com (primary): destroy removes what apply created
    delete record data.example.com (secondary): destroy removes what apply created
    delete record _s3-failover.data.example.com (marker): destroy removes what apply created
    delete record eu-west-1.data.example.com (secondary-pointer): destroy removes what apply created
    delete record us-east-1.data.example.com (primary-pointer): destroy removes what apply created
    delete healthcheck data.example.com (primary): destroy removes what apply created
    delete healthcheck data.example.com (secondary): destroy removes what apply created
    delete healthcheck data.example.com (switch): destroy removes what apply created
    delete healthcheck data.example.com (combined): destroy removes what apply created
    0 to create, 0 to update, 0 to replace, 9 to delete; at least 6 calls
    "#);
}

/// Of the primary an alarm speaks, with this answer to silence, and `others` count beside it.
fn alarmed(alarm: &'static str, data: &'static str, others: Option<usize>) -> Draft {
    let counted = others.map(|others| (others, Some(1)));
    let primary = Beside { alarm: Some((alarm, data)), sentinel: false, counted };
    Draft { beside: [primary, Beside::default()], ..Draft::example() }
}

#[test]
fn another_alarm_is_another_check_and_another_answer_to_silence_is_not() {
    let silent = alarmed("errors", "last-known", None);
    assert_snapshot!(from(&Draft::example(), &silent), @"
    replace healthcheck data.example.com (primary): was `https://data-example-com-one-us-east-1.s3.us-east-1.amazonaws.com:443/health.txt every 10 s`, which cannot be changed without a gap: a new check takes over first
    update record data.example.com (primary): its health check is another
    0 to create, 1 to update, 1 to replace, 0 to delete; at least 7 calls
    ");
    assert_snapshot!(from(&silent, &alarmed("errors", "healthy", None)), @"
    update healthcheck data.example.com (primary): its status without data is last-known, not healthy
    0 to create, 1 to update, 0 to replace, 0 to delete; at least 1 calls
    ");
    assert_snapshot!(from(&silent, &alarmed("latency", "last-known", None)), @r#"
    replace healthcheck data.example.com (primary): was `alarm "errors of primary" in us-east-1`, which cannot be changed without a gap: a new check takes over first
    update record data.example.com (primary): its health check is another
    0 to create, 1 to update, 1 to replace, 0 to delete; at least 7 calls
    "#);
}

#[test]
fn the_checks_of_others_are_counted_by_their_ids() {
    let [one, two] = [1, 2].map(|others| alarmed("errors", "healthy", Some(others)));
    assert_snapshot!(from(&alarmed("errors", "healthy", None), &one), @"
    create healthcheck data.example.com (combined): there is none yet
    update record data.example.com (primary): its health check is another
    1 to create, 1 to update, 0 to replace, 0 to delete; at least 6 calls
    ");
    assert_snapshot!(from(&one, &two), @r#"
    replace healthcheck data.example.com (combined): was `made of alarm "errors of primary" in us-east-1 and theirs-1`, which cannot be changed without a gap: a new check takes over first
    update record data.example.com (primary): its health check is another
    0 to create, 1 to update, 1 to replace, 0 to delete; at least 7 calls
    "#);
}
