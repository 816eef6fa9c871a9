//! Several drills in a row: one line each, and percentiles over all.

use crate::report::drill::{DrillDocument, Percentiles, Repetitions, RunLine};

/// The document of several: the slowest one's, with what all came to. One that never recovered is slower than any.
pub(super) fn fold(documents: Vec<DrillDocument>) -> Option<DrillDocument> {
    if documents.len() < 2 {
        return documents.into_iter().next();
    }
    let runs: Vec<RunLine> = documents.iter().map(line).collect();
    let of = |value: fn(&RunLine) -> Option<f64>| percentiles(runs.iter().filter_map(value).collect());
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let repetitions = Repetitions {
        count: count(runs.len()),
        ok: count(runs.iter().filter(|run| run.ok).count()),
        recovery: of(|run| run.recovery_seconds),
        failback: of(|run| run.failback_seconds),
        data_loss: of(|run| run.data_loss_seconds),
        runs,
    };
    let slowness = |document: &DrillDocument| document.recovery_seconds.unwrap_or(f64::INFINITY);
    let slowest = documents.into_iter().max_by(|a, b| slowness(a).total_cmp(&slowness(b)))?;
    Some(DrillDocument { repetitions: Some(repetitions), ..slowest })
}

fn line(document: &DrillDocument) -> RunLine {
    RunLine {
        id: document.id.clone(),
        began: document.began.clone(),
        fault: document.fault.clone(),
        recovery_seconds: document.recovery_seconds,
        failback_seconds: document.failback_seconds,
        data_loss_seconds: document.data_loss.not_measured.is_none().then_some(document.data_loss.seconds),
        ok: document.ok,
    }
}

/// By nearest rank: the value of rank ⌈p/100 × n⌉, so each is one that was measured.
fn percentiles(mut values: Vec<f64>) -> Option<Percentiles> {
    values.sort_by(f64::total_cmp);
    let (min, max) = (*values.first()?, *values.last()?);
    let at = |percent: usize| values[(percent * values.len()).div_ceil(100).max(1) - 1];
    Some(Percentiles { min, p50: at(50), p90: at(90), p99: at(99), max })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_percentile_was_measured() {
        let of = |values: &[f64]| percentiles(values.to_vec()).map(|p| [p.min, p.p50, p.p90, p.p99, p.max]);
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[7.0]), Some([7.0; 5]));
        assert_eq!(of(&[3.0, 1.0, 2.0]), Some([1.0, 2.0, 3.0, 3.0, 3.0]));
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(of(&hundred), Some([1.0, 50.0, 90.0, 99.0, 100.0]));
    }

    #[test]
    fn the_slowest_stands_for_all_and_one_that_never_recovered_is_slowest() {
        let document = |recovery| DrillDocument { recovery_seconds: recovery, ..DrillDocument::default() };
        let folded =
            fold(vec![document(Some(1.0)), document(None), document(Some(3.0))]).expect("a document");
        assert_eq!(folded.recovery_seconds, None);
        let repetitions = folded.repetitions.expect("several");
        assert_eq!((repetitions.count, repetitions.recovery.map(|p| p.max)), (3, Some(3.0)));
        assert_eq!(fold(vec![document(Some(1.0))]).and_then(|one| one.repetitions), None);
    }
}
