//! `PutMetricData`: metrics of the caller's own.

use serde::Deserialize;

use super::{
    super::{
        archive::Point,
        errors::{ApiError, Code},
        metric::{Metric, Statistics},
        protocol::{Date, Real, Whole},
        service::CloudWatch,
    },
    input::{self, Dimension},
};

/// "Each request is also limited to no more than 1000 different metrics" (API reference).
const MOST_METRICS: usize = 1_000;
/// "`Values`: up to 150 values" (API reference, `MetricDatum`).
const MOST_VALUES: usize = 150;
/// "The time stamp … up to two weeks before the current date, and up to 2 hours beyond the current day"
/// (API reference, `PutMetricData`, in our words).
const PAST_SECONDS: i64 = 14 * 24 * 3_600;
const FUTURE_SECONDS: i64 = 2 * 3_600;
/// "Values must be in the range of -2^360 to 2^360" (API reference, `MetricDatum`).
const LARGEST: f64 = 2.348_542_582_773_833_2e108;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Input {
    namespace: Option<String>,
    #[serde(default)]
    metric_data: Vec<Datum>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Datum {
    metric_name: Option<String>,
    #[serde(default)]
    dimensions: Vec<Dimension>,
    timestamp: Option<Date>,
    value: Option<Real>,
    statistic_values: Option<StatisticSet>,
    values: Option<Vec<Real>>,
    counts: Option<Vec<Real>>,
    unit: Option<String>,
    storage_resolution: Option<Whole>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StatisticSet {
    sample_count: Option<Real>,
    sum: Option<Real>,
    minimum: Option<Real>,
    maximum: Option<Real>,
}

/// Takes all of it, or nothing.
pub(super) fn put(service: &CloudWatch, region: &str, input: &Input) -> Result<(), ApiError> {
    let namespace = input.namespace.as_ref().ok_or_else(|| ApiError::missing("Namespace"))?;
    // "You cannot specify a namespace that begins with AWS/" (API reference).
    if namespace.starts_with("AWS/") {
        return Err(ApiError::value("The value AWS/ for parameter Namespace is invalid."));
    }
    if input.metric_data.is_empty() {
        return Err(ApiError::missing("MetricData"));
    }
    if input.metric_data.len() > MOST_METRICS {
        let message = format!("The collection MetricData must not have a size greater than {MOST_METRICS}.");
        return Err(ApiError::value(message));
    }
    let now = service.clock.now().as_second();
    let points = input.metric_data.iter().map(|datum| datum.read(namespace, now));
    let points: Vec<(Metric, Point)> = points.collect::<Result<_, _>>()?;
    let known = service.clock.elapsed();
    let mut archive = service.archive();
    for (metric, point) in points {
        archive.put(region, metric, known, &point);
    }
    Ok(())
}

impl Datum {
    fn read(&self, namespace: &String, now: i64) -> Result<(Metric, Point), ApiError> {
        let metric = input::metric(Some(namespace), self.metric_name.as_ref(), &self.dimensions)?;
        let at = self.timestamp.map_or(now, |Date(date)| date.as_second());
        if !(now - PAST_SECONDS..=now + FUTURE_SECONDS).contains(&at) {
            let message = "The parameter MetricData.Timestamp must be at most two weeks in the past and two hours in the future.";
            return Err(ApiError::value(message));
        }
        // "Valid values are 1 and 60" (API reference, `MetricDatum`); regular resolution is a minute.
        let at = match self.storage_resolution.map_or(60, |Whole(seconds)| seconds) {
            1 => at,
            60 => at.div_euclid(60) * 60,
            _ => return Err(ApiError::value("The parameter StorageResolution must be 1 or 60.")),
        };
        let unit = input::unit(self.unit.as_ref())?.unwrap_or("None").to_owned();
        let statistics = self.statistics()?;
        let numbers = [statistics.sum, statistics.minimum, statistics.maximum];
        if numbers.iter().any(|number| number.abs() > LARGEST) {
            return Err(ApiError::value("The parameter MetricData.Value must be from -2^360 to 2^360."));
        }
        Ok((metric, Point { at, unit, statistics }))
    }

    fn statistics(&self) -> Result<Statistics, ApiError> {
        match (self.value, &self.statistic_values, &self.values) {
            (Some(Real(value)), None, None) => Ok(Statistics::once(value)),
            (None, Some(set), None) => set.read(),
            (None, None, Some(values)) => self.many(values),
            (None, None, None) => Err(ApiError::new(
                Code::MissingParameter,
                "At least one of the parameters Value, Values and StatisticValues must be specified.",
            )),
            _ => Err(ApiError::new(
                Code::InvalidParameterCombination,
                "The parameters MetricData.Value, Values and StatisticValues are mutually exclusive and you have specified more than one.",
            )),
        }
    }

    fn many(&self, values: &[Real]) -> Result<Statistics, ApiError> {
        let counts = self.counts.clone().unwrap_or_else(|| vec![Real(1.0); values.len()]);
        if values.is_empty() || values.len() > MOST_VALUES || counts.len() != values.len() {
            let message = format!("Values has 1 to {MOST_VALUES} numbers, and Counts has as many.");
            return Err(ApiError::value(message));
        }
        let sets = values.iter().zip(&counts).map(|(Real(value), Real(count))| Statistics {
            count: *count,
            sum: value * count,
            minimum: *value,
            maximum: *value,
        });
        sets.reduce(Statistics::and).ok_or_else(|| ApiError::missing("MetricData.Values"))
    }
}

impl StatisticSet {
    fn read(&self) -> Result<Statistics, ApiError> {
        let number = |name: &str, number: Option<Real>| {
            number
                .map(|Real(number)| number)
                .ok_or_else(|| ApiError::missing(&format!("MetricData.StatisticValues.{name}")))
        };
        Ok(Statistics {
            count: number("SampleCount", self.sample_count)?,
            sum: number("Sum", self.sum)?,
            minimum: number("Minimum", self.minimum)?,
            maximum: number("Maximum", self.maximum)?,
        })
    }
}
