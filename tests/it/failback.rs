//! `failback`: back to a primary that can serve and has what was written meanwhile, and not before.

use s3_failover::lab::Fault;
use serde_json::{Value, json};

use super::{
    failover::{SECONDARY, SWITCH, break_region, guards, left_to_measure, pause, program, put, thrown},
    support::{ENDPOINTS, NAME, TestLab, answered, instant},
};

/// A lab whose switch is thrown, and whose name answers the secondary.
async fn switched() -> TestLab {
    let lab = TestLab::answering(instant()).await;
    put(&lab, "drill\n").await;
    answered(&lab, NAME, ENDPOINTS[1]).await;
    lab
}

#[tokio::test(flavor = "multi_thread")]
async fn it_switches_back_and_is_done_when_run_again() {
    let lab = switched().await;
    lab.lab.forget_calls();
    let ran = program(&lab).run(&["failback", "--yes", "-o", "json"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let document = ran.json();
    let one = &document["failovers"][0];
    assert_eq!((&document["direction"], &one["outcome"]), (&json!("failback"), &json!("switched")), "{ran}");
    assert_eq!((&one["found"]["text"], &one["lag"]["basis"]), (&json!("drill"), &json!("measured")), "{ran}");
    assert!(one["phases"]["detect_publish"].as_f64().is_some_and(|took| took > 0.0), "{ran}");
    let names: Vec<String> = guards(&document).into_iter().map(|(id, ..)| id).collect();
    assert_eq!(names, ["switch.declared", "primary.healthy", "primary.current", "name.answered"], "{ran}");
    assert_eq!((thrown(&lab).await, left_to_measure(&lab).await), (None, 0), "{ran}");
    let others: Vec<_> = lab.lab.calls().into_iter().filter(|call| call.service != "s3").collect();
    assert_eq!(others, [], "{ran}");

    let again = program(&lab).run(&["failback", "--yes"]).await;
    assert_eq!(again.code, Some(0), "{again}");
    assert!(again.stderr.contains("the switch is not thrown"), "{again}");
}

/// A primary that does not serve is not gone back to; but by force, which says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_primary_is_not_gone_back_to() {
    let lab = switched().await;
    break_region(&lab, "us-east-1", Fault::Http503);
    let ran = program(&lab).run(&["failback", "--yes", "--drain-timeout", "5s"]).await;
    assert_eq!(ran.code, Some(4), "{ran}");
    assert!(ran.stderr.contains(&format!("because: {NAME}: primary.healthy: ")), "{ran}");
    assert!(ran.stderr.contains("status 503"), "{ran}");
    assert!(thrown(&lab).await.is_some(), "{ran}");
    let forced = program(&lab).run(&["failback", "--yes", "--force", "--timeout", "3s"]).await;
    assert!(forced.stderr.contains("  overridden by --force: primary.healthy: "), "{forced}");
    assert_eq!((forced.code, thrown(&lab).await), (Some(1), None), "the primary is down: {forced}");
}

/// What was written on the secondary is waited for, and the wait has an end.
#[tokio::test(flavor = "multi_thread")]
async fn it_waits_until_replication_has_drained() {
    let lab = switched().await;
    pause(&lab, "eu-west-1", "us-east-1", true);
    let body = aws_sdk_s3::primitives::ByteStream::from_static(b"an order");
    let put = lab.s3("eu-west-1").put_object().bucket(SECONDARY).key("data/order-1").body(body);
    put.send().await.expect("an object");
    let ran = program(&lab).run(&["failback", "--yes", "--drain-timeout", "10s", "-o", "json"]).await;
    assert_eq!(ran.code, Some(4), "{ran}");
    let current = guards(&ran.json()).into_iter().find(|(id, ..)| id == "primary.current");
    assert_eq!(current.map(|(_, ok, _)| ok), Some(json!(false)), "{ran}");
    assert!(ran.stderr.contains("data/order-1"), "{ran}");
    assert!(ran.stderr.contains("`--drain-timeout TIME` waits longer"), "{ran}");
    assert!(thrown(&lab).await.is_some(), "{ran}");

    // It goes on by itself when the order has arrived.
    let mut running = program(&lab).start(&["failback", "--yes", "-o", "json"]);
    running.said("waiting until the primary has what was written meanwhile").await;
    pause(&lab, "eu-west-1", "us-east-1", false);
    let ran = running.ended().await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let order = lab.s3("us-east-1").head_object().bucket("my-app-data-us-east-1").key("data/order-1");
    order.send().await.expect("it is on the primary");
    assert_eq!(thrown(&lab).await, None);
}

/// What somebody throws anew while this one waits is theirs.
#[tokio::test(flavor = "multi_thread")]
async fn a_switch_that_was_thrown_anew_is_left_alone() {
    let lab = switched().await;
    pause(&lab, "eu-west-1", "us-east-1", true);
    let mut running = program(&lab).start(&["failback", "--yes"]);
    running.said("waiting until the primary has what was written meanwhile").await;
    // It has looked at the switch before it began to wait.
    put(&lab, "once more\n").await;
    pause(&lab, "eu-west-1", "us-east-1", false);
    let ran = running.ended().await;
    assert_eq!(ran.code, Some(4), "{ran}");
    assert!(ran.stderr.contains("meanwhile the switch was thrown anew"), "{ran}");
    assert_eq!(thrown(&lab).await, Some(Value::from("once more\n")), "{ran}");
}

/// A sentence for each thing that is not there: no object was ever thrown, and the name answers the secondary because
/// the primary is down.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_there_to_take_back() {
    let lab = TestLab::answering(instant()).await;
    break_region(&lab, "us-east-1", Fault::Http503);
    answered(&lab, NAME, ENDPOINTS[1]).await;
    let ran = program(&lab).run(&["failback", "--yes", "--timeout", "3s"]).await;
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.stderr.contains("the switch is not thrown"), "{ran}");
    let keys = lab.s3("eu-west-1").list_objects_v2().bucket(SECONDARY).prefix(SWITCH).send().await;
    assert_eq!(keys.expect("a list").key_count(), Some(0));
}
