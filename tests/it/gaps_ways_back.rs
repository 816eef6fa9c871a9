//! Never a gap: from a plain record to a failover and back, to another name, and to another zone.

use std::collections::BTreeSet;

use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet, RrType};
use s3_failover::lab::Fault;
use serde_json::json;

use crate::{
    gaps::{REGIONS, gapless, options},
    support::{ENDPOINTS, Gapless, NAME, TestLab, Watched, Zone, answered, create_bucket, held, open_bucket},
};

async fn lab() -> TestLab {
    let lab = TestLab::start(options()).await;
    lab.edit_spec("interval = 10", &format!("interval = 10\n{REGIONS}"));
    lab
}

async fn put(lab: &TestLab, rtype: RrType, value: &str) {
    let client = lab.route53();
    let zone = held(&client).await.zone;
    let value = ResourceRecord::builder().value(value).build().expect("a value");
    let set = ResourceRecordSet::builder().name(NAME).r#type(rtype).ttl(300).resource_records(value);
    let change = Change::builder()
        .action(ChangeAction::Upsert)
        .resource_record_set(set.build().expect("a set"))
        .build()
        .expect("a change");
    let batch = ChangeBatch::builder().changes(change).build().expect("a batch");
    let request = client.change_resource_record_sets().hosted_zone_id(zone).change_batch(batch);
    request.send().await.expect("the lab changes its zone");
    lab.lab.clock().sleep(options().insync_delay * 2).await;
}

/// A name that was a plain CNAME for years becomes a failover, and goes back to a plain CNAME, which becomes a
/// failover again: adopted, left, adopted, left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plain_record_becomes_a_failover_and_a_plain_record_again() {
    let lab = lab().await;
    put(&lab, RrType::Cname, "elsewhere.example.net").await;
    let watch = Gapless::of(NAME);
    for (side, endpoint) in [("primary", ENDPOINTS[0]), ("secondary", ENDPOINTS[1])] {
        gapless(&lab, &watch, &["apply", "--yes", "--adopt", NAME], "adopt").await;
        let check = lab.program().run(&["plan", "--check"]).await;
        assert_eq!(check.code, Some(0), "{check}");

        let refused = lab.program().run(&["destroy", "--leave", side]).await;
        assert_eq!(refused.code, Some(4), "nobody has said yes: {refused}");
        let led_to = gapless(&lab, &watch, &["destroy", "--yes", "--leave", side], side).await;
        assert!(led_to.contains(endpoint), "{led_to:?}");
        let after = held(&lab.route53()).await;
        assert_eq!(after.described(NAME), [format!("{NAME} CNAME 60 {endpoint}")]);
        assert_eq!(after.roles(), [""; 0]);
        answered(&lab, NAME, endpoint).await;
        // What is left is nobody's, so it stays.
        let again = lab.program().run(&["destroy", "--yes", "--leave", side]).await;
        assert!(again.code == Some(0) && again.stdout.contains("Nothing to do"), "{again}");
        let check = lab.program().run(&["plan", "--check"]).await;
        assert!(check.code == Some(4) && check.stderr.contains("foreign-record"), "{check}");
    }
    lab.stop().await;
}

/// The same from a plain A record, and for aliases, which are left as what they are.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_becomes_a_failover_of_aliases_and_an_alias_is_left() {
    let lab = lab().await;
    let s3 = lab.s3("us-east-1");
    create_bucket(&s3, NAME, "us-east-1").await;
    open_bucket(&s3, NAME, &["failover/health.txt"]).await;
    let index = aws_sdk_s3::types::IndexDocument::builder().suffix("index.html").build().expect("a suffix");
    let website = aws_sdk_s3::types::WebsiteConfiguration::builder().index_document(index).build();
    s3.put_bucket_website().bucket(NAME).website_configuration(website).send().await.expect("a website");
    let domain = lab.lab.ready().cloudfront_domain.clone().expect("a distribution");
    lab.edit_spec(
        "bucket = \"my-app-data-us-east-1\"",
        "bucket = \"data.example.com\"\ntarget = \"website\"",
    );
    lab.edit_spec(
        "bucket = \"my-app-data-eu-west-1\"",
        &format!(
            "bucket = \"my-app-data-eu-west-1\"\ntarget = {{ alias = \"{domain}\", hosted_zone_id = \
             \"Z2FDTNDATAQYW2\" }}"
        ),
    );
    put(&lab, RrType::A, "192.0.2.1").await;
    let watch = Gapless::of(NAME);
    gapless(&lab, &watch, &["apply", "--yes", "--adopt", NAME], "adopt").await;
    gapless(&lab, &watch, &["destroy", "--yes", "--leave", "secondary"], "leave").await;
    let after = held(&lab.route53()).await;
    assert_eq!(after.described(NAME), [format!("{NAME} A -> {domain}")]);
    lab.stop().await;
}

