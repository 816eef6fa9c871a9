//! Health checks that cost money and decide nothing.

use aws_sdk_route53::types::{
    Change, ChangeAction, ChangeBatch, HealthCheckConfig, HealthCheckType, ResourceRecord, ResourceRecordSet,
    RrType, Tag, TagResourceType,
};
use serde_json::{Value, json};

use crate::support::{NAME, TestLab, held, quick};

async fn orphans(lab: &TestLab, arguments: &[&str]) -> Value {
    let ran = lab.program().run(&[&["status", "--orphans", "--output", "json"], arguments].concat()).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    ran.json()
}

fn told(document: &Value) -> Vec<String> {
    let line = |orphan: &Value| {
        let text = |key: &str| orphan[key].as_str().unwrap_or("-").to_owned();
        format!("{} {} {}", text("failover"), text("role"), text("why"))
    };
    let mut lines: Vec<String> = document["orphans"].as_array().expect("a list").iter().map(line).collect();
    lines.sort();
    lines
}

/// Somebody else's check of an endpoint, and its id.
async fn foreign_check(lab: &TestLab) -> String {
    let config = HealthCheckConfig::builder()
        .r#type(HealthCheckType::Https)
        .fully_qualified_domain_name("www.example.com")
        .build()
        .expect("a configuration");
    let request = lab.route53().create_health_check().caller_reference("theirs").health_check_config(config);
    request.send().await.expect("a check").health_check.expect("a check").id
}

