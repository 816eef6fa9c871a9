//! `kill -9` at each single API call, then the same command again.
//!
//! Holds the issue's sentence: "kill -9 of `apply` and `destroy` after each single API call (a test does
//! this for every N), then the same command again: converges, no orphan, no duplicate."
//!
//! The program talks to Route 53 through a proxy. Its N-th call is carried out but its answer withheld
//! ("after"), or not even carried out ("before"), and the program is killed there. N grows from 1 until
//! the program ends by itself before its N-th call, so that no call is left out, however many there are.
//! Each N has a lab of its own; they run side by side, since a run mostly waits for checkers and INSYNC.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use s3_failover::lab::Options;
use tokio::task::JoinSet;

use crate::support::{Action, Call, Held, NAME, Proxy, RECORDS, ROLES, TestLab, held, quick};

/// Labs at a time.
const SIDE_BY_SIDE: usize = 10;

/// What is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task {
    /// The first apply.
    Apply,
    /// An apply that has to replace health checks: a `RequestInterval` cannot be changed in place.
    Replace,
    /// The removal of all that.
    Destroy,
}

impl Task {
    fn command(self) -> [&'static str; 2] {
        [if self == Task::Destroy { "destroy" } else { "apply" }, "--yes"]
    }

    /// Brings a fresh lab to where the command is to be killed.
    async fn prepare(self, lab: &TestLab) {
        // Checkers of the fewest regions, since there are many labs at once.
        lab.edit_spec(
            "interval = 10",
            "interval = 10\nregions = [\"us-east-1\", \"eu-west-1\", \"ap-southeast-1\"]",
        );
        if self == Task::Apply {
            return;
        }
        let ran = lab.program().run(&["apply", "--yes", "--allow-unhealthy"]).await;
        assert_eq!(ran.code, Some(0), "{ran}");
        if self == Task::Replace {
            lab.edit_spec("interval = 10", "interval = 30");
        }
    }

    /// What there must be when the command has ended well.
    fn settled(self, held: &Held, when: &str) {
        if self == Task::Destroy {
            assert_eq!(held.described(NAME), [""; 0], "{when}");
            assert_eq!(held.checks, [], "{when}");
            return;
        }
        // No orphan and no duplicate: one check a role, each with all its tags.
        assert_eq!(held.roles(), ROLES, "{when}");
        for (check, tags) in &held.checks {
            let tags: Vec<&str> = tags.keys().map(String::as_str).collect();
            let expected =
                ["failover", "hosted-zone", "role", "spec"].map(|key| format!("s3-failover:{key}"));
            assert_eq!(tags, [&["Name".to_owned()][..], &expected].concat(), "{when}: {check:?}");
        }
        // A caller reference is `s3-failover:OWNER:CONTENT:GENERATION`.
        let owner = |reference: &str| reference.split(':').nth(1).map(str::to_owned);
        let owners: BTreeSet<_> =
            held.checks.iter().map(|(check, _)| owner(check.caller_reference())).collect();
        assert_eq!(owners.len(), 4, "{when}: {owners:?}");
        assert_eq!(held.described(NAME), RECORDS, "{when}");
        let interval = if self == Task::Replace { 30 } else { 10 };
        for role in ["primary", "secondary", "switch"] {
            let config = held.check(role).health_check_config().expect("settings");
            assert_eq!(config.request_interval(), Some(interval), "{when}: {role}");
        }
    }
}

/// Fast enough that checkers have looked by the time that the program, which lives in our own time,
/// asks for the second time (2 s), and slow enough for many labs at once.
fn options(task: Task) -> Options {
    let speed = if task == Task::Replace { 20.0 } else { 10.0 };
    Options { speed, insync_delay: Duration::from_secs(4), ..quick() }
}

