//! What S3 does not take.

use super::*;

type Change = fn(&mut dto::ReplicationConfiguration);

fn time(status: &'static str, minutes: i32) -> dto::ReplicationTime {
    let time = dto::ReplicationTimeValue { minutes: Some(minutes) };
    dto::ReplicationTime { status: dto::ReplicationTimeStatus::from_static(status), time }
}

fn kms(status: &'static str) -> dto::SseKmsEncryptedObjects {
    dto::SseKmsEncryptedObjects { status: dto::SseKmsEncryptedObjectsStatus::from_static(status) }
}

fn criteria(rule: &mut dto::ReplicationRule) -> &mut dto::SourceSelectionCriteria {
    rule.source_selection_criteria.as_mut().expect("two-way replication has it")
}

fn code(change: Change) -> (RefusalCode, String) {
    let error = replication(change).expect_err("a refusal");
    (error.code(), error.to_string())
}

/// S3 API reference, `PutBucketReplication`: what does not follow the schema is `MalformedXML`.
#[test]
fn what_does_not_follow_the_schema_is_malformed() {
    let table: [(&str, Change); 12] = [
        ("no rule", |c| c.rules.clear()),
        ("status", |c| c.rules[0].status = dto::ReplicationRuleStatus::from_static("On")),
        ("delete markers", |c| c.rules[0].delete_marker_replication = Some(markers("Sometimes"))),
        ("a Prefix beside a Filter", |c| c.rules[0].prefix = Some(String::new())),
        ("neither Prefix nor Filter", |c| c.rules[0].filter = None),
        ("two filters without And", |c| {
            c.rules[0].filter.as_mut().expect("a filter").tag = Some(tag("a", "b"));
        }),
        ("one tag twice", |c| {
            let tags = Some(vec![tag("a", "1"), tag("a", "2")]);
            let and = Some(dto::ReplicationRuleAndOperator { prefix: None, tags });
            c.rules[0].filter = Some(dto::ReplicationRuleFilter { and, ..Default::default() });
        }),
        ("a storage class of file systems", |c| {
            c.rules[0].destination.storage_class = Some(dto::StorageClass::from_static("FSX_OPENZFS"));
        }),
        ("metrics", |c| {
            c.rules[0].destination.metrics.as_mut().expect("metrics").status =
                dto::MetricsStatus::from_static("Yes");
        }),
        ("modifications", |c| {
            let status = dto::ReplicaModificationsStatus::from_static("Yes");
            criteria(&mut c.rules[0]).replica_modifications = Some(dto::ReplicaModifications { status });
        }),
        ("an owner", |c| {
            let owner = dto::OwnerOverride::from_static("Source");
            c.rules[0].destination.access_control_translation = Some(dto::AccessControlTranslation { owner });
        }),
        ("existing objects", |c| {
            let status = dto::ExistingObjectReplicationStatus::from_static("Enabled");
            c.rules[0].existing_object_replication = Some(dto::ExistingObjectReplication { status });
        }),
    ];
    for (name, change) in table {
        assert_eq!(replication(change).map(|_| ()), Err(ReplicationError::Schema), "{name}");
        assert_eq!(code(change).0, RefusalCode::MalformedXml, "{name}");
    }
}

