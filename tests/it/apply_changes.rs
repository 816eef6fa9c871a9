//! What changes in a spec is applied without a gap: at every moment every name server answers, and nothing but
//! what may be answered.

use serde_json::Value;

use crate::{
    apply::{applied_under_watch, texts},
    support::{ENDPOINTS, NAME, RECORDS, ROLES, TestLab, answered, create_bucket, held, open_bucket, quick},
};

/// The issue: "Immutable health check fields are replaced without a moment in which the record points at
/// nothing", "After apply, plan is empty", `destroy` "leaves no health check behind". Here for what
/// changes how often and by whom it is looked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_change_without_a_gap() {
    let lab = TestLab::applied(quick()).await;
    for (old, new, expected) in [
        ("ttl = 60", "ttl = 30", [0, 3, 0, 0]),
        ("failure_threshold = 3", "failure_threshold = 5", [0, 3, 0, 0]),
        ("interval = 10", "interval = 30", [0, 2, 4, 0]),
    ] {
        lab.edit_spec(old, new);
        let plan = lab.program().run(&["plan", "--output", "json"]).await.json();
        let counts = ["create", "update", "replace", "delete"].map(|key| plan["summary"][key].clone());
        assert_eq!(counts, expected.map(Value::from), "{old} -> {new}: {plan:#}");
        let seen = applied_under_watch(&lab, &[]).await;
        assert!(seen.is_subset(&texts(&ENDPOINTS)), "{old} -> {new}: {seen:?}");
        assert_eq!(held(&lab.route53()).await.roles(), ROLES, "{old} -> {new}");
    }
    let held = held(&lab.route53()).await;
    let config = held.check("switch").health_check_config().expect("settings");
    assert_eq!((config.request_interval(), config.failure_threshold()), (Some(30), Some(5)));
    let record = held.record("eu-west-1.data.example.com", "CNAME", None).expect("the pointer");
    assert_eq!(record.ttl(), Some(30));
}

/// As above, and the primary, which is healthy all the time, answers all the time. A new inverted check
/// counts as unhealthy until its checkers have made up their minds, for which each of them needs
/// `failure_threshold` looks, and not one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replaced_switch_does_not_fail_over() {
    let lab = TestLab::applied(quick()).await;
    answered(&lab, NAME, ENDPOINTS[0]).await;
    lab.edit_spec("failure_threshold = 3", "failure_threshold = 5");
    lab.edit_spec("interval = 10", "interval = 30");
    assert_eq!(applied_under_watch(&lab, &[]).await, texts(&ENDPOINTS[..1]));
}

const SWITCH: &str = "[failover.switch]\nobject = \"failover/force-secondary\"\n";

/// As above, for the switch, which brings and takes two health checks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_switch_goes_and_comes_without_a_gap() {
    let lab = TestLab::applied(quick()).await;
    lab.edit_spec(SWITCH, "");
    let seen = applied_under_watch(&lab, &[]).await;
    assert_eq!(seen, texts(&ENDPOINTS[..1]));
    let without = held(&lab.route53()).await;
    assert_eq!(without.roles(), ["primary", "secondary"]);
    assert_eq!(
        without.described(NAME)[0],
        "data.example.com CNAME PRIMARY `primary of data.example.com` -> us-east-1.data.example.com, evaluated, guarded by primary"
    );
    lab.edit_spec("[failover.primary]", &format!("{SWITCH}\n[failover.primary]"));
    assert_eq!(applied_under_watch(&lab, &[]).await, texts(&ENDPOINTS[..1]));
    let with = held(&lab.route53()).await;
    assert_eq!(
        (with.roles(), with.described(NAME)),
        (ROLES.map(str::to_owned).into(), RECORDS.map(str::to_owned).into())
    );
}

/// As above, for who is primary. While the batch spreads, some servers answer the one and some the other
/// side, and none anything else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn primary_and_secondary_change_places_without_a_gap() {
    let lab = TestLab::applied(quick()).await;
    let spec = lab.lab.spec_toml();
    let swapped = spec
        .replace("us-east-1", "elsewhere")
        .replace("eu-west-1", "us-east-1")
        .replace("elsewhere", "eu-west-1");
    lab.write_spec(&swapped);
    assert_eq!(applied_under_watch(&lab, &[]).await, texts(&ENDPOINTS));
    answered(&lab, NAME, ENDPOINTS[1]).await;
    assert_eq!(held(&lab.route53()).await.roles(), ROLES);
    lab.write_spec(&spec);
    assert_eq!(applied_under_watch(&lab, &[]).await, texts(&ENDPOINTS));
    answered(&lab, NAME, ENDPOINTS[0]).await;
    let back = held(&lab.route53()).await;
    assert_eq!(
        (back.roles(), back.described(NAME)),
        (ROLES.map(str::to_owned).into(), RECORDS.map(str::to_owned).into())
    );
}

/// As above, for where the secondary is and what is looked at there. A bucket in a region that the lab
/// does not have is unhealthy, so that one is allowed by hand; the new switch is waited for all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn object_bucket_and_region_change_without_a_gap() {
    let lab = TestLab::applied(quick()).await;
    create_bucket(&lab.s3("eu-west-1"), "another-bucket", "eu-west-1").await;
    for (bucket, region) in [
        ("another-bucket", "eu-west-1"),
        ("my-app-data-eu-west-1", "eu-west-1"),
        ("my-app-data-us-east-1", "us-east-1"),
    ] {
        open_bucket(&lab.s3(region), bucket, &["failover/health.txt", "failover/other.txt"]).await;
    }

    lab.edit_spec("object = \"failover/health.txt\"", "object = \"failover/other.txt\"");
    assert_eq!(applied_under_watch(&lab, &[]).await, texts(&ENDPOINTS[..1]), "object");
    assert_eq!(held(&lab.route53()).await.roles(), ROLES);

    lab.edit_spec("bucket = \"my-app-data-eu-west-1\"", "bucket = \"another-bucket\"");
    assert_eq!(applied_under_watch(&lab, &[]).await, texts(&ENDPOINTS[..1]), "bucket");
    let moved = held(&lab.route53()).await;
    assert_eq!(moved.roles(), ROLES);
    assert_eq!(
        moved.described(NAME)[3],
        "eu-west-1.data.example.com CNAME 60 another-bucket.s3.eu-west-1.amazonaws.com"
    );

    lab.edit_spec("region = \"eu-west-1\"", "region = \"eu-central-1\"");
    let seen = applied_under_watch(&lab, &["--allow-unhealthy"]).await;
    assert_eq!(seen, texts(&ENDPOINTS[..1]), "region");
    answered(&lab, NAME, ENDPOINTS[0]).await;
    let moved = held(&lab.route53()).await;
    assert_eq!(moved.roles(), ROLES);
    assert_eq!(
        moved.described(NAME)[1..4],
        [
            "data.example.com CNAME SECONDARY `secondary of data.example.com` -> eu-central-1.data.example.com, evaluated, guarded by secondary",
            &RECORDS[2].replace("eu-west-1", "eu-central-1"),
            "eu-central-1.data.example.com CNAME 60 another-bucket.s3.eu-central-1.amazonaws.com",
        ]
    );
}
