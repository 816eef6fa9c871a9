//! What does CloudWatch remember, and how much of it can be seen already?
//!
//! A stream of points for each region, metric and unit. What sources measured comes minute by minute and
//! is mostly the same as the minute before, so equal minutes are kept as one [`Run`]; what callers put in
//! is kept point by point. A point can be seen when it was known at the horizon, a moment in the past:
//! "data takes minutes to appear".
//!
//! Pure state: the caller brings the time. Moments of measurement are seconds since 1970, moments of
//! knowledge are the lab's monotonic time.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use super::metric::{Datum, Metric, Statistics};

/// "Data points with a period of 60 seconds (1-minute) are available for 15 days" (CloudWatch API
/// reference, `GetMetricStatistics`). AWS keeps sums of five minutes and of hours for longer; the lab
/// forgets.
const KEPT_SECONDS: i64 = 15 * 24 * 3_600;
const MINUTE: i64 = 60;

/// All metrics of the account.
#[derive(Debug, Default)]
pub(crate) struct Archive {
    /// By region, metric and unit.
    streams: BTreeMap<String, BTreeMap<Metric, BTreeMap<String, Stream>>>,
}

#[derive(Debug, Default)]
struct Stream {
    measured: VecDeque<Run>,
    put: BTreeMap<i64, Vec<(Duration, Statistics)>>,
}

/// Minutes in a row that were all the same.
#[derive(Debug)]
struct Run {
    first: i64,
    last: i64,
    /// When the first of them was known; each other a minute after the one before.
    known: Duration,
    statistics: Statistics,
}

/// What was measured at one moment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Point {
    /// Seconds since 1970.
    pub(crate) at: i64,
    /// Its unit.
    pub(crate) unit: String,
    /// What was measured.
    pub(crate) statistics: Statistics,
}

impl Archive {
    /// Takes what sources measured in the minute that began `at` and is known since its end.
    pub(crate) fn record(&mut self, at: i64, known: Duration, data: Vec<Datum>) {
        for datum in data {
            let stream = self.stream(datum.region.as_str(), datum.metric, datum.unit);
            stream.append(at, known, datum.statistics);
            stream.forget(at - KEPT_SECONDS);
        }
    }

    /// Takes a point from a caller.
    pub(crate) fn put(&mut self, region: &str, metric: Metric, known: Duration, point: &Point) {
        let stream = self.stream(region, metric, &point.unit);
        stream.put.entry(point.at).or_default().push((known, point.statistics));
        let newest = stream.put.last_key_value().map_or(point.at, |(at, _)| *at);
        stream.forget(newest - KEPT_SECONDS);
    }

    /// The metrics of a region of which something could be seen at `horizon` that was measured at
    /// `oldest` or later, in order.
    pub(crate) fn metrics(
        &self,
        region: &str,
        horizon: Duration,
        oldest: i64,
    ) -> impl Iterator<Item = &Metric> {
        let metrics = self.streams.get(region).into_iter().flatten();
        let seen = move |stream: &Stream| stream.points(oldest, i64::MAX, horizon).next().is_some();
        metrics.filter(move |(_, units)| units.values().any(seen)).map(|(metric, _)| metric)
    }

    /// The points of a metric from `from` until before `to` that could be seen at `horizon`, in order,
    /// of one unit or of all.
    pub(crate) fn points(
        &self,
        region: &str,
        metric: &Metric,
        unit: Option<&str>,
        (from, to): (i64, i64),
        horizon: Duration,
    ) -> Vec<Point> {
        let units = self.streams.get(region).and_then(|metrics| metrics.get(metric)).into_iter().flatten();
        let units = units.filter(|(name, _)| unit.is_none_or(|unit| unit == *name));
        let points = units.flat_map(|(unit, stream)| {
            let point = |(at, statistics)| Point { at, unit: unit.clone(), statistics };
            stream.points(from, to, horizon).map(point)
        });
        let mut points: Vec<Point> = points.collect();
        points.sort_by_key(|point| point.at);
        points
    }

    fn stream(&mut self, region: &str, metric: Metric, unit: &str) -> &mut Stream {
        let metrics = self.streams.entry(region.to_owned()).or_default();
        metrics.entry(metric).or_default().entry(unit.to_owned()).or_default()
    }
}

impl Stream {
    fn append(&mut self, at: i64, known: Duration, statistics: Statistics) {
        match self.measured.back_mut() {
            Some(run) if run.last + MINUTE == at && run.statistics == statistics => run.last = at,
            _ => self.measured.push_back(Run { first: at, last: at, known, statistics }),
        }
    }

