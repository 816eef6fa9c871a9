//! What was done is remembered, listed, and handed to other programs.

use std::time::Duration;

use jiff::Timestamp;
use s3_failover::journal::{Deed, Journal, Record, RunId};
use serde_json::json;

use super::support::{Program, Ran, Terminal, TestLab, judge, quick};

/// A folder in which nothing but a history is.
struct Past {
    folder: tempfile::TempDir,
    journal: Journal,
}

impl Past {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = Journal::open(&folder.path().join("state")).expect("a journal");
        Self { folder, journal }
    }

    /// A drill of a day, with what its document says.
    fn drill(&self, (day, name, fault): (i64, &str, &str), recovery: Option<f64>) {
        let at = Timestamp::from_second(1_800_000_000 + day * 86_400).expect("a date");
        let record = Record {
            run: RunId::new(at, u32::try_from(day).expect("a small number")),
            deed: Deed::Drill,
            failover: Some(name.parse().expect("a name")),
            at,
            took: Duration::from_mins(2),
            clock: "system".to_owned(),
            spec: Some("5bec".to_owned()),
            plan: None,
            version: "0.1.0".to_owned(),
            ok: recovery.is_some(),
            summary: format!("drilled, \"as agreed\"\nwith {fault}"),
            document: Some(json!({
                "schema": "s3-failover/drill/v1", "name": name, "fault": fault, "basis": "measured",
                "recovery_seconds": recovery, "data_loss": {"written": 10, "missing": 1, "seconds": 2.5},
                "requests": {"total": 100, "failed": 7},
            })),
        };
        self.journal.record(&record).expect("it is written");
    }

    async fn run(&self, arguments: &[&str]) -> Ran {
        let program = Program::bare(self.folder.path()).with("S3_FAILOVER_STATE", "state");
        program.run(&[&["history"], arguments].concat()).await
    }
}

fn several() -> Past {
    let past = Past::new();
    past.drill((1, "data.example.com", "invert"), Some(60.0));
    past.drill((2, "data.example.com", "invert"), Some(62.54));
    past.drill((3, "other.example.com", "invert"), Some(20.0));
    past.drill((4, "data.example.com", "observe"), None);
    past.drill((5, "data.example.com", "invert"), Some(90.0));
    past
}

