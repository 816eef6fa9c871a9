//! What travels, whatever the protocol: a tree of values.
//!
//! Answers are made of [`Value`], because the protocols write a date and a list each in its own way.
//! Questions are read into JSON documents, whatever they came in, and then into typed inputs; the query
//! protocol knows nothing but text, so the scalars here ([`Whole`], [`Real`], [`Truth`], [`Date`]) accept
//! text that reads as one. (By that the lab accepts `"60"` for `60` in JSON too; AWS may refuse it.)

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, de::Error};

/// A value of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Number(f64),
    Whole(i64),
    Truth(bool),
    Date(Timestamp),
    List(Vec<Value>),
    /// Members by name; those without a value are left out.
    Structure(Vec<(&'static str, Value)>),
    /// Keys that the caller chose.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// Text.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A list of anything that makes a value.
    pub(crate) fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::List(items.into_iter().collect())
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Truth(bool),
    Number(f64),
    Text(String),
}

/// A whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Whole(pub(crate) i64);

/// A number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Real(pub(crate) f64);

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Truth(pub(crate) bool);

/// A moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Date(pub(crate) Timestamp);

impl<'de> Deserialize<'de> for Real {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = match Scalar::deserialize(deserializer)? {
            Scalar::Number(number) => Some(number),
            Scalar::Text(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
            Scalar::Truth(_) => None,
        };
        number.map(Self).ok_or_else(|| D::Error::custom("a number is expected"))
    }
}

impl<'de> Deserialize<'de> for Whole {
    #[expect(clippy::cast_possible_truncation, reason = "the number is whole and within 2^53")]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Real(number) = Real::deserialize(deserializer)?;
        if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 {
            Ok(Self(number as i64))
        } else {
            Err(D::Error::custom("a whole number is expected"))
        }
    }
}

impl<'de> Deserialize<'de> for Truth {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Scalar::deserialize(deserializer)? {
            Scalar::Truth(truth) => Ok(Self(truth)),
            Scalar::Text(text) => text.parse().map(Self).map_err(D::Error::custom),
            Scalar::Number(_) => Err(D::Error::custom("true or false is expected")),
        }
    }
}

impl<'de> Deserialize<'de> for Date {
    /// Seconds since 1970 (JSON, CBOR), or a date as ISO 8601 writes it (query).
    #[expect(clippy::cast_possible_truncation, reason = "`as` saturates, and a date beyond is refused")]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let date = match Scalar::deserialize(deserializer)? {
            Scalar::Number(seconds) => Timestamp::from_millisecond((seconds * 1_000.0).round() as i64).ok(),
            Scalar::Text(text) => text.parse().ok(),
            Scalar::Truth(_) => None,
        };
        date.map(Self).ok_or_else(|| D::Error::custom("a date is expected"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: serde::de::DeserializeOwned>(json: &str) -> Option<T> {
        serde_json::from_str(json).ok()
    }

    #[test]
    fn scalars_come_as_themselves_or_as_text() {
        for json in ["60", "60.0", "\"60\""] {
            assert_eq!(read(json), Some(Whole(60)), "{json}");
        }
        for json in ["0.5", "\"0.5\""] {
            assert_eq!(read(json), Some(Real(0.5)), "{json}");
            assert_eq!(read::<Whole>(json), None, "{json}");
        }
        for json in ["true", "\"true\""] {
            assert_eq!(read(json), Some(Truth(true)), "{json}");
        }
        let date = "2026-01-02T03:04:05Z".parse().expect("a date");
        for json in ["1767323045", "\"2026-01-02T03:04:05Z\"", "1767323045.0"] {
            assert_eq!(read(json), Some(Date(date)), "{json}");
        }
        for json in ["1e300", "\"inf\"", "\"yesterday\"", "[]", "null", "true"] {
            assert_eq!((read::<Date>(json), read::<Whole>(json)), (None, None), "{json}");
        }
    }
}
