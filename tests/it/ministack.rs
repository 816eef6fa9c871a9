//! ministack, which shares no code with us nor with moto, judges the program as moto does: by an account
//! that boto3 reads.
//!
//! ministack 1.5.33 differs from Route 53 in ways that a proxy before it mends, for the program and for boto3:
//! it writes booleans as `True` and `False`; it has no `ListTagsForResources` and no `GetHealthCheckStatus`
//! (here every checker is content). That it accepts any record and check that moto accepts, gives the old
//! check for a caller reference with other settings, and refuses no version is asserted nowhere.

use super::{
    moto::SPEC,
    support::{Action, Call, Proxy, StandIn, judge},
};

const BEGINS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const NAMESPACE: &str = "https://route53.amazonaws.com/doc/2013-04-01/";

/// What ministack lacks.
fn stand_in(call: &Call) -> Action {
    if call.method == "GET" && call.path.starts_with("/healthcheck/") && call.path.ends_with("/status") {
        return Action::Answer(format!(
            "{BEGINS}<GetHealthCheckStatusResponse xmlns=\"{NAMESPACE}\"><HealthCheckObservations>\
             <HealthCheckObservation><Region>us-east-1</Region><IPAddress>192.0.2.1</IPAddress><StatusReport>\
             <Status>Success: HTTP Status Code 200, OK</Status><CheckedTime>2026-11-21T00:00:00Z</CheckedTime>\
             </StatusReport></HealthCheckObservation></HealthCheckObservations></GetHealthCheckStatusResponse>"
        ));
    }
    // Nothing is read by it that an undisturbed run would have to know.
    assert!(!(call.method == "POST" && call.path == "/tags/healthcheck"), "{call:?}");
    Action::Forward
}

fn with_xml_booleans(answer: &str) -> String {
    answer.replace(">True<", ">true<").replace(">False<", ">false<")
}

#[tokio::test]
async fn what_apply_leaves_and_destroy_clears_is_right_in_the_eyes_of_a_third() {
    let variables = [("BIND_HOST", "127.0.0.1"), ("GATEWAY_PORT", "0")];
    let ministack = StandIn::start("ministack", &[], &variables).await;
    std::fs::write(ministack.folder().join("failover.toml"), SPEC).expect("a file");
    let proxy = Proxy::before(ministack.url(), stand_in, with_xml_booleans).await;
    let environment = StandIn::environment(proxy.url());
    let account = async |what: &str| judge("route53_account.py", &environment, &[what]).await;
    account("prepare").await;
    let before = account("read").await;
    insta::assert_snapshot!(before, @r#"
    {"Name": "www.example.com.", "ResourceRecords": [{"Value": "192.0.2.10"}], "TTL": 300, "Type": "A"}
    {"config": {"FullyQualifiedDomainName": "www.example.com", "Port": 443, "Type": "TCP"}, "tags": {}}
    "#);
    let program = ministack.program(proxy.url());

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
    {"config": {"Disabled": false, "EnableSNI": true, "FailureThreshold": 3, "FullyQualifiedDomainName": "my-app-data-eu-west-1.s3.eu-west-1.amazonaws.com", "Inverted": false, "Port": 443, "RequestInterval": 10, "ResourcePath": "/failover/health.txt", "SearchString": "ok", "Type": "HTTPS_STR_MATCH"}, "tags": {"Name": "data.example.com secondary", "s3-failover:failover": "data.example.com", "s3-failover:hosted-zone": "ZONE", "s3-failover:role": "secondary", "s3-failover:spec": "failover.toml"}}
    {"config": {"Disabled": false, "EnableSNI": true, "FailureThreshold": 3, "FullyQualifiedDomainName": "my-app-data-us-east-1.s3.us-east-1.amazonaws.com", "Inverted": false, "Port": 443, "RequestInterval": 10, "ResourcePath": "/failover/health.txt", "SearchString": "ok", "Type": "HTTPS_STR_MATCH"}, "tags": {"Name": "data.example.com primary", "s3-failover:failover": "data.example.com", "s3-failover:hosted-zone": "ZONE", "s3-failover:role": "primary", "s3-failover:spec": "failover.toml"}}
    {"config": {"FullyQualifiedDomainName": "www.example.com", "Port": 443, "Type": "TCP"}, "tags": {}}
    "#);

    let again = program.run(&["plan", "--check"]).await;
    assert_eq!(again.code, Some(0), "{again}");

    // In place, and with the records anew.
    std::fs::write(ministack.folder().join("failover.toml"), SPEC.replace("ttl = 60", "ttl = 30"))
        .expect("a file");
    let changed = program.run(&["apply", "--yes"]).await;
    assert_eq!(changed.code, Some(0), "{changed}");
    assert!(account("read").await.contains("\"TTL\": 30"));
    let again = program.run(&["plan", "--check"]).await;
    assert_eq!(again.code, Some(0), "{again}");

    let destroyed = program.run(&["destroy", "--yes"]).await;
    assert_eq!(destroyed.code, Some(0), "{destroyed}");
    assert_eq!(account("read").await, before);
}
