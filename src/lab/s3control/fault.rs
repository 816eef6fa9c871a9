//! The ways in which S3 Control can be broken in a region, each by its name.
//!
//! Five regions can change the routes of a Multi-Region Access Point, so that a failover needs no single
//! one of them (S3 Control model, `SubmitMultiRegionAccessPointRoutes`): each can be broken by itself.

use std::{collections::BTreeMap, fmt, str::FromStr, sync::Arc};

use tokio::sync::watch;

use crate::{
    lab::fault::{Switch, fault_kind},
    model::{Region, serde_as_text},
};

/// The regions with "the Amazon S3 failover control infrastructure endpoints", in the model's order.
pub(crate) const CONTROL_REGIONS: [&str; 5] =
    ["us-east-1", "us-west-2", "ap-southeast-2", "ap-northeast-1", "eu-west-1"];

/// How a region's S3 Control is broken at present.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum S3ControlFault {
    /// Not at all.
    #[default]
    None,
    /// Nobody listens: connections are refused, and those that were open are cut.
    Down,
    /// Every request is answered with 503 `SlowDown` (S3 User Guide, `mrap-failover-errors`).
    SlowDown,
}

/// The text names no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no fault of the lab's S3 Control; the faults are none, down and slow-down")]
pub struct UnknownS3ControlFault(String);

impl S3ControlFault {
    /// All of them, in the order in which they are told to people.
    pub const ALL: [Self; 3] = [Self::None, Self::Down, Self::SlowDown];

    /// The name by which commands and files know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Down => "down",
            Self::SlowDown => "slow-down",
        }
    }
}

impl FromStr for S3ControlFault {
    type Err = UnknownS3ControlFault;

    fn from_str(text: &str) -> Result<Self, UnknownS3ControlFault> {
        let found = Self::ALL.into_iter().find(|fault| fault.name() == text);
        found.ok_or_else(|| UnknownS3ControlFault(text.to_owned()))
    }
}

impl fmt::Display for S3ControlFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

serde_as_text!(S3ControlFault);
fault_kind!(S3ControlFault);

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
    fn each_fault_is_known_by_its_name() {
        for fault in S3ControlFault::ALL {
            assert_eq!(fault.to_string().parse(), Ok(fault));
        }
        let error = "slowdown".parse::<S3ControlFault>().expect_err("not a name");
        for fault in S3ControlFault::ALL {
            assert!(error.to_string().contains(fault.name()), "{fault} is missing in: {error}");
        }
    }

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
