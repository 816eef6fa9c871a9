//! `PutMetricAlarm`, `DescribeAlarms`, `DescribeAlarmsForMetric`, `DeleteAlarms`.

use serde::Deserialize;
use serde_json::Value as Json;

use super::{
    super::{
        alarm::{Alarm, Comparison, Settings, State, Treatment},
        errors::{ApiError, Code},
        period::Stat,
        protocol::{Real, Truth, Value, Whole},
        service::CloudWatch,
    },
    input::{self, Dimension, required},
};
use crate::lab::credentials::ACCOUNT_ID;

/// CloudWatch model, `MaxRecords`, and what is taken without it (API reference: 50).
const MOST_RECORDS: i64 = 100;
const RECORDS: i64 = 50;
/// CloudWatch model, `AlarmNames`.
const MOST_NAMES: usize = 100;
/// CloudWatch model, `AlarmName`.
const LONGEST_NAME: usize = 255;
/// "Metrics cannot be checked across more than a day" (public reports of AWS's message). AWS allows a week
/// for periods of an hour and more.
const LONGEST_EVALUATION: i64 = 86_400;
const LONGEST_EVALUATION_OF_HOURS: i64 = 7 * 86_400;
/// Before the name with which the next page begins.
const TOKEN: &str = "lab-alarms-";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Put {
    alarm_name: Option<String>,
    alarm_description: Option<String>,
    actions_enabled: Option<Truth>,
    #[serde(default, rename = "OKActions")]
    ok_actions: Vec<String>,
    #[serde(default)]
    alarm_actions: Vec<String>,
    #[serde(default)]
    insufficient_data_actions: Vec<String>,
    namespace: Option<String>,
    metric_name: Option<String>,
    #[serde(default)]
    dimensions: Vec<Dimension>,
    unit: Option<String>,
    statistic: Option<String>,
    extended_statistic: Option<String>,
    period: Option<Whole>,
    evaluation_periods: Option<Whole>,
    datapoints_to_alarm: Option<Whole>,
    threshold: Option<Real>,
    comparison_operator: Option<String>,
    treat_missing_data: Option<String>,
    metrics: Option<Json>,
    evaluation_criteria: Option<Json>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Describe {
    #[serde(default)]
    alarm_names: Vec<String>,
    alarm_name_prefix: Option<String>,
    #[serde(default)]
    alarm_types: Vec<String>,
    state_value: Option<String>,
    action_prefix: Option<String>,
    max_records: Option<Whole>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ForMetric {
    namespace: Option<String>,
    metric_name: Option<String>,
    #[serde(default)]
    dimensions: Vec<Dimension>,
    statistic: Option<String>,
    period: Option<Whole>,
    unit: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Delete {
    alarm_names: Option<Vec<String>>,
}

/// Answers `PutMetricAlarm`.
pub(super) fn put(service: &CloudWatch, region: &str, input: Put) -> Result<(), ApiError> {
    let settings = input.settings()?;
    service.alarms.put(region, settings, service.clock.now());
    Ok(())
}

/// The codes of this operation's refusals are `ValidationError`, as public reports show them.
fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new(Code::Validation, message)
}

impl Put {
    fn settings(self) -> Result<Settings, ApiError> {
        let name = required("AlarmName", self.alarm_name.as_ref())?.clone();
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(invalid(format!(
                "The parameter AlarmName must have 1 to {LONGEST_NAME} characters."
            )));
        }
        if self.metrics.is_some() || self.evaluation_criteria.is_some() {
            return Err(invalid(
                "The lab has no metric math and no queries: an alarm must have a MetricName.",
            ));
        }
        let metric = input::metric(self.namespace.as_ref(), self.metric_name.as_ref(), &self.dimensions)?;
        let period = required("Period", self.period.as_ref())?.0;
        if !matches!(period, 10 | 20 | 30) && (period < 60 || period % 60 != 0) {
            return Err(invalid("The parameter Period must be 10, 20, 30, or a multiple of 60."));
        }
        let Whole(periods) = *required("EvaluationPeriods", self.evaluation_periods.as_ref())?;
        let longest = if period < 3_600 { LONGEST_EVALUATION } else { LONGEST_EVALUATION_OF_HOURS };
        if periods < 1 || periods.saturating_mul(period) > longest {
            let message = format!("EvaluationPeriods * Period must be from one period to {longest} seconds.");
            return Err(invalid(message));
        }
        let datapoints = self.datapoints_to_alarm.map(|Whole(points)| points);
        if datapoints.is_some_and(|points| !(1..=periods).contains(&points)) {
            return Err(invalid("DatapointsToAlarm must be from 1 to EvaluationPeriods."));
        }
        let operator = required("ComparisonOperator", self.comparison_operator.as_ref())?;
        let comparison = Comparison::named(operator);
        let treat = self.treat_missing_data.as_deref().map(|text| {
            let found = Treatment::named(text);
            found.ok_or_else(|| invalid(format!("The value {text} for TreatMissingData is not supported.")))
        });
        Ok(Settings {
            name,
            description: self.alarm_description,
            actions_enabled: self.actions_enabled.is_none_or(|Truth(enabled)| enabled),
            actions: [self.ok_actions, self.alarm_actions, self.insufficient_data_actions],
            metric,
            unit: input::unit(self.unit.as_ref())?.map(str::to_owned),
            statistic: statistic(self.statistic, self.extended_statistic)?,
            period,
            evaluation_periods: periods,
            datapoints_to_alarm: datapoints,
            threshold: required("Threshold", self.threshold.as_ref())?.0,
            comparison: comparison.ok_or_else(|| {
                invalid(format!("The value {operator} for ComparisonOperator is not supported."))
            })?,
            treat_missing_data: treat.transpose()?,
        })
    }
}

fn statistic(plain: Option<String>, extended: Option<String>) -> Result<String, ApiError> {
    let wanted = |name: &str, extended: bool| {
        name.parse().is_ok_and(|stat: Stat| (stat == Stat::Percentile) == extended)
    };
    match (plain, extended) {
        (Some(name), None) if wanted(&name, false) => Ok(name),
        (None, Some(name)) if wanted(&name, true) => Ok(name),
        (None, None) => Err(invalid("Exactly one of Statistic and ExtendedStatistic must be specified.")),
        (Some(name), None) | (None, Some(name)) => {
            Err(invalid(format!("The statistic {name} is not valid here.")))
        }
        (Some(_), Some(_)) => Err(ApiError::new(
            Code::InvalidParameterCombination,
            "Statistic and ExtendedStatistic must not be specified together.",
        )),
    }
}

/// Answers `DescribeAlarms`.
pub(super) fn describe(service: &CloudWatch, region: &str, input: &Describe) -> Result<Value, ApiError> {
    if input.alarm_name_prefix.is_some() && !input.alarm_names.is_empty() {
        let message = "AlarmNamePrefix and AlarmNames must not be specified together.";
        return Err(ApiError::new(Code::InvalidParameterCombination, message));
    }
    if input.alarm_names.len() > MOST_NAMES {
        return Err(invalid(format!("AlarmNames must not have more than {MOST_NAMES} names.")));
    }
    let state = input.state_value.as_deref().map(|text| {
        State::named(text)
            .ok_or_else(|| invalid(format!("The value {text} for StateValue is not supported.")))
    });
    let state = state.transpose()?;
    let Whole(most) = input.max_records.unwrap_or(Whole(RECORDS));
    let most = usize::try_from(most).ok().filter(|_| (1..=MOST_RECORDS).contains(&most));
    let most = most.ok_or_else(|| invalid(format!("MaxRecords must be from 1 to {MOST_RECORDS}.")))?;
    let first = input.next_token.as_deref().map(|token| {
        let name = token.strip_prefix(TOKEN);
        name.ok_or_else(|| ApiError::new(Code::InvalidNextToken, "The token is none of a page of alarms."))
    });
    let first = first.transpose()?.unwrap_or_default();
    let metric_alarms = input.alarm_types.is_empty() || input.alarm_types.iter().any(|t| t == "MetricAlarm");
    let alarms = service.alarms.lock();
    let wanted = |alarm: &&Alarm| {
        let name = &alarm.settings.name;
        metric_alarms
            && name.as_str() >= first
            && (input.alarm_names.is_empty() || input.alarm_names.contains(name))
            && input.alarm_name_prefix.as_ref().is_none_or(|prefix| name.starts_with(prefix))
            && state.is_none_or(|state| state == alarm.state)
            && input.action_prefix.as_ref().is_none_or(|prefix| {
                alarm.settings.actions.iter().flatten().any(|action| action.starts_with(prefix))
            })
    };
    let here = alarms.iter().filter(|((place, _), _)| place == region).map(|(_, alarm)| alarm);
    let mut here = here.filter(wanted);
    let page: Vec<Value> = here.by_ref().take(most).map(|alarm| alarm_value(region, alarm)).collect();
    let mut answer = vec![("CompositeAlarms", Value::list([])), ("MetricAlarms", Value::List(page))];
    if let Some(next) = here.next() {
        answer.push(("NextToken", Value::text(format!("{TOKEN}{}", next.settings.name))));
    }
    Ok(Value::Structure(answer))
}

/// Answers `DescribeAlarmsForMetric`.
pub(super) fn for_metric(service: &CloudWatch, region: &str, input: &ForMetric) -> Result<Value, ApiError> {
    let metric = input::metric(input.namespace.as_ref(), input.metric_name.as_ref(), &input.dimensions)?;
    let alarms = service.alarms.lock();
    let found = alarms.iter().filter(|((place, _), alarm)| {
        let settings = &alarm.settings;
        place == region
            && settings.metric == metric
            && input.statistic.as_ref().is_none_or(|statistic| *statistic == settings.statistic)
            && input.period.is_none_or(|Whole(period)| period == settings.period)
            && input.unit.as_ref().is_none_or(|unit| settings.unit.as_ref() == Some(unit))
    });
    let found = Value::list(found.map(|(_, alarm)| alarm_value(region, alarm)));
    Ok(Value::Structure(vec![("MetricAlarms", found)]))
}

/// Answers `DeleteAlarms`: "If you specify any incorrect alarm names, the alarms you specify with correct
/// names are still deleted" (API reference).
pub(super) fn delete(service: &CloudWatch, region: &str, input: &Delete) -> Result<(), ApiError> {
    let names = required("AlarmNames", input.alarm_names.as_ref())?;
    if names.len() > MOST_NAMES {
        return Err(invalid(format!("AlarmNames must not have more than {MOST_NAMES} names.")));
    }
    let mut alarms = service.alarms.lock();
    for name in names {
        alarms.remove(&(region.to_owned(), name.clone()));
    }
    drop(alarms);
    service.alarms.tell();
    Ok(())
}

fn alarm_value(region: &str, alarm: &Alarm) -> Value {
    let Alarm { settings, state, reason, configured, turned } = alarm;
    let texts = |texts: &[String]| Value::list(texts.iter().map(Value::text));
    let [ok, in_alarm, insufficient] = &settings.actions;
    let dimension = |(name, value): &(String, String)| {
        Value::Structure(vec![("Name", Value::text(name)), ("Value", Value::text(value))])
    };
    let extended = settings.statistic.parse() == Ok(Stat::Percentile);
    let arn = format!("arn:aws:cloudwatch:{region}:{ACCOUNT_ID}:alarm:{}", settings.name);
    let mut members = vec![
        ("AlarmName", Value::text(&settings.name)),
        ("AlarmArn", Value::text(arn)),
        ("AlarmConfigurationUpdatedTimestamp", Value::Date(*configured)),
        ("ActionsEnabled", Value::Truth(settings.actions_enabled)),
        ("OKActions", texts(ok)),
        ("AlarmActions", texts(in_alarm)),
        ("InsufficientDataActions", texts(insufficient)),
        ("StateValue", Value::text(state.name())),
        ("StateReason", Value::text(reason)),
        ("StateUpdatedTimestamp", Value::Date(*turned)),
        ("StateTransitionedTimestamp", Value::Date(*turned)),
        ("MetricName", Value::text(&settings.metric.name)),
        ("Namespace", Value::text(&settings.metric.namespace)),
        (if extended { "ExtendedStatistic" } else { "Statistic" }, Value::text(&settings.statistic)),
        ("Dimensions", Value::list(settings.metric.dimensions.iter().map(dimension))),
        ("Period", Value::Whole(settings.period)),
        ("EvaluationPeriods", Value::Whole(settings.evaluation_periods)),
        ("Threshold", Value::Number(settings.threshold)),
        ("ComparisonOperator", Value::text(settings.comparison.name())),
    ];
    let optional = [
        ("AlarmDescription", settings.description.as_ref().map(Value::text)),
        ("Unit", settings.unit.as_ref().map(Value::text)),
        ("DatapointsToAlarm", settings.datapoints_to_alarm.map(Value::Whole)),
        ("TreatMissingData", settings.treat_missing_data.map(|treat| Value::text(treat.name()))),
    ];
    members.extend(optional.into_iter().filter_map(|(name, value)| Some((name, value?))));
    Value::Structure(members)
}
