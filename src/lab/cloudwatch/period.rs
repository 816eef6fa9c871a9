//! How do points become one figure for each period?

use std::{collections::BTreeMap, str::FromStr};

use super::{archive::Point, errors::ApiError, metric::Statistics};

/// A statistic that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Stat {
    SampleCount,
    Average,
    Sum,
    Minimum,
    Maximum,
    /// A percentile, of which only the trivial can be known: see [`Stat::of`].
    Percentile,
}

impl FromStr for Stat {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "SampleCount" => Ok(Self::SampleCount),
            "Average" => Ok(Self::Average),
            "Sum" => Ok(Self::Sum),
            "Minimum" => Ok(Self::Minimum),
            "Maximum" => Ok(Self::Maximum),
            other => {
                let percent: f64 = other.strip_prefix('p').and_then(|p| p.parse().ok()).ok_or(())?;
                (0.0..=100.0).contains(&percent).then_some(Self::Percentile).ok_or(())
            }
        }
    }
}

impl Stat {
    /// The figure. "If you monitor a percentile by statistic sets, you can only retrieve it when the
    /// sample count is 1, or the minimum and the maximum are equal" (CloudWatch User Guide,
    /// `cloudwatch_concepts`, Percentiles; in our words).
    pub(super) fn of(self, statistics: &Statistics) -> Option<f64> {
        match self {
            Self::SampleCount => Some(statistics.count),
            // A sum of many parts is a little off in its last bits, and no average lies beyond what it is of.
            Self::Average => (statistics.count > 0.0)
                .then(|| (statistics.sum / statistics.count).max(statistics.minimum).min(statistics.maximum)),
            Self::Sum => Some(statistics.sum),
            Self::Minimum => Some(statistics.minimum),
            Self::Maximum => Some(statistics.maximum),
            Self::Percentile => {
                let same = statistics.minimum.total_cmp(&statistics.maximum).is_eq();
                same.then_some(statistics.minimum)
            }
        }
    }
}

/// A period in seconds: "1, 5, 10, 20, 30, 60, or any multiple of 60" (CloudWatch API reference).
pub(super) fn period(seconds: i64) -> Result<i64, ApiError> {
    if matches!(seconds, 1 | 5 | 10 | 20 | 30) || (seconds > 0 && seconds % 60 == 0) {
        Ok(seconds)
    } else {
        Err(ApiError::value("The parameter Period must be 1, 5, 10, 20, 30, or a multiple of 60."))
    }
}

/// The figures of each period, by its beginning; periods are counted from `origin`.
pub(super) fn by_period(points: &[Point], origin: i64, period: i64) -> BTreeMap<i64, Statistics> {
    let mut periods: BTreeMap<i64, Statistics> = BTreeMap::new();
    for point in points {
        let begin = origin + (point.at - origin).div_euclid(period) * period;
        let found = periods.entry(begin);
        found.and_modify(|sum| *sum = sum.and(point.statistics)).or_insert(point.statistics);
    }
    periods
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_1_5_10_20_30_and_whole_minutes() {
        for good in [1, 5, 10, 20, 30, 60, 120, 86_400] {
            assert_eq!(period(good), Ok(good));
        }
        for bad in [-60, 0, 2, 59, 61, 90] {
            assert!(period(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn points_add_up_within_their_period() {
        let point = |at, value| Point { at, unit: "None".to_owned(), statistics: Statistics::once(value) };
        let points = [point(60, 1.0), point(120, 0.0), point(180, 1.0)];
        let found = by_period(&points, 0, 120);
        assert_eq!(found.keys().copied().collect::<Vec<_>>(), [0, 120]);
        let figures = ["SampleCount", "Average", "Sum", "Minimum", "Maximum", "p50"];
        let figures = figures.map(|name| name.parse::<Stat>().expect("a statistic").of(&found[&120]));
        assert_eq!(figures, [Some(2.0), Some(0.5), Some(1.0), Some(0.0), Some(1.0), None]);
        assert_eq!(by_period(&points, 60, 120).keys().copied().collect::<Vec<_>>(), [60, 180]);
        assert!("p101".parse::<Stat>().is_err() && "average".parse::<Stat>().is_err());
    }
}
