//! Do the two sides make a pair?

use super::{Judged, each_failover, each_side, reaches_website};
use crate::spec::{
    draft::{Draft, DraftTarget, Field, Spanned},
    finding::{Finding, Rule, Severity::Error},
    website::website,
};

pub(super) const RULES: &[Judged] = &[
    (&ONE_REGION, one_region),
    (&ONE_BUCKET, one_bucket),
    (&MIXED_RECORD_TYPES, mixed_record_types),
    (&TWO_WEBSITES, two_websites),
    (&WEBSITE_BUCKET_NAME, website_bucket_name),
    (&WEBSITE_REGION, website_region),
];

/// Both values, when both sides give the same one.
fn same<'d, T: PartialEq>(one: &'d Field<T>, other: &'d Field<T>) -> Option<[&'d Spanned<T>; 2]> {
    let (one, other) = (one.given()?, other.given()?);
    (one.value == other.value).then_some([one, other])
}

const ONE_REGION: Rule = Rule {
    id: "one-region",
    severity: Error,
    reason: "Failing over leaves a region that is down; with both buckets in one region there is nowhere to \
             go. The pointers, `REGION.NAME`, would also be one and the same.",
    source: "s3-failover: the records that `apply` creates",
};

fn one_region(draft: &Draft) -> Vec<Finding> {
    each_failover(draft, |failover| {
        let [primary, secondary] = same(&failover.primary.region, &failover.secondary.region)?;
        let elsewhere = if secondary.value.as_str() == "eu-west-1" { "us-east-1" } else { "eu-west-1" };
        let entry = draft.format.entry("region", &format!("\"{elsewhere}\""));
        let message = format!("both buckets are in `{}`", secondary.value);
        Some(ONE_REGION.at(secondary.span, message).and(primary.span, "the primary's region").help(format!(
            "Keep the secondary in another region, in a bucket that S3 replicates to: for example `{entry}`."
        )))
    })
}

const ONE_BUCKET: Rule = Rule {
    id: "one-bucket",
    severity: Error,
    reason: "A bucket's name is unique across all accounts and regions of a partition, so one name is one \
             bucket, in one region.",
    source: "S3 User Guide, `bucketnamingrules`",
};

fn one_bucket(draft: &Draft) -> Vec<Finding> {
    each_failover(draft, |failover| {
        let [primary, secondary] = same(&failover.primary.bucket, &failover.secondary.bucket)?;
        let message = format!("both sides are the bucket `{}`", secondary.value);
        let help = "Name a second bucket, in the secondary's region, that S3 replicates to.";
        Some(ONE_BUCKET.at(secondary.span, message).and(primary.span, "the primary's bucket").help(help))
    })
}

const MIXED_RECORD_TYPES: Rule = Rule {
    id: "mixed-record-types",
    severity: Error,
    reason: "The two records of a failover have one name and one type. A pointer is a CNAME; an alias to a \
             website or to another AWS resource is an A record.",
    source: "Route 53 Developer Guide, `resource-record-sets-values-failover`",
};

fn mixed_record_types(draft: &Draft) -> Vec<Finding> {
    each_failover(draft, |failover| {
        let [primary, secondary] = failover.sides();
        let (pointer, address) = match (primary.is_pointer(), secondary.is_pointer()) {
            (true, false) => (primary, secondary),
            (false, true) => (secondary, primary),
            _ => return None,
        };
        address.target()?;
        pointer.target()?;
        let message = format!(
            "the {} is a pointer and the {} is not, so their types differ",
            pointer.side, address.side
        );
        Some(
            MIXED_RECORD_TYPES
                .at(address.target_span(), message)
                .label("type A")
                .and(pointer.target_span(), "type CNAME")
                .help(
                    "Delete this `target`: two pointers serve two private buckets over HTTPS, with writes. Or \
                     give the other side a target of type A as well: an alias to CloudFront or to a load \
                     balancer, or a website.",
                ),
        )
    })
}

const TWO_WEBSITES: Rule = Rule {
    id: "two-websites",
    severity: Error,
    reason: "An alias to an S3 website needs a bucket named like the record, and a bucket's name is unique, so \
             only one record of a failover can lead to a website. S3 finds the bucket by the Host header and \
             would answer the other side with NoSuchBucket.",
    source: "Route 53 Developer Guide, `resource-record-sets-values-alias-common`; S3 User Guide, \
             `VirtualHosting`",
};

fn two_websites(draft: &Draft) -> Vec<Finding> {
    each_failover(draft, |failover| {
        let [primary, secondary] = failover.sides();
        if !reaches_website(primary) || !reaches_website(secondary) {
            return None;
        }
        let alias = match draft.format {
            crate::spec::Format::Toml => {
                "target = { alias = \"d111111abcdef8.cloudfront.net\", hosted_zone_id = \"Z2FDTNDATAQYW2\" }"
            }
            crate::spec::Format::Json => {
                "\"target\": { \"alias\": \"d111111abcdef8.cloudfront.net\", \"hosted_zone_id\": \
                 \"Z2FDTNDATAQYW2\" }"
            }
        };
        let message = "both sides are S3 websites, and only one bucket can have the record's name";
        Some(
            TWO_WEBSITES
                .at(secondary.target_span(), message)
                .label("a second website")
                .and(primary.target_span(), "the first")
                .help(format!(
                    "Delete both `target` keys to use pointers, which take buckets of any name. For browsers, \
                     put CloudFront before the primary's bucket and keep the website as the secondary:\n\
                     `{alias}`"
                )),
        )
    })
}

const WEBSITE_BUCKET_NAME: Rule = Rule {
    id: "website-bucket-name",
    severity: Error,
    reason: "S3 finds a website's bucket by the Host header, which holds the name that the client looked up; \
             Route 53 asks for the same.",
    source: "Route 53 Developer Guide, `RoutingToS3Bucket`; S3 User Guide, `VirtualHosting`",
};

fn website_bucket_name(draft: &Draft) -> Vec<Finding> {
    each_side(draft, |failover, side| {
        let both = failover.sides().into_iter().all(reaches_website);
        let (name, bucket) = (failover.name.given()?, side.bucket.given()?);
        if both || !reaches_website(side) || bucket.value.as_str() == name.value.as_str() {
            return None;
        }
        let message = format!("the website's bucket is not named `{}`", name.value);
        let entry = draft.format.entry("bucket", &format!("\"{}\"", name.value));
        Some(WEBSITE_BUCKET_NAME.at(bucket.span, message).and(name.span, "the record").help(format!(
            "Keep the website in a bucket of that name: `{entry}`. A pointer takes a bucket of any name: \
             delete `target` on both sides."
        )))
    })
}

const WEBSITE_REGION: Rule = Rule {
    id: "website-region",
    severity: Error,
    reason: "An alias needs the region's website endpoint and its zone id, and neither is known for this region.",
    source: "AWS General Reference, Amazon S3 website endpoints, as in Terraform's and the CDK's tables",
};

fn website_region(draft: &Draft) -> Vec<Finding> {
    each_side(draft, |_, side| {
        let region = side.region.given()?;
        if side.target() != Some(DraftTarget::Website) || website(&region.value).is_some() {
            return None;
        }
        let message = format!("no S3 website endpoint is known in `{}`", region.value);
        Some(WEBSITE_REGION.at(region.span, message).help(
            "Keep the website in a region that has one, such as `us-east-1` or `eu-west-1`, or use pointers \
             on both sides: delete `target`.",
        ))
    })
}
