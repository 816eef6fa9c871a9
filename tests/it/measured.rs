//! What a drill measures, held against the lab's own log; and who is named when something never ends.
//!
//! Holds the sentences: "a drill per fault in the lab gives phases that agree with the lab's log",
//! "resolvers that never switch (the drill ends at its limit, says which)", "a secondary that dies in the middle".

use std::time::Duration;

use s3_failover::{
    account::{OwnedChecks, Snapshot},
    drill::{Ended, FaultKind, Milestone, Periods, Run, Scene, Shown, Signal, Way},
    lab::{Fault, HealthEventKind, NameServerFault, Options},
    model::{CheckOwner, CheckRole, HealthCheckId, Side, Ttl},
    probe::{Servers, Vantage, client::ClientKind},
    report::drill::DrillDocument,
    spec::{Spec, ZoneRef},
    timeline::{DataLoss, DrillFigures, Drilled, Phases},
};

use crate::support::{ENDPOINTS, Errand, Inside, NAME, TestLab, answered};

const SPEED: f64 = 10.0;
/// What a busy machine may add to a moment, in seconds of the lab: half a second of ours.
const SLACK: f64 = 0.5 * SPEED;

/// A lab that answers its primary, soon decided: one look of each of three regions' checkers is enough, and no answer
/// is kept for longer than 5 s.
struct Stage {
    lab: TestLab,
    spec: Spec,
    checks: Vec<(CheckRole, HealthCheckId)>,
    signal: Signal,
}

impl Stage {
    async fn build(fault: &FaultKind) -> Self {
        let options = Options {
            speed: SPEED,
            throttling: false,
            ttl: Ttl::from_seconds(5).expect("a TTL"),
            failure_threshold: s3_failover::model::FailureThreshold::new(1).expect("a threshold"),
            ..Options::default()
        };
        let lab = TestLab::without_programs(options).await;
        let inside = Inside::direct(&lab).await;
        inside.run(&Errand::Apply(Vec::new())).await.expect("it is applied");
        answered(&lab, NAME, ENDPOINTS[0]).await;
        let spec = Spec::load(&lab.folder().join("failover.toml")).expect("a spec").spec;
        let failover = &spec.failovers[0];
        let ZoneRef::Name(zone) = spec.zone_of(failover) else { panic!("the lab's spec names its zone") };
        let zones = inside.account().zones_by_name(std::slice::from_ref(zone)).await.expect("zones");
        let zone = zones.into_iter().next().expect("the zone");
        let asked = vec![(zone.clone(), vec![failover.name.clone()])];
        let snapshot = Snapshot::read(inside.account(), asked).await.expect("a snapshot");
        let ours = OwnedChecks::of(&snapshot);
        let check = |role| {
            let owner = CheckOwner { zone: zone.id.clone(), failover: failover.name.clone(), role };
            ours.checks_of(&owner).first().copied()
        };
        let signal = Signal::of(fault, failover, Side::Primary, check).expect("a check");
        let checks = CheckRole::ALL.into_iter().filter_map(|role| Some((role, check(role)?.id.clone())));
        let checks = checks.collect();
        drop(inside);
        Self { lab, spec, checks, signal }
    }

    async fn scene(&self, resolvers: &[&str]) -> Scene {
        let ready = self.lab.lab.ready();
        let resolvers = resolvers.iter().map(|name| Vantage::recursive(ready.resolvers[*name]));
        let name_servers = ready.nameservers.clone();
        let clock = self.lab.lab.clock().clone();
        let mut servers = Servers::of(resolvers.collect(), Duration::from_secs(5));
        servers.authoritative.clone_from(&name_servers);
        Scene {
            periods: Periods::for_few(name_servers.len() + servers.resolvers.len(), &clock),
            clock,
            servers,
            name_servers,
            failover: self.spec.failovers[0].clone(),
            account: Inside::direct(&self.lab).await.account().clone(),
            side: Side::Primary,
            signal: self.signal.clone(),
            fetch: None,
            sign: None,
            until: None,
        }
    }

    fn check(&self, role: CheckRole) -> &str {
        let found = self.checks.iter().find(|(of, _)| *of == role);
        found.expect("there is one").1.as_str()
    }

