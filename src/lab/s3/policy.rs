//! What does a bucket policy say? Reads the document and matches its statements.
//!
//! A document is checked when it is put, and refused as S3 refuses it (`MalformedPolicy`), so that
//! matching later cannot fail. Understood are principals, actions and resources with their negations
//! and wildcards, and all condition operators of IAM. Of the condition keys the lab knows the value
//! of `aws:SecureTransport` (always false: the lab speaks plain HTTP); every other key counts as
//! absent from the request, which IAM defines too (IAM User Guide,
//! `reference_policies_elements_condition_operators`).

use std::collections::BTreeMap;

use serde::Deserialize;

/// Whom a statement is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It allows.
    Allow,
    /// It denies, and wins over every allow.
    Deny,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Nobody signed the request.
    Anonymous,
    /// The account that owns the bucket signed it.
    Owner,
}

/// What a request wants to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt<'a> {
    /// The IAM action, such as `s3:GetObject`.
    pub action: &'a str,
    /// The bucket.
    pub bucket: &'a str,
    /// The key, when the request is about an object.
    pub key: Option<&'a str>,
}

impl Attempt<'_> {
    fn resource(&self) -> String {
        match self.key {
            Some(key) => format!("{ARN_PREFIX}{}/{key}", self.bucket),
            None => format!("{ARN_PREFIX}{}", self.bucket),
        }
    }
}

const ARN_PREFIX: &str = "arn:aws:s3:::";

/// Why a document is no bucket policy. The sentences are S3's own where they are known.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PolicyError {
    /// Not JSON, or not the shape of a policy.
    #[error("This policy contains invalid Json")]
    Json(#[source] serde_json::Error),
    /// Neither `Principal` nor `NotPrincipal`, or both.
    #[error("Missing required field Principal")]
    Principal,
    /// Neither `Action` nor `NotAction`, or both.
    #[error("Missing required field Action")]
    MissingAction,
    /// An action of another service.
    #[error("Policy has invalid action")]
    Action,
    /// Neither `Resource` nor `NotResource`, or both.
    #[error("Missing required field Resource")]
    MissingResource,
    /// A resource that is not this bucket or something in it.
    #[error("Policy has invalid resource")]
    Resource,
    /// A condition operator that IAM does not have.
    #[error("Invalid Condition type : {0}")]
    ConditionOperator(String),
}

/// A bucket policy, ready to be matched.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    statements: Vec<Statement>,
}

#[derive(Clone, Debug)]
struct Statement {
    effect: Effect,
    principals: Principals,
    actions: Patterns,
    resources: Patterns,
    conditions: Vec<Condition>,
}

#[derive(Clone, Debug)]
struct Principals {
    everyone: bool,
    accounts: Vec<String>,
    negated: bool,
}

#[derive(Clone, Debug)]
struct Patterns {
    patterns: Vec<String>,
    negated: bool,
}

#[derive(Clone, Debug)]
struct Condition {
    operator: String,
    if_exists: bool,
    for_all_values: bool,
    key: String,
    values: Vec<String>,
}

impl Policy {
    /// Reads the policy of `bucket`.
    pub(crate) fn parse(document: &str, bucket: &str) -> Result<Self, PolicyError> {
        let raw: RawPolicy = serde_json::from_str(document).map_err(PolicyError::Json)?;
        let statements = raw
            .statement
            .into_vec()
            .into_iter()
            .map(|statement| statement.check(bucket))
            .collect::<Result<_, _>>()?;
        Ok(Self { statements })
    }

    /// Whether a statement of this effect applies to the attempt; `owner_account` is the account that
    /// [`Caller::Owner`] stands for.
    pub(crate) fn has(
        &self,
        effect: Effect,
        caller: Caller,
        attempt: Attempt<'_>,
        owner_account: &str,
    ) -> bool {
        let resource = attempt.resource();
        self.statements.iter().any(|statement| {
            statement.effect == effect
                && statement.principals.include(caller, owner_account)
                && statement.actions.match_ignoring_case(attempt.action)
                && statement.resources.match_exactly(&resource)
                && statement.conditions.iter().all(Condition::holds)
        })
    }

    /// Whether S3 calls the policy public (S3 User Guide, `access-control-block-public-access`, "The
    /// meaning of public"): it grants something to everyone, and no condition on a fixed value of a
    /// listed key narrows everyone down.
    pub(crate) fn is_public(&self) -> bool {
        self.statements.iter().any(|statement| {
            statement.effect == Effect::Allow
                && (statement.principals.everyone || statement.principals.negated)
                && !statement.conditions.iter().any(Condition::narrows_everyone_down)
        })
    }
}

impl Principals {
    fn include(&self, caller: Caller, owner_account: &str) -> bool {
        let named = self.everyone
            || (caller == Caller::Owner
                && self.accounts.iter().any(|name| {
                    name == owner_account || name.starts_with(&format!("arn:aws:iam::{owner_account}:"))
                }));
        named != self.negated
    }
}

impl Patterns {
    fn match_exactly(&self, text: &str) -> bool {
        self.patterns.iter().any(|pattern| matches_wildcards(pattern, text)) != self.negated
    }

    fn match_ignoring_case(&self, text: &str) -> bool {
        let text = text.to_ascii_lowercase();
        self.patterns.iter().any(|pattern| matches_wildcards(&pattern.to_ascii_lowercase(), &text))
            != self.negated
    }
}