/// Kills the command at its `number`-th call and runs it again. False when it has fewer calls.
async fn killed_and_run_again(task: Task, action: &Action, number: usize) -> bool {
    let lab = TestLab::start(options(task)).await;
    task.prepare(&lab).await;
    let before = held(&lab.route53()).await;
    let action = action.clone();
    let when = format!("{task:?}, {action:?} at call {number}");
    let rule = move |call: &Call| if call.number == number { action.clone() } else { Action::Forward };
    let mut proxy = Proxy::with(&lab, rule).await;
    let mut child = lab.program().with("AWS_ENDPOINT_URL_ROUTE_53", proxy.url()).start(&task.command());
    let reached = tokio::select! {
        call = proxy.reached() => Some(call),
        () = child.exited() => None,
    };
    let when = if let Some(call) = &reached {
        let killed = child.kill().await;
        assert_eq!(killed.code, None, "{when}: {killed}");
        let again = lab.program().run(&task.command()).await;
        let when = format!("{when} ({} {}); then: {again}", call.method, call.path);
        assert_eq!(again.code, Some(0), "{when}");
        when
    } else {
        let ran = child.ended().await;
        assert_eq!(ran.code, Some(0), "{when}, which never came: {ran}");
        format!("{when}, which never came: {ran}")
    };
    let held = held(&lab.route53()).await;
    task.settled(&held, &when);
    assert_eq!(held.records_beside(NAME), before.records_beside(NAME), "records of others; {when}");
    if task != Task::Destroy {
        let check = lab.program().run(&["plan", "--check"]).await;
        assert_eq!(check.code, Some(0), "{when}; then: {check}");
    }
    lab.stop().await;
    reached.is_some()
}

/// Every N, from 1 to the first that is never reached; at least `least`, so that a program which does
/// its work unseen by the proxy cannot pass.
async fn every_call(task: Task, action: Action, least: usize) {
    let (next, end) = (Arc::new(AtomicUsize::new(1)), Arc::new(AtomicUsize::new(usize::MAX)));
    let mut workers = JoinSet::new();
    for _ in 0..SIDE_BY_SIDE {
        let (next, end, action) = (Arc::clone(&next), Arc::clone(&end), action.clone());
        workers.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number > end.load(Ordering::Relaxed) {
                    return;
                }
                if !killed_and_run_again(task, &action, number).await {
                    end.fetch_min(number, Ordering::Relaxed);
                }
            }
        });
    }
    while let Some(worker) = workers.join_next().await {
        worker.expect("every case holds");
    }
    let calls = end.load(Ordering::Relaxed) - 1;
    assert!(calls >= least, "{task:?} was killed at {calls} calls only");
}

/// Four creations, four taggings, the records, and what has to be read before and waited for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn apply_killed_after_each_call() {
    every_call(Task::Apply, Action::WithholdAnswer, 16).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn apply_killed_before_each_call() {
    every_call(Task::Apply, Action::Swallow, 16).await;
}

/// Three creations and taggings, the update of the calculated check, the records, three deletions.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn apply_that_replaces_killed_after_each_call() {
    every_call(Task::Replace, Action::WithholdAnswer, 16).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn apply_that_replaces_killed_before_each_call() {
    every_call(Task::Replace, Action::Swallow, 16).await;
}

/// The records, and four deletions.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn destroy_killed_after_each_call() {
    every_call(Task::Destroy, Action::WithholdAnswer, 10).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn destroy_killed_before_each_call() {
    every_call(Task::Destroy, Action::Swallow, 10).await;
}

/// The worst moment: the first health check exists, nobody has its id, and it carries no tag; and before
/// the command runs again, the spec asks for another one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_untagged_check_of_a_killed_apply_is_found_when_the_spec_has_changed() {
    let lab = TestLab::start(options(Task::Replace)).await;
    let created = |call: &Call| call.method == "POST" && call.path == "/healthcheck";
    let rule = move |call: &Call| if created(call) { Action::WithholdAnswer } else { Action::Forward };
    let mut proxy = Proxy::with(&lab, rule).await;
    let child = lab.program().with("AWS_ENDPOINT_URL_ROUTE_53", proxy.url()).start(&Task::Apply.command());
    proxy.reached().await;
    let killed = child.kill().await;
    assert_eq!(killed.code, None, "{killed}");
    let left = held(&lab.route53()).await;
    assert_eq!(left.roles(), ["no role"], "one check, without tags");
    lab.edit_spec("interval = 10", "interval = 30");
    let again = lab.program().run(&Task::Apply.command()).await;
    assert_eq!(again.code, Some(0), "{again}");
    Task::Replace.settled(&held(&lab.route53()).await, "then");
    let check = lab.program().run(&["plan", "--check"]).await;
    assert_eq!(check.code, Some(0), "{check}");
}
