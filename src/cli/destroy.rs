//! `destroy`: the reverse of apply.

use super::{
    apply::{Errand, show_and_carry_out},
    args::{DestroyArgs, Global},
    exit::{ExitStatus, Failure},
    ui::Ui,
    world::{World, load_spec},
};
use crate::{
    apply::Options,
    plan::{Plan, destroy},
    report::json::Carried,
    spec::Spec,
};

/// What an empty plan says.
pub(super) const NOTHING: &str = "Nothing to do: nothing of the spec's failovers is there.";

pub(super) async fn run(
    args: &DestroyArgs,
    world: &World,
    global: &Global,
    ui: Ui,
) -> Result<ExitStatus, Failure> {
    let spec = load_spec(global, ui)?;
    let world = &world.acting_for(&spec).await;
    let plan = make(world, &spec).await?;
    let errand = Errand {
        command: Carried::Destroy,
        nothing: NOTHING,
        question: "Remove all this?",
        yes: args.yes,
        options: Options::default(),
    };
    show_and_carry_out(&plan, errand, world, ui).await
}

/// Looks at the account once and plans the removal.
pub(super) async fn make(world: &World, spec: &Spec) -> Result<Plan, Failure> {
    let snapshot = world.snapshot(spec).await?;
    Ok(destroy(spec, &snapshot)?)
}
