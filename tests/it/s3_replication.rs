//! Replication as boto3 configures and sees it, and as whoever runs a lab sets its lag and watches it.
//!
//! The judge is `tests/judges/s3_replication.py`; see there for what it does.

use std::time::Duration;

use s3_failover::{lab::ReplicationDelay, model::Region};

use super::support::{TestLab, eventually, judge, quick};

fn regions() -> (Region, Region) {
    ("us-east-1".parse().expect("a region"), "eu-west-1".parse().expect("a region"))
}

/// A lab that replicates from us-east-1 in one second, and never the other way.
async fn one_way() -> TestLab {
    let lab = TestLab::start(quick()).await;
    let (us, eu) = regions();
    lab.lab.set_replication_delay(&us, &eu, Duration::from_secs(1)).expect("regions of the lab");
    let paused = ReplicationDelay { paused: true, ..ReplicationDelay::default() };
    lab.lab.set_replication_delay(&eu, &us, paused).expect("regions of the lab");
    lab
}

/// S3 API reference, `PutBucketReplication`; S3 User Guide, `replication-status`,
/// `replication-what-is-isnot-replicated`, `delete-marker-replication`.
#[tokio::test]
async fn boto3_configures_and_uses_replication() {
    let lab = one_way().await;
    let output = judge("s3_replication.py", lab.environment(), &[]).await;
    insta::assert_snapshot!(output, @r#"
    {"code": "404 ReplicationConfigurationNotFoundError", "message": "The replication configuration was not found", "step": "no configuration"}
    {"code": "400 InvalidRequest", "message": "Versioning must be 'Enabled' on the bucket to apply a replication configuration", "step": "source not versioned"}
    {"code": "400 InvalidRequest", "message": "Destination bucket must have versioning enabled.", "step": "destination not versioned"}
    {"code": "400 InvalidRequest", "message": "Destination bucket must exist.", "step": "no destination"}
    {"code": "400 InvalidRequest", "message": "Destination bucket cannot be the same as the source bucket.", "step": "to itself"}
    {"code": "400 MalformedXML", "step": "no role"}
    {"code": "400 InvalidArgument", "message": "Invalid Role specified in replication configuration", "step": "a role that is none"}
    {"code": "400 MalformedXML", "step": "no rule"}
    {"code": "400 MalformedXML", "step": "no status"}
    {"code": "400 InvalidArgument", "message": "Invalid bucket ARN.", "step": "no arn"}
    {"code": "400 InvalidRequest", "message": "Priority must be specified for this version of Cross Region Replication configuration schema. Please refer to S3 Developer Guide for more information.", "step": "no priority"}
    {"code": "400 InvalidRequest", "message": "DeleteMarkerReplication must be specified for this version of Cross Region Replication configuration schema. Please refer to S3 Developer Guide for more information.", "step": "no word on delete markers"}
    {"code": "400 InvalidRequest", "message": "Delete marker replication is not supported if any Tag filter is specified. Please refer to S3 Developer Guide for more information.", "step": "delete markers beside a tag"}
    {"code": "400 InvalidRequest", "message": "Delete marker replication is not supported if any Tag filter is specified. Please refer to S3 Developer Guide for more information.", "step": "delete markers beside tags"}
    {"code": "400 InvalidRequest", "message": "Found duplicate priority 1.", "step": "one priority twice"}
    {"code": "400 InvalidArgument", "message": "Rule Id must be unique.", "step": "one id twice"}
    {"code": "400 InvalidArgument", "message": "The maximum value is 255 characters.", "step": "a long id"}
    {"code": "400 MalformedXML", "step": "prefix and filter"}
    {"code": "400 InvalidRequest", "message": "Metrics must be enabled if ReplicationTime is enabled.", "step": "time without metrics"}
    {"code": "400 InvalidArgument", "message": "The only valid value of Minutes is 15.", "step": "ten minutes"}
    {"code": "400 InvalidRequest", "message": "ReplicaKmsKeyID must be specified if SseKmsEncryptedObjects tag is present.", "step": "kms without key"}
    {"code": "400 MalformedXML", "step": "a class for file systems"}
    {"code": "400 InvalidRequest", "message": "Priority cannot be used for this version of Cross Region Replication configuration schema. Please refer to S3 Developer Guide for more information.", "step": "priority in the first schema"}
    {"code": "400 InvalidRequest", "message": "ReplicaModifications cannot be used for this version of Cross Region Replication configuration schema. Please refer to S3 Developer Guide for more information.", "step": "modifications in the first schema"}
    {"code": "400 InvalidRequest", "message": "Number of distinct destination bucket ARNs cannot exceed 1", "step": "two destinations in the first schema"}
    {"code": "400 InvalidRequest", "message": "Found overlapping prefixes 'a' and 'ab'", "step": "overlapping prefixes"}
    {"code": "400 InvalidRequest", "message": "The number of replication rules must not exceed the allowed limit of 1000 rules.", "step": "1,001 rules"}
    {"code": "404 ReplicationConfigurationNotFoundError", "message": "The replication configuration was not found", "step": "still no configuration"}
    {"same": true, "step": "second schema"}
    {"same": true, "step": "first schema"}
    {"same": true, "step": "1,000 rules"}
    {"given": "LAB-RULE-1", "step": "no id"}
    {"code": "404 ReplicationConfigurationNotFoundError", "message": "The replication configuration was not found", "step": "deleted"}
    {"status": "COMPLETED", "step": "source"}
    {"same": ["VersionId", "LastModified", "ETag", "Metadata", "ContentType"], "status": "REPLICA", "step": "replica", "version": true}
    {"source": "none", "step": "before the rule", "target": null}
    {"source": "PENDING", "step": "to a paused side", "target": null}
    {"gone": true, "step": "delete marker"}
    {"source": null, "step": "a removed version", "target": "REPLICA"}
    {"source": "COMPLETED", "step": "no loop", "target": "REPLICA"}
    {"code": "409 InvalidBucketState", "message": "A replication configuration is present on this bucket, so the versioning state cannot be changed.", "step": "suspended source"}
    {"step": "two destinations", "target": "REPLICA", "third": "REPLICA"}
    {"step": "one destination", "target": "REPLICA", "third": null}
    {"step": "the highest priority keeps delete markers", "target": "REPLICA"}
    {"source": "FAILED", "step": "denied", "target": null}
    {"source": "COMPLETED", "step": "not denied"}
    {"source": "FAILED", "step": "suspended destination"}
    {"source": "FAILED", "step": "failed is not retried", "target": null}
    "#);
}

/// S3 User Guide, `replication-for-metadata-changes`; tags are the changes that anybody can make.
#[tokio::test]
async fn boto3_sees_changes_of_tags_travel() {
    let lab = one_way().await;
    let output = judge("s3_replication.py", lab.environment(), &["--tags"]).await;
    insta::assert_snapshot!(output, @r#"
    {"step": "tagged", "tags": {"copy": "yes", "more": "1"}, "target": "REPLICA"}
    {"late": null, "late_source": "none", "no": null, "same": true, "step": "not tagged"}
    {"source": "COMPLETED", "step": "a change follows", "target": "REPLICA"}
    {"source": {"state": "new"}, "step": "a change on the replica", "target": "PENDING"}
    "#);
}

/// Lag is the operator's to set while the lab runs; what it holds up is told, and counted by the rule's
/// metrics; and it all arrives when the lag ends.
#[tokio::test]
async fn lag_can_be_set_and_watched() {
    let lab = one_way().await;
    let (us, eu) = regions();
    let elsewhere: Region = "ap-south-1".parse().expect("a region");
    assert_eq!(lab.lab.replication_delay(&us, &eu), Some(Duration::from_secs(1).into()));
    assert_eq!(lab.lab.replication_delay(&us, &elsewhere), None);
    assert!(lab.lab.set_replication_delay(&elsewhere, &us, Duration::ZERO).is_err());

    let (source, target) = ("my-app-data-eu-west-1", "my-app-data-us-east-1");
    let body = |text: &'static str| aws_sdk_s3::primitives::ByteStream::from_static(text.as_bytes());
    for (key, text) in [("lag/one", "four"), ("lag/two", "sixsix")] {
        let put = lab.s3("eu-west-1").put_object().bucket(source).key(key).body(body(text));
        put.send().await.expect("an object");
    }
    let waiting = |lab: &TestLab| {
        let backlog = lab.lab.replication_backlog().into_iter().find(|backlog| backlog.source == source);
        backlog.map(|backlog| (backlog.destination, backlog.operations, backlog.bytes))
    };
    assert_eq!(waiting(&lab), Some((target.to_owned(), 2, 10)));
    let now = lab.lab.clock().elapsed();
    lab.lab.clock().sleep(Duration::from_secs(2)).await;
    let metrics = lab.lab.replication_metrics(now, now + Duration::from_secs(2));
    let of = |name: &str| {
        let metric = metrics.iter().find(|metric| metric.name == name && metric.source_bucket == source);
        metric.map(|metric| (metric.rule_id.clone(), metric.unit, metric.value))
    };
    let rule = format!("to-{target}");
    assert_eq!(of("OperationsPendingReplication"), Some((rule.clone(), "Count", 2.0)));
    assert_eq!(of("BytesPendingReplication"), Some((rule.clone(), "Bytes", 10.0)));
    assert_eq!(of("OperationsFailedReplication"), Some((rule, "Count", 0.0)));

    lab.lab.set_replication_delay(&eu, &us, Duration::ZERO).expect("regions of the lab");
    let nothing = async || waiting(&lab).map_or(Ok(()), |waiting| Err(format!("{waiting:?}")));
    eventually("nothing waits", Duration::from_secs(20), nothing).await;
    let there = lab.s3("us-east-1").get_object().bucket(target).key("lag/two").send().await;
    assert_eq!(
        there.expect("the replica").replication_status.map(|s| s.to_string()).as_deref(),
        Some("REPLICA")
    );
}
