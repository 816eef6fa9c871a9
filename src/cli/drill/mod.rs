//! `drill`: break the primary, time the recovery, restore whatever happens, report.
//!
//! ```text
//!   cuts (signals, limit, sentry) ─────────────╮
//!                                              ▼
//!   args ─▶ setting ─▶ shift (does the work) ◀─ drive ◀─▶ phase (decides)
//!                        │ ledger ─▶ journal     │
//!                        ▼                       ▼
//!                    document                  teller (stderr, events)
//! ```

mod announce;
mod crew;
mod cuts;
mod document;
mod ledger;
mod look_around;
mod notice;
mod outcome;
mod preconditions;
mod sentry;
mod setting;
mod teller;
mod undoing;
mod watching;

use std::{fs::OpenOptions, panic::AssertUnwindSafe, sync::Arc};

use futures_util::FutureExt;
use tokio::task::JoinSet;

use self::{crew::Shift, cuts::Cuts, ledger::Ledger, outcome::Outcome, setting::Setting, teller::Teller};
use super::{
    args::{Global, Output},
    drill_args::{DrillArgs, ReportFile},
    exit::{ExitStatus, Failure},
    lab_admin,
    ui::Ui,
    world::{World, load_spec},
};
use crate::{
    account::Account,
    drill::{
        drive,
        phase::{Cut, Ending, Event, Stake, Why},
    },
    journal::{Deed, Journal, RunId},
    lab::control,
    report::{
        drill::{self as report, DrillDocument, Format, RunLine},
        text,
    },
    spec::{Failover, Spec},
    timeline::DataLoss,
};

pub(super) async fn run(
    args: &DrillArgs,
    world: &World,
    global: &Global,
    ui: Ui,
) -> Result<ExitStatus, Failure> {
    let spec = load_spec(global, ui)?;
    let name = chosen(&spec, args)?.name.clone();
    let spec = spec.only(&[name]).map_err(|error| Failure::new(ExitStatus::Usage, error.to_string()))?;
    let failover = spec.failovers.first().expect("one was chosen");
    args.report.iter().try_for_each(is_writable)?;
    let journal = world.memory.open(ui)?;
    let world = &in_the_labs_time(world).await?.acting_for(&spec).await;
    let mut cuts = Cuts::listen()?;
    let teller = Arc::new(Teller::new(ui, &world.clock, args.events.as_deref(), cuts.sender.clone())?);
    let mut documents = Vec::new();
    let ended = loop {
        let number = documents.len() + 1;
        if args.repeat > 1 {
            teller.warn(&format!("drill {number} of {}", args.repeat));
        }
        let setting = Setting {
            args,
            global,
            ui,
            world: world.clone(),
            spec: &spec,
            failover,
            run: RunId::new(world.clock.now(), rand::random()),
        };
        let ended = Box::pin(one(&setting, number > 1, &journal, &teller, &mut cuts)).await;
        documents.extend(ended.document.clone());
        let goes_on = ended.status == ExitStatus::Yes || ended.status == ExitStatus::No;
        if !goes_on || ended.is_cut || number >= args.repeat as usize {
            break ended;
        }
    };
    let earlier = earlier(&journal, failover, documents.len());
    let worst = documents.iter().any(|document| !document.ok);
    if let Some(document) = DrillDocument::of_runs(documents) {
        for file in &args.report {
            let text = report::render(&document, &earlier, file.kind);
            std::fs::write(&file.path, text).map_err(|error| Failure::not_written(&file.path, &error))?;
        }
        ui.data(&shown(&document, &earlier, global.output, ui))?;
    }
    match ended.failure {
        Some(failure) => Err(failure),
        None if worst => Ok(ExitStatus::No),
        None => Ok(ended.status),
    }
}

/// The same world; before a lab with the lab's own clock, so that its dates and ours are the same. What was measured
/// is in seconds of the world that was drilled.
async fn in_the_labs_time(world: &World) -> Result<World, Failure> {
    let Some(admin) = lab_admin::address() else { return Ok(world.clone()) };
    let clock = control::clock(&admin).await.map_err(|error| {
        Failure::new(ExitStatus::Refused, "the lab does not tell its time")
            .caused_by(&error)
            .hint("Is the lab still running? S3_FAILOVER_LAB_ADMIN says where its controls are.")
    })?;
    let account = Account::new(&world.access.settings(None).await, &clock);
    Ok(World { clock, account, ..world.clone() })
}

/// How one drill ended.
struct Ended {
    document: Option<DrillDocument>,
    status: ExitStatus,
    failure: Option<Failure>,
    /// Whether it was cut short, so that none follows.
    is_cut: bool,
}

