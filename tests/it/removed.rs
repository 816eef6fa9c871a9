//! A failover that was taken out of the spec: told, never removed by itself, and removed by name.

use serde_json::{Value, json};

use crate::support::{ENDPOINTS, NAME, TestLab, answered, held, instant};

const OTHER: &str = "media.example.com";
const REGIONS: &str = "interval = 10\nregions = [\"us-east-1\", \"eu-west-1\", \"ap-southeast-1\"]";

/// The lab's failover, and the same pair at another name.
fn both(lab: &TestLab) -> String {
    let first = lab.lab.spec_toml().replace("interval = 10", REGIONS);
    let at = first.find("[[failover]]").expect("the lab's spec has a failover");
    format!("{first}\n{}", first[at..].replace(NAME, OTHER))
}

/// Only the one.
fn one(lab: &TestLab, name: &str) -> String {
    lab.lab.spec_toml().replace("interval = 10", REGIONS).replace(NAME, name)
}

async fn plan(lab: &TestLab, arguments: &[&str]) -> Value {
    let ran = lab.program().run(&[&["plan", "--output", "json"], arguments].concat()).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    ran.json()
}

fn ids(plan: &Value) -> Vec<(String, String)> {
    let notes = plan["notes"].as_array().cloned().unwrap_or_default();
    let text = |note: &Value, key: &str| note[key].as_str().expect("a text").to_owned();
    notes.iter().map(|note| (text(note, "id"), text(note, "name"))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_told_and_removed_by_name() {
    let lab = TestLab::start(instant()).await;
    lab.write_spec(&both(&lab));
    let ran = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let before = held(&lab.route53()).await;

    lab.write_spec(&one(&lab, NAME));
    let told = plan(&lab, &[]).await;
    assert_eq!((&told["changes"], ids(&told)), (&json!([]), vec![("removed-failover".into(), OTHER.into())]));
    let text = lab.program().run(&["apply", "--yes"]).await;
    let note = "removed-failover: media.example.com is still in the hosted zone Z-LAB-1; a spec of this name made it";
    assert!(text.code == Some(0) && text.stdout.contains(note), "{text}");
    let markdown = lab.program().run(&["plan", "--check", "--output", "markdown"]).await;
    assert!(markdown.code == Some(0) && markdown.stdout.contains("> **removed-failover**"), "{markdown}");
    assert_eq!(held(&lab.route53()).await, before, "nothing is removed because it is missing");

    // Nobody knows what a part of a spec lacks.
    assert_eq!(ids(&plan(&lab, &["--only", NAME]).await), []);
    let part = lab.program().run(&["apply", "--yes", "--only", NAME, "--remove", OTHER]).await;
    assert_eq!(part.code, Some(2), "{part}");

    let refused = lab.program().run(&["apply", "--yes", "--remove", OTHER]).await;
    assert_eq!(refused.code, Some(4), "{refused}");
    assert!(refused.stderr.contains("because: last-record: the failover media.example.com"), "{refused}");
    assert_eq!(held(&lab.route53()).await, before);

    // A reviewed plan carries the leave with it.
    let leave = ["--remove", OTHER, "--allow", "last-record"];
    let written = lab.program().run(&[&["plan", "--out", "plan.json"], &leave[..]].concat()).await;
    assert_eq!(written.code, Some(0), "{written}");
    let twice = lab.program().run(&[&["apply", "plan.json", "--yes"], &leave[..2]].concat()).await;
    assert_eq!(twice.code, Some(2), "{twice}");
    let ran = lab.program().run(&["apply", "plan.json", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let after = held(&lab.route53()).await;
    assert_eq!((after.records_of(OTHER).len(), after.checks.len()), (0, 4));
    assert_eq!(after.records, before.records_beside(OTHER));
    answered(&lab, NAME, ENDPOINTS[0]).await;

    // Again: nothing is left, and that is no failure.
    let again = lab.program().run(&[&["apply", "--yes", "--output", "json"], &leave[..]].concat()).await;
    assert_eq!(again.code, Some(0), "{again}");
    assert_eq!(ids(&again.json()), [("nothing-to-remove".into(), OTHER.into())]);
    lab.stop().await;
}

/// Two teams, each with a `failover.toml`: the other's is told and stays. A spec of another name is not even
/// told, and cannot be removed by accident.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_spec_made_is_not_removed_by_accident() {
    let lab = TestLab::start(instant()).await;
    std::fs::write(lab.folder().join("theirs.toml"), one(&lab, OTHER)).expect("a file");
    let theirs = lab.program().run(&["apply", "--yes", "--config", "theirs.toml"]).await;
    assert_eq!(theirs.code, Some(0), "{theirs}");
    lab.write_spec(&one(&lab, NAME));
    let ran = lab.program().run(&["apply", "--yes", "--output", "json"]).await;
    assert_eq!((ran.code, ids(&ran.json())), (Some(0), vec![]), "{ran}");
    let before = held(&lab.route53()).await;
    let remove = ["apply", "--yes", "--remove", OTHER, "--allow", "last-record"];
    let refused = lab.program().run(&remove).await;
    assert_eq!(refused.code, Some(4), "{refused}");
    let told =
        "because: other-spec: the failover media.example.com was made by a spec of the name theirs.toml";
    assert!(refused.stderr.contains(told), "{refused}");
    assert_eq!(held(&lab.route53()).await, before);
    // That was this spec's former name.
    let meant = lab.program().run(&[&remove[..], &["--allow", "other-spec"]].concat()).await;
    assert_eq!(meant.code, Some(0), "{meant}");
    assert_eq!(held(&lab.route53()).await.records_of(OTHER).len(), 0);
    lab.stop().await;
}

/// Its health checks are what tells of it. Where somebody has deleted them, its records still do, to whoever
/// names it.
#[tokio::test]
async fn one_without_health_checks_is_removed_by_name() {
    let lab = TestLab::start(instant()).await;
    lab.write_spec(&one(&lab, OTHER));
    let ran = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    for (check, _) in held(&lab.route53()).await.checks {
        lab.route53().delete_health_check().health_check_id(check.id).send().await.expect("it goes");
    }
    lab.write_spec(&one(&lab, NAME));
    let refused = lab.program().run(&["apply", "--yes", "--remove", OTHER]).await;
    assert_eq!(refused.code, Some(4), "{refused}");
    assert!(refused.stderr.contains("because: last-record: the failover media.example.com"), "{refused}");
    let leave = ["--remove", OTHER, "--allow", "last-record"];
    let ran = lab.program().run(&[&["apply", "--yes"], &leave[..]].concat()).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(held(&lab.route53()).await.records_of(OTHER).len(), 0);
    assert_eq!(ids(&plan(&lab, &leave).await), [("nothing-to-remove".into(), OTHER.into())]);
    lab.stop().await;
}
