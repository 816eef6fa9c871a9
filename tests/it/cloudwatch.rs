//! What clients of three protocols get from the lab's CloudWatch: boto3 and the aws command, which speak
//! JSON today, older ones, which speak the query protocol, and the Rust SDK, which speaks CBOR.

use std::time::Duration;

use aws_sdk_cloudwatch::{
    Client,
    config::{BehaviorVersion, Credentials, Region, retry::RetryConfig},
    error::{ProvideErrorMetadata, SdkError},
    primitives::DateTime,
    types::{
        ComparisonOperator, Dimension, Metric, MetricDataQuery, MetricStat, StandardUnit, StateValue,
        Statistic,
    },
};
use s3_failover::lab::{CloudWatchFault, Fault, Options, Order, Target, credentials};
use serde_json::Value;
use tokio::process::Command;

use super::support::{TestLab, eventually, judge, judges_tool, quick};

const PROTOCOLS: &str = "json,query,smithy-rpc-v2-cbor";

/// A minute of this lab is little more than one of our seconds, and what it measured appears at its end.
fn prompt() -> Options {
    Options { speed: 50.0, metric_delay: Duration::ZERO, ..quick() }
}

/// What botocore is told in JSON, query and CBOR, by one judge for all three.
async fn in_each_protocol(lab: &TestLab, arguments: &[&str]) -> [String; 3] {
    let output = judge("cloudwatch.py", lab.environment(), &[&[PROTOCOLS], arguments].concat()).await;
    let told = output.split("== ").skip(1).filter_map(|part| Some(part.split_once('\n')?.1.to_owned()));
    told.collect::<Vec<_>>().try_into().expect("three protocols")
}

/// Makes a health check by boto3 and gives its id.
async fn check_of(lab: &TestLab, port: &str, host: &str) -> String {
    let told = judge("cloudwatch.py", lab.environment(), &["json", "create", port, host]).await;
    told.lines().last().expect("an id").to_owned()
}

fn client(lab: &TestLab, region: &'static str) -> Client {
    let key = (credentials::ACCESS_KEY_ID, credentials::SECRET_ACCESS_KEY);
    let config = aws_sdk_cloudwatch::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(region))
        .credentials_provider(Credentials::new(key.0, key.1, None, None, "test"))
        .endpoint_url(&lab.lab.ready().cloudwatch)
        .retry_config(RetryConfig::disabled())
        .build();
    Client::from_conf(config)
}

/// The newest verdict on a check by the Rust SDK: the maximum of the newest minute. A refusal tells its
/// code.
async fn verdict(lab: &TestLab, check: &str, stat: &str) -> Result<f64, String> {
    let dimension = Dimension::builder().name("HealthCheckId").value(check).build();
    let metric = Metric::builder().namespace("AWS/Route53").metric_name("HealthCheckStatus");
    let metric = metric.dimensions(dimension).build();
    let stat = MetricStat::builder().metric(metric).period(60).stat(stat).build();
    let query = MetricDataQuery::builder().id("verdict").metric_stat(stat).build();
    let now = lab.lab.clock().now().as_second();
    let asked = client(lab, "us-east-1")
        .get_metric_data()
        .metric_data_queries(query)
        .start_time(DateTime::from_secs(now - 3_600))
        .end_time(DateTime::from_secs(now + 60));
    let answer = asked.send().await.map_err(SdkError::into_service_error);
    let answer = answer.map_err(|error| error.code().unwrap_or("no code").to_owned())?;
    let newest = answer.metric_data_results().first().and_then(|result| result.values().first());
    newest.copied().ok_or_else(|| "no data".to_owned())
}

