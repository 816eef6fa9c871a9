//! The ways in which the checkers of one region can be broken, each by its name.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    lab::fault::{Switch, faults},
    model::{CHECKER_REGIONS, Region},
};

faults! {
    /// How the checkers of a region are broken at present.
    CheckersFault of "a region's checkers", else UnknownCheckersFault {
        /// They reach no endpoint; what they report still arrives.
        Cut = "cut",
    }
}

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
    fn a_fault_is_of_one_region() {
        let faults = CheckersFaults::new();
        let (_, switch) = faults.switches().next().expect("there are eight");
        switch.set(CheckersFault::Cut);
        assert_eq!(CHECKER_REGIONS.iter().filter(|region| faults.reach(region)).count(), 7);
        assert!(faults.reach("mars"), "where no checkers are, none are cut");
    }
}
