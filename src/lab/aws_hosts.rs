//! How are the hosts of S3 and `CloudFront` called, and how long may their addresses be remembered?
//!
//! Three rooms ask: the API judges aliases to them, the name servers answer such aliases, the resolver
//! answers for the hosts themselves. The zone ids of these hosts are the business of the API alone.

use crate::model::{Fqdn, Region};

/// TTL of the address of an S3 host, in seconds (modelled: the regional website endpoint was seen with
/// about 5 s, and the REST endpoints are near that in practice; no documentation).
pub(super) const S3_TTL: u32 = 5;
/// TTL of the CNAME from `BUCKET.s3-website-REGION` to the region's website endpoint, in seconds
/// (modelled: seen with about 60 s; no documentation).
pub(super) const BUCKET_WEBSITE_TTL: u32 = 60;
/// TTL of a distribution's address, in seconds (modelled: seen by several people; no documentation).
pub(super) const CLOUDFRONT_TTL: u32 = 60;

/// The host name of the lab's distribution (one of AWS has `d` and 13 letters or digits, no hyphen).
pub(super) const DISTRIBUTION_HOST: &str = "dlab-distribution.cloudfront.net";

/// Regions whose website endpoint has a dash before the region, `s3-website-REGION`; later ones have a
/// dot (S3 User Guide, `WebsiteEndpoints`).
const DASH_REGIONS: [&str; 9] = [
    "us-east-1",
    "us-west-1",
    "us-west-2",
    "eu-west-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "sa-east-1",
    "us-gov-west-1",
];

/// Whether the host is a `CloudFront` distribution's, `ID.cloudfront.net`.
pub(super) fn is_distribution(host: &Fqdn) -> bool {
    host.as_str().ends_with(".cloudfront.net")
}

/// The website endpoint of a region, without a bucket.
pub(super) fn website_endpoint(region: &Region) -> String {
    let separator = if DASH_REGIONS.contains(&region.as_str()) { '-' } else { '.' };
    format!("s3-website{separator}{region}.{}", region.dns_suffix())
}

/// The region whose website endpoint this is.
pub(super) fn website_region(host: &Fqdn) -> Option<Region> {
    let rest = host.as_str().strip_prefix("s3-website")?.strip_prefix(['-', '.'])?;
    let region: Region = rest.split_once('.')?.0.parse().ok()?;
    (website_endpoint(&region) == host.as_str()).then_some(region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_website_endpoint_names_its_region_in_the_regions_own_way() {
        for (region, host) in [
            ("us-east-1", "s3-website-us-east-1.amazonaws.com"),
            ("eu-central-1", "s3-website.eu-central-1.amazonaws.com"),
            ("cn-north-1", "s3-website.cn-north-1.amazonaws.com.cn"),
        ] {
            let region: Region = region.parse().expect("a region");
            assert_eq!(website_endpoint(&region), host);
            assert_eq!(website_region(&host.parse().expect("a name")), Some(region));
        }
        for other in
            ["s3-website.us-east-1.amazonaws.com", "b.s3-website-us-east-1.amazonaws.com", "s3-website"]
        {
            assert_eq!(website_region(&other.parse().expect("a name")), None, "{other}");
        }
    }
}
