//! AWS regions, by the shape of their names.

use std::{fmt, str::FromStr};

use super::{Fqdn, serde_as_text};

/// Where Route 53's checkers stand (Route 53 model, `HealthCheckRegion`; unchanged in 2026).
pub const CHECKER_REGIONS: [&str; 8] = [
    "us-east-1",
    "us-west-1",
    "us-west-2",
    "eu-west-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "sa-east-1",
];

/// How the regions of each partition begin (botocore, `partitions.json`); all other regions are of `aws`.
const PARTITIONS: [(&str, &str); 7] = [
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("eusc-", "aws-eusc"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
];

/// A region's code, such as `eu-west-1`. Only the shape is checked, so that a region which opens
/// tomorrow works today; and that it can be a label, because host names hold it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(String);

/// The text is not shaped like a region's code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not shaped like a region: write it as `us-east-1` or `eu-west-1`")]
pub struct RegionError(String);

impl Region {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of the partition, with which ARNs begin.
    pub fn partition(&self) -> &'static str {
        let known = PARTITIONS.iter().find(|(prefix, _)| self.0.starts_with(prefix));
        known.map_or("aws", |(_, partition)| partition)
    }

    /// The suffix of the partition's public host names.
    pub fn dns_suffix(&self) -> &'static str {
        if self.0.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" }
    }
}

impl FromStr for Region {
    type Err = RegionError;

    fn from_str(text: &str) -> Result<Self, RegionError> {
        let mut parts: Vec<&str> = text.split('-').collect();
        let number = parts.pop().is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()));
        let word = |part: &&str| part.len() >= 2 && part.bytes().all(|b| b.is_ascii_lowercase());
        if text.len() <= Fqdn::LONGEST_LABEL
            && number
            && (2..=3).contains(&parts.len())
            && parts.iter().all(word)
        {
            Ok(Self(text.to_owned()))
        } else {
            Err(RegionError(text.to_owned()))
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(Region);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_is_checked() {
        let longest = format!("{}-bb-1", "a".repeat(58));
        for good in ["us-east-1", "ap-southeast-7", "us-gov-west-1", "cn-north-1", "mx-central-1", &longest] {
            assert!(good.parse::<Region>().is_ok(), "{good}");
        }
        let long = format!("{}-bb-1", "a".repeat(59));
        for bad in [&long, "", "us-east", "us-east-1a", "US-EAST-1", "useast1", "us--1", "us-east-12"] {
            assert!(bad.parse::<Region>().is_err(), "{bad}");
        }
    }
}
