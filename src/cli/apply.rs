//! `apply`: plan, ask, carry out.

use super::{
    args::{ApplyArgs, Global, Output},
    confirm::confirm,
    exit::{ExitStatus, Failure},
    plan::{self, NOTHING},
    ui::Ui,
    world::{World, load_spec, spec_name},
};
use crate::{
    apply::{Options, Outcome, apply},
    plan::Plan,
    report::{json, text},
};

pub(super) async fn run(
    args: &ApplyArgs,
    world: &World,
    global: &Global,
    ui: Ui,
) -> Result<ExitStatus, Failure> {
    let spec = load_spec(global, ui)?;
    let plan = plan::make(world, &spec, &spec_name(&global.config)).await?;
    let options = Options { allow_unhealthy: args.allow_unhealthy };
    show_and_carry_out(&plan, NOTHING, "Apply these changes?", args.yes, options, world, ui).await
}

/// Shows a plan, asks, carries it out, and tells what was done. Shared with `destroy`.
pub(super) async fn show_and_carry_out(
    plan: &Plan,
    empty: &str,
    question: &str,
    yes: bool,
    options: Options,
    world: &World,
    ui: Ui,
) -> Result<ExitStatus, Failure> {
    if ui.output == Output::Human {
        ui.data(&text::plan(plan, empty, ui.look()))?;
    }
    let mut applied = Vec::new();
    if !plan.is_empty() {
        confirm(ui, yes, question)?;
        applied = carry_out(plan, options, world, ui).await?.applied;
    }
    if ui.output == Output::Json {
        ui.data(&json::render(&json::PlanDocument::applied(plan, &applied, world.account.calls_made())))?;
    }
    Ok(ExitStatus::Yes)
}

/// Carries a plan out and says what happens.
pub(super) async fn carry_out(
    plan: &Plan,
    options: Options,
    world: &World,
    ui: Ui,
) -> Result<Outcome, Failure> {
    let mut tell = |event| ui.say(&text::apply_event(&event));
    Ok(apply(&world.account, &world.clock, plan, options, &mut tell).await?)
}
