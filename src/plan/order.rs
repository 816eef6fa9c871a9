//! The one order of the steps, and its reason.
//!
//! At no moment may a record point at nothing or at a health check that is gone or has not looked
//! yet. Hence, in this order:
//!
//! 1. Health checks that look at endpoints or follow alarms are created, tagged, changed in place.
//! 2. Their checkers report, and their alarms are asked.
//! 3. Calculated checks are created or changed, since now their children have verdicts.
//! 4. The records, each batch atomic, followed by a wait for every name server.
//! 5. Records of failovers that no spec declares any more, when every name server has what takes their place
//!    ([`removed`](super::removed)).
//! 6. What no record uses any more is deleted: first calculated checks, then their children.
//!
//! A race that this order does not decide, and how it is decided:
//!
//! 1. A run replaces a check, sends the records, and is killed before Route 53 says INSYNC.
//! 2. The next run finds the records as they should be, so it would only delete the old check.
//! 3. But some name servers may still serve the old record, whose check would then be gone; the
//!    status of such a record cannot be predicted (Route 53 API reference, `DeleteHealthCheck`).
//! 4. So a plan that deletes checks always holds a batch as well, if need be one without effect
//!    ([`fence`](super::records::fence)): changes of a zone are applied in their order, and when that
//!    one is INSYNC the killed run's is.
//! 5. The one exception: somebody else's record stands where our marker would. Then no record of ours
//!    has been in the zone since that one came, and nothing is left to wait for.

use super::Step;
use crate::model::CheckKind;

/// Steps with a smaller number come first; equal ones keep the order of the spec.
pub(super) fn phase(step: &Step) -> u8 {
    match step {
        Step::CreateCheck { config, .. } | Step::UpdateCheck { config, .. } => {
            if matches!(config.kind, CheckKind::Calculated { .. }) { 2 } else { 0 }
        }
        Step::TagCheck { .. } => 0,
        Step::AwaitCheckers { .. } | Step::AwaitAlarms { .. } | Step::LookAtSides { .. } => 1,
        Step::ChangeRecords { .. } | Step::AwaitRecords => 3,
        Step::DeleteCheck { calculated: true, .. } => 4,
        Step::DeleteCheck { calculated: false, .. } => 5,
    }
}
