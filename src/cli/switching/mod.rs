//! `failover` and `failback`: look, ask, throw, wait, tell.
//!
//! ```text
//!   watching ────────────────── who answers whom ─────────────────────▶ waiting ──▶ told
//!   inspection (guards) ──▶ refused? ──▶ confirm ──▶ thrown (put, delete) ─╯
//! ```
//!
//! Several failovers are one order: where one of them is refused, none is switched. Whatever is not S3 or the switch
//! itself (DNS, the journal) can be broken and does not keep it from being thrown.

mod inspection;
mod memory;
mod person;
mod throw;
mod told;
mod watching;

use std::time::Duration;

use futures_util::future::join_all;

pub(super) use self::told::thrown;
use self::{
    inspection::{Inspected, Inspector, Standing},
    throw::{Thrown, throw},
    watching::{Ended, Watching},
};
use super::{
    args::Global,
    confirm::confirm,
    exit::{ExitStatus, Failure},
    memory::Run,
    switch_args::SwitchArgs,
    ui::Ui,
    world::{World, load_spec},
};
use crate::{
    account::Buckets,
    model::Fqdn,
    report::{
        json,
        switch::{Outcome, SwitchDocument, SwitchDocuments, switch_text},
    },
    spec::Spec,
    switch::{Arrival, Direction},
};

/// What is wanted.
pub(super) struct Order<'a> {
    pub(super) direction: Direction,
    pub(super) options: &'a SwitchArgs,
    pub(super) reason: Option<&'a str>,
    /// How long replication is waited for, where it is.
    pub(super) drain: Option<Duration>,
}

pub(super) async fn run(
    order: &Order<'_>,
    world: &World,
    global: &Global,
    ui: Ui,
) -> Result<ExitStatus, Failure> {
    let spec = chosen(load_spec(global, ui)?, order.options, global)?;
    for failover in &spec.failovers {
        ui.say(&person::announcement(order, failover));
    }
    if !order.options.yes && !order.options.dry_run && !Ui::can_ask() {
        // Before anything is written, to measure with.
        confirm(ui, false, "").await?;
    }
    let began = world.clock.now();
    let mut watching = Watching::start(world, &spec, ui).await;
    let inspector = Inspector { world, buckets: Buckets::new(world.access.clone()), order, ui };
    let looks =
        join_all(spec.failovers.iter().map(|failover| inspector.inspect(failover, watching.servers())));
    let (mut inspected, ()) = {
        let servers = watching.baseline();
        tokio::join!(looks, servers)
    };
    for (place, inspected) in inspected.iter_mut().enumerate() {
        inspected.answered(order, watching.observed(place));
    }
    let documents = |inspected: &[Inspected<'_>], outcome: Outcome| {
        let each = inspected.iter().map(|one| one.document(order, began, outcome));
        each.collect::<Vec<SwitchDocument>>()
    };
    if inspected.iter().any(Inspected::refuses) {
        tell(order, &documents(&inspected, Outcome::Refused), ui)?;
        return Err(person::refusal(order, &inspected));
    }
    for one in &inspected {
        ui.say(&person::inspection(one));
    }
    let ready = inspected.iter().any(|one| matches!(one.standing, Standing::Ready(_)));
    if order.options.dry_run {
        tell(order, &documents(&inspected, Outcome::DryRun), ui)?;
        return Ok(ExitStatus::Yes);
    }
    if ready {
        let question = match order.direction {
            Direction::Failover => "Throw the switch?",
            Direction::Failback => "Take the switch back?",
        };
        confirm(ui, order.options.yes, question).await?;
    }
    let run = Run::begin(&world.clock);
    world.stop.heed();
    let thrown = join_all(inspected.iter().map(|one| throw(&inspector, one, watching.servers()))).await;
    for one in &thrown {
        ui.say(&one.said);
    }
    let waiting: Vec<Option<Duration>> =
        thrown.iter().map(|one| one.at.filter(|_| one.is_awaited())).collect();
    let ended = watching.wait(order.direction, &waiting, order.options.timeout, &world.stop, ui).await;
    let mut finished = documents(&inspected, Outcome::Switched);
    let now = world.clock.elapsed();
    for (place, (document, thrown)) in finished.iter_mut().zip(&thrown).enumerate() {
        let arrival =
            thrown.at.and_then(|at| Some(Arrival::of(watching.state(place)?, order.direction, at, now)));
        finish(document, thrown, arrival, ended, world);
    }
    tell(order, &finished, ui)?;
    memory::remember(&run, &finished, world, global, ui);
    ending(order, &finished, thrown, ended)
}