/// Issue: "every plan digest, apply, drill, switch with spec digest, version, clock source, figures".
#[tokio::test]
async fn what_changes_something_is_remembered_and_a_plan_that_is_kept() {
    let lab = TestLab::start(quick()).await;
    let program = lab.program();
    for arguments in [
        &["plan"][..],
        &["plan", "--out", "plan.json"],
        &["apply", "--yes", "plan.json"],
        &["apply", "--yes", "--quiet"],
        &["destroy", "--yes", "-o", "json"],
    ] {
        let ran = program.run(arguments).await;
        assert_eq!(ran.code, Some(0), "{ran}");
    }
    let plan = program.run(&["history", "export", "--format", "json"]).await;
    assert_eq!((plan.code, plan.stderr.as_str()), (Some(0), ""), "{plan}");
    let document = plan.json();
    let runs = document["runs"].as_array().expect("runs");
    let shown: Vec<String> = runs
        .iter()
        .map(|run| {
            assert_eq!(run["plan_digest"], run["document"]["digest"]);
            assert_eq!(run["spec_digest"], runs[0]["spec_digest"]);
            assert!(run["took_seconds"].as_f64().is_some_and(|took| took >= 0.0));
            let schema = &run["document"]["schema"];
            format!(
                "{} {} {} {} {} {schema}",
                run["id"], run["deed"], run["ok"], run["clock"], run["summary"]
            )
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    1 "plan" true "system" "9 to create" "s3-failover/plan/v1"
    2 "apply" true "system" "9 created" "s3-failover/apply/v1"
    3 "apply" true "system" "nothing to do" "s3-failover/apply/v1"
    4 "destroy" true "system" "9 deleted" "s3-failover/destroy/v1"
    "#);
    assert_eq!(runs[0]["plan_digest"], runs[1]["plan_digest"]);
    assert_ne!(runs[1]["plan_digest"], runs[2]["plan_digest"]);
    let state = lab.folder().join(".local/state/s3-failover/journal.db");
    assert_eq!(document["journal"], state.display().to_string());
}

/// On a terminal a person sees the plan, and may have acted upon it.
#[tokio::test]
async fn a_plan_that_a_person_saw_is_remembered() {
    let lab = TestLab::start(quick()).await;
    let terminal = Terminal::start(&lab.program(), (120, 40), &["plan"]).await;
    terminal.shows("the plan ends", |screen| screen.contains("ended with 0")).await;
    let ran = lab.program().run(&["history", "-o", "json"]).await;
    assert_eq!(ran.json()["runs"][0]["deed"], "plan", "{ran}");
}

#[tokio::test]
async fn the_list_shows_runs_and_how_recoveries_went() {
    let past = several();
    insta::assert_snapshot!(past.run(&[]).await, @r#"
    ── stdout
    ID  WHEN                  WHAT   NAME               FAULT    RECOVERY  DATA LOSS  TOOK     OK   SUMMARY
    1   2027-01-16 08:00:00Z  drill  data.example.com   invert   60.0 s    2.5 s      120.0 s  yes  drilled, "as agreed" with invert
    2   2027-01-17 08:00:00Z  drill  data.example.com   invert   62.5 s    2.5 s      120.0 s  yes  drilled, "as agreed" with invert
    3   2027-01-18 08:00:00Z  drill  other.example.com  invert   20.0 s    2.5 s      120.0 s  yes  drilled, "as agreed" with invert
    4   2027-01-19 08:00:00Z  drill  data.example.com   observe  -         2.5 s      120.0 s  no   drilled, "as agreed" with observe
    5   2027-01-20 08:00:00Z  drill  data.example.com   invert   90.0 s    2.5 s      120.0 s  yes  drilled, "as agreed" with invert

    data.example.com, invert: ▆▆█  3 drills; median 62.5 s, worst 90.0 s, last 90.0 s: worse than the median before it
    ── stderr
    ── ended with 0
    "#);
    insta::assert_snapshot!(past.run(&["--only", "data.example.com", "--since", "2027-01-17", "--limit", "2"]).await, @r#"
    ── stdout
    ID  WHEN                  WHAT   NAME              FAULT    RECOVERY  DATA LOSS  TOOK     OK   SUMMARY
    4   2027-01-19 08:00:00Z  drill  data.example.com  observe  -         2.5 s      120.0 s  no   drilled, "as agreed" with observe
    5   2027-01-20 08:00:00Z  drill  data.example.com  invert   90.0 s    2.5 s      120.0 s  yes  drilled, "as agreed" with invert
    ── stderr
    ── ended with 0
    "#);
    insta::assert_snapshot!(past.run(&["--deed", "apply"]).await, @"
    ── stdout
    ── stderr
    Nothing is remembered of that.
    ── ended with 0
    ");
    let json = past.run(&["-o", "json"]).await.json();
    assert_eq!(json["schema"], "s3-failover/history/v1");
    assert_eq!(json["runs"].as_array().map(Vec::len), Some(5));
    insta::assert_snapshot!(json["trends"], @r#"[{"drills":3,"fault":"invert","last_is_worse":true,"last_seconds":90.0,"median_seconds":62.54,"name":"data.example.com","recovered":3,"recovery_seconds":[60.0,62.54,90.0],"worst_seconds":90.0}]"#);
}

#[tokio::test]
async fn one_run_is_shown_by_number_or_name() {
    let past = several();
    let by_number = past.run(&["show", "2"]).await;
    insta::assert_snapshot!(by_number.to_string().replace(&host(), "HOST"), @r#"
    ── stdout
    2 drill of data.example.com
      run       20270117T080000Z-00000002
      began     2027-01-17T08:00:00Z
      took      120.0 s
      clock     system
      host      HOST
      version   0.1.0
      spec      5bec
      ok        yes, drilled, "as agreed"
    with invert
    Drill
      fault     invert, measured
      failover  62.5 s
      failback  -
      requests  100 made, 7 failed
      data loss 1 of 10 writes were missing, the oldest 2.5 s old
    ── stderr
    ── ended with 0
    "#);
    assert_eq!(past.run(&["show", "20270117"]).await, by_number);
    let json = past.run(&["show", "20270117T080000Z-00000002", "-o", "json"]).await.json();
    assert_eq!((&json["id"], &json["document"]["recovery_seconds"]), (&json!(2), &json!(62.54)));
    insta::assert_snapshot!(past.run(&["show", "2027"]).await, @"
    ── stdout
    ── stderr
    error: several runs begin with `2027`: the numbers 1, 2, 3, 4, 5
    hint: Name one of them by its number.
    ── ended with 2
    ");
    insta::assert_snapshot!(past.run(&["show", "99"]).await, @"
    ── stdout
    ── stderr
    error: no run `99` is remembered
    hint: `s3-failover history` lists them; `--state DIR` names another folder.
    ── ended with 2
    ");
}

fn host() -> String {
    s3_failover::journal::Writer::this().host
}

/// RFC 4180, read by Python's csv module.
#[tokio::test]
async fn the_csv_is_read_by_others() {
    let past = several();
    let ran = past.run(&["export", "--format", "csv", "--out", "history.csv"]).await;
    assert_eq!(ran, Ran { stdout: String::new(), stderr: String::new(), code: Some(0) });
    let file = past.folder.path().join("history.csv");
    insta::assert_snapshot!(judge("history_csv.py", &[], &[&file.display().to_string()]).await, @r#"
    id, run, deed, name, at, took_seconds, clock, spec_digest, plan_digest, version, host, ok, summary, fault, recovery_seconds, failback_seconds, data_loss_seconds
    {'id': '1', 'run': '20270116T080000Z-00000001', 'deed': 'drill', 'name': 'data.example.com', 'at': '2027-01-16T08:00:00Z', 'took_seconds': '120.0', 'clock': 'system', 'spec_digest': '5bec', 'ok': 'true', 'summary': 'drilled, "as agreed"\nwith invert', 'fault': 'invert', 'recovery_seconds': '60.0', 'data_loss_seconds': '2.5'}
    {'id': '2', 'run': '20270117T080000Z-00000002', 'deed': 'drill', 'name': 'data.example.com', 'at': '2027-01-17T08:00:00Z', 'took_seconds': '120.0', 'clock': 'system', 'spec_digest': '5bec', 'ok': 'true', 'summary': 'drilled, "as agreed"\nwith invert', 'fault': 'invert', 'recovery_seconds': '62.54', 'data_loss_seconds': '2.5'}
    {'id': '3', 'run': '20270118T080000Z-00000003', 'deed': 'drill', 'name': 'other.example.com', 'at': '2027-01-18T08:00:00Z', 'took_seconds': '120.0', 'clock': 'system', 'spec_digest': '5bec', 'ok': 'true', 'summary': 'drilled, "as agreed"\nwith invert', 'fault': 'invert', 'recovery_seconds': '20.0', 'data_loss_seconds': '2.5'}
    {'id': '4', 'run': '20270119T080000Z-00000004', 'deed': 'drill', 'name': 'data.example.com', 'at': '2027-01-19T08:00:00Z', 'took_seconds': '120.0', 'clock': 'system', 'spec_digest': '5bec', 'ok': 'false', 'summary': 'drilled, "as agreed"\nwith observe', 'fault': 'observe', 'data_loss_seconds': '2.5'}
    {'id': '5', 'run': '20270120T080000Z-00000005', 'deed': 'drill', 'name': 'data.example.com', 'at': '2027-01-20T08:00:00Z', 'took_seconds': '120.0', 'clock': 'system', 'spec_digest': '5bec', 'ok': 'true', 'summary': 'drilled, "as agreed"\nwith invert', 'fault': 'invert', 'recovery_seconds': '90.0', 'data_loss_seconds': '2.5'}
    "#);
    let stdout = past.run(&["export", "--format", "csv"]).await.stdout;
    assert_eq!(stdout, std::fs::read_to_string(file).expect("a file"));
    let one = past.run(&["export", "--format", "csv", "--limit", "1", "--deed", "drill"]).await.stdout;
    assert_eq!(one.lines().next(), stdout.lines().next());
    assert!(one.contains("\r\n5,"), "{one}");
    let before = past.run(&["--state", "state", "--limit", "1", "export", "--format", "csv"]).await.stdout;
    assert_eq!(before, one, "options before the subcommand count too");
}

/// To look makes nothing.
#[tokio::test]
async fn where_nothing_was_done_nothing_is_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Program::bare(folder.path());
    insta::assert_snapshot!(program.run(&["history"]).await, @"
    ── stdout
    ── stderr
    Nothing is remembered of that.
    ── ended with 0
    ");
    insta::assert_snapshot!(program.run(&["history", "-o", "json"]).await, @r#"
    ── stdout
    {
      "schema": "s3-failover/history/v1",
      "journal": null,
      "runs": [],
      "trends": []
    }
    ── stderr
    ── ended with 0
    "#);
    let csv = program.run(&["history", "export", "--format", "csv"]).await;
    assert!(csv.stdout.starts_with("id,run,deed,") && csv.stdout.lines().count() == 1, "{csv}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
}
