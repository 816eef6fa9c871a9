//! `GetMetricData`: one statistic each of many metrics.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Deserialize;

use super::{
    super::{
        errors::{ApiError, Code},
        metric::Metric,
        period::{self, Stat},
        protocol::{Date, Truth, Value, Whole},
        service::CloudWatch,
    },
    input::{self, Dimension, required},
};

/// "A single `GetMetricData` call can include up to 500 `MetricDataQuery` structures" (API reference).
const MOST_QUERIES: usize = 500;
/// "The maximum number of data points the request should return before paginating. If you omit this, the
/// default of 100,800 is used." (API reference)
const MOST_POINTS: usize = 100_800;
/// Before the number of the first point of the next page.
const TOKEN: &str = "lab-points-";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Input {
    #[serde(default)]
    metric_data_queries: Vec<MetricDataQuery>,
    start_time: Option<Date>,
    end_time: Option<Date>,
    next_token: Option<String>,
    scan_by: Option<String>,
    max_datapoints: Option<Whole>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MetricDataQuery {
    id: Option<String>,
    metric_stat: Option<MetricStat>,
    expression: Option<String>,
    label: Option<String>,
    return_data: Option<Truth>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MetricStat {
    metric: Option<MetricInput>,
    period: Option<Whole>,
    stat: Option<String>,
    unit: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MetricInput {
    namespace: Option<String>,
    metric_name: Option<String>,
    #[serde(default)]
    dimensions: Vec<Dimension>,
}

/// A query that is in order.
struct Query<'a> {
    id: &'a str,
    label: &'a str,
    metric: Metric,
    period: i64,
    stat: Stat,
    unit: Option<&'a str>,
}

/// Answers it.
pub(super) fn get(service: &CloudWatch, region: &str, input: &Input) -> Result<Value, ApiError> {
    let start = required("StartTime", input.start_time.as_ref())?.0.as_second().div_euclid(60) * 60;
    let end = required("EndTime", input.end_time.as_ref())?.0;
    let end = end.as_second() + i64::from(end.subsec_nanosecond() > 0);
    if start >= end {
        return Err(invalid("The parameter StartTime must be less than the parameter EndTime."));
    }
    let ascending = match input.scan_by.as_deref() {
        None | Some("TimestampDescending") => false,
        Some("TimestampAscending") => true,
        Some(other) => {
            return Err(invalid(format!("The value {other} for parameter ScanBy is not supported.")));
        }
    };
    let page = input.max_datapoints.map_or(Ok(MOST_POINTS), |Whole(most)| {
        let most = usize::try_from(most).ok().filter(|most| (1..=MOST_POINTS).contains(most));
        most.ok_or_else(|| invalid(format!("The parameter MaxDatapoints must be from 1 to {MOST_POINTS}.")))
    })?;
    let first = input.next_token.as_deref().map_or(Ok(0), token)?;
    let horizon = service.horizon();
    let mut answer = Page { skip: first, room: page, cut: false };
    let mut results = Vec::new();
    for query in queries(&input.metric_data_queries)? {
        let points = horizon.map(|horizon| {
            service.archive().points(region, &query.metric, query.unit, (start, end), horizon)
        });
        // That periods are counted from 1970 here is unverified.
        let periods = period::by_period(&points.unwrap_or_default(), 0, query.period);
        let found = periods.iter().filter_map(|(at, found)| Some((*at, query.stat.of(found)?)));
        let mut found: Vec<(i64, f64)> = found.collect();
        if !ascending {
            found.reverse();
        }
        results.push(result(&query, &mut answer, &found));
    }
    let mut members = vec![("MetricDataResults", Value::List(results)), ("Messages", Value::list([]))];
    if answer.cut {
        members.push(("NextToken", Value::text(format!("{TOKEN}{}", first + page))));
    }
    Ok(Value::Structure(members))
}

/// Refusals of this operation have this code (seen in public reports).
fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new(Code::Validation, message)
}

fn queries(queries: &[MetricDataQuery]) -> Result<Vec<Query<'_>>, ApiError> {
    if queries.is_empty() {
        return Err(ApiError::missing("MetricDataQueries"));
    }
    if queries.len() > MOST_QUERIES {
        let message =
            format!("The collection MetricDataQueries must not have a size greater than {MOST_QUERIES}.");
        return Err(invalid(message));
    }
    let mut ids = BTreeSet::new();
    let mut wanted = Vec::new();
    for query in queries {
        let id = required("MetricDataQueries.Id", query.id.as_deref())?;
        // "The first character must be a lowercase letter. The valid characters are letters, numbers, and
        // underscore." (API reference, `MetricDataQuery`)
        let rest_is_good = id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !rest_is_good || !id.starts_with(|c: char| c.is_ascii_lowercase()) || id.len() > 255 {
            return Err(invalid(format!(
                "The value {id} for parameter MetricDataQueries.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$."
            )));
        }
        if !ids.insert(id) {
            return Err(invalid("The values for parameter id in MetricDataQueries are not unique."));
        }
        let wish = query.read(id)?;
        if query.return_data != Some(Truth(false)) {
            wanted.push(wish);
        }
    }
    if wanted.is_empty() {
        return Err(invalid("At least one query in MetricDataQueries must return data."));
    }
    Ok(wanted)
}

