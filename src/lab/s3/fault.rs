//! The ways in which a region's S3 can be broken, each by its name.

use std::{collections::BTreeMap, fmt, str::FromStr, sync::Arc};

use tokio::sync::watch;

use crate::{
    lab::fault::{Switch, fault_kind},
    model::{Region, serde_as_text},
};

/// How a region's S3 is broken at present.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Not at all.
    #[default]
    None,
    /// Nobody listens: connections are refused, and those that were open are cut.
    Refuse,
    /// Connections are accepted, and nothing is answered for as long as the fault lasts.
    Timeout,
    /// Every request is answered with 500.
    Http500,
    /// Every request is answered with 503.
    Http503,
    /// Every answer starts late: after a health checker gave up, before a patient client does.
    Slow,
    /// All four switches of Block Public Access act on every bucket: anonymous requests are refused
    /// with 403, signed ones go on.
    BlockPublic,
    /// The checkers of every second checker region reach nothing there; everybody else does. More than
    /// 18 % of the checkers still see it, so no verdict changes.
    Partition,
}

/// The text names no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no fault of a region; the faults are none, refuse, timeout, http-500, http-503, slow, block-public and partition"
)]
pub struct UnknownFault(String);

impl Fault {
    /// All of them, in the order in which they are told to people.
    pub const ALL: [Self; 8] = [
        Self::None,
        Self::Refuse,
        Self::Timeout,
        Self::Http500,
        Self::Http503,
        Self::Slow,
        Self::BlockPublic,
        Self::Partition,
    ];

    /// The name by which commands and files know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Refuse => "refuse",
            Self::Timeout => "timeout",
            Self::Http500 => "http-500",
            Self::Http503 => "http-503",
            Self::Slow => "slow",
            Self::BlockPublic => "block-public",
            Self::Partition => "partition",
        }
    }

    /// Whether the region still serves other regions: while it does not, replication waits (S3 User
    /// Guide, `replication-status`: the status stays PENDING and replication goes on by itself).
    pub(crate) fn lets_replication_through(self) -> bool {
        matches!(self, Self::None | Self::Slow | Self::BlockPublic | Self::Partition)
    }
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        Self::ALL.into_iter().find(|fault| fault.name() == text).ok_or_else(|| UnknownFault(text.to_owned()))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

serde_as_text!(Fault);
fault_kind!(Fault);

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_is_known_by_its_name() {
        for fault in Fault::ALL {
            assert_eq!(fault.to_string().parse(), Ok(fault));
        }
        let error = "http503".parse::<Fault>().expect_err("not a name");
        for fault in Fault::ALL {
            assert!(error.to_string().contains(fault.name()), "{fault} is missing in: {error}");
        }
    }
}
