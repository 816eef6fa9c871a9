//! All switches of a lab, by the names of what they break.

use std::{collections::BTreeMap, sync::Arc};

use serde::Serialize;

use super::{Breakable, Target};

/// Why an order cannot be carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The lab does not have the part.
    #[error("the lab has no part `{target}`; it has {}", known.join(", "))]
    Target {
        /// The part that was named.
        target: Target,
        /// The parts that there are.
        known: Vec<String>,
    },
    /// The part does not know the fault.
    #[error("`{kind}` is no fault of {target}; its faults are {}", known.join(", "))]
    Kind {
        /// The part.
        target: Target,
        /// The fault that was named.
        kind: String,
        /// The faults that it knows.
        known: Vec<&'static str>,
    },
}

/// How a part is broken, and how it could be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct State {
    /// The fault at present.
    pub kind: &'static str,
    /// The faults that it knows; the first stands for "not broken".
    pub kinds: Vec<&'static str>,
}

/// The switches of a lab.
#[derive(Clone, Default)]
pub(crate) struct Switchboard {
    switches: BTreeMap<Target, Arc<dyn Breakable>>,
}

impl Switchboard {
    /// Adds a part.
    pub(crate) fn add(&mut self, target: Target, switch: impl Breakable) {
        self.switches.insert(target, Arc::new(switch));
    }

    /// Every part, and how it is broken.
    pub(crate) fn states(&self) -> BTreeMap<Target, State> {
        let state = |switch: &Arc<dyn Breakable>| State { kind: switch.kind(), kinds: switch.kinds() };
        self.switches.iter().map(|(target, switch)| (target.clone(), state(switch))).collect()
    }

    /// Whether an order could be carried out.
    pub(crate) fn judge(&self, target: &Target, kind: &str) -> Result<(), Refused> {
        let known = self.switch(target)?.kinds();
        if known.contains(&kind) {
            return Ok(());
        }
        Err(Refused::Kind { target: target.clone(), kind: kind.to_owned(), known })
    }

    /// Breaks or mends a part, at once.
    pub(crate) fn set(&self, target: &Target, kind: &str) -> Result<(), Refused> {
        self.judge(target, kind)?;
        self.switch(target)?.set_kind(kind);
        Ok(())
    }

    /// Mends a part.
    pub(crate) fn mend(&self, target: &Target) {
        if let Ok(switch) = self.switch(target)
            && let Some(whole) = switch.kinds().first()
        {
            switch.set_kind(whole);
        }
    }

    /// Mends everything.
    pub(crate) fn mend_all(&self) {
        self.switches.keys().for_each(|target| self.mend(target));
    }

    fn switch(&self, target: &Target) -> Result<&Arc<dyn Breakable>, Refused> {
        self.switches.get(target).ok_or_else(|| Refused::Target {
            target: target.clone(),
            known: self.switches.keys().map(ToString::to_string).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::fault::{FaultKind, Switch};

    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    enum Light {
        #[default]
        On,
        Off,
    }

    impl FaultKind for Light {
        fn all() -> &'static [Self] {
            &[Self::On, Self::Off]
        }

        fn name(self) -> &'static str {
            match self {
                Self::On => "none",
                Self::Off => "off",
            }
        }
    }

    #[test]
    fn an_order_reaches_its_part_and_no_other() {
        let (one, other) = (Switch::<Light>::new(), Switch::<Light>::new());
        let mut board = Switchboard::default();
        board.add(Target::Route53, one.clone());
        board.add(Target::CloudFront, other.clone());
        board.set(&Target::Route53, "off").expect("it knows the fault");
        assert_eq!((one.now(), other.now()), (Light::Off, Light::On));
        board.mend_all();
        assert_eq!(one.now(), Light::On);
    }

    #[test]
    fn an_order_that_cannot_be_carried_out_says_what_could() {
        let mut board = Switchboard::default();
        board.add(Target::Route53, Switch::<Light>::new());
        let error = board.set(&Target::CloudWatch, "off").expect_err("no such part");
        assert_eq!(error.to_string(), "the lab has no part `cloudwatch`; it has route53");
        let error = board.set(&Target::Route53, "refuse").expect_err("no such fault");
        assert_eq!(error.to_string(), "`refuse` is no fault of route53; its faults are none, off");
    }
}
