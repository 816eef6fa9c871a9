//! Does a condition of a statement hold? By the operators of IAM.
//!
//! A key is in the request's [`Facts`] or absent from it, and IAM says what each operator makes of that
//! (IAM User Guide, `reference_policies_elements_condition_operators`): one that asks for a difference
//! holds when the key is absent, the others do not.

use std::net::IpAddr;

use jiff::Timestamp;

use super::{error::PolicyError, facts::Facts, wildcard::matches_wildcards};

/// One operator on one key, with the values that are asked for.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    operator: String,
    if_exists: bool,
    for_all_values: bool,
    key: String,
    values: Vec<String>,
}

/// Operators that hold when the key is absent, because they ask for a difference.
const NEGATIVE_OPERATORS: [&str; 8] = [
    "StringNotEquals",
    "StringNotEqualsIgnoreCase",
    "StringNotLike",
    "NumericNotEquals",
    "DateNotEquals",
    "NotIpAddress",
    "ArnNotEquals",
    "ArnNotLike",
];

const POSITIVE_OPERATORS: [&str; 19] = [
    "StringEquals",
    "StringEqualsIgnoreCase",
    "StringLike",
    "NumericEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "ArnEquals",
    "ArnLike",
    "Null",
];

/// Keys on whose fixed values a grant to everyone is not public (S3 User Guide,
/// `access-control-block-public-access`, "The meaning of public").
const NARROWING_KEYS: [&str; 12] = [
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourceip",
    "aws:userid",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "s3:dataaccesspointarn",
    "s3:dataaccesspointaccount",
];

impl Condition {
    /// Reads a condition; an operator that IAM does not have is refused.
    pub(super) fn parse(operator: &str, key: &str, values: Vec<String>) -> Result<Self, PolicyError> {
        let (for_all_values, name) = match operator.split_once(':') {
            Some(("ForAllValues", name)) => (true, name),
            Some(("ForAnyValue", name)) => (false, name),
            _ => (false, operator),
        };
        let (if_exists, name) = match name.strip_suffix("IfExists") {
            Some(name) => (true, name),
            None => (false, name),
        };
        if !NEGATIVE_OPERATORS.contains(&name) && !POSITIVE_OPERATORS.contains(&name) {
            return Err(PolicyError::ConditionOperator(operator.to_owned()));
        }
        Ok(Self {
            operator: name.to_owned(),
            if_exists,
            for_all_values,
            key: key.to_ascii_lowercase(),
            values,
        })
    }

    /// Whether the condition holds for a request.
    pub(super) fn holds(&self, facts: &Facts) -> bool {
        let present = facts.get(&self.key);
        let negative = NEGATIVE_OPERATORS.contains(&self.operator.as_str());
        match (self.operator.as_str(), present) {
            ("Null", present) => {
                self.values.iter().any(|value| value.eq_ignore_ascii_case("true")) == present.is_none()
            }
            (_, None) => negative || self.if_exists || self.for_all_values,
            (operator, Some(text)) => {
                self.values.iter().any(|value| compare(operator, value, text)) != negative
            }
        }
    }

    /// Whether it limits a grant to everyone so far that S3 does not call it public.
    pub(super) fn narrows_everyone_down(&self) -> bool {
        let fixed = |value: &String| !value.contains(['*', '?']) && !value.ends_with("/0");
        let equality = matches!(
            self.operator.as_str(),
            "StringEquals" | "StringEqualsIgnoreCase" | "StringLike" | "ArnEquals" | "ArnLike" | "IpAddress"
        );
        equality
            && !self.if_exists
            && !self.for_all_values
            && NARROWING_KEYS.contains(&self.key.as_str())
            && self.values.iter().all(fixed)
    }
}