    /// When the verdict of a check turned last, and when each name server knew of it.
    fn turned(&self, role: CheckRole) -> (f64, Vec<f64>) {
        let turns = self.lab.lab.health_turns();
        let turn = turns[self.check(role)].last().expect("it has turned");
        (turn.at_seconds, turn.known_at_seconds.clone())
    }

    /// The first look of each checker after a moment that ended so, by its address.
    fn first_looks(&self, role: CheckRole, after: Duration, starts: &str) -> Vec<(String, f64)> {
        let mut found: Vec<(String, f64)> = Vec::new();
        for event in self.lab.lab.health_log() {
            if let HealthEventKind::Result { address, status, .. } = event.kind
                && event.check == self.check(role)
                && event.at_seconds >= after.as_secs_f64()
                && status.starts_with(starts)
                && !found.iter().any(|(known, _)| *known == address)
            {
                found.push((address, event.at_seconds));
            }
        }
        found
    }

    fn set(&self, side: Side, fault: Fault) {
        let region = &self.spec.failovers[0].side(side).region;
        self.lab.lab.set_fault(region, fault).expect("a region of the lab");
    }
}

/// Begins to watch, and knows the minds.
async fn begun(scene: Scene) -> (Run, s3_failover::drill::Minds) {
    let mut run = Run::start(scene).await;
    let settled = run.settled().await.expect("reports");
    let minds = run.steady(Duration::from_secs(4), settled).await.expect("a watch");
    (run, minds)
}

fn document(run: &Run, fault: &str) -> DrillDocument {
    let data_loss = DataLoss::NotMeasured("nothing was written".to_owned());
    let drilled = Drilled { fault: fault.to_owned(), data_loss, restored: true, interrupted: false };
    DrillDocument::measured(&DrillFigures::of(run, drilled))
}

fn seconds(at: Option<Duration>) -> f64 {
    at.expect("it was passed").as_secs_f64()
}

/// The moments of a turn are those of the lab's log: of the verdict and of each checker to the report's own precision,
/// of each name server to the time between two questions.
#[tokio::test]
async fn each_moment_agrees_with_the_labs_log() {
    let stage = Stage::build(&FaultKind::Lab("http-503".to_owned())).await;
    let (mut run, minds) = begun(stage.scene(&["honest"]).await).await;
    let clock = stage.lab.lab.clock().clone();

    let began = clock.elapsed();
    stage.set(Side::Primary, Fault::Http503);
    let there = run.turn(Way::There, began, minds, &mut |_| {}).await.expect("a watch");
    agrees(&stage, &run, &there, "Failure");
    assert!(there.at(Milestone::Effective).is_some());
    let minds = run.steady(Duration::from_secs(3), there.minds().clone()).await.expect("a watch");

    let mended = clock.elapsed();
    stage.set(Side::Primary, Fault::None);
    let back = run.turn(Way::Back, mended, minds, &mut |_| {}).await.expect("a watch");
    agrees(&stage, &run, &back, "Success");

    let document = document(&run, "http-503");
    assert_eq!((document.ok, document.outcome.as_str()), (true, "no-target"), "{:?}", document.problems);
    for (phases, total) in [
        (&document.phases, document.recovery_seconds),
        (&document.failback_phases, document.failback_seconds),
    ] {
        let sum: f64 = phases.values().flatten().sum();
        assert!((sum - total.expect("it recovered")).abs() < 0.005, "{phases:?} are not {total:?}");
    }
    let counted = document.traffic.iter().map(|second| second.primary + second.secondary + second.failed);
    assert_eq!(u64::from(counted.sum::<u32>()), document.requests.total);
    let failed: u32 = document.traffic.iter().map(|second| second.failed).sum();
    assert_eq!(u64::from(failed), document.requests.failed);
    let words: Vec<&str> = document.clients.iter().map(|client| client.kind.as_str()).collect();
    assert_eq!(words, ["pointer", "keep-alive", "pinned"]);
    assert_eq!(document.clients[2].recovery_seconds, None, "who has pinned the dead side stays there");
    assert!(document.clients[2].without_bytes_seconds > 0.0);
    assert_eq!(document.clients[0].recovery_seconds, document.recovery_seconds);
    // Four name servers, a resolver, both sides, the verdict, three clients.
    assert_eq!(document.lanes.len(), 4 + 1 + 2 + 1 + 3);
    for lane in &document.lanes {
        assert!(lane.spans.windows(2).all(|two| (two[0].to - two[1].from).abs() < 1e-9), "{lane:?}");
    }
    stage.lab.stop().await;
}

