//! Which part of AWS does a host name mean?
//!
//! Names only: where each part is in a lab, `world` says. The forms of S3 are those of its endpoint rules
//! of 2026; which bucket and region a REST name means, S3 reads itself.

use crate::{
    lab::aws_hosts::{is_distribution, website_endpoint, website_region},
    model::{Fqdn, Region},
};

/// What a host name of AWS means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AwsName {
    /// A Multi-Region Access Point, `ALIAS.mrap.accesspoint.s3-global.amazonaws.com`.
    MultiRegionAccessPoint,
    /// A `CloudFront` distribution.
    Distribution,
    /// The website endpoint of a region.
    Website(Region),
    /// A bucket's name in front of the website endpoint of a region.
    BucketWebsite(Region),
    /// A bucket in front of Transfer Acceleration; served as the name here, which says no region.
    Accelerate(Fqdn),
    /// Perhaps one of S3's REST endpoints.
    Other,
}

/// Reads a host name.
pub(crate) fn aws_name(host: &Fqdn) -> AwsName {
    let text = host.as_str();
    if text.ends_with(".mrap.accesspoint.s3-global.amazonaws.com") {
        return AwsName::MultiRegionAccessPoint;
    }
    if is_distribution(host) {
        return AwsName::Distribution;
    }
    if let Some(region) = website_region(host) {
        return AwsName::Website(region);
    }
    if let Some(region) = bucket_website(host) {
        return AwsName::BucketWebsite(region);
    }
    for ending in [".s3-accelerate.amazonaws.com", ".s3-accelerate.dualstack.amazonaws.com"] {
        // "The name of the bucket … must not contain periods" (S3 User Guide, `transfer-acceleration`).
        if let Some(bucket) = text.strip_suffix(ending).filter(|bucket| !bucket.contains('.'))
            && let Ok(name) = format!("{bucket}.s3.amazonaws.com").parse()
        {
            return AwsName::Accelerate(name);
        }
    }
    AwsName::Other
}

/// The region of `BUCKET.s3-website-REGION.amazonaws.com`, or of the form with a dot. Bucket names may
/// hold dots themselves.
fn bucket_website(host: &Fqdn) -> Option<Region> {
    let mut above = host.parent();
    while let Some(name) = above {
        if let Some(region) = website_region(&name) {
            return Some(region);
        }
        above = name.parent();
    }
    None
}

/// The website endpoint of a region as a name.
pub(crate) fn website_name(region: &Region) -> Option<Fqdn> {
    website_endpoint(region).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_known() {
        let region = |text: &str| text.parse::<Region>().expect("a region");
        let name = |text: &str| text.parse::<Fqdn>().expect("a name");
        for (host, expected) in [
            ("mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com", AwsName::MultiRegionAccessPoint),
            ("d111111abcdef8.cloudfront.net", AwsName::Distribution),
            ("s3-website-us-east-1.amazonaws.com", AwsName::Website(region("us-east-1"))),
            ("s3-website.eu-central-1.amazonaws.com", AwsName::Website(region("eu-central-1"))),
            ("b.s3-website-us-east-1.amazonaws.com", AwsName::BucketWebsite(region("us-east-1"))),
            ("a.b.s3-website.eu-central-1.amazonaws.com", AwsName::BucketWebsite(region("eu-central-1"))),
            ("b.s3-accelerate.amazonaws.com", AwsName::Accelerate(name("b.s3.amazonaws.com"))),
            ("b.s3-accelerate.dualstack.amazonaws.com", AwsName::Accelerate(name("b.s3.amazonaws.com"))),
            ("a.b.s3-accelerate.amazonaws.com", AwsName::Other),
            ("b.s3.us-east-1.amazonaws.com", AwsName::Other),
            ("s3-website.us-east-1.amazonaws.com", AwsName::Other),
            ("example.com", AwsName::Other),
        ] {
            assert_eq!(aws_name(&name(host)), expected, "{host}");
        }
        assert_eq!(website_name(&region("us-east-1")), Some(name("s3-website-us-east-1.amazonaws.com")));
    }
}
