//! Names of general purpose buckets.

use std::{fmt, net::Ipv4Addr, str::FromStr};

use super::{Fqdn, Region, serde_as_text};

/// A bucket's name by the rules for general purpose buckets (S3 User Guide, `bucketnamingrules`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BucketName(String);

/// Why a text cannot be a bucket's name; each variant is one rule of `bucketnamingrules`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BucketNameError {
    /// Not 3 to 63 characters.
    #[error("a bucket name has 3 to 63 characters, this one has {0}")]
    Length(usize),
    /// A character outside a-z, 0-9, `.` and `-`.
    #[error("`{0}` cannot stand in a bucket name; use a-z, 0-9, `-` and `.`")]
    Character(char),
    /// Starts or ends with a dot or a hyphen.
    #[error("a bucket name begins and ends with a letter or a digit")]
    Edge,
    /// Two dots in a row.
    #[error("a bucket name cannot have two dots in a row")]
    TwoDots,
    /// Looks like `192.168.5.4`.
    #[error("a bucket name cannot be formatted as an IP address")]
    IpAddress,
    /// A prefix or suffix that AWS keeps for itself.
    #[error("`{0}` is reserved by AWS at this place of a bucket name")]
    Reserved(&'static str),
}

const RESERVED_PREFIXES: [&str; 4] = ["xn--", "sthree-", "amzn-s3-demo-", "amzn_s3_demo_"];
const RESERVED_SUFFIXES: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

impl BucketName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the name has a dot, so that S3's wildcard certificate does not cover its own host
    /// (S3 User Guide, `VirtualHosting`: the wildcard covers one label).
    pub fn has_dot(&self) -> bool {
        self.0.contains('.')
    }

    /// The bucket's virtual-hosted REST endpoint, `BUCKET.s3.REGION.amazonaws.com`
    /// (facts: S3 endpoint rules of 2026, virtual-hosted form).
    pub fn rest_endpoint(&self, region: &Region) -> Fqdn {
        format!("{}.s3.{}.{}", self.0, region, region.dns_suffix())
            .parse()
            .expect("a bucket name and a region name are labels, and together shorter than a name may be")
    }
}

impl FromStr for BucketName {
    type Err = BucketNameError;

    fn from_str(text: &str) -> Result<Self, BucketNameError> {
        if !(3..=63).contains(&text.len()) {
            return Err(BucketNameError::Length(text.chars().count()));
        }
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-';
        if let Some(bad) = text.chars().find(|c| !allowed(*c)) {
            return Err(BucketNameError::Character(bad));
        }
        if text.starts_with(['.', '-']) || text.ends_with(['.', '-']) {
            return Err(BucketNameError::Edge);
        }
        if text.contains("..") {
            return Err(BucketNameError::TwoDots);
        }
        if text.parse::<Ipv4Addr>().is_ok() {
            return Err(BucketNameError::IpAddress);
        }
        let prefix = RESERVED_PREFIXES.into_iter().find(|p| text.starts_with(p));
        let suffix = RESERVED_SUFFIXES.into_iter().find(|s| text.ends_with(s));
        if let Some(reserved) = prefix.or(suffix) {
            return Err(BucketNameError::Reserved(reserved));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for BucketName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(BucketName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_refuses() {
        let error = |text: &str| text.parse::<BucketName>().expect_err("not a bucket name");
        assert_eq!(error("ab"), BucketNameError::Length(2));
        assert_eq!(error("My-bucket"), BucketNameError::Character('M'));
        assert_eq!(error("my_bucket"), BucketNameError::Character('_'));
        assert_eq!(error("-bucket"), BucketNameError::Edge);
        assert_eq!(error("my..bucket"), BucketNameError::TwoDots);
        assert_eq!(error("192.168.5.4"), BucketNameError::IpAddress);
        assert_eq!(error("xn--bucket"), BucketNameError::Reserved("xn--"));
        assert_eq!(error("bucket-s3alias"), BucketNameError::Reserved("-s3alias"));
    }

    #[test]
    fn the_rest_endpoint_is_regional_and_virtual_hosted() {
        let bucket: BucketName = "my-app-data".parse().expect("a bucket name");
        let host = |region: &str| bucket.rest_endpoint(&region.parse().expect("a region")).to_string();
        assert_eq!(host("eu-west-1"), "my-app-data.s3.eu-west-1.amazonaws.com");
        assert_eq!(host("cn-north-1"), "my-app-data.s3.cn-north-1.amazonaws.com.cn");
    }
}
