//! What may speak for a side beside a public object of its bucket: an alarm, checks of others, an object in
//! a bucket apart, a bare connection. Through the wire: the program, the lab's Route 53, CloudWatch, S3 and
//! name servers.

use std::time::Duration;

use aws_sdk_cloudwatch::types::ComparisonOperator;
use aws_sdk_route53::types::{
    AlarmIdentifier, CloudWatchRegion, HealthCheckConfig, HealthCheckType, InsufficientDataHealthStatus,
};
use aws_sdk_s3::types::PublicAccessBlockConfiguration;
use s3_failover::lab::{Options, credentials};
use serde_json::{Value, json};

use crate::support::{
    ENDPOINTS, NAME, Ran, TestLab, Watch, create_bucket, eventually, held, open_bucket, pointer, quick,
};

/// In our own time.
const SOON: Duration = Duration::from_secs(20);

/// A minute of this lab is little more than one of our seconds, and what it measured appears at its end.
pub(crate) fn prompt() -> Options {
    Options { speed: 50.0, metric_delay: Duration::ZERO, ..quick() }
}

pub(crate) fn cloudwatch(lab: &TestLab, region: &str) -> aws_sdk_cloudwatch::Client {
    use aws_sdk_cloudwatch::config::{BehaviorVersion, Credentials, Region};
    let key = (credentials::ACCESS_KEY_ID, credentials::SECRET_ACCESS_KEY);
    let config = aws_sdk_cloudwatch::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .credentials_provider(Credentials::new(key.0, key.1, None, None, "test"))
        .endpoint_url(&lab.lab.ready().cloudwatch);
    aws_sdk_cloudwatch::Client::from_conf(config.build())
}

/// Makes an alarm over a metric that nobody publishes, so that what it says of silence is what it says:
/// `OK` for "notBreaching", `ALARM` for "breaching". Waits until it says so.
pub(crate) async fn alarm_is(lab: &TestLab, region: &str, name: &str, state: &str) {
    let silence = if state == "OK" { "notBreaching" } else { "breaching" };
    let client = cloudwatch(lab, region);
    let made = client
        .put_metric_alarm()
        .alarm_name(name)
        .namespace("canary")
        .metric_name("failures")
        .statistic(aws_sdk_cloudwatch::types::Statistic::Maximum)
        .period(60)
        .evaluation_periods(1)
        .threshold(1.0)
        .comparison_operator(ComparisonOperator::GreaterThanOrEqualToThreshold)
        .treat_missing_data(silence);
    made.send().await.expect("an alarm");
    eventually(&format!("the alarm {name} in state {state}"), SOON, async || {
        let found = client.describe_alarms().alarm_names(name).send().await.expect("an answer");
        let found = found.metric_alarms().first().and_then(|alarm| alarm.state_value.clone());
        if found.as_ref().is_some_and(|found| found.as_str() == state) {
            Ok(())
        } else {
            Err(format!("{found:?}"))
        }
    })
    .await;
}

async fn answered(lab: &TestLab, endpoint: &str) {
    for server in &lab.lab.ready().nameservers {
        eventually(&format!("{server} answers {endpoint}"), SOON, async || {
            match pointer(*server, NAME).await {
                Ok(answer) if answer == endpoint => Ok(()),
                Ok(other) | Err(other) => Err(other),
            }
        })
        .await;
    }
}

/// Applies, and finds nothing left to do.
async fn apply(lab: &TestLab, what: &str) {
    let ran = lab.program().run(&["apply", "--yes", "--allow-unhealthy", "--allow", "doubled-cost"]).await;
    assert_eq!(ran.code, Some(0), "{what}: {ran}");
    nothing_to_do(lab, what).await;
}

async fn nothing_to_do(lab: &TestLab, what: &str) {
    let check = lab.program().run(&["plan", "--check", "--output", "json"]).await;
    assert_eq!((check.code, &check.json()["changes"]), (Some(0), &json!([])), "{what}: {check}");
}

