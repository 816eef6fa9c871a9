//! AWS JSON 1.0: what botocore chooses today among the protocols of the model.

use serde_json::{Map, Value as Json};

use super::value::Value;

/// Reads a document.
pub(super) fn read(body: &[u8]) -> Option<Json> {
    if body.is_empty() {
        return Some(Json::Object(Map::new()));
    }
    let mut value: Json = serde_json::from_slice(body).ok()?;
    drop_nulls(&mut value);
    Some(value)
}

/// A member that is null is a member that is absent (Smithy specification, `aws-json-1_0-protocol`).
fn drop_nulls(value: &mut Json) {
    match value {
        Json::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Json::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// Writes a document.
pub(super) fn write(value: &Value) -> Vec<u8> {
    json(value).to_string().into_bytes()
}

#[expect(clippy::cast_precision_loss, reason = "dates of the lab have milliseconds at most")]
fn json(value: &Value) -> Json {
    match value {
        Value::Text(text) => Json::from(text.as_str()),
        Value::Number(number) => Json::from(*number),
        Value::Whole(number) => Json::from(*number),
        Value::Truth(truth) => Json::from(*truth),
        Value::Date(date) => Json::from(date.as_millisecond() as f64 / 1_000.0),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Structure(members) => {
            members.iter().map(|(name, value)| ((*name).to_owned(), json(value))).collect()
        }
        Value::Map(entries) => entries.iter().map(|(name, value)| (name.clone(), json(value))).collect(),
    }
}
