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
        exit::{ExitStatus, Failure},
        plan,
        ui::Ui,
        verify,
        world::{World, load_spec, spec_name},
    },
    drill::{
        DrillEvent, Minds, Run, Scene, Way,
        heartbeat::{Heartbeat, HeartbeatPlace, HeartbeatPrefix},
    },
    lab::Fault,
    model::{CheckOwner, CheckRole, Detection, HealthCheckId, Side},
    plan::Terms,
    report::{Style, text},
    spec::{Failover, Spec},
    timeline::{DrillFigures, Phases, seconds},
};

/// How long everything is watched before it is broken, and again before it is mended: long enough for
/// a client to have made requests and for the resolver to have kept an answer.
const STEADY: Duration = Duration::from_secs(12);
/// How long is waited for what the other side lacked: the lab's replication takes seconds.
const LATE: Duration = Duration::from_secs(30);
/// How well the moments of looks are known: an undisturbed look's own length and the lab's timers.
const MOMENTS: Duration = Duration::from_millis(500);
/// A checker that connects waits so long for a response (Route 53 Developer Guide,
/// dns-failover-determining-health-of-endpoints).
const RESPONSE_LIMIT: Duration = Duration::from_secs(2);

pub(super) async fn tell(args: &DemoArgs, global: &Global, ui: Ui) -> Result<DrillFigures, Failure> {
    let voice = Voice { ui };
    voice.say(&format!(
        "A lab on loopback: Route 53 with its checkers and name servers, and S3 in two regions. One of our \
         seconds is {} of the lab's; all figures are the lab's seconds, measured.",
        args.speed
    ))?;
    let stage = Stage::build(args, global).await?;
    let told = Box::pin(on(&stage, args, voice)).await;
    stage.clear().await;
    told
}

async fn on(stage: &Stage, args: &DemoArgs, voice: Voice) -> Result<DrillFigures, Failure> {
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

    let drilled = drill(stage, args, &spec, failover, voice).await?;

    voice.step("verify", "all is as it was")?;
    verified(world, &spec, voice).await?;

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
    spec: &Spec,
    failover: &Failover,
    voice: Voice,
) -> Result<DrillFigures, Failure> {
    let (world, clock) = (&stage.world, &stage.world.clock);
    let check = endpoint_check(world, spec, failover).await?;
    let name_servers = world.servers().await?.name_servers(clock, &the_zone(world, spec).await?.name).await?;
    let scene = Scene {
        clock: clock.clone(),
        servers: world.servers().await?,
        name_servers,
        failover: failover.clone(),
        account: world.account.clone(),
        side: Side::Primary,
        check,
    };
    let mut heart = Heartbeat::start(heartbeats(&scene, world)?);
    let mut run = Run::start(scene).await;
    let settled = run.settled().await?;
    let minds = run.steady(STEADY, settled).await?;

    voice.step("break", &format!("{} of S3 in {}", args.fault, failover.primary.region))?;
    let set = |fault| stage.lab.set_fault(&failover.primary.region, fault).map_err(|e| unknown_region(&e));
    let began = clock.elapsed();
    let floor = detection(&run, &minds, Way::There, began, look(args.fault));
    set(args.fault)?;
    let there = run.turn(Way::There, began, minds, &mut |event| voice.event(event, began)).await?;
    let to_secondary = Phases::of(&there, &floor);
    voice.say(&reached("the secondary", &to_secondary))?;

    voice.step("verify", "the secondary is answered, as it should be")?;
    verified(world, spec, voice).await?;
    let minds = run.steady(STEADY, there.minds().clone()).await?;

    voice.step("mend", &format!("S3 in {}", failover.primary.region))?;
    let mended = clock.elapsed();
    let floor = detection(&run, &minds, Way::Back, mended, Duration::ZERO);
    set(Fault::None)?;
    let back = run.turn(Way::Back, mended, minds, &mut |event| voice.event(event, mended)).await?;
    let to_primary = Phases::of(&back, &floor);
    voice.say(&reached("the primary again", &to_primary))?;
    let data_loss = heart.finish(LATE).await.into();
    // The lab ends in a moment; an object that is left goes with it.
    let _ = heart.remove().await;

    Ok(DrillFigures {
        name: failover.name.clone(),
        fault: args.fault.to_string(),
        began,
        failover: to_secondary,
        failback: to_primary,
        requests: run.requests(),
        data_loss,
        restored: stage.lab.fault(&failover.primary.region) == Some(Fault::None),
        events: run.events(),
    })
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

/// What decides how soon the checkers can notice what happens to the primary at `changed`.
fn detection(run: &Run, minds: &Minds, way: Way, changed: Duration, look: Duration) -> Detection {
    let Scene { clock, failover, .. } = run.scene();
    let since = |at: jiff::Timestamp| Duration::try_from(at.duration_since(clock.epoch()));
    Detection {
        last_looks: minds.last_looks().into_iter().filter_map(|at| since(at).ok()).collect(),
        changed,
        interval: failover.health_check.interval.duration(),
        threshold: u32::from(failover.health_check.failure_threshold.get()),
        look,
        // A look that the fault holds up ends well when it is mended in time.
        under_way: MOMENTS + if way == Way::Back { RESPONSE_LIMIT } else { Duration::ZERO },
        to_unhealthy: way == Way::There,
    }
}

/// How long a look of a checker takes that fails in this way.
fn look(fault: Fault) -> Duration {
    match fault {
        Fault::Timeout | Fault::Slow => RESPONSE_LIMIT,
        Fault::None
        | Fault::Refuse
        | Fault::Http500
        | Fault::Http503
        | Fault::BlockPublic
        | Fault::Partition => Duration::ZERO,
    }
}

async fn endpoint_check(world: &World, spec: &Spec, failover: &Failover) -> Result<HealthCheckId, Failure> {
    let snapshot = world.snapshot(spec).await?;
    let owner = CheckOwner {
        zone: snapshot.zone_of(&failover.name).zone.id.clone(),
        failover: failover.name.clone(),
        role: CheckRole::Primary,
    };
    let checks = OwnedChecks::of(&snapshot).checks_of(&owner);
    let check =
        checks.first().ok_or_else(|| Failure::new(ExitStatus::Refused, "the primary has no health check"))?;
    Ok(check.id.clone())
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

async fn verified(world: &World, spec: &Spec, voice: Voice) -> Result<(), Failure> {
    let verdicts = verify::verdicts(world, spec).await?;
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

/// To whom the story is told: where the result is JSON, it is talk.
#[derive(Clone, Copy)]
struct Voice {
    ui: Ui,
}

impl Voice {
    /// A milestone, as it is passed.
    fn event(self, event: &DrillEvent, began: Duration) {
        let at = event.at.saturating_sub(began).as_secs_f64();
        // Whoever stopped listening will be told of it by the next line that is awaited.
        let _ = self.say(&format!("  {at:>6.1} s  {:<24} {}", event.source, event.detail));
    }

    fn show(self, text: &str) -> Result<(), Failure> {
        if self.ui.json {
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