/// Fills in what came of it.
fn finish(
    document: &mut SwitchDocument,
    thrown: &Thrown,
    arrival: Option<Arrival>,
    ended: Ended,
    world: &World,
) {
    document.problems.clone_from(&thrown.problems);
    document.thrown_at = thrown.at.filter(|_| thrown.is_ours()).map(|at| {
        let ago = world.clock.elapsed().saturating_sub(at);
        world.clock.now() - jiff::SignedDuration::try_from(ago).unwrap_or_default()
    });
    let arrived = arrival.as_ref().is_some_and(|arrival| thrown.is_awaited() && arrival.is_complete());
    if let Some(arrival) = arrival {
        document.arrive(arrival);
    }
    document.outcome = match (thrown, arrived, ended) {
        (Thrown { failure: Some(_), .. }, ..) => Outcome::Failed,
        (thrown, ..) if !thrown.is_awaited() => Outcome::Unseen,
        (thrown, true, _) if !thrown.is_ours() => Outcome::Already,
        (_, true, _) => Outcome::Switched,
        (_, false, Ended::Interrupted) => Outcome::Interrupted,
        (_, false, _) => Outcome::NotInTime,
    };
    document.ok = matches!(document.outcome, Outcome::Switched | Outcome::Already);
}

fn ending(
    order: &Order<'_>,
    finished: &[SwitchDocument],
    thrown: Vec<Thrown>,
    ended: Ended,
) -> Result<ExitStatus, Failure> {
    if let Some(failure) = thrown.into_iter().find_map(|thrown| thrown.failure) {
        return Err(failure);
    }
    if ended == Ended::Interrupted {
        let message = format!("nobody waits any longer; the switch stays {}", order.direction.done());
        return Err(Failure::new(ExitStatus::Interrupted, message)
            .hint("Run the same command again to go on waiting, or `s3-failover watch`."));
    }
    Ok(if finished.iter().all(|document| document.ok) { ExitStatus::Yes } else { ExitStatus::No })
}

fn tell(order: &Order<'_>, documents: &[SwitchDocument], ui: Ui) -> Result<(), Failure> {
    let text = if ui.json {
        json::render(&SwitchDocuments::new(order.direction, documents))
    } else {
        documents.iter().map(switch_text).collect()
    };
    Ok(ui.data(&text)?)
}

/// The failovers that are meant. Several have to be asked for.
fn chosen(spec: Spec, options: &SwitchArgs, global: &Global) -> Result<Spec, Failure> {
    let names = || {
        let names = spec.failovers.iter().map(|failover| failover.name.to_string());
        names.collect::<Vec<_>>().join(", ")
    };
    if let Some(name) = &options.name {
        let wanted: &[Fqdn] = std::slice::from_ref(name);
        return spec.only(wanted).map_err(|error| Failure::new(ExitStatus::Usage, error.to_string()));
    }
    if spec.failovers.len() > 1 && !options.all && global.only.is_empty() {
        let message = format!("the spec has several failovers, and none was named: {}", names());
        return Err(Failure::new(ExitStatus::Usage, message)
            .hint("Name one, or several with `--only NAME`; `--all` means every one of them."));
    }
    Ok(spec)
}
