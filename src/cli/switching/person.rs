//! What is said to a person, short enough for 3 a.m.; and who that person is.

use super::{
    Order,
    inspection::{Inspected, Standing},
};
use crate::{
    cli::exit::{ExitStatus, Failure},
    journal::Writer,
    model::Side,
    spec::Failover,
    switch::{Expected, Judged},
};

/// The first line: what happens.
pub(super) fn announcement(order: &Order<'_>, failover: &Failover) -> String {
    let place = |side: Side| {
        let declared = failover.side(side);
        format!("the {side} ({}, {})", declared.bucket, declared.region)
    };
    let (from, towards) = (order.direction.from(), order.direction.towards());
    format!("{} of {}: from {} to {}", order.direction, failover.name, place(from), place(towards))
}

/// What the guards say, and how long it ought to take.
pub(super) fn inspection(inspected: &Inspected<'_>) -> String {
    let name = &inspected.failover.name;
    let mut lines: Vec<String> = inspected.guards.iter().map(guard).collect();
    if let (Standing::Ready(_), Some(expected)) = (&inspected.standing, inspected.expected) {
        let Expected { mean, worst } = expected;
        lines.push(format!(
            "  expected: {} s, at most {} s for who keeps to TTLs (modelled)",
            mean.as_secs(),
            worst.as_secs()
        ));
    }
    if let Some(lever) = inspected.lever.as_ref().filter(|_| matches!(inspected.standing, Standing::Ready(_)))
    {
        lines.push(format!("  object: {}", lever.uri()));
    }
    format!("{name}:\n{}", lines.join("\n"))
}

fn guard(judged: &Judged) -> String {
    let mark = match (judged.ok, judged.overridden) {
        (Some(true), _) => "ok",
        (_, true) => "overridden by --force",
        (Some(false), _) => "refused",
        (None, _) => "unknown",
    };
    format!("  {mark}: {}: {}", judged.id, judged.detail)
}

/// Nothing was changed.
pub(super) fn refusal(order: &Order<'_>, inspected: &[Inspected<'_>]) -> Failure {
    let mut failure =
        Failure::new(ExitStatus::Unsafe, format!("{} was refused; nothing was changed", order.direction));
    let mut forcible = true;
    for one in inspected {
        for judged in one.refusing() {
            failure.causes.push(format!("{}: {}: {}", one.failover.name, judged.id, judged.detail));
            failure.hints.extend(judged.way_out.clone().filter(|way| !failure.hints.contains(way)));
            forcible &= judged.forcible;
        }
    }
    if inspected.len() > 1 {
        failure = failure
            .hint("`--only NAME` leaves the others out: several are switched all together or not at all.");
    }
    if forcible { failure.hint("`--force` switches all the same.") } else { failure }
}

/// Who does it, as the environment says.
pub(super) fn user_name() -> String {
    let said = ["USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
    said.filter(|name| !name.is_empty()).unwrap_or_else(|| "somebody".to_owned())
}

/// On which machine.
pub(super) fn host_name() -> String {
    Writer::this().host
}
