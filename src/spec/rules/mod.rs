//! Can this combination deliver?
//!
//! One small function a rule, by topic; each looks at the whole draft and returns what it found. None
//! relies on another having passed: a part that is faulty or missing simply has nothing to say. Where
//! one mistake would break two rules, the narrower one speaks.

mod accounts;
mod advice;
mod alarms;
mod aliases;
mod calculated;
mod checks;
mod ipv6;
mod links;
mod names;
mod sentinels;
mod sides;
mod targets;

use super::{
    draft::{Draft, DraftFailover, DraftSide, DraftTarget},
    finding::{Finding, Rule},
    host::Host,
};

/// Judges a draft by one rule.
type Judge = fn(&Draft) -> Vec<Finding>;

/// A rule and the function that judges by it.
type Judged = (&'static Rule, Judge);

const TOPICS: [&[Judged]; 12] = [
    names::RULES,
    sides::RULES,
    aliases::RULES,
    links::RULES,
    ipv6::RULES,
    checks::RULES,
    sentinels::RULES,
    alarms::RULES,
    calculated::RULES,
    accounts::RULES,
    advice::RULES,
    targets::RULES,
];

/// What the draft breaks, by all rules.
pub(super) fn judge(draft: &Draft) -> Vec<Finding> {
    TOPICS.iter().copied().flatten().flat_map(|(_, judge)| judge(draft)).collect()
}

/// All rules that are judged here.
pub(super) fn all() -> impl Iterator<Item = &'static Rule> {
    TOPICS.iter().copied().flatten().map(|(rule, _)| *rule)
}

/// Asks a question of each failover.
fn each_failover(draft: &Draft, ask: impl Fn(&DraftFailover) -> Option<Finding>) -> Vec<Finding> {
    draft.failovers.iter().filter_map(ask).collect()
}

/// Asks a question of each side of each failover.
fn each_side(draft: &Draft, ask: impl Fn(&DraftFailover, &DraftSide) -> Option<Finding>) -> Vec<Finding> {
    let ask = &ask;
    let sides =
        |failover| DraftFailover::sides(failover).into_iter().filter_map(move |side| ask(failover, side));
    draft.failovers.iter().flat_map(sides).collect()
}

/// What a side's hand-written alias points to.
fn alias_host(side: &DraftSide) -> Option<Host> {
    side.alias().map(|alias| Host::of(&alias.value))
}

/// Whether the side ends at an S3 website endpoint, asked for by `target = "website"` or by hand.
fn reaches_website(side: &DraftSide) -> bool {
    let by_hand = matches!(alias_host(side), Some(Host::S3Website { .. }));
    by_hand || side.target() == Some(DraftTarget::Website)
}