#[tokio::test]
async fn what_nothing_uses_is_listed_with_its_price_and_removed() {
    let lab = TestLab::start(quick()).await;
    assert_eq!(told(&orphans(&lab, &[]).await), Vec::<String>::new());
    let ran = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let theirs = foreign_check(&lab).await;
    assert_eq!(told(&orphans(&lab, &[]).await), Vec::<String>::new());
    let all = orphans(&lab, &["--all"]).await;
    assert_eq!(all["orphans"][0]["id"], json!(theirs), "{all}");
    assert_eq!(all["monthly_cents"], json!(150), "{all}");

    // Another spec: what stands is in use, and this spec does not know it.
    let spec = lab.lab.spec_toml();
    lab.write_spec(&spec.replace(NAME, "other.example.com"));
    let [combined, primary, secondary, switch] =
        ["combined", "primary", "secondary", "switch"].map(|role| format!("{NAME} {role} no-spec"));
    assert_eq!(told(&orphans(&lab, &[]).await), [combined, primary, secondary, switch]);
    let nothing = lab.program().run(&["destroy", "--orphans", "--yes"]).await;
    assert_eq!(
        nothing.stdout, "Nothing to do: every health check of ours is used by a record.\n",
        "{nothing}"
    );

    // Somebody takes our records away by hand: the checks are left.
    lab.write_spec(&spec);
    let client = lab.route53();
    let before = held(&client).await;
    let mut changes: Vec<Change> = Vec::new();
    let delete = |set: &ResourceRecordSet| {
        Change::builder()
            .action(ChangeAction::Delete)
            .resource_record_set(set.clone())
            .build()
            .expect("a change")
    };
    // The aliases first.
    let mut sets = before.records_of(NAME);
    sets.sort_by_key(|set| set.alias_target().is_none());
    changes.extend(sets.into_iter().map(delete));
    let batch = ChangeBatch::builder().set_changes(Some(changes)).build().expect("a batch");
    client
        .change_resource_record_sets()
        .hosted_zone_id(&before.zone)
        .change_batch(batch)
        .send()
        .await
        .expect("gone");
    let unused = orphans(&lab, &[]).await;
    assert_eq!(
        told(&unused),
        ["combined", "primary", "secondary", "switch"].map(|r| format!("{NAME} {r} unused"))
    );
    // HTTP, 10 seconds, a search string each; the switch without one; and the calculated check.
    assert_eq!(unused["monthly_cents"], json!(250 + 250 + 150 + 50));

    let refused = lab.program().run(&["destroy", "--orphans"]).await;
    assert_eq!(refused.code, Some(4), "{refused}");
    let ran = lab.program().run(&["destroy", "--orphans", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let after = held(&client).await;
    let left: Vec<&str> = after.checks.iter().map(|(check, _)| check.id()).collect();
    assert_eq!(left, [theirs.as_str()], "what others made stays");
    assert_eq!(after.records, before.records_beside(NAME), "the fence is gone too");
    lab.stop().await;
}

/// A run that was killed between the two halves of its fence.
#[tokio::test]
async fn a_fence_that_was_left_is_taken_away() {
    let lab = TestLab::start(quick()).await;
    let ran = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let client = lab.route53();
    let before = held(&client).await;
    let text = "\"s3-failover waits until every name server has this\"";
    let value = ResourceRecord::builder().value(text).build().expect("a value");
    let fence =
        ResourceRecordSet::builder().name("_s3-failover-fence.example.com").r#type(RrType::Txt).ttl(60);
    let fence = fence.resource_records(value).build().expect("a set");
    let change = |action: ChangeAction, set: &ResourceRecordSet| {
        Change::builder().action(action).resource_record_set(set.clone()).build().expect("a change")
    };
    let mut sets = before.records_of(NAME);
    sets.sort_by_key(|set| set.alias_target().is_none());
    let mut changes: Vec<Change> = sets.into_iter().map(|set| change(ChangeAction::Delete, set)).collect();
    changes.push(change(ChangeAction::Create, &fence));
    let batch = ChangeBatch::builder().set_changes(Some(changes)).build().expect("a batch");
    client
        .change_resource_record_sets()
        .hosted_zone_id(&before.zone)
        .change_batch(batch)
        .send()
        .await
        .expect("done");

    let ran = lab.program().run(&["destroy", "--orphans", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let after = held(&client).await;
    assert_eq!((after.checks.len(), after.records), (0, before.records_beside(NAME)));
    lab.stop().await;
}

/// `--only` is obeyed by what deletes, above all.
#[tokio::test]
async fn a_part_of_the_spec_has_its_own_orphans() {
    const OTHER: &str = "media.example.com";
    let lab = TestLab::start(quick()).await;
    let client = lab.route53();
    let first = lab.lab.spec_toml();
    let at = first.find("[[failover]]").expect("the lab's spec has a failover");
    lab.write_spec(&format!("{first}\n{}", first[at..].replace(NAME, OTHER)));
    for name in [NAME, OTHER] {
        let config = HealthCheckConfig::builder().r#type(HealthCheckType::Https);
        let config = config.fully_qualified_domain_name(name).build().expect("a configuration");
        let request = client.create_health_check().caller_reference(format!("s3-failover:{name}:x:0"));
        let made = request.health_check_config(config).send().await.expect("a check").health_check;
        let tags = [("failover", name), ("role", "primary"), ("hosted-zone", "Z-LAB-1")];
        let tags =
            tags.map(|(key, value)| Tag::builder().key(format!("s3-failover:{key}")).value(value).build());
        let request = client.change_tags_for_resource().resource_type(TagResourceType::Healthcheck);
        let request = request.resource_id(made.expect("a check").id).set_add_tags(Some(tags.to_vec()));
        request.send().await.expect("tags");
    }
    let [mine, theirs] = [NAME, OTHER].map(|name| format!("{name} primary unused"));
    assert_eq!(told(&orphans(&lab, &["--only", NAME]).await), [mine.as_str()]);
    assert_eq!(told(&orphans(&lab, &[]).await), [mine.as_str(), theirs.as_str()]);
    let ran = lab.program().run(&["destroy", "--orphans", "--only", NAME, "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(told(&orphans(&lab, &[]).await), [theirs.as_str()]);
    lab.stop().await;
}
