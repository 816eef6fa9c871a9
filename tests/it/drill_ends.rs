//! How drills end before their time: each way restores first.

use crate::{
    drill::{SHORT, lab, program},
    support::{Running, Standing, TestLab, left_as_it_was},
};

/// What is said when it is broken.
const BROKEN: &str = "the primary was broken";

/// A drill that has just broken the primary, and holds it long.
async fn broken(lab: &TestLab) -> Running {
    let mut child = program(lab).start(&[&SHORT[..4], &["--hold", "10m"]].concat());
    child.said(BROKEN).await;
    child
}

/// It ends with 130, and all is as it was.
async fn restored(lab: &TestLab, before: &Standing, child: Running) -> String {
    let ran = child.ended().await;
    assert_eq!(ran.code, Some(130), "{ran}");
    left_as_it_was(lab, before, &ran).await;
    let journal = program(lab).run(&["recover", "--dry-run"]).await;
    assert_eq!(journal.code, Some(0), "nothing is left to recover: {journal}");
    ran.stderr
}

async fn ended_by(signal: &str) {
    let (lab, before) = lab().await;
    let child = broken(&lab).await;
    child.signal(signal).await;
    let told = restored(&lab, &before, child).await;
    assert!(told.contains("interrupted: everything that had been broken was restored"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c() {
    ended_by("INT").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigterm() {
    ended_by("TERM").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_that_is_closed() {
    ended_by("HUP").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_reads_any_more() {
    let (lab, before) = lab().await;
    let mut child = broken(&lab).await;
    child.stop_listening();
    restored(&lab, &before, child).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_it_is_broken_nothing_had_been() {
    let (lab, before) = lab().await;
    let mut child = program(&lab).start(&["drill", "--yes", "--baseline", "10m"]);
    child.said("writing down what undoes it").await;
    child.signal("INT").await;
    let told = restored(&lab, &before, child).await;
    assert!(told.contains("nothing had been broken yet"), "{told}");
}

/// The time that it may take is over while it holds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_limit() {
    let (lab, before) = lab().await;
    let ran = program(&lab).run(&[&SHORT[..4], &["--hold", "1h", "--max-duration", "90s"]].concat()).await;
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.stderr.contains("as long as --max-duration allows: restoring now"), "{ran}");
    left_as_it_was(&lab, &before, &ran).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secondary_that_dies() {
    let (lab, before) = lab().await;
    let child = broken(&lab).await;
    let region = "eu-west-1".parse().expect("a region");
    lab.lab.set_fault(&region, s3_failover::lab::Fault::Refuse).expect("a fault");
    let mut child = child;
    child.said("the secondary does not serve any more: restoring now").await;
    lab.lab.set_fault(&region, s3_failover::lab::Fault::None).expect("a fault");
    let ran = child.ended().await;
    assert_eq!(ran.code, Some(1), "{ran}");
    left_as_it_was(&lab, &before, &ran).await;
}