fn agrees(stage: &Stage, run: &Run, turn: &s3_failover::drill::Turn, looks: &str) {
    assert_eq!(turn.ended, Some(Ended::Complete), "{:?}", turn.missing());
    let (verdict, _) = stage.turned(CheckRole::Primary);
    let detected = seconds(turn.at(Milestone::Detected));
    assert!((detected - verdict).abs() < 1.0, "detected at {detected}, the verdict turned at {verdict}");
    // The record hangs on the calculated check over it.
    let (_, known) = stage.turned(CheckRole::Combined);
    let every = run.scene().periods.name_server.as_secs_f64();
    for ((server, at), known) in turn.name_servers().into_iter().zip(known) {
        let late = seconds(at) - known;
        assert!((-0.001..every + SLACK).contains(&late), "{server} was seen {late} s after it knew");
    }
    let first = |record: &s3_failover::drill::CheckerRecord| match turn.way {
        Way::There => record.first_failure,
        Way::Back => record.first_success,
    };
    let logged = stage.first_looks(CheckRole::Primary, turn.began, looks);
    assert!(!logged.is_empty());
    for (address, record) in &run.ledger().checkers {
        // One that had not looked again when the turn ended has no moment.
        let Some(at) = first(record) else { continue };
        let (_, true_at) = logged.iter().find(|(of, _)| of == address).expect("it is in the log");
        assert!((at.as_secs_f64() - true_at).abs() < 1.0, "{address}: {at:?}, and {true_at} in the log");
    }
    assert!(run.ledger().checkers.values().filter_map(first).count() >= 3, "three turn it back");
    let phases = Phases::of(turn);
    let (floor, took) = (phases.detect.floor.expect("a floor"), phases.detect.took.expect("detected"));
    // One checker's look that was under way makes the quorum a few seconds sooner.
    assert!(took + Duration::from_secs(4) >= floor, "{took:?} is below the floor of {floor:?}");
}

/// A resolver that never lets go, and a name server that does not learn, are named; the turn ends at its limit.
#[tokio::test]
async fn who_never_switches_is_named() {
    let stage = Stage::build(&FaultKind::Lab("refuse".to_owned())).await;
    let mut scene = stage.scene(&["honest", "forever"]).await;
    let clock = stage.lab.lab.clock().clone();
    scene.until = Some(clock.elapsed() + Duration::from_secs(50));
    let (mut run, minds) = begun(scene).await;
    stage.lab.lab.set_name_server_fault(1, NameServerFault::Stale).expect("a name server");
    let began = clock.elapsed();
    stage.set(Side::Primary, Fault::Refuse);
    let turn = run.turn(Way::There, began, minds, &mut |_| {}).await.expect("a watch");
    assert_eq!(turn.ended, Some(Ended::Limit));
    assert!(turn.at(Milestone::Client).is_some(), "the client's own resolver is honest");

    let document = document(&run, "refuse");
    let ready = stage.lab.lab.ready();
    let (server, resolver) = (ready.nameservers[1], ready.resolvers["forever"]);
    let named = |text: &str| document.problems.iter().any(|problem| problem.starts_with(text));
    assert!(
        named(&format!(
            "failover: the name server {server} never switched; at the end it showed the primary"
        )) && named(&format!(
            "failover: the resolver {resolver} never let go; at the end it showed the primary"
        )),
        "{:#?}",
        document.problems
    );
    assert!(named("the pinned client is still on the dead side"), "{:#?}", document.problems);
    assert_eq!((document.ok, document.outcome.as_str()), (false, "not-recovered"));
    assert_eq!(document.cached_seconds, None);
    stage.lab.stop().await;
}

