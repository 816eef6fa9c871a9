//! How quick a failover is wanted to be: a wish that is held against the settings, and changes nothing.

use serde_json::{Value, json};

use super::support::{TestLab, instant};

/// What `verify` says of the one failover, and of its target.
async fn verified(lab: &TestLab) -> (Value, Value) {
    let ran = lab.program().run(&["verify", "--output", "json"]).await;
    let failover = ran.json()["failovers"][0].clone();
    let checks = failover["checks"].as_array().expect("findings");
    let target = checks.iter().find(|check| check["id"] == "target.attainable").cloned();
    (failover, target.unwrap_or_default())
}

/// With `target_seconds` the same plan is empty; the lab's settings take 119 s at worst.
#[tokio::test]
async fn a_target_is_judged_and_changes_nothing() {
    let lab = TestLab::start(instant()).await;
    let ran = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let (failover, target) = verified(&lab).await;
    assert_eq!((&failover["target_seconds"], target), (&Value::Null, Value::Null));
    let worst = failover["expected_recovery_seconds"]["worst"].as_f64().expect("it is told without a target");

    let mut before = "ttl = 60".to_owned();
    for (wanted, attainable) in [(worst, true), (worst - 1.0, false), (30.0, false)] {
        let wanted = wanted.round();
        let line = format!("ttl = 60\ntarget_seconds = {wanted}");
        lab.edit_spec(&before, &line);
        before = line;
        lab.lab.forget_calls();
        let ran = lab.program().run(&["plan", "--check"]).await;
        assert_eq!(ran.code, Some(0), "a plan with a target of {wanted} s is not empty:\n{ran}");
        let (failover, target) = verified(&lab).await;
        assert_eq!(failover["target_seconds"].as_f64(), Some(wanted));
        assert_eq!(target["ok"], json!(attainable), "{target}");
        assert_eq!(target["advice"].is_null(), attainable, "{target}");
        assert_eq!(failover["ok"], true, "what is too slow harms nobody now: {failover}");
        assert_eq!(failover["expected_recovery_seconds"]["worst"].as_f64(), Some(worst));
    }
    let changes: Vec<_> = lab.lab.calls().into_iter().map(|call| call.operation).collect();
    for changing in ["Create", "Update", "Change", "Delete", "Put"] {
        assert!(changes.iter().all(|operation| !operation.starts_with(changing)), "{changes:?}");
    }
    lab.stop().await;
}
