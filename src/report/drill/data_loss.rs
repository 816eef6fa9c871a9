//! From what heartbeats found to figures: rounded, named and cut to a length that can be read.

use super::DataLossFigures;
use crate::{
    drill::heartbeat::{Lacked, Loss},
    timeline::{DataLoss, seconds},
};

/// Most keys that are named.
const NAMED: usize = 100;

impl DataLossFigures {
    /// Of what was measured, or of nothing.
    pub fn of(loss: &DataLoss) -> Self {
        match loss {
            DataLoss::Measured(loss) => Self::measured(loss),
            DataLoss::NotMeasured(why) => Self { not_measured: Some(why.clone()), ..Self::default() },
        }
    }

    fn measured(loss: &Loss) -> Self {
        let Loss { failover, failback, .. } = loss;
        let late = |lacked: &Lacked| lacked.late.as_ref().map(|late| count(late.len()));
        let keys = failover.missing.iter().take(NAMED).map(|number| loss.prefix.numbered(*number)).collect();
        Self {
            written: failover.written,
            missing: count(failover.missing.len()),
            seconds: seconds(failover.recovery_point),
            age_at_switch_seconds: seconds(failover.age),
            missing_keys: keys,
            arrived_late: late(failover),
            written_secondary: failback.written,
            missing_after_failback: count(failback.missing.len()),
            failback_seconds: seconds(failback.recovery_point),
            failback_arrived_late: late(failback),
            conflicts: loss.conflicts(),
            conflicting_writes: loss.conflicting.iter().sum(),
            uncertain: loss.uncertain,
            not_measured: failover.unknown.clone(),
        }
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
