//! Before health checks are deleted: does any record of the account depend on one of them?

use super::{exit::Failure, world::World};
use crate::plan::Plan;

/// The plan, unless a record that it leaves as it is uses a check that it deletes. Reads every record of
/// every zone, but only for a plan that deletes checks.
pub(super) async fn unless_used(plan: Plan, world: &World) -> Result<Plan, Failure> {
    if !plan.deletes_checks() {
        return Ok(plan);
    }
    let usage = world.account.check_usage().await?;
    Ok(plan.unless_used(&usage)?)
}
