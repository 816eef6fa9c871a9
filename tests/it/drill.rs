//! `drill`, each fault in a lab, as a program that reads its document and looks at the lab itself.

use std::time::Duration;

use serde_json::Value;

use crate::support::{Program, Ran, Standing, TestLab, eventually, left_as_it_was, quick, standing};

use s3_failover::{
    lab::Options,
    model::{FailureThreshold, Ttl},
};

/// Of the labs and of the programs.
pub(crate) const SPEED: f64 = 20.0;
/// A drill as short as it may be.
pub(crate) const SHORT: [&str; 6] = ["drill", "--yes", "--baseline", "2s", "--hold", "2s"];

/// One look of each checker suffices, and no answer is kept for long.
pub(crate) fn options() -> Options {
    Options {
        speed: SPEED,
        failure_threshold: FailureThreshold::new(1).expect("1 is between 1 and 10"),
        ttl: Ttl::from_seconds(10).expect("10 is a TTL"),
        ..quick()
    }
}

/// The program, in the lab's time.
pub(crate) fn program(lab: &TestLab) -> Program {
    lab.program().with("S3_FAILOVER_LAB_SPEED", SPEED.to_string())
}

/// A lab whose failover answers, and all that may be broken in it.
pub(crate) async fn lab() -> (TestLab, Standing) {
    let lab = TestLab::answering(options()).await;
    replicated(&lab).await;
    let before = standing(&lab).await;
    (lab, before)
}

/// What lies in the primary's bucket from the beginning is on the other side too.
pub(crate) async fn replicated(lab: &TestLab) {
    let (s3, limit) = (lab.s3("eu-west-1"), Duration::from_secs(20));
    eventually("the first object has been replicated", limit, async || {
        let found = s3.head_object().bucket("my-app-data-eu-west-1").key("data/hello.txt").send().await;
        found.map(drop).map_err(|error| error.to_string())
    })
    .await;
}

