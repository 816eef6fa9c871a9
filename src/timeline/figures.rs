//! What does a whole drill come to? The figures of both turns, before they are rounded and named.

use std::time::Duration;

use super::Phases;
use crate::{
    drill::{DrillEvent, Requests, heartbeat::Loss},
    model::Fqdn,
};

/// What a failover and its failback lost.
#[derive(Clone, Debug, PartialEq)]
pub enum DataLoss {
    /// By heartbeats.
    Measured(Loss),
    /// Nothing is known, and why.
    NotMeasured(String),
}

impl From<Result<Loss, String>> for DataLoss {
    fn from(measured: Result<Loss, String>) -> Self {
        measured.map_or_else(Self::NotMeasured, Self::Measured)
    }
}

/// The figures of a drill.
#[derive(Clone, Debug)]
pub struct DrillFigures {
    /// The failover's name.
    pub name: Fqdn,
    /// What was done to the primary.
    pub fault: String,
    /// When it was done, by the clock of the world.
    pub began: Duration,
    /// The way to the secondary.
    pub failover: Phases,
    /// The way back.
    pub failback: Phases,
    /// Milestones of both, by their moments.
    pub events: Vec<DrillEvent>,
    /// What the client made.
    pub requests: Requests,
    /// What was lost.
    pub data_loss: DataLoss,
    /// Whether everything that was broken was mended.
    pub restored: bool,
}
