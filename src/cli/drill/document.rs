//! The document of one drill, and what is remembered of it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{announce, crew::Shift, outcome::Outcome, setting::lab_admin};
use crate::{
    drill::phase::{Ending, Stake},
    journal::{Deed, Record},
    report::drill::{DrillDocument, Environment},
    spec::SideSpec,
    timeline::seconds,
};

/// What was found; nothing where nothing was broken.
pub(super) fn of(shift: &Shift<'_>, ending: &Ending) -> Option<DrillDocument> {
    let (setting, began) = (shift.setting, shift.began?);
    let clock = setting.clock();
    let restored = !ending.remains.contains(&Stake::Fault);
    let fault = setting.args.fault.to_string();
    let figures = shift.watching.as_ref()?.figures(&fault, began, shift.data_loss.clone(), restored);
    let since = SignedDuration::try_from(began).unwrap_or_default();
    let date = clock.epoch().checked_add(since).unwrap_or(clock.epoch());
    let mut problems = shift.problems.clone();
    problems.extend(ending.why.map(|why| super::teller::reason(why).to_owned()));
    Some(DrillDocument {
        id: setting.run.to_string(),
        began: format!("{date:.3}"),
        target_seconds: announce::target(setting.args, setting.failover).map(seconds),
        restored_at: shift.mended.map(|at| seconds(at.saturating_sub(began))),
        actions: shift.ledger.actions(began),
        problems,
        environment: environment(shift),
        ..DrillDocument::measured(&figures)
    })
}

/// With the verdict.
pub(super) fn judged(document: DrillDocument, outcome: Outcome) -> DrillDocument {
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
    Record {
        run: setting.run.clone(),
        deed: Deed::Drill,
        failover: Some(setting.failover.name.clone()),
        at,
        took,
        clock: clock_name(setting.clock().speed()),
        spec: None,
        plan: None,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ok: outcome.is_ok(),
        summary: format!("{}: {}, {recovery}", setting.args.fault, outcome.word()),
        document: document.and_then(|document| serde_json::to_value(document).ok()),
    }
}

fn clock_name(speed: f64) -> String {
    if lab_admin().is_some() { format!("lab, speed {speed}") } else { "system".to_owned() }
}

fn environment(shift: &Shift<'_>) -> Environment {
    let setting = shift.setting;
    let failover = setting.failover;
    let side = |side: &SideSpec| format!("{} ({})", side.bucket, side.region);
    let lab = lab_admin().is_some();
    Environment {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        world: if lab { "the lab" } else { "AWS" }.to_owned(),
        clock_speed: setting.clock().speed(),
        clock: "monotonic".to_owned(),
        ttl: failover.ttl.seconds(),
        interval: failover.health_check.interval.seconds(),
        failure_threshold: failover.health_check.failure_threshold.get().into(),
        primary: side(&failover.primary),
        secondary: side(&failover.secondary),
        ..Environment::default()
    }
}