async fn drill(lab: &TestLab, options: &[&str]) -> Ran {
    program(lab).run(&[&SHORT[..], &["-o", "json"], options].concat()).await
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// A drill with this fault: it recovers, it comes back, and nothing is left of it.
async fn whole(fault: &str) -> (TestLab, Value) {
    let (lab, before) = lab().await;
    let ran = drill(&lab, &["--fault", fault]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let document = ran.json();
    assert_eq!(document["schema"], "s3-failover/drill/v1");
    assert_eq!(document["fault"], fault);
    assert_eq!((&document["restored"], &document["ok"]), (&Value::Bool(true), &Value::Bool(true)), "{ran}");
    assert_eq!(document["outcome"], "no-target");
    assert_eq!(document["problems"], serde_json::json!([]));
    for seconds in ["recovery_seconds", "failback_seconds", "restored_at"] {
        assert!(number(&document[seconds]) > 0.0, "{seconds} of {document:#}");
    }
    assert!(number(&document["restored_at"]) >= number(&document["recovery_seconds"]) + 2.0, "it held");
    for action in document["actions"].as_array().expect("a list") {
        assert!(action["undone_at"].is_number(), "{action:#} was never undone");
    }
    left_as_it_was(&lab, &before, &ran).await;
    (lab, document)
}

/// When the lab's own verdict over the primary turned, after `from`.
fn verdict_turned(lab: &TestLab, healthy: bool, from: f64) -> f64 {
    let turns = lab.lab.health_turns();
    let turned = turns.values().flatten().filter(|turn| turn.healthy == healthy && turn.at_seconds > from);
    turned.map(|turn| turn.at_seconds).fold(f64::INFINITY, f64::min)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invert() {
    whole("invert").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn block_public() {
    whole("block-public").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn block_sentinel() {
    whole("block-sentinel").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn switch() {
    whole("switch").await;
}

/// The lab's own log says when the verdict turned; the document says the same, to the precision of looks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http_503_as_the_labs_log_has_it() {
    let (lab, document) = whole("http-503").await;
    let log = lab.lab.health_log();
    let faults = log.iter().filter(|event| format!("{}", event.kind).contains("503"));
    let first = faults.map(|event| event.at_seconds).fold(f64::INFINITY, f64::min);
    let turned = verdict_turned(&lab, false, first - 1.0);
    let detect = number(&document["phases"]["detect"]);
    // The fault came before the first look that saw it, by an interval at most.
    let (least, most) = (turned - first, turned - first + 11.0);
    assert!(
        detect >= least - 1.5 && detect <= most + 1.5,
        "detected after {detect} s, not {least} to {most}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refuse() {
    whole("refuse").await;
}

/// Detection takes longer than that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_its_target_it_ends_with_1_and_all_is_restored() {
    let (lab, before) = lab().await;
    let ran = drill(&lab, &["--fault", "http-503", "--target", "1s"]).await;
    assert_eq!(ran.code, Some(1), "{ran}");
    assert_eq!(ran.json()["outcome"], "over-target");
    assert_eq!(ran.json()["restored"], true);
    left_as_it_was(&lab, &before, &ran).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_in_a_row_have_percentiles_and_are_remembered() {
    let (lab, before) = lab().await;
    let report = lab.folder().join("report.json");
    let html = lab.folder().join("report.html");
    let names = [report.display().to_string(), html.display().to_string()];
    let ran = drill(&lab, &["--repeat", "2", "--report", &names[0], "--report", &names[1]]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let document = ran.json();
    assert_eq!(document["repetitions"]["count"], 2);
    assert_eq!(document["repetitions"]["ok"], 2);
    assert_eq!(document["repetitions"]["recovery"]["max"], document["recovery_seconds"]);
    let written: Value =
        serde_json::from_str(&std::fs::read_to_string(report).expect("a report")).expect("JSON");
    assert_eq!(written, document);
    assert!(std::fs::read_to_string(html).expect("a report").starts_with("<!"));
    let history = program(&lab).run(&["history", "-o", "json"]).await;
    assert_eq!(history.stdout.matches("\"drill\"").count(), 2, "{history}");
    left_as_it_was(&lab, &before, &ran).await;
}

/// Refused, and nothing changed; with the way out.
async fn refused(lab: &TestLab, options: &[&str], because: &str) {
    let before = standing(lab).await;
    let ran = drill(lab, options).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(4), ""), "{ran}");
    assert!(ran.stderr.contains(because), "`{because}` is not in {ran}");
    assert!(ran.stderr.contains("nothing was changed") || ran.stderr.contains("no fault"), "{ran}");
    left_as_it_was(lab, &before, &ran).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_applied_is_not_drilled() {
    let lab = TestLab::start(options()).await;
    replicated(&lab).await;
    refused(&lab, &["--fault", "block-public"], "plan: ").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secondary_that_does_not_serve_is_not_drilled() {
    let (lab, before) = lab().await;
    let region = "eu-west-1".parse().expect("a region");
    lab.lab.set_fault(&region, s3_failover::lab::Fault::BlockPublic).expect("a fault");
    let ran = drill(&lab, &[]).await;
    assert_eq!(ran.code, Some(4), "{ran}");
    assert!(ran.stderr.contains("secondary: ") && ran.stderr.contains("--force secondary"), "{ran}");
    lab.lab.set_fault(&region, s3_failover::lab::Fault::None).expect("a fault");
    left_as_it_was(&lab, &before, &ran).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_drills_what_somebody_drills() {
    let (lab, _) = lab().await;
    let mut other = program(&lab).with("S3_FAILOVER_STATE", "other").start(&SHORT);
    other.said("the primary was broken").await;
    let ran = drill(&lab, &[]).await;
    assert_eq!(ran.code, Some(4), "{ran}");
    assert!(ran.stderr.contains("is being drilled already"), "{ran}");
    let other = other.ended().await;
    assert_eq!(other.code, Some(0), "{other}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_to_ask_and_no_yes() {
    let (lab, before) = lab().await;
    let ran = program(&lab).run(&["drill"]).await;
    assert_eq!(ran.code, Some(4), "{ran}");
    assert!(ran.stderr.contains("Expected recovery (modelled)"), "it was announced: {ran}");
    left_as_it_was(&lab, &before, &ran).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_fault_of_that_name() {
    let (lab, _) = lab().await;
    refused(&lab, &["--fault", "earthquake"], "`earthquake` is no fault").await;
}
