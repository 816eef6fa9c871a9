//! Why was nothing broken, or not mended?

use crate::{
    account::AccountError,
    drill::heartbeat::RemovalError,
    model::{BucketName, Fqdn, HealthCheckId, Region},
};

use super::lab::LabError;

/// A fault could not be prepared, injected or undone.
#[derive(Debug, thiserror::Error)]
pub enum FaultError {
    /// AWS refused, or could not be asked.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// What would undo it is not permitted, so it is not done.
    #[error("the fault could not be undone again: {undo} is not permitted")]
    NotPermitted {
        /// What would have to be done.
        undo: String,
        /// What AWS said when it was asked beforehand.
        #[source]
        source: Box<AccountError>,
    },
    /// No fault has this name.
    #[error("`{kind}` is no fault; there are {}", known.join(", "))]
    Unknown {
        /// The name.
        kind: String,
        /// Those that there are, on AWS and in the lab, if it is one.
        known: Vec<String>,
    },
    /// A fault of the lab, and nobody has said where that is.
    #[error("`{0}` is no fault on AWS, and there is no lab: on AWS there are {all}", all = super::FaultKind::ON_AWS.join(", "))]
    NoLab(String),
    /// The spec declares no switch.
    #[error("the spec declares no switch for {0}")]
    NoSwitch(Fqdn),
    /// Nobody looks at an object in the primary's bucket.
    #[error("the primary of {0} is not checked by an object: blocking it would be noticed by nobody")]
    NoObject(Fqdn),
    /// The key cannot be named in a policy without naming others.
    #[error("a policy cannot name the key `{0}` alone: `*`, `?` and `$` stand for others in it")]
    Wildcard(String),
    /// The fault would break the secondary as well.
    #[error("{0} is the secondary's as well")]
    BothSides(String),
    /// There is no health check to invert.
    #[error("{0} has no health check of the primary that carries our tags")]
    NoCheck(Fqdn),
    /// An apply was cut short.
    #[error("{failover} has {} health checks of the primary: {}", checks.len(), listed(checks))]
    SeveralChecks {
        /// Of which failover.
        failover: Fqdn,
        /// Which.
        checks: Vec<HealthCheckId>,
    },
    /// A drill has changed the check already.
    #[error("the health check {check} was changed by the drill {run}, which has not changed it back")]
    Drilled {
        /// Which check.
        check: HealthCheckId,
        /// Whose tag it carries.
        run: String,
    },
    /// It is as the fault would have it.
    #[error("{0} already: the fault would change nothing")]
    Already(String),
    /// A policy that S3 holds and we cannot read.
    #[error("the policy of the bucket {bucket} was not understood: {why}")]
    Policy {
        /// Whose.
        bucket: BucketName,
        /// Why.
        why: String,
    },
    /// There is no room for a statement more.
    #[error(
        "the policy of the bucket {bucket} would have {bytes} bytes, and S3 allows {}",
        crate::account::LONGEST_POLICY
    )]
    PolicyTooLong {
        /// Whose.
        bucket: BucketName,
        /// With the statement.
        bytes: usize,
    },
    /// It is no longer as it was when the fault was prepared.
    #[error("{0} was changed meanwhile by somebody else; it was left as it is")]
    Meanwhile(String),
    /// It is no longer as the drill left it, so it is not ours to mend.
    #[error(
        "{what} is no longer as the drill left it, so it was left alone: it is {is}, and it was {was} before the drill"
    )]
    Changed {
        /// What.
        what: String,
        /// How it is.
        is: String,
        /// How it was before the drill.
        was: String,
    },
    /// The lab has no S3 in the primary's region.
    #[error("the lab has no S3 in {0}")]
    NoRegion(Region),
    /// The objects of a heartbeat could not be taken away.
    #[error(transparent)]
    Heartbeat(#[from] RemovalError),
    /// The lab's controls.
    #[error(transparent)]
    Lab(#[from] LabError),
}

fn listed(checks: &[HealthCheckId]) -> String {
    checks.iter().map(HealthCheckId::as_str).collect::<Vec<_>>().join(", ")
}

impl FaultError {
    /// What the person at the terminal can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Account(error) | Self::Heartbeat(RemovalError::Account(error)) => error.hint(),
            Self::NotPermitted { .. } => {
                "`s3-failover export --format iam --for drill` prints the policy that drills take. Nothing was changed."
            }
            Self::Unknown { .. } | Self::NoLab(_) => {
                "S3_FAILOVER_LAB_ADMIN says where the controls of a lab are; `s3-failover lab env` prints it."
            }
            Self::NoSwitch(_) => {
                "`[failover.switch]` with `object = \"…\"` in the spec declares one; apply it first."
            }
            Self::NoObject(_) => "`--fault invert` works with every kind of health check.",
            Self::BothSides(_) => "A drill breaks the primary only: `--fault invert` does.",
            Self::NoCheck(_) | Self::SeveralChecks { .. } => {
                "`s3-failover apply` makes what the spec declares, and removes what is left over."
            }
            Self::Drilled { .. } => "`s3-failover recover` undoes what a drill left behind.",
            Self::Already(_) => {
                "`s3-failover verify` shows what is wrong with the primary; another fault may do."
            }
            Self::Wildcard(_) | Self::Policy { .. } | Self::PolicyTooLong { .. } => {
                "`--fault block-public` or `--fault invert` do without a policy."
            }
            Self::Meanwhile(_) => "Find out who changes it, and drill again.",
            Self::Changed { .. } => "Find out who changed it, and put back what should be there by hand.",
            Self::NoRegion(_) => {
                "The spec has to be the lab's: `s3-failover lab start --spec-file FILE` writes it."
            }
            Self::Heartbeat(RemovalError::NotOurs(_)) => {
                "Whoever wrote this down meant something else: look at it by hand."
            }
            Self::Lab(_) => "Is the lab still running? A lab that is gone has nothing broken in it.",
        }
    }
}
