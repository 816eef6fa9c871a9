//! `export --format iam` is exact in every way in which the commands can go: leaving a record, removing by name,
//! lost answers, a killed run, and every kind of side. See `export_iam.rs`.

use std::collections::BTreeSet;

use s3_failover::lab::{Accounts, Options};
use serde_json::json;

use crate::{
    kinds::{
        ALARMS, IN_THE_CLEAR, OBJECT, alarm_is, alias_sides, check_by_hand, cloudwatch, following, prompt,
        spec,
    },
    support::{Action, Call, Proxy, Recorded, about_records, instant, nothing_of},
};

const APPLY: [&str; 3] = ["apply", "--yes", "--allow-unhealthy"];
const ROUTE_53: &str = "AWS_ENDPOINT_URL_ROUTE_53";

/// A failover that the spec declares no more is removed by the policy of both states, from a zone that only the
/// former state names; and the other one is destroyed, with a plain record in its place.
#[tokio::test]
async fn removing_by_name_and_leaving_a_record_is_permitted_exactly() {
    let mut recorded = Recorded::start().await;
    let client = recorded.lab.route53();
    let made = client.create_hosted_zone().name("example.org").caller_reference("test").send().await;
    let other = made.expect("a zone").hosted_zone.expect("it").id.replace("/hostedzone/", "");
    let one = recorded.lab.lab.spec_toml().replace("failure_threshold = 3", "failure_threshold = 1");
    let at = one.find("[[failover]]").expect("the lab's spec has a failover");
    let moved = "name = \"media.example.org\"\nhosted_zone = \"example.org\"";
    let both = format!("{one}\n{}", one[at..].replace("name = \"data.example.com\"", moved));
    std::fs::write(recorded.lab.folder().join("both.toml"), &both).expect("a file");
    recorded.lab.write_spec(&both);
    recorded.run(&APPLY).await;
    recorded.lab.write_spec(&both.replace("failure_threshold = 1", "failure_threshold = 2"));
    recorded.run(&APPLY).await;
    recorded.lab.write_spec(&one);
    let remove = ["--remove", "media.example.org", "--allow", "last-record"];
    recorded.run(&[&["plan"], &remove[..]].concat()).await;
    recorded.run(&[&APPLY[..], &remove].concat()).await;
    recorded.run(&["destroy", "--yes", "--leave", "primary", "--allow", "unhealthy"]).await;

    let actions = recorded.exact("apply", &["--also", "both.toml"]).await;
    assert!(actions.contains(&"route53:GetHostedZone".to_owned()), "{actions:?}");
    let alone = recorded.judged("apply", &[]).await;
    assert!(!about_records(&alone, "denied").is_empty(), "{alone:#}");
    let get = json!(["route53:GetHostedZone", format!("arn:aws:route53:::hostedzone/{other}"), {}]);
    assert!(alone["denied"].as_array().expect("a list").contains(&get), "{alone:#}");
    recorded.lab.stop().await;
}

/// What a call does, whatever it is about.
fn kind(call: &Call) -> (String, String) {
    let words: Vec<&str> = call.path.split('/').collect();
    let last = if words.len() > 3 { words[3] } else { "" };
    (call.method.clone(), format!("{} {last}", words[1]))
}

/// A proxy that loses the first answer of each kind of change.
async fn losing(recorded: &mut Recorded) -> Proxy {
    let mut lost = BTreeSet::new();
    let rule = move |call: &Call| {
        if call.method != "GET" && lost.insert(kind(call)) { Action::LoseAnswer } else { Action::Forward }
    };
    let proxy = Proxy::with(&recorded.lab, rule).await;
    recorded.variables = vec![(ROUTE_53.to_owned(), proxy.url().to_owned())];
    proxy
}

/// A change that comes a second time meets itself, and what is done then needs no more than the change.
#[tokio::test]
async fn lost_answers_take_no_further_permission() {
    let mut recorded = Recorded::start().await;
    recorded.lab.edit_spec("failure_threshold = 3", "failure_threshold = 1");
    let first = losing(&mut recorded).await;
    recorded.run(&APPLY).await;
    recorded.lab.edit_spec("failure_threshold = 1", "failure_threshold = 2");
    recorded.lab.edit_spec("ttl = 60", "ttl = 30");
    let second = losing(&mut recorded).await;
    recorded.run(&APPLY).await;
    let third = losing(&mut recorded).await;
    recorded.run(&["destroy", "--yes"]).await;
    for (proxy, sent) in [(first, 3), (second, 3), (third, 4)] {
        let batches = proxy.mutating().into_iter().filter(|call| call.path.ends_with("/rrset"));
        assert_eq!(batches.count(), sent, "one, the same again, and what is waited for in its place");
    }
    recorded.exact("apply", &[]).await;
    recorded.lab.stop().await;
}

