//! May an alias point there?
//!
//! An alias names a zone and a name. Route 53 asks two things of the pair, and answers each with a
//! sentence of its own:
//!
//! 1. Does the name lie within what the zone id means? The id is this zone's, or the constant of an AWS
//!    service: S3 website endpoints have one a region, `CloudFront` has one for the world, load balancers
//!    and API Gateway have one a region and service. S3's REST endpoints have none, so no alias can point
//!    at them (`resource-record-sets-values-alias-common`).
//! 2. Is there such a target, of the alias's own type?
//!
//! A target outside the zone fails both, and both are told.

use std::str::FromStr;

use crate::{
    lab::aws_hosts::{is_distribution, website_region},
    model::{Fqdn, RecordType},
};

/// The hosted zone of every `CloudFront` distribution (Route 53 model, `AliasTarget.HostedZoneId`).
pub(crate) const CLOUDFRONT_ZONE: &str = "Z2FDTNDATAQYW2";

/// Region and hosted zone id of the S3 website endpoints (AWS General Reference, `s3`; where it was not
/// to be seen, the tables of terraform-provider-aws and aws-cdk).
const WEBSITES: [(&str, &str); 36] = [
    ("us-east-1", "Z3AQBSTGFYJSTF"),
    ("us-east-2", "Z2O1EMRO9K5GLX"),
    ("us-west-1", "Z2F56UZL2M1ACD"),
    ("us-west-2", "Z3BJ6K6RIION7M"),
    ("af-south-1", "Z83WF9RJE8B12"),
    ("ap-east-1", "ZNB98KWMFR0R6"),
    ("ap-east-2", "Z064739330DAH7WJVOO93"),
    ("ap-south-1", "Z11RGJOFQNVJUP"),
    ("ap-south-2", "Z02976202B4EZMXIPMXF7"),
    ("ap-northeast-1", "Z2M4EHUR26P7ZW"),
    ("ap-northeast-2", "Z3W03O7B5YMIYP"),
    ("ap-northeast-3", "Z2YQB5RD63NC85"),
    ("ap-southeast-1", "Z3O0J2DXBE1FTB"),
    ("ap-southeast-2", "Z1WCIGYICN2BYD"),
    ("ap-southeast-3", "Z01846753K324LI26A3VV"),
    ("ap-southeast-4", "Z0312387243XT5FE14WFO"),
    ("ap-southeast-5", "Z08660063OXLMA7F1FJHU"),
    ("ap-southeast-7", "Z0031014GXUMRZG6I14G"),
    ("ca-central-1", "Z1QDHH18159H29"),
    ("ca-west-1", "Z03565811Z33SLEZTHOUL"),
    ("eu-central-1", "Z21DNDUVLTQW6Q"),
    ("eu-central-2", "Z030506016YDQGETNASS"),
    ("eu-west-1", "Z1BKCTXD74EZPE"),
    ("eu-west-2", "Z3GKZC51ZF0DB4"),
    ("eu-west-3", "Z3R1K369G5AVDG"),
    ("eu-north-1", "Z3BAZG2TWCNX0D"),
    ("eu-south-1", "Z30OZKI7KPW7MI"),
    ("eu-south-2", "Z0081959F7139GRJC19J"),
    ("il-central-1", "Z09640613K4A3MN55U7GU"),
    ("me-central-1", "Z06143092I8HRXZRUZROF"),
    ("me-south-1", "Z1MPMWCPA7YB62"),
    ("sa-east-1", "Z7KQH4QJS55SO"),
    ("us-gov-east-1", "Z2NIFVYYW2VKV1"),
    ("us-gov-west-1", "Z31GFT0UA1I2HV"),
    ("cn-north-1", "Z5CN8UMXT92WN"),
    ("cn-northwest-1", "Z282HJ1KT0DH03"),
];