async fn one(
    setting: &Setting<'_>,
    confirmed: bool,
    journal: &Journal,
    teller: &Arc<Teller>,
    cuts: &mut Cuts,
) -> Ended {
    teller.count_from(None);
    cuts.begin_anew();
    let clock = setting.clock();
    let (started, at) = (clock.elapsed(), clock.now());
    let mut shift = Shift {
        setting,
        teller: Arc::clone(teller),
        cuts: cuts.sender.clone(),
        confirmed,
        ledger: Ledger::new(journal, setting.run.clone(), setting.failover.name.clone()),
        announcement: String::new(),
        verdict: None,
        saboteur: None,
        prepared: None,
        place: None,
        heart: None,
        watching: None,
        sentries: JoinSet::new(),
        began: None,
        mended: None,
        data_loss: DataLoss::NotMeasured("no heartbeat was written".to_owned()),
        failure: None,
        problems: Vec::new(),
        undoing_since: None,
    };
    let driven = drive(&mut shift, teller.as_ref(), &mut cuts.receiver);
    let ending = match AssertUnwindSafe(driven).catch_unwind().await {
        Ok(ending) => ending,
        Err(_) => Box::pin(after_a_panic(&mut shift)).await,
    };
    let document = document::of(&shift, &ending);
    let outcome = match &document {
        Some(document) => Outcome::of(&ending, document, shift.problems.is_empty()),
        None => Outcome::of(&ending, &DrillDocument::default(), true),
    };
    let document = document.map(|document| document::with(document, outcome));
    if !matches!(ending.why, Some(Why::Refused | Why::Declined)) {
        let record = document::record(
            &shift,
            (at, clock.elapsed().saturating_sub(started)),
            document.as_ref(),
            outcome,
        );
        let recorded = journal.record(&record);
        if let Err(error) = recorded {
            teller.warn(&format!("the drill could not be remembered: {error}"));
        }
    }
    let failure = failure_of(&ending, outcome, shift.failure.take(), shift.began.is_some());
    let is_cut = ending.why.is_some();
    Ended { document, status: outcome.status(), failure, is_cut }
}

/// Even where what drives it fails, everything is undone, in the same order.
async fn after_a_panic(shift: &mut Shift<'_>) -> Ending {
    const ALL: &[Stake] = &[Stake::Fault, Stake::Heartbeat, Stake::Notice];
    let why = Some(Why::Cut(Cut::Panicked));
    for (index, stake) in ALL.iter().enumerate() {
        let mut tried = 0;
        loop {
            let undone = AssertUnwindSafe(Box::pin(shift.undo(*stake, tried))).catch_unwind().await;
            match undone.unwrap_or(Event::NotUndone(*stake)) {
                Event::Undone(_) => break,
                Event::OutOfPatience => return Ending { why, remains: &ALL[index..] },
                _ => tried += 1,
            }
        }
    }
    Ending { why, remains: &[] }
}

/// What the program ends with beside the document, if it is a failure.
fn failure_of(ending: &Ending, outcome: Outcome, cause: Option<Failure>, broken: bool) -> Option<Failure> {
    match outcome {
        Outcome::WithinTarget | Outcome::NoTarget | Outcome::OverTarget | Outcome::NotRecovered => None,
        Outcome::NotRestored => {
            let mut failure = Failure::new(ExitStatus::Refused, "not everything that was changed was undone");
            failure.causes.extend(cause.map(|cause| cause.in_one_line()));
            Some(failure.hint("`s3-failover recover` undoes what is left, on this machine or another."))
        }
        Outcome::Interrupted => {
            let text = if broken {
                "everything that had been broken was restored"
            } else {
                "nothing had been broken yet"
            };
            Some(Failure::new(ExitStatus::Interrupted, text))
        }
        Outcome::Refused => Some(cause.unwrap_or_else(|| {
            let reason = ending.why.map_or("nothing was broken", teller::reason);
            Failure::new(ExitStatus::Unsafe, format!("{reason}; nothing was changed"))
        })),
        Outcome::Failed => {
            let reason = ending.why.map_or("the drill failed", teller::reason);
            let mut failure = Failure::new(ExitStatus::Refused, format!("{reason}; everything was restored"));
            if let Some(cause) = cause {
                failure.causes.push(cause.in_one_line());
                failure.hints.extend(cause.hints);
            }
            Some(failure)
        }
    }
}

/// Drills of the same failover from before these, oldest first: the trend.
fn earlier(journal: &Journal, failover: &Failover, these: usize) -> Vec<RunLine> {
    let lines = journal.lines().unwrap_or_default();
    let drills = lines.into_iter().filter(|line| {
        line.record.deed == Deed::Drill && line.record.failover.as_ref() == Some(&failover.name)
    });
    let mut drills: Vec<RunLine> = drills
        .map(|line| RunLine {
            id: line.record.run.to_string(),
            began: line.record.at.to_string(),
            fault: line.figures.fault.unwrap_or_default(),
            recovery_seconds: line.figures.recovery_seconds,
            failback_seconds: line.figures.failback_seconds,
            data_loss_seconds: line.figures.data_loss_seconds,
            ok: line.record.ok,
        })
        .collect();
    drills.truncate(drills.len().saturating_sub(these));
    drills
}

fn chosen<'a>(spec: &'a Spec, args: &DrillArgs) -> Result<&'a Failover, Failure> {
    let names =
        || spec.failovers.iter().map(|failover| failover.name.to_string()).collect::<Vec<_>>().join(", ");
    let usage = |message| Failure::new(ExitStatus::Usage, message);
    match (&args.name, spec.failovers.as_slice()) {
        (Some(name), failovers) => failovers
            .iter()
            .find(|failover| failover.name == *name)
            .ok_or_else(|| usage(format!("the spec has no failover {name}; it has {}", names()))),
        (None, [only]) => Ok(only),
        (None, _) => Err(usage(format!("the spec has several failovers, and none was named: {}", names()))
            .hint("s3-failover drill NAME")),
    }
}

/// Found out before anything is broken, not when there is something to write.
fn is_writable(file: &ReportFile) -> Result<(), Failure> {
    let opened = OpenOptions::new().append(true).create(true).open(&file.path);
    opened.map(drop).map_err(|error| Failure::not_written(&file.path, &error))
}

fn shown(document: &DrillDocument, earlier: &[RunLine], output: Output, ui: Ui) -> String {
    match output {
        Output::Human => text::drill(document, ui.look()),
        Output::Json => report::render(document, earlier, Format::Json),
        Output::Markdown => report::render(document, earlier, Format::Markdown),
        Output::Junit => report::render(document, earlier, Format::Junit),
    }
}