/// Killed after a check was made, after the records were changed, and after the first check was deleted: the next run
/// goes on, within the same policy.
#[tokio::test]
async fn the_run_after_a_killed_one_takes_no_further_permission() {
    let mut recorded = Recorded::start().await;
    let is_creation: fn(&Call) -> bool = |call| call.method == "POST" && call.path == "/healthcheck";
    let is_batch: fn(&Call) -> bool = |call| call.path.ends_with("/rrset") && call.method == "POST";
    let is_deletion: fn(&Call) -> bool = |call| call.method == "DELETE";
    let destroy = ["destroy", "--yes"];
    for (arguments, killed_at, ttl) in [
        (&APPLY[..], is_creation, 60),
        (&APPLY, is_batch, 30),
        (&destroy, is_batch, 30),
        (&APPLY, is_batch, 30),
        (&destroy, is_deletion, 30),
    ] {
        let spec = recorded.lab.lab.spec_toml();
        let spec = spec.replace("ttl = 60", &format!("ttl = {ttl}"));
        let threshold = format!("failure_threshold = {}", 60 / ttl);
        recorded.lab.write_spec(&spec.replace("failure_threshold = 3", &threshold));
        let mut seen = false;
        let rule = move |call: &Call| {
            let now = killed_at(call) && !std::mem::replace(&mut seen, true);
            if now { Action::WithholdAnswer } else { Action::Forward }
        };
        let mut proxy = Proxy::with(&recorded.lab, rule).await;
        recorded.variables = vec![(ROUTE_53.to_owned(), proxy.url().to_owned())];
        let killed = recorded
            .started(arguments, async |child| {
                proxy.reached().await;
                child.kill().await
            })
            .await;
        assert_eq!(killed.code, None, "{killed}");
        recorded.run(arguments).await;
    }
    recorded.exact("apply", &[]).await;
    recorded.lab.stop().await;
}

