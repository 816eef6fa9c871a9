//! Breaks, and mends. The one hand of a drill that changes anything.

use super::{FaultKind, Prepared, Undo, Undone};
use crate::{
    account::{Account, AccountError, Buckets},
    clock::Clock,
    spec::Failover,
};

/// A fault could not be prepared, injected or undone.
#[derive(Debug, thiserror::Error)]
pub enum FaultError {
    /// AWS refused, or could not be asked.
    #[error(transparent)]
    Account(#[from] AccountError),
}

/// Breaks the primary of one failover, and mends it.
#[derive(Clone, Debug)]
pub struct Saboteur {
    /// The clock of the world.
    pub clock: Clock,
    /// Route 53.
    pub account: Account,
    /// S3.
    pub buckets: Buckets,
    /// The failover.
    pub failover: Failover,
    /// The admin address of the lab, when the world is one.
    pub lab: Option<String>,
}

impl Saboteur {
    /// Looks what is there, and whether what is going to be done may be undone. Changes nothing.
    pub async fn prepare(&self, _kind: &FaultKind) -> Result<Prepared, FaultError> {
        todo!()
    }

    /// Breaks the primary. Whoever calls has written `prepared` down.
    pub async fn inject(&self, _prepared: &Prepared) -> Result<(), FaultError> {
        todo!()
    }

    /// Undoes one step.
    pub async fn undo(&self, _undo: &Undo) -> Result<Undone, FaultError> {
        todo!()
    }
}
