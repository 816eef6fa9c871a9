//! Several drills in a row: percentiles over all of them, and the slowest one's document.

use super::{DrillDocument, Percentiles, Repetitions, RunLine};
use crate::timeline::{Ranks, percentiles};

impl DrillDocument {
    /// The document of several runs: the slowest one's, one that never recovered before all others, with what all came
    /// to. Of a single run, its own; of none, nothing.
    pub fn of_runs(runs: Vec<Self>) -> Option<Self> {
        let repetitions = (runs.len() > 1).then(|| Repetitions::of(&runs));
        let time = |run: &Self| (!run.ok, run.recovery_seconds.unwrap_or(f64::INFINITY));
        let slower = |a: &Self, b: &Self| {
            let ((a_failed, a), (b_failed, b)) = (time(a), time(b));
            a_failed.cmp(&b_failed).then(a.total_cmp(&b))
        };
        let slowest = runs.into_iter().max_by(slower)?;
        Some(Self { repetitions, ..slowest })
    }

    /// One line of it.
    pub fn line(&self) -> RunLine {
        RunLine {
            id: self.id.clone(),
            began: self.began.clone(),
            fault: self.fault.clone(),
            recovery_seconds: self.recovery_seconds,
            failback_seconds: self.failback_seconds,
            data_loss_seconds: self.data_loss.not_measured.is_none().then_some(self.data_loss.seconds),
            ok: self.ok,
        }
    }

    /// Whether it was good, and with it every other one of its row.
    pub fn all_ok(&self) -> bool {
        self.ok && self.repetitions.as_ref().is_none_or(|all| all.ok == all.count)
    }
}

impl Repetitions {
    fn of(runs: &[DrillDocument]) -> Self {
        let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let lines: Vec<RunLine> = runs.iter().map(DrillDocument::line).collect();
        let of = |value: fn(&RunLine) -> Option<f64>| percentiles(lines.iter().filter_map(value)).map(ranks);
        Self {
            count: count(runs.len()),
            ok: count(runs.iter().filter(|run| run.ok).count()),
            recovery: of(|line| line.recovery_seconds),
            failback: of(|line| line.failback_seconds),
            data_loss: of(|line| line.data_loss_seconds),
            runs: lines,
        }
    }
}

fn ranks(Ranks { min, p50, p90, p99, max }: Ranks) -> Percentiles {
    Percentiles { min, p50, p90, p99, max }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(recovery_seconds: Option<f64>) -> DrillDocument {
        let ok = recovery_seconds.is_some();
        DrillDocument { recovery_seconds, ok, ..DrillDocument::default() }
    }

    #[test]
    fn the_slowest_stands_for_all_and_one_that_never_recovered_before_it() {
        let of = |runs: &[Option<f64>]| DrillDocument::of_runs(runs.iter().copied().map(run).collect());
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[Some(3.0)]), Some(run(Some(3.0))), "one is no row");
        let three = of(&[Some(30.0), Some(50.0), Some(40.0)]).expect("there are some");
        assert_eq!((three.recovery_seconds, three.all_ok()), (Some(50.0), true));
        let recovery = three.repetitions.and_then(|all| all.recovery).expect("all recovered");
        assert_eq!((recovery.min, recovery.p50, recovery.p90), (30.0, 40.0, 50.0));
        let lost = of(&[Some(30.0), None, Some(40.0)]).expect("there are some");
        assert_eq!((lost.recovery_seconds, lost.all_ok()), (None, false));
        let all = lost.repetitions.expect("three");
        assert_eq!((all.count, all.ok, all.recovery.map(|recovery| recovery.max)), (3, 2, Some(40.0)));
    }
}
