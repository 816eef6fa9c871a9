//! Which of AWS's partitions are the buckets in? ARNs begin with it.

use std::fmt;

use crate::{
    model::{Region, Side},
    spec::Spec,
};

/// A partition, by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition(&'static str);

/// One identity lives in one partition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the buckets lie in several partitions of AWS ({one} and {other}), and no identity has a say in two")]
pub struct Partitions {
    one: Partition,
    other: Partition,
}

impl Partition {
    fn of(region: &Region) -> Self {
        Self(region.partition())
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
