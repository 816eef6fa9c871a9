//! What the demo does, in its order, and what it says.

use std::time::Duration;

use super::stage::Stage;
use crate::{
    account::{Buckets, OwnedChecks, Snapshot, Store, Zone},
    apply::Options,
    cli::{
        apply,
        args::{DemoArgs, Global},
        destroy,
        events::Sink,
        exit::{ExitStatus, Failure},
        plan,
        ui::Ui,
        verify,
        world::{World, load_spec, spec_name},
    },
    drill::{
        DrillEvent, FaultKind, Periods, Run, Scene, Signal, Way,
        heartbeat::{Heartbeat, HeartbeatPlace, HeartbeatPrefix},
    },
    lab::Fault,
    model::{CheckOwner, Side},
    plan::Terms,
    report::{
        Style,
        drill::{Dates, DrillDocument, DrillLine},
        json, text,
    },
    spec::{Failover, Spec},
    timeline::{DrillFigures, Drilled, Phases, seconds},
};

/// How long everything is watched before it is broken, and again before it is mended: long enough for
/// a client to have made requests and for the resolver to have kept an answer.
const STEADY: Duration = Duration::from_secs(12);
/// How long is waited for what the other side lacked: the lab's replication takes seconds.
const LATE: Duration = Duration::from_secs(30);

pub(super) async fn tell(
    args: &DemoArgs,
    global: &Global,
    ui: Ui,
    events: &mut Sink,
) -> Result<Vec<DrillDocument>, Failure> {
    let voice = Voice { ui, aside: ui.json || events.is_stdout() };
    voice.say(&format!(
        "A lab on loopback: Route 53 with its checkers and name servers, and S3 in two regions. One of our \
         seconds is {} of the lab's; all figures are the lab's seconds, measured.",
        args.speed
    ))?;
    let stage = Stage::build(args, global).await?;
    let told = Box::pin(on(&stage, args, voice, events)).await;
    stage.clear().await;
    told
}

async fn on(
    stage: &Stage,
    args: &DemoArgs,
    voice: Voice,
    events: &mut Sink,
) -> Result<Vec<DrillDocument>, Failure> {
    let (world, ui) = (&stage.world, voice.ui);
    voice.step("init", "a spec for the lab's pair of buckets")?;
    std::fs::write(&stage.global.config, stage.lab.spec_toml())?;
    let spec = load_spec(&stage.global, ui)?;
    let failover =
        spec.failovers.first().ok_or_else(|| Failure::new(ExitStatus::Usage, "the lab's spec is empty"))?;
    let before = foreign_records(world, &spec).await?;

    voice.step("plan", "what has to be created")?;
    let name = spec_name(&stage.global.config);
    let terms = Terms { spec_name: &name, ..Terms::default() };
    let first = plan::make(world, &spec, &terms).await?;
    voice.show(&text::plan(&first, plan::NOTHING, ui.look()))?;

    voice.step("apply", "health checks first, then the records in one atomic batch")?;
    apply::carry_out(&first, Options::default(), world, ui).await?;

    voice.step("plan", "again: nothing is left to do")?;
    let second = plan::make(world, &spec, &terms).await?;
    voice.show(&text::plan(&second, plan::NOTHING, ui.look()))?;
    require(second.is_empty(), "the plan after apply is not empty")?;

    voice.step("verify", "the primary is answered, and serves")?;
    verified(world, &spec, voice).await?;

    let mut drilled = Vec::new();
    for number in 1..=args.repeat {
        if args.repeat > 1 {
            voice.step("drill", &format!("{number} of {}", args.repeat))?;
        }
        drilled.push(Box::pin(drill(stage, args, (&spec, failover), (voice, events), number)).await?);
        voice.step("verify", "all is as it was")?;
        verified(world, &spec, voice).await?;
    }

    voice.step("destroy", "and nothing is left")?;
    let removal = destroy::make(world, &spec).await?;
    apply::carry_out(&removal, Options::default(), world, ui).await?;
    let rest = destroy::make(world, &spec).await?;
    let after = foreign_records(world, &spec).await?;
    require(rest.is_empty() && before == after, "destroy left something behind, or took too much")?;
    voice.say(&format!(
        "The zone holds the {} records that it held before, and the account no health check of ours.",
        after.len()
    ))?;
    Ok(drilled)
}

