//! The state of what is watched, as metrics. Their names are for dashboards and alerts: they may be joined by
//! others, and never change.

use std::time::Duration;

use super::{
    Family,
    Kind::{Counter, Gauge, Histogram, Info},
};
use crate::{
    model::Side,
    probe::{Observed, Role},
    watch::{Cell, FailoverState, Phase, Point, State},
};

/// Every metric, as it is at this moment by the clock of the world that is watched.
pub fn families(state: &State, now: Duration) -> Vec<Family> {
    let mut build = Family::new(Info, "s3_failover_build", "The version of s3-failover that watches.");
    build.number(&[("version", env!("CARGO_PKG_VERSION"))], 1.0);
    let mut all = vec![build];
    all.extend(of_failovers(state));
    all.extend(of_points(state, now));
    all.extend(of_sides(state));
    all.extend(of_clients(state));
    all
}

fn of_failovers(state: &State) -> [Family; 9] {
    let gauge = |name, help| Family::new(Gauge, name, help);
    let mut active = gauge(
        "s3_failover_active_side",
        "Whether this is what all name servers answer: a side, mixed, or none of them.",
    );
    let mut expected =
        gauge("s3_failover_expected_side", "Whether this is the side that ought to be answered, or unknown.");
    let mut as_expected = gauge(
        "s3_failover_as_expected",
        "Whether all name servers answer the side that ought to be; absent while that is not known.",
    );
    let mut consistent = gauge(
        "s3_failover_consistent",
        "Whether all name servers and resolvers that answer give the same side.",
    );
    let mut readable = gauge(
        "s3_failover_records_readable",
        "Whether records and health checks could be read when that was last tried.",
    );
    let mut switches = Family::new(
        Counter,
        "s3_failover_switches",
        "How often the answer has begun to turn to another side.",
    );
    let mut last = gauge(
        "s3_failover_last_switch_timestamp_seconds",
        "When the answer last began to turn to another side; absent before.",
    );
    let mut phases = gauge(
        "s3_failover_last_switch_phase_seconds",
        "How long after its beginning the last switch passed a phase; absent until it has.",
    );
    let mut since =
        gauge("s3_failover_active_since_timestamp_seconds", "Since when name servers answer what they do.");
    for failover in &state.failovers {
        let name = [("name", failover.name.as_str())];
        active.one_of(&name, "side", &["primary", "secondary", "mixed", "none"], failover.active.word());
        let side = failover.expected.map_or("unknown", word);
        expected.one_of(&name, "side", &["primary", "secondary", "unknown"], side);
        if let Some(side) = failover.expected {
            as_expected.flag(&name, failover.active == Observed::from(side));
        }
        consistent.flag(&name, is_consistent(failover));
        readable.flag(&name, failover.unread.is_none());
        switches.count(&name, failover.changes);
        since.number(&name, timestamp(state, failover.active_since));
        let Some(change) = &failover.change else { continue };
        last.number(&name, timestamp(state, change.began));
        for phase in Phase::ALL {
            if let Some(after) = change.after(phase) {
                phases.seconds(&[name[0], ("phase", phase_word(phase))], after);
            }
        }
    }
    [active, expected, as_expected, consistent, readable, switches, last, phases, since]
}

fn is_consistent(failover: &FailoverState) -> bool {
    let resolvers_silent = failover.of_role(Role::Recursive).all(|point| point.answered().is_none());
    matches!(failover.active, Observed::Primary | Observed::Secondary)
        && (resolvers_silent || failover.observed(Role::Recursive) == failover.active)
}

