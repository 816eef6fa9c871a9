//! Is this text a policy? The document as JSON has it, and the checks that it must pass.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    BUCKET_ARN, Effect,
    condition::Condition,
    error::PolicyError,
    statement::{Patterns, Policy, Principals, Statement},
    wildcard::matches_wildcards,
};

/// IAM User Guide, `reference_policies_elements_version`: these two, and the older where none is named.
const VERSIONS: [&str; 2] = ["2012-10-17", "2008-10-17"];

impl Policy {
    /// Reads and checks the policy of `bucket`.
    pub(crate) fn parse(document: &str, bucket: &str) -> Result<Self, PolicyError> {
        Self::parse_about(document, |resource| {
            let Some(name) = resource.strip_prefix(BUCKET_ARN) else { return false };
            let name = name.split_once('/').map_or(name, |(name, _)| name);
            // `arn:aws:s3:::bucket*` is a common way to write the bucket and all that is in it.
            matches_wildcards(name, bucket)
        })
    }

    /// Reads and checks a policy that may be about the resources that are `ours` alone.
    pub(crate) fn parse_about(document: &str, ours: impl Fn(&str) -> bool) -> Result<Self, PolicyError> {
        let raw: RawPolicy = serde_json::from_str(document).map_err(PolicyError::Json)?;
        if raw.version.as_ref().is_some_and(|version| !VERSIONS.contains(&version.as_str())) {
            return Err(PolicyError::Version);
        }
        // "Variables were introduced in version 2012-10-17"; in older policies they are plain text.
        let variables = raw.version.is_some_and(|version| version == VERSIONS[0]);
        let checked = |statement: RawStatement| {
            let mut statement = statement.check(&ours)?;
            if !variables {
                statement.resources.patterns.iter_mut().for_each(|text| *text = text.replace("${", "${$}{"));
            }
            Ok(statement)
        };
        let statements = raw.statement.into_vec().into_iter().map(checked);
        Ok(Self { statements: statements.collect::<Result<_, _>>()? })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct RawPolicy {
    version: Option<String>,
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
    fn check(self, ours: &impl Fn(&str) -> bool) -> Result<Statement, PolicyError> {
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
        if !resources.patterns.iter().all(|resource| ours(resource)) {
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
        let (accounts, services) = match self {
            Self::Everyone(text) if text == "*" => (vec![text], Vec::new()),
            Self::Everyone(_) => return Err(PolicyError::Principal),
            // Federated users never call the lab, so their names match nobody.
            Self::Named(mut kinds) => {
                let mut names = |kind| kinds.remove(kind).map(OneOrMany::into_vec).unwrap_or_default();
                (names("AWS"), names("Service"))
            }
        };
        Ok(Principals { everyone: accounts.iter().any(|name| name == "*"), accounts, services, negated })
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
