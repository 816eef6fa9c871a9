//! Parts of inputs that several operations have, and their limits (CloudWatch model).

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value as Json;

use super::super::{
    errors::{ApiError, Code},
    metric::Metric,
    protocol::Value,
};

/// CloudWatch model, `Dimensions`.
const MOST_DIMENSIONS: usize = 30;
/// CloudWatch model, `Namespace`, `MetricName`, `DimensionName`.
const LONGEST_NAME: usize = 255;
/// CloudWatch model, `DimensionValue`.
const LONGEST_VALUE: usize = 1_024;

/// CloudWatch model, `StandardUnit`.
const UNITS: [&str; 27] = [
    "Seconds",
    "Microseconds",
    "Milliseconds",
    "Bytes",
    "Kilobytes",
    "Megabytes",
    "Gigabytes",
    "Terabytes",
    "Bits",
    "Kilobits",
    "Megabits",
    "Gigabits",
    "Terabits",
    "Percent",
    "Count",
    "Bytes/Second",
    "Kilobytes/Second",
    "Megabytes/Second",
    "Gigabytes/Second",
    "Terabytes/Second",
    "Bits/Second",
    "Kilobits/Second",
    "Megabits/Second",
    "Gigabits/Second",
    "Terabits/Second",
    "Count/Second",
    "None",
];

/// A dimension, or a filter of dimensions.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Dimension {
    pub(super) name: Option<String>,
    pub(super) value: Option<String>,
}

/// Reads an input; members that it does not know are passed over, as AWS does.
pub(super) fn read<T: DeserializeOwned>(input: Json) -> Result<T, ApiError> {
    serde_json::from_value(input).map_err(|error| ApiError::new(Code::Serialization, error.to_string()))
}

/// A parameter that must be there.
pub(super) fn required<'a, T: ?Sized>(name: &str, value: Option<&'a T>) -> Result<&'a T, ApiError> {
    value.ok_or_else(|| ApiError::missing(name))
}

/// A metric by its parts.
pub(super) fn metric(
    namespace: Option<&String>,
    name: Option<&String>,
    dimensions: &[Dimension],
) -> Result<Metric, ApiError> {
    let namespace = named("Namespace", namespace, LONGEST_NAME)?;
    if namespace.starts_with(':') {
        return Err(ApiError::value("The parameter Namespace must not begin with a colon."));
    }
    let name = named("MetricName", name, LONGEST_NAME)?;
    if dimensions.len() > MOST_DIMENSIONS {
        let message =
            format!("The collection Dimensions must not have a size greater than {MOST_DIMENSIONS}.");
        return Err(ApiError::value(message));
    }
    let dimensions = dimensions.iter().map(|dimension| {
        let name = named("Dimensions.Name", dimension.name.as_ref(), LONGEST_NAME)?;
        Ok((name, named("Dimensions.Value", dimension.value.as_ref(), LONGEST_VALUE)?))
    });
    Ok(Metric::new(namespace, name, &dimensions.collect::<Result<Vec<_>, ApiError>>()?))
}

fn named<'a>(parameter: &str, text: Option<&'a String>, longest: usize) -> Result<&'a str, ApiError> {
    let text = required(parameter, text)?;
    match text.chars().count() {
        0 => Err(ApiError::value(format!("The parameter {parameter} must not be empty."))),
        length if length > longest => {
            let message =
                format!("The parameter {parameter} must be shorter than {} characters.", longest + 1);
            Err(ApiError::value(message))
        }
        _ => Ok(text),
    }
}

/// A unit of the model, if there is one.
pub(super) fn unit(unit: Option<&String>) -> Result<Option<&str>, ApiError> {
    match unit {
        Some(unit) if !UNITS.contains(&unit.as_str()) => Err(ApiError::value(format!(
            "The parameter Unit must be a value in the set {}.",
            UNITS.join(", ")
        ))),
        unit => Ok(unit.map(String::as_str)),
    }
}

/// A metric in an answer.
pub(super) fn metric_value(metric: &Metric) -> Value {
    let dimension = |(name, value): &(String, String)| {
        Value::Structure(vec![("Name", Value::text(name)), ("Value", Value::text(value))])
    };
    Value::Structure(vec![
        ("Namespace", Value::text(&metric.namespace)),
        ("MetricName", Value::text(&metric.name)),
        ("Dimensions", Value::list(metric.dimensions.iter().map(dimension))),
    ])
}
