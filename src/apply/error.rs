//! Why an attempt ends early.

use std::time::Duration;

use crate::{
    account::AccountError,
    model::{ChangeId, CheckOwner, CheckRole, Fqdn, HealthCheckId},
};

/// Why an attempt ended early. What was done before stays, and the same command goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// A call failed.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// A health check that would guard the records is not healthy.
    #[error(
        "the {} health check of {} ({id}) is not healthy: {detail}. The records were not changed",
        owner.role, owner.failover
    )]
    Unhealthy {
        /// The check's owner.
        owner: CheckOwner,
        /// The check.
        id: HealthCheckId,
        /// What its checkers say.
        detail: String,
    },
    /// Neither side is up.
    #[error(
        "both sides of {failover} are down: none of their health checks is healthy. The records were not changed"
    )]
    BothDown {
        /// The failover.
        failover: Fqdn,
    },
    /// Route 53 did not finish a change in time.
    #[error("the change {change} was accepted, but after {} s not every name server has it", waited.as_secs())]
    NotInSync {
        /// The change.
        change: ChangeId,
        /// How long it was waited for.
        waited: Duration,
    },
    /// Somebody asked it to stop.
    #[error("stopped as asked, with {done} of {steps} steps done")]
    Stopped {
        /// How many steps were finished.
        done: usize,
        /// How many the plan has.
        steps: usize,
        /// Batches that Route 53 has accepted, and that not every name server may have.
        sent: Vec<ChangeId>,
    },
    /// Every caller reference is taken.
    #[error("every caller reference for the {} health check of {} is taken", owner.role, owner.failover)]
    NoReference {
        /// The owner of the check that could not be created.
        owner: CheckOwner,
    },
    /// A plan that refers to a check which no earlier step creates.
    #[error(
        "the plan refers to the {role} health check of {failover} before it creates it: it was not made by this tool"
    )]
    NotCreated {
        /// The failover.
        failover: Fqdn,
        /// The check's role.
        role: CheckRole,
    },
}
