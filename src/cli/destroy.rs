//! `destroy`: the reverse of apply.

use super::{
    apply::show_and_carry_out,
    args::{DestroyArgs, Global},
    exit::{ExitStatus, Failure},
    ui::Ui,
    world::{World, load_spec},
};
use crate::{
    apply::Options,
    plan::{Plan, destroy},
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
    let plan = make(world, &spec).await?;
    show_and_carry_out(&plan, NOTHING, "Remove all this?", args.yes, Options::default(), world, ui).await
}

/// Looks at the account once and plans the removal.
pub(super) async fn make(world: &World, spec: &Spec) -> Result<Plan, Failure> {
    let snapshot = world.snapshot(spec).await?;
    Ok(destroy(spec, &snapshot)?)
}
