//! `destroy`: the reverse of apply.

use super::{
    apply::{Errand, options, show_and_carry_out},
    args::{DestroyArgs, Global},
    elsewhere,
    exit::{ExitStatus, Failure},
    memory::the_only,
    ui::Ui,
    world::{World, load_spec},
};
use crate::{
    model::Side,
    plan::{Plan, destroy, destroy_and_leave},
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
    let plan = destroy_and_leave(&spec, &world.snapshot(&spec).await?, args.leave.map(Side::from))?;
    let plan = elsewhere::unless_used(plan, world).await?;
    let errand = Errand {
        command: Carried::Destroy,
        failover: the_only(&spec),
        nothing: NOTHING,
        question: "Remove all this?",
        yes: args.yes,
        options: options(&args.allow, false),
    };
    show_and_carry_out(&plan, errand, world, global, ui).await
}

/// Looks at the account once and plans the removal.
pub(super) async fn make(world: &World, spec: &Spec) -> Result<Plan, Failure> {
    let snapshot = world.snapshot(spec).await?;
    elsewhere::unless_used(destroy(spec, &snapshot)?, world).await
}