impl MetricDataQuery {
    fn read<'a>(&'a self, id: &'a str) -> Result<Query<'a>, ApiError> {
        let stat = match (&self.metric_stat, &self.expression) {
            (Some(stat), None) => stat,
            (None, Some(_)) => {
                return Err(invalid("The lab has no metric math: a query must have a MetricStat."));
            }
            _ => {
                let message = format!("The query {id} must have exactly one of MetricStat and Expression.");
                return Err(invalid(message));
            }
        };
        let metric = required("MetricDataQueries.MetricStat.Metric", stat.metric.as_ref())?;
        let name = metric.metric_name.as_ref();
        let metric = input::metric(metric.namespace.as_ref(), name, &metric.dimensions)?;
        let period = required("MetricDataQueries.MetricStat.Period", stat.period.as_ref())?.0;
        let named = required("MetricDataQueries.MetricStat.Stat", stat.stat.as_ref())?;
        Ok(Query {
            id,
            label: self.label.as_deref().or(name.map(String::as_str)).unwrap_or(id),
            metric,
            period: period::period(period).map_err(|error| invalid(error.message))?,
            stat: named.parse().map_err(|()| {
                invalid(format!(
                    "The value {named} for parameter MetricDataQueries.MetricStat.Stat is not supported."
                ))
            })?,
            unit: input::unit(stat.unit.as_ref())?,
        })
    }
}

/// How much of the answer fits on this page.
struct Page {
    /// Points that were on earlier pages.
    skip: usize,
    /// Points that this page may still take.
    room: usize,
    /// Whether something is left for the next.
    cut: bool,
}

fn result(query: &Query<'_>, page: &mut Page, found: &[(i64, f64)]) -> Value {
    let skipped = page.skip.min(found.len());
    page.skip -= skipped;
    let left = &found[skipped..];
    let taken = page.room.min(left.len());
    page.room -= taken;
    let complete = taken == left.len();
    page.cut |= !complete;
    let date =
        |(at, _): &(i64, f64)| Value::Date(Timestamp::from_second(*at).unwrap_or(Timestamp::UNIX_EPOCH));
    Value::Structure(vec![
        ("Id", Value::text(query.id)),
        ("Label", Value::text(query.label)),
        ("Timestamps", Value::list(left[..taken].iter().map(date))),
        ("Values", Value::list(left[..taken].iter().map(|(_, figure)| Value::Number(*figure)))),
        ("StatusCode", Value::text(if complete { "Complete" } else { "PartialData" })),
    ])
}

/// The number that a token stands for.
fn token(token: &str) -> Result<usize, ApiError> {
    let number = token.strip_prefix(TOKEN).and_then(|number| number.parse().ok());
    number.ok_or_else(|| ApiError::new(Code::InvalidNextToken, "The token is none of a page of this answer."))
}
