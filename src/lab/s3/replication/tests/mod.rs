//! Which configurations S3 takes, which rule takes what, and what a policy denies to the role.

use s3s::dto;

use super::{
    Permission::{Everything, Nothing, WithoutTags},
    *,
};
use crate::lab::s3::policy::Policy;

mod refusals;

fn configuration() -> dto::ReplicationConfiguration {
    Replication::of_everything_to("other").configuration
}

fn replication(change: impl Fn(&mut dto::ReplicationConfiguration)) -> Result<Replication, ReplicationError> {
    let mut configuration = configuration();
    change(&mut configuration);
    Replication::new(configuration)
}

fn valid(change: impl Fn(&mut dto::ReplicationConfiguration)) -> Replication {
    replication(change).expect("a valid configuration")
}

fn destinations(replication: &Replication, key: &str, tags: &[(&str, &str)], marker: bool) -> Vec<String> {
    let tags: Vec<_> = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let written = Written { key, tags: &tags, is_delete_marker: marker, under_kms: false };
    let rules = replication.rules_for_version(&written);
    rules.into_iter().map(|rule| format!("{} by {}", rule.destination, rule.id)).collect()
}

fn tag(key: &str, value: &str) -> dto::Tag {
    dto::Tag { key: Some(key.to_owned()), value: Some(value.to_owned()) }
}

fn markers(status: &'static str) -> dto::DeleteMarkerReplication {
    let status = Some(dto::DeleteMarkerReplicationStatus::from_static(status));
    dto::DeleteMarkerReplication { status }
}

/// A rule of the first schema.
fn first(rule: &mut dto::ReplicationRule, prefix: &str) {
    rule.filter = None;
    rule.priority = None;
    rule.delete_marker_replication = None;
    rule.source_selection_criteria = None;
    rule.prefix = Some(prefix.to_owned());
}

/// Another rule of the second schema, for a prefix.
fn add(configuration: &mut dto::ReplicationConfiguration, id: &str, prefix: &str, to: &str, priority: i32) {
    let mut rule = configuration.rules[0].clone();
    rule.id = Some(id.to_owned());
    rule.filter = Some(dto::ReplicationRuleFilter { prefix: Some(prefix.to_owned()), ..Default::default() });
    rule.priority = Some(priority);
    rule.destination.bucket = format!("arn:aws:s3:::{to}");
    configuration.rules.push(rule);
}

/// "tag filters rule out delete-marker replication" (S3 User Guide, `delete-marker-replication`), and an
/// object must have all tags of a rule, and its prefix.
#[test]
fn a_rule_filters_on_tags_and_prefix() {
    let filtered = |status: &'static str| {
        replication(move |c| {
            let and = dto::ReplicationRuleAndOperator {
                prefix: Some("in/".into()),
                tags: Some(vec![tag("copy", "yes"), tag("class", "a")]),
            };
            c.rules[0].filter = Some(dto::ReplicationRuleFilter { and: Some(and), ..Default::default() });
            c.rules[0].delete_marker_replication = Some(markers(status));
        })
    };
    assert_eq!(filtered("Enabled").map(|_| ()), Err(ReplicationError::TagsAndDeleteMarkers));
    let filtered = filtered("Disabled").expect("a valid configuration");
    let both = [("class", "a"), ("copy", "yes"), ("more", "")];
    assert_eq!(destinations(&filtered, "in/a", &both, false), ["other by to-other"]);
    assert!(destinations(&filtered, "out/a", &both, false).is_empty());
    assert!(destinations(&filtered, "in/a", &both[..1], false).is_empty());
    assert!(destinations(&filtered, "in/a", &[("class", "a"), ("copy", "no")], false).is_empty());
    assert!(destinations(&filtered, "in/a", &[], true).is_empty());
    let one = valid(|c| {
        let filter = dto::ReplicationRuleFilter { tag: Some(tag("copy", "yes")), ..Default::default() };
        c.rules[0].filter = Some(filter);
        c.rules[0].delete_marker_replication = Some(markers("Disabled"));
    });
    assert_eq!(destinations(&one, "any", &both, false), ["other by to-other"]);
}

/// "objects will be replicated according to the rule with the highest priority. The higher the number, the
/// higher the priority" (S3 API reference, `ReplicationRule`); each destination counts for itself.
#[test]
fn the_highest_priority_wins_for_each_destination() {
    let many = valid(|c| {
        add(c, "low", "a/", "other", 0);
        add(c, "high", "a/", "other", 7);
        add(c, "elsewhere", "a/", "third", 1);
        c.rules[2].delete_marker_replication = Some(markers("Disabled"));
    });
    assert_eq!(destinations(&many, "a/b", &[], false), ["other by high", "third by elsewhere"]);
    assert_eq!(destinations(&many, "b", &[], false), ["other by to-other"]);
    assert_eq!(
        destinations(&many, "a/b", &[], true),
        ["third by elsewhere"],
        "the highest rule keeps them back"
    );
}