async fn drill(
    stage: &Stage,
    args: &DemoArgs,
    (spec, failover): (&Spec, &Failover),
    (voice, events): (Voice, &mut Sink),
    number: u32,
) -> Result<DrillDocument, Failure> {
    let (world, clock) = (&stage.world, &stage.world.clock);
    let signal = signal(world, spec, failover, &FaultKind::Lab(args.fault.to_string())).await?;
    let name_servers = world.servers().await?.name_servers(clock, &the_zone(world, spec).await?.name).await?;
    let servers = world.servers().await?;
    let scene = Scene {
        periods: Periods::for_few(name_servers.len() + servers.resolvers.len(), clock),
        clock: clock.clone(),
        servers,
        name_servers,
        failover: failover.clone(),
        account: world.account.clone(),
        side: Side::Primary,
        signal,
        fetch: None,
        sign: None,
        until: None,
    };
    let mut heart = Heartbeat::start(heartbeats(&scene, world)?);
    let mut run = Run::start(scene).await;
    let settled = run.settled().await?;
    let minds = run.steady(STEADY, settled).await?;

    voice.step("break", &format!("{} of S3 in {}", args.fault, failover.primary.region))?;
    let set = |fault| stage.lab.set_fault(&failover.primary.region, fault).map_err(|e| unknown_region(&e));
    let began = clock.elapsed();
    set(args.fault)?;
    let dates = Dates { began: clock.elapsed(), epoch: clock.epoch() };
    let name = &failover.name;
    events.write(&json::line(&DrillLine::began(dates, name, &args.fault.to_string())))?;
    let mut tell = |event: &DrillEvent, since: Duration| {
        voice.event(event, since);
        // A disk that is full is told by the line at the end.
        let _ = events.write(&json::line(&DrillLine::event(dates, name, event)));
    };
    let there = run.turn(Way::There, began, minds, &mut |event| tell(event, began)).await?;
    let to_secondary = Phases::of(&there);
    voice.say(&reached("the secondary", &to_secondary))?;

    voice.step("verify", "the secondary is answered, as it should be")?;
    verified(world, spec, voice).await?;
    let minds = run.steady(STEADY, there.minds().clone()).await?;

    voice.step("mend", &format!("S3 in {}", failover.primary.region))?;
    let mended = clock.elapsed();
    set(Fault::None)?;
    let back = run.turn(Way::Back, mended, minds, &mut |event| tell(event, mended)).await?;
    let to_primary = Phases::of(&back);
    voice.say(&reached("the primary again", &to_primary))?;
    let data_loss = heart.finish(LATE).await.into();
    // The lab ends in a moment; an object that is left goes with it.
    let _ = heart.remove().await;

    let drilled = Drilled {
        fault: args.fault.to_string(),
        data_loss,
        restored: stage.lab.fault(&failover.primary.region) == Some(Fault::None),
        interrupted: false,
    };
    let mut document = DrillDocument::measured(&DrillFigures::of(&run, drilled));
    document.id = format!("demo-{number}");
    "the lab".clone_into(&mut document.environment.world);
    let line = DrillLine::ended(dates, clock.elapsed(), &document);
    events.write(&json::line(&line))?;
    Ok(document)
}

/// Where the heartbeats of this run are written.
fn heartbeats(scene: &Scene, world: &World) -> Result<HeartbeatPlace, Failure> {
    let store = |side| {
        let side = scene.failover.side(side);
        Store { bucket: side.bucket.clone(), region: side.region.clone(), role: None }
    };
    let prefix =
        HeartbeatPrefix::of("demo").map_err(|error| Failure::new(ExitStatus::Usage, error.to_string()))?;
    Ok(HeartbeatPlace {
        clock: scene.clock.clone(),
        servers: scene.servers.clone(),
        failover: scene.failover.clone(),
        buckets: Buckets::new(world.access.clone()),
        stores: Side::BOTH.map(store),
        prefix,
    })
}

