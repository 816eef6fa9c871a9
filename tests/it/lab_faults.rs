//! What can be broken in a lab, by whom it can be ordered, and what becomes of it.

use std::{fs, time::Duration};

use s3_failover::lab::{Lab, Options, Order, Ready};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Program, TestLab, eventually, held, quick};

/// In our own time.
const SOON: Duration = Duration::from_secs(30);

/// What the controls of a lab say of its faults, asked by a client that is not ours.
async fn faults(lab: &TestLab) -> Value {
    let status = lab.program().run(&["lab", "status", "--from", "ready.json"]).await;
    assert_eq!(status.code, Some(0), "{status}");
    status.json()["faults"].clone()
}

async fn fault(lab: &TestLab, arguments: &[&str]) -> (Option<i32>, String) {
    let ran = lab.program().run(&[&["lab", "fault", "--from", "ready.json"], arguments].concat()).await;
    assert_eq!(ran.stdout, "", "{ran}");
    (ran.code, ran.stderr)
}

/// The help is a text of its own; here is what holds it to the truth.
#[tokio::test]
async fn the_help_of_lab_fault_names_every_part_and_its_faults() {
    let lab = Lab::start(quick()).await.expect("the lab starts");
    let folder = tempfile::tempdir().expect("a folder");
    let help = Program::bare(folder.path()).run(&["lab", "fault", "--help"]).await.stdout;
    let told: String = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for (target, state) in lab.faults() {
        assert_eq!(state.kinds.first(), Some(&"none"), "{target}");
        // Parts of one kind are told once: a region, a name server, a control region.
        let kinds = format!(": {}", state.kinds.join(", "));
        assert!(told.contains(&kinds), "{target}{kinds} is missing in:\n{help}");
    }
    lab.stop().await;
}

/// Every order that a lab can take leads to a state that its status shows, and back.
#[tokio::test]
async fn every_part_can_be_broken_in_each_of_its_ways_and_mended() {
    let lab = Lab::start(quick()).await.expect("the lab starts");
    for (target, state) in lab.faults() {
        for kind in &state.kinds[1..] {
            lab.order(&[Order::now(target.clone(), *kind)]).expect("the lab has said so");
            assert_eq!(lab.faults()[&target].kind, *kind, "{target}");
        }
    }
    lab.mend();
    assert!(lab.faults().values().all(|state| state.kind == "none"), "{:?}", lab.faults());
    lab.stop().await;
}

#[tokio::test]
async fn an_order_on_the_command_line_says_what_and_for_how_long() {
    let lab = TestLab::start(quick()).await;
    let told = (Some(0), "Fault of the S3 of us-east-1: http-500 for 4 s of the lab.\n".to_owned());
    assert_eq!(fault(&lab, &["us-east-1", "http-500", "--for", "4s"]).await, told);
    assert_eq!(faults(&lab).await["eu-west-1"], "none");
    let s3 = lab.s3("us-east-1");
    eventually("it mends itself", SOON, async || match faults(&lab).await["us-east-1"].clone() {
        Value::String(kind) if kind == "none" => Ok(()),
        other => Err(other),
    })
    .await;
    s3.head_bucket().bucket("my-app-data-us-east-1").send().await.expect("it answers again");

    assert_eq!(fault(&lab, &["us-east-1", "refuse"]).await.0, Some(0));
    assert_eq!(
        fault(&lab, &["all", "none"]).await,
        (Some(0), "Everything in the lab is whole.\n".to_owned())
    );
    assert_eq!(faults(&lab).await["us-east-1"], "none");
    lab.stop().await;
}

#[tokio::test]
async fn an_order_that_means_nothing_is_refused_and_changes_nothing() {
    let lab = TestLab::start(quick()).await;
    let before = faults(&lab).await;
    for (arguments, sentence) in [
        (&["mars", "refuse"][..], "`mars` is no part of a lab"),
        (&["eu-central-1", "refuse"], "the lab has no part `eu-central-1`; it has "),
        (&["us-east-1", "explode"], "`explode` is no fault of us-east-1; its faults are none, refuse, "),
        (&["all", "refuse"], "all parts at once can only be mended"),
        (
            &["us-east-1", "refuse", "--for", "a while"],
            "`a while` is no duration; write it like 90s, 5m or 2h",
        ),
    ] {
        let (code, told) = fault(&lab, arguments).await;
        assert_eq!(code, Some(2), "{told}");
        assert!(told.contains(sentence), "{sentence}: {told}");
    }
    assert_eq!(faults(&lab).await, before);
    lab.stop().await;
}

