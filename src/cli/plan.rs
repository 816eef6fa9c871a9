//! `plan`: what apply would change, and why.

use super::{
    args::{Global, Output, PlanArgs},
    exit::{ExitStatus, Failure},
    plan_file,
    ui::Ui,
    world::{World, load_spec, spec_name},
};
use crate::{
    plan::{Plan, plan},
    report::{json, markdown, text},
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
    let plan = make(world, &spec, &spec_name(&global.config)).await?;
    match global.output {
        Output::Human => ui.data(&text::plan(&plan, NOTHING, ui.look()))?,
        Output::Json => ui.data(&json::render(&json::PlanDocument::plan(&plan)))?,
        Output::Markdown => ui.data(&markdown::plan(&plan))?,
    }
    let status = if args.check && !plan.is_empty() { ExitStatus::No } else { ExitStatus::Yes };
    if let Some(path) = &args.out {
        plan_file::write(path, plan, global)?;
        ui.say(&format!("`s3-failover apply {}` carries out this plan, or nothing.", path.display()));
    }
    Ok(status)
}

/// Looks at the account once and plans.
pub(super) async fn make(world: &World, spec: &Spec, spec_name: &str) -> Result<Plan, Failure> {
    let snapshot = world.snapshot(spec).await?;
    Ok(plan(spec, spec_name, &snapshot)?)
}
