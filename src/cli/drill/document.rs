//! The document of one drill, and what is remembered of it.

use std::time::Duration;

use jiff::Timestamp;

use super::{announce, crew::Shift, outcome::Outcome, teller};
use crate::{
    cli::lab_admin,
    drill::phase::{Ending, Stake},
    journal::{Deed, Record},
    model::digest,
    report::drill::DrillDocument,
    timeline::{Drilled, seconds},
};

/// What was found; nothing where nothing was broken.
pub(super) fn of(shift: &Shift<'_>, ending: &Ending) -> Option<DrillDocument> {
    let (setting, began) = (shift.setting, shift.began?);
    let drilled = Drilled {
        fault: setting.args.fault.to_string(),
        data_loss: shift.data_loss.clone(),
        restored: !ending.remains.contains(&Stake::Fault),
        interrupted: false,
    };
    let mut document = DrillDocument::measured(&shift.watching.as_ref()?.figures(drilled));
    document.id = setting.run.to_string();
    document.target_seconds = announce::target(setting.args, setting.failover).map(seconds);
    document.actions = shift.ledger.actions(began);
    document.problems.extend(shift.problems.iter().cloned());
    document.problems.extend(ending.why.map(|why| teller::reason(why).to_owned()));
    if shift.mended.is_some() {
        document.restored_at = shift.mended.map(|at| seconds(at.saturating_sub(began)));
    }
    if is_lab() { "the lab" } else { "AWS" }.clone_into(&mut document.environment.world);
    document.environment.spec_digest = spec_digest(shift);
    Some(document.judged(false))
}

/// With the verdict.
pub(super) fn with(document: DrillDocument, outcome: Outcome) -> DrillDocument {
    DrillDocument { ok: outcome.is_ok(), outcome: outcome.word().to_owned(), ..document }
}

/// What is remembered, however it ended.
pub(super) fn record(
    shift: &Shift<'_>,
    (at, took): (Timestamp, Duration),
    document: Option<&DrillDocument>,
    outcome: Outcome,
) -> Record {
    let setting = shift.setting;
    let recovery = document.and_then(|document| document.recovery_seconds);
    let recovery = recovery.map_or_else(|| "no recovery".to_owned(), |took| format!("recovery {took:.1} s"));
    let speed = setting.clock().speed();
    Record {
        run: setting.run.clone(),
        deed: Deed::Drill,
        failover: Some(setting.failover.name.clone()),
        at,
        took,
        clock: if is_lab() { format!("lab, speed {speed}") } else { "system".to_owned() },
        spec: spec_digest(shift),
        plan: None,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ok: outcome.is_ok(),
        summary: format!("{}: {}, {recovery}", setting.args.fault, outcome.word()),
        document: document.and_then(|document| serde_json::to_value(document).ok()),
    }
}

fn is_lab() -> bool {
    lab_admin::address().is_some()
}

fn spec_digest(shift: &Shift<'_>) -> Option<String> {
    std::fs::read(&shift.setting.global.config).ok().map(|text| digest(&text))
}
