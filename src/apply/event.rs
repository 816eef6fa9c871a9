//! What happens while a plan is carried out.

use serde::Serialize;

use crate::model::{AlarmName, ChangeId, CheckOwner, Fqdn, HealthCheckId};

/// Something that was done, for the JSON of `apply`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "done")]
pub enum Applied {
    /// A health check was created (or found, when an earlier run had created it) and tagged.
    CheckCreated {
        /// Whose it is.
        owner: CheckOwner,
        /// Its id.
        id: HealthCheckId,
    },
    /// A health check was tagged.
    CheckTagged {
        /// Its id.
        id: HealthCheckId,
    },
    /// A health check was changed in place.
    CheckUpdated {
        /// Its id.
        id: HealthCheckId,
    },
    /// A batch of record changes was accepted, and every name server has it.
    RecordsChanged {
        /// Route 53's id of the batch.
        change: ChangeId,
        /// How many changes it held.
        changes: usize,
    },
    /// A health check was deleted.
    CheckDeleted {
        /// Its id.
        id: HealthCheckId,
    },
}

/// What is going on, for a person who waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A step was done.
    Done(Applied),
    /// Waiting until the checkers of a failover's checks have looked.
    AwaitingCheckers {
        /// The failover.
        failover: Fqdn,
    },
    /// The checkers of a check found it healthy.
    CheckersReported {
        /// The check's owner.
        owner: CheckOwner,
        /// How many report success.
        successes: usize,
        /// How many report at all.
        reporting: usize,
    },
    /// The alarm of a check says nothing against it.
    AlarmAsked {
        /// The check's owner.
        owner: CheckOwner,
        /// The alarm's name.
        alarm: AlarmName,
    },
    /// The check is not healthy, and the records are changed all the same, as was asked for.
    GoingOnUnhealthy {
        /// The check's owner.
        owner: CheckOwner,
    },
    /// A side that may be answered is down; the others are looked at.
    SideIsDown {
        /// The check's owner.
        owner: CheckOwner,
    },
    /// A batch was accepted; waiting until every name server has it.
    AwaitingInSync {
        /// Route 53's id of the batch.
        change: ChangeId,
    },
}
