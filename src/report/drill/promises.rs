//! Which promises does a failover make, and which did it keep in this drill?
//!
//! 1. It recovers; within the target, if there is one.
//! 2. What the drill broke is mended, and the primary answers again.
//! 3. The secondary has what was written.
//! 4. Every name server and every resolver switches, and switches back.
//! 5. Nothing else went wrong.
//!
//! A drill that failed breaks at least one of them, and one that is good none: what did not go as it should
//! without making the drill a failure (a resolver that nobody needs) is a remark.

use std::fmt::Write as _;

use super::{
    DrillDocument, Lane,
    words::{self, Outcome},
};

/// A promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Promise {
    /// A stable name: `recovered`, `resolver:127.0.0.1:53`.
    pub(super) id: String,
    /// What became of it.
    pub(super) kept: Kept,
    /// By which figures.
    pub(super) text: String,
}

/// What became of a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    Yes,
    No,
    /// Nobody asked for it, it could not be known, or it decides nothing.
    Remark,
}

/// All promises of a drill, in the order of what they matter.
pub(super) fn promises(document: &DrillDocument) -> Vec<Promise> {
    let mut all = vec![recovered(document), within_target(document), restored(document), failback(document)];
    all.push(data_loss(document));
    let lanes =
        document.lanes.iter().filter(|lane| matches!(lane.role.as_str(), "authoritative" | "resolver"));
    all.extend(lanes.map(|lane| switched(document, lane)));
    let broken = all.iter().any(|promise| promise.kept == Kept::No);
    all.push(completed(document, broken));
    if document.ok {
        for promise in &mut all {
            if promise.kept == Kept::No {
                promise.kept = Kept::Remark;
            }
        }
    }
    all
}

fn promise(id: &str, kept: Kept, text: String) -> Promise {
    Promise { id: id.to_owned(), kept, text }
}

fn yes_or_no(yes: bool) -> Kept {
    if yes { Kept::Yes } else { Kept::No }
}

fn recovered(document: &DrillDocument) -> Promise {
    let text = match document.recovery_seconds {
        Some(took) => format!("first bytes from the secondary {} after the fault", words::seconds(took)),
        None => "no client got bytes from the secondary before the drill ended".to_owned(),
    };
    promise("recovered", yes_or_no(document.recovery_seconds.is_some()), text)
}

fn within_target(document: &DrillDocument) -> Promise {
    let (kept, text) = match (document.recovery_seconds, document.target_seconds) {
        (_, None) => (Kept::Remark, "no target was set".to_owned()),
        (None, Some(target)) => (Kept::No, format!("not within {}", words::target(target))),
        (Some(took), Some(target)) => (
            yes_or_no(took <= target),
            format!("{}, and the target is {}", words::seconds(took), words::target(target)),
        ),
    };
    promise("within-target", kept, text)
}

fn restored(document: &DrillDocument) -> Promise {
    let left: Vec<&str> = document
        .actions
        .iter()
        .filter(|action| action.undone_at.is_none())
        .map(|action| action.what.as_str())
        .collect();
    let text = match (document.restored, left.is_empty()) {
        (true, _) => "everything that was broken is mended".to_owned(),
        (false, true) => "it is not certain that everything that was broken is mended".to_owned(),
        (false, false) => format!("still broken: {}", left.join("; ")),
    };
    promise("restored", yes_or_no(document.restored), text)
}

fn failback(document: &DrillDocument) -> Promise {
    let text = match document.failback_seconds {
        Some(took) => format!("first bytes from the primary {} after it was mended", words::seconds(took)),
        None => "no client got bytes from the primary again before the drill ended".to_owned(),
    };
    promise("failback", yes_or_no(document.failback_seconds.is_some()), text)
}

/// How much may be lost is nobody's promise: replication has none either (without S3 RTC). So a loss is told
/// and fails nothing by itself.
fn data_loss(document: &DrillDocument) -> Promise {
    let loss = &document.data_loss;
    let known = loss.not_measured.is_none() && loss.written > 0;
    let nothing = loss.missing == 0 && loss.missing_after_failback == 0 && loss.conflicts.is_empty();
    let mut text = words::data_loss(document);
    if !loss.conflicts.is_empty() {
        let _ = write!(text, " Written on both sides: {}.", loss.conflicts.len());
    }
    promise("data-loss", if known && nothing { Kept::Yes } else { Kept::Remark }, text)
}

fn switched(document: &DrillDocument, lane: &Lane) -> Promise {
    let mended = document.restored_at.unwrap_or(f64::INFINITY);
    let shown = |what: &str, from: f64, to: f64| {
        lane.spans.iter().find(|span| span.shown == what && span.to > from && span.from < to)
    };
    let there = shown("secondary", 0.0, mended);
    let away = there.map_or(mended, |span| span.from);
    let back = shown("primary", away.max(mended), f64::INFINITY);
    let came_back = document.restored_at.is_none() || back.is_some();
    let text = match (there, came_back) {
        (Some(span), true) => format!("answered the secondary from {} on", words::seconds(span.from)),
        (Some(span), false) => {
            format!(
                "answered the secondary from {} on, and never the primary again",
                words::seconds(span.from)
            )
        }
        (None, _) => "never answered the secondary".to_owned(),
    };
    let id = format!("{}:{}", lane.role, lane.vantage);
    promise(&id, yes_or_no(there.is_some() && came_back), text)
}

fn completed(document: &DrillDocument, broken: bool) -> Promise {
    let interrupted = Outcome::of(document) == Outcome::Interrupted;
    let mut told = document.problems.clone();
    if told.is_empty() && interrupted {
        told.push("the drill was interrupted".to_owned());
    }
    // Something made it a failure, and a reader has to see that it is one.
    if told.is_empty() && !document.ok && !broken {
        told.push(words::sentence(document));
    }
    let text = if told.is_empty() { "the drill came to its end".to_owned() } else { told.join("\n") };
    promise("completed", yes_or_no(told.is_empty()), text)
}