#[test]
fn a_disabled_rule_takes_nothing() {
    let off = valid(|c| {
        c.rules[0].status = dto::ReplicationRuleStatus::from_static(dto::ReplicationRuleStatus::DISABLED);
    });
    assert!(destinations(&off, "a", &[], false).is_empty());
}

/// S3 User Guide, `replication-add-config`, "Backward compatibility": the first schema replicates delete
/// markers.
#[test]
fn the_first_schema_needs_a_prefix_alone() {
    let old = valid(|c| first(&mut c.rules[0], "in/"));
    assert_eq!(destinations(&old, "in/a", &[], true), ["other by to-other"]);
    assert!(destinations(&old, "a", &[], false).is_empty());
}

/// A rule without an id is given one, and nothing else of what was put is changed.
#[test]
fn a_rule_without_an_id_is_given_one() {
    let mut put = configuration();
    put.rules[0].id = None;
    add(&mut put, "LAB-RULE-1", "b", "other", 2);
    let mut kept = Replication::new(put.clone()).expect("a valid configuration").configuration;
    assert_eq!(kept.rules[0].id.take().as_deref(), Some("LAB-RULE-2"));
    assert_eq!(kept, put);
}

/// "no Deny in bucket policy" (facts, 6.6): what the policies of both buckets leave to the role.
#[test]
fn a_policy_can_deny_the_role() {
    let role = "arn:aws:iam::000000000000:role/lab-replication";
    let deny = |bucket: &str, principal: &str, action: &str, condition: &str| {
        let policy = format!(
            r#"{{"Statement":{{"Effect":"Deny","Principal":{principal},"Action":"{action}","Resource":["arn:aws:s3:::{bucket}","arn:aws:s3:::{bucket}/a*"]{condition}}}}}"#
        );
        Policy::parse(&policy, bucket).expect("a policy")
    };
    let at = |bucket: &str, policy: &Policy, cargo, key| {
        let (from, to) = if bucket == "from" { (Some(policy), None) } else { (None, Some(policy)) };
        permission(role, key, cargo, ("from", from), ("to", to))
    };
    let all = r#""*""#;
    for (bucket, action, object, marker, changes) in [
        ("to", "s3:ReplicateObject", Nothing, Everything, Nothing),
        ("to", "s3:ReplicateDelete", Everything, Nothing, Everything),
        ("to", "s3:ReplicateTags", WithoutTags, Everything, Nothing),
        ("to", "s3:PutObject", Everything, Everything, Everything),
        ("from", "s3:GetObjectVersionForReplication", Nothing, Nothing, Nothing),
        ("from", "s3:GetObjectVersionAcl", Nothing, Nothing, Nothing),
        ("from", "s3:GetObjectVersionTagging", WithoutTags, Everything, Nothing),
        ("from", "s3:GetReplicationConfiguration", Nothing, Nothing, Nothing),
        ("from", "s3:ListBucket", Nothing, Nothing, Nothing),
        ("from", "s3:GetObject", Everything, Everything, Everything),
    ] {
        let policy = deny(bucket, all, action, "");
        let found =
            [Cargo::Object, Cargo::DeleteMarker, Cargo::Changes].map(|cargo| at(bucket, &policy, cargo, "a"));
        assert_eq!(found, [object, marker, changes], "{action} at {bucket}");
    }
    let elsewhere = deny("to", all, "s3:ReplicateObject", "");
    assert_eq!(at("to", &elsewhere, Cargo::Object, "b"), Everything, "another key");
    let tls = r#","Condition":{"Bool":{"aws:SecureTransport":"false"}}"#;
    let but_it = r#","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/lab-*"}}"#;
    let but_others =
        r#","Condition":{"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::000000000000:role/x"}}"#;
    for (principal, condition, expected) in [
        (r#"{"AWS":"arn:aws:iam::000000000000:role/lab-replication"}"#, "", Nothing),
        (r#"{"AWS":"arn:aws:iam::000000000000:root"}"#, "", Nothing),
        (r#"{"AWS":"000000000000"}"#, "", Nothing),
        (r#"{"AWS":"arn:aws:iam::000000000000:role/other"}"#, "", Everything),
        (all, tls, Everything),
        (all, but_it, Everything),
        (all, but_others, Nothing),
    ] {
        let policy = deny("to", principal, "s3:*", condition);
        assert_eq!(at("to", &policy, Cargo::Object, "a"), expected, "{principal}{condition}");
    }
}
