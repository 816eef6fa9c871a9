//! `kill -9` in each phase of a drill, and at each call by which it changes something; then `recover`.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use futures_util::{StreamExt, stream};

use crate::{
    drill::{SHORT, lab, program},
    support::{Action, Call, Proxy, left_as_it_was},
};

/// Labs at a time.
const SIDE_BY_SIDE: usize = 4;

/// Kills it when it says this, and recovers.
async fn killed_when_it_says(fault: &str, text: &str) {
    let (lab, before) = lab().await;
    let mut child = program(&lab).start(&[&SHORT[..], &["--fault", fault]].concat());
    child.said(text).await;
    let killed = child.kill().await;
    let recovered = program(&lab).run(&["recover", "--yes"]).await;
    let context = format!("{fault}, killed when it said `{text}`: {killed}\nthen: {recovered}");
    assert_eq!(recovered.code, Some(0), "{context}");
    left_as_it_was(&lab, &before, &context).await;
}

/// What is said when a phase begins, or is under way.
const PHASES: [&str; 6] = [
    "writing down what undoes it",
    "the primary was broken",
    "clients are on the secondary",
    "mending",
    "looking whether all is as it was",
    "taking away what helped",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_each_phase() {
    for text in PHASES {
        killed_when_it_says("invert", text).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_killed_while_it_is_broken() {
    for fault in ["block-public", "block-sentinel", "switch", "http-503"] {
        killed_when_it_says(fault, "the primary was broken").await;
    }
}

/// Whether a call changes what is not a heartbeat.
fn counts(call: &Call) -> bool {
    let reads = call.method == "GET" || call.method == "HEAD" || call.path == "/tags/healthcheck";
    !reads && !call.path.contains("/heartbeat/")
}

/// Does this with the `number`-th call that counts, of all that are seen by whoever shares the counter.
fn at(
    seen: &Arc<AtomicUsize>,
    action: &Action,
    number: usize,
) -> impl FnMut(&Call) -> Action + Send + 'static + use<> {
    let (seen, action) = (Arc::clone(seen), action.clone());
    move |call: &Call| {
        let hit = counts(call) && seen.fetch_add(1, Ordering::Relaxed) + 1 == number;
        if hit { action.clone() } else { Action::Forward }
    }
}

/// Kills it at the `number`-th call that changes something, before or after it is carried out. False when there
/// are fewer.
async fn killed_at(fault: &'static str, action: Action, number: usize) -> bool {
    let (lab, before) = lab().await;
    let seen = Arc::new(AtomicUsize::new(0));
    let mut route53 = Proxy::with(&lab, at(&seen, &action, number)).await;
    let mut s3 = Proxy::before(&lab.lab.ready().s3_endpoint, at(&seen, &action, number), str::to_owned).await;
    let behind =
        program(&lab).with("AWS_ENDPOINT_URL_ROUTE_53", route53.url()).with("AWS_ENDPOINT_URL_S3", s3.url());
    let mut child = behind.start(&[&SHORT[..], &["-o", "json", "--fault", fault]].concat());
    let reached = tokio::select! {
        call = route53.reached() => Some(call),
        call = s3.reached() => Some(call),
        () = child.exited() => None,
    };
    let Some(call) = reached else { return false };
    let killed = child.kill().await;
    let recovered = program(&lab).run(&["recover", "--yes"]).await;
    let context = format!(
        "{fault}, {action:?} at call {number} ({} {}): {killed}\nthen: {recovered}",
        call.method, call.path
    );
    assert_eq!(recovered.code, Some(0), "{context}");
    left_as_it_was(&lab, &before, &context).await;
    lab.stop().await;
    true
}

async fn at_every_call(fault: &'static str, least: usize) {
    for action in [Action::WithholdAnswer, Action::Swallow] {
        // Side by side in one task: what waits for a lab's answers need not be sent to another thread.
        let cases = stream::iter(1_usize..).map(|number| killed_at(fault, action.clone(), number));
        let mut cases = std::pin::pin!(cases.buffered(SIDE_BY_SIDE));
        let mut calls = 0;
        while cases.next().await == Some(true) {
            calls += 1;
        }
        assert!(calls >= least, "{fault} was killed at {calls} calls only ({action:?})");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invert_killed_at_every_call() {
    at_every_call("invert", 6).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn block_sentinel_killed_at_every_call() {
    at_every_call("block-sentinel", 4).await;
}