/// A secondary that dies in the middle is named, and the turn ends soon after instead of lengthening an outage.
#[tokio::test]
async fn a_secondary_that_dies_ends_the_turn() {
    let stage = Stage::build(&FaultKind::Lab("http-503".to_owned())).await;
    let (mut run, minds) = begun(stage.scene(&["honest"]).await).await;
    let began = stage.lab.lab.clock().elapsed();
    stage.set(Side::Primary, Fault::Http503);
    stage.set(Side::Secondary, Fault::Http503);
    let mut told = Vec::new();
    let turn =
        run.turn(Way::There, began, minds, &mut |event| told.push(event.milestone)).await.expect("a watch");
    assert_eq!(turn.ended, Some(Ended::Lost));
    assert!(told.contains(&Milestone::Lost), "{told:?}");
    assert!(run.lost().is_some());
    let document = document(&run, "http-503");
    let named =
        document.problems.iter().find(|problem| problem.starts_with("the secondary did not serve from"));
    assert!(named.is_some_and(|problem| problem.ends_with("gave up for it")), "{:#?}", document.problems);
    assert!(!document.ok);
    stage.lab.stop().await;
}

/// The switch: the checkers of the switch have to see it, three of sixteen are enough, and the primary goes on to
/// serve; so a client that keeps its connection stays, and loses nothing.
#[tokio::test]
async fn the_switch_is_seen_by_its_own_checkers() {
    let stage = Stage::build(&FaultKind::Switch).await;
    assert!(stage.signal.watched().is_some_and(|watched| watched.inverted));
    let (mut run, minds) = begun(stage.scene(&["honest"]).await).await;
    let failover = &stage.spec.failovers[0];
    let s3 = stage.lab.s3(failover.secondary.region.as_str());
    let key = failover.switch.as_ref().expect("the lab's spec has one").as_str();
    let began = stage.lab.lab.clock().elapsed();
    let body = aws_sdk_s3::primitives::ByteStream::from_static(b"1");
    s3.put_object().bucket(failover.secondary.bucket.as_str()).key(key).body(body).send().await.expect("put");
    let turn = run.turn(Way::There, began, minds, &mut |_| {}).await.expect("a watch");
    assert_eq!(turn.ended, Some(Ended::Complete), "{:?}", turn.missing());
    let (verdict, _) = stage.turned(CheckRole::Switch);
    let detected = seconds(turn.at(Milestone::Detected));
    assert!((detected - verdict).abs() < 1.0, "detected at {detected}, the verdict turned at {verdict}");
    assert_eq!(turn.at(Milestone::Effective), None, "the primary is not broken");
    let kept = run.ledger().clients().find(|client| client.kind == ClientKind::KeepAlive).expect("one");
    assert_eq!((kept.first[0], kept.last_side, kept.requests.failed), (None, Some(Side::Primary), 0));
    let verdicts: Vec<_> =
        run.ledger().lanes().find(|lane| lane.vantage == "verdict").expect("one").spans(None).collect();
    assert_eq!(verdicts.iter().map(|(_, _, shown)| *shown).collect::<Vec<_>>(), [Shown::Up, Shown::Down]);
    stage.lab.stop().await;
}

/// An inverted check: nobody has to look, and there is no floor.
#[tokio::test]
async fn an_inverted_check_turns_as_soon_as_route53_knows() {
    let stage = Stage::build(&FaultKind::Invert).await;
    assert_eq!(stage.signal, Signal::Told);
    let (mut run, minds) = begun(stage.scene(&["honest"]).await).await;
    let began = stage.lab.lab.clock().elapsed();
    let invert = stage.lab.route53().update_health_check().health_check_id(stage.check(CheckRole::Primary));
    invert.inverted(true).send().await.expect("it is inverted");
    let turn = run.turn(Way::There, began, minds, &mut |_| {}).await.expect("a watch");
    assert_eq!(turn.ended, Some(Ended::Complete), "{:?}", turn.missing());
    let (verdict, _) = stage.turned(CheckRole::Primary);
    let detected = seconds(turn.at(Milestone::Detected));
    assert!(
        (-0.001..SLACK).contains(&(detected - verdict)),
        "detected at {detected}, it turned at {verdict}"
    );
    assert_eq!(Phases::of(&turn).detect.floor, Some(Duration::ZERO));
    stage.lab.stop().await;
}
