//! A file that says what breaks when.
//!
//! ```toml
//! [[fault]]
//! at = "30s"              # since the lab's start, in its own time; at once when left out
//! target = "us-east-1"    # or route53, nameserver-2, checkers-eu-west-1, …
//! kind = "http-503"
//! for = "2m"              # until the next fault of the same target when left out
//! ```

use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::{Order, Target};
use crate::clock;

/// Orders from a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scenario {
    /// In the order of the file; times count from when they are taken.
    pub orders: Vec<Order>,
}

/// Why a text is no scenario.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// It is no TOML, or has other keys than those of a scenario; TOML's own words name the place.
    #[error("{0}")]
    Shape(#[from] toml::de::Error),
    /// A value means nothing.
    #[error("line {line}: {sentence}")]
    Value {
        /// From 1.
        line: usize,
        /// What is wrong, and what would be right.
        sentence: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    fault: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    at: Option<Spanned<String>>,
    target: Spanned<String>,
    kind: String,
    #[serde(rename = "for")]
    lasting: Option<Spanned<String>>,
}

impl Scenario {
    /// Reads a scenario. Whether the lab has the parts and knows their faults is seen when it takes it.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        let file: File = toml::from_str(text)?;
        let order = |entry: &Entry| {
            Ok(Order {
                target: value(text, &entry.target, |name| name.parse::<Target>().map_err(|e| e.to_string()))?,
                kind: entry.kind.clone(),
                after: entry.at.as_ref().map_or(Ok(Duration::ZERO), |at| value(text, at, seconds))?,
                lasting: entry.lasting.as_ref().map(|lasting| value(text, lasting, seconds)).transpose()?,
            })
        };
        Ok(Self { orders: file.fault.iter().map(order).collect::<Result<_, ScenarioError>>()? })
    }
}

fn value<T>(
    text: &str,
    spanned: &Spanned<String>,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Result<T, ScenarioError> {
    read(spanned.get_ref()).map_err(|sentence| {
        let before = text.get(..spanned.span().start).unwrap_or(text);
        ScenarioError::Value { line: before.matches('\n').count() + 1, sentence }
    })
}

fn seconds(text: &str) -> Result<Duration, String> {
    clock::duration(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_is_a_list_of_orders() {
        let text = "[[fault]]\nat = \"1m 30s\"\ntarget = \"us-east-1\"\nkind = \"refuse\"\nfor = \"2h\"\n\n\
                    [[fault]]\ntarget = \"nameserver-2\"\nkind = \"stale\"\n";
        let scenario = Scenario::parse(text).expect("a scenario");
        let target = |name: &str| name.parse::<Target>().expect("a target");
        let first = Order {
            after: Duration::from_secs(90),
            lasting: Some(Duration::from_hours(2)),
            ..Order::now(target("us-east-1"), "refuse")
        };
        assert_eq!(scenario.orders, [first, Order::now(target("nameserver-2"), "stale")]);
        assert_eq!(Scenario::parse("").expect("an empty one"), Scenario::default());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, expected) in [
            ("[[fault]]\ntarget = \"mars\"\nkind = \"x\"", "line 2: `mars` is no part of a lab"),
            (
                "[[fault]]\ntarget = \"route53\"\nkind = \"down\"\nat = \"soon\"",
                "line 4: `soon` is no duration",
            ),
            (
                "[[fault]]\ntarget = \"route53\"\nkind = \"down\"\nfor = \"-1s\"",
                "line 4: `-1s` is no duration",
            ),
            ("[[fault]]\ntarget = \"route53\"\nkind = \"down\"\nuntil = \"9s\"", "unknown field `until`"),
            ("[[fault]]\ntarget = \"route53\"", "missing field `kind`"),
        ] {
            let error = Scenario::parse(text).expect_err(text).to_string();
            assert!(error.contains(expected), "{expected}: {error}");
        }
    }
}
