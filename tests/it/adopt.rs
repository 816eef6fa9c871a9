//! What is refused until somebody says that it is meant: records of others, long TTLs, costs that double.

use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet, RrType};
use serde_json::json;

use crate::support::{ENDPOINTS, NAME, RECORDS, TestLab, Watch, held, quick};

async fn put(lab: &TestLab, set: ResourceRecordSet) {
    let client = lab.route53();
    let zone = held(&client).await.zone;
    let change =
        Change::builder().action(ChangeAction::Create).resource_record_set(set).build().expect("a change");
    let batch = ChangeBatch::builder().changes(change).build().expect("a batch");
    let request = client.change_resource_record_sets().hosted_zone_id(zone).change_batch(batch);
    let change = request.send().await.expect("the lab changes its zone").change_info.expect("a change");
    lab.lab.clock().sleep(std::time::Duration::from_secs(21)).await;
    let state = client.get_change().id(change.id).send().await.expect("a state");
    assert_eq!(state.change_info.expect("a state").status.as_str(), "INSYNC");
}

fn cname(name: &str, value: &str) -> aws_sdk_route53::types::builders::ResourceRecordSetBuilder {
    let value = ResourceRecord::builder().value(value).build().expect("a value");
    ResourceRecordSet::builder().name(name).r#type(RrType::Cname).ttl(300).resource_records(value)
}

async fn refused(lab: &TestLab, arguments: &[&str], sentence: &str) -> String {
    let before = held(&lab.route53()).await;
    let ran = lab.program().run(arguments).await;
    assert_eq!(ran.code, Some(4), "{ran}");
    assert!(ran.stderr.contains(sentence), "{sentence}: {ran}");
    assert_eq!(held(&lab.route53()).await, before);
    ran.stderr
}

async fn nothing_to_do(lab: &TestLab) {
    let check = lab.program().run(&["plan", "--check", "--output", "json"]).await;
    assert_eq!((check.code, &check.json()["changes"]), (Some(0), &json!([])), "{check}");
}

/// A name that was a plain CNAME for years becomes a failover, and is answered all the time.
#[tokio::test]
async fn a_record_of_others_is_taken_over_when_somebody_says_so() {
    let lab = TestLab::start(quick()).await;
    put(&lab, cname(NAME, ENDPOINTS[0]).build().expect("a set")).await;
    let told = refused(&lab, &["apply", "--yes"], "foreign-record: the record data.example.com CNAME").await;
    assert!(told.contains("`--adopt data.example.com`"), "{told}");

    let plan = lab.program().run(&["plan", "--adopt", NAME, "--output", "json"]).await;
    let changes = plan.json()["changes"].as_array().expect("a list").clone();
    let told = |change: &&serde_json::Value| change["role"] == "adopted";
    let reasons: Vec<_> = changes.iter().filter(told).map(|change| change["reason"].clone()).collect();
    let reason = format!("taken over from somebody else: the CNAME set answered {} for 300 s", ENDPOINTS[0]);
    assert_eq!(reasons, [json!(reason)], "{plan}");

    let watch = Watch::start(&lab.lab.ready().nameservers, NAME);
    let ran = lab.program().run(&["apply", "--adopt", NAME, "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(watch.answers().await.into_iter().collect::<Vec<_>>(), [ENDPOINTS[0]]);
    assert_eq!(held(&lab.route53()).await.described(NAME), RECORDS);
    nothing_to_do(&lab).await;
    lab.stop().await;
}

/// The reviewed plan carries the leave with it.
#[tokio::test]
async fn an_adoption_can_be_reviewed() {
    let lab = TestLab::start(quick()).await;
    put(&lab, cname("us-east-1.data.example.com", "elsewhere.example.net").build().expect("a set")).await;
    let plan = lab.program().run(&["plan", "--adopt", NAME, "--out", "plan.json"]).await;
    assert_eq!(plan.code, Some(0), "{plan}");
    let both = lab.program().run(&["apply", "plan.json", "--adopt", NAME, "--yes"]).await;
    assert_eq!(both.code, Some(2), "{both}");
    let ran = lab.program().run(&["apply", "plan.json", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(held(&lab.route53()).await.described(NAME), RECORDS);
    lab.stop().await;
}

#[tokio::test]
async fn what_could_not_be_put_back_is_not_taken_over() {
    let lab = TestLab::start(quick()).await;
    let weighted = cname(NAME, "elsewhere.example.net").set_identifier("a").weight(1);
    put(&lab, weighted.build().expect("a set")).await;
    refused(
        &lab,
        &["apply", "--yes", "--adopt", NAME],
        "unadoptable-record: the record data.example.com CNAME",
    )
    .await;
    let other = lab.program().run(&["plan", "--adopt", "other.example.com"]).await;
    assert_eq!(other.code, Some(2), "{other}");
    lab.stop().await;
}

#[tokio::test]
async fn a_long_ttl_has_to_be_meant() {
    let lab = TestLab::start(quick()).await;
    lab.edit_spec("ttl = 60", "ttl = 301");
    refused(&lab, &["apply", "--yes"], "long-ttl: data.example.com has a TTL of 301 s").await;
    let ran = lab.program().run(&["apply", "--yes", "--allow", "long-ttl"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let unknown = lab.program().run(&["plan", "--allow", "everything"]).await;
    assert_eq!(unknown.code, Some(2), "{unknown}");
    lab.stop().await;
}

#[tokio::test]
async fn costs_that_double_have_to_be_meant() {
    let lab = TestLab::start(quick()).await;
    lab.edit_spec("contains = \"ok\"\n", "");
    lab.edit_spec("interval = 10", "interval = 30");
    let ran = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    lab.edit_spec("interval = 30", "interval = 10");
    let told = "doubled-cost: the health checks of data.example.com would cost $5.00 a month instead of $2.00 a month";
    refused(&lab, &["apply", "--yes"], told).await;
    let ran = lab.program().run(&["apply", "--yes", "--allow", "doubled-cost"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    nothing_to_do(&lab).await;
    lab.stop().await;
}
