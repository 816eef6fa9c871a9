//! The ways in which S3 Control can be broken in a region, each by its name.
//!
//! Five regions can change the routes of a Multi-Region Access Point, so that a failover needs no single
//! one of them (S3 Control model, `SubmitMultiRegionAccessPointRoutes`): each can be broken by itself.

use std::{collections::BTreeMap, sync::Arc};

use tokio::sync::watch;

use crate::{
    lab::fault::{Switch, faults},
    model::Region,
};

/// The regions with "the Amazon S3 failover control infrastructure endpoints", in the model's order.
pub(crate) const CONTROL_REGIONS: [&str; 5] =
    ["us-east-1", "us-west-2", "ap-southeast-2", "ap-northeast-1", "eu-west-1"];

faults! {
    /// How a region's S3 Control is broken at present.
    S3ControlFault of "the lab's S3 Control", else UnknownS3ControlFault {
        /// Nobody listens: connections are refused, and those that were open are cut.
        Down = "down",
        /// Every request is answered with 503 `SlowDown` (S3 User Guide, `mrap-failover-errors`).
        SlowDown = "slow-down",
    }
}

/// The fault of each control region.
#[derive(Clone, Debug)]
pub(super) struct Faults(Arc<BTreeMap<Region, Switch<S3ControlFault>>>);

impl Faults {
    /// Nothing is broken yet.
    pub(super) fn new() -> Self {
        let switch = |name: &str| (name.parse().expect("the model's regions are regions"), Switch::new());
        Self(Arc::new(CONTROL_REGIONS.into_iter().map(switch).collect()))
    }

    /// The control regions.
    pub(super) fn regions(&self) -> impl Iterator<Item = &Region> {
        self.0.keys()
    }

    /// A region's fault at present; nothing of a region that is none of the five.
    pub(super) fn of(&self, region: &Region) -> Option<S3ControlFault> {
        self.0.get(region).map(Switch::now)
    }

    /// Changes a region's fault, and says whether it is one of the five.
    pub(super) fn set(&self, region: &Region, fault: S3ControlFault) -> bool {
        self.0.get(region).map(|switch| switch.set(fault)).is_some()
    }

    /// A region's fault and its changes.
    pub(super) fn watch(&self, region: &Region) -> Option<watch::Receiver<S3ControlFault>> {
        self.0.get(region).map(Switch::watch)
    }

    /// Every region's switch.
    pub(super) fn switches(&self) -> impl Iterator<Item = (&Region, &Switch<S3ControlFault>)> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_of_one_region() {
        let faults = Faults::new();
        let region = |name: &str| name.parse::<Region>().expect("a region");
        assert!(faults.set(&region("us-west-2"), S3ControlFault::Down));
        assert!(!faults.set(&region("us-east-2"), S3ControlFault::Down));
        assert_eq!(faults.of(&region("us-west-2")), Some(S3ControlFault::Down));
        assert_eq!(faults.of(&region("us-east-1")), Some(S3ControlFault::None));
        assert_eq!(faults.of(&region("us-east-2")), None);
        assert_eq!(faults.regions().count(), 5);
    }
}
