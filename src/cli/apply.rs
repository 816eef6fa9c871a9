//! `apply`: plan, ask, carry out.

use super::{
    args::{ApplyArgs, Global},
    confirm::confirm,
    exit::{ExitStatus, Failure},
    memory::{Ended, Run, the_only},
    plan::{self, NOTHING},
    plan_file,
    ui::Ui,
    world::{World, load_spec, spec_name},
};
use crate::{
    apply::{Options, Outcome, apply_until},
    journal::Deed,
    model::Fqdn,
    plan::{Guard, Plan},
    report::{
        history::{self, Tense},
        json::{self, Carried},
        text,
    },
};

pub(super) async fn run(
    args: &ApplyArgs,
    world: &World,
    global: &Global,
    ui: Ui,
) -> Result<ExitStatus, Failure> {
    let read =
        args.plan_file.as_deref().map(|path| plan_file::read(path, global, &args.leave)).transpose()?;
    let (reviewed, global, leave) = match &read {
        Some((reviewed, global, leave)) => (Some(reviewed), global, leave),
        None => (None, global, &args.leave),
    };
    let spec = load_spec(global, ui)?;
    let world = &world.acting_for(&spec).await;
    let plan = plan::make(world, &spec, &leave.terms(&spec_name(&global.config), &global.only)).await?;
    if let Some(reviewed) = reviewed {
        plan_file::unchanged(reviewed, &plan, global)?;
    }
    let errand = Errand {
        command: Carried::Apply,
        failover: the_only(&spec),
        nothing: NOTHING,
        question: "Apply these changes?",
        yes: args.yes,
        options: options(&leave.allow, args.allow_unhealthy),
    };
    show_and_carry_out(&plan, errand, world, global, ui).await
}

/// What may be done although somebody's health says otherwise.
pub(super) fn options(allow: &[Guard], all: bool) -> Options {
    let given = |guard| all || allow.contains(&guard);
    Options { allow_unhealthy: given(Guard::Unhealthy), allow_both_down: given(Guard::BothDown) }
}

/// What differs between carrying out the plans of `apply` and of `destroy`.
pub(super) struct Errand {
    pub(super) command: Carried,
    /// To which failover, where it is one alone.
    pub(super) failover: Option<Fqdn>,
    /// What an empty plan says.
    pub(super) nothing: &'static str,
    pub(super) question: &'static str,
    pub(super) yes: bool,
    pub(super) options: Options,
}

/// Shows a plan, asks, carries it out, and tells what was done. Shared with `destroy`.
pub(super) async fn show_and_carry_out(
    plan: &Plan,
    errand: Errand,
    world: &World,
    global: &Global,
    ui: Ui,
) -> Result<ExitStatus, Failure> {
    let shown = text::plan(plan, errand.nothing, ui.look());
    // Whoever is asked must have seen it.
    if ui.json {
        ui.say(&shown);
    } else {
        ui.data(&shown)?;
    }
    if !plan.is_empty() {
        confirm(ui, errand.yes, errand.question).await?;
    }
    let run = Run::begin(&world.clock);
    let carried = if plan.is_empty() {
        Ok(Vec::new())
    } else {
        carry_out(plan, errand.options, world, ui).await.map(|outcome| outcome.applied)
    };
    let (applied, calls) = (carried.as_deref().unwrap_or_default(), world.account.calls_made());
    let document = json::PlanDocument::applied(errand.command, plan, applied, calls);
    let ended = ended(plan, &errand, carried.as_ref().err(), &document);
    world.memory.remember(&run.ended(ended, global, &world.clock), ui);
    if ui.json && carried.is_ok() {
        ui.data(&json::render(&document))?;
    }
    carried.map(|_| ExitStatus::Yes)
}

/// What is remembered of it. What a failed one did is not known from here, so it has no document.
fn ended(
    plan: &Plan,
    errand: &Errand,
    failure: Option<&Failure>,
    document: &json::PlanDocument<'_>,
) -> Ended {
    Ended {
        deed: match errand.command {
            Carried::Apply => Deed::Apply,
            Carried::Destroy => Deed::Destroy,
        },
        failover: errand.failover.clone(),
        plan: Some(plan.digest()),
        ok: failure.is_none(),
        summary: failure.map_or_else(|| history::changes(plan.summary(), Tense::Done), Failure::in_one_line),
        document: failure.is_none().then(|| serde_json::to_value(document).ok()).flatten(),
    }
}

/// Carries a plan out and says what happens.
pub(super) async fn carry_out(
    plan: &Plan,
    options: Options,
    world: &World,
    ui: Ui,
) -> Result<Outcome, Failure> {
    let mut tell = |event| ui.say(&text::apply_event(&event));
    Ok(apply_until(&world.stop, &world.account, &world.clock, plan, options, &mut tell).await?)
}
