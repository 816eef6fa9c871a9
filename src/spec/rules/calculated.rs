//! Can these checks be counted together?

use super::{Judged, each_side};
use crate::{
    model::Side,
    spec::{
        draft::{Draft, DraftCalculated, DraftFailover, DraftSide, Spanned},
        finding::{Finding, Rule, Severity::Error},
    },
};

pub(super) const RULES: &[Judged] = &[
    (&NO_CHILDREN, no_children),
    (&DOUBLED_CHILD, doubled_child),
    (&TOO_MANY_CHILDREN, too_many_children),
    (&HEALTHY_OUT_OF_REACH, healthy_out_of_reach),
    (&SWITCH_NEEDS_ALL, switch_needs_all),
];

fn each_calculated(
    draft: &Draft,
    ask: impl Fn(&DraftFailover, &DraftSide, &Spanned<DraftCalculated>) -> Option<Finding>,
) -> Vec<Finding> {
    each_side(draft, |failover, side| ask(failover, side, side.calculated.given()?))
}

/// Whether the manual switch is counted on this side as well.
fn has_switch(failover: &DraftFailover, side: &DraftSide) -> bool {
    side.side == Side::Primary && !failover.switch.is_absent()
}

const NO_CHILDREN: Rule = Rule {
    id: "no-children",
    severity: Error,
    reason: "Counted alone, the side's own check says what it says by itself, and the calculated one costs \
             another check.",
    source: "Route 53 Developer Guide, `health-checks-types`",
};

fn no_children(draft: &Draft) -> Vec<Finding> {
    each_calculated(draft, |_, _, calculated| {
        let children = calculated.value.children.given().filter(|children| children.value.is_empty())?;
        Some(
            NO_CHILDREN
                .at(children.span, "no other health check is named")
                .help("Name the ids of health checks that you have, or delete `calculated`."),
        )
    })
}

const DOUBLED_CHILD: Rule = Rule {
    id: "doubled-child",
    severity: Error,
    reason: "The children are a set: one that is named twice counts once, and the number that must be healthy \
             would mean something else than it says.",
    source: "Route 53 API reference, `HealthCheckConfig`, `ChildHealthChecks`",
};

fn doubled_child(draft: &Draft) -> Vec<Finding> {
    let sides = draft.failovers.iter().flat_map(DraftFailover::sides);
    let mut findings = Vec::new();
    for children in sides.filter_map(|side| side.calculated.value()?.children.value()) {
        for (index, child) in children.iter().enumerate() {
            if let Some(first) = children[..index].iter().find(|earlier| earlier.value == child.value) {
                let message = format!("`{}` is named twice", child.value);
                let finding = DOUBLED_CHILD.at(child.span, message).label("again here");
                findings.push(finding.and(first.span, "first here").help("Name it once."));
            }
        }
    }
    findings
}

/// "The maximum number of health checks that a calculated health check can monitor is 255"
/// (Route 53 Developer Guide, `DNSLimitations`; the API's model would take one more).
const MOST_CHILDREN: usize = 255;

const TOO_MANY_CHILDREN: Rule = Rule {
    id: "too-many-children",
    severity: Error,
    reason: "A calculated check has at most 255 children. The side's own check is one of them, and the \
             primary's manual switch another.",
    source: "Route 53 Developer Guide, `DNSLimitations`",
};

fn too_many_children(draft: &Draft) -> Vec<Finding> {
    each_calculated(draft, |failover, side, calculated| {
        let children = calculated.value.children.given()?;
        let own = if has_switch(failover, side) { 2 } else { 1 };
        if children.value.len() + own <= MOST_CHILDREN {
            return None;
        }
        let message = format!("{} checks beside the {own} of this tool are too many", children.value.len());
        Some(TOO_MANY_CHILDREN.at(children.span, message).help(format!(
            "Name at most {}. A calculated check cannot be a child of another, so they cannot be nested.",
            MOST_CHILDREN - own
        )))
    })
}

const HEALTHY_OUT_OF_REACH: Rule = Rule {
    id: "healthy-out-of-reach",
    severity: Error,
    reason: "With a number larger than that of all checks, Route 53 always takes the calculated check for \
             unhealthy.",
    source: "Route 53 API reference, `HealthCheckConfig`, `HealthThreshold`",
};

fn healthy_out_of_reach(draft: &Draft) -> Vec<Finding> {
    each_calculated(draft, |_, _, calculated| {
        let (healthy, all) = (calculated.value.healthy.given()?, calculated.value.all()?);
        if healthy.value <= all {
            return None;
        }
        let message = format!("{} of {all} checks can never be healthy", healthy.value);
        let entry = draft.format.entry("healthy", &all.to_string());
        let children = calculated.value.children.given()?;
        let label = format!("{} and the side's own", children.value.len());
        Some(
            HEALTHY_OUT_OF_REACH
                .at(healthy.span, message)
                .and(children.span, label)
                .help(format!("Write `{entry}` or less. Leave it out to ask for all of them.")),
        )
    })
}

const SWITCH_NEEDS_ALL: Rule = Rule {
    id: "switch-needs-all",
    severity: Error,
    reason: "The switch is one more child of the primary's calculated check, because a calculated check cannot \
             be a child of another. Route 53 has one number for all children, so when fewer than all suffice, \
             the others would outvote the switch.",
    source: "Route 53 Developer Guide, `health-checks-creating-values`",
};

fn switch_needs_all(draft: &Draft) -> Vec<Finding> {
    each_calculated(draft, |failover, side, calculated| {
        let switch = failover.switch.given().filter(|_| has_switch(failover, side))?;
        let (healthy, all) = (calculated.value.healthy.given()?, calculated.value.all()?);
        if healthy.value >= all {
            return None;
        }
        let message = format!("the switch has no say when {} of {all} checks are enough", healthy.value);
        Some(SWITCH_NEEDS_ALL.at(healthy.span, message).and(switch.span, "the switch").help(
            "Delete `healthy` to ask for all, or delete `switch`. Or have the others counted by CloudWatch, in \
             an alarm that speaks for the side: `alarm` beside `switch` works.",
        ))
    })
}
