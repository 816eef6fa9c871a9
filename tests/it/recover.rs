//! `recover`: from another machine than the drill's, by what it left in the world; and from this one's journal.

use std::path::PathBuf;

use jiff::SignedDuration;
use s3_failover::{
    clock::Clock,
    drill::{FaultKind, Notice, NoticeStep, Posted, Prepared, Saboteur, Undo},
    journal::{Journal, NewStep, RunId},
    model::Side,
};

use crate::support::{Picture, Program, TestLab, quick, saboteur};

/// A lab, the hand that breaks it, and how it was before.
struct Drilled {
    lab: TestLab,
    saboteur: Saboteur,
    before: Picture,
    state: PathBuf,
}

impl Drilled {
    async fn start() -> Self {
        let lab = TestLab::applied(quick()).await;
        let saboteur = saboteur(&lab).await;
        let before = Picture::of(&lab, &saboteur).await;
        let state = lab.folder().join("state");
        Self { lab, saboteur, before, state }
    }

    /// Another machine: the same spec, and a state folder with nothing in it.
    fn program(&self) -> Program {
        self.lab.program().with("S3_FAILOVER_STATE", self.state.display().to_string())
    }

    async fn abandoned(&self, name: &str, host: &str, minutes: i64) -> Prepared {
        abandoned(&self.saboteur, name, host, minutes).await
    }

    async fn is_mended(&self) {
        let now = Picture::of(&self.lab, &self.saboteur).await;
        assert_eq!(self.before.differs(&now), Vec::<String>::new());
    }
}

/// Injects a fault, after a notice of `host` that is good for `minutes`, and leaves it at that.
pub(crate) async fn abandoned(saboteur: &Saboteur, name: &str, host: &str, minutes: i64) -> Prepared {
    let kind: FaultKind = name.parse().expect("every name is one of a kind");
    let prepared = saboteur.prepare(&kind).await.expect("it can be undone");
    let step = |step: &s3_failover::drill::PreparedStep| NoticeStep {
        what: step.what.clone(),
        undo: step.undo.clone(),
        undone: false,
    };
    let notice = Notice {
        schema: Notice::schema(),
        run: saboteur.run.clone(),
        failover: saboteur.failover.name.clone(),
        fault: name.to_owned(),
        host: host.to_owned(),
        process: 7,
        who: "ops".to_owned(),
        since: Clock::system().now() - SignedDuration::from_hours(2),
        until: Clock::system().now() + SignedDuration::from_mins(minutes),
        steps: prepared.steps.iter().map(step).collect(),
    };
    let at = Notice::place(&saboteur.failover);
    let posted = notice.post(&saboteur.buckets, &at).await.expect("it may be");
    assert!(matches!(posted, Posted::Ours(_)), "{posted:?}");
    saboteur.inject(&prepared).await.expect("it is broken");
    prepared
}

#[tokio::test]
async fn another_machine_mends_what_was_left_behind() {
    let drilled = Box::pin(Drilled::start()).await;
    for fault in ["invert", "block-public", "block-sentinel", "switch"] {
        drilled.abandoned(fault, "alpha", -60).await;
        let unanswered = drilled.program().run(&["recover"]).await;
        assert_eq!(unanswered.code, Some(4), "{fault}: {unanswered}");
        assert!(unanswered.stdout.contains("Still broken:"), "{unanswered}");
        let dry = drilled.program().run(&["recover", "--dry-run", "-o", "json"]).await;
        assert_eq!(dry.code, Some(0), "{dry}");
        let document = dry.json();
        assert_eq!(document["schema"], "s3-failover/recover/v1");
        assert_eq!(document["items"].as_array().expect("a list").len(), 2, "{dry}");
        let item = &document["items"][0];
        assert_eq!((&item["run"], &item["host"]), (&drilled.saboteur.run.as_str().into(), &"alpha".into()));
        is_told_of(&drilled, fault == "invert").await;
        let mended = drilled.program().run(&["recover", "--yes", "-o", "json"]).await;
        assert_eq!(mended.code, Some(0), "{fault}: {mended}");
        for item in mended.json()["items"].as_array().expect("a list") {
            assert_eq!(item["outcome"], "mended", "{fault}: {mended}");
        }
        drilled.is_mended().await;
        let again = drilled.program().run(&["recover", "--yes"]).await;
        assert_eq!(again.code, Some(0), "{again}");
        assert!(again.stdout.contains("Nothing is broken"), "{again}");
        is_told_of(&drilled, false).await;
    }
    // Four were remembered: none of those that showed something, or found nothing.
    let history = drilled.program().run(&["history", "--deed", "recover", "-o", "json"]).await;
    let document = history.json();
    let runs = document["runs"].as_array().unwrap_or_else(|| panic!("{history}"));
    assert_eq!(runs.len(), 4, "{history}");
    for run in runs {
        let told = (&run["deed"], &run["ok"], &run["summary"], &run["name"]);
        let name = drilled.saboteur.failover.name.to_string();
        assert_eq!(told, (&"recover".into(), &true.into(), &"2 mended".into(), &name.into()), "{history}");
    }
    drilled.lab.stop().await;
}

