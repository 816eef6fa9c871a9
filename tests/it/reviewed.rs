//! A plan that was reviewed is carried out as it was read, or not at all.

use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet, RrType};
use serde_json::Value;

use crate::support::{NAME, RECORDS, Ran, TestLab, held, quick};

async fn planned(lab: &TestLab) -> Value {
    let ran = lab.program().run(&["plan", "--out", "plan.json", "--output", "json"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(ran.stderr, "`s3-failover apply plan.json` carries out this plan, or nothing.\n");
    ran.json()
}

async fn applied(lab: &TestLab) -> Ran {
    lab.program().run(&["apply", "plan.json", "--yes", "--output", "json"]).await
}

/// The refusal, and that nothing was sent.
async fn refused(lab: &TestLab, code: i32) -> String {
    let before = held(&lab.route53()).await;
    let ran = applied(lab).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(code), ""), "{ran}");
    assert!(ran.stderr.contains("Nothing was sent."), "{ran}");
    assert_eq!(held(&lab.route53()).await, before);
    ran.stderr
}

#[tokio::test]
async fn what_was_reviewed_is_what_is_done() {
    let lab = TestLab::start(quick()).await;
    let plan = planned(&lab).await;
    let ran = applied(&lab).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(ran.json()["digest"], plan["digest"]);
    let held = held(&lab.route53()).await;
    assert_eq!(held.described(NAME), RECORDS);
    // Once more, it is not what would be done now.
    let told = refused(&lab, 4).await;
    assert!(told.contains("outdated-plan: records or health checks have changed"), "{told}");
    assert!(told.contains("not any more: create the record data.example.com (primary)"), "{told}");
    lab.stop().await;
}

#[tokio::test]
async fn a_zone_that_has_changed_since_is_refused_with_the_difference() {
    let lab = TestLab::start(quick()).await;
    let ran = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    lab.edit_spec("ttl = 60", "ttl = 30");
    planned(&lab).await;

    // Somebody else changes one of our pointers.
    let pointer = |ttl: i64| {
        let value = ResourceRecord::builder().value("my-app-data-us-east-1.s3.us-east-1.amazonaws.com");
        let name = "us-east-1.data.example.com";
        let set = ResourceRecordSet::builder().name(name).r#type(RrType::Cname).ttl(ttl);
        set.resource_records(value.build().expect("a value")).build().expect("a record set")
    };
    let change = Change::builder().action(ChangeAction::Upsert).resource_record_set(pointer(120));
    let batch = ChangeBatch::builder().changes(change.build().expect("a change")).build().expect("a batch");
    let client = lab.route53();
    let zone = held(&client).await.zone;
    let request = client.change_resource_record_sets().hosted_zone_id(zone).change_batch(batch);
    request.send().await.expect("the lab changes its zone");

    let told = refused(&lab, 4).await;
    assert!(told.contains("not any more: update the record us-east-1.data.example.com"), "{told}");
    assert!(
        told.contains(
            "but now: update the record us-east-1.data.example.com (primary-pointer): its TTL is 120 s"
        ),
        "{told}"
    );
    lab.stop().await;
}

#[tokio::test]
async fn a_plan_of_another_spec_is_refused() {
    let lab = TestLab::start(quick()).await;
    planned(&lab).await;
    lab.edit_spec("ttl = 60", "ttl = 30");
    let told = refused(&lab, 4).await;
    assert!(
        told.contains("outdated-plan: failover.toml is not the spec that the plan was made from"),
        "{told}"
    );
    lab.stop().await;
}

#[tokio::test]
async fn a_plan_that_was_edited_by_hand_is_refused() {
    let lab = TestLab::start(quick()).await;
    planned(&lab).await;
    let path = lab.folder().join("plan.json");
    let text = std::fs::read_to_string(&path).expect("a plan");
    let edited = text.replacen("my-app-data-eu-west-1.s3.", "my-app-data-eu-west-2.s3.", 1);
    assert_ne!(edited, text);
    std::fs::write(&path, edited).expect("a file");
    let told = refused(&lab, 2).await;
    assert!(told.contains("its seal is not that of its content"), "{told}");
    for (text, sentence) in
        [("", "it is no plan file"), ("{\"schema\":\"x\"}", "it is a file of the kind `x`")]
    {
        std::fs::write(&path, text).expect("a file");
        let told = refused(&lab, 2).await;
        assert!(told.contains(sentence), "{sentence}: {told}");
    }
    std::fs::remove_file(&path).expect("it was there");
    assert!(refused(&lab, 2).await.contains("plan.json cannot be applied"));
    lab.stop().await;
}

#[tokio::test]
async fn a_plan_for_a_pull_request_is_a_table() {
    let lab = TestLab::start(quick()).await;
    let ran = lab.program().run(&["plan", "--output", "markdown"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(
        lines[0],
        "**9 to create, 0 to update, 0 to replace, 0 to delete** in the hosted zone `example.com` (`Z-LAB-1`)."
    );
    assert_eq!(&lines[1..4], ["", "| | Kind | Name | Role | Why |", "|---|---|---|---|---|"]);
    assert_eq!(lines[4..13].iter().filter(|line| line.starts_with("| create | ")).count(), 9, "{ran}");
    assert!(lines[14].starts_with("At least "), "{ran}");

    let status = lab.program().run(&["status", "--output", "markdown"]).await;
    assert_eq!(status.code, Some(2), "{status}");
    lab.stop().await;
}

/// The name of the spec's file goes into the tags of health checks, and so into the plan.
#[tokio::test]
async fn the_plan_of_a_spec_of_another_name_is_told_as_that() {
    let lab = TestLab::start(quick()).await;
    planned(&lab).await;
    std::fs::copy(lab.folder().join("failover.toml"), lab.folder().join("other.toml")).expect("a copy");
    let ran = lab.program().run(&["apply", "plan.json", "--yes", "--config", "other.toml"]).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(4), ""), "{ran}");
    let told = "outdated-plan: it was made from a spec of the name failover.toml, as the health checks' tags would \
                say, and not other.toml";
    assert!(ran.stderr.contains(told), "{ran}");
    lab.stop().await;
}