/// A lab of its own process, and its folder.
fn with_scenario(text: &str) -> (TempDir, crate::support::Running) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("scenario.toml"), text).expect("a file");
    let arguments =
        ["lab", "start", "--speed", "20", "--ready-file", "ready.json", "--scenario", "scenario.toml"];
    let lab = Program::bare(folder.path()).start(&arguments);
    (folder, lab)
}

#[tokio::test]
async fn a_scenario_breaks_and_mends_when_it_says() {
    let (folder, _lab) = with_scenario(
        "[[fault]]\ntarget = \"us-east-1\"\nkind = \"slow\"\nat = \"2s\"\nfor = \"3s\"\n\n\
         [[fault]]\ntarget = \"eu-west-1\"\nkind = \"refuse\"\nat = \"4s\"\n",
    );
    let program = Program::bare(folder.path());
    let ready = folder.path().join("ready.json");
    eventually("the lab is ready", SOON, async || fs::metadata(&ready).map(|_| ())).await;
    let seen = eventually("all of it has happened", SOON, async || {
        let status = program.run(&["lab", "status", "--from", "ready.json"]).await.json();
        let both = [&status["faults"]["us-east-1"], &status["faults"]["eu-west-1"]];
        if both == ["none", "refuse"] { Ok(status) } else { Err(status) }
    })
    .await;
    assert!(seen["seconds"].as_f64() >= Some(5.0), "sooner than it says: {seen}");
}

#[tokio::test]
async fn a_scenario_that_cannot_be_played_starts_no_lab() {
    for (text, sentence) in [
        (
            "[[fault]]\ntarget = \"us-east-1\"\nkind = \"slow\"\nat = \"soon\"\n",
            "line 4: `soon` is no duration",
        ),
        ("[[fault]]\ntarget = \"eu-central-1\"\nkind = \"slow\"\n", "the lab has no part `eu-central-1`"),
        ("[[failure]]\n", "unknown field `failure`"),
    ] {
        let (folder, lab) = with_scenario(text);
        let ran = lab.ended().await;
        assert_eq!(ran.code, Some(2), "{ran}");
        assert!(ran.stderr.contains(sentence), "{sentence}: {ran}");
        assert!(!folder.path().join("ready.json").exists());
    }
}

/// Over the controls, with the times that only they take.
#[tokio::test]
async fn orders_over_http_can_wait() {
    let lab = Lab::start(Options { speed: 1.0, ..quick() }).await.expect("the lab starts");
    let order =
        Order { after: Duration::from_hours(1), ..Order::now("us-east-1".parse().expect("a part"), "slow") };
    let ready: &Ready = lab.ready();
    s3_failover::lab::control::order(ready, &order).await.expect("taken");
    assert_eq!(lab.faults()[&order.target].kind, "none");
    s3_failover::lab::control::mend(ready).await.expect("mended");
    lab.stop().await;
}

/// How many of the 16 checkers of the primary's endpoint report success, and the verdict.
async fn seen(lab: &TestLab) -> (usize, bool) {
    let held = held(&lab.route53()).await;
    let status = lab.program().run(&["lab", "status", "--from", "ready.json"]).await.json();
    let check = &status["health_checks"][held.check("primary").id()];
    let checkers = check["checkers"].as_array().expect("a list");
    let succeeded =
        |checker: &&Value| checker["status"].as_str().is_some_and(|text| text.starts_with("Success"));
    (checkers.iter().filter(succeeded).count(), check["healthy"] == true)
}

/// Route 53 Developer Guide, dns-failover-determining-health-of-endpoints: "If more than 18% of health checkers
/// report that an endpoint is healthy, Route 53 considers it healthy."
#[tokio::test]
async fn a_region_that_some_checkers_cannot_see_stays_healthy_until_too_few_can() {
    let lab = TestLab::start(quick()).await;
    let ran = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(fault(&lab, &["us-east-1", "partition"]).await.0, Some(0));
    let until = async |wanted: (usize, bool)| {
        eventually(&format!("{wanted:?}"), SOON, async || match seen(&lab).await {
            found if found == wanted => Ok(()),
            found => Err(format!("{found:?}")),
        })
        .await;
    };
    until((8, true)).await;
    // Of eight regions every second is parted; two more leave 4 of 16, which is more than 18 %.
    for region in ["us-east-1", "us-west-2"] {
        assert_eq!(fault(&lab, &[&format!("checkers-{region}"), "cut"]).await.0, Some(0));
    }
    until((4, true)).await;
    assert_eq!(fault(&lab, &["checkers-ap-southeast-1", "cut"]).await.0, Some(0));
    until((2, false)).await;
    assert_eq!(fault(&lab, &["all", "none"]).await.0, Some(0));
    until((16, true)).await;
    lab.stop().await;
}
