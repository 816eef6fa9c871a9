//! Where does S3 serve static websites, and under which zone id may an alias point there?
//!
//! Data, not derivation: the regions opened before the dot form came keep the dash form, and the zone
//! ids follow no rule. The table is the union of `internal/service/s3/hosted_zones.go` of the Terraform
//! provider and `region-info` of the AWS CDK; where they differ (af-south-1, eu-south-1) the former,
//! which was corrected to AWS's own page in December 2021.

use crate::model::{BucketName, Fqdn, Region};

/// One region's website endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Website {
    /// The region's code.
    pub region: &'static str,
    /// The endpoint without a bucket, which is what an alias targets
    /// (Route 53 API reference, `AliasTarget`, `DNSName`).
    pub endpoint: &'static str,
    /// The hosted zone id that an alias to it carries.
    pub hosted_zone_id: &'static str,
}

/// The website endpoint of a region, when it is known to have one.
pub fn website(region: &Region) -> Option<&'static Website> {
    WEBSITES.iter().find(|website| website.region == region.as_str())
}

/// The host under which one bucket's website answers: the bucket's name before the endpoint. A region
/// that the table does not know is taken to have the dot form, as every later region has
/// (S3 User Guide, `WebsiteEndpoints`).
pub(super) fn website_host(bucket: &BucketName, region: &Region) -> Fqdn {
    let host = match website(region) {
        Some(website) => format!("{bucket}.{}", website.endpoint),
        None => format!("{bucket}.s3-website.{region}.{}", region.dns_suffix()),
    };
    host.parse().expect("a bucket name and an endpoint are labels, and together shorter than a name may be")
}

const fn at(region: &'static str, endpoint: &'static str, hosted_zone_id: &'static str) -> Website {
    Website { region, endpoint, hosted_zone_id }
}

