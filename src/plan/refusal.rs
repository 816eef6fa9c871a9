//! Plans that are not made: each refusal has a name, a reason and a way out.

use crate::model::{HealthCheckId, RecordKey};

/// Why no plan is made for a failover.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A record that this tool did not create is where one of ours would go.
    #[error("the record {record} is in the way of {failover}, and nothing says that s3-failover created it")]
    ForeignRecord {
        /// The failover that would need the place.
        failover: String,
        /// What is there.
        record: RecordKey,
    },
    /// A health check would be deleted that something which stays depends on. Route 53 would let it
    /// happen, and the status of what depends on it "can't be predicted and may change" (Route 53 API
    /// reference, `DeleteHealthCheck`).
    #[error(
        "the health check {check} would be deleted, but {user} depends on it, and nothing says that s3-failover \
         created that"
    )]
    CheckInUse {
        /// The health check.
        check: HealthCheckId,
        /// What depends on it.
        user: String,
    },
}

impl Refusal {
    /// The guard's name, which stays the same from version to version.
    pub fn id(&self) -> &'static str {
        match self {
            Refusal::ForeignRecord { .. } => "foreign-record",
            Refusal::CheckInUse { .. } => "check-in-use",
        }
    }

    /// What can be done.
    pub fn way_out(&self) -> String {
        match self {
            Refusal::ForeignRecord { failover, .. } => format!(
                "Nothing was changed. Choose another name than {failover}, or remove the record by the tool that \
                 manages it, then plan again."
            ),
            Refusal::CheckInUse { user, .. } => format!(
                "Nothing was changed. Remove {user}, or let it depend on another health check, by the tool that \
                 manages it, then run this again."
            ),
        }
    }
}

/// No plan, and why: every refusal, not only the first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the plan was refused for safety")]
pub struct Refused {
    /// At least one.
    pub refusals: Vec<Refusal>,
}