/// Where the services other than S3 and `CloudFront` have their alias targets: load balancers, API
/// Gateway, VPC endpoints, Elastic Beanstalk, App Runner, Global Accelerator.
const SERVICE_DOMAINS: [&str; 4] =
    ["amazonaws.com", "amazonaws.com.cn", "awsglobalaccelerator.com", "awsapprunner.com"];

/// An alias that is to be judged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Alias<'a> {
    /// The type of the alias, which its target must have.
    pub(crate) rtype: RecordType,
    /// The zone that the target is said to lie in.
    pub(crate) zone_id: &'a str,
    /// The target.
    pub(crate) target: &'a Fqdn,
    /// Whether the target's health counts.
    pub(crate) evaluate_target_health: bool,
}

/// All that is wrong with an alias in zone `own_id` called `own_name`, whose records `has` answers for.
pub(crate) fn problems(
    alias: Alias<'_>,
    own_id: &str,
    own_name: &Fqdn,
    has: impl Fn(&Fqdn, RecordType) -> bool,
) -> Vec<String> {
    let Alias { rtype, zone_id, target, .. } = alias;
    let (lies_within, exists) = if zone_id == own_id {
        (target.is_within(own_name), has(target, rtype))
    } else if let Some((region, _)) = WEBSITES.iter().find(|(_, id)| *id == zone_id) {
        // With the bucket before the endpoint an alias is taken, and then nothing answers it (aws/aws-cdk#4248).
        let mut hosts = std::iter::successors(Some(target.clone()), Fqdn::parent);
        let lies_within = hosts.any(|host| website_region(&host).is_some_and(|of| of.as_str() == *region));
        (lies_within, rtype == RecordType::A)
    } else if zone_id == CLOUDFRONT_ZONE {
        let addresses = matches!(rtype, RecordType::A | RecordType::Aaaa | RecordType::Https);
        (is_distribution(target), addresses)
    } else {
        // Ids of the lab itself are known; any other may be the id of a service that we have no table of.
        let service = zone_id.starts_with('Z') && !zone_id.contains('-') && is_service(target);
        (service, matches!(rtype, RecordType::A | RecordType::Aaaa | RecordType::Https))
    };
    let tried =
        format!("Tried to create an alias that targets {target}., type {rtype} in zone {zone_id}, but ");
    let mut problems = Vec::new();
    if !lies_within {
        problems.push(format!("{tried}the alias target name does not lie within the target zone"));
    }
    if !(lies_within && exists) {
        problems.push(format!("{tried}that target was not found"));
    }
    if problems.is_empty() && zone_id == CLOUDFRONT_ZONE && alias.evaluate_target_health {
        // Route 53 model, `EvaluateTargetHealth`: "You can't set EvaluateTargetHealth to true when the
        // alias target is a CloudFront distribution." The wording of the refusal is unverified.
        problems.push(format!("{tried}EvaluateTargetHealth cannot be true for a CloudFront distribution"));
    }
    problems
}

fn is_service(target: &Fqdn) -> bool {
    SERVICE_DOMAINS.into_iter().any(|domain| within(target, domain)) && !is_s3(target)
}

/// Whether the name is one of S3's: `s3`, `s3-fips`, `s3-website-REGION`, … is one of its labels.
fn is_s3(target: &Fqdn) -> bool {
    // `bucket.vpce-1a2b-3c4d.s3.us-east-1.vpce.amazonaws.com` is a VPC endpoint's, which has a zone.
    let endpoint = target.labels().any(|label| label == "vpce");
    !endpoint && target.labels().any(|label| label == "s3" || label.starts_with("s3-"))
}

