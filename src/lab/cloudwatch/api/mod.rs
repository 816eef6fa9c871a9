//! Which operations are there, and what do they share?

mod alarms;
mod data;
mod input;
mod list;
mod put;
mod statistics;

use super::{
    errors::{ApiError, Code},
    protocol::{Question, Value},
    service::CloudWatch,
};

/// Answers a question to a region's CloudWatch. What the operations answer, and how it differs from AWS,
/// is in `operations.md`.
pub(super) fn answer(
    service: &CloudWatch,
    region: &str,
    Question { operation, input }: Question,
) -> Result<Option<Value>, ApiError> {
    match operation.as_str() {
        "DeleteAlarms" => alarms::delete(service, region, &input::read(input)?).map(|()| None),
        "DescribeAlarms" => alarms::describe(service, region, &input::read(input)?).map(Some),
        "DescribeAlarmsForMetric" => alarms::for_metric(service, region, &input::read(input)?).map(Some),
        "GetMetricData" => data::get(service, region, &input::read(input)?).map(Some),
        "GetMetricStatistics" => statistics::get(service, region, &input::read(input)?).map(Some),
        "ListMetrics" => list::list(service, region, &input::read(input)?).map(Some),
        "PutMetricAlarm" => alarms::put(service, region, input::read(input)?).map(|()| None),
        "PutMetricData" => put::put(service, region, &input::read(input)?).map(|()| None),
        other => {
            let message = format!("The action {other} is not valid for this web service.");
            Err(ApiError::new(Code::UnknownOperation, message))
        }
    }
}
