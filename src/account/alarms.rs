//! What do CloudWatch's alarms and figures say of a health check?
//!
//! A check that follows an alarm has no checkers, and no call of Route 53 tells its verdict. The alarm's
//! state is known at once, in the alarm's region; what Route 53 made of it is published a minute or more
//! later, in us-east-1.

use aws_sdk_cloudwatch::{
    primitives::DateTime,
    types::{AlarmType, Datapoint, Dimension, StateValue, Statistic},
};
use jiff::Timestamp;

use super::{Account, AccountError};
use crate::model::{AlarmCheck, AlarmState, HealthCheckId};

/// Route 53's metrics are "in the US East (N. Virginia) Region" only (Route 53 Developer Guide,
/// `monitoring-cloudwatch`).
const ROUTE53_METRICS: &str = "us-east-1";
/// Older figures tell nothing of now. "It can take several minutes" until new ones appear (Route 53
/// Developer Guide, `monitoring-health-checks`); ten is our choice.
const NEWEST_WITHIN_SECONDS: i64 = 600;
/// The service's clock may go before ours, a quick lab's by hours. "The maximum number of data points
/// returned from a single call is 1,440" (CloudWatch API reference, `GetMetricStatistics`), a day's.
const AHEAD_SECONDS: i64 = 12 * 3_600;
/// The metric has a point a minute.
const PERIOD: i32 = 60;

impl Account {
    /// The state of an alarm; nothing when there is none of this name in its region.
    pub async fn alarm_state(&self, alarm: &AlarmCheck) -> Result<Option<AlarmState>, AccountError> {
        let what = format!("read the alarm {} in {}", alarm.name, alarm.region);
        let request = self.cloudwatch(alarm.region.as_str()).describe_alarms();
        let answer =
            request.alarm_names(alarm.name.as_str()).alarm_types(AlarmType::MetricAlarm).send().await;
        let answer = answer.map_err(|e| AccountError::from_sdk(&*what, e))?;
        let Some(found) = answer.metric_alarms().first() else { return Ok(None) };
        match found.state_value() {
            Some(StateValue::Ok) => Ok(Some(AlarmState::Ok)),
            Some(StateValue::Alarm) => Ok(Some(AlarmState::Alarm)),
            Some(StateValue::InsufficientData) => Ok(Some(AlarmState::InsufficientData)),
            other => Err(AccountError::not_understood(what, format!("a state {other:?}"))),
        }
    }

    /// The newest verdict on a health check that was published before `now`: `HealthCheckStatus`, of which
    /// the Route 53 Developer Guide (`monitoring-cloudwatch`) says "1 indicates healthy, and 0 indicates
    /// unhealthy", by its `Minimum`. Nothing while none has appeared.
    pub async fn published_verdict(
        &self,
        id: &HealthCheckId,
        now: Timestamp,
    ) -> Result<Option<bool>, AccountError> {
        let (start, end) = (now.as_second() - NEWEST_WITHIN_SECONDS, now.as_second() + AHEAD_SECONDS);
        let request = self
            .cloudwatch(ROUTE53_METRICS)
            .get_metric_statistics()
            .namespace("AWS/Route53")
            .metric_name("HealthCheckStatus")
            .dimensions(Dimension::builder().name("HealthCheckId").value(id.as_str()).build())
            .statistics(Statistic::Minimum)
            .period(PERIOD)
            .start_time(DateTime::from_secs(start))
            .end_time(DateTime::from_secs(end));
        let answer = request.send().await;
        let answer =
            answer.map_err(|e| AccountError::from_sdk(format!("read the published verdict on {id}"), e))?;
        let newest = answer.datapoints().iter().max_by_key(|point| point.timestamp().map(DateTime::secs));
        Ok(newest.and_then(Datapoint::minimum).map(|minimum| minimum >= 1.0))
    }
}
