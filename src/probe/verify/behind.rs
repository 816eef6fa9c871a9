//! What was seen behind the name beside its bytes: whose the buckets are, where the records lead, what the
//! health checks look at. Each is nothing where nobody has looked.

use crate::model::{BucketName, CheckConfig, Fqdn, Side};

/// What was seen of both sides, primary first, beside their bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Behind {
    /// The buckets of each side and whose they are; none where they were not looked at.
    pub buckets: [Vec<Bucket>; 2],
    /// Where each side's record leads, and what guards it.
    pub guards: Option<[Guard; 2]>,
}

impl Behind {
    /// The sides that have no record, where that was looked at.
    pub fn missing(&self) -> Vec<Side> {
        let guards = Side::BOTH.into_iter().zip(self.guards.iter().flatten());
        guards.filter(|(_, guard)| **guard == Guard::default()).map(|(side, _)| side).collect()
    }
}

/// A bucket that a side depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: BucketName,
    /// What it is to the side.
    pub part: Part,
    /// Whose it is.
    pub owner: Owner,
}

/// What a bucket is to a side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Its data is served.
    Data,
    /// It holds the health object.
    Sentinel,
    /// The record in the zone leads there, whatever the spec says.
    Recorded,
}

/// Whose a bucket is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The account that it should be.
    Own,
    /// Nobody's: there is no such bucket.
    Nobody,
    /// Another account's than this one.
    Other {
        /// The account that was expected.
        expected: String,
    },
    /// It could not be told.
    Unknown(String),
}

/// A side's record, as it is in the zone, and the checks that look for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guard {
    /// The last name that the side's record leads to, within the zone; nothing without a record.
    pub leads_to: Option<Fqdn>,
    /// The check of the record, and those that it counts; but not those that the spec declares as others'.
    pub checks: Vec<CheckConfig>,
}
