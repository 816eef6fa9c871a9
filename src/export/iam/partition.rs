//! Which of AWS's partitions are the buckets in? ARNs begin with it.

use std::fmt;

use crate::{
    model::{Region, Side},
    spec::Spec,
};

/// A partition, by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition(&'static str);

/// How the regions of each begin (botocore, `partitions.json`); all other regions are of `aws`.
const PREFIXES: [(&str, &str); 7] = [
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("eusc-", "aws-eusc"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
];

/// One identity lives in one partition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the buckets lie in several partitions of AWS ({one} and {other}), and no identity has a say in two")]
pub struct Partitions {
    one: Partition,
    other: Partition,
}

impl Partition {
    fn of(region: &Region) -> Self {
        let known = PREFIXES.iter().find(|(prefix, _)| region.as_str().starts_with(prefix));
        Self(known.map_or("aws", |(_, partition)| partition))
    }

    /// The partition of the specs' buckets.
    pub fn of_specs(specs: &[&Spec]) -> Result<Self, Partitions> {
        let failovers = specs.iter().flat_map(|spec| &spec.failovers);
        let sides = failovers.flat_map(|failover| Side::BOTH.map(|side| failover.side(side)));
        let mut partitions = sides.map(|side| Self::of(&side.region));
        let one = partitions.next().unwrap_or(Self("aws"));
        match partitions.find(|other| *other != one) {
            Some(other) => Err(Partitions { one, other }),
            None => Ok(one),
        }
    }

    /// The ARN of something of Route 53's, which has neither region nor account in it.
    pub(super) fn route53(self, resource: &str) -> String {
        format!("arn:{self}:route53:::{resource}")
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
