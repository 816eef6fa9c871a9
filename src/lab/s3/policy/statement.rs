//! Does a policy speak about a request? Whom, what and when its statements are about.

use super::{BUCKET_ARN, caller::Caller, condition::Condition, facts::Facts, wildcard::matches_wildcards};

/// Whom a statement is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It allows.
    Allow,
    /// It denies, and wins over every allow.
    Deny,
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
            Some(key) => format!("{BUCKET_ARN}{}/{key}", self.bucket),
            None => format!("{BUCKET_ARN}{}", self.bucket),
        }
    }
}

/// A bucket policy, ready to be matched.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(super) statements: Vec<Statement>,
}

impl Policy {
    /// Whether a statement of this effect applies to the attempt; `owner_account` is the account that
    /// [`Caller::Owner`] stands for.
    pub(crate) fn has(
        &self,
        effect: Effect,
        caller: Caller,
        attempt: Attempt<'_>,
        facts: &Facts,
        owner_account: &str,
    ) -> bool {
        self.says(effect, caller, (attempt.action, &attempt.resource()), facts, owner_account)
    }

    /// The same of an action on the resource with an ARN, whatever it is.
    pub(crate) fn says(
        &self,
        effect: Effect,
        caller: Caller,
        (action, resource): (&str, &str),
        facts: &Facts,
        owner_account: &str,
    ) -> bool {
        self.statements.iter().any(|statement| {
            statement.effect == effect
                && statement.principals.include(caller, owner_account)
                && statement.actions.match_ignoring_case(action)
                && statement.resources.match_exactly(resource)
                && statement.conditions.iter().all(|condition| condition.holds(facts, caller))
        })
    }

    /// Whether a statement denies the attempt to the role with this ARN, when replication acts for it.
    pub(crate) fn denies_role(&self, role: &str, attempt: Attempt<'_>) -> bool {
        let resource = attempt.resource();
        let facts = Facts::of_replication(role);
        self.statements.iter().any(|statement| {
            statement.effect == Effect::Deny
                && statement.principals.include_role(role)
                && statement.actions.match_ignoring_case(attempt.action)
                && statement.resources.match_exactly(&resource)
                && statement.conditions.iter().all(|condition| condition.holds(&facts, Caller::Owner))
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

/// One statement.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub effect: Effect,
    pub principals: Principals,
    pub actions: Patterns,
    pub resources: Patterns,
    pub conditions: Vec<Condition>,
}

/// Whom a statement is about, or, negated, whom it is not about.
#[derive(Clone, Debug)]
pub(super) struct Principals {
    pub everyone: bool,
    pub accounts: Vec<String>,
    pub services: Vec<String>,
    pub negated: bool,
}

/// The actions or resources that a statement is about, or, negated, those that it is not about.
#[derive(Clone, Debug)]
pub(super) struct Patterns {
    pub patterns: Vec<String>,
    pub negated: bool,
}

impl Principals {
    fn include(&self, caller: Caller, owner_account: &str) -> bool {
        let named = self.everyone
            || matches!(caller, Caller::Service(key) if self.services.iter().any(|name| name == key.principal))
            || match caller {
                Caller::Owner => self.name_account(owner_account),
                Caller::Account(account) => self.name_account(&account.to_string()),
                Caller::Anonymous | Caller::Service(_) => false,
            };
        named != self.negated
    }

    /// Whether the account is among them, or anybody of it (modelled: users and roles count as their account).
    fn name_account(&self, account: &str) -> bool {
        let prefixes = ["iam", "sts"].map(|service| format!("arn:aws:{service}::{account}:"));
        let named = |name: &String| name == account || prefixes.iter().any(|prefix| name.starts_with(prefix));
        self.accounts.iter().any(named)
    }

    /// Whether the role is among them, by its own ARN or by that of its account.
    fn include_role(&self, role: &str) -> bool {
        let account = role.split(':').nth(4).unwrap_or_default();
        let named = |name: &String| {
            name == role || name == account || *name == format!("arn:aws:iam::{account}:root")
        };
        (self.everyone || self.accounts.iter().any(named)) != self.negated
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
