//! Which steps of a plan may overlap? Pure.
//!
//! A plan is one row of steps (`plan`'s `order` says why in that order). Creating checks and waiting for their
//! checkers take minutes where there are hundreds of checks, since Route 53 allows one creation in two seconds
//! and one look at checkers a second; done side by side they take as long as the longer of the two. What
//! makes that as safe as one after the other:
//!
//! 1. Health checks that look at endpoints are created, tagged, changed in the plan's order, one by one.
//! 2. The checkers of a failover's checks are asked as soon as the last step that concerns one of these
//!    checks is done.
//! 3. A check that is made of others is created or changed when the checkers of all its children are done.
//! 4. What is looked at once, alarms and sides, is when all checks that look are made.
//! 5. Everything else (records, deletions) waits for all that stands before it in the plan.

use crate::{
    model::{CheckKind, Fqdn},
    plan::{AwaitedCheck, CheckRef, Step},
};

/// Steps that are carried out together.
#[derive(Debug)]
pub(super) enum Round<'a> {
    /// Health checks.
    Checks(Checks<'a>),
    /// A step that overlaps with none.
    Alone(&'a Step),
}

/// Steps that make health checks and wait for their checkers.
#[derive(Debug, Default)]
pub(super) struct Checks<'a> {
    /// Checks that look at something, in the plan's order.
    pub(super) looking: Vec<&'a Step>,
    /// Checks whose checkers are waited for, in the plan's order.
    pub(super) groups: Vec<Group<'a>>,
    /// Looks that are taken once: at alarms and at sides, in the plan's order.
    pub(super) once: Vec<&'a Step>,
    /// Checks that are made of others, in the plan's order.
    pub(super) made_of_others: Vec<&'a Step>,
}

/// The awaited checks of one failover.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub(super) failover: &'a Fqdn,
    pub(super) checks: &'a [AwaitedCheck],
    /// How many of the steps of `looking` come before.
    pub(super) after: usize,
}

/// A plan's steps, in its order.
pub(super) fn rounds(steps: &[Step]) -> Vec<Round<'_>> {
    let mut rounds = Vec::new();
    let mut checks = Checks::default();
    for step in steps {
        let alone =
            matches!(step, Step::ChangeRecords { .. } | Step::AwaitRecords | Step::DeleteCheck { .. });
        if alone || !checks.goes_on_with(step) {
            rounds.extend(checks.ended());
            checks = Checks::default();
        }
        if alone {
            rounds.push(Round::Alone(step));
        } else {
            checks.add(step);
        }
    }
    rounds.extend(checks.ended());
    rounds
}

impl<'a> Checks<'a> {
    /// Whether a step may overlap with those before it: a plan that goes back to an earlier kind of step
    /// means to wait in between.
    fn goes_on_with(&self, step: &Step) -> bool {
        match step {
            Step::AwaitCheckers { .. } | Step::AwaitAlarms { .. } | Step::LookAtSides { .. } => {
                self.made_of_others.is_empty()
            }
            step if is_made_of_others(step) => true,
            _ => self.groups.is_empty() && self.once.is_empty() && self.made_of_others.is_empty(),
        }
    }

    fn add(&mut self, step: &'a Step) {
        match step {
            Step::AwaitCheckers { failover, checks } => {
                let concerns = |step: &&Step| checks.iter().any(|check| is_about(step, &check.check));
                let after = self.looking.iter().rposition(concerns).map_or(0, |index| index + 1);
                self.groups.push(Group { failover, checks, after });
            }
            Step::AwaitAlarms { .. } | Step::LookAtSides { .. } => self.once.push(step),
            step if is_made_of_others(step) => self.made_of_others.push(step),
            step => self.looking.push(step),
        }
    }

    fn ended(self) -> Option<Round<'a>> {
        let waits = self.groups.is_empty() && self.once.is_empty();
        let empty = self.looking.is_empty() && waits && self.made_of_others.is_empty();
        (!empty).then_some(Round::Checks(self))
    }

    /// The groups that a step of `made_of_others` waits for.
    pub(super) fn needed_by(&self, step: &Step) -> Vec<usize> {
        let (Step::CreateCheck { config, .. } | Step::UpdateCheck { config, .. }) = step else {
            return Vec::new();
        };
        let children = config.kind.children();
        let holds_a_child =
            |group: &Group<'_>| group.checks.iter().any(|check| children.contains(&check.check));
        (0..self.groups.len()).filter(|index| holds_a_child(&self.groups[*index])).collect()
    }
}

