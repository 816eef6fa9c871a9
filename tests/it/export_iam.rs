//! `export --format iam`: exact, from the lab's log of calls. Nothing is missing, and nothing is more.
//!
//! Who says so is `tests/judges/iam.py`, and the lab, which writes down what it was really asked for.

use std::time::Duration;

use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet, RrType};
use s3_failover::lab::{Call, Order, RecordChange};
use serde_json::{Value, json};

use crate::support::{
    NAME, Program, Recorded, TestLab, about_records, exporting, held, judged, nothing_of, quick,
};

fn by_id(spec: &str, zone: &str) -> String {
    spec.replace("hosted_zone = \"example.com\"", &format!("hosted_zone = \"{zone}\""))
}

/// Takes our records away by hand, so that the health checks are left.
async fn records_are_taken_away(lab: &TestLab) {
    let client = lab.route53();
    let before = held(&client).await;
    let mut sets = before.records_of(NAME);
    // The aliases first.
    sets.sort_by_key(|set| set.alias_target().is_none());
    let delete = |set: &ResourceRecordSet| {
        let change = Change::builder().action(ChangeAction::Delete).resource_record_set(set.clone());
        change.build().expect("a change")
    };
    let changes = sets.into_iter().map(delete).collect();
    let batch = ChangeBatch::builder().set_changes(Some(changes)).build().expect("a batch");
    let request = client.change_resource_record_sets().hosted_zone_id(&before.zone).change_batch(batch);
    request.send().await.expect("they are gone");
}

/// A zone by its name is looked for, and one by its id is asked for: each policy permits its own way only. A plan
/// that deletes a health check reads every zone, and so does `import`; to verify takes less.
#[tokio::test]
async fn looking_is_permitted_exactly() {
    let mut recorded = Recorded::start().await;
    let zone = held(&recorded.lab.route53()).await.zone;
    let spec = recorded.lab.lab.spec_toml();
    recorded.run(&["plan"]).await;
    let applied = recorded.lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(applied.code, Some(0), "{applied}");
    recorded.run(&["plan", "--check"]).await;
    let export = exporting("plan");
    recorded.run(&export).await;
    let tight = recorded.judged("plan", &[]).await;
    assert_eq!(
        (&tight["denied"], &tight["superfluous"]),
        (&json!([]), &json!(["Account: route53:ListHostedZones"]))
    );
    recorded.lab.edit_spec("contains = \"ok\"\n", "");
    recorded.run(&["plan"]).await;
    let planned = recorded.calls.len();
    recorded.run(&["import", NAME]).await;
    assert!(recorded.calls.len() > planned, "import asks AWS");
    let list = [
        "ListHealthChecks",
        "ListHostedZones",
        "ListHostedZonesByName",
        "ListResourceRecordSets",
        "ListTagsForResources",
    ];
    assert_eq!(recorded.exact("plan", &[]).await, list.map(|action| format!("route53:{action}")));

    recorded.lab.write_spec(&by_id(&spec, &zone));
    recorded.calls.clear();
    recorded.run(&["plan", "--check"]).await;
    recorded.lab.edit_spec("contains = \"ok\"\n", "");
    recorded.run(&["plan"]).await;
    let by_id = recorded.exact("plan", &["--offline"]).await;
    assert_eq!(by_id[0], "route53:GetHostedZone", "{by_id:?}");
    assert!(!by_id.contains(&"route53:ListHostedZonesByName".to_owned()), "{by_id:?}");

    // A drill asks first all that `verify` asks.
    recorded.calls.clear();
    recorded.run(&["verify"]).await;
    recorded.run(&["status"]).await;
    let before = recorded.calls.len();
    recorded.run(&["resolve"]).await;
    assert_eq!(recorded.calls.len(), before, "resolve asks DNS");
    assert!(recorded.exact("verify", &[]).await.contains(&"route53:GetHealthCheckStatus".to_owned()));
    nothing_of(&["lint", "denied"], &recorded.judged("drill", &[]).await);
    recorded
        .calls
        .retain(|call| !["GetMetricData", "TestDNSAnswer", "HeadBucket"].contains(&call.operation.as_str()));
    let missing = recorded.judged("plan", &[]).await;
    assert_eq!(missing["denied"][0][0], "route53:GetHealthCheckStatus", "{missing}");
    recorded.run(&["plan"]).await;
    let missing = recorded.judged("verify", &[]).await;
    assert_eq!(missing["denied"][0][0], "route53:ListHostedZones", "{missing}");
    recorded.lab.stop().await;
}

