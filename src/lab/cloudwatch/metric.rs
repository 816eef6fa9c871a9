//! What is a metric, and who measures it?
//!
//! A metric is a namespace, a name and dimensions (CloudWatch User Guide, `cloudwatch_concepts`), in one
//! region. Other rooms measure: each is a [`MetricSource`], asked once a minute of the lab for what it
//! measured in that minute. What it answers is kept here, so a source needs no history beyond the minute:
//! a number that can be read at any moment is [`Datum::once`], and one that must not miss what happened
//! between two readings is a [`Gauge`].
//!
//! This file uses nothing of the other rooms, so every room may use it.

use std::{collections::VecDeque, time::Duration};

use serde::{Deserialize, Serialize};

use crate::model::Region;

/// A gauge remembers this much of its past: the minute that is asked for, and some time for the asking.
const GAUGE_MEMORY: Duration = Duration::from_mins(3);

/// Measures something, once a minute.
pub(crate) trait MetricSource: Send + Sync + 'static {
    /// What was measured from `start` until before `end`, by [`crate::clock::Clock::elapsed`]: a minute of
    /// the lab, or what there was of it when the lab started. Asked in order, soon after `end`.
    fn measured(&self, start: Duration, end: Duration) -> Vec<Datum>;
}

/// Name of a metric within a region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Metric {
    /// `AWS/Route53`, `AWS/S3`, or whatever a caller chose for its own.
    pub(crate) namespace: String,
    /// `HealthCheckStatus`, say.
    pub(crate) name: String,
    /// Name and value, in the order of the names; other dimensions are another metric.
    pub(crate) dimensions: Vec<(String, String)>,
}

/// What one source measured of one metric in one minute.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Datum {
    /// The region whose CloudWatch has it.
    pub(crate) region: Region,
    /// The metric.
    pub(crate) metric: Metric,
    /// A `StandardUnit` of the API: `None`, `Count`, `Percent`, `Seconds`, `Bytes`, ….
    pub(crate) unit: &'static str,
    /// What was measured.
    pub(crate) statistics: Statistics,
}

/// What CloudWatch keeps of many measurements (its model's `StatisticSet`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Statistics {
    /// How many there were.
    pub(crate) count: f64,
    /// Their sum.
    pub(crate) sum: f64,
    /// The least.
    pub(crate) minimum: f64,
    /// The greatest.
    pub(crate) maximum: f64,
}

impl Metric {
    /// A metric; the dimensions in any order.
    pub(crate) fn new(namespace: &str, name: &str, dimensions: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let mut dimensions: Vec<_> = dimensions.iter().map(owned).collect();
        dimensions.sort();
        Self { namespace: namespace.to_owned(), name: name.to_owned(), dimensions }
    }
}

impl Datum {
    /// A number that was read once in the minute.
    pub(crate) fn once(region: &Region, metric: Metric, unit: &'static str, value: f64) -> Self {
        Self { region: region.clone(), metric, unit, statistics: Statistics::once(value) }
    }
}

impl Statistics {
    /// One measurement.
    pub(crate) fn once(value: f64) -> Self {
        Self { count: 1.0, sum: value, minimum: value, maximum: value }
    }

    /// Both together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            sum: self.sum + other.sum,
            minimum: self.minimum.min(other.minimum),
            maximum: self.maximum.max(other.maximum),
        }
    }
}

/// A number that holds until it changes, or is absent. It counts as measured once a second, and a value
/// that held for less counts for its share, so that a minimum misses nothing (modelled: how often AWS
/// measures is not documented).
#[derive(Clone, Debug, Default)]
pub(crate) struct Gauge(VecDeque<(Duration, Option<f64>)>);

impl Gauge {
    /// The number from `now` on; nothing while there is none.
    pub(crate) fn set(&mut self, now: Duration, value: Option<f64>) {
        if self.0.back().is_some_and(|(_, last)| *last == value) {
            return;
        }
        self.0.push_back((now, value));
        // The last change before the memory begins says what held when it began.
        while self.0.get(1).is_some_and(|(at, _)| *at + GAUGE_MEMORY <= now) {
            self.0.pop_front();
        }
    }

    /// What it was from `start` until before `end`; nothing when there was none at any time of it.
    pub(crate) fn measured(&self, start: Duration, end: Duration) -> Option<Statistics> {
        let ends = self.0.iter().skip(1).map(|(at, _)| *at).chain([Duration::MAX]);
        let held = self.0.iter().zip(ends).filter_map(|((from, value), until)| {
            let time = until.min(end).checked_sub((*from).max(start)).filter(|time| !time.is_zero())?;
            let (seconds, value) = (time.as_secs_f64(), (*value)?);
            Some(Statistics { count: seconds, sum: seconds * value, minimum: value, maximum: value })
        });
        held.reduce(Statistics::and)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seconds(number: u64) -> Duration {
        Duration::from_secs(number)
    }

    #[test]
    fn a_gauge_tells_what_held_in_a_minute_and_misses_no_moment() {
        let mut gauge = Gauge::default();
        assert_eq!(gauge.measured(seconds(0), seconds(60)), None);
        gauge.set(seconds(30), Some(1.0));
        gauge.set(seconds(60), Some(0.0));
        gauge.set(seconds(61), Some(1.0));
        let measured = |minute: u64| gauge.measured(seconds(60 * minute), seconds(60 * (minute + 1)));
        let of = |count, sum, minimum| Some(Statistics { count, sum, minimum, maximum: 1.0 });
        assert_eq!(measured(0), of(30.0, 30.0, 1.0));
        assert_eq!(measured(1), of(60.0, 59.0, 0.0));
        assert_eq!(measured(2), of(60.0, 60.0, 1.0));
    }

    #[test]
    fn a_gauge_without_a_number_has_no_data() {
        let mut gauge = Gauge::default();
        gauge.set(seconds(0), Some(1.0));
        gauge.set(seconds(60), None);
        assert_eq!(gauge.measured(seconds(60), seconds(120)), None);
    }

    proptest! {
        /// What is forgotten is never what is asked for: the minute that ended last.
        #[test]
        fn a_gauge_remembers_the_last_minute(
            changes in proptest::collection::vec((0_u64..30, proptest::option::of(0_u8..3)), 1..200)
        ) {
            let (mut gauge, mut all, mut now) = (Gauge::default(), Vec::new(), 0);
            for (pause, value) in changes {
                now += pause;
                let value = value.map(f64::from);
                gauge.set(seconds(now), value);
                all.push((now, value));
            }
            let minute = (now / 60).saturating_sub(1) * 60;
            let held = |second: u64| all.iter().rev().find(|(at, _)| *at <= second).and_then(|(_, v)| *v);
            let values: Vec<f64> = (minute..minute + 60).filter_map(held).collect();
            let found = gauge.measured(seconds(minute), seconds(minute + 60));
            prop_assert_eq!(found.is_some(), !values.is_empty());
            if let Some(found) = found {
                let expected = values.into_iter().map(Statistics::once).reduce(Statistics::and).expect("some");
                let differ = |a: f64, b: f64| (a - b).abs() > 1e-6;
                prop_assert!(!differ(found.sum, expected.sum) && !differ(found.count, expected.count));
                prop_assert!(!differ(found.minimum, expected.minimum) && !differ(found.maximum, expected.maximum));
            }
        }
    }
}
