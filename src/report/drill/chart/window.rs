//! Which part of a drill does a picture show? The whole, and close up each of the two ways: a drill that holds
//! for half an hour would leave its first minute a few dots wide.

use crate::report::drill::DrillDocument;

/// Before the change, so that the reader sees what it was like.
const BEFORE: f64 = 8.0;

/// One way of a drill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report::drill) enum Leg {
    Failover,
    Failback,
}

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::report::drill) struct Window {
    pub(in crate::report::drill) from: f64,
    pub(in crate::report::drill) to: f64,
}

/// From the first thing that is known to the last.
pub(in crate::report::drill) fn whole(document: &DrillDocument) -> Window {
    let spans = document.lanes.iter().flat_map(|lane| &lane.spans).flat_map(|span| [span.from, span.to]);
    let traffic = document.traffic.iter().flat_map(|second| [second.at, second.at + 1.0]);
    let events = document.timeline.iter().map(|entry| entry.at);
    let ends = [
        document.recovery_seconds,
        document.restored_at,
        document.restored_at.zip(document.failback_seconds).map(|(at, took)| at + took),
    ];
    let moments = spans.chain(traffic).chain(events).chain(ends.into_iter().flatten());
    let (from, to) = moments
        .filter(|at| at.is_finite())
        .fold((0.0_f64, 1.0_f64), |(from, to), at| (from.min(at), to.max(at)));
    Window { from, to }
}

/// One way close up: a little before its change, and a little after it was done.
pub(in crate::report::drill) fn close(document: &DrillDocument, leg: Leg) -> Option<Window> {
    let whole = whole(document);
    let (change, took, phases, until) = match leg {
        Leg::Failover => {
            (0.0, document.recovery_seconds, &document.phases, document.restored_at.unwrap_or(whole.to))
        }
        Leg::Failback => {
            (document.restored_at?, document.failback_seconds, &document.failback_phases, whole.to)
        }
    };
    let switched = match leg {
        Leg::Failover => document.authoritative_seconds,
        Leg::Failback => None,
    };
    let known: f64 = phases.values().flatten().sum();
    let took = took.map(|took| took.max(known).max(switched.unwrap_or(0.0)));
    let after = took.map_or(until, |took| (change + took * 1.15 + 4.0).min(whole.to.max(change + took)));
    let window = Window { from: (change - BEFORE.min(after - change)).max(whole.from), to: after };
    (window.to > window.from).then_some(window)
}
