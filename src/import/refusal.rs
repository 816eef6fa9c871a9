//! Records of which no spec is written: each refusal has a name, a reason and the nearest thing that works.

use crate::model::{Fqdn, HealthCheckId, RecordKey, RecordType, Side};

/// Why no spec is written for a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is nothing at the name.
    #[error("the hosted zone {zone} holds no record named {name}")]
    NoRecord {
        /// The name that was asked for.
        name: Fqdn,
        /// The zone, with its id.
        zone: String,
    },
    /// What is there answers always the same.
    #[error(
        "the record {record} is no failover record: it has no routing policy and one answer for everybody"
    )]
    Simple {
        /// What is there.
        record: RecordKey,
        /// The name of a pair to which it leads.
        leads_to: Option<Fqdn>,
    },
    /// What is there is chosen in another way.
    #[error(
        "the record {record} is chosen by another policy than failover (weighted, latency, geolocation, \
         multivalue or the like)"
    )]
    OtherPolicy {
        /// What is there.
        record: RecordKey,
    },
    /// One of the two is missing.
    #[error("the record {record} has no partner: there is no {missing} of the same type")]
    HalfAPair {
        /// What is there.
        record: RecordKey,
        /// What is not.
        missing: Side,
    },
    /// A pair of a type that the spec does not know.
    #[error(
        "the failover pair at {name} is of the type {record_type}; a spec describes pairs of CNAME or A records"
    )]
    Type {
        /// The name.
        name: Fqdn,
        /// The pair's type.
        record_type: RecordType,
    },
    /// A side answers addresses.
    #[error("the record {record} answers addresses ({values}), and a side of a spec is a bucket or an alias")]
    Addresses {
        /// The record.
        record: RecordKey,
        /// What it answers.
        values: String,
    },
    /// A CNAME ends at no bucket.
    #[error("the record {record} ends at {host}, which {what}")]
    NoBucket {
        /// The failover record.
        record: RecordKey,
        /// Where it ends.
        host: String,
        /// Why that is no bucket.
        what: &'static str,
    },
    /// A side is chosen among several once more.
    #[error(
        "the record {record} leads to {target}, where Route 53 chooses again, so there are more than two sides"
    )]
    MoreThanTwoSides {
        /// The failover record.
        record: RecordKey,
        /// Where it chooses again.
        target: RecordKey,
    },
    /// The bucket is known and not where it is.
    #[error("the record {record} ends at {host}, which does not say in which region the bucket is")]
    RegionUnknown {
        /// The failover record.
        record: RecordKey,
        /// Where it ends.
        host: String,
    },
    /// A website's bucket must be named like the record, and cannot.
    #[error("the record {record} is an alias to an S3 website, and no bucket can have the record's name")]
    WebsiteName {
        /// The failover record.
        record: RecordKey,
    },
    /// What decides is no endpoint.
    #[error(
        "the record {record} is guarded by the health check {check} of the type {kind}, which a spec cannot describe"
    )]
    CheckType {
        /// The failover record.
        record: RecordKey,
        /// Its check.
        check: HealthCheckId,
        /// The check's type in Route 53.
        kind: String,
    },
    /// A calculated check that is no switch.
    #[error("the record {record} is guarded by the calculated health check {check}, which {what}")]
    Calculated {
        /// The failover record.
        record: RecordKey,
        /// Its check.
        check: HealthCheckId,
        /// What is not as in a spec.
        what: String,
    },
}

impl Refusal {
    /// The refusal's name, which stays the same from version to version.
    pub fn id(&self) -> &'static str {
        match self {
            Refusal::NoRecord { .. } => "no-record",
            Refusal::Simple { .. } => "simple-record",
            Refusal::OtherPolicy { .. } => "other-policy",
            Refusal::HalfAPair { .. } => "half-a-pair",
            Refusal::Type { .. } => "record-type",
            Refusal::Addresses { .. } => "addresses",
            Refusal::NoBucket { .. } => "no-bucket",
            Refusal::MoreThanTwoSides { .. } => "more-than-two-sides",
            Refusal::RegionUnknown { .. } => "region-unknown",
            Refusal::WebsiteName { .. } => "website-name",
            Refusal::CheckType { .. } => "check-type",
            Refusal::Calculated { .. } => "calculated-check",
        }
    }

    /// The nearest thing that works.
    pub fn way_out(&self) -> String {
        let adopt = "`plan --adopt` then shows how the records are taken over";
        match self {
            Refusal::NoRecord { name, .. } => format!(
                "See whether {name} is written as in the zone, or whether another zone holds it: `--zone ID`. For a \
                 name that is still free, `s3-failover init --name {name}` writes a spec."
            ),
            Refusal::Simple { record, leads_to: Some(pair) } => format!(
                "It leads to a failover pair, and goes on doing so: `s3-failover import {pair}` instead of {}.",
                record.name
            ),
            Refusal::Simple { record, .. } => format!(
                "`s3-failover init --name {}` writes a spec with two sides to begin with; {adopt}.",
                record.name
            ),
            Refusal::OtherPolicy { .. } => "Two of its records can become a pair by the tool that manages them. Or \
                 write the spec with the two sides that shall remain (`s3-failover init`), have that tool remove \
                 the records, and apply."
                .to_owned(),
            Refusal::HalfAPair { missing, .. } => {
                format!("Add the {missing} by the tool that manages the records, then import again.")
            }
            Refusal::Type { .. } => "Leave these records to the tool that manages them: no bucket, website or load \
                 balancer is reached by a record of this type alone."
                .to_owned(),
            Refusal::Addresses { .. } => format!(
                "An alias to what has these addresses works (`target = {{ alias = …, hosted_zone_id = … }}`, for a \
                 load balancer, CloudFront or another record of the zone): write the spec with `s3-failover init`; \
                 {adopt}."
            ),
            Refusal::NoBucket { .. } => format!(
                "A pointer leads to the REST endpoint of a bucket. What is no bucket is reached by an alias of type \
                 A, `target = {{ alias = …, hosted_zone_id = … }}` on both sides: write the spec with `s3-failover \
                 init`; {adopt}."
            ),
            Refusal::MoreThanTwoSides { target, .. } => format!(
                "Import a name that has two sides; {} may be one of its own, or choose which of its answers shall \
                 be the side.",
                target.name
            ),
            Refusal::RegionUnknown { .. } => format!(
                "Have the record end at the bucket's regional endpoint, `BUCKET.s3.REGION.amazonaws.com`, and import \
                 again; or write the spec with `s3-failover init`; {adopt}."
            ),
            Refusal::WebsiteName { .. } => {
                "S3 finds a website's bucket by the name in the request. Use pointers (no `target`), which take \
                 buckets of any name."
                    .to_owned()
            }
            Refusal::CheckType { .. } => format!(
                "Guard the record by an endpoint check of an object in the bucket, and import again; or leave the \
                 records to the tool that manages them. Written by hand (`s3-failover init`), a spec would bring \
                 endpoint checks of its own; {adopt}."
            ),
            Refusal::Calculated { .. } => {
                "A spec knows a calculated check over the side's own endpoint check and others that are not \
                 calculated themselves (`calculated`), and on the primary the manual switch: an inverted check of \
                 an object in the secondary's bucket, with all of them needed. Make it that, or guard the record \
                 by the endpoint check alone, and import again."
                    .to_owned()
            }
        }
    }
}
