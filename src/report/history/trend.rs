//! Do recoveries take as long as they used to?
//!
//! Of the drills of one failover with one fault, in the order in which they were remembered:
//!
//! 1. Median and worst are of all that recovered. The median is by nearest rank: a time that was measured.
//! 2. The last is held against the median of those *before* it. It is worse when it took more than a tenth and
//!    more than a second longer, or did not recover: a tenth, because drills of the same settings differ by the
//!    moment at which the fault falls between two looks of a checker; a second, because nothing is measured finer
//!    than the looks of most vantage points.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    journal::{Deed, Line},
    model::Fqdn,
};

/// How much longer than the median the last may take: this part of it, and these seconds.
const MARGIN: (f64, f64) = (0.1, 1.0);

/// The drills of one failover with one fault.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trend {
    /// The failover.
    pub name: Fqdn,
    /// What was done to its primary.
    pub fault: String,
    /// How many drills there were.
    pub drills: usize,
    /// How many of them recovered.
    pub recovered: usize,
    /// Seconds; nothing where none recovered.
    pub median_seconds: Option<f64>,
    /// Seconds.
    pub worst_seconds: Option<f64>,
    /// Of the last drill; nothing when it did not recover.
    pub last_seconds: Option<f64>,
    /// Whether the last is worse than those before it; nothing where none of those recovered.
    pub last_is_worse: Option<bool>,
    /// All of them, the oldest first.
    pub recovery_seconds: Vec<Option<f64>>,
}

/// The recovery times of a failover.
type Times = (Fqdn, Vec<Option<f64>>);

/// The trends of all failovers and faults that were drilled more than once, by name and fault.
pub fn trends(lines: &[Line]) -> Vec<Trend> {
    let mut drills: BTreeMap<(String, String), Times> = BTreeMap::new();
    for Line { record, figures, .. } in lines.iter().filter(|line| line.record.deed == Deed::Drill) {
        if let (Some(name), Some(fault)) = (&record.failover, &figures.fault) {
            let of_name =
                drills.entry((name.to_string(), fault.clone())).or_insert((name.clone(), Vec::new()));
            of_name.1.push(figures.recovery_seconds);
        }
    }
    let several = drills.into_iter().filter(|(_, (_, times))| times.len() > 1);
    several.map(|((_, fault), (name, times))| trend(name, fault, times)).collect()
}

fn trend(name: Fqdn, fault: String, times: Vec<Option<f64>>) -> Trend {
    let recovered: Vec<f64> = times.iter().copied().flatten().collect();
    let last = times.last().copied().flatten();
    let before: Vec<f64> = times[..times.len() - 1].iter().copied().flatten().collect();
    Trend {
        name,
        fault,
        drills: times.len(),
        recovered: recovered.len(),
        median_seconds: median(&recovered),
        worst_seconds: recovered.iter().copied().reduce(f64::max),
        last_seconds: last,
        last_is_worse: median(&before).map(|median| last.is_none_or(|last| is_worse(last, median))),
        recovery_seconds: times,
    }
}

fn is_worse(last: f64, median: f64) -> bool {
    let (part, seconds) = MARGIN;
    last > median * (1.0 + part) && last > median + seconds
}

/// By nearest rank; of an even number the lower one.
fn median(times: &[f64]) -> Option<f64> {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::journal::{Figures, Record, RunId};

    /// A drill as it is remembered.
    pub(in crate::report::history) fn drill(id: i64, fault: &str, recovery: Option<f64>) -> Line {
        let at = jiff::Timestamp::from_second(1_800_000_000 + id * 86_400).expect("a date");
        let record = Record {
            run: RunId::new(at, 7),
            deed: Deed::Drill,
            failover: Some("data.example.com".parse().expect("a name")),
            at,
            took: std::time::Duration::from_millis(90_500),
            clock: "system".to_owned(),
            spec: Some("5bec".to_owned()),
            plan: None,
            version: "0.1.0".to_owned(),
            ok: recovery.is_some(),
            summary: "drilled, \"as agreed\"".to_owned(),
            document: None,
        };
        let figures = Figures {
            fault: Some(fault.to_owned()),
            recovery_seconds: recovery,
            failback_seconds: None,
            data_loss_seconds: Some(0.0),
        };
        Line { id, record, figures, host: "alpha".to_owned() }
    }

    fn of(times: &[Option<f64>]) -> Trend {
        let lines: Vec<Line> = (1..).zip(times).map(|(id, time)| drill(id, "invert", *time)).collect();
        let [trend] = &trends(&lines)[..] else { panic!("one trend") };
        trend.clone()
    }

    #[test]
    fn the_last_is_held_against_the_median_before_it() {
        let cases: [(&[Option<f64>], Option<bool>); 8] = [
            (&[Some(60.0), Some(60.0)], Some(false)),
            (&[Some(60.0), Some(65.9)], Some(false)),
            (&[Some(60.0), Some(66.1)], Some(true)),
            (&[Some(2.0), Some(2.9)], Some(false)),
            (&[Some(60.0), None], Some(true)),
            (&[None, Some(60.0)], None),
            (&[Some(100.0), Some(60.0), Some(61.0), Some(100.0)], Some(true)),
            (&[Some(100.0), Some(100.0), Some(61.0), Some(100.0)], Some(false)),
        ];
        for (times, worse) in cases {
            assert_eq!(of(times).last_is_worse, worse, "{times:?}");
        }
    }

    #[test]
    fn faults_and_other_deeds_do_not_mix_and_one_drill_is_no_trend() {
        let mut applied = drill(9, "invert", Some(1.0));
        applied.record.deed = Deed::Failover;
        let once = drill(8, "observe", Some(5.0));
        let (first, second) = (drill(1, "invert", Some(60.0)), drill(2, "invert", None));
        let trends = trends(&[first, once, second, applied]);
        let [trend] = &trends[..] else { panic!("{trends:?}") };
        assert_eq!((trend.fault.as_str(), trend.drills, trend.recovered), ("invert", 2, 1));
        assert_eq!((trend.median_seconds, trend.worst_seconds), (Some(60.0), Some(60.0)));
    }

    proptest! {
        /// The median was measured, half of the times are not above it, and half are not below.
        #[test]
        fn the_median_is_in_the_middle(times in prop::collection::vec(0.0_f64..1e6, 1..50)) {
            let median = median(&times).expect("there are times");
            let below = times.iter().filter(|time| **time <= median).count();
            let above = times.iter().filter(|time| **time >= median).count();
            prop_assert!(times.contains(&median));
            prop_assert!(below * 2 >= times.len() && above * 2 >= times.len());
        }
    }
}