/// `InvalidRequest` and `InvalidArgument`, in S3's words where they are known.
#[test]
#[expect(clippy::too_many_lines, reason = "most of them are the refusals")]
fn what_does_not_go_together_is_refused() {
    use RefusalCode::{InvalidArgument, InvalidRequest};
    let version = "for this version of Cross Region Replication configuration schema. Please refer to S3 Developer Guide for more information.";
    let table: [(Change, RefusalCode, String); 21] = [
        (
            |c| c.role = "arn:aws:iam::000000000000:user/me".into(),
            InvalidArgument,
            "Invalid Role specified in replication configuration".into(),
        ),
        (
            |c| c.role = String::new(),
            InvalidArgument,
            "Invalid Role specified in replication configuration".into(),
        ),
        (|c| c.rules[0].destination.bucket = "other".into(), InvalidArgument, "Invalid bucket ARN.".into()),
        (
            |c| c.rules[0].destination.bucket = "arn:aws:s3:::other/prefix".into(),
            InvalidArgument,
            "Invalid bucket ARN.".into(),
        ),
        (
            |c| c.rules[0].id = Some("x".repeat(256)),
            InvalidArgument,
            "The maximum value is 255 characters.".into(),
        ),
        (|c| add(c, "to-other", "a", "third", 2), InvalidArgument, "Rule Id must be unique.".into()),
        (
            |c| c.rules[0].filter.as_mut().expect("a filter").prefix = Some("x".repeat(1025)),
            InvalidArgument,
            "The maximum size of a prefix is 1024.".into(),
        ),
        (|c| c.rules[0].priority = None, InvalidRequest, format!("Priority must be specified {version}")),
        (
            |c| c.rules[0].delete_marker_replication = None,
            InvalidRequest,
            format!("DeleteMarkerReplication must be specified {version}"),
        ),
        (
            |c| c.rules[0].priority = Some(-1),
            InvalidRequest,
            "Priority must be between 0 and 2147483647.".into(),
        ),
        (|c| add(c, "two", "a", "other", 1), InvalidRequest, "Found duplicate priority 1.".into()),
        (
            |c| {
                first(&mut c.rules[0], "a");
                c.rules[0].priority = Some(1);
            },
            InvalidRequest,
            format!("Priority cannot be used {version}"),
        ),
        (
            |c| {
                first(&mut c.rules[0], "a");
                c.rules[0].delete_marker_replication = Some(markers("Enabled"));
            },
            InvalidRequest,
            format!("DeleteMarkerReplication cannot be used {version}"),
        ),
        (
            |c| {
                add(c, "two", "b", "other", 2);
                first(&mut c.rules[0], "a");
            },
            InvalidRequest,
            "Filter must be specified in all rules or in none of them.".into(),
        ),
        (
            |c| {
                add(c, "two", "b", "third", 2);
                first(&mut c.rules[0], "a");
                first(&mut c.rules[1], "b");
            },
            InvalidRequest,
            "Number of distinct destination bucket ARNs cannot exceed 1".into(),
        ),
        (
            |c| {
                add(c, "two", "b", "other", 2);
                first(&mut c.rules[0], "ab");
                first(&mut c.rules[1], "a");
            },
            InvalidRequest,
            "Found overlapping prefixes 'a' and 'ab'".into(),
        ),
        (
            |c| c.rules[0].destination.replication_time = Some(time("Enabled", 10)),
            InvalidArgument,
            "The only valid value of Minutes is 15.".into(),
        ),
        (
            |c| {
                c.rules[0].destination.metrics = None;
                c.rules[0].destination.replication_time = Some(time("Enabled", 15));
            },
            InvalidRequest,
            "Metrics must be enabled if ReplicationTime is enabled.".into(),
        ),
        (
            |c| criteria(&mut c.rules[0]).sse_kms_encrypted_objects = Some(kms("Enabled")),
            InvalidRequest,
            "ReplicaKmsKeyID must be specified if SseKmsEncryptedObjects tag is present.".into(),
        ),
        (
            |c| {
                c.rules[0].destination.encryption_configuration =
                    Some(dto::EncryptionConfiguration { replica_kms_key_id: Some("key".into()) });
            },
            InvalidRequest,
            "SseKmsEncryptedObjects must be specified if EncryptionConfiguration is present.".into(),
        ),
        (
            |c| {
                c.rules[0].destination.access_control_translation = Some(dto::AccessControlTranslation {
                    owner: dto::OwnerOverride::from_static("Destination"),
                });
            },
            InvalidRequest,
            "Account must be specified if AccessControlTranslation is specified.".into(),
        ),
    ];
    for (change, kind, sentence) in table {
        assert_eq!(code(change), (kind, sentence));
    }
}

/// facts: "`ReplicaModifications` […] In the earlier version, this element is not allowed" (S3 API
/// reference, `SourceSelectionCriteria`).
#[test]
fn the_first_schema_syncs_no_modifications() {
    let error = replication(|c| {
        let criteria = c.rules[0].source_selection_criteria.clone();
        first(&mut c.rules[0], "a");
        c.rules[0].source_selection_criteria = criteria;
    });
    assert_eq!(error.map(|_| ()), Err(ReplicationError::OnlyInSecond("ReplicaModifications")));
}

/// "up to 1,000 rules" (S3 API reference, `ReplicationConfiguration`).
#[test]
fn there_can_be_a_thousand_rules() {
    let rules = |count: i32| {
        replication(move |c| {
            for number in 1..count {
                add(c, &number.to_string(), &format!("{number}/"), "other", number + 1);
            }
        })
    };
    let most = rules(1_000).expect("as many as there may be");
    assert_eq!(destinations(&most, "999/a", &[], false), ["other by 999"]);
    assert_eq!(rules(1_001).map(|_| ()), Err(ReplicationError::TooManyRules));
}