/// What `verify` expects, what it saw, and whether all is well.
async fn verified(lab: &TestLab) -> (Value, Ran) {
    let ran = lab.program().run(&["verify", "--output", "json"]).await;
    let failover = ran.json()["failovers"][0].clone();
    (json!([failover["expected"], failover["observed"], failover["ok"]]), ran)
}

/// `verify` may look while news of a verdict is on its way to the name servers.
async fn verifies(lab: &TestLab, side: &str) {
    eventually(&format!("verify sees the {side}"), SOON, async || match verified(lab).await {
        (said, ran) if said == json!([side, side, true]) && ran.code == Some(0) => Ok(()),
        (said, ran) => Err(format!("{said}\n{ran}")),
    })
    .await;
}

/// The lab's failover with this between name and sides, and this beside each side.
pub(crate) fn spec(lab: &TestLab, check: &str, beside: [&str; 2]) -> String {
    let region: s3_failover::model::Region = "us-east-1".parse().expect("a region");
    let port = lab.lab.ready().s3[&region].rsplit(':').next().expect("a port").to_owned();
    let check = check.replace("{port}", &port);
    let [primary, secondary] = beside;
    format!(
        "hosted_zone = \"example.com\"\n[[failover]]\nname = \"{NAME}\"\n{check}\n\
         [failover.primary]\nbucket = \"my-app-data-us-east-1\"\nregion = \"us-east-1\"\n{primary}\n\
         [failover.secondary]\nbucket = \"my-app-data-eu-west-1\"\nregion = \"eu-west-1\"\n{secondary}\n"
    )
}

pub(crate) const IN_THE_CLEAR: &str =
    "[failover.health_check]\nprotocol = \"http\"\nport = {port}\ninterval = 10\nfailure_threshold = 1\n";
pub(crate) const OBJECT: &str = "[failover.health_check]\nprotocol = \"http\"\nport = {port}\ninterval = 10\nfailure_threshold = 1\n\
                      object = \"failover/health.txt\"\ncontains = \"ok\"\n";
const SWITCH: &str = "[failover.switch]\nobject = \"failover/force-secondary\"\n";
pub(crate) const ALARMS: [&str; 2] =
    ["alarm = { name = \"bucket-us-east-1\" }", "alarm = { name = \"bucket-eu-west-1\" }"];

/// What both sides can lead to instead of their buckets: a distribution and a load balancer.
const TARGETS: [&str; 2] = [
    "target = { alias = \"d111111abcdef8.cloudfront.net\", hosted_zone_id = \"Z2FDTNDATAQYW2\" }",
    "target = { alias = \"dualstack.my-lb-1.eu-west-1.elb.amazonaws.com\", hosted_zone_id = \"Z32O12XQLNTSW2\" }",
];

/// Sides with these targets, for which alarms speak.
pub(crate) fn alias_sides() -> [String; 2] {
    [0, 1].map(|side| format!("{}\n{}", TARGETS[side], ALARMS[side]))
}

/// No object of either bucket is public, and no request of a checker reaches them.
async fn make_private(lab: &TestLab) {
    for (bucket, region) in [("my-app-data-us-east-1", "us-east-1"), ("my-app-data-eu-west-1", "eu-west-1")] {
        let client = lab.s3(region);
        client.delete_bucket_policy().bucket(bucket).send().await.expect("no policy any more");
        let all = PublicAccessBlockConfiguration::builder()
            .block_public_acls(true)
            .ignore_public_acls(true)
            .block_public_policy(true)
            .restrict_public_buckets(true)
            .build();
        let block = client.put_public_access_block().bucket(bucket).public_access_block_configuration(all);
        block.send().await.expect("it is private");
    }
}

