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
    policies(purpose, &[spec], &Found::new(), &[]).expect("policies")
}

/// The policy of whoever runs the commands, in one document.
fn only(policies: &Policies) -> String {
    let [Policy { principal: Principal::Caller, documents }] = &policies.policies[..] else {
        panic!("one policy")
    };
    let [document] = &documents[..] else { panic!("one document") };
    document.render()
}

#[test]
fn the_policy_of_apply_names_the_zone_and_each_record() {
    let made = made(Purpose::Apply, &failovers("Z123", ["data.example.com".to_owned()]));
    assert_eq!(made.notes, [Note::EveryZone]);
    insta::assert_snapshot!(only(&made), @r#"
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Sid": "Account",
          "Effect": "Allow",
          "Action": [
            "route53:CreateHealthCheck",
            "route53:ListHealthChecks",
            "route53:ListHostedZones"
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
          "Sid": "Zones",
          "Effect": "Allow",
          "Action": [
            "route53:GetHostedZone"
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
    let made = made(Purpose::Drill, &failovers("example.com", ["data.example.com".to_owned()]));
    let any = Note::AnyZone("example.com".parse().expect("a name"));
    assert_eq!(made.notes, [Note::MayGrant(Principal::Caller), any]);
    insta::assert_snapshot!(only(&made), @r#"
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Sid": "Buckets",
          "Effect": "Allow",
          "Action": [
            "s3:ListBucket"
          ],
          "Resource": [
            "arn:aws:s3:::a-bucket",
            "arn:aws:s3:::b-bucket"
          ]
        },
        {
          "Sid": "Faults",
          "Effect": "Allow",
          "Action": [
            "s3:DeleteBucketPolicy",
            "s3:GetBucketPolicy",
            "s3:GetBucketPublicAccessBlock",
            "s3:PutBucketPolicy",
            "s3:PutBucketPublicAccessBlock"
          ],
          "Resource": [
            "arn:aws:s3:::a-bucket"
          ]
        },
        {
          "Sid": "Notices",
          "Effect": "Allow",
          "Action": [
            "s3:DeleteObject",
            "s3:GetObject",
            "s3:PutObject"
          ],
          "Resource": [
            "arn:aws:s3:::b-bucket/s3-failover/drill/data.example.com.json"
          ]
        },
        {
          "Sid": "NoticeCopies",
          "Effect": "Allow",
          "Action": [
            "s3:DeleteObject",
            "s3:GetObject"
          ],
          "Resource": [
            "arn:aws:s3:::a-bucket/s3-failover/drill/data.example.com.json"
          ]
        },
        {
          "Sid": "Heartbeats",
          "Effect": "Allow",
          "Action": [
            "s3:DeleteObject",
            "s3:DeleteObjectVersion",
            "s3:GetObject",
            "s3:PutObject"
          ],
          "Resource": [
            "arn:aws:s3:::a-bucket/s3-failover/heartbeat/*",
            "arn:aws:s3:::b-bucket/s3-failover/heartbeat/*"
          ]
        },
        {
          "Sid": "HeartbeatVersions",
          "Effect": "Allow",
          "Action": [
            "s3:ListBucketVersions"
          ],
          "Resource": [
            "arn:aws:s3:::a-bucket",
            "arn:aws:s3:::b-bucket"
          ]
        },
        {
          "Sid": "Account",
          "Effect": "Allow",
          "Action": [
            "cloudwatch:GetMetricData",
            "route53:ListHealthChecks",
            "route53:ListHostedZonesByName",
            "route53:TestDNSAnswer"
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
            "arn:aws:route53:::hostedzone/*"
          ]
        },
        {
          "Sid": "HealthChecks",
          "Effect": "Allow",
          "Action": [
            "route53:ChangeTagsForResource",
            "route53:GetHealthCheckStatus",
            "route53:ListTagsForResources",
            "route53:UpdateHealthCheck"
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
    let batches = |found: &Found| {
        let made = policies(Purpose::Apply, &[&spec], found, &[]).expect("policies");
        only(&made).matches("\"route53:ChangeResourceRecordSets\"").count()
    };
    assert_eq!((batches(&found), batches(&Found::new())), (1, 2));
}

#[test]
fn an_id_that_would_be_a_wildcard_is_refused() {
    for id in ["Z*", "Z?", "Z${aws:username}", "Z/*"] {
        let spec = failovers(id, ["data.example.com".to_owned()]);
        let refused = policies(Purpose::Plan, &[&spec], &Found::new(), &[]).expect_err("no id");
        assert!(matches!(refused, PolicyError::Zone(BadZone::Id(_))), "{id}: {refused}");
    }
}

#[test]
fn the_partition_is_that_of_the_buckets() {
    let of = |primary: &str, secondary: &str| {
        let text = format!("hosted_zone = \"Z1\"\n{}", failover("data.example.com"));
        let spec = spec(&text.replace("us-east-1", primary).replace("eu-west-1", secondary));
        Partition::of_specs(&[&spec]).map(|partition| partition.to_string())
    };
    assert_eq!(of("us-east-1", "eu-west-1"), Ok("aws".to_owned()));
    assert_eq!(of("us-gov-west-1", "us-gov-east-1"), Ok("aws-us-gov".to_owned()));
    assert_eq!(of("cn-north-1", "cn-northwest-1"), Ok("aws-cn".to_owned()));
    assert!(of("cn-north-1", "eu-west-1").is_err());
}

/// Whatever a valid spec declares, there are policies for each purpose, and none has a statement without a resource.
#[test]
fn every_valid_spec_has_its_policies() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/specs/valid");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).expect("a folder") {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("a text");
        let name = path.display().to_string();
        let spec = Spec::parse(&name, &text, Format::of_path(&path)).expect("a spec").spec;
        for purpose in
            [Purpose::Plan, Purpose::Apply, Purpose::Verify, Purpose::Drill, Purpose::Orphans, Purpose::All]
        {
            let made = policies(purpose, &[&spec], &Found::new(), &[]);
            let made = made.unwrap_or_else(|error| panic!("{name} for {purpose:?}: {error:?}"));
            let told = made.notes.contains(&Note::AnyAlarm);
            let counts = spec.failovers.iter().any(|failover| {
                failover.primary.calculated.is_some() || failover.secondary.calculated.is_some()
            });
            assert_eq!(
                told,
                counts && matches!(purpose, Purpose::Verify | Purpose::Drill | Purpose::All),
                "{name}"
            );
            for document in made.policies.iter().flat_map(|policy| &policy.documents) {
                let text = document.render();
                assert!(!text.contains("[]"), "{name} for {purpose:?}: {text}");
            }
        }
        seen += 1;
    }
    assert!(seen > 15, "{seen}");
}

/// Where alarms speak, they are permitted one by one, in the account of the role that asks, and no checker is asked.
#[test]
fn an_alarm_is_permitted_by_its_region_account_and_name() {
    let alarm = |bucket: &str, name: &str| format!("bucket = \"{bucket}\"\nalarm = {{ name = \"{name}\" }}");
    let text = failover("data.example.com")
        .replace("bucket = \"a-bucket\"", &alarm("a-bucket", "down *"))
        .replace("bucket = \"b-bucket\"", &alarm("b-bucket", "down"))
        .replace("object = \"failover/health.txt\"\n", "");
    let role = "role_arn = \"arn:aws:iam::111122223333:role/dns\"\n";
    let rendered = |role: &str, purpose: Purpose| {
        let spec = spec(&format!("hosted_zone = \"Z123\"\n{role}{text}"));
        let made = made(purpose, &spec);
        let [.., Policy { documents, .. }] = &made.policies[..] else { panic!("one at least") };
        documents[0].render()
    };
    let (own, other) = (rendered("", Purpose::Apply), rendered(role, Purpose::Apply));
    assert!(own.contains("\"arn:aws:cloudwatch:us-east-1:*:alarm:down ${*}\""), "{own}");
    assert!(other.contains("\"arn:aws:cloudwatch:eu-west-1:111122223333:alarm:down\""), "{other}");
    assert!(!own.contains("GetHealthCheckStatus") && !own.contains("GetMetricData"), "{own}");
    assert!(rendered("", Purpose::Verify).contains("cloudwatch:GetMetricData"));
    assert!(!rendered("", Purpose::Plan).contains("cloudwatch:"), "a plan asks no alarm");
}

/// Hundreds of failovers are named more coarsely, as far as it takes, and no further.
#[test]
fn names_that_are_too_many_are_named_more_coarsely() {
    let reached = |count: usize| {
        let names = (0..count).map(|number| format!("data-{number}.example.com"));
        let made = made(Purpose::Apply, &failovers("Z123", names));
        assert!(made.policies[0].documents.iter().all(|document| document.size() <= LIMIT));
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
    let made = |purpose: Purpose| policies(purpose, &[&spec], &Found::new(), &[]);
    assert!(matches!(made(Purpose::Apply), Err(PolicyError::TooLarge(_))));
    assert!(made(Purpose::Plan).is_ok());
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
    let several = Note::Several(Principal::Caller, made.policies[0].documents.len());
    assert_eq!(made.notes, [several, Note::EveryZone]);
    let all: String = made.policies[0].documents.iter().map(Document::render).collect();
    for number in 0..300 {
        let zone = format!("hostedzone/Z0123456789ABCDEFGH{number}\"");
        assert_eq!(all.matches(&zone).count(), 2, "{zone}: once to be found and once to be changed");
    }
    assert!(made.policies[0].documents.iter().all(|document| document.size() <= LIMIT));
    let wasted = made.policies[0].documents.iter().filter(|document| document.size() < LIMIT / 2).count();
    assert!(wasted <= 1, "{wasted}");
}

/// Each identity has its own part: nobody reads a bucket with the zones' role, or a zone with a bucket's.
#[test]
fn each_role_has_its_own_policy() {
    let text = "hosted_zone = \"Z123\"\nrole_arn = \"arn:aws:iam::111122223333:role/dns\"\n".to_owned()
        + &failover("data.example.com").replace(
            "bucket = \"a-bucket\"",
            "bucket = \"a-bucket\"\nrole_arn = \"arn:aws:iam::444455556666:role/*/read\"",
        );
    let spec = spec(&text);
    let made = policies(Purpose::Verify, &[&spec], &Found::new(), &[]).expect("policies");
    assert_eq!(made.notes, [Note::Roles(3)]);
    let labels: Vec<String> = made.policies.iter().map(|policy| policy.principal.label()).collect();
    assert_eq!(labels, ["caller", "role-111122223333-dns", "role-444455556666-read"]);
    let texts: Vec<String> = made.policies.iter().map(|policy| policy.documents[0].render()).collect();
    insta::assert_snapshot!(texts[0], @r#"
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Sid": "Roles",
          "Effect": "Allow",
          "Action": [
            "sts:AssumeRole"
          ],
          "Resource": [
            "arn:aws:iam::111122223333:role/dns",
            "arn:aws:iam::444455556666:role/${*}/read"
          ]
        },
        {
          "Sid": "Buckets",
          "Effect": "Allow",
          "Action": [
            "s3:ListBucket"
          ],
          "Resource": [
            "arn:aws:s3:::b-bucket"
          ]
        }
      ]
    }
    "#);
    insta::assert_snapshot!(texts[2], @r#"
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Sid": "Buckets",
          "Effect": "Allow",
          "Action": [
            "s3:ListBucket"
          ],
          "Resource": [
            "arn:aws:s3:::a-bucket"
          ]
        },
        {
          "Sid": "Objects",
          "Effect": "Allow",
          "Action": [
            "s3:GetObject"
          ],
          "Resource": [
            "arn:aws:s3:::a-bucket/failover/health.txt"
          ]
        }
      ]
    }
    "#);
    assert!(texts[1].contains("route53:GetHealthCheckStatus") && !texts[1].contains("s3:"), "{}", texts[1]);
    // Nothing of a bucket is read by apply, so its role is not assumed.
    let apply = policies(Purpose::Apply, &[&spec], &Found::new(), &[]).expect("policies");
    assert_eq!(apply.notes, [Note::EveryZone, Note::Roles(2)]);
    assert!(!apply.policies[0].documents[0].render().contains("444455556666"));
}

/// Of S3 alone, and of its own prefix and the switch: whoever is on duty can do nothing else with it.
#[test]
fn the_policy_of_a_switch_is_of_s3_alone() {
    let switched = failover("data.example.com")
        .replace("[failover.primary]", "[failover.switch]\nobject = \"failover/force\"\n[failover.primary]");
    let text = only(&made(Purpose::Switch, &spec(&format!("hosted_zone = \"Z123\"\n{switched}"))));
    assert!(!text.contains("route53") && !text.contains("sts:") && !text.contains("cloudwatch"), "{text}");
    let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let writes =
        document["Statement"].as_array().expect("statements").iter().find(|one| one["Sid"] == "Switch");
    let expected = serde_json::json!([
        "arn:aws:s3:::a-bucket/s3-failover/lag/*",
        "arn:aws:s3:::b-bucket/failover/force",
        "arn:aws:s3:::b-bucket/s3-failover/lag/*",
    ]);
    assert_eq!(writes.expect("it writes")["Resource"], expected, "{text}");
    let none =
        policies(Purpose::Switch, &[&failovers("Z123", ["a.example.com".to_owned()])], &Found::new(), &[]);
    assert!(matches!(none, Err(PolicyError::NoSwitch)));
}
