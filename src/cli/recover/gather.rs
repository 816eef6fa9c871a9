//! Who tells that something is broken? The journal, the notices, the health checks; each asked by itself.

use std::path::Path;

use super::{
    broken::{Broken, Source, add},
    tell::Trouble,
};
use crate::{
    account::Buckets,
    causes::in_one_line,
    cli::{
        args::Global,
        exit::Failure,
        recover_args::RecoverArgs,
        state,
        ui::Ui,
        world::{World, load_spec},
    },
    drill::{Notice, NoticeError, Undo},
    journal::{Journal, Life, Step, Writer},
    model::{CheckOwner, CheckRole, HealthCheck, drilled_by},
    spec::{Failover, Spec},
};

/// All that was found.
pub(super) struct Gathered {
    pub(super) broken: Vec<Broken>,
    /// To strike out what is mended; nothing when there is none, or nothing shall be changed.
    pub(super) journal: Option<Journal>,
    /// What could not be read.
    pub(super) troubles: Vec<Trouble>,
}

/// Asks all sources. Without a spec, only the journal can be asked.
pub(super) async fn gather(
    args: &RecoverArgs,
    world: &World,
    global: &Global,
    ui: Ui,
) -> Result<Gathered, Failure> {
    let (mut broken, mut troubles) = (Vec::new(), Vec::new());
    let journal =
        state::folder(global).ok().and_then(|folder| from_journal(&folder, args, &mut broken, &mut troubles));
    if global.config.exists() {
        let spec = load_spec(global, ui)?;
        from_notices(&spec, world, &mut broken, &mut troubles).await;
        from_checks(&spec, world, &mut broken, &mut troubles).await;
    } else {
        let config = global.config.display();
        ui.say(&format!("There is no spec {config}: only what this machine's journal knows is looked at."));
    }
    if !global.only.is_empty() {
        broken.retain(|item| global.only.contains(&item.failover));
    }
    // A drill that has a living process, or a notice that still holds, is at all its steps.
    let busy: Vec<(Option<String>, String)> =
        broken.iter().filter_map(|item| Some((item.run.clone(), item.busy.clone()?))).collect();
    for item in &mut broken {
        let of_run = busy.iter().find(|(run, _)| run.is_some() && *run == item.run);
        item.busy = item.busy.take().or_else(|| of_run.map(|(_, why)| why.clone())).filter(|_| !args.force);
    }
    Ok(Gathered { broken, journal, troubles })
}

fn from_journal(
    folder: &Path,
    args: &RecoverArgs,
    broken: &mut Vec<Broken>,
    troubles: &mut Vec<Trouble>,
) -> Option<Journal> {
    let glance = Journal::glance(folder)?;
    let trouble = |error: &(dyn std::error::Error + 'static)| Trouble {
        place: format!("the journal in {}", folder.display()),
        why: in_one_line(error),
    };
    if args.dry_run {
        troubles.extend(glance.trouble.as_ref().map(|error| trouble(error)));
        all(broken, glance.pending);
        return None;
    }
    let opened = Journal::open(folder).and_then(|journal| Ok((journal.pending()?, journal)));
    match opened {
        Ok((pending, journal)) => {
            all(broken, pending);
            Some(journal)
        }
        // It can be read all the same, and what is in it mended; only not struck out.
        Err(error) => {
            troubles.push(trouble(&error));
            all(broken, glance.pending);
            None
        }
    }
}

fn all(broken: &mut Vec<Broken>, steps: Vec<Step>) {
    for step in steps {
        add(broken, of_step(step));
    }
}

fn of_step(pending: Step) -> Broken {
    let Step { id, step, host, process, life } = pending;
    let undo = serde_json::from_value::<Undo>(step.undo);
    let undo = undo.map_err(|error| format!("this version cannot read how it is undone ({error})"));
    let busy = (life == Life::Alive).then(|| format!("process {process} of {host} is still drilling"));
    Broken {
        what: step.what,
        failover: step.failover,
        run: Some(step.run.to_string()),
        since: Some(step.at),
        host: Some(host),
        undo,
        sources: vec![Source::Journal(id)],
        busy,
        is_abandoned: life == Life::Gone,
        outcome: None,
    }
}

