use std::collections::BTreeMap;

use super::*;
use crate::spec::{Format, Spec};

fn spec(text: &str) -> Spec {
    Spec::parse("failover.toml", text, Format::Toml).expect("a spec").spec
}

/// A failover with both sides by pointer.
fn failover(name: &str) -> String {
    format!(
        "[[failover]]\nname = \"{name}\"\n[failover.health_check]\nobject = \"failover/health.txt\"\n\
         [failover.primary]\nbucket = \"a-bucket\"\nregion = \"us-east-1\"\n\
         [failover.secondary]\nbucket = \"b-bucket\"\nregion = \"eu-west-1\"\n"
    )
}

fn failovers(zone: &str, names: impl IntoIterator<Item = String>) -> Spec {
    let all: String = names.into_iter().map(|name| failover(&name)).collect();
    spec(&format!("hosted_zone = \"{zone}\"\n{all}"))
}

fn made(purpose: Purpose, spec: &Spec) -> Policies {
    let zones = Zones::of(&[spec], &Found::new()).expect("zones");
    let partition = Partition::of_spec(spec).expect("one partition");
    policies(purpose, &zones, partition, &[]).expect("policies")
}

#[test]
fn the_policy_of_apply_names_the_zone_and_each_record() {
    let made = made(Purpose::Apply, &failovers("Z123", ["data.example.com".to_owned()]));
    assert_eq!(made.notes, []);
    let [document] = &made.documents[..] else { panic!("one document") };
    insta::assert_snapshot!(document.render(), @r#"
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Sid": "Account",
          "Effect": "Allow",
          "Action": [
            "route53:CreateHealthCheck",
            "route53:ListHealthChecks"
          ],
          "Resource": [
            "*"
          ]
        },
        {
          "Sid": "Zones",
          "Effect": "Allow",
          "Action": [
            "route53:GetHostedZone",
            "route53:ListResourceRecordSets"
          ],
          "Resource": [
            "arn:aws:route53:::hostedzone/Z123"
          ]
        },
        {
          "Sid": "HealthChecks",
          "Effect": "Allow",
          "Action": [
            "route53:ChangeTagsForResource",
            "route53:DeleteHealthCheck",
            "route53:GetHealthCheckStatus",
            "route53:ListTagsForResources",
            "route53:UpdateHealthCheck"
          ],
          "Resource": [
            "arn:aws:route53:::healthcheck/*"
          ]
        },
        {
          "Sid": "Changes",
          "Effect": "Allow",
          "Action": [
            "route53:GetChange"
          ],
          "Resource": [
            "arn:aws:route53:::change/*"
          ]
        },
        {
          "Sid": "ChangeRecordsZ123",
          "Effect": "Allow",
          "Action": [
            "route53:ChangeResourceRecordSets"
          ],
          "Resource": [
            "arn:aws:route53:::hostedzone/Z123"
          ],
          "Condition": {
            "ForAllValues:StringEquals": {
              "route53:ChangeResourceRecordSetsActions": [
                "CREATE",
                "DELETE"
              ],
              "route53:ChangeResourceRecordSetsNormalizedRecordNames": [
                "_s3-failover.data.example.com",
                "data.example.com",
                "eu-west-1.data.example.com",
                "us-east-1.data.example.com"
              ],
              "route53:ChangeResourceRecordSetsRecordTypes": [
                "CNAME",
                "TXT"
              ]
            },
            "Null": {
              "route53:ChangeResourceRecordSetsActions": "false",
              "route53:ChangeResourceRecordSetsNormalizedRecordNames": "false",
              "route53:ChangeResourceRecordSetsRecordTypes": "false"
            }
          }
        }
      ]
    }
    "#);
}

#[test]
fn a_zone_that_nobody_asked_for_may_be_any_and_that_is_told() {
    let made = made(Purpose::Plan, &failovers("example.com", ["data.example.com".to_owned()]));
    assert_eq!(made.notes, [Note::AnyZone("example.com".parse().expect("a name"))]);
    insta::assert_snapshot!(made.documents[0].render(), @r#"
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Sid": "Account",
          "Effect": "Allow",
          "Action": [
            "route53:ListHealthChecks",
            "route53:ListHostedZonesByName"
          ],
          "Resource": [
            "*"
          ]
        },
        {
          "Sid": "Records",
          "Effect": "Allow",
          "Action": [
            "route53:ListResourceRecordSets"
          ],
          "Resource": [
            "arn:aws:route53:::hostedzone/*"
          ]
        },
        {
          "Sid": "HealthChecks",
          "Effect": "Allow",
          "Action": [
            "route53:ListTagsForResources"
          ],
          "Resource": [
            "arn:aws:route53:::healthcheck/*"
          ]
        }
      ]
    }
    "#);
}