    fn forget(&mut self, before: i64) {
        while self.measured.front().is_some_and(|run| run.last < before) {
            self.measured.pop_front();
        }
        self.put = self.put.split_off(&before);
    }

    fn points(&self, from: i64, to: i64, horizon: Duration) -> impl Iterator<Item = (i64, Statistics)> + '_ {
        // The runs are in order, so those that ended before `from` need no look.
        let begin = self.measured.partition_point(|run| run.last < from);
        let runs = self.measured.range(begin..).take_while(move |run| run.first < to);
        let measured = runs.flat_map(move |run| run.points(from, to, horizon));
        let put = self.put.range(from.min(to)..to).flat_map(move |(at, points)| {
            points.iter().filter(move |(known, _)| *known <= horizon).map(|(_, found)| (*at, *found))
        });
        measured.chain(put)
    }
}

impl Run {
    /// Those of its minutes that can be seen.
    fn points(&self, from: i64, to: i64, horizon: Duration) -> impl Iterator<Item = (i64, Statistics)> {
        let known = horizon.checked_sub(self.known).map_or(-1, |ago| (ago.as_secs() / 60).cast_signed());
        let last = self.last.min(self.first.saturating_add(known.saturating_mul(MINUTE)));
        let skipped = (from.saturating_sub(self.first).max(0) + MINUTE - 1) / MINUTE;
        let minutes = (skipped..).map(|n| self.first.saturating_add(n.saturating_mul(MINUTE)));
        let statistics = self.statistics;
        minutes.take_while(move |at| *at <= last && *at < to).map(move |at| (at, statistics))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seconds(number: u64) -> Duration {
        Duration::from_secs(number)
    }

    fn metric() -> Metric {
        Metric::new("AWS/Route53", "HealthCheckStatus", &[("HealthCheckId", "c")])
    }

    fn datum(value: f64) -> Datum {
        Datum::once(&"us-east-1".parse().expect("a region"), metric(), "None", value)
    }

    #[test]
    fn a_point_is_seen_when_it_was_known_at_the_horizon() {
        let mut archive = Archive::default();
        for minute in 0..5_u32 {
            let known = seconds(60 * (u64::from(minute) + 1));
            archive.record(600 + 60 * i64::from(minute), known, vec![datum(1.0)]);
        }
        let seen = |horizon| {
            let points = archive.points("us-east-1", &metric(), None, (0, 10_000), seconds(horizon));
            points.into_iter().map(|point| point.at).collect::<Vec<_>>()
        };
        assert_eq!(seen(59), Vec::<i64>::new());
        assert_eq!(seen(60), [600]);
        assert_eq!(seen(299), [600, 660, 720, 780]);
        assert_eq!(seen(10_000), [600, 660, 720, 780, 840]);
        assert_eq!(archive.metrics("us-east-1", seconds(59), 0).count(), 0);
        assert_eq!(archive.metrics("us-east-1", seconds(60), 0).collect::<Vec<_>>(), [&metric()]);
        assert_eq!(archive.metrics("eu-west-1", seconds(60), 0).count(), 0);
        assert_eq!(archive.metrics("us-east-1", seconds(600), 900).count(), 0);
    }

    proptest! {
        /// Runs are an economy, and nothing else: what is asked for is what a list would give.
        #[test]
        fn runs_answer_as_a_list_would(
            values in proptest::collection::vec(proptest::option::weighted(0.8, 0_u8..2), 1..40),
            from in -100_i64..3_000, length in 0_i64..3_000, horizon in 0_u64..3_000,
        ) {
            let (mut archive, mut list) = (Archive::default(), Vec::new());
            for (minute, value) in (0_u32..).zip(values) {
                let (at, known) = (60 * i64::from(minute), seconds(60 * u64::from(minute) + 60));
                if let Some(value) = value {
                    archive.record(at, known, vec![datum(value.into())]);
                    list.push((at, known, f64::from(value)));
                }
            }
            let to = from + length;
            let expected = list.into_iter().filter(|(at, known, _)| (from..to).contains(at) && *known <= seconds(horizon));
            let expected: Vec<_> = expected.map(|(at, _, value)| (at, value)).collect();
            let found = archive.points("us-east-1", &metric(), Some("None"), (from, to), seconds(horizon));
            let found: Vec<_> = found.into_iter().map(|point| (point.at, point.statistics.sum)).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
