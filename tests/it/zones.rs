//! One spec over several hosted zones.

use std::time::Duration;

use aws_sdk_route53::{
    Client,
    types::{Vpc, VpcRegion},
};
use serde_json::{Value, json};

use crate::support::{ENDPOINTS, Proxy, TestLab, eventually, pointer, quick};

/// In our own time.
const SOON: Duration = Duration::from_secs(15);
/// A name in the second zone.
const OTHER: &str = "media.example.org";

async fn create_zone(client: &Client, name: &str) -> String {
    let made = client.create_hosted_zone().name(name).caller_reference(format!("test {name}")).send().await;
    made.expect("a zone").hosted_zone.expect("it is in the answer").id
}

/// Every record of a zone but its own NS and SOA, as `NAME TYPE`.
async fn records(client: &Client, zone: &str) -> Vec<String> {
    let sets = client.list_resource_record_sets().hosted_zone_id(zone).send().await.expect("a list");
    let named = sets.resource_record_sets.iter().map(|set| format!("{} {}", set.name, set.r#type));
    named.filter(|set| !set.ends_with(" NS") && !set.ends_with(" SOA")).collect()
}

/// The lab's spec, with the same pair of buckets at a name of another zone.
fn two_zones(lab: &TestLab, own_zone: &str) -> String {
    let first = lab.lab.spec_toml();
    let at = first.find("[[failover]]").expect("the lab's spec has a failover");
    let second =
        first[at..].replace("name = \"data.example.com\"", &format!("name = \"{OTHER}\"\n{own_zone}"));
    format!("{first}\n{second}")
}

async fn answered(lab: &TestLab, name: &str, endpoint: &str) {
    for server in &lab.lab.ready().nameservers {
        eventually(&format!("{server} answers {endpoint} at {name}"), SOON, async || {
            match pointer(*server, name).await {
                Ok(answer) if answer == endpoint => Ok(()),
                Ok(other) | Err(other) => Err(other),
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_failover_can_have_a_zone_of_its_own() {
    let lab = TestLab::start(quick()).await;
    let client = lab.route53();
    let other = create_zone(&client, "example.org").await;
    lab.write_spec(&two_zones(&lab, "hosted_zone = \"example.org\""));

    let applied = lab.program().run(&["apply", "--yes", "--output", "json"]).await;
    assert_eq!(applied.code, Some(0), "{applied}");
    let batches = applied.json()["applied"].as_array().expect("a list").clone();
    let batches = batches.iter().filter(|done| done.get("change").is_some());
    assert_eq!(batches.count(), 2, "one a zone: {applied}");
    assert_eq!(records(&client, &other).await.len(), 5);
    answered(&lab, "data.example.com", ENDPOINTS[0]).await;
    answered(&lab, OTHER, ENDPOINTS[0]).await;

    let again = lab.program().run(&["plan", "--check", "--output", "json"]).await;
    assert_eq!((again.code, &again.json()["changes"]), (Some(0), &json!([])), "{again}");
    let verified = lab.program().run(&["verify", "--output", "json"]).await;
    let names: Vec<Value> = verified.json()["failovers"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|failover| json!([failover["name"], failover["ok"]]))
        .collect();
    assert_eq!(names, [json!(["data.example.com", true]), json!([OTHER, true])], "{verified}");

    // Only the one goes.
    let destroyed = lab.program().run(&["destroy", "--yes", "--only", OTHER]).await;
    assert_eq!(destroyed.code, Some(0), "{destroyed}");
    assert_eq!(records(&client, &other).await, Vec::<String>::new());
    answered(&lab, "data.example.com", ENDPOINTS[0]).await;
    lab.stop().await;
}

/// By name and by id is still one zone, one look and one batch.
#[tokio::test]
async fn a_zone_that_is_named_in_two_ways_is_one() {
    let lab = TestLab::start(quick()).await;
    let client = lab.route53();
    let zone = client.list_hosted_zones().send().await.expect("zones").hosted_zones[0].id.clone();
    let id = zone.trim_start_matches("/hostedzone/");
    let spec = two_zones(&lab, &format!("hosted_zone = \"{id}\"")).replace(OTHER, "media.example.com");
    lab.write_spec(&spec);
    let plan = lab.program().run(&["plan"]).await;
    assert_eq!(plan.code, Some(0), "{plan}");
    assert_eq!(plan.stdout.lines().next(), Some(format!("In the hosted zone example.com ({id}):").as_str()));
    lab.stop().await;
}

#[tokio::test]
async fn a_zone_that_is_not_there_is_named() {
    let lab = TestLab::start(quick()).await;
    lab.write_spec(&two_zones(&lab, "hosted_zone = \"example.org\""));
    let plan = lab.program().run(&["plan"]).await;
    assert_eq!(plan.code, Some(3), "{plan}");
    assert!(plan.stderr.contains("find the hosted zone example.org"), "{plan}");
    lab.stop().await;
}

/// "public and private zones told apart; zones found by name with the ambiguous case refused": both ids
/// are told, the way out is an id, and the id is one.
#[tokio::test]
async fn a_name_that_several_zones_have_is_refused_with_their_ids() {
    let lab = TestLab::start(quick()).await;
    let client = lab.route53();
    let vpc = Vpc::builder().vpc_id("vpc-00000001").vpc_region(VpcRegion::UsEast1).build();
    let private = client.create_hosted_zone().name("example.com").caller_reference("private").vpc(vpc);
    let private = private.send().await.expect("a zone").hosted_zone.expect("a zone").id;
    let private = private.trim_start_matches("/hostedzone/").to_owned();
    for (more, told) in [(None, "(private)"), (Some("a second public one"), "(public)")] {
        if let Some(reference) = more {
            let second = client.create_hosted_zone().name("example.com").caller_reference(reference);
            second.send().await.expect("a zone");
        }
        let proxy = Proxy::start(&lab).await;
        let program = lab.program().with("AWS_ENDPOINT_URL_ROUTE_53", proxy.url());
        let refused = program.run(&["apply", "--yes"]).await;
        assert_eq!(refused.code, Some(3), "{refused}");
        assert_eq!((proxy.calls().len(), proxy.mutating().len()), (1, 0));
        let zones = client.list_hosted_zones().send().await.expect("zones").hosted_zones;
        for zone in zones.iter().filter(|zone| zone.name == "example.com.") {
            let id = zone.id.trim_start_matches("/hostedzone/");
            assert!(refused.stderr.contains(id), "{id}: {refused}");
        }
        assert!(refused.stderr.contains(told), "{refused}");
        assert!(refused.stderr.contains("Write the id of the one that you mean"), "{refused}");
    }
    lab.edit_spec("hosted_zone = \"example.com\"", &format!("hosted_zone = \"{private}\""));
    let plan = lab.program().run(&["plan"]).await;
    assert_eq!(plan.code, Some(0), "{plan}");
    let first = format!("In the hosted zone example.com ({private}, private: only its VPCs can ask it):");
    assert_eq!(plan.stdout.lines().next(), Some(first.as_str()));
    lab.stop().await;
}

/// Zones of names that lie together in Route 53's order are found by one call; a zone that is missing among
/// them is named.
#[tokio::test]
async fn several_zones_are_found_by_one_call() {
    let lab = TestLab::start(quick()).await;
    let client = lab.route53();
    create_zone(&client, "example.org").await;
    for n in 0..30 {
        create_zone(&client, &format!("of-others-{n}.example")).await;
    }
    lab.write_spec(&two_zones(&lab, "hosted_zone = \"example.org\""));
    let proxy = Proxy::start(&lab).await;
    let program = lab.program().with("AWS_ENDPOINT_URL_ROUTE_53", proxy.url());
    let plan = program.run(&["plan"]).await;
    assert_eq!(plan.code, Some(0), "{plan}");
    let asked = proxy.calls().into_iter().filter(|call| call.path == "/hostedzonesbyname");
    assert_eq!(asked.count(), 1);
    lab.stop().await;
}
