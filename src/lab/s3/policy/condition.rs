//! Does a condition of a statement hold? By the operators of IAM.
//!
//! The lab knows `aws:SecureTransport`, which is always false, as the lab speaks plain HTTP, and what a
//! request through an access point says of it, `s3:DataAccessPointArn` and `s3:DataAccessPointAccount`
//! (Service Authorization Reference, `list_amazons3`). Every other key counts as absent from the
//! request, and IAM says what each operator makes of that (IAM User Guide,
//! `reference_policies_elements_condition_operators`).

use super::{error::PolicyError, wildcard::matches_wildcards};
use crate::lab::credentials::ACCOUNT_ID;

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

    /// Whether the condition holds for a request to the lab, which came through the access point of
    /// this ARN or through none.
    pub(super) fn holds(&self, access_point: Option<&str>) -> bool {
        let present = match self.key.as_str() {
            "aws:securetransport" => Some("false"),
            "s3:dataaccesspointarn" => access_point,
            "s3:dataaccesspointaccount" => access_point.map(|_| ACCOUNT_ID),
            _ => None,
        };
        let negative = NEGATIVE_OPERATORS.contains(&self.operator.as_str());
        match (self.operator.as_str(), present) {
            ("Null", present) => {
                self.values.iter().any(|value| value.eq_ignore_ascii_case("true")) == present.is_none()
            }
            (_, None) => negative || self.if_exists || self.for_all_values,
            // "ArnEquals and ArnLike behave identically" (same page).
            (
                "StringLike" | "StringNotLike" | "ArnEquals" | "ArnLike" | "ArnNotEquals" | "ArnNotLike",
                Some(text),
            ) => self.values.iter().any(|value| matches_wildcards(value, text)) != negative,
            ("Bool" | "StringEqualsIgnoreCase" | "StringNotEqualsIgnoreCase", Some(text)) => {
                self.values.iter().any(|value| value.eq_ignore_ascii_case(text)) != negative
            }
            (_, Some(text)) => self.values.iter().any(|value| value == text) != negative,
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