/// Known to be missing in both sources: ap-southeast-6 and mx-central-1.
pub const WEBSITES: &[Website] = &[
    at("us-east-1", "s3-website-us-east-1.amazonaws.com", "Z3AQBSTGFYJSTF"),
    at("us-east-2", "s3-website.us-east-2.amazonaws.com", "Z2O1EMRO9K5GLX"),
    at("us-west-1", "s3-website-us-west-1.amazonaws.com", "Z2F56UZL2M1ACD"),
    at("us-west-2", "s3-website-us-west-2.amazonaws.com", "Z3BJ6K6RIION7M"),
    at("af-south-1", "s3-website.af-south-1.amazonaws.com", "Z83WF9RJE8B12"),
    at("ap-east-1", "s3-website.ap-east-1.amazonaws.com", "ZNB98KWMFR0R6"),
    at("ap-east-2", "s3-website.ap-east-2.amazonaws.com", "Z064739330DAH7WJVOO93"),
    at("ap-south-1", "s3-website.ap-south-1.amazonaws.com", "Z11RGJOFQNVJUP"),
    at("ap-south-2", "s3-website.ap-south-2.amazonaws.com", "Z02976202B4EZMXIPMXF7"),
    at("ap-northeast-1", "s3-website-ap-northeast-1.amazonaws.com", "Z2M4EHUR26P7ZW"),
    at("ap-northeast-2", "s3-website.ap-northeast-2.amazonaws.com", "Z3W03O7B5YMIYP"),
    at("ap-northeast-3", "s3-website.ap-northeast-3.amazonaws.com", "Z2YQB5RD63NC85"),
    at("ap-southeast-1", "s3-website-ap-southeast-1.amazonaws.com", "Z3O0J2DXBE1FTB"),
    at("ap-southeast-2", "s3-website-ap-southeast-2.amazonaws.com", "Z1WCIGYICN2BYD"),
    at("ap-southeast-3", "s3-website.ap-southeast-3.amazonaws.com", "Z01846753K324LI26A3VV"),
    at("ap-southeast-4", "s3-website.ap-southeast-4.amazonaws.com", "Z0312387243XT5FE14WFO"),
    at("ap-southeast-5", "s3-website.ap-southeast-5.amazonaws.com", "Z08660063OXLMA7F1FJHU"),
    at("ap-southeast-7", "s3-website.ap-southeast-7.amazonaws.com", "Z0031014GXUMRZG6I14G"),
    at("ca-central-1", "s3-website.ca-central-1.amazonaws.com", "Z1QDHH18159H29"),
    at("ca-west-1", "s3-website.ca-west-1.amazonaws.com", "Z03565811Z33SLEZTHOUL"),
    at("eu-central-1", "s3-website.eu-central-1.amazonaws.com", "Z21DNDUVLTQW6Q"),
    at("eu-central-2", "s3-website.eu-central-2.amazonaws.com", "Z030506016YDQGETNASS"),
    at("eu-west-1", "s3-website-eu-west-1.amazonaws.com", "Z1BKCTXD74EZPE"),
    at("eu-west-2", "s3-website.eu-west-2.amazonaws.com", "Z3GKZC51ZF0DB4"),
    at("eu-west-3", "s3-website.eu-west-3.amazonaws.com", "Z3R1K369G5AVDG"),
    at("eu-north-1", "s3-website.eu-north-1.amazonaws.com", "Z3BAZG2TWCNX0D"),
    at("eu-south-1", "s3-website.eu-south-1.amazonaws.com", "Z30OZKI7KPW7MI"),
    at("eu-south-2", "s3-website.eu-south-2.amazonaws.com", "Z0081959F7139GRJC19J"),
    at("il-central-1", "s3-website.il-central-1.amazonaws.com", "Z09640613K4A3MN55U7GU"),
    at("me-central-1", "s3-website.me-central-1.amazonaws.com", "Z06143092I8HRXZRUZROF"),
    at("me-south-1", "s3-website.me-south-1.amazonaws.com", "Z1MPMWCPA7YB62"),
    at("sa-east-1", "s3-website-sa-east-1.amazonaws.com", "Z7KQH4QJS55SO"),
    at("us-gov-east-1", "s3-website.us-gov-east-1.amazonaws.com", "Z2NIFVYYW2VKV1"),
    at("us-gov-west-1", "s3-website-us-gov-west-1.amazonaws.com", "Z31GFT0UA1I2HV"),
    at("cn-north-1", "s3-website.cn-north-1.amazonaws.com.cn", "Z5CN8UMXT92WN"),
    at("cn-northwest-1", "s3-website.cn-northwest-1.amazonaws.com.cn", "Z282HJ1KT0DH03"),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// "Dash form: us-east-1, us-west-1, us-west-2, eu-west-1, ap-southeast-1, ap-southeast-2,
    /// ap-northeast-1, sa-east-1, us-gov-west-1. Every later region: dot form, `.amazonaws.com.cn` in
    /// China" (AWS CDK, `region-info/aws-entities.ts`).
    #[test]
    fn each_endpoint_has_the_form_of_its_region() {
        let dashed = [
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
        for website in WEBSITES {
            let region: Region = website.region.parse().expect("a region");
            let mark = if dashed.contains(&website.region) { '-' } else { '.' };
            assert_eq!(website.endpoint, format!("s3-website{mark}{region}.{}", region.dns_suffix()));
        }
    }

    #[test]
    fn no_region_and_no_zone_id_stands_twice() {
        let different = |key: fn(&Website) -> &'static str| {
            WEBSITES.iter().map(key).collect::<std::collections::BTreeSet<_>>().len()
        };
        assert_eq!(different(|website| website.region), WEBSITES.len());
        assert_eq!(different(|website| website.hosted_zone_id), WEBSITES.len());
        assert_eq!(WEBSITES.len(), 36);
    }

    #[test]
    fn a_bucket_answers_below_the_endpoint() {
        let bucket: BucketName = "www.example.com".parse().expect("a bucket name");
        let host = |region: &str| website_host(&bucket, &region.parse().expect("a region")).to_string();
        assert_eq!(host("eu-west-1"), "www.example.com.s3-website-eu-west-1.amazonaws.com");
        assert_eq!(host("eu-central-1"), "www.example.com.s3-website.eu-central-1.amazonaws.com");
        assert_eq!(host("mx-central-1"), "www.example.com.s3-website.mx-central-1.amazonaws.com");
    }
}
