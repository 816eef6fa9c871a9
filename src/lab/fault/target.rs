//! Which part of the lab is meant?

use std::{fmt, str::FromStr};

use crate::model::{Region, serde_as_text};

/// A part of the lab that can be broken by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// The S3 of a region: the region's name, `us-east-1`.
    S3(Region),
    /// The API of Route 53, its control plane; checkers and name servers go on: `route53`.
    Route53,
    /// One of the zone's four name servers, from 1: `nameserver-1` to `nameserver-4`.
    NameServer(u8),
    /// The health checkers that stand in a region: `checkers-eu-west-1`.
    Checkers(Region),
    /// The API of `CloudWatch`: `cloudwatch`.
    CloudWatch,
    /// S3 Control in a region: `s3control-us-west-2`.
    S3Control(Region),
    /// The distribution: `cloudfront`.
    CloudFront,
}

/// The text names no part of a lab.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no part of a lab; the parts are a region for its S3 (us-east-1), route53, nameserver-1 to nameserver-4, checkers-REGION, cloudwatch, s3control-REGION and cloudfront"
)]
pub struct UnknownTarget(String);

impl FromStr for Target {
    type Err = UnknownTarget;

    fn from_str(text: &str) -> Result<Self, UnknownTarget> {
        let unknown = || UnknownTarget(text.to_owned());
        let region = |name: &str| name.parse().map_err(|_| unknown());
        match text {
            "route53" => Ok(Self::Route53),
            "cloudwatch" => Ok(Self::CloudWatch),
            "cloudfront" => Ok(Self::CloudFront),
            _ => match text.split_once('-') {
                // `us-east-1` has hyphens too, but no region begins with one of these words.
                Some(("nameserver", number)) => {
                    let number = number.parse().ok().filter(|number| *number > 0);
                    number.map(Self::NameServer).ok_or_else(unknown)
                }
                Some(("checkers", name)) => region(name).map(Self::Checkers),
                Some(("s3control", name)) => region(name).map(Self::S3Control),
                _ => region(text).map(Self::S3),
            },
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::S3(region) => write!(f, "{region}"),
            Self::Route53 => f.write_str("route53"),
            Self::NameServer(number) => write!(f, "nameserver-{number}"),
            Self::Checkers(region) => write!(f, "checkers-{region}"),
            Self::CloudWatch => f.write_str("cloudwatch"),
            Self::S3Control(region) => write!(f, "s3control-{region}"),
            Self::CloudFront => f.write_str("cloudfront"),
        }
    }
}

serde_as_text!(Target);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_target_is_known_by_its_name() {
        let region = |name: &str| name.parse::<Region>().expect("a region");
        for (name, target) in [
            ("us-east-1", Target::S3(region("us-east-1"))),
            ("route53", Target::Route53),
            ("nameserver-4", Target::NameServer(4)),
            ("checkers-sa-east-1", Target::Checkers(region("sa-east-1"))),
            ("cloudwatch", Target::CloudWatch),
            ("s3control-us-west-2", Target::S3Control(region("us-west-2"))),
            ("cloudfront", Target::CloudFront),
        ] {
            assert_eq!(name.parse(), Ok(target.clone()));
            assert_eq!(target.to_string(), name);
        }
    }

    #[test]
    fn what_names_nothing_is_told_what_there_is() {
        for text in ["", "nameserver-0", "nameserver-", "nameserver-300", "checkers-", "s3control", "US EAST"]
        {
            let error = text.parse::<Target>().expect_err(text);
            assert!(error.to_string().contains("nameserver-1 to nameserver-4"), "{error}");
        }
    }
}