/// A side that is down is no place to be left at.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_side_is_not_left_unless_that_is_meant() {
    let lab = lab().await;
    let ran = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    lab.lab.set_fault(&"us-east-1".parse().expect("a region"), Fault::Http503).expect("a region");
    answered(&lab, NAME, ENDPOINTS[1]).await;
    let before = held(&lab.route53()).await;
    let refused = lab.program().run(&["destroy", "--yes", "--leave", "primary"]).await;
    assert_eq!(refused.code, Some(4), "{refused}");
    let told = "because: unhealthy: the primary health check of data.example.com";
    assert!(refused.stderr.contains(told) && refused.stderr.contains("--allow unhealthy"), "{refused}");
    assert_eq!(held(&lab.route53()).await, before);
    let watch = Gapless::of(NAME).with_down(s3_failover::model::Side::Primary);
    gapless(&lab, &watch, &["destroy", "--yes", "--leave", "primary", "--allow", "unhealthy"], "meant").await;
    lab.stop().await;
}

/// Whoever destroys without a word is told what becomes of the name.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn destroy_says_that_the_name_will_answer_nothing() {
    let lab = lab().await;
    let ran = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let asked = lab.program().run(&["destroy"]).await;
    assert_eq!(asked.code, Some(4), "{asked}");
    let note = "last-record: data.example.com will answer nothing any more.\n      `--leave primary` or `--leave \
                secondary` puts a plain record in its place, without a gap.\n";
    assert!(asked.stdout.ends_with(note), "{asked}");
    let done = lab.program().run(&["destroy", "--yes", "--output", "json"]).await;
    assert_eq!((done.code, &done.json()["notes"][0]["id"]), (Some(0), &json!("last-record")), "{done}");
    let again = lab.program().run(&["destroy", "--yes", "--output", "json"]).await;
    assert_eq!(again.json().get("notes"), None, "{again}");
    lab.stop().await;
}

/// The new name is everywhere before the old one goes; and the old one goes only when somebody names it, and says
/// that nobody looks it up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failover_is_renamed() {
    const NEW: &str = "renamed.example.com";
    let lab = lab().await;
    let ran = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    lab.edit_spec("name = \"data.example.com\"", "name = \"renamed.example.com\"");
    gapless(&lab, &Gapless::of(NAME), &["apply", "--yes"], "the old name stays").await;
    answered(&lab, NEW, ENDPOINTS[0]).await;
    let plan = lab.program().run(&["plan", "--check", "--output", "json"]).await;
    assert_eq!((plan.code, &plan.json()["notes"][0]["id"]), (Some(0), &json!("removed-failover")), "{plan}");
    let remove = ["apply", "--yes", "--remove", NAME];
    let refused = lab.program().run(&remove).await;
    assert!(refused.code == Some(4) && refused.stderr.contains("because: last-record: "), "{refused}");
    gapless(&lab, &Gapless::of(NEW), &[&remove[..], &["--allow", "last-record"]].concat(), "removed").await;
    let after = held(&lab.route53()).await;
    assert_eq!((after.records_of(NAME).len(), after.roles().len()), (0, 4));
    let plan = lab.program().run(&["plan", "--check", "--output", "json"]).await;
    assert_eq!((plan.code, plan.json().get("notes")), (Some(0), None), "{plan}");
    lab.stop().await;
}

/// From the zone to a child of it. In the lab one set of name servers serves both, so the child hides its parent
/// from the first moment; on AWS that is the delegation's doing. Hence from inside: what stands in the parent goes
/// only by name, and when the child is served everywhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failover_moves_to_another_zone() {
    const MOVED: &str = "data.sub.example.com";
    let lab = lab().await;
    lab.edit_spec("name = \"data.example.com\"", "name = \"data.sub.example.com\"");
    let ran = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let child = Zone::create(&lab, "sub.example.com").await;
    lab.edit_spec("hosted_zone = \"example.com\"", "hosted_zone = \"sub.example.com\"");
    let watch = Gapless::of(MOVED).inside_only();
    let remove = ["apply", "--yes", "--remove", MOVED, "--allow", "last-record"];
    let moving = async {
        let first = lab.program().run(&["apply", "--yes"]).await;
        let refused = lab.program().run(&remove[..4]).await;
        let plan = lab.program().run(&["plan", "--check", "--output", "json"]).await;
        (first, refused, plan)
    };
    let Watched { outcome: (first, refused, plan), gaps, .. } = watch.during(&lab, moving).await;
    assert_eq!((first.code, gaps), (Some(0), BTreeSet::new()), "{first}");
    assert!(refused.code == Some(4) && refused.stderr.contains("last-record"), "{refused}");
    assert_eq!((plan.code, &plan.json()["notes"][0]["id"]), (Some(0), &json!("removed-failover")), "{plan}");
    gapless(&lab, &watch, &remove, "the parent's go").await;
    answered(&lab, MOVED, ENDPOINTS[0]).await;
    let sets = child.client.list_resource_record_sets().hosted_zone_id(&child.id).send().await.expect("sets");
    assert_eq!(sets.resource_record_sets.len(), 2 + 5);
    let checks = child.client.list_health_checks().send().await.expect("checks");
    assert_eq!(checks.health_checks.len(), 4);
    let plan = lab.program().run(&["plan", "--check", "--output", "json"]).await;
    assert_eq!((plan.code, plan.json().get("notes")), (Some(0), None), "{plan}");
    let again = lab.program().run(&["apply", "--yes", "--remove", MOVED, "--output", "json"]).await;
    assert_eq!(
        (again.code, &again.json()["notes"][0]["id"]),
        (Some(0), &json!("nothing-to-remove")),
        "{again}"
    );
    lab.stop().await;
}