#[test]
fn one_zone_by_its_name_and_by_its_id_is_one_zone() {
    let mut text = format!("hosted_zone = \"example.com\"\n{}", failover("a.example.com"));
    text += &failover("b.example.com").replacen("name = ", "hosted_zone = \"Z123\"\nname = ", 1);
    let spec = spec(&text);
    let found: Found =
        BTreeMap::from([("example.com".parse().expect("a name"), "Z123".parse().expect("an id"))]);
    let zones = Zones::of(&[&spec], &found).expect("zones");
    assert_eq!((zones.zones.len(), zones.zones[0].roots.len(), zones.zones[0].names.len()), (1, 2, 8));
    let zones = Zones::of(&[&spec], &Found::new()).expect("zones");
    assert_eq!(zones.zones.len(), 2);
}

#[test]
fn an_id_that_would_be_a_wildcard_is_refused() {
    for id in ["Z*", "Z?", "Z${aws:username}", "Z/*"] {
        let spec = failovers(id, ["data.example.com".to_owned()]);
        let refused = Zones::of(&[&spec], &Found::new()).expect_err("no id");
        assert!(matches!(refused, BadZone::Id(_)), "{id}: {refused}");
    }
}

#[test]
fn the_partition_is_that_of_the_buckets() {
    let of = |primary: &str, secondary: &str| {
        let text = format!("hosted_zone = \"Z1\"\n{}", failover("data.example.com"));
        Partition::of_spec(&spec(&text.replace("us-east-1", primary).replace("eu-west-1", secondary)))
            .map(|partition| partition.to_string())
    };
    assert_eq!(of("us-east-1", "eu-west-1"), Ok("aws".to_owned()));
    assert_eq!(of("us-gov-west-1", "us-gov-east-1"), Ok("aws-us-gov".to_owned()));
    assert_eq!(of("cn-north-1", "cn-northwest-1"), Ok("aws-cn".to_owned()));
    assert!(of("cn-north-1", "eu-west-1").is_err());
}

/// Hundreds of failovers are named more coarsely, as far as it takes, and no further.
#[test]
fn names_that_are_too_many_are_named_more_coarsely() {
    let reached = |count: usize| {
        let names = (0..count).map(|number| format!("data-{number}.example.com"));
        let made = made(Purpose::Apply, &failovers("Z123", names));
        assert!(made.documents.iter().all(|document| document.size() <= LIMIT));
        made.notes.iter().find_map(|note| match note {
            Note::Coarse { reach, .. } => Some(*reach),
            _ => None,
        })
    };
    assert_eq!(reached(30), None);
    assert_eq!(reached(100), Some(Reach::Below));
    assert_eq!(reached(300), Some(Reach::Beside));
}

#[test]
fn names_that_are_too_far_apart_are_refused() {
    let names = (0..300).map(|number| format!("data.branch-{number}.example.com"));
    let spec = failovers("Z123", names);
    let zones = Zones::of(&[&spec], &Found::new()).expect("zones");
    let partition = Partition::of_spec(&spec).expect("one partition");
    assert!(policies(Purpose::Apply, &zones, partition, &[]).is_err());
    assert!(policies(Purpose::Plan, &zones, partition, &[]).is_ok());
}

/// What is about one zone each is spread over as many policies as it takes, with nothing lost.
#[test]
fn many_zones_make_several_policies() {
    let mut text = "hosted_zone = \"Z1\"\n".to_owned();
    for number in 0..300 {
        let zone = format!("hosted_zone = \"Z0123456789ABCDEFGH{number}\"\nname = ");
        text += &failover(&format!("data.example-{number}.com")).replacen("name = ", &zone, 1);
    }
    let spec = spec(&text);
    let made = made(Purpose::Apply, &spec);
    assert_eq!(made.notes, [Note::Several(made.documents.len())]);
    let all: String = made.documents.iter().map(Document::render).collect();
    for number in 0..300 {
        let zone = format!("hostedzone/Z0123456789ABCDEFGH{number}\"");
        assert_eq!(all.matches(&zone).count(), 2, "{zone}: once to be read and once to be changed");
    }
    assert!(made.documents.iter().all(|document| document.size() <= LIMIT));
    let wasted = made.documents.iter().filter(|document| document.size() < LIMIT / 2).count();
    assert!(wasted <= 1, "{wasted}");
}