/// Whether `verify` and `status` say that a drill has turned a health check over, and how it is turned back.
async fn is_told_of(drilled: &Drilled, expected: bool) {
    let run = &drilled.saboteur.run;
    let verify = drilled.program().run(&["verify", "-o", "json"]).await.json();
    let checks = verify["failovers"][0]["checks"].as_array().expect("findings");
    let inverted = checks.iter().find(|finding| finding["id"] == "checks.inverted").expect("it is looked at");
    assert_eq!(inverted["ok"], !expected, "{inverted:#}");
    let says = |text: &str| inverted.to_string().contains(text);
    assert_eq!((says(&format!("the drill {run}")), says("s3-failover recover")), (expected, expected));
    let status = drilled.program().run(&["status"]).await;
    let told = status.stderr.contains(&format!("is inverted by the drill {run}; `s3-failover recover`"));
    assert_eq!(told, expected, "{status}");
}

/// Whoever may still be drilling, elsewhere, is left alone until his time has passed, or somebody insists.
#[tokio::test]
async fn a_drill_that_may_go_on_is_left_alone() {
    let drilled = Box::pin(Drilled::start()).await;
    drilled.abandoned("invert", "alpha", 60).await;
    let broken = Picture::of(&drilled.lab, &drilled.saboteur).await;
    let left = drilled.program().run(&["recover", "--yes", "-o", "json"]).await;
    assert_eq!(left.code, Some(4), "{left}");
    assert_eq!(left.json()["items"][0]["outcome"], "left", "{left}");
    let history = drilled.program().run(&["history", "--deed", "recover", "-o", "json"]).await;
    assert!(!history.stdout.contains("\"recover\""), "nothing was done: {history}");
    assert_eq!(broken, Picture::of(&drilled.lab, &drilled.saboteur).await);
    let forced = drilled.program().run(&["recover", "--yes", "--force"]).await;
    assert_eq!(forced.code, Some(0), "{forced}");
    drilled.is_mended().await;
    drilled.lab.stop().await;
}

/// Without a notice and without a journal, the check itself says what is wrong with it.
#[tokio::test]
async fn the_tag_of_a_health_check_is_enough() {
    let drilled = Box::pin(Drilled::start()).await;
    let prepared = drilled.saboteur.prepare(&FaultKind::Invert).await.expect("it can be undone");
    drilled.saboteur.inject(&prepared).await.expect("it is broken");
    let mended = drilled.program().run(&["recover", "--yes"]).await;
    assert_eq!(mended.code, Some(0), "{mended}");
    assert!(mended.stdout.contains("by a drill"), "{mended}");
    drilled.is_mended().await;
    // Not even the tag: somebody turned it by hand.
    let Undo::Inverted { check, .. } = &prepared.steps[0].undo else { panic!("{prepared:?}") };
    let turn = drilled.lab.route53().update_health_check().health_check_id(check.as_str()).inverted(true);
    turn.send().await.expect("it may be");
    let mended = drilled.program().run(&["recover", "--yes"]).await;
    assert_eq!(mended.code, Some(0), "{mended}");
    assert!(mended.stdout.contains("no drill has said so"), "{mended}");
    drilled.is_mended().await;
    drilled.lab.stop().await;
}

/// What is not there any more needs no mending, and its notice goes.
#[tokio::test]
async fn a_check_that_was_deleted_is_gone() {
    let drilled = Box::pin(Drilled::start()).await;
    let prepared = drilled.abandoned("invert", "alpha", -1).await;
    let Undo::Inverted { check, .. } = &prepared.steps[0].undo else { panic!("{prepared:?}") };
    let delete = drilled.lab.route53().delete_health_check().health_check_id(check.as_str());
    delete.send().await.expect("it may be");
    let mended = drilled.program().run(&["recover", "--yes", "-o", "json"]).await;
    assert_eq!(mended.code, Some(0), "{mended}");
    let document = mended.json();
    let outcomes: Vec<_> = (0..2).map(|place| &document["items"][place]["outcome"]).collect();
    assert_eq!(outcomes, ["gone", "mended"], "{mended}");
    drilled.lab.stop().await;
}

