//! What is in a lab before anybody uses it?
//!
//! In the zone, records of other people that no tool may touch. In S3, the pair of buckets of the
//! lab's spec, ready to take over for each other: versioned, replicated both ways, with a sentinel
//! object on each side. Of both buckets the public can read exactly two keys: the sentinel and the
//! switch, because checkers sign nothing. (A switch that is not there answers 403, as every missing key
//! does to those who may not list; inverted, that is healthy.)

use super::{
    Options,
    credentials::DISTRIBUTION_ARN,
    mrap::{AccessPoints, Dial, Route},
    route53::types::{Answer, RecordSet, Routing},
    s3::{BlockPublicAccess, Regions, SeedError},
};
use crate::model::{BucketName, Fqdn, RecordType};

/// What health checks look at on each side; the lab's spec names it.
const SENTINEL: &str = "failover/health.txt";
const SENTINEL_BODY: &str = "ok\n";
/// Forces the secondary while it exists; the lab's spec names it.
const SWITCH: &str = "failover/force-secondary";

/// ACLs stay blocked; a policy may make single keys public (S3 User Guide,
/// `access-control-block-public-access`).
const FOR_A_PUBLIC_POLICY: BlockPublicAccess = BlockPublicAccess {
    block_public_acls: true,
    ignore_public_acls: true,
    block_public_policy: false,
    restrict_public_buckets: false,
};

/// Records that were in the zone before: an address, mail, a text and a wildcard. The addresses are
/// for documentation (RFC 5737).
pub(super) fn foreign_records(zone: &Fqdn) -> Vec<RecordSet> {
    let below = |label: &str| format!("{label}.{zone}").parse().unwrap_or_else(|_| zone.clone());
    vec![
        foreign(below("www"), RecordType::A, 300, "192.0.2.10"),
        foreign(zone.clone(), RecordType::Mx, 3_600, &format!("10 mail.{zone}")),
        foreign(zone.clone(), RecordType::Txt, 3_600, "\"v=spf1 mx -all\""),
        foreign(below("mail"), RecordType::A, 3_600, "192.0.2.25"),
        foreign(below("*.apps"), RecordType::A, 300, "192.0.2.80"),
    ]
}

fn foreign(name: Fqdn, rtype: RecordType, ttl: u32, value: &str) -> RecordSet {
    RecordSet {
        name,
        rtype,
        set_identifier: None,
        routing: Routing::Simple,
        answer: Answer::Values { ttl, values: vec![value.to_owned()] },
        health_check_id: None,
    }
}

/// The pair of buckets and what they hold.
pub(super) fn buckets(regions: &Regions, options: &Options) -> Result<(), SeedError> {
    let (primary, secondary) = (&options.primary, &options.secondary);
    let accounts = &options.accounts;
    for (place, owner) in [(primary, accounts.primary), (secondary, accounts.secondary)] {
        regions.create_bucket(&place.region, &place.bucket)?;
        regions.set_owner(&place.bucket, owner)?;
        regions.enable_versioning(&place.bucket)?;
        regions.set_public_access_block(&place.bucket, FOR_A_PUBLIC_POLICY)?;
        regions.set_policy(&place.bucket, &policy(&place.bucket))?;
        // Before there is replication, so that each side has a sentinel of its own and none is a replica.
        regions.put_object(&place.bucket, SENTINEL, SENTINEL_BODY)?;
    }
    regions.two_way_replication(&primary.bucket, &secondary.bucket)?;
    regions.put_object(&primary.bucket, "data/hello.txt", "hello from the primary\n")
}

/// The access point over the pair.
pub(super) const ACCESS_POINT: &str = "my-app-data";

/// An access point over the pair, active-passive: the primary serves.
pub(super) fn access_point(points: &AccessPoints, options: &Options) {
    let route = |place: &super::Place, dial| Route {
        bucket: place.bucket.to_string(),
        region: place.region.clone(),
        dial,
    };
    let routes = vec![route(&options.primary, Dial::Active), route(&options.secondary, Dial::Passive)];
    let name = ACCESS_POINT.parse().expect("the example is a name");
    points.seed(&name, BlockPublicAccess::ON, routes);
}

/// Lets two keys of a bucket be read by everybody, and all of it by the lab's distribution (CloudFront
/// Developer Guide, `private-content-restricting-access-to-s3`).
fn policy(bucket: &BucketName) -> String {
    let resources = [SENTINEL, SWITCH].map(|key| format!("arn:aws:s3:::{bucket}/{key}"));
    let policy = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "HealthCheckersMayReadSentinelAndSwitch",
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": resources,
        }, {
            "Sid": "AllowCloudFrontServicePrincipal",
            "Effect": "Allow",
            "Principal": { "Service": "cloudfront.amazonaws.com" },
            "Action": "s3:GetObject",
            "Resource": format!("arn:aws:s3:::{bucket}/*"),
            "Condition": { "StringEquals": { "AWS:SourceArn": DISTRIBUTION_ARN } },
        }],
    });
    policy.to_string()
}
