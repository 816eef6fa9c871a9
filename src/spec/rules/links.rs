//! Can one failover of the spec lead to another like that?

use super::{Judged, each_side};
use crate::{
    model::{Fqdn, HostedZoneId},
    spec::{
        ZoneRef,
        declared::MARKER_LABEL,
        draft::{Draft, DraftFailover, DraftSide},
        finding::{Finding, Rule, Severity::Error},
    },
};

pub(super) const RULES: &[Judged] =
    &[(&ALIAS_TO_POINTER, alias_to_pointer), (&ALIASES_IN_A_CIRCLE, aliases_in_a_circle)];

const ALIAS_TO_POINTER: Rule = Rule {
    id: "alias-to-pointer",
    severity: Error,
    reason: "An alias has the type of what it leads to. An alias of a spec is an A or AAAA record; a pointer pair \
             and its pointers are CNAMEs, and a mark is a TXT record. Route 53 answers InvalidChangeBatch: the \
             target was not found.",
    source: "Route 53 Developer Guide, `resource-record-sets-choosing-alias-non-alias`",
};

fn alias_to_pointer(draft: &Draft) -> Vec<Finding> {
    each_side(draft, |_, side| {
        let alias = side.alias()?;
        let (name, what) = draft.failovers.iter().find_map(|other| {
            let pointers = other.sides().into_iter().filter(|side| side.is_pointer());
            let name = other.name.given().filter(|_| may_lie_in(draft, other, side))?;
            let what = pointers.clone().next().map(|_| (name.value.clone(), "a pointer pair of this spec"));
            let own = pointers.filter_map(|side| name.value.child(side.region.value()?.as_str()).ok());
            let own = own.map(|pointer| (pointer, "a pointer of this spec"));
            let marker = name.value.child(MARKER_LABEL).ok().map(|marker| (marker, "a mark of this spec"));
            let (_, what) = what.into_iter().chain(own).chain(marker).find(|(at, _)| *at == alias.value)?;
            Some((name, what))
        })?;
        let message = format!("the {}'s alias leads to `{}`, {what}", side.side, alias.value);
        let finding = ALIAS_TO_POINTER.at(alias.span, message).and(name.span, "its failover");
        Some(finding.help(
            "Name what answers addresses, such as a load balancer or a distribution; or make both sides of this \
             failover pointers, too.",
        ))
    })
}

const ALIASES_IN_A_CIRCLE: Rule = Rule {
    id: "aliases-in-a-circle",
    severity: Error,
    reason: "Each name would be answered by the next, and none by an endpoint. An alias's target must exist \
             before the alias, so no order of creating them works either.",
    source: "Route 53 Developer Guide, `dns-failover-how-to`",
};

/// Each circle once, at the failover of it that stands first. One of a single failover is `alias-to-itself`.
fn aliases_in_a_circle(draft: &Draft) -> Vec<Finding> {
    let to: Vec<Vec<(usize, &DraftSide)>> = draft.failovers.iter().map(|from| links(draft, from)).collect();
    let finding = |first: usize| {
        let (_, side) = to[first].iter().find(|(next, _)| *next != first && leads_to(&to, *next, first))?;
        let (name, alias) = (draft.failovers[first].name.given()?, side.alias()?);
        let message = format!("`{}` leads to `{}`, and that back to it", name.value, alias.value);
        let finding = ALIASES_IN_A_CIRCLE.at(alias.span, message).and(name.span, "the failover");
        Some(finding.help("Let one of them lead to an endpoint."))
    };
    (0..to.len()).filter_map(finding).collect()
}

/// Whether there is a way by failovers that stand behind `first`.
fn leads_to(to: &[Vec<(usize, &DraftSide)>], from: usize, first: usize) -> bool {
    let mut seen = vec![false; to.len()];
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        if at == first {
            return true;
        }
        if at > first && !std::mem::replace(&mut seen[at], true) {
            open.extend(to[at].iter().map(|(next, _)| *next));
        }
    }
    false
}

/// The failovers of the spec to which the sides of one lead.
fn links<'a>(draft: &'a Draft, from: &'a DraftFailover) -> Vec<(usize, &'a DraftSide)> {
    let named = |at: &Fqdn, side: &DraftSide| {
        let is = |other: &DraftFailover| other.name.value() == Some(at) && may_lie_in(draft, other, side);
        draft.failovers.iter().position(is)
    };
    from.sides().into_iter().filter_map(|side| Some((named(&side.alias()?.value, side)?, side))).collect()
}

/// Whether the failover may lie in the zone that the side's alias names. Unknown where the failover's zone is
/// given by its name; then it is taken to.
fn may_lie_in(draft: &Draft, failover: &DraftFailover, side: &DraftSide) -> bool {
    let named: Option<&HostedZoneId> = side.alias_zone_id().map(|id| &id.value);
    match (draft.zone_of(failover).value(), named) {
        (Some(ZoneRef::Id(id)), Some(named)) => id == named,
        _ => true,
    }
}
