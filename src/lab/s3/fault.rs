//! The ways in which a region's S3 can be broken, each by its name.

use std::{collections::BTreeMap, sync::Arc};

use tokio::sync::watch;

use crate::{
    lab::fault::{Switch, faults},
    model::Region,
};

faults! {
    /// How a region's S3 is broken at present.
    Fault of "a region", else UnknownFault {
        /// Nobody listens: connections are refused, and those that were open are cut.
        Refuse = "refuse",
        /// Connections are accepted, and nothing is answered for as long as the fault lasts.
        Timeout = "timeout",
        /// Every request is answered with 500.
        Http500 = "http-500",
        /// Every request is answered with 503.
        Http503 = "http-503",
        /// Every answer starts late: after a health checker gave up, before a patient client does.
        Slow = "slow",
        /// All four switches of Block Public Access act on every bucket: anonymous requests are refused
        /// with 403, signed ones go on.
        BlockPublic = "block-public",
        /// The checkers of every second checker region reach nothing there; everybody else does. More than
        /// 18 % of the checkers still see it, so no verdict changes.
        Partition = "partition",
    }
}

impl Fault {
    /// Whether the region still serves other regions: while it does not, replication waits (S3 User
    /// Guide, `replication-status`: the status stays PENDING and replication goes on by itself).
    pub(crate) fn lets_replication_through(self) -> bool {
        matches!(self, Self::None | Self::Slow | Self::BlockPublic | Self::Partition)
    }
}

/// The fault of each region of the lab, for whoever must act on it.
#[derive(Clone, Debug)]
pub(crate) struct Faults(Arc<BTreeMap<Region, Switch<Fault>>>);

impl Faults {
    /// Nothing is broken yet.
    pub(crate) fn new(regions: &[Region]) -> Self {
        Self(Arc::new(regions.iter().map(|region| (region.clone(), Switch::new())).collect()))
    }

    /// How many regions there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// A region's fault at present; nothing when the lab does not have the region.
    pub(crate) fn of(&self, region: &Region) -> Option<Fault> {
        self.0.get(region).map(Switch::now)
    }

    /// Changes a region's fault, and says whether the lab has the region.
    pub(crate) fn set(&self, region: &Region, fault: Fault) -> bool {
        self.0.get(region).map(|switch| switch.set(fault)).is_some()
    }

    /// A region's fault and its changes.
    pub(crate) fn watch(&self, region: &Region) -> Option<watch::Receiver<Fault>> {
        self.0.get(region).map(Switch::watch)
    }

    /// Every region's switch.
    pub(crate) fn switches(&self) -> impl Iterator<Item = (&Region, &Switch<Fault>)> {
        self.0.iter()
    }
}
