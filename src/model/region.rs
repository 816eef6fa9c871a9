//! AWS regions, by the shape of their names.

use std::{fmt, str::FromStr};

use super::serde_as_text;

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

/// A region's code, such as `eu-west-1`. Only the shape is checked, so that a region which opens
/// tomorrow works today.
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
        if number && (2..=3).contains(&parts.len()) && parts.iter().all(word) {
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
        for good in ["us-east-1", "ap-southeast-7", "us-gov-west-1", "cn-north-1", "mx-central-1"] {
            assert!(good.parse::<Region>().is_ok(), "{good}");
        }
        for bad in ["", "us-east", "us-east-1a", "US-EAST-1", "useast1", "us--1", "us-east-12"] {
            assert!(bad.parse::<Region>().is_err(), "{bad}");
        }
    }
}
