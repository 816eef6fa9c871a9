//! How is a Multi-Region Access Point called? By its owner's name, by the alias that S3 made, by an ARN.
//!
//! "alias and ARN are not interchangeable" with the name (S3 User Guide, `MultiRegionAccessPointRequests`):
//! control calls take the name, routes and object calls the ARN, hosts the alias.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    lab::{chance, credentials::ACCOUNT_ID},
    model::serde_as_text,
};

/// What follows the alias in the name of the host.
const HOST_SUFFIX: &str = ".accesspoint.s3-global.amazonaws.com";

/// The name that the owner gave: 3 to 50 lower-case letters, digits and hyphens, and no hyphen at either
/// end (S3 Control model, `MultiRegionAccessPointName`, `^[a-z0-9][-a-z0-9]{1,48}[a-z0-9]$`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name(String);

/// The text cannot be a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no name of a Multi-Region Access Point")]
pub(crate) struct NameError(String);

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let edges = !text.starts_with('-') && !text.ends_with('-');
        if (3..=50).contains(&text.len()) && text.bytes().all(fits) && edges {
            Ok(Self(text.to_owned()))
        } else {
            Err(NameError(text.to_owned()))
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(Name);

/// The alias that S3 made, `.mrap` included.
///
/// Those of AWS match `^[a-z][a-z0-9]*[.]mrap$` (S3 Control model, `MultiRegionAccessPointAlias`); those
/// of the lab have a hyphen, which the SDKs' endpoint rules let pass and AWS never gives out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Alias(String);

impl Alias {
    /// The alias of the `number`th access point that was created: "unique for all time" (S3 User Guide,
    /// `CreatingMultiRegionAccessPoints`), so one that is created again has another.
    pub(crate) fn new(name: &Name, number: u64) -> Self {
        const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
        let mut rest = chance::number(&["alias", &name.0, &number.to_string()]);
        let digits = (0..9).map(|_| {
            let digit = DIGITS[usize::try_from(rest % 36).unwrap_or_default()];
            rest /= 36;
            char::from(digit)
        });
        Self(format!("lab-{}.mrap", digits.collect::<String>()))
    }

    /// With its `.mrap`.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// `arn:aws:s3::ACCOUNT:accesspoint/ALIAS`.
    pub(crate) fn arn(&self) -> String {
        format!("{}{}", arn_prefix(), self.0)
    }

    /// The host that serves its objects.
    #[cfg(test)]
    pub(crate) fn host(&self) -> String {
        format!("{}{HOST_SUFFIX}", self.0)
    }
}

impl fmt::Display for Alias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn arn_prefix() -> String {
    format!("arn:aws:s3::{ACCOUNT_ID}:accesspoint/")
}

/// The alias within an ARN of the lab's account.
pub(crate) fn alias_of_arn(arn: &str) -> Option<&str> {
    arn.strip_prefix(&arn_prefix()).filter(|alias| is_alias(alias))
}

/// The alias within the name of a host, as a Host header or a certificate's request has it.
pub(crate) fn alias_of_host(host: &str) -> Option<String> {
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix('.').unwrap_or(&host);
    host.strip_suffix(HOST_SUFFIX).filter(|alias| is_alias(alias)).map(str::to_owned)
}

/// Whether it looks like an alias, of the lab or of AWS.
fn is_alias(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text.strip_suffix(".mrap").is_some_and(|label| !label.is_empty() && label.bytes().all(fits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_the_model_says() {
        for good in ["abc", "a-b", "0a9", &"a".repeat(50)] {
            assert!(good.parse::<Name>().is_ok(), "{good}");
        }
        for bad in ["ab", "-ab", "ab-", "Abc", "a.b", "a_b", "äbc", "", &"a".repeat(51)] {
            assert!(bad.parse::<Name>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_alias_is_never_one_of_aws_and_never_given_twice() {
        let name: Name = "data".parse().expect("a name");
        let (first, second) = (Alias::new(&name, 0), Alias::new(&name, 1));
        assert_ne!(first, second);
        let label = first.as_str().strip_suffix(".mrap").expect("an alias");
        assert!(label.starts_with("lab-") && label.len() == 13, "{first}");
        assert_eq!(alias_of_arn(&first.arn()), Some(first.as_str()));
        assert_eq!(alias_of_host(&first.host()).as_deref(), Some(first.as_str()));
        assert_eq!(
            alias_of_host(&format!("{}.", first.host().to_uppercase())).as_deref(),
            Some(first.as_str())
        );
    }

    #[test]
    fn what_is_no_arn_of_the_account_has_no_alias() {
        for text in [
            "lab-x.mrap",
            "arn:aws:s3::111122223333:accesspoint/lab-x.mrap",
            "arn:aws:s3::000000000000:accesspoint/lab-x",
            "arn:aws:s3::000000000000:accesspoint/.mrap",
            "arn:aws:s3::000000000000:accesspoint/lab-x.mrap/object/k",
            "arn:aws:s3:us-east-1:000000000000:accesspoint/lab-x.mrap",
        ] {
            assert_eq!(alias_of_arn(text), None, "{text}");
        }
        for host in ["accesspoint.s3-global.amazonaws.com", "a.b.mrap.accesspoint.s3-global.amazonaws.com"] {
            assert_eq!(alias_of_host(host), None, "{host}");
        }
    }
}
