//! What does a whole drill come to? The figures of both turns, before they are rounded and named.

use std::time::Duration;

use serde::Serialize;

use super::Phases;
use crate::{
    drill::{DrillEvent, Requests},
    model::Fqdn,
};

/// Which writes the other side lacked when it took over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct DataLoss {
    /// Objects written to the primary before it broke.
    pub written: u64,
    /// Those that the secondary did not have when it was answered.
    pub missing: u64,
    /// Age of the oldest missing one at the moment of the fault, in seconds: the measured recovery point.
    pub seconds: f64,
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
