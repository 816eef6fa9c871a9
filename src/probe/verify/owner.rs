//! Would anybody serve the name, and is it we? A bucket that does not exist is anybody's to create, and then
//! "any AWS user can create the bucket and serve content" under the name (S3 User Guide, `VirtualHosting`).
//!
//! Of a side, every bucket that it depends on is looked at: the one with the data, the sentinel, whose owner
//! decides when the name fails over, and the one that the record in the zone leads to.

use super::{
    behind::{Behind, Bucket, Owner, Part},
    evidence::{SideData, has_no_bucket},
    finding::{Finding, Severity, finding, join},
};
use crate::{
    model::Side,
    spec::{Failover, Target},
};

const HEAD: &str = "S3 HeadBucket with x-amz-expected-bucket-owner";

/// What is found of a side's buckets, under this id. Nothing when nobody has looked, and S3 did not say by
/// itself that there is no bucket.
pub(super) fn finding_of(
    id: &'static str,
    failover: &Failover,
    side: Side,
    (behind, data): (&Behind, &SideData),
) -> Option<Finding> {
    let index = side.index();
    let buckets = &behind.buckets[index];
    let told = buckets.iter().any(|bucket| bucket.owner == Owner::Nobody);
    let unseen = has_no_bucket(failover, side, data) && !told;
    if buckets.is_empty() && !unseen {
        return None;
    }
    let mut taken: Vec<String> = buckets.iter().filter_map(|bucket| taken(failover, side, bucket)).collect();
    if unseen {
        let bucket = &failover.side(side).bucket;
        taken.push(format!("there is no bucket {bucket}, and anybody could create it"));
    }
    let unknown = join(buckets.iter().filter_map(|bucket| match &bucket.owner {
        Owner::Unknown(why) => Some(format!("whose {} is could not be told: {why}", bucket.name)),
        _ => None,
    }));
    Some(if !taken.is_empty() {
        finding(id, Severity::Error, false, taken.join("; "), HEAD).advise(advice(buckets, unseen))
    } else if unknown.is_empty() {
        let names = buckets.iter().map(|bucket| bucket.name.to_string()).collect::<Vec<_>>().join(", ");
        finding(id, Severity::Error, true, format!("what the {side} depends on is ours: {names}"), HEAD)
    } else {
        let way = "allow sts:GetCallerIdentity and s3:ListBucket on it to whoever runs this; \
                   `s3-failover export --format iam --for verify` prints the policy";
        finding(id, Severity::Warning, false, unknown, HEAD).advise(way)
    })
}

fn taken(failover: &Failover, side: Side, bucket: &Bucket) -> Option<String> {
    let name = &bucket.name;
    let part = match bucket.part {
        Part::Data if failover.side(side).target == Target::Website => ", whose website the name is",
        Part::Data => "",
        Part::Sentinel => ", which holds the health object",
        Part::Recorded => ", to which the record in the zone leads",
    };
    match &bucket.owner {
        Owner::Nobody => Some(format!("there is no bucket {name}{part}, and anybody could create it")),
        Owner::Other { expected } => {
            Some(format!("the bucket {name}{part} is not of the account {expected}, but of another"))
        }
        Owner::Own | Owner::Unknown(_) => None,
    }
}

fn advice(buckets: &[Bucket], unseen: bool) -> &'static str {
    if unseen || buckets.iter().any(|bucket| bucket.owner == Owner::Nobody) {
        "create the bucket in your own account before somebody else does, or take the record away"
    } else {
        "if it is yours, name its account by `role_arn` on this side of the spec; if not, take the record away"
    }
}