fn is_made_of_others(step: &Step) -> bool {
    let (Step::CreateCheck { config, .. } | Step::UpdateCheck { config, .. }) = step else { return false };
    matches!(config.kind, CheckKind::Calculated { .. })
}

fn is_about(step: &Step, check: &CheckRef) -> bool {
    match (step, check) {
        (Step::CreateCheck { owner, .. }, CheckRef::Planned(awaited)) => owner == awaited,
        (Step::TagCheck { id, .. } | Step::UpdateCheck { id, .. }, CheckRef::Existing(awaited)) => {
            id == awaited
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::{CheckConfig, CheckOwner, CheckRole};

    fn owner(failover: &str, role: CheckRole) -> CheckOwner {
        CheckOwner { zone: "Z1".parse().expect("an id"), failover: failover.parse().expect("a name"), role }
    }

    fn planned(failover: &str, role: CheckRole) -> CheckRef {
        CheckRef::Planned(owner(failover, role))
    }

    fn create(failover: &str, role: CheckRole) -> Step {
        let kind = match role {
            CheckRole::Combined => CheckKind::Calculated {
                children: vec![planned(failover, CheckRole::Primary), planned(failover, CheckRole::Switch)],
                threshold: 2,
            },
            _ => CheckKind::Other("TEST".to_owned()),
        };
        Step::CreateCheck {
            owner: owner(failover, role),
            config: CheckConfig { kind, inverted: false, disabled: false },
            identity: String::new(),
            tags: BTreeMap::new(),
        }
    }

    fn wait(failover: &str, roles: &[CheckRole]) -> Step {
        let check = |role: &CheckRole| AwaitedCheck {
            owner: owner(failover, *role),
            check: planned(failover, *role),
            inverted: false,
            interval: 10,
            failure_threshold: 3,
            regions: 3,
        };
        Step::AwaitCheckers {
            failover: failover.parse().expect("a name"),
            checks: roles.iter().map(check).collect(),
        }
    }

    fn delete() -> Step {
        Step::DeleteCheck { id: "old".parse().expect("an id"), calculated: false }
    }

    const ENDPOINTS: [CheckRole; 3] = [CheckRole::Primary, CheckRole::Secondary, CheckRole::Switch];

    #[test]
    fn a_group_waits_for_its_own_checks_alone_and_what_is_made_of_them_for_the_group() {
        let made = |name| ENDPOINTS.map(|role| create(name, role));
        let mut steps: Vec<Step> = ["a.example", "b.example"].into_iter().flat_map(made).collect();
        steps.extend(["a.example", "b.example"].map(|name| wait(name, &ENDPOINTS)));
        steps.extend(["a.example", "b.example"].map(|name| create(name, CheckRole::Combined)));
        steps.extend([delete(), delete()]);
        let rounds = rounds(&steps);
        let [Round::Checks(checks), Round::Alone(_), Round::Alone(_)] = &rounds[..] else {
            panic!("{rounds:?}")
        };
        assert_eq!(checks.groups.iter().map(|group| group.after).collect::<Vec<_>>(), [3, 6]);
        let needed: Vec<_> = checks.made_of_others.iter().map(|step| checks.needed_by(step)).collect();
        assert_eq!(needed, [[0], [1]]);
    }

    #[test]
    fn a_plan_that_goes_back_to_an_earlier_kind_of_step_means_to_wait() {
        let (a, b) = ("a.example", "b.example");
        let steps = [
            create(a, CheckRole::Primary),
            wait(a, &[CheckRole::Primary]),
            create(b, CheckRole::Primary),
            delete(),
            wait(b, &[CheckRole::Primary]),
        ];
        let lengths = rounds(&steps).into_iter().map(|round| match round {
            Round::Checks(checks) => (checks.looking.len(), checks.groups.len()),
            Round::Alone(_) => (0, 0),
        });
        assert_eq!(lengths.collect::<Vec<_>>(), [(1, 1), (1, 0), (0, 0), (0, 1)]);
        assert!(rounds(&[]).is_empty());
    }
}
