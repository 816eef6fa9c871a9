//! `drill`, each fault in a lab, as a program that reads its document and looks at the lab itself.

use serde_json::Value;

use crate::support::{Program, Ran, Standing, TestLab, quick, standing};

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
    let before = standing(&lab).await;
    (lab, before)
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
    assert_eq!(standing(&lab).await, before, "something is left: {ran}");
    (lab, document)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http_503() {
    let (lab, document) = whole("http-503").await;
    lab.stop().await;
    drop(document);
}
