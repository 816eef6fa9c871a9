//! The ways in which the checkers of one region can be broken, each by its name.

use std::{collections::BTreeMap, fmt, str::FromStr, sync::Arc};

use crate::{
    lab::fault::{Switch, fault_kind},
    model::{CHECKER_REGIONS, Region, serde_as_text},
};

/// How the checkers of a region are broken at present.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CheckersFault {
    /// Not at all.
    #[default]
    None,
    /// They reach no endpoint; what they report still arrives.
    Cut,
}

/// The text names no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no fault of a region's checkers; the faults are none and cut")]
pub struct UnknownCheckersFault(String);

impl CheckersFault {
    /// All of them, in the order in which they are told to people.
    pub const ALL: [Self; 2] = [Self::None, Self::Cut];

    /// The name by which commands and files know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Cut => "cut",
        }
    }
}

impl FromStr for CheckersFault {
    type Err = UnknownCheckersFault;

    fn from_str(text: &str) -> Result<Self, UnknownCheckersFault> {
        let found = Self::ALL.into_iter().find(|fault| fault.name() == text);
        found.ok_or_else(|| UnknownCheckersFault(text.to_owned()))
    }
}

impl fmt::Display for CheckersFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

serde_as_text!(CheckersFault);
fault_kind!(CheckersFault);

/// The fault of each region's checkers.
#[derive(Clone)]
pub(crate) struct CheckersFaults(Arc<BTreeMap<Region, Switch<CheckersFault>>>);

impl CheckersFaults {
    /// Nothing is broken yet.
    pub(crate) fn new() -> Self {
        let switch = |name: &str| (name.parse().expect("the checkers' regions are regions"), Switch::new());
        Self(Arc::new(CHECKER_REGIONS.into_iter().map(switch).collect()))
    }

    /// Whether the checkers of a region reach anything.
    pub(crate) fn reach(&self, checker_region: &str) -> bool {
        let here = self.0.iter().find(|(region, _)| region.as_str() == checker_region);
        here.is_none_or(|(_, switch)| switch.now() == CheckersFault::None)
    }

    /// Every region's switch, for orders by name.
    pub(crate) fn switches(&self) -> impl Iterator<Item = (&Region, &Switch<CheckersFault>)> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_is_known_by_its_name() {
        for fault in CheckersFault::ALL {
            assert_eq!(fault.to_string().parse(), Ok(fault));
        }
        let error = "down".parse::<CheckersFault>().expect_err("not a name");
        for fault in CheckersFault::ALL {
            assert!(error.to_string().contains(fault.name()), "{fault} is missing in: {error}");
        }
    }

    #[test]
    fn a_fault_is_of_one_region() {
        let faults = CheckersFaults::new();
        let (_, switch) = faults.switches().next().expect("there are eight");
        switch.set(CheckersFault::Cut);
        assert_eq!(CHECKER_REGIONS.iter().filter(|region| faults.reach(region)).count(), 7);
        assert!(faults.reach("mars"), "where no checkers are, none are cut");
    }
}