fn of_points(state: &State, now: Duration) -> [Family; 6] {
    let gauge = |name, help| Family::new(Gauge, name, help);
    let mut answer = Family::new(
        Info,
        "s3_failover_answer",
        "What a vantage point answers: primary, secondary, nothing, other, or silent.",
    );
    let mut ttl = gauge("s3_failover_answer_ttl_seconds", "The TTL that the last answer came with.");
    let mut outlived = gauge(
        "s3_failover_answer_stale_seconds",
        "For how long a resolver has outlived the TTL of an answer that nobody gives any more; 0 is well.",
    );
    let mut queries = Family::new(Counter, "s3_failover_dns_queries", "Look-ups, by their result.");
    let mut took = Family::new(
        Histogram,
        "s3_failover_dns_query_duration_seconds",
        "How long look-ups took that were answered.",
    );
    let mut seen = gauge("s3_failover_dns_last_query_timestamp_seconds", "When the last look-up ended.");
    for failover in &state.failovers {
        for point in &failover.points {
            let vantage = point.vantage.to_string();
            let role = match point.vantage.role {
                Role::Authoritative => "authoritative",
                Role::Recursive => "recursive",
            };
            let labels = [("name", failover.name.as_str()), ("vantage", &vantage), ("role", role)];
            let with = |label, value| [&labels[..], &[(label, value)]].concat();
            queries.count(&with("result", "answered"), point.asked - point.failed);
            queries.count(&with("result", "failed"), point.failed);
            took.latencies(&labels, &point.latencies);
            if point.vantage.role == Role::Recursive {
                outlived.seconds(&labels, stale_for(point, now));
            }
            let Some(last) = &point.answer else { continue };
            answer.number(&with("answer", answer_word(Cell::of(last))), 1.0);
            seen.number(&labels, timestamp(state, point.seen));
            if let Some(seconds) = last.as_ref().ok().and_then(|answer| answer.ttl) {
                ttl.seconds(&labels, seconds.duration());
            }
        }
    }
    [answer, ttl, outlived, queries, took, seen]
}

fn stale_for(point: &Point, now: Duration) -> Duration {
    point.stale.map_or(Duration::ZERO, |stale| now.saturating_sub(stale.expired))
}

fn of_sides(state: &State) -> [Family; 3] {
    let mut healthy = Family::new(
        Gauge,
        "s3_failover_side_healthy",
        "Whether the endpoint of a side gave its object when it was last asked; absent before.",
    );
    let mut requests = Family::new(
        Counter,
        "s3_failover_side_requests",
        "Requests to the endpoint of a side, by their result.",
    );
    let mut took = Family::new(
        Histogram,
        "s3_failover_side_request_duration_seconds",
        "How long requests to the endpoint of a side took that were answered.",
    );
    for failover in &state.failovers {
        for side in Side::BOTH {
            let (of_side, labels) =
                (failover.side(side), [("name", failover.name.as_str()), ("side", word(side))]);
            if let Some(up) = of_side.up {
                healthy.flag(&labels, up);
            }
            let with = |label, value| [&labels[..], &[(label, value)]].concat();
            requests.count(&with("result", "served"), of_side.asked - of_side.failed);
            requests.count(&with("result", "failed"), of_side.failed);
            took.latencies(&labels, &of_side.latencies);
        }
    }
    [healthy, requests, took]
}

fn of_clients(state: &State) -> [Family; 2] {
    let mut served = Family::new(
        Gauge,
        "s3_failover_client_side",
        "Whether this side gave a client of this kind its bytes when it last asked; absent before.",
    );
    let mut requests = Family::new(
        Counter,
        "s3_failover_client_requests",
        "Requests of clients by the name, by their result.",
    );
    for failover in &state.failovers {
        for client in &failover.clients {
            let labels = [("name", failover.name.as_str()), ("client", client.kind.as_str())];
            if let Some(served_by) = &client.served_by {
                let side = served_by.as_ref().map_or("none", |side| word(*side));
                served.one_of(&labels, "side", &["primary", "secondary", "none"], side);
            }
            let with = |label, value| [&labels[..], &[(label, value)]].concat();
            requests.count(&with("result", "served"), client.requests - client.failed);
            requests.count(&with("result", "failed"), client.failed);
        }
    }
    [served, requests]
}

fn word(side: Side) -> &'static str {
    Observed::from(side).word()
}

fn phase_word(phase: Phase) -> &'static str {
    match phase {
        Phase::Switched => "switched",
        Phase::Published => "published",
        Phase::FirstResolver => "first_resolver",
        Phase::Cached => "cached",
        Phase::Client => "client",
    }
}

fn answer_word(cell: Cell) -> &'static str {
    match cell {
        Cell::Side(side) => word(side),
        Cell::Nothing => "nothing",
        Cell::Other => "other",
        Cell::Silent | Cell::Unseen => "silent",
    }
}

/// Seconds since 1970, as Prometheus counts time.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of this age are far below 2^53")]
fn timestamp(state: &State, at: Duration) -> f64 {
    state.date(at).as_millisecond() as f64 / 1_000.0
}
