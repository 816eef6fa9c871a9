//! `status --orphans` and `destroy --orphans`: health checks that cost money and decide nothing.

use serde::Serialize;

use super::{
    apply::{Errand, show_and_carry_out},
    args::{DestroyArgs, Global, StatusArgs},
    exit::{ExitStatus, Failure},
    ui::Ui,
    world::{World, load_spec},
};
use crate::{
    account::Snapshot,
    apply::Options,
    model::{CheckOwner, HealthCheck, MonthlyCents},
    plan::{Orphan, Why, destroy_orphans, orphans},
    report::json::{self, Carried},
};

/// What an empty plan says.
const NOTHING: &str = "Nothing to do: every health check of ours is used by a record.";

#[derive(Serialize)]
struct OrphansDocument {
    schema: &'static str,
    orphans: Vec<Orphan>,
    /// Of those that nothing uses; documented prices, free checks not taken off.
    monthly_cents: u32,
}

pub(super) async fn status(
    args: &StatusArgs,
    world: &World,
    global: &Global,
    ui: Ui,
) -> Result<ExitStatus, Failure> {
    let spec = load_spec(global, ui)?;
    let world = &world.acting_for(&spec).await;
    let snapshot = checks(world, global).await?;
    let usage = world.account.check_usage().await?;
    let orphans = orphans(&spec, &snapshot, &usage, args.all);
    let unused = orphans.iter().filter(|orphan| orphan.why == Why::Unused);
    let monthly_cents = unused.map(|orphan| orphan.monthly_cents).sum();
    let document = OrphansDocument { schema: "s3-failover/orphans/v1", orphans, monthly_cents };
    ui.data(&if ui.json { json::render(&document) } else { text(&document) })?;
    Ok(ExitStatus::Yes)
}

/// The health checks of the account; of ours only those of the failovers that `--only` names.
async fn checks(world: &World, global: &Global) -> Result<Snapshot, Failure> {
    let mut snapshot = Snapshot::read(&world.account, Vec::new()).await?;
    if !global.only.is_empty() {
        let owner = |check: &HealthCheck| CheckOwner::from_tags(&check.tags);
        snapshot
            .checks
            .retain(|check| owner(check).is_some_and(|owner| global.only.contains(&owner.failover)));
    }
    Ok(snapshot)
}

fn text(document: &OrphansDocument) -> String {
    if document.orphans.is_empty() {
        return "Every health check is used by a record and declared by the spec.\n".to_owned();
    }
    let lines: String = document.orphans.iter().map(line).collect();
    let cost = MonthlyCents(document.monthly_cents);
    format!(
        "{lines}Those that nothing uses cost {cost} (by the documented prices, free checks not taken off).\n"
    )
}

fn line(orphan: &Orphan) -> String {
    let whose = match (&orphan.failover, orphan.role) {
        (Some(failover), Some(role)) => format!("{role} of {failover}"),
        _ if orphan.ours => "ours, untagged".to_owned(),
        _ => "somebody else's".to_owned(),
    };
    let why = match orphan.why {
        Why::Unused => "used by nothing".to_owned(),
        Why::NoSpec => format!("not in this spec, used by {}", orphan.used_by.join(", ")),
    };
    format!("{} ({whose}): {why}; {}\n", orphan.id, MonthlyCents(orphan.monthly_cents))
}

pub(super) async fn destroy(
    args: &DestroyArgs,
    world: &World,
    global: &Global,
    ui: Ui,
) -> Result<ExitStatus, Failure> {
    // Of the spec only the account matters here, so there need not be one.
    let world =
        &if global.config.exists() { world.acting_for(&load_spec(global, ui)?).await } else { world.clone() };
    let snapshot = checks(world, global).await?;
    let usage = world.account.check_usage().await?;
    let errand = Errand {
        command: Carried::Destroy,
        failover: None,
        nothing: NOTHING,
        question: "Remove all this?",
        yes: args.yes,
        options: Options::default(),
    };
    show_and_carry_out(&destroy_orphans(&snapshot, &usage), errand, world, global, ui).await
}
