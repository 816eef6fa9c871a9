//! moto, which shares no code with us, judges the program: the account that `apply` leaves and
//! `destroy` clears is read by boto3 from another stand-in than our own.
//!
//! moto 5.2.5 differs from Route 53 in ways that this test stays clear of, and asserts nothing about:
//! its change ids are all one, and INSYNC at once; one observation, always a success, is all that its
//! health checks have; updates of a check erase its regions; batches are not atomic; a DELETE by
//! set identifier deletes every set of the zone with that identifier. The spec has no switch, since
//! moto keeps no status for calculated checks.

use super::support::{StandIn, judge};

/// A pair of buckets whose health checks are as they would be at AWS: HTTPS.
pub(super) const SPEC: &str = r#"
hosted_zone = "example.com"

[[failover]]
name = "data.example.com"
ttl = 60

[failover.health_check]
object = "failover/health.txt"
contains = "ok"
interval = 10

[failover.primary]
bucket = "my-app-data-us-east-1"
region = "us-east-1"

[failover.secondary]
bucket = "my-app-data-eu-west-1"
region = "eu-west-1"
"#;

/// Issue: "After apply, plan is empty. … `destroy` is the reverse and leaves no health check behind";
/// interface.md, "What apply creates for a pointer pair".
#[tokio::test]
async fn what_apply_leaves_and_destroy_clears_is_right_in_the_eyes_of_another() {
    let moto = StandIn::start("moto_server", &["-H", "127.0.0.1", "-p", "0"], &[]).await;
    std::fs::write(moto.folder().join("failover.toml"), SPEC).expect("a file");
    let environment = StandIn::environment(moto.url());
    let account = async |what: &str| judge("route53_account.py", &environment, &[what]).await;
    account("prepare").await;
    let before = account("read").await;
    insta::assert_snapshot!(before, @r#"
    {"Name": "www.example.com.", "ResourceRecords": [{"Value": "192.0.2.10"}], "TTL": 300, "Type": "A"}
    {"config": {"Disabled": false, "EnableSNI": false, "FailureThreshold": 3, "FullyQualifiedDomainName": "www.example.com", "Inverted": false, "MeasureLatency": false, "Port": 443, "RequestInterval": 30, "Type": "TCP"}, "tags": {}}
    "#);
    let program = moto.program(moto.url());

    let planned = program.run(&["plan", "--check"]).await;
    assert_eq!(planned.code, Some(1), "{planned}");
    assert_eq!(account("read").await, before, "plan has changed something");

    let applied = program.run(&["apply", "--yes"]).await;
    assert_eq!(applied.code, Some(0), "{applied}");
    insta::assert_snapshot!(account("read").await, @r#"
    {"AliasTarget": {"DNSName": "us-east-1.data.example.com.", "EvaluateTargetHealth": true, "HostedZoneId": "ZONE"}, "Failover": "PRIMARY", "HealthCheckId": "my-app-data-us-east-1.s3.us-east-1.amazonaws.com", "Name": "data.example.com.", "SetIdentifier": "primary of data.example.com", "Type": "CNAME"}
    {"AliasTarget": {"DNSName": "eu-west-1.data.example.com.", "EvaluateTargetHealth": true, "HostedZoneId": "ZONE"}, "Failover": "SECONDARY", "HealthCheckId": "my-app-data-eu-west-1.s3.eu-west-1.amazonaws.com", "Name": "data.example.com.", "SetIdentifier": "secondary of data.example.com", "Type": "CNAME"}
    {"Name": "_s3-failover.data.example.com.", "ResourceRecords": [{"Value": "\"s3-failover v1 owns data.example.com\""}, {"Value": "\"s3-failover v1 owns us-east-1.data.example.com\""}, {"Value": "\"s3-failover v1 owns eu-west-1.data.example.com\""}], "TTL": 60, "Type": "TXT"}
    {"Name": "eu-west-1.data.example.com.", "ResourceRecords": [{"Value": "my-app-data-eu-west-1.s3.eu-west-1.amazonaws.com"}], "TTL": 60, "Type": "CNAME"}
    {"Name": "us-east-1.data.example.com.", "ResourceRecords": [{"Value": "my-app-data-us-east-1.s3.us-east-1.amazonaws.com"}], "TTL": 60, "Type": "CNAME"}
    {"Name": "www.example.com.", "ResourceRecords": [{"Value": "192.0.2.10"}], "TTL": 300, "Type": "A"}
    {"config": {"Disabled": false, "EnableSNI": true, "FailureThreshold": 3, "FullyQualifiedDomainName": "my-app-data-eu-west-1.s3.eu-west-1.amazonaws.com", "Inverted": false, "MeasureLatency": false, "Port": 443, "RequestInterval": 10, "ResourcePath": "/failover/health.txt", "SearchString": "ok", "Type": "HTTPS_STR_MATCH"}, "tags": {"Name": "data.example.com secondary", "s3-failover:failover": "data.example.com", "s3-failover:hosted-zone": "ZONE", "s3-failover:role": "secondary", "s3-failover:spec": "failover.toml"}}
    {"config": {"Disabled": false, "EnableSNI": true, "FailureThreshold": 3, "FullyQualifiedDomainName": "my-app-data-us-east-1.s3.us-east-1.amazonaws.com", "Inverted": false, "MeasureLatency": false, "Port": 443, "RequestInterval": 10, "ResourcePath": "/failover/health.txt", "SearchString": "ok", "Type": "HTTPS_STR_MATCH"}, "tags": {"Name": "data.example.com primary", "s3-failover:failover": "data.example.com", "s3-failover:hosted-zone": "ZONE", "s3-failover:role": "primary", "s3-failover:spec": "failover.toml"}}
    {"config": {"Disabled": false, "EnableSNI": false, "FailureThreshold": 3, "FullyQualifiedDomainName": "www.example.com", "Inverted": false, "MeasureLatency": false, "Port": 443, "RequestInterval": 30, "Type": "TCP"}, "tags": {}}
    "#);

    let again = program.run(&["plan", "--check"]).await;
    assert_eq!(again.code, Some(0), "{again}");

    let destroyed = program.run(&["destroy", "--yes"]).await;
    assert_eq!(destroyed.code, Some(0), "{destroyed}");
    assert_eq!(account("read").await, before);
}