/// By what Route 53 learns of the fault.
async fn signal(
    world: &World,
    spec: &Spec,
    failover: &Failover,
    fault: &FaultKind,
) -> Result<Signal, Failure> {
    let snapshot = world.snapshot(spec).await?;
    let (zone, ours) = (snapshot.zone_of(&failover.name).zone.id.clone(), OwnedChecks::of(&snapshot));
    let found = |role| {
        let owner = CheckOwner { zone: zone.clone(), failover: failover.name.clone(), role };
        ours.checks_of(&owner).first().copied()
    };
    let signal = Signal::of(fault, failover, Side::Primary, found);
    signal.map_err(|error| Failure::new(ExitStatus::Refused, error.to_string()))
}

/// The lab's spec has one.
async fn the_zone(world: &World, spec: &Spec) -> Result<Zone, Failure> {
    let zones = world.zones(spec).await?;
    let first = zones.into_iter().next().map(|(zone, _)| zone);
    first.ok_or_else(|| Failure::new(ExitStatus::Refused, "the spec has no zone"))
}

/// All records of the zone, to compare before and after.
async fn foreign_records(world: &World, spec: &Spec) -> Result<Vec<crate::model::RecordSet>, Failure> {
    let zone = the_zone(world, spec).await?;
    let apex = zone.name.clone();
    let snapshot = Snapshot::read(&world.account, vec![(zone, vec![apex])]).await?;
    require(snapshot.checks.is_empty(), "there are health checks of ours")?;
    Ok(snapshot.zones.into_iter().flat_map(|held| held.records).collect())
}

/// Looks as `verify` does, and patiently: how long a look takes is not what is shown here.
async fn verified(world: &World, spec: &Spec, voice: Voice) -> Result<(), Failure> {
    let verdicts = verify::verdicts(&world.patient(), spec).await?;
    voice.show(&text::verify(&verdicts, voice.ui.look()))?;
    let errors = verdicts.iter().flat_map(|verdict| &verdict.checks).filter(|finding| finding.is_error());
    let errors: Vec<String> = errors.map(|finding| format!("{}: {}", finding.id, finding.detail)).collect();
    require(errors.is_empty(), &format!("verify found {}", errors.join("; ")))
}

fn reached(side: &str, phases: &Phases) -> String {
    match phases.total {
        Some(total) => format!("Clients are on {side} after {} s.", seconds(total)),
        None => format!("Clients did not reach {side} in time."),
    }
}

fn require(holds: bool, otherwise: &str) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(Failure::new(ExitStatus::No, format!("the demo failed: {otherwise}"))) }
}

fn unknown_region(error: &crate::lab::UnknownRegion) -> Failure {
    Failure::new(ExitStatus::Usage, "the fault could not be set").caused_by(error)
}

/// To whom the story is told: where stdout carries the result as JSON, or events, it is talk.
#[derive(Clone, Copy)]
struct Voice {
    ui: Ui,
    /// Whether stdout carries something else.
    aside: bool,
}

impl Voice {
    /// A milestone, as it is passed.
    fn event(self, event: &DrillEvent, began: Duration) {
        let at = event.at.saturating_sub(began).as_secs_f64();
        // Whoever stopped listening will be told of it by the next line that is awaited.
        let _ = self.say(&format!("  {at:>6.1} s  {:<24} {}", event.source, event.detail));
    }

    fn show(self, text: &str) -> Result<(), Failure> {
        if self.aside {
            self.ui.say(text);
        } else {
            self.ui.data(text)?;
        }
        Ok(())
    }

    fn say(self, text: &str) -> Result<(), Failure> {
        self.show(&format!("{text}\n"))
    }

    fn step(self, command: &str, what: &str) -> Result<(), Failure> {
        let heading = self.ui.look().paint(Style::Heading, format!("── {command}"));
        self.say(&format!("\n{heading}: {what}"))
    }
}
