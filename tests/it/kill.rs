//! `kill -9` at each single API call, then the same command again.
//!
//! Holds the sentence: "kills the process after every N-th call … for apply, a changing apply, destroy and
//! adopt; every case converges on the next run with no orphan, no duplicate, no foreign record changed".
//!
//! The program talks to Route 53 through a proxy. Its N-th call is carried out but its answer withheld
//! ("after"), or not even carried out ("before"), and the program is killed there. N grows from 1 until
//! the program ends by itself before its N-th call, so that no call is left out, however many there are.
//! Each N has a lab of its own; they run side by side, since a run mostly waits for checkers and INSYNC.

use crate::support::{Action, Call, Flow, Program, Proxy, TestLab, every_number, held};

/// Labs at a time.
const SIDE_BY_SIDE: usize = 6;
/// Of the labs and of the programs.
const SPEED: f64 = 20.0;

/// The program, in the lab's time.
fn program(lab: &TestLab) -> Program {
    lab.program().with("S3_FAILOVER_LAB_SPEED", SPEED.to_string())
}

/// Kills the command at its `number`-th call and runs it again. False when it has fewer calls.
async fn killed_and_run_again(flow: Flow, action: Action, number: usize) -> bool {
    let lab = TestLab::start(Flow::options(SPEED)).await;
    let before = flow.prepare(&lab).await;
    let when = format!("{flow:?}, {action:?} at call {number}");
    let rule = move |call: &Call| if call.number == number { action.clone() } else { Action::Forward };
    let mut proxy = Proxy::with(&lab, rule).await;
    let mut child = program(&lab).with("AWS_ENDPOINT_URL_ROUTE_53", proxy.url()).start(flow.command());
    let reached = tokio::select! {
        call = proxy.reached() => Some(call),
        () = child.exited() => None,
    };
    let when = if let Some(call) = &reached {
        let killed = child.kill().await;
        assert_eq!(killed.code, None, "{when}: {killed}");
        let again = program(&lab).run(flow.again().command()).await;
        let when = format!("{when} ({} {}); then: {again}", call.method, call.path);
        assert_eq!(again.code, Some(0), "{when}");
        when
    } else {
        let ran = child.ended().await;
        assert_eq!(ran.code, Some(0), "{when}, which never came: {ran}");
        format!("{when}, which never came: {ran}")
    };
    flow.settled(&lab, &before, &when).await;
    lab.stop().await;
    reached.is_some()
}

/// Every N, from 1 to the first that is never reached; at least so many that a program which does its work
/// unseen by the proxy cannot pass.
async fn every_call(flow: Flow) {
    for action in [Action::WithholdAnswer, Action::Swallow] {
        let each = action.clone();
        let calls =
            every_number(SIDE_BY_SIDE, move |number| killed_and_run_again(flow, each.clone(), number)).await;
        assert!(calls >= flow.least_calls(), "{flow:?} was killed at {calls} calls only ({action:?})");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn apply_killed_at_each_call() {
    every_call(Flow::Apply).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn apply_that_replaces_killed_at_each_call() {
    every_call(Flow::Replace).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn apply_that_changes_in_place_killed_at_each_call() {
    every_call(Flow::Update).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn apply_that_adopts_killed_at_each_call() {
    every_call(Flow::Adopt).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn apply_of_a_plan_file_killed_at_each_call() {
    every_call(Flow::PlanFile).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn destroy_killed_at_each_call() {
    every_call(Flow::Destroy).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn destroy_of_orphans_killed_at_each_call() {
    every_call(Flow::Orphans).await;
}

/// The worst moment: the first health check exists, nobody has its id, and it carries no tag; and before
/// the command runs again, the spec asks for another one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_untagged_check_of_a_killed_apply_is_found_when_the_spec_has_changed() {
    let lab = TestLab::start(Flow::options(SPEED)).await;
    let before = Flow::Apply.prepare(&lab).await;
    let created = |call: &Call| call.method == "POST" && call.path == "/healthcheck";
    let rule = move |call: &Call| if created(call) { Action::WithholdAnswer } else { Action::Forward };
    let mut proxy = Proxy::with(&lab, rule).await;
    let child = program(&lab).with("AWS_ENDPOINT_URL_ROUTE_53", proxy.url()).start(Flow::Apply.command());
    proxy.reached().await;
    let killed = child.kill().await;
    assert_eq!(killed.code, None, "{killed}");
    let left = held(&lab.route53()).await;
    assert_eq!(left.roles(), ["no role"; 2], "somebody else's check, and one of ours without tags");
    lab.edit_spec("contains = \"ok\"\n", "");
    let again = program(&lab).run(Flow::Apply.command()).await;
    assert_eq!(again.code, Some(0), "{again}");
    Flow::Replace.settled(&lab, &before, "then").await;
    lab.stop().await;
}