/// What somebody else has changed is told, with what to do by hand, and the notice stays; until it is said to be
/// forgotten.
#[tokio::test]
async fn what_somebody_else_changed_is_told() {
    let drilled = Box::pin(Drilled::start()).await;
    drilled.abandoned("block-public", "alpha", -1).await;
    let (s3, bucket) = (drilled.lab.s3("us-east-1"), drilled.saboteur.failover.sentinel(Side::Primary));
    let his = aws_sdk_s3::types::PublicAccessBlockConfiguration::builder().block_public_acls(true).build();
    let put = s3.put_public_access_block().bucket(bucket.as_str());
    put.public_access_block_configuration(his).send().await.expect("it may be");
    let broken = Picture::of(&drilled.lab, &drilled.saboteur).await;
    let told = drilled.program().run(&["recover", "--yes"]).await;
    assert_eq!(told.code, Some(3), "{told}");
    let history = drilled.program().run(&["history", "--deed", "recover", "-o", "json"]).await;
    let last = &history.json()["runs"][0];
    assert_eq!((&last["ok"], &last["summary"]), (&false.into(), &"2 not mended".into()), "{history}");
    for sentence in [
        "is no longer as the drill left it",
        "aws s3api put-public-access-block --bucket",
        "it stays as long as",
    ] {
        assert!(told.stderr.contains(sentence), "{sentence}: {told}");
    }
    assert_eq!(broken, Picture::of(&drilled.lab, &drilled.saboteur).await);
    let forgotten = drilled.program().run(&["recover", "--yes", "--force"]).await;
    assert_eq!(forgotten.code, Some(0), "{forgotten}");
    let now = Picture::of(&drilled.lab, &drilled.saboteur).await;
    assert_eq!(drilled.before.differs(&now), ["public access primary"], "the notice is gone, and his stays");
    drilled.lab.stop().await;
}

/// This machine's journal is enough, without a spec. This test's process lives, so it is at it.
#[tokio::test]
async fn the_journal_is_enough() {
    let drilled = Box::pin(Drilled::start()).await;
    let journal = Journal::open(&drilled.state).expect("a journal");
    let prepared = drilled.saboteur.prepare(&"switch".parse::<FaultKind>().expect("one")).await;
    let prepared = prepared.expect("it can be undone");
    let (run, at) = (RunId::new(Clock::system().now(), 7), Clock::system().now());
    let step = |undo: serde_json::Value| NewStep {
        run: run.clone(),
        failover: drilled.saboteur.failover.name.clone(),
        what: prepared.steps[0].what.clone(),
        undo,
        at,
    };
    let undo = serde_json::to_value(&prepared.steps[0].undo).expect("JSON");
    journal.intend(&step(undo)).expect("written");
    drilled.saboteur.inject(&prepared).await.expect("it is broken");
    let program = drilled.program().with("S3_FAILOVER_CONFIG", "nowhere.toml");
    let left = program.run(&["recover", "--yes"]).await;
    assert_eq!(left.code, Some(4), "{left}");
    assert!(left.stdout.contains("is still drilling"), "{left}");
    assert!(left.stderr.contains("There is no spec nowhere.toml"), "{left}");
    let forced = program.run(&["recover", "--yes", "--force"]).await;
    assert_eq!(forced.code, Some(0), "{forced}");
    drilled.is_mended().await;
    assert_eq!(journal.pending().expect("read").len(), 0, "it is struck out");
    // Of another version: told, and not touched.
    journal.intend(&step(serde_json::json!({ "undo": "unheard-of" }))).expect("written");
    let told = program.run(&["recover", "--yes", "--force"]).await;
    assert_eq!(told.code, Some(3), "{told}");
    assert!(told.stderr.contains("this version cannot read how it is undone"), "{told}");
    assert_eq!(journal.pending().expect("read").len(), 1);
    drilled.lab.stop().await;
}

/// A source that cannot be read does not keep the others from being mended.
#[tokio::test]
async fn what_cannot_be_read_is_told_and_the_rest_is_mended() {
    let drilled = Box::pin(Drilled::start()).await;
    drilled.abandoned("switch", "alpha", -1).await;
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", nobody.local_addr().expect("an address"));
    drop(nobody);
    let program = drilled.program().with("AWS_ENDPOINT_URL_ROUTE_53", url).with("AWS_MAX_ATTEMPTS", "1");
    let told = program.run(&["recover", "--yes", "-o", "json"]).await;
    assert_eq!(told.code, Some(3), "{told}");
    let document = told.json();
    assert_eq!(document["unread"][0]["place"], "the health checks", "{told}");
    assert!(
        document["items"].as_array().expect("a list").iter().all(|item| item["outcome"] == "mended"),
        "{told}"
    );
    drilled.is_mended().await;
    drilled.lab.stop().await;
}
