//! What kind of AWS host is this name?
//!
//! Aliases are written by hand, copied from consoles and articles, in any of the forms that S3 had over
//! the years. The forms are read from the right, after the partition's suffix, so that a bucket's name
//! (which may itself look like anything) is never mistaken for the service.

use crate::model::{Fqdn, Region};

/// What a name says about who answers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Host {
    /// Any REST form of S3, of a bucket, an access point or the service itself.
    S3Rest,
    /// A website endpoint of S3, with or without a bucket before it.
    S3Website { region: Region, bucket: Option<String> },
    /// A Multi-Region Access Point.
    Mrap,
    /// A CloudFront distribution's own name.
    CloudFront,
    /// Anything else.
    Other,
}

impl Host {
    pub(super) fn of(name: &Fqdn) -> Self {
        let labels: Vec<&str> = name.labels().collect();
        match labels.as_slice() {
            [rest @ .., "amazonaws", "com"] | [rest @ .., "amazonaws", "com", "cn"] => Self::at_aws(rest),
            [_, .., "cloudfront", "net"] => Self::CloudFront,
            [_, .., "mrap"] => Self::Mrap,
            _ => Self::Other,
        }
    }

    /// By the labels before `amazonaws.com` (S3 endpoint rules of 2026, and the older forms of the S3
    /// User Guide, `VirtualHosting`).
    fn at_aws(labels: &[&str]) -> Self {
        let region = |text: &&str| text.parse::<Region>().is_ok();
        match labels {
            [bucket @ .., "s3-website", code] if region(code) => Self::website(bucket, code),
            [bucket @ .., last] if last.strip_prefix("s3-website-").is_some_and(|code| region(&code)) => {
                Self::website(bucket, last.trim_start_matches("s3-website-"))
            }
            [.., "accesspoint", "s3-global"] => Self::Mrap,
            [.., service, "dualstack", code] | [.., service, code] if region(code) && is_rest(service) => {
                Self::S3Rest
            }
            [.., "s3-accelerate", "dualstack"]
            | [.., "s3" | "s3-accelerate" | "s3-external-1" | "s3-fips"] => Self::S3Rest,
            [.., last] if last.strip_prefix("s3-").is_some_and(|code| region(&code)) => Self::S3Rest,
            _ => Self::Other,
        }
    }

    fn website(bucket: &[&str], region: &str) -> Self {
        let bucket = (!bucket.is_empty()).then(|| bucket.join("."));
        match region.parse() {
            Ok(region) => Self::S3Website { region, bucket },
            Err(_) => Self::Other,
        }
    }
}

fn is_rest(service: &str) -> bool {
    ["s3", "s3-fips", "s3-accesspoint", "s3-accesspoint-fips", "s3-object-lambda", "s3-outposts"]
        .contains(&service)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(name: &str) -> Host {
        Host::of(&name.parse().expect("a name"))
    }

    #[test]
    fn every_rest_form_is_known() {
        for name in [
            "my-bucket.s3.eu-west-1.amazonaws.com",
            "s3.eu-west-1.amazonaws.com",
            "my-bucket.s3.dualstack.eu-west-1.amazonaws.com",
            "my-bucket.s3-fips.us-east-1.amazonaws.com",
            "my-bucket.s3-fips.dualstack.us-east-1.amazonaws.com",
            "my-bucket.s3-accelerate.amazonaws.com",
            "my-bucket.s3-accelerate.dualstack.amazonaws.com",
            "my-bucket.s3-eu-west-1.amazonaws.com",
            "my-bucket.s3.amazonaws.com",
            "dotted.bucket.example.com.s3.amazonaws.com",
            "s3-external-1.amazonaws.com",
            "my-bucket.s3.cn-north-1.amazonaws.com.cn",
            "point-111122223333.s3-accesspoint.eu-west-1.amazonaws.com",
        ] {
            assert_eq!(host(name), Host::S3Rest, "{name}");
        }
    }

    #[test]
    fn websites_come_with_their_region_and_bucket() {
        let region: Region = "eu-west-1".parse().expect("a region");
        let bucket = Some("www.example.com".to_owned());
        let website = |bucket| Host::S3Website { region: region.clone(), bucket };
        assert_eq!(host("s3-website-eu-west-1.amazonaws.com"), website(None));
        assert_eq!(host("s3-website.eu-west-1.amazonaws.com"), website(None));
        assert_eq!(host("www.example.com.s3-website-eu-west-1.amazonaws.com"), website(bucket.clone()));
        assert_eq!(host("www.example.com.s3-website.eu-west-1.amazonaws.com"), website(bucket));
    }

    #[test]
    fn what_only_looks_like_s3_is_something_else() {
        for name in [
            "my-alb-123.eu-west-1.elb.amazonaws.com",
            "bucket.vpce-0a1b-2c3d.s3.us-east-1.vpce.amazonaws.com",
            "s3.example.com",
            "cloudfront.net",
            "amazonaws.com",
        ] {
            assert_eq!(host(name), Host::Other, "{name}");
        }
        assert_eq!(host("d111111abcdef8.cloudfront.net"), Host::CloudFront);
        assert_eq!(host("mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com"), Host::Mrap);
        assert_eq!(host("mfzwi23gnjvgw.mrap"), Host::Mrap);
    }
}
