//! IAM roles that are assumed for requests to another account.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::serde_as_text;

/// The ARN of a role, `arn:PARTITION:iam::ACCOUNT:role/PATH/NAME`
/// (STS model, `arnType`; IAM model, `pathType` and `roleNameType`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleArn(String);

/// Why a text is not the ARN of a role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RoleArnError {
    /// No ARN at all, or not one of IAM.
    #[error("`{0}` is no ARN of IAM: those begin with `arn:aws:iam::` and the 12 digits of an account")]
    NotIam(String),
    /// An ARN of IAM that is not a role's.
    #[error("`{0}` is no role: after the account there is `role/` and the role's name")]
    NotARole(String),
    /// The name of the role cannot be.
    #[error("`{0}` is no name of a role: that has 1 to 64 letters, digits and any of `+=,.@_-`")]
    Name(String),
    /// The path before the name cannot be.
    #[error("`/{0}/` is no path of a role: that has at most 512 visible characters")]
    Path(String),
}

impl RoleArn {
    /// The ARN as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The account that the role belongs to.
    pub fn account(&self) -> &str {
        self.0.split(':').nth(4).expect("the ARN of a role has six parts")
    }
}

impl FromStr for RoleArn {
    type Err = RoleArnError;

    fn from_str(text: &str) -> Result<Self, RoleArnError> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", partition, "iam", "", account, resource] = parts.as_slice() else {
            return Err(RoleArnError::NotIam(text.to_owned()));
        };
        // aws, aws-cn, aws-us-gov, aws-iso-b, aws-eusc, …
        let partition = *partition == "aws" || partition.starts_with("aws-");
        if !partition || account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(RoleArnError::NotIam(text.to_owned()));
        }
        let Some(path) = resource.strip_prefix("role/") else {
            return Err(RoleArnError::NotARole(text.to_owned()));
        };
        let (path, name) = path.rsplit_once('/').unwrap_or(("", path));
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
        if !(1..=64).contains(&name.len()) || !name.bytes().all(fits) {
            return Err(RoleArnError::Name(name.to_owned()));
        }
        if path.len() + 2 > 512 || !path.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(RoleArnError::Path(path.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(RoleArn);

/// The word that a role's trust policy may ask for (`sts:ExternalId`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExternalId(String);

/// Not an external id (STS model, `externalIdType`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no external id: that has 2 to 1224 letters, digits and any of `_+=,.@:/-`")]
pub struct ExternalIdError(String);

impl ExternalId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ExternalId {
    type Err = ExternalIdError;

    fn from_str(text: &str) -> Result<Self, ExternalIdError> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@:/-".contains(&byte);
        if (2..=1224).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ExternalIdError(text.to_owned()))
        }
    }
}

impl fmt::Display for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(ExternalId);

/// A role to assume, and the word that its trust policy asks for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AssumedRole {
    /// The role.
    #[serde(rename = "role_arn")]
    pub arn: RoleArn,
    /// What to show for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<ExternalId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_have_accounts_paths_and_names() {
        for good in [
            "arn:aws:iam::111122223333:role/dns",
            "arn:aws:iam::111122223333:role/teams/platform/dns+zone=1,a.b@c_d-e",
            "arn:aws-cn:iam::111122223333:role/dns",
            "arn:aws-us-gov:iam::111122223333:role/service-role/dns",
        ] {
            let arn: RoleArn = good.parse().unwrap_or_else(|error| panic!("{error}"));
            assert_eq!((arn.as_str(), arn.account()), (good, "111122223333"));
        }
    }

    #[test]
    fn what_is_no_role_is_refused_for_its_reason() {
        let error = |text: &str| text.parse::<RoleArn>().expect_err("no role");
        for text in [
            "dns",
            "arn:aws:iam::1234:role/dns",
            "arn:aws:s3:::bucket",
            "arn:aws:iam:us-east-1:111122223333:role/dns",
            "arn:awsome:iam::111122223333:role/dns",
        ] {
            assert_eq!(error(text), RoleArnError::NotIam(text.to_owned()));
        }
        let session = "arn:aws:iam::111122223333:user/me";
        assert_eq!(error(session), RoleArnError::NotARole(session.to_owned()));
        assert_eq!(error("arn:aws:iam::111122223333:role/"), RoleArnError::Name(String::new()));
        assert_eq!(error("arn:aws:iam::111122223333:role/a b"), RoleArnError::Name("a b".to_owned()));
        let path = "p".repeat(511);
        assert_eq!(error(&format!("arn:aws:iam::111122223333:role/{path}/dns")), RoleArnError::Path(path));
        assert!("x".parse::<ExternalId>().is_err());
        assert!("a b".parse::<ExternalId>().is_err());
        assert!("a/b:c".parse::<ExternalId>().is_ok());
    }
}
