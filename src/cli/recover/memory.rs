//! What is remembered of it. It is mended, whatever becomes of this: a journal that cannot be written is a warning.

use super::{
    broken::{Broken, Outcome},
    tell::Document,
};
use crate::{
    cli::{
        args::Global,
        memory::{Ended, Run},
        ui::Ui,
        world::World,
    },
    journal::Deed,
    model::Fqdn,
};

/// Remembers what was mended and what was not, of all failovers at once.
pub(super) fn remember(
    run: &Run,
    (broken, document): (&[Broken], &Document<'_>),
    world: &World,
    global: &Global,
    ui: Ui,
) {
    let ended = Ended {
        deed: Deed::Recover,
        failover: the_only(broken),
        plan: None,
        ok: document.ok,
        summary: summary(broken),
        document: serde_json::to_value(document).ok(),
    };
    world.memory.remember(&run.ended(ended, global, &world.clock), ui);
}

/// The failover to which all of it was done, if it is one alone.
fn the_only(broken: &[Broken]) -> Option<Fqdn> {
    let first = &broken.first()?.failover;
    broken.iter().all(|item| item.failover == *first).then(|| first.clone())
}

/// How many of each outcome, in one line; what did not come to pass is left out.
fn summary(broken: &[Broken]) -> String {
    let count =
        |is: fn(Option<&Outcome>) -> bool| broken.iter().filter(|item| is(item.outcome.as_ref())).count();
    let counts = [
        (count(|outcome| matches!(outcome, Some(Outcome::Mended))), "mended"),
        (count(|outcome| matches!(outcome, Some(Outcome::Already | Outcome::Gone))), "needed no mending"),
        (count(|outcome| matches!(outcome, Some(Outcome::Forgotten(_)))), "forgotten"),
        (count(|outcome| matches!(outcome, Some(Outcome::Failed { .. }))), "not mended"),
        (count(|outcome| outcome.is_none()), "left to who is at it"),
    ];
    let told = counts.into_iter().filter(|(count, _)| *count > 0);
    told.map(|(count, what)| format!("{count} {what}")).collect::<Vec<_>>().join(", ")
}