/// Alarms speak for both sides: they are asked for, one by one, and no checker is.
#[tokio::test]
async fn alarms_are_permitted_exactly() {
    let mut recorded = Recorded::with(prompt()).await;
    for region in ["us-east-1", "eu-west-1"] {
        alarm_is(&recorded.lab, region, &format!("bucket-{region}"), "OK").await;
    }
    let healthy = "alarm = { name = \"bucket-us-east-1\", insufficient_data = \"healthy\" }";
    recorded.lab.write_spec(&spec(&recorded.lab, IN_THE_CLEAR, [healthy, ALARMS[1]]));
    recorded.run(&APPLY).await;
    recorded.lab.write_spec(&spec(&recorded.lab, IN_THE_CLEAR, ALARMS));
    recorded.run(&APPLY).await;
    let applied = std::mem::take(&mut recorded.calls);
    recorded.run(&["status"]).await;
    let gone = cloudwatch(&recorded.lab, "us-east-1").delete_alarms().alarm_names("bucket-us-east-1");
    gone.send().await.expect("it is gone");
    let ran = recorded.listened(&["verify"]).await;
    assert!(matches!(ran.code, Some(0 | 1)), "{ran}");
    let verified = recorded.exact("verify", &[]).await;
    insta::assert_snapshot!(verified.join("\n"), @"
    cloudwatch:DescribeAlarms
    cloudwatch:GetMetricData
    route53:ListHealthChecks
    route53:ListHostedZonesByName
    route53:ListResourceRecordSets
    route53:ListTagsForResources
    route53:TestDNSAnswer
    s3:ListBucket
    ");

    recorded.calls = applied;
    recorded.run(&["destroy", "--yes"]).await;
    let actions = recorded.exact("apply", &[]).await;
    assert!(actions.contains(&"cloudwatch:DescribeAlarms".to_owned()), "{actions:?}");
    assert!(!actions.contains(&"route53:GetHealthCheckStatus".to_owned()), "{actions:?}");
    recorded.lab.stop().await;
}

/// Zones in one account, each bucket in another, and whoever runs the commands in none of them: each has what is
/// asked as him, and none what is asked as another.
#[tokio::test]
async fn each_identity_is_permitted_exactly() {
    let mut recorded = Recorded::with(Options { accounts: Accounts::several(), ..instant() }).await;
    recorded.run(&APPLY).await;
    recorded.lab.edit_spec("failure_threshold = 3", "failure_threshold = 2");
    recorded.run(&APPLY).await;
    recorded.run(&["destroy", "--yes"]).await;
    let actions = recorded.each_exact("apply").await;
    let dns = "role-000000000000-dns";
    assert_eq!(actions.keys().collect::<Vec<_>>(), ["caller", dns]);
    assert_eq!(actions["caller"], ["sts:AssumeRole"]);

    recorded.run(&APPLY).await;
    recorded.calls.clear();
    recorded.run(&["verify"]).await;
    recorded.run(&["status"]).await;
    recorded.run(&["export", "--format", "iam", "--for", "verify", "--out", "verify"]).await;
    let actions = recorded.each_exact("verify").await;
    recorded.none_does_anothers("verify").await;
    let buckets = ["role-000000000001-bucket", "role-000000000002-bucket"];
    assert_eq!(actions.keys().collect::<Vec<_>>(), ["caller", dns, buckets[0], buckets[1]]);
    assert!(
        actions[dns]
            .iter()
            .all(|action| { action.starts_with("route53:") || action == "cloudwatch:GetMetricData" }),
        "{actions:?}"
    );
    assert_eq!(actions[buckets[1]], ["s3:GetObject", "s3:ListBucket"]);
    recorded.lab.stop().await;
}

/// A side that counts the checks of others beside its own, and a pair of aliases over IPv6 too.
#[tokio::test]
async fn counted_checks_and_aliases_are_permitted_exactly() {
    let mut recorded = Recorded::with(prompt()).await;
    for region in ["us-east-1", "eu-west-1"] {
        alarm_is(&recorded.lab, region, &format!("bucket-{region}"), "OK").await;
    }
    let changing = ["apply", "--yes", "--allow-unhealthy", "--allow", "doubled-cost"];
    let beside = alias_sides();
    let aliases = spec(&recorded.lab, "ipv6 = true\n", [&beside[0], &beside[1]]);
    recorded.lab.write_spec(&aliases);
    recorded.run(&changing).await;
    let healthy = "name = \"bucket-eu-west-1\", insufficient_data = \"healthy\"";
    recorded.lab.write_spec(&aliases.replace("name = \"bucket-eu-west-1\"", healthy));
    recorded.run(&changing).await;
    recorded.run(&["destroy", "--yes"]).await;
    recorded.exact("apply", &[]).await;
    let types: BTreeSet<&str> =
        recorded.calls.iter().flat_map(|call| &call.changes).map(|change| &*change.record_type).collect();
    assert_eq!(types.into_iter().collect::<Vec<_>>(), ["A", "AAAA", "TXT"]);
    recorded.calls.clear();

    let child = check_by_hand(&recorded.lab, following("bucket-us-east-1")).await;
    let calculated = |healthy: &str| {
        spec(
            &recorded.lab,
            OBJECT,
            [&format!("[failover.primary.calculated]\nchildren = [\"{child}\"]\n{healthy}"), ""],
        )
    };
    let (all, one) = (calculated(""), calculated("healthy = 1"));
    recorded.lab.write_spec(&all);
    recorded.run(&changing).await;
    recorded.lab.write_spec(&one);
    recorded.run(&changing).await;
    let applied = std::mem::take(&mut recorded.calls);

    // To verify, the alarms of those are read, whichever they are.
    recorded.run(&["status"]).await;
    let gone = cloudwatch(&recorded.lab, "us-east-1").delete_alarms().alarm_names("bucket-us-east-1");
    gone.send().await.expect("it is gone");
    let ran = recorded.listened(&["verify"]).await;
    assert!(matches!(ran.code, Some(0 | 1)), "{ran}");
    let verdict = recorded.judged("verify", &[]).await;
    nothing_of(&["lint", "denied", "superfluous"], &verdict);
    assert_eq!(verdict["wide"], json!(["arn:aws:cloudwatch:*:*:alarm:*"]), "{verdict:#}");

    recorded.calls = applied;
    recorded.run(&["destroy", "--yes"]).await;
    recorded.exact("apply", &[]).await;
    recorded.lab.stop().await;
}