async fn until(lab: &TestLab, check: &str, stat: &str, wanted: f64) {
    eventually(&format!("{stat} of {wanted}"), Duration::from_secs(30), async || {
        match verdict(lab, check, stat).await {
            Ok(found) if (found - wanted).abs() < f64::EPSILON => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
}

/// An alarm over the verdict, as Route 53's console makes it: a minimum below 1.
async fn put_alarm(lab: &TestLab, check: &str) {
    let made = client(lab, "us-east-1")
        .put_metric_alarm()
        .alarm_name("unhealthy")
        .namespace("AWS/Route53")
        .metric_name("HealthCheckStatus")
        .dimensions(Dimension::builder().name("HealthCheckId").value(check).build())
        .statistic(Statistic::Minimum)
        .period(60)
        .evaluation_periods(1)
        .threshold(1.0)
        .comparison_operator(ComparisonOperator::LessThanThreshold);
    made.send().await.expect("an alarm");
}

async fn alarm_is(lab: &TestLab, wanted: StateValue) {
    eventually(&format!("an alarm in state {wanted}"), Duration::from_secs(30), async || {
        let found = client(lab, "us-east-1").describe_alarms().alarm_names("unhealthy").send().await;
        let found =
            found.expect("an answer").metric_alarms().first().and_then(|alarm| alarm.state_value.clone());
        if found.as_ref() == Some(&wanted) { Ok(()) } else { Err(format!("{found:?}")) }
    })
    .await;
}

/// Runs the aws command and gives the document that it writes.
async fn aws(lab: &TestLab, arguments: &[&str]) -> Value {
    let mut command = Command::new(judges_tool("aws"));
    command.args(arguments).args(["--output", "json"]).env_clear();
    command.env("HOME", lab.folder()).envs(lab.environment().iter().cloned()).kill_on_drop(true);
    let output = command.output().await.expect("the aws command starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "aws {arguments:?} failed\n{stderr}");
    serde_json::from_slice(&output.stdout).expect("a JSON document")
}

/// Route 53 Developer Guide, `monitoring-health-checks`: "`HealthCheckStatus` … 1 indicates healthy, and 0
/// indicates unhealthy". All clients read the same: the check was healthy, its region failed, it is not.
#[tokio::test]
async fn every_client_reads_the_verdict_before_and_after_a_failed_region() {
    let lab = TestLab::start(prompt()).await;
    let region: s3_failover::model::Region = "us-east-1".parse().expect("a region");
    let port = lab.lab.ready().s3[&region].rsplit(':').next().expect("a port").to_owned();
    let host = "my-app-data-us-east-1.s3.us-east-1.amazonaws.com";
    let check = &check_of(&lab, &port, host).await;
    until(&lab, check, "Minimum", 1.0).await;
    put_alarm(&lab, check).await;
    alarm_is(&lab, StateValue::Ok).await;
    lab.lab.set_fault(&region, Fault::Refuse).expect("the lab has the region");
    until(&lab, check, "Maximum", 0.0).await;
    alarm_is(&lab, StateValue::Alarm).await;

    let told = in_each_protocol(&lab, &["read", check]).await;
    insta::assert_snapshot!(told[0], @r#"
    {"names": ["HealthCheckPercentageHealthy", "HealthCheckStatus"], "step": "metrics"}
    {"first": 1.0, "id": "m", "label": "HealthCheckStatus", "last": true, "status": "Complete", "step": "data"}
    {"first": 100.0, "id": "p", "label": "share", "last": true, "status": "Complete", "step": "data"}
    {"dates": true, "same": true, "step": "newest first"}
    {"codes": ["Complete", "PartialData"], "same": true, "step": "point by point"}
    {"label": "HealthCheckStatus", "last": {"Average": 0.0, "Maximum": 0.0, "Minimum": 0.0, "SampleCount": 60.0, "Sum": 0.0, "Unit": "None"}, "second": 0, "step": "statistics", "utc": "0:00:00"}
    {"data": [], "metrics": [], "step": "another region"}
    "#);
    assert_eq!(told[0], told[1], "JSON and query");
    assert_eq!(told[0], told[2], "JSON and CBOR");

    let now = lab.lab.clock().now();
    let (start, end) = (now - Duration::from_hours(1), now + Duration::from_mins(1));
    let dimension = format!("Name=HealthCheckId,Value={check}");
    let arguments = [
        "cloudwatch",
        "get-metric-statistics",
        "--namespace",
        "AWS/Route53",
        "--metric-name",
        "HealthCheckStatus",
        "--dimensions",
        &dimension,
        "--statistics",
        "Minimum",
        "--period",
        "60",
        "--start-time",
        &start.to_string(),
        "--end-time",
        &end.to_string(),
    ];
    let mut points = aws(&lab, &arguments).await["Datapoints"].as_array().expect("points").clone();
    points.sort_by_key(|point| point["Timestamp"].as_str().map(str::to_owned));
    let ends = [points.first(), points.last()].map(|point| point.and_then(|point| point["Minimum"].as_f64()));
    assert_eq!(ends, [Some(1.0), Some(0.0)]);
}

/// CloudWatch API reference: what callers put in they get back, statistics and pages included.
#[tokio::test]
async fn metrics_of_ones_own_come_back_in_every_protocol() {
    let lab = TestLab::start(prompt()).await;
    let told = in_each_protocol(&lab, &["own"]).await;
    insta::assert_snapshot!(told[0], @r#"
    {"odd": 350, "pages": [500, 200], "step": "own metrics"}
    {"same_arn": true, "settings": {"ActionsEnabled": false, "AlarmActions": ["arn:aws:sns:us-east-1:000000000000:topic"], "AlarmDescription": "a <lag>", "ComparisonOperator": "GreaterThanThreshold", "DatapointsToAlarm": 2, "Dimensions": [], "EvaluationPeriods": 3, "InsufficientDataActions": [], "MetricName": "lag", "OKActions": [], "Period": 60, "Statistic": "Maximum", "Threshold": 10.5, "TreatMissingData": "notBreaching"}, "step": "alarm"}
    {"listed": 2, "of_metric": 2, "step": "alarms"}
    {"elsewhere": [], "names": [true], "step": "alarms left"}
    {"found": [{"Maximum": 11.0, "Minimum": 1.0, "SampleCount": 7.0, "Sum": 29.5, "Unit": "Seconds"}], "step": "own statistics"}
    "#);
    assert_eq!(told[0], told[1], "JSON and query");
    assert_eq!(told[0], told[2], "JSON and CBOR");
}

/// CloudWatch API reference, errors of each operation: the codes are those of the query protocol, whatever
/// is spoken (trait `awsQueryCompatible`).
#[tokio::test]
async fn every_protocol_refuses_by_the_same_codes() {
    let lab = TestLab::start(prompt()).await;
    let told = in_each_protocol(&lab, &["refusals"]).await;
    assert!(!told[0].contains("NOT REFUSED"), "{}", told[0]);
    insta::assert_snapshot!(told[0], @r#"
    {"code": "InvalidParameterCombination", "http": 400, "message": "The parameter StartTime must be less than the parameter EndTime.", "step": "backwards"}
    {"code": "ValidationError", "http": 400, "message": "The parameter StartTime must be less than the parameter EndTime.", "step": "backwards, data"}
    {"code": "MissingParameter", "http": 400, "message": "The parameter Period is required.", "step": "no period"}
    {"code": "InvalidParameterValue", "http": 400, "message": "The parameter Period must be 1, 5, 10, 20, 30, or a multiple of 60.", "step": "odd period"}
    {"code": "MissingParameter", "http": 400, "message": "At least one of the parameters Statistics and ExtendedStatistics must be specified.", "step": "no statistics"}
    {"code": "InvalidParameterCombination", "http": 400, "message": "The parameters Statistics and ExtendedStatistics must not be specified together.", "step": "both statistics"}
    {"code": "InvalidParameterValue", "http": 400, "message": "The statistic Median is not valid here.", "step": "unknown statistic"}
    {"code": "InvalidParameterCombination", "http": 400, "message": "You have requested up to 44520 datapoints, which exceeds the limit of 1440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.", "step": "too many points"}
    {"code": "InvalidParameterValue", "http": 400, "message": "The parameter Unit must be a value in the set Seconds, Microseconds, Milliseconds, Bytes, Kilobytes, Megabytes, Gigabytes, Terabytes, Bits, Kilobits, Megabits, Gigabits, Terabits, Percent, Count, Bytes/Second, Kilobytes/Second, Megabytes/Second, Gigabytes/Second, Terabytes/Second, Bits/Second, Kilobits/Second, Megabits/Second, Gigabits/Second, Terabits/Second, Count/Second, None.", "step": "unknown unit"}
    {"code": "MissingParameter", "http": 400, "message": "The parameter MetricDataQueries is required.", "step": "no queries"}
    {"code": "ValidationError", "http": 400, "message": "The values for parameter id in MetricDataQueries are not unique.", "step": "the same id twice"}
    {"code": "ValidationError", "http": 400, "message": "The value M for parameter MetricDataQueries.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.", "step": "a bad id"}
    {"code": "ValidationError", "http": 400, "message": "The lab has no metric math: a query must have a MetricStat.", "step": "metric math"}
    {"code": "InvalidNextToken", "http": 400, "message": "The token is none of a page of this answer.", "step": "a token of somebody else"}
    {"code": "MissingParameter", "http": 400, "message": "The parameter Namespace is required.", "step": "no namespace"}
    {"code": "InvalidParameterValue", "http": 400, "message": "The value AWS/ for parameter Namespace is invalid.", "step": "namespace of AWS"}
    {"code": "MissingParameter", "http": 400, "message": "At least one of the parameters Value, Values and StatisticValues must be specified.", "step": "no value"}
    {"code": "InvalidParameterCombination", "http": 400, "message": "The parameters MetricData.Value, Values and StatisticValues are mutually exclusive and you have specified more than one.", "step": "two values"}
    {"code": "InvalidParameterValue", "http": 400, "message": "The parameter MetricData.Timestamp must be at most two weeks in the past and two hours in the future.", "step": "too old"}
    {"code": "MissingParameter", "http": 400, "message": "The parameter AlarmName is required.", "step": "an alarm without AlarmName"}
    {"code": "MissingParameter", "http": 400, "message": "The parameter MetricName is required.", "step": "an alarm without MetricName"}
    {"code": "ValidationError", "http": 400, "message": "Exactly one of Statistic and ExtendedStatistic must be specified.", "step": "an alarm without Statistic"}
    {"code": "MissingParameter", "http": 400, "message": "The parameter Period is required.", "step": "an alarm without Period"}
    {"code": "MissingParameter", "http": 400, "message": "The parameter EvaluationPeriods is required.", "step": "an alarm without EvaluationPeriods"}
    {"code": "MissingParameter", "http": 400, "message": "The parameter Threshold is required.", "step": "an alarm without Threshold"}
    {"code": "MissingParameter", "http": 400, "message": "The parameter ComparisonOperator is required.", "step": "an alarm without ComparisonOperator"}
    {"code": "ValidationError", "http": 400, "message": "EvaluationPeriods * Period must be from one period to 86400 seconds.", "step": "an alarm that looks back too far"}
    {"code": "ValidationError", "http": 400, "message": "DatapointsToAlarm must be from 1 to EvaluationPeriods.", "step": "more points than periods"}
    {"code": "ValidationError", "http": 400, "message": "The value Near for ComparisonOperator is not supported.", "step": "unknown comparison"}
    {"code": "ValidationError", "http": 400, "message": "The value guess for TreatMissingData is not supported.", "step": "unknown treatment"}
    {"code": "InvalidParameterCombination", "http": 400, "message": "AlarmNamePrefix and AlarmNames must not be specified together.", "step": "names and a prefix"}
    {"code": "ValidationError", "http": 400, "message": "MaxRecords must be from 1 to 100.", "step": "too many records"}
    {"code": "InvalidAction", "http": 400, "message": "The action ListDashboards is not valid for this web service.", "step": "not there"}
    {"code": "SignatureDoesNotMatch", "http": 403, "message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.", "step": "wrong secret"}
    {"code": "InvalidClientTokenId", "http": 403, "message": "The security token included in the request is invalid.", "step": "unknown key"}
    "#);
    assert_eq!(told[0], told[1], "JSON and query");
    assert_eq!(told[0], told[2].replace("\"http\": 404", "\"http\": 400"), "JSON and CBOR");
}

/// S3 User Guide, `replication-metrics`: "Operations pending replication" of a rule whose metrics are on,
/// by the dimensions of `metrics-dimensions`. What is written while the destination is down waits.
#[tokio::test]
async fn what_waits_for_a_region_that_is_down_is_a_metric() {
    let lab = TestLab::start(prompt()).await;
    let down: s3_failover::model::Region = "eu-west-1".parse().expect("a region");
    eventually("nothing waits", Duration::from_secs(30), async || {
        let backlog = lab.lab.replication_backlog();
        if backlog.is_empty() { Ok(()) } else { Err(format!("{backlog:?}")) }
    })
    .await;
    lab.lab.set_fault(&down, Fault::Refuse).expect("the lab has the region");
    let put = ["s3api", "put-object", "--bucket", "my-app-data-us-east-1", "--key"];
    for key in ["one", "two"] {
        aws(&lab, &[&put[..], &[key]].concat()).await;
    }
    let names = [
        ("SourceBucket", "my-app-data-us-east-1"),
        ("DestinationBucket", "my-app-data-eu-west-1"),
        ("RuleId", "to-my-app-data-eu-west-1"),
    ];
    let dimension = |(name, value): (&str, &str)| Dimension::builder().name(name).value(value).build();
    let dimensions = names.map(dimension).to_vec();
    let pending = async |region: &'static str| {
        let now = lab.lab.clock().now().as_second();
        let asked = client(&lab, region).get_metric_statistics().namespace("AWS/S3").period(60);
        let asked =
            asked.metric_name("OperationsPendingReplication").set_dimensions(Some(dimensions.clone()));
        let asked =
            asked.start_time(DateTime::from_secs(now - 3_600)).end_time(DateTime::from_secs(now + 60));
        let answer = asked.statistics(Statistic::Maximum).send().await.expect("an answer");
        let points = answer.datapoints().iter();
        points.map(|point| (point.maximum(), point.unit().cloned())).collect::<Vec<_>>()
    };
    let both = (Some(2.0), Some(StandardUnit::Count));
    eventually("two operations wait", Duration::from_secs(30), async || {
        let found = pending("us-east-1").await;
        if found.contains(&both) { Ok(()) } else { Err(format!("{found:?}")) }
    })
    .await;
    assert_eq!(pending("eu-west-1").await, [], "the source's region has it");
}

/// A CloudWatch that is down refuses, and one that is late shows nothing new until it is mended.
#[tokio::test]
async fn faults_of_cloudwatch_hold_back_answers_or_data() {
    let lab = TestLab::start(prompt()).await;
    let check = &check_of(&lab, "1", "127.0.0.1").await;
    until(&lab, check, "Maximum", 0.0).await;
    let count = async |lab: &TestLab| verdict(lab, check, "SampleCount").await;
    lab.lab.set_cloudwatch_fault(CloudWatchFault::Down);
    assert_eq!(count(&lab).await, Err("ServiceUnavailable".to_owned()));
    lab.lab.order(&[Order::now(Target::CloudWatch, "late")]).expect("the lab has a CloudWatch");
    let points = async |lab: &TestLab| {
        let now = lab.lab.clock().now().as_second();
        let found = client(lab, "us-east-1").get_metric_statistics().namespace("AWS/Route53");
        let dimension = Dimension::builder().name("HealthCheckId").value(check).build();
        let found = found.metric_name("HealthCheckStatus").dimensions(dimension).period(60);
        let found = found.statistics(Statistic::Minimum);
        let found = found.start_time(DateTime::from_secs(now - 3_600)).end_time(DateTime::from_secs(now));
        found.send().await.expect("an answer").datapoints().len()
    };
    let before = points(&lab).await;
    lab.lab.clock().sleep(Duration::from_mins(2)).await;
    assert_eq!(points(&lab).await, before, "two minutes went by, and nothing of them is seen");
    // By name, as the controls and scenario files do.
    lab.lab.order(&[Order::now(Target::CloudWatch, "none")]).expect("the lab has a CloudWatch");
    assert_eq!(lab.lab.cloudwatch_fault(), CloudWatchFault::None);
    assert!(points(&lab).await >= before + 2, "all of it is there at once");
}