/// From nothing, again, with another setting, with another kind of check, throttled meanwhile, and gone.
#[tokio::test]
async fn applying_is_permitted_exactly() {
    let mut recorded = Recorded::start().await;
    recorded.run(&["apply", "--yes"]).await;
    recorded.lab.edit_spec("failure_threshold = 3", "failure_threshold = 2");
    recorded.run(&["apply", "--yes"]).await;
    recorded.lab.edit_spec("contains = \"ok\"\n", "");
    let throttled = Order {
        target: "route53".parse().expect("a part"),
        kind: "throttled".to_owned(),
        after: Duration::ZERO,
        lasting: Some(Duration::from_secs(4)),
    };
    recorded.lab.lab.order(&[throttled]).expect("an order");
    recorded.run(&["apply", "--yes"]).await;
    assert!(recorded.calls.iter().any(|call| call.status == Some(400)), "some were throttled");
    recorded.run(&["plan", "--check"]).await;
    recorded.run(&["destroy", "--yes"]).await;
    let actions = recorded.exact("apply", &[]).await;
    insta::assert_snapshot!(actions.join("\n"), @"
    route53:ChangeResourceRecordSets
    route53:ChangeTagsForResource
    route53:CreateHealthCheck
    route53:DeleteHealthCheck
    route53:GetChange
    route53:GetHealthCheckStatus
    route53:ListHealthChecks
    route53:ListHostedZones
    route53:ListHostedZonesByName
    route53:ListResourceRecordSets
    route53:ListTagsForResources
    route53:UpdateHealthCheck
    ");
    recorded.lab.stop().await;
}

/// A side that moves to another region leaves its pointer's name behind: both states of the spec are named.
#[tokio::test]
async fn a_move_is_permitted_when_both_specs_are_given() {
    let mut recorded = Recorded::start().await;
    recorded.lab.edit_spec("failure_threshold = 3", "failure_threshold = 1");
    recorded.run(&["apply", "--yes"]).await;
    let folder = recorded.lab.folder();
    std::fs::copy(folder.join("failover.toml"), folder.join("before.toml")).expect("a copy");
    recorded.lab.edit_spec("region = \"eu-west-1\"", "region = \"eu-central-1\"");
    recorded.calls.clear();
    recorded.run(&["apply", "--yes", "--allow-unhealthy"]).await;
    recorded.run(&["plan", "--check"]).await;
    let new = recorded.judged("apply", &[]).await;
    assert_eq!(about_records(&new, "denied").len(), 1, "the old pointer is not of the new spec: {new:#}");
    let both = recorded.judged("apply", &["--also", "before.toml"]).await;
    assert_eq!((&both["denied"], &both["lint"]), (&json!([]), &json!([])), "{both:#}");
    assert_eq!(about_records(&both, "let_in"), Vec::<Value>::new(), "{both:#}");
    recorded.lab.stop().await;
}

/// What stands in the way may be of another type, which has to be permitted by itself.
#[tokio::test]
async fn an_adoption_is_permitted_by_the_type_of_what_it_takes() {
    let mut recorded = Recorded::start().await;
    let client = recorded.lab.route53();
    let zone = held(&client).await.zone;
    let value = ResourceRecord::builder().value("192.0.2.1").build().expect("a value");
    let set = ResourceRecordSet::builder().name(NAME).r#type(RrType::A).ttl(60).resource_records(value);
    let set = set.build().expect("a set");
    let change = Change::builder().action(ChangeAction::Create).resource_record_set(set).build().expect("it");
    let batch = ChangeBatch::builder().changes(change).build().expect("a batch");
    let request = client.change_resource_record_sets().hosted_zone_id(zone).change_batch(batch);
    request.send().await.expect("somebody's record");

    let refused = recorded.listened(&["apply", "--yes"]).await;
    assert_eq!(refused.code, Some(4), "{refused}");
    recorded.run(&["apply", "--adopt", NAME, "--yes"]).await;
    recorded.run(&["plan", "--check"]).await;
    let without = recorded.judged("apply", &[]).await;
    assert_eq!(about_records(&without, "denied").len(), 1, "{without:#}");
    let with = recorded.judged("apply", &["--adopt", "A"]).await;
    assert_eq!((&with["denied"], &with["lint"]), (&json!([]), &json!([])), "{with:#}");
    assert_eq!(about_records(&with, "let_in"), Vec::<Value>::new(), "{with:#}");
    recorded.lab.stop().await;
}

/// Leftovers are looked for in every zone, which no other policy permits; and all of them together.
#[tokio::test]
async fn tidying_and_everything_is_permitted_exactly() {
    let mut recorded = Recorded::start().await;
    recorded.run(&["apply", "--yes"]).await;
    recorded.run(&["verify"]).await;
    recorded.lab.edit_spec("failure_threshold = 3", "failure_threshold = 2");
    recorded.lab.edit_spec("ttl = 60", "ttl = 30");
    recorded.run(&["apply", "--yes"]).await;
    recorded.run(&["plan", "--check"]).await;
    let others = std::mem::take(&mut recorded.calls);
    records_are_taken_away(&recorded.lab).await;
    recorded.run(&["status", "--orphans"]).await;
    recorded.run(&["destroy", "--orphans", "--yes"]).await;

    let verdict = recorded.judged("orphans", &[]).await;
    nothing_of(&["lint", "denied", "superfluous"], &verdict);
    assert!(verdict["actions"].as_array().expect("a list").contains(&json!("route53:ListHostedZones")));
    // A fence is put into every zone: that is what it does, and no more.
    let every = json!("arn:aws:route53:::hostedzone/*");
    let fence =
        json!("{\"route53:ChangeResourceRecordSetsNormalizedRecordNames\": [\"_s3-failover-fence.*\"]}");
    assert_eq!(verdict["wide"], json!([every, fence]), "{verdict:#}");
    for request in verdict["let_in"].as_array().expect("a list") {
        let names = request[2]["route53:ChangeResourceRecordSetsNormalizedRecordNames"].as_array();
        let fence = |name: &Value| name.as_str().is_some_and(|name| name.starts_with("_s3-failover-fence."));
        match request[0].as_str() {
            Some("route53:ChangeResourceRecordSets") => {
                assert!(names.is_some_and(|names| names.iter().all(fence)), "{request}");
            }
            _ => panic!("{request}"),
        }
    }
    let apply = recorded.judged("apply", &[]).await;
    let denied = apply["denied"].as_array().expect("a list");
    assert_eq!(denied.len(), 2, "the fence, put and taken away: {apply:#}");
    assert_eq!(about_records(&apply, "denied").len(), 2);

    recorded.calls.extend(others);
    let mut verdict = recorded.judged("all", &[]).await;
    // Nothing was drilled; tests/it/export_iam_drill.rs holds that against its policy.
    let sids = ["Faults: ", "Notices: ", "NoticeCopies: ", "Heartbeats: ", "HeartbeatVersions: "];
    let drills =
        |one: &Value| one.as_str().is_some_and(|one| sids.into_iter().any(|sid| one.starts_with(sid)));
    verdict["superfluous"].as_array_mut().expect("a list").retain(|one| !drills(one));
    nothing_of(&["lint", "denied", "superfluous"], &verdict);
    recorded.lab.stop().await;
}

/// Several zones, one by name and one by id: each record may be changed in its own zone only.
#[tokio::test]
async fn each_zone_has_its_own_records() {
    let mut recorded = Recorded::start().await;
    let client = recorded.lab.route53();
    let made = client.create_hosted_zone().name("example.org").caller_reference("test").send().await;
    let other = made.expect("a zone").hosted_zone.expect("it").id.replace("/hostedzone/", "");
    let first = recorded.lab.lab.spec_toml();
    let at = first.find("[[failover]]").expect("the lab's spec has a failover");
    // An asterisk and a dollar sign in the name are no wildcard and no variable of IAM.
    let zone = format!("name = \"m\\\\052dia\\\\044.example.org\"\nhosted_zone = \"{other}\"");
    let second = first[at..].replace("name = \"data.example.com\"", &zone);
    recorded.lab.write_spec(&format!("{first}\n{second}"));
    recorded.run(&["apply", "--yes"]).await;
    recorded
        .lab
        .write_spec(&format!("{first}\n{second}").replace("failure_threshold = 3", "failure_threshold = 2"));
    recorded.run(&["apply", "--yes"]).await;
    recorded.run(&["plan", "--check"]).await;
    recorded.run(&["destroy", "--yes"]).await;
    recorded.exact("apply", &[]).await;
    recorded.lab.stop().await;
}

/// A hundred failovers in one zone: named more coarsely, and still no other record of the zone may be changed.
#[tokio::test]
async fn a_coarse_policy_permits_all_that_it_should_and_no_more_than_it_says() {
    let lab = TestLab::start(quick()).await;
    let spec = by_id(&lab.lab.spec_toml(), "ZBIG");
    let at = spec.find("[[failover]]").expect("the lab's spec has a failover");
    let many = (0..100).map(|number| {
        let name = format!("name = \"data-{number}.example.com\"");
        spec[at..].replace("name = \"data.example.com\"", &name)
    });
    lab.write_spec(&format!("{}{}", &spec[..at], many.collect::<String>()));
    let exported = lab.program().run(&exporting("apply")).await;
    assert_eq!(exported.code, Some(0), "{exported}");
    assert!(exported.stderr.contains("every record at and below the failovers' names"), "{exported}");
    let batch = |names: Vec<String>| Call {
        number: 1,
        at_seconds: 0.0,
        service: "route53".to_owned(),
        operation: "ChangeResourceRecordSets".to_owned(),
        resources: vec!["hostedzone/ZBIG".to_owned()],
        changes: names
            .into_iter()
            .map(|name| RecordChange { action: "CREATE".to_owned(), name, record_type: "CNAME".to_owned() })
            .collect(),
        access_key: None,
        principal: None,
        status: None,
    };
    let names = (0..100).flat_map(|number| {
        ["", "_s3-failover.", "us-east-1.", "eu-west-1."]
            .map(|label| format!("{label}data-{number}.example.com."))
    });
    let lists = ["lint", "denied"];
    let own = judged(&lab, &[exported.json()], &[batch(names.collect())], &lists).await;
    nothing_of(&lists, &own);
    let foreign = [
        "example.com.",
        "www.example.com.",
        "data-100.example.com.",
        "xdata-1.example.com.",
        "*.example.com.",
    ];
    let calls: Vec<Call> =
        foreign.map(|name| batch(vec!["data-1.example.com.".to_owned(), name.to_owned()])).into();
    let others = judged(&lab, &[exported.json()], &calls, &lists).await;
    assert_eq!(about_records(&others, "denied").len(), foreign.len(), "{others:#}");
    lab.stop().await;
}

/// Every way to be told no, and what is said when a policy is wider than it should be.
#[tokio::test]
async fn what_cannot_be_permitted_exactly_is_told() {
    let lab = TestLab::start(quick()).await;
    let bare = Program::bare(lab.folder()).with("AWS_EC2_METADATA_DISABLED", "true");
    let offline = bare.run(&[&exporting("apply")[..], &["--offline"]].concat()).await;
    assert_eq!(offline.code, Some(0), "{offline}");
    assert!(offline.stderr.contains("is permitted for every zone of the account"), "{offline}");
    assert!(offline.stderr.contains("so all zones may be read"), "{offline}");
    assert!(offline.stdout.contains("\"arn:aws:route53:::hostedzone/*\""), "{offline}");

    let refused = async |program: &Program, arguments: &[&str], code: i32, sentence: &str| {
        let ran = program.run(arguments).await;
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(code), ""), "{ran}");
        assert!(ran.stderr.contains(sentence), "{sentence}: {ran}");
    };
    let program = lab.program();
    refused(&program, &["export", "--format", "iam"], 2, "`--for apply`").await;
    refused(&program, &["export", "--format", "terraform", "--offline"], 2, "`--offline`").await;
    refused(&program, &[&exporting("plan")[..], &["--buckets"]].concat(), 2, "`--buckets`").await;
    refused(&bare, &exporting("plan"), 3, "`--offline` for a policy that names no zone").await;
    let spec = lab.lab.spec_toml();
    lab.write_spec(
        &spec
            .replace("hosted_zone = \"example.com\"", "hosted_zone = \"nowhere.example\"")
            .replace("data.example.com", "data.nowhere.example"),
    );
    refused(&program, &exporting("plan"), 3, "no hosted zone of this name").await;
    lab.write_spec(&by_id(&spec, "Z*"));
    refused(&program, &exporting("plan"), 2, "`Z*` is no id of a hosted zone").await;
    lab.write_spec(&spec.replace("eu-west-1", "cn-north-1"));
    refused(&program, &exporting("plan"), 2, "several partitions").await;

    // More than one document holds: into a folder, all of them, or not at all.
    let at = spec.find("[[failover]]").expect("the lab's spec has a failover");
    let many = (0..60).map(|number| {
        let zone = format!("name = \"data.example-{number}.com\"\nhosted_zone = \"Z0123456789{number}\"");
        spec[at..].replace("name = \"data.example.com\"", &zone)
    });
    lab.write_spec(&format!("{}{}", &spec[..at], many.collect::<String>()));
    refused(&program, &exporting("apply"), 2, "`--out FOLDER` writes them all").await;
    refused(&program, &exporting("apply"), 2, "policy-1.json, policy-2.json").await;
    let several = program.run(&[&exporting("apply")[..], &["--out", "policies"]].concat()).await;
    assert_eq!((several.code, several.stdout.as_str()), (Some(0), ""), "{several}");
    let files = std::fs::read_dir(lab.folder().join("policies")).expect("a folder");
    let texts: Vec<String> =
        files.map(|file| std::fs::read_to_string(file.expect("a file").path()).expect("a text")).collect();
    assert!(
        texts.len() > 1 && several.stderr.contains(&format!("needs {} policies", texts.len())),
        "{several}"
    );
    let policies: Vec<Value> = texts.iter().map(|text| serde_json::from_str(text).expect("JSON")).collect();
    assert_eq!(judged(&lab, &policies, &[], &["lint"]).await["lint"], json!([]));
    lab.stop().await;
}
