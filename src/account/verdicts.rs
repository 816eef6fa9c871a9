//! What did Route 53 publish as the verdict on each health check, and since when?
//!
//! No call of Route 53's tells a check's verdict (its API has the checkers' single observations, of which there
//! are few calls a second for a whole account). CloudWatch has it, for 500 checks by one call, a minute or more
//! after it was reached.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::{
    primitives::DateTime,
    types::{Dimension, Metric, MetricDataQuery, MetricDataResult, MetricStat},
};
use jiff::Timestamp;

use super::{Account, AccountError, alarms::ROUTE53_METRICS};
use crate::model::HealthCheckId;

/// "A single `GetMetricData` call can include up to 500 `MetricDataQuery` structures" (CloudWatch API reference, `GetMetricData`).
const METRICS: usize = 500;
/// How far back a change is looked for (our choice). 500 metrics have 90,000 points in that time, of which one
/// call returns 100,800 (same place).
const BACK_SECONDS: i64 = 3 * 3_600;
/// The service's clock may go before ours, a quick lab's by hours.
const AHEAD_SECONDS: i64 = 12 * 3_600;
/// The metric has a point a minute.
const PERIOD: i32 = 60;
/// A point tells of the minute that begins at its time, so the newest whole one is between one and two minutes
/// old when it appears, and CloudWatch takes some time more. An older one than this says nothing of now (our
/// choice: two minutes more than it must be).
const NEW_SECONDS: i64 = 240;

/// What was published of one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// The newest verdict, `Inverted` included.
    pub healthy: bool,
    /// The beginning of the minute that it tells of.
    pub at: Timestamp,
    /// The beginning of the first minute of which it was the verdict; nothing when it was for all the time that
    /// was looked at.
    pub since: Option<Timestamp>,
    /// Whether it is new enough to tell of now.
    pub new: bool,
}

impl Account {
    /// The newest verdict of each of these checks: `HealthCheckStatus`, of which the Route 53 Developer Guide
    /// (`monitoring-cloudwatch`) says "1 indicates healthy, and 0 indicates unhealthy", by its `Minimum`. A check
    /// of which nothing was published is not among them. One call for each 500 checks.
    pub async fn published_verdicts(
        &self,
        ids: &[HealthCheckId],
        now: Timestamp,
    ) -> Result<BTreeMap<HealthCheckId, Published>, AccountError> {
        let mut points: BTreeMap<HealthCheckId, Points> = BTreeMap::new();
        for some in ids.chunks(METRICS) {
            self.points_of(some, now, &mut points).await?;
        }
        Ok(published(&points, now.as_second()))
    }

    async fn points_of(
        &self,
        ids: &[HealthCheckId],
        now: Timestamp,
        points: &mut BTreeMap<HealthCheckId, Points>,
    ) -> Result<(), AccountError> {
        let what = || format!("read the published verdicts on {} health checks", ids.len());
        let queries: Vec<MetricDataQuery> = ids.iter().enumerate().map(query).collect();
        let (start, end) = (now.as_second() - BACK_SECONDS, now.as_second() + AHEAD_SECONDS);
        let mut next: Option<String> = None;
        loop {
            let request = self.cloudwatch(ROUTE53_METRICS).get_metric_data();
            let request = request.set_metric_data_queries(Some(queries.clone())).set_next_token(next.clone());
            let request = request.start_time(DateTime::from_secs(start)).end_time(DateTime::from_secs(end));
            let answer = request.send().await.map_err(|e| AccountError::from_sdk(what(), e))?;
            for result in answer.metric_data_results() {
                let id = result.id().and_then(|id| id.strip_prefix('c')?.parse::<usize>().ok());
                let Some(id) = id.and_then(|index| ids.get(index)) else { continue };
                points.entry(id.clone()).or_default().extend(read(result));
            }
            match answer.next_token {
                Some(token) if next.as_ref() != Some(&token) => next = Some(token),
                _ => return Ok(()),
            }
        }
    }
}

/// Verdicts by the second at which their minute begins.
type Points = BTreeMap<i64, bool>;

fn query((index, id): (usize, &HealthCheckId)) -> MetricDataQuery {
    let dimension = Dimension::builder().name("HealthCheckId").value(id.as_str()).build();
    let metric =
        Metric::builder().namespace("AWS/Route53").metric_name("HealthCheckStatus").dimensions(dimension);
    let stat = MetricStat::builder().metric(metric.build()).period(PERIOD).stat("Minimum").build();
    // "The first character must be a lowercase letter" (CloudWatch model, `MetricDataQuery`).
    MetricDataQuery::builder().id(format!("c{index}")).metric_stat(stat).return_data(true).build()
}

fn read(result: &MetricDataResult) -> impl Iterator<Item = (i64, bool)> {
    result.timestamps().iter().zip(result.values()).map(|(at, value)| (at.secs(), *value >= 1.0))
}

/// What the points say. By the clock of the service, which is ours or, where that goes before ours, the newest
/// point of all.
fn published(points: &BTreeMap<HealthCheckId, Points>, now: i64) -> BTreeMap<HealthCheckId, Published> {
    let newest = points.values().filter_map(|points| points.keys().last().copied()).max();
    let now = newest.map_or(now, |newest| newest.max(now));
    let of = |points: &Points| {
        let (at, healthy) = points.iter().next_back()?;
        let run = points.iter().rev().take_while(|(_, said)| *said == healthy);
        let (first, length) = run.fold((*at, 0), |(_, length), (at, _)| (*at, length + 1));
        let since = (length < points.len()).then(|| Timestamp::from_second(first).ok()).flatten();
        let (at, new) = (Timestamp::from_second(*at).ok()?, now - at <= NEW_SECONDS);
        Some(Published { healthy: *healthy, at, since, new })
    };
    points.iter().filter_map(|(id, points)| Some((id.clone(), of(points)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> HealthCheckId {
        text.parse().expect("an id")
    }

    fn told(points: &[(&str, &[(i64, bool)])], now: i64) -> Vec<(String, bool, Option<i64>, bool)> {
        let points = points.iter().map(|(name, points)| (id(name), points.iter().copied().collect()));
        let told = published(&points.collect(), now).into_iter();
        told.map(|(id, found)| {
            (id.to_string(), found.healthy, found.since.map(Timestamp::as_second), found.new)
        })
        .collect()
    }

    #[test]
    fn the_newest_point_is_the_verdict_and_its_run_tells_since_when() {
        let minutes = [(0, true), (60, false), (120, true), (180, true)];
        assert_eq!(told(&[("a", &minutes)], 300), [("a".to_owned(), true, Some(120), true)]);
        assert_eq!(told(&[("a", &minutes[2..])], 300), [("a".to_owned(), true, None, true)]);
    }

    #[test]
    fn an_old_point_is_not_new_by_our_clock_or_by_another_checks() {
        assert_eq!(told(&[("a", &[(0, true)])], 240), [("a".to_owned(), true, None, true)]);
        assert_eq!(told(&[("a", &[(0, true)])], 241), [("a".to_owned(), true, None, false)]);
        let ahead = told(&[("a", &[(0, true)]), ("b", &[(600, false)])], 10);
        assert_eq!(ahead, [("a".to_owned(), true, None, false), ("b".to_owned(), false, None, true)]);
        assert_eq!(told(&[("a", &[])], 0), []);
    }
}
