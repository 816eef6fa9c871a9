//! `plan`: what apply would change, and why.

use std::io::IsTerminal;

use super::{
    args::{Global, Output, PlanArgs},
    elsewhere,
    exit::{ExitStatus, Failure},
    memory::{Ended, Run, the_only},
    plan_file, removed,
    ui::Ui,
    world::{World, load_spec, spec_name},
};
use crate::{
    journal::Deed,
    plan::{Plan, Terms, plan},
    report::{
        history::{self, Tense},
        json, markdown, text,
    },
    spec::Spec,
};

/// What an empty plan says.
pub(super) const NOTHING: &str = "Nothing to do: health checks and records are as the spec says.";

pub(super) async fn run(
    args: &PlanArgs,
    world: &World,
    global: &Global,
    ui: Ui,
) -> Result<ExitStatus, Failure> {
    let spec = load_spec(global, ui)?;
    let world = &world.acting_for(&spec).await;
    let name = spec_name(&global.config);
    let terms = args.leave.terms(&name, &global.only);
    let run = Run::begin(&world.clock);
    let plan = make(world, &spec, &terms).await?;
    match global.output {
        // JUnit XML is verify's, and has been refused before.
        Output::Human | Output::Junit => ui.data(&text::plan(&plan, NOTHING, ui.look()))?,
        Output::Json => ui.data(&json::render(&json::PlanDocument::plan(&plan)))?,
        Output::Markdown => ui.data(&markdown::plan(&plan))?,
    }
    let status = if args.check && !plan.is_empty() { ExitStatus::No } else { ExitStatus::Yes };
    if is_remembered(args, global) {
        let document = serde_json::to_value(json::PlanDocument::plan(&plan)).ok();
        let ended = Ended {
            deed: Deed::Plan,
            failover: the_only(&spec),
            plan: Some(plan.digest()),
            ok: true,
            summary: history::changes(plan.summary(), Tense::Planned),
            document,
        };
        world.memory.remember(&run.ended(ended, global, &world.clock), ui);
    }
    if let Some(path) = &args.out {
        plan_file::write(path, plan, global, &terms)?;
        ui.say(&format!("`s3-failover apply {}` carries out this plan, or nothing.", path.display()));
    }
    Ok(status)
}

/// Whether somebody may have acted upon the plan: a person saw it, or a file keeps it for `apply`. A plan that a
/// pipe swallowed, every five minutes, would bury what was done beneath what was looked at.
fn is_remembered(args: &PlanArgs, global: &Global) -> bool {
    args.out.is_some() || (global.output == Output::Human && std::io::stdout().is_terminal())
}

/// Looks at the account once and plans.
pub(super) async fn make(world: &World, spec: &Spec, terms: &Terms<'_>) -> Result<Plan, Failure> {
    elsewhere::unless_used(look(world, spec, terms).await?, world).await
}

/// The same for whoever carries nothing out, and does not ask whether others use what it would delete: that takes
/// reading every zone.
pub(super) async fn look(world: &World, spec: &Spec, terms: &Terms<'_>) -> Result<Plan, Failure> {
    if let Some(name) = terms.adopt.iter().find(|name| spec.failovers.iter().all(|f| f.name != **name)) {
        return Err(Failure::new(
            ExitStatus::Usage,
            format!("`--adopt` names {name}, and the spec does not"),
        ));
    }
    let mut snapshot = world.snapshot(spec).await?;
    removed::read(world, spec, terms, &mut snapshot).await?;
    Ok(plan(spec, terms, &snapshot)?)
}