fn within(name: &Fqdn, domain: &str) -> bool {
    Fqdn::from_str(domain).is_ok_and(|domain| name.is_within(&domain) && *name != domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(rtype: RecordType, zone_id: &str, target: &str) -> Vec<String> {
        let target: Fqdn = target.parse().expect("a name");
        let alias = Alias { rtype, zone_id, target: &target, evaluate_target_health: false };
        let own: Fqdn = "example.com".parse().expect("a name");
        problems(alias, "Z-LAB-1", &own, |name, rtype| {
            name.as_str() == "there.example.com" && rtype == RecordType::Cname
        })
    }

    #[test]
    fn targets_that_exist() {
        for (rtype, zone, target) in [
            (RecordType::Cname, "Z-LAB-1", "there.example.com"),
            (RecordType::A, "Z3AQBSTGFYJSTF", "s3-website-us-east-1.amazonaws.com"),
            (RecordType::A, "Z2O1EMRO9K5GLX", "s3-website.us-east-2.amazonaws.com"),
            (RecordType::A, "Z2O1EMRO9K5GLX", "www.bucket.s3-website.us-east-2.amazonaws.com"),
            (RecordType::Aaaa, CLOUDFRONT_ZONE, "d111111abcdef8.cloudfront.net"),
            (RecordType::A, "Z35SXDOTRQ7X7K", "dualstack.my-lb-1.us-east-1.elb.amazonaws.com"),
            (RecordType::A, "Z1UJRXOUMOOFQ8", "d-abc123.execute-api.us-east-1.amazonaws.com"),
        ] {
            assert_eq!(judge(rtype, zone, target), Vec::<String>::new(), "{target}");
        }
    }

    #[test]
    fn a_missing_target_in_the_zone_is_not_found() {
        let not_found = |target: &str, rtype: &str| {
            vec![format!(
                "Tried to create an alias that targets {target}., type {rtype} in zone Z-LAB-1, but that target \
                 was not found"
            )]
        };
        assert_eq!(
            judge(RecordType::Cname, "Z-LAB-1", "gone.example.com"),
            not_found("gone.example.com", "CNAME")
        );
        assert_eq!(judge(RecordType::A, "Z-LAB-1", "there.example.com"), not_found("there.example.com", "A"));
    }

    #[test]
    fn a_target_outside_is_told_twice_as_route_53_tells_it() {
        assert_eq!(
            judge(RecordType::A, "Z1BKCTXD74EZPE", "website.s3.amazonaws.com"),
            [
                "Tried to create an alias that targets website.s3.amazonaws.com., type A in zone Z1BKCTXD74EZPE, \
                 but the alias target name does not lie within the target zone",
                "Tried to create an alias that targets website.s3.amazonaws.com., type A in zone Z1BKCTXD74EZPE, \
                 but that target was not found",
            ]
        );
        for (zone, target) in [
            ("Z-LAB-1", "elsewhere.net"),
            ("Z-LAB-2", "there.example.com"),
            ("Z3AQBSTGFYJSTF", "s3-website.us-east-1.amazonaws.com"),
            ("Z3AQBSTGFYJSTF", "s3-website-eu-west-1.amazonaws.com"),
            ("Z3AQBSTGFYJSTF", "b.s3-website.us-east-1.amazonaws.com"),
            ("Z2O1EMRO9K5GLX", "s3-website-us-east-2.amazonaws.com"),
            ("Z35SXDOTRQ7X7K", "b.s3.us-east-1.amazonaws.com"),
            ("Z35SXDOTRQ7X7K", "s3-website-us-east-1.amazonaws.com"),
            (CLOUDFRONT_ZONE, "example.net"),
        ] {
            assert_eq!(judge(RecordType::A, zone, target).len(), 2, "{zone} {target}");
        }
    }

    #[test]
    fn the_website_table_has_each_region_once() {
        let regions: std::collections::BTreeSet<_> = WEBSITES.iter().map(|(region, _)| region).collect();
        let zones: std::collections::BTreeSet<_> = WEBSITES.iter().map(|(_, zone)| zone).collect();
        assert_eq!((regions.len(), zones.len()), (WEBSITES.len(), WEBSITES.len()));
    }
}
