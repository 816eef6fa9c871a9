//! `ListMetrics`: which metrics are there?

use serde::Deserialize;

use super::{
    super::{
        errors::{ApiError, Code},
        metric::Metric,
        protocol::{Truth, Value},
        service::CloudWatch,
    },
    input::{Dimension, metric_value, required},
};
use crate::lab::credentials::ACCOUNT_ID;

/// "Up to 500 results are returned for any one call" (CloudWatch API reference, `ListMetrics`).
const PAGE: usize = 500;
/// "`ListMetrics` doesn't return information about metrics if those metrics haven't reported data in the
/// past two weeks" (same place).
const REMEMBERED_SECONDS: i64 = 14 * 24 * 3_600;
/// `RecentlyActive` has one value, `PT3H`.
const RECENT_SECONDS: i64 = 3 * 3_600;
/// CloudWatch model, `DimensionFilters`.
const MOST_FILTERS: usize = 10;
/// Before the number of the first metric of the next page.
const TOKEN: &str = "lab-metrics-";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Input {
    namespace: Option<String>,
    metric_name: Option<String>,
    #[serde(default)]
    dimensions: Vec<Dimension>,
    next_token: Option<String>,
    recently_active: Option<String>,
    include_linked_accounts: Option<Truth>,
}

/// Answers it.
pub(super) fn list(service: &CloudWatch, region: &str, input: &Input) -> Result<Value, ApiError> {
    if input.dimensions.len() > MOST_FILTERS {
        let message = format!("The collection Dimensions must not have a size greater than {MOST_FILTERS}.");
        return Err(ApiError::value(message));
    }
    for filter in &input.dimensions {
        required("Dimensions.Name", filter.name.as_ref())?;
    }
    let active = match input.recently_active.as_deref() {
        None => REMEMBERED_SECONDS,
        Some("PT3H") => RECENT_SECONDS,
        Some(_) => {
            return Err(ApiError::value("The parameter RecentlyActive must be a value in the set PT3H."));
        }
    };
    let first = input.next_token.as_deref().map_or(Ok(0), token)?;
    let oldest = service.clock.now().as_second() - active;
    let archive = service.archive();
    let horizon = service.horizon();
    let metrics = horizon.into_iter().flat_map(|horizon| archive.metrics(region, horizon, oldest));
    let mut page = metrics.filter(|metric| input.matches(metric)).skip(first);
    let found: Vec<Value> = page.by_ref().take(PAGE).map(metric_value).collect();
    let owners = Value::list(found.iter().map(|_| Value::text(ACCOUNT_ID)));
    let mut answer = vec![("Metrics", Value::List(found))];
    if input.include_linked_accounts == Some(Truth(true)) {
        answer.push(("OwningAccounts", owners));
    }
    if page.next().is_some() {
        answer.push(("NextToken", Value::text(format!("{TOKEN}{}", first + PAGE))));
    }
    Ok(Value::Structure(answer))
}

/// The number that a token stands for.
fn token(token: &str) -> Result<usize, ApiError> {
    let number = token.strip_prefix(TOKEN).and_then(|number| number.parse().ok());
    number.ok_or_else(|| ApiError::new(Code::InvalidParameterValue, "Invalid nextToken"))
}

impl Input {
    fn matches(&self, metric: &Metric) -> bool {
        self.namespace.as_ref().is_none_or(|namespace| *namespace == metric.namespace)
            && self.metric_name.as_ref().is_none_or(|name| *name == metric.name)
            && self.dimensions.iter().all(|filter| {
                metric.dimensions.iter().any(|(name, value)| {
                    filter.name.as_ref() == Some(name) && filter.value.as_ref().is_none_or(|v| v == value)
                })
            })
    }
}