/// Operators that hold when the key is absent, because they ask for a difference.
const NEGATIVE_OPERATORS: [&str; 9] = [
    "StringNotEquals",
    "StringNotEqualsIgnoreCase",
    "StringNotLike",
    "NumericNotEquals",
    "DateNotEquals",
    "NotIpAddress",
    "ArnNotEquals",
    "ArnNotLike",
    "BinaryNotEquals",
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

/// Keys on whose fixed values a grant to everyone is not public (same page of the S3 User Guide).
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
    fn parse(operator: &str, key: &str, values: Vec<String>) -> Result<Self, PolicyError> {
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

    fn holds(&self) -> bool {
        let present = (self.key == "aws:securetransport").then_some("false");
        let negative = NEGATIVE_OPERATORS.contains(&self.operator.as_str());
        match (self.operator.as_str(), present) {
            ("Null", present) => {
                self.values.iter().any(|value| value.eq_ignore_ascii_case("true")) == present.is_none()
            }
            (_, None) => negative || self.if_exists || self.for_all_values,
            ("StringLike" | "StringNotLike", Some(text)) => {
                self.values.iter().any(|value| matches_wildcards(value, text)) != negative
            }
            ("Bool" | "StringEqualsIgnoreCase" | "StringNotEqualsIgnoreCase", Some(text)) => {
                self.values.iter().any(|value| value.eq_ignore_ascii_case(text)) != negative
            }
            (_, Some(text)) => self.values.iter().any(|value| value == text) != negative,
        }
    }

    fn narrows_everyone_down(&self) -> bool {
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

/// Whether `text` fits `pattern`, in which `*` stands for any run of characters and `?` for one
/// (IAM User Guide, `reference_policies_elements_resource`).
fn matches_wildcards(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where to go on when a guess about the last `*` was too short: behind it, one character later.
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p + 1, t + 1));
                p += 1;
            }
            Some(&c) if c == '?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match retry {
                Some((after_star, from)) => {
                    (p, t) = (after_star, from);
                    retry = Some((after_star, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct RawPolicy {
    #[serde(rename = "Version")]
    _version: Option<String>,
    #[serde(rename = "Id")]
    _id: Option<String>,
    statement: OneOrMany<RawStatement>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct RawStatement {
    #[serde(rename = "Sid")]
    _sid: Option<String>,
    effect: RawEffect,
    principal: Option<RawPrincipal>,
    not_principal: Option<RawPrincipal>,
    action: Option<OneOrMany<String>>,
    not_action: Option<OneOrMany<String>>,
    resource: Option<OneOrMany<String>>,
    not_resource: Option<OneOrMany<String>>,
    #[serde(default)]
    condition: BTreeMap<String, BTreeMap<String, OneOrMany<RawValue>>>,
}

#[derive(Deserialize)]
enum RawEffect {
    Allow,
    Deny,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawPrincipal {
    Everyone(String),
    Named(BTreeMap<String, OneOrMany<String>>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawValue {
    Text(String),
    Bool(bool),
    Number(serde_json::Number),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    fn into_vec(self) -> Vec<T> {
        match self {
            Self::One(value) => vec![value],
            Self::Many(values) => values,
        }
    }
}

impl RawStatement {
    fn check(self, bucket: &str) -> Result<Statement, PolicyError> {
        let principals = match (self.principal, self.not_principal) {
            (Some(principal), None) => principal.check(false)?,
            (None, Some(principal)) => principal.check(true)?,
            _ => return Err(PolicyError::Principal),
        };
        let actions = one_of(self.action, self.not_action).ok_or(PolicyError::MissingAction)?;
        let known = |action: &String| action == "*" || action.to_ascii_lowercase().starts_with("s3:");
        if !actions.patterns.iter().all(known) {
            return Err(PolicyError::Action);
        }
        let resources = one_of(self.resource, self.not_resource).ok_or(PolicyError::MissingResource)?;
        let ours = |resource: &String| {
            let Some(name) = resource.strip_prefix(ARN_PREFIX) else { return false };
            let name = name.split_once('/').map_or(name, |(name, _)| name);
            // `arn:aws:s3:::bucket*` is a common way to write the bucket and all that is in it.
            matches_wildcards(name, bucket)
        };
        if !resources.patterns.iter().all(ours) {
            return Err(PolicyError::Resource);
        }
        let conditions = self.condition.into_iter().flat_map(|(operator, keys)| {
            keys.into_iter().map(move |(key, values)| {
                let values = values.into_vec().into_iter().map(RawValue::into_text).collect();
                Condition::parse(&operator, &key, values)
            })
        });
        Ok(Statement {
            effect: match self.effect {
                RawEffect::Allow => Effect::Allow,
                RawEffect::Deny => Effect::Deny,
            },
            principals,
            actions,
            resources,
            conditions: conditions.collect::<Result<_, _>>()?,
        })
    }
}

impl RawPrincipal {
    fn check(self, negated: bool) -> Result<Principals, PolicyError> {
        let accounts = match self {
            Self::Everyone(text) if text == "*" => vec![text],
            Self::Everyone(_) => return Err(PolicyError::Principal),
            // Services and federated users never call the lab, so their names match nobody.
            Self::Named(mut kinds) => kinds.remove("AWS").map(OneOrMany::into_vec).unwrap_or_default(),
        };
        Ok(Principals { everyone: accounts.iter().any(|name| name == "*"), accounts, negated })
    }
}

impl RawValue {
    fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Bool(value) => value.to_string(),
            Self::Number(value) => value.to_string(),
        }
    }
}

fn one_of(plain: Option<OneOrMany<String>>, negated: Option<OneOrMany<String>>) -> Option<Patterns> {
    match (plain, negated) {
        (Some(patterns), None) => Some(Patterns { patterns: patterns.into_vec(), negated: false }),
        (None, Some(patterns)) => Some(Patterns { patterns: patterns.into_vec(), negated: true }),
        _ => None,
    }
}