/// "If the state of the alarm is `OK`, the health check is considered healthy. If the state is `ALARM`, the
/// health check is considered unhealthy. If CloudWatch doesn't have sufficient data [...] the health check
/// status depends on the setting for `InsufficientDataHealthStatus`" (Route 53 model, `HealthCheckConfig`).
#[tokio::test]
async fn private_buckets_fail_over_by_their_alarms() {
    let lab = TestLab::start(prompt()).await;
    make_private(&lab).await;
    alarm_is(&lab, "us-east-1", "bucket-us-east-1", "OK").await;
    lab.write_spec(&spec(&lab, IN_THE_CLEAR, ALARMS));

    // The secondary's alarm is not there yet.
    let refused = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(refused.code, Some(4), "{refused}");
    let why = "there is no alarm `bucket-eu-west-1` in eu-west-1. The records were not changed";
    assert!(refused.stderr.contains(why), "{refused}");
    assert_eq!(held(&lab.route53()).await.records_of(NAME).len(), 0);
    alarm_is(&lab, "eu-west-1", "bucket-eu-west-1", "OK").await;
    let ran = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    nothing_to_do(&lab, "two alarms").await;
    let held = held(&lab.route53()).await;
    assert_eq!(held.roles(), ["primary", "secondary"]);
    let config = held.check("secondary").health_check_config().expect("settings");
    assert_eq!(config.r#type(), &HealthCheckType::CloudwatchMetric);
    let alarm = config.alarm_identifier().expect("an alarm");
    assert_eq!((alarm.name(), alarm.region().as_str()), ("bucket-eu-west-1", "eu-west-1"));
    assert_eq!(
        config.insufficient_data_health_status(),
        Some(&InsufficientDataHealthStatus::LastKnownStatus)
    );
    answered(&lab, ENDPOINTS[0]).await;
    verifies(&lab, "primary").await;

    alarm_is(&lab, "us-east-1", "bucket-us-east-1", "ALARM").await;
    answered(&lab, ENDPOINTS[1]).await;
    verifies(&lab, "secondary").await;

    // Without the alarm the last known status holds, and Route 53's own metric tells it.
    let gone = cloudwatch(&lab, "us-east-1").delete_alarms().alarm_names("bucket-us-east-1");
    gone.send().await.expect("it is gone");
    verifies(&lab, "secondary").await;

    // What silence means is changed in place; and then the primary is healthy.
    let id = held.check("primary").id().to_owned();
    let healthy = "alarm = { name = \"bucket-us-east-1\", insufficient_data = \"healthy\" }";
    lab.write_spec(&spec(&lab, IN_THE_CLEAR, [healthy, ALARMS[1]]));
    apply(&lab, "another answer to silence").await;
    assert_eq!(crate::support::held(&lab.route53()).await.check("primary").id(), id);
    answered(&lab, ENDPOINTS[0]).await;

    let destroyed = lab.program().run(&["destroy", "--yes"]).await;
    assert_eq!(destroyed.code, Some(0), "{destroyed}");
    assert_eq!(crate::support::held(&lab.route53()).await.checks.len(), 0);
    lab.stop().await;
}

/// Makes a health check that is not this tool's.
pub(crate) async fn check_by_hand(lab: &TestLab, config: HealthCheckConfig) -> String {
    let client = lab.route53();
    let reference = format!("by hand {}", held(&client).await.checks.len());
    let made = client.create_health_check().caller_reference(reference).health_check_config(config);
    made.send().await.expect("a check").health_check.expect("it is in the answer").id
}

pub(crate) fn following(name: &str) -> HealthCheckConfig {
    let alarm = AlarmIdentifier::builder().name(name).region(CloudWatchRegion::UsEast1).build();
    HealthCheckConfig::builder()
        .r#type(HealthCheckType::CloudwatchMetric)
        .alarm_identifier(alarm.expect("an alarm"))
        .insufficient_data_health_status(InsufficientDataHealthStatus::Healthy)
        .build()
        .expect("settings")
}

/// "Route 53 adds up the number of health checks that Route 53 health checkers consider to be healthy and
/// compares that number with the value of `HealthThreshold`" (Route 53 model, `HealthCheckConfig`).
#[tokio::test]
async fn the_checks_of_others_count_beside_a_sides_own() {
    let lab = TestLab::start(prompt()).await;
    alarm_is(&lab, "us-east-1", "database", "OK").await;
    let child = check_by_hand(&lab, following("database")).await;
    let calculated = |children: &[&str], healthy: &str| {
        format!("[failover.primary.calculated]\nchildren = {children:?}\n{healthy}")
    };
    let write = |check: &str, calculated: &str| lab.write_spec(&spec(&lab, check, [calculated, ""]));

    write(OBJECT, &calculated(&[&child, "not-there"], ""));
    let refused = lab.program().run(&["plan"]).await;
    assert_eq!(refused.code, Some(4), "{refused}");
    let why =
        "uncountable-child: data.example.com cannot count the health check not-there: the account has no";
    assert!(refused.stderr.contains(why), "{refused}");

    write(OBJECT, &calculated(&[&child], ""));
    apply(&lab, "all of two").await;
    let before = held(&lab.route53()).await;
    assert_eq!(before.roles(), ["combined", "no role", "primary", "secondary"]);
    let combined = before.check("combined");
    let config = combined.health_check_config().expect("settings");
    let own = before.check("primary").id();
    assert_eq!(
        (config.child_health_checks(), config.health_threshold()),
        (&[own.to_owned(), child.clone()][..], Some(2))
    );
    answered(&lab, ENDPOINTS[0]).await;
    verifies(&lab, "primary").await;

    alarm_is(&lab, "us-east-1", "database", "ALARM").await;
    answered(&lab, ENDPOINTS[1]).await;
    verifies(&lab, "secondary").await;

    // One of the two is enough: the same check with another number.
    write(OBJECT, &calculated(&[&child], "healthy = 1"));
    apply(&lab, "one of two").await;
    assert_eq!(held(&lab.route53()).await.check("combined").id(), combined.id());
    answered(&lab, ENDPOINTS[0]).await;
    verifies(&lab, "primary").await;

    // With a switch all are needed again; and both sides can count.
    let both =
        [calculated(&[&child], ""), calculated(&[&child], "healthy = 1").replace("primary", "secondary")];
    lab.write_spec(&spec(&lab, &format!("{OBJECT}{SWITCH}"), [&both[0], &both[1]]));
    apply(&lab, "a switch beside it, and the secondary").await;
    let after = held(&lab.route53()).await;
    let roles = ["combined", "no role", "primary", "secondary", "secondary-combined", "switch"];
    assert_eq!(after.roles(), roles);
    assert_eq!(after.check("combined").health_check_config().expect("settings").health_threshold(), Some(3));
    verifies(&lab, "secondary").await;

    // One that this tool made cannot be counted, nor one that is made of others.
    write(OBJECT, &calculated(&[after.check("secondary").id()], ""));
    let refused = lab.program().run(&["plan"]).await;
    assert!(refused.code == Some(4) && refused.stderr.contains("s3-failover made it"), "{refused}");

    let destroyed = lab.program().run(&["destroy", "--yes"]).await;
    assert_eq!(destroyed.code, Some(0), "{destroyed}");
    assert_eq!(held(&lab.route53()).await.roles(), ["no role"], "the check of others stays");
    lab.stop().await;
}

/// A bucket of which anybody can read the sentinels.
async fn sentinel_bucket(lab: &TestLab, name: &str, region: &str) {
    let s3 = lab.s3(region);
    create_bucket(&s3, name, region).await;
    open_bucket(&s3, name, &["failover/health.txt"]).await;
}

async fn put(lab: &TestLab, bucket: &str, region: &str, key: &str) {
    let body = aws_sdk_s3::primitives::ByteStream::from_static(b"ok\n");
    lab.s3(region).put_object().bucket(bucket).key(key).body(body).send().await.expect("an object");
}

/// "(b) Keep data bucket fully private and put the probe object in a separate sentinel bucket": the data
/// stay private, and health and switch are looked at elsewhere in the same region.
#[tokio::test]
async fn a_sentinel_bucket_holds_what_the_checkers_look_at() {
    let lab = TestLab::start(prompt()).await;
    make_private(&lab).await;
    let names = ["my-sentinel-us-east-1", "my-sentinel-eu-west-1"];
    sentinel_bucket(&lab, names[0], "us-east-1").await;
    sentinel_bucket(&lab, names[1], "eu-west-1").await;
    let beside = names.map(|name| format!("sentinel_bucket = \"{name}\""));
    lab.write_spec(&spec(&lab, &format!("{OBJECT}{SWITCH}"), [&beside[0], &beside[1]]));
    let ran = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    nothing_to_do(&lab, "sentinels").await;
    answered(&lab, ENDPOINTS[0]).await;
    verifies(&lab, "primary").await;

    put(&lab, names[1], "eu-west-1", "failover/force-secondary").await;
    answered(&lab, ENDPOINTS[1]).await;
    verifies(&lab, "secondary").await;
    let client = lab.s3("eu-west-1");
    client.delete_object().bucket(names[1]).key("failover/force-secondary").send().await.expect("gone");
    answered(&lab, ENDPOINTS[0]).await;

    lab.s3("us-east-1")
        .delete_object()
        .bucket(names[0])
        .key("failover/health.txt")
        .send()
        .await
        .expect("gone");
    answered(&lab, ENDPOINTS[1]).await;
    lab.stop().await;
}

/// From each kind to the next, and no client sees a gap.
#[tokio::test]
async fn each_kind_becomes_another() {
    let lab = TestLab::start(prompt()).await;
    alarm_is(&lab, "us-east-1", "bucket-us-east-1", "OK").await;
    alarm_is(&lab, "eu-west-1", "bucket-eu-west-1", "OK").await;
    sentinel_bucket(&lab, "my-sentinel-us-east-1", "us-east-1").await;
    let child = check_by_hand(&lab, following("bucket-us-east-1")).await;
    let counted = format!("[failover.primary.calculated]\nchildren = [\"{child}\"]");
    let alarm_and_counted = format!("{}\n{counted}", ALARMS[0]);
    let tcp = "[failover.health_check]\nprotocol = \"tcp\"\nport = {port}\ninterval = 10\nfailure_threshold = 1\nobject = \"x\"";
    let switched = format!("{OBJECT}{SWITCH}");
    let silent_https = "[failover.health_check]\nprotocol = \"https\"\nport = {port}\ninterval = 10\nfailure_threshold = 1\nobject = \"failover/health.txt\"";
    let sentinel = "sentinel_bucket = \"my-sentinel-us-east-1\"";
    let kinds: [(&str, &str, [&str; 2]); 9] = [
        ("an object", OBJECT, ["", ""]),
        ("tcp", tcp, ["", ""]),
        ("alarms", IN_THE_CLEAR, ALARMS),
        ("a switch", &switched, ["", ""]),
        ("one alarm beside a switch", &switched, [ALARMS[0], ""]),
        ("counted", OBJECT, [&counted, ""]),
        ("alarms, counted", "", [&alarm_and_counted, ALARMS[1]]),
        ("a sentinel", OBJECT, [sentinel, ""]),
        ("https without a text", silent_https, ["", ""]),
    ];
    lab.write_spec(&spec(&lab, kinds[0].1, kinds[0].2));
    apply(&lab, kinds[0].0).await;
    answered(&lab, ENDPOINTS[0]).await;
    let watch = Watch::start(&lab.lab.ready().nameservers, NAME);
    for (what, check, beside) in kinds.into_iter().skip(1) {
        lab.write_spec(&spec(&lab, check, beside));
        apply(&lab, what).await;
    }
    // The lab's S3 speaks no TLS, so over HTTPS both sides are unhealthy, and the primary answers.
    let answers: Vec<String> = watch.answers().await.into_iter().collect();
    assert_eq!(answers, [ENDPOINTS[0]]);
    assert_eq!(held(&lab.route53()).await.roles(), ["no role", "primary", "secondary"]);
    lab.stop().await;
}

/// "If IPv6 is enabled for the distribution, create two resource record sets to route traffic to your
/// distribution, one with a value of A and one with a value of AAAA"; "You can't set `EvaluateTargetHealth`
/// to true when the alias target is a CloudFront distribution" (Route 53 model).
#[tokio::test]
async fn aliases_have_aaaa_beside_a() {
    let lab = TestLab::start(prompt()).await;
    for (region, name) in [("us-east-1", "bucket-us-east-1"), ("eu-west-1", "bucket-eu-west-1")] {
        alarm_is(&lab, region, name, "OK").await;
    }
    let beside = alias_sides();
    let record = |kind: &str, over: &str| {
        [
            format!(
                "data.example.com {kind} PRIMARY `primary{over} of data.example.com` -> d111111abcdef8.cloudfront.net, guarded by primary"
            ),
            format!(
                "data.example.com {kind} SECONDARY `secondary{over} of data.example.com` -> dualstack.my-lb-1.eu-west-1.elb.amazonaws.com, evaluated, guarded by secondary"
            ),
        ]
    };
    let marker = "_s3-failover.data.example.com TXT 60 \"s3-failover v1 owns data.example.com\"".to_owned();
    let (ipv4, ipv6) = (record("A", ""), record("AAAA", " over IPv6"));

    lab.write_spec(&spec(&lab, "ipv6 = true\n", [&beside[0], &beside[1]]));
    apply(&lab, "over both").await;
    let all: Vec<String> = ipv4.iter().chain(&ipv6).cloned().chain([marker.clone()]).collect();
    assert_eq!(held(&lab.route53()).await.described(NAME), all);

    lab.write_spec(&spec(&lab, "", [&beside[0], &beside[1]]));
    apply(&lab, "over IPv4").await;
    let some: Vec<String> = ipv4.iter().cloned().chain([marker]).collect();
    assert_eq!(held(&lab.route53()).await.described(NAME), some);

    // The secondary as a website, which has no IPv6: the pair is one of A records.
    let website = beside[1].replace(TARGETS[1], "target = \"website\"");
    lab.write_spec(&spec(&lab, "", [&beside[0], &website]).replace("my-app-data-eu-west-1", NAME));
    apply(&lab, "a website").await;
    let website = held(&lab.route53()).await;
    let secondary = website.record(NAME, "A", Some("secondary of data.example.com")).expect("a record");
    let alias = secondary.alias_target().expect("an alias");
    assert_eq!(
        (alias.dns_name(), alias.hosted_zone_id()),
        ("s3-website-eu-west-1.amazonaws.com.", "Z1BKCTXD74EZPE")
    );

    // From aliases over both to pointers and back.
    lab.write_spec(&spec(&lab, "ipv6 = true\n", [&beside[0], &beside[1]]));
    apply(&lab, "over both again").await;
    lab.write_spec(&spec(&lab, "", ALARMS));
    apply(&lab, "pointers").await;
    answered(&lab, ENDPOINTS[0]).await;
    lab.write_spec(&spec(&lab, "ipv6 = true\n", [&beside[0], &beside[1]]));
    apply(&lab, "over both at last").await;
    assert_eq!(held(&lab.route53()).await.described(NAME), all);
    let destroyed = lab.program().run(&["destroy", "--yes"]).await;
    assert_eq!(destroyed.code, Some(0), "{destroyed}");
    assert_eq!(held(&lab.route53()).await.records_of(NAME).len(), 0);
    lab.stop().await;
}