async fn from_notices(spec: &Spec, world: &World, broken: &mut Vec<Broken>, troubles: &mut Vec<Trouble>) {
    let buckets = Buckets::new(world.access.clone());
    for failover in &spec.failovers {
        match Notice::read(&buckets, &Notice::place(failover), &failover.name).await {
            Ok(None) => {}
            Ok(Some((notice, _))) => of_notice(&notice, failover, world, broken),
            Err(error) => troubles.push(unread_notice(failover, &error)),
        }
    }
}

fn unread_notice(failover: &Failover, error: &NoticeError) -> Trouble {
    let why = format!("{}; {}", in_one_line(error), error.hint());
    Trouble { place: format!("the notice of {}", failover.name), why }
}

fn of_notice(notice: &Notice, failover: &Failover, world: &World, broken: &mut Vec<Broken>) {
    let at = Notice::place(failover);
    let itself = (format!("a notice says that {} is drilled", notice.failover), notice.undo(&at));
    let steps = notice.steps.iter().filter(|step| !step.undone);
    let steps = steps.map(|step| (step.what.clone(), step.undo.clone()));
    let busy = busy(notice, world, broken);
    for (what, undo) in steps.chain([itself]) {
        add(
            broken,
            Broken {
                what,
                failover: notice.failover.clone(),
                run: Some(notice.run.clone()),
                since: Some(notice.since),
                host: Some(notice.host.clone()),
                undo: Ok(undo),
                sources: vec![Source::Notice],
                busy: busy.clone(),
                is_abandoned: false,
                outcome: None,
            },
        );
    }
}

/// Whether the drill of a notice may still be at work: its process lives on this machine; or it cannot be seen from
/// here, and its time has not passed. This machine's own journal knows better than the notice.
fn busy(notice: &Notice, world: &World, known: &[Broken]) -> Option<String> {
    let of_run = |item: &&Broken| item.run.as_deref() == Some(&notice.run);
    if known.iter().filter(of_run).any(|item| item.is_abandoned) {
        return None;
    }
    let Notice { host, process, until, .. } = notice;
    let writer = Writer { host: host.clone(), process: *process, boot: None, namespace: None, started: None };
    match writer.life() {
        Life::Gone => None,
        Life::Alive => Some(format!("process {process} of {host} is still drilling")),
        Life::Elsewhere if notice.is_expired(world.clock.now()) => None,
        Life::Elsewhere => Some(format!("{host} says that it drills until {until}")),
    }
}

async fn from_checks(spec: &Spec, world: &World, broken: &mut Vec<Broken>, troubles: &mut Vec<Trouble>) {
    match world.acting_for(spec).await.account.own_checks().await {
        Ok(checks) => {
            checks.iter().filter_map(|check| of_check(check, spec)).for_each(|item| add(broken, item));
        }
        Err(error) => {
            troubles.push(Trouble { place: "the health checks".to_owned(), why: in_one_line(&error) });
        }
    }
}

/// A check of the spec's that a drill has marked, or that is inverted and should not be; the switch's should be.
fn of_check(check: &HealthCheck, spec: &Spec) -> Option<Broken> {
    let owner = CheckOwner::from_tags(&check.tags)?;
    spec.failovers.iter().find(|failover| failover.name == owner.failover)?;
    let run = drilled_by(&check.tags).map(str::to_owned);
    let inverted = owner.role == CheckRole::Switch;
    if run.is_none() && check.config.inverted == inverted {
        return None;
    }
    let whose = format!("the health check {} ({})", check.id, owner.role);
    let what = match (&run, check.config.inverted == inverted) {
        (Some(_), true) => format!("{whose} carries the tag of a drill"),
        (Some(_), false) => format!("{whose} is turned over, by a drill"),
        (None, _) => format!("{whose} is turned over, and no drill has said so"),
    };
    let role = spec.role.clone();
    let undo = Undo::Inverted { check: check.id.clone(), inverted, role, run: run.clone() };
    Some(Broken {
        what,
        failover: owner.failover,
        run,
        since: None,
        host: None,
        undo: Ok(undo),
        sources: vec![Source::Check],
        busy: None,
        is_abandoned: false,
        outcome: None,
    })
}