/// Whether what the request has, `text`, is as the policy's `value` wants it, negation aside.
fn compare(operator: &str, value: &str, text: &str) -> bool {
    let ordered = |kind: &str| operator.strip_prefix(kind).map(|rest| rest.trim_start_matches("Not"));
    match operator {
        // "ArnEquals and ArnLike behave identically": both match wildcards.
        "StringLike" | "StringNotLike" | "ArnLike" | "ArnNotLike" | "ArnEquals" | "ArnNotEquals" => {
            matches_wildcards(value, text)
        }
        "Bool" | "StringEqualsIgnoreCase" | "StringNotEqualsIgnoreCase" => value.eq_ignore_ascii_case(text),
        "IpAddress" | "NotIpAddress" => within(value, text),
        _ => match (ordered("Numeric"), ordered("Date")) {
            (Some(relation), _) => in_order(relation, text.parse::<f64>().ok(), value.parse().ok()),
            (_, Some(relation)) => in_order(relation, moment(text), moment(value)),
            _ => value == text,
        },
    }
}

fn in_order<T: PartialOrd>(relation: &str, found: Option<T>, wanted: Option<T>) -> bool {
    let (Some(found), Some(wanted)) = (found, wanted) else { return false };
    match relation {
        "LessThan" => found < wanted,
        "LessThanEquals" => found <= wanted,
        "GreaterThan" => found > wanted,
        "GreaterThanEquals" => found >= wanted,
        _ => found == wanted,
    }
}

/// A date of a policy: ISO 8601, or the seconds since 1970.
fn moment(text: &str) -> Option<Timestamp> {
    let seconds = || Timestamp::from_second(text.parse().ok()?).ok();
    let day = || text.parse::<jiff::civil::Date>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    text.parse().ok().or_else(seconds).or_else(|| day().map(|day| day.timestamp()))
}

/// Whether an address lies in a network, written `ADDRESS/BITS` or `ADDRESS`.
fn within(network: &str, address: &str) -> bool {
    let (start, bits) = match network.split_once('/') {
        Some((start, bits)) => (start, bits.parse::<u32>().ok()),
        None => (network, Some(128)),
    };
    let (Ok(start), Ok(address), Some(bits)) = (start.parse(), address.parse(), bits) else { return false };
    let (start, address, length) = match (start, address) {
        (IpAddr::V4(start), IpAddr::V4(address)) => {
            (u128::from(start.to_bits()), u128::from(address.to_bits()), 32)
        }
        (IpAddr::V6(start), IpAddr::V6(address)) => (start.to_bits(), address.to_bits(), 128),
        _ => return false,
    };
    let free = length - bits.min(length);
    start.checked_shr(free).unwrap_or(0) == address.checked_shr(free).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_their_addresses() {
        for (network, address, expected) in [
            ("127.0.0.0/8", "127.0.0.1", true),
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1/32", "127.0.0.2", false),
            ("0.0.0.0/0", "127.0.0.1", true),
            ("::/0", "127.0.0.1", false),
            ("2001:db8::/32", "2001:db8:1::1", true),
            ("::/0", "2001:db8::1", true),
            ("nonsense/8", "127.0.0.1", false),
        ] {
            assert_eq!(within(network, address), expected, "{network} {address}");
        }
    }

    #[test]
    fn operators_compare_as_their_kinds_do() {
        for (operator, value, text, expected) in [
            ("NumericLessThanEquals", "10", "9", true),
            ("NumericLessThanEquals", "10", "1000", false),
            ("NumericNotEquals", "10", "10.0", true),
            ("DateGreaterThan", "2020-01-01T00:00:00Z", "2026-01-01T00:00:00Z", true),
            ("DateGreaterThan", "1577836800", "2019-01-01T00:00:00Z", false),
            ("StringLike", "home/*", "home/a", true),
            ("StringEquals", "home/*", "home/a", false),
            ("ArnEquals", "arn:aws:s3:::b*", "arn:aws:s3:::bucket", true),
        ] {
            assert_eq!(compare(operator, value, text), expected, "{operator} {value} {text}");
        }
    }
}
