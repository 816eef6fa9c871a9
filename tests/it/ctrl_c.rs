//! Ctrl-C in the middle of a change.
//!
//! Holds the sentence: "Ctrl-C in the middle of apply: the call in flight ends, what was done is told, the next
//! run goes on."
//!
//! The proxy holds the N-th call; the signal comes; the call is let go. N grows from 1 until the command ends
//! before its N-th call.

use std::time::Duration;

use crate::support::{Action, Call, Flow, Program, Proxy, Running, TestLab, eventually, every_number, held};

/// Labs at a time.
const SIDE_BY_SIDE: usize = 6;
/// Of the labs and of the programs.
const SPEED: f64 = 20.0;
/// What the program says when it has heard a request to end while it changes something.
const HEARD: &str = "stopping when the call in flight has been answered; once more ends at once\n";

/// The program, in the lab's time.
fn program(lab: &TestLab) -> Program {
    lab.program().with("S3_FAILOVER_LAB_SPEED", SPEED.to_string())
}

/// A proxy that holds this call.
async fn holding(lab: &TestLab, number: usize) -> Proxy {
    let rule = move |call: &Call| if call.number == number { Action::Hold } else { Action::Forward };
    Proxy::with(lab, rule).await
}

/// Starts the command, in our own time, so that a call can be held for some seconds, and waits until its call is
/// held; nothing when it ends before.
async fn held_at(proxy: &mut Proxy, program: &Program, flow: Flow) -> Option<(Running, Call)> {
    let program = program.clone().with("AWS_ENDPOINT_URL_ROUTE_53", proxy.url());
    let mut child = program.start(flow.command());
    let call = tokio::select! {
        call = proxy.reached() => Some(call),
        () = child.exited() => None,
    };
    call.map(|call| (child, call))
}

/// Sends the signal while the call is held. False when there are fewer calls.
async fn interrupted(flow: Flow, signal: &'static str, number: usize) -> bool {
    let lab = TestLab::start(Flow::options(SPEED)).await;
    let before = flow.prepare(&lab).await;
    let mut proxy = holding(&lab, number).await;
    let when = format!("{flow:?}, SIG{signal} at call {number}");
    let Some((mut child, call)) = held_at(&mut proxy, &lab.program(), flow).await else {
        return false;
    };
    let when = format!("{when} ({} {})", call.method, call.path);
    child.signal(signal).await;
    let looking = !proxy.calls().iter().any(is_change);
    if !looking {
        // It has heard before the call is let go.
        child.said(HEARD).await;
        proxy.release();
    }
    let ran = child.ended().await;
    assert_eq!(ran.code, Some(130), "{when}: {ran}");
    // The call in flight was the last that changed anything; but a health check that was created gets its
    // tags. Looks are taken side by side with it, and may have been in flight too.
    let after: Vec<Call> = proxy.calls().split_off(number).into_iter().filter(is_change).collect();
    let tags = is_creation(&call).then_some("/tags/healthcheck/");
    let expected = |call: &Call| tags.is_some_and(|tags| call.path.starts_with(tags));
    assert!(after.len() <= usize::from(tags.is_some()) && after.iter().all(expected), "{when}: {after:#?}");
    if looking {
        assert!(ran.stderr.ends_with("interrupted: nothing had been changed yet\n"), "{when}: {ran}");
        assert_eq!(held(&lab.route53()).await, before, "{when}");
    } else {
        told_what_was_done(&proxy, &ran.stderr, &when);
    }
    let again = program(&lab).run(flow.again().command()).await;
    assert_eq!(again.code, Some(0), "{when}; then: {again}");
    flow.settled(&lab, &before, &format!("{when}; then: {again}")).await;
    lab.stop().await;
    true
}

/// Everything that was changed was told, each in its line.
fn told_what_was_done(proxy: &Proxy, told: &str, when: &str) {
    let calls = proxy.mutating();
    let count = |wanted: &dyn Fn(&&Call) -> bool| calls.iter().filter(wanted).count();
    let lines = |start: &str| told.lines().filter(|line| line.starts_with(start)).count();
    let when = format!("{when}:\n{told}");
    assert_eq!(lines("created the "), count(&|call| is_creation(call)), "{when}");
    assert_eq!(lines("deleted the "), count(&|call| call.method == "DELETE"), "{when}");
    assert_eq!(lines("sent the records"), count(&|call| call.path.ends_with("/rrset")), "{when}");
    assert_eq!(lines("interrupted: stopped as asked, with "), 1, "{when}");
    assert!(told.ends_with("hint: Run the same command again: it goes on from what is there.\n"), "{when}");
}

fn is_creation(call: &Call) -> bool {
    call.method == "POST" && call.path == "/healthcheck"
}

fn is_change(call: &Call) -> bool {
    call.method != "GET" && call.path != "/tags/healthcheck"
}

async fn every_call(flow: Flow, signal: &'static str) {
    let calls = every_number(SIDE_BY_SIDE, move |number| interrupted(flow, signal, number)).await;
    assert!(calls >= flow.least_calls(), "{flow:?} was interrupted at {calls} calls only");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn apply_interrupted_at_each_call() {
    every_call(Flow::Apply, "INT").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn apply_that_replaces_interrupted_at_each_call() {
    every_call(Flow::Replace, "TERM").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn destroy_interrupted_at_each_call() {
    every_call(Flow::Destroy, "INT").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn destroy_of_orphans_interrupted_at_each_call() {
    every_call(Flow::Orphans, "TERM").await;
}

/// The call in flight is never answered, and nobody wants to wait.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_ctrl_c_ends_at_once() {
    let lab = TestLab::start(Flow::options(SPEED)).await;
    let before = Flow::Apply.prepare(&lab).await;
    let created = |call: &Call| if is_creation(call) { Action::Hold } else { Action::Forward };
    let mut proxy = Proxy::with(&lab, created).await;
    let (mut child, _) = held_at(&mut proxy, &lab.program(), Flow::Apply).await.expect("it creates one");
    child.signal("INT").await;
    child.said(HEARD).await;
    child.signal("INT").await;
    let ran = child.ended().await;
    assert_eq!(ran.code, Some(130), "{ran}");
    let told = "interrupted: ended at once; whether the call in flight was carried out is not known\n\
                hint: Run the same command again: it goes on from what is there.\n";
    assert!(ran.stderr.ends_with(told), "{ran}");
    proxy.release();
    let look = async || match held(&lab.route53()).await.checks.len() {
        1 | 2 => Ok(()),
        other => Err(other),
    };
    eventually("nothing else was done", Duration::from_secs(5), look).await;
    let again = program(&lab).run(Flow::Apply.command()).await;
    assert_eq!(again.code, Some(0), "{again}");
    Flow::Apply.settled(&lab, &before, "then").await;
    lab.stop().await;
}
