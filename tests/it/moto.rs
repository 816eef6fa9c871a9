//! moto, which shares no code with us, judges the program: the account that `apply` leaves and
//! `destroy` clears is read by boto3 from another stand-in than our own.
//!
//! moto 5.2.5 differs from Route 53 in ways that this test stays clear of, and asserts nothing about:
//! its change ids are all one, and INSYNC at once; one observation, always a success, is all that its
//! health checks have; updates of a check erase its regions; batches are not atomic; a DELETE by
//! set identifier deletes every set of the zone with that identifier. The spec has no switch, since
//! moto keeps no status for calculated checks.

use std::{process::Stdio, time::Duration};

use s3_failover::clock::Clock;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use super::support::{Program, judge, judges_tool};

/// A pair of buckets whose health checks are as they would be at AWS: HTTPS.
const SPEC: &str = r#"
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

/// A moto server; dropping it kills it by its own id.
struct Moto {
    _child: Child,
    folder: TempDir,
    environment: Vec<(String, String)>,
}

impl Moto {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(judges_tool("moto_server"));
        command.args(["-H", "127.0.0.1", "-p", "0"]).current_dir(folder.path());
        command.env_clear().env("HOME", folder.path()).env("PYTHONUNBUFFERED", "1");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().expect("moto starts");
        let stderr = child.stderr.take().expect("it is piped");
        let mut lines = BufReader::new(stderr).lines();
        let url = async {
            while let Some(line) = lines.next_line().await.expect("UTF-8") {
                if let Some((_, url)) = line.split_once("Running on ") {
                    return url.trim().to_owned();
                }
            }
            panic!("moto has ended before it served")
        };
        let url = Clock::system().timeout(Duration::from_secs(30), url).await.expect("moto serves");
        // Its log has to go somewhere, or it stops when the pipe is full.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let environment = [
            ("AWS_ACCESS_KEY_ID", "of-moto"),
            ("AWS_SECRET_ACCESS_KEY", "of-moto"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_DEFAULT_REGION", "us-east-1"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_ENDPOINT_URL", url.as_str()),
            ("AWS_ENDPOINT_URL_ROUTE_53", url.as_str()),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Self { _child: child, folder, environment }
    }

    fn program(&self) -> Program {
        Program::bare(self.folder.path()).with_all(&self.environment)
    }

    async fn account(&self, what: &str) -> String {
        judge("route53_account.py", &self.environment, &[what]).await
    }
}

/// Issue: "After apply, plan is empty. … `destroy` is the reverse and leaves no health check behind";
/// interface.md, "What apply creates for a pointer pair".
#[tokio::test]
async fn what_apply_leaves_and_destroy_clears_is_right_in_the_eyes_of_another() {
    let moto = Moto::start().await;
    std::fs::write(moto.folder.path().join("failover.toml"), SPEC).expect("a file");
    moto.account("prepare").await;
    let before = moto.account("read").await;
    insta::assert_snapshot!(before, @r#"
    {"Name": "www.example.com.", "ResourceRecords": [{"Value": "192.0.2.10"}], "TTL": 300, "Type": "A"}
    {"config": {"Disabled": false, "EnableSNI": false, "FailureThreshold": 3, "FullyQualifiedDomainName": "www.example.com", "Inverted": false, "MeasureLatency": false, "Port": 443, "RequestInterval": 30, "Type": "TCP"}, "tags": {}}
    "#);
    let program = moto.program();

    let planned = program.run(&["plan", "--check"]).await;
    assert_eq!(planned.code, Some(1), "{planned}");
    assert_eq!(moto.account("read").await, before, "plan has changed something");

    let applied = program.run(&["apply", "--yes"]).await;
    assert_eq!(applied.code, Some(0), "{applied}");
    insta::assert_snapshot!(moto.account("read").await, @r#"
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
    assert_eq!(moto.account("read").await, before);
}
