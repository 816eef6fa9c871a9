//! `GetMetricStatistics`: several statistics of one metric.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::{
    super::{
        archive::Point,
        errors::{ApiError, Code},
        metric::Statistics,
        period::{self, Stat},
        protocol::{Date, Value, Whole},
        service::CloudWatch,
    },
    input::{self, Dimension, required},
};

/// "The maximum number of data points returned from a single call is 1,440" (CloudWatch API reference).
const MOST_POINTS: i64 = 1_440;
/// CloudWatch model, `Statistics` and `ExtendedStatistics`.
const MOST_STATISTICS: [usize; 2] = [5, 10];

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Input {
    namespace: Option<String>,
    metric_name: Option<String>,
    #[serde(default)]
    dimensions: Vec<Dimension>,
    start_time: Option<Date>,
    end_time: Option<Date>,
    period: Option<Whole>,
    #[serde(default)]
    statistics: Vec<String>,
    #[serde(default)]
    extended_statistics: Vec<String>,
    unit: Option<String>,
}

/// Answers it.
pub(super) fn get(service: &CloudWatch, region: &str, input: &Input) -> Result<Value, ApiError> {
    let metric = input::metric(input.namespace.as_ref(), input.metric_name.as_ref(), &input.dimensions)?;
    let start = required("StartTime", input.start_time.as_ref())?.0.as_second();
    let end = required("EndTime", input.end_time.as_ref())?.0;
    let period = period::period(required("Period", input.period.as_ref())?.0)?;
    // "Start time less than 15 days ago - Round down to the nearest whole minute" (API reference).
    let start = start.div_euclid(60) * 60;
    let end = end.as_second() + i64::from(end.subsec_nanosecond() > 0);
    if start >= end {
        let message = "The parameter StartTime must be less than the parameter EndTime.";
        return Err(ApiError::new(Code::InvalidParameterCombination, message));
    }
    let asked = (end - start).div_euclid(period);
    if asked > MOST_POINTS {
        let message = format!(
            "You have requested up to {asked} datapoints, which exceeds the limit of {MOST_POINTS}. You may \
             reduce the datapoints requested by increasing Period, or decreasing the time range."
        );
        return Err(ApiError::new(Code::InvalidParameterCombination, message));
    }
    let unit = input::unit(input.unit.as_ref())?;
    let wanted = input.wanted()?;
    let points = service
        .horizon()
        .map(|horizon| service.archive().points(region, &metric, unit, (start, end), horizon));
    let points = points.unwrap_or_default();
    let mut units: BTreeMap<&str, Vec<Point>> = BTreeMap::new();
    for point in &points {
        units.entry(&point.unit).or_default().push(point.clone());
    }
    let mut datapoints = Vec::new();
    for (unit, points) in units {
        // That periods are counted from the start is unverified.
        let periods = period::by_period(&points, start, period);
        datapoints.extend(periods.into_iter().map(|(at, found)| datapoint(at, unit, &found, &wanted)));
    }
    let label = Value::text(&metric.name);
    Ok(Value::Structure(vec![("Label", label), ("Datapoints", Value::List(datapoints))]))
}

impl Input {
    /// The statistics, each with its name, and whether they are extended ones.
    fn wanted(&self) -> Result<Wanted<'_>, ApiError> {
        let (names, extended) = match (self.statistics.as_slice(), self.extended_statistics.as_slice()) {
            ([], []) => {
                let message =
                    "At least one of the parameters Statistics and ExtendedStatistics must be specified.";
                return Err(ApiError::new(Code::MissingParameter, message));
            }
            (names, []) => (names, false),
            ([], names) => (names, true),
            _ => {
                let message =
                    "The parameters Statistics and ExtendedStatistics must not be specified together.";
                return Err(ApiError::new(Code::InvalidParameterCombination, message));
            }
        };
        if names.len() > MOST_STATISTICS[usize::from(extended)] {
            return Err(ApiError::value("Too many statistics are specified."));
        }
        let statistics = names.iter().map(|name| match name.parse() {
            Ok(stat) if extended == (stat == Stat::Percentile) => Ok((name.as_str(), stat)),
            _ => Err(ApiError::value(format!("The statistic {name} is not valid here."))),
        });
        Ok(Wanted { statistics: statistics.collect::<Result<_, _>>()?, extended })
    }
}

struct Wanted<'a> {
    statistics: Vec<(&'a str, Stat)>,
    extended: bool,
}

fn datapoint(at: i64, unit: &str, found: &Statistics, wanted: &Wanted<'_>) -> Value {
    let date = Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH);
    let mut members = vec![("Timestamp", Value::Date(date))];
    let figures = wanted.statistics.iter().filter_map(|(name, stat)| Some((*name, *stat, stat.of(found)?)));
    if wanted.extended {
        let figures = figures.map(|(name, _, figure)| (name.to_owned(), Value::Number(figure)));
        members.push(("ExtendedStatistics", Value::Map(figures.collect())));
    } else {
        members.extend(figures.map(|(_, stat, figure)| (member(stat), Value::Number(figure))));
    }
    members.push(("Unit", Value::text(unit)));
    Value::Structure(members)
}

fn member(stat: Stat) -> &'static str {
    match stat {
        Stat::SampleCount => "SampleCount",
        Stat::Average => "Average",
        Stat::Sum => "Sum",
        Stat::Minimum => "Minimum",
        Stat::Maximum => "Maximum",
        Stat::Percentile => "ExtendedStatistics",
    }
}
