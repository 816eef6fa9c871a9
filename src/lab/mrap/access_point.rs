//! What is a Multi-Region Access Point? A name, a bucket in each region, routes, and a policy.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    names::{Alias, Name},
    routes::Routes,
};
use crate::lab::s3::{BlockPublicAccess, Policy, PolicyError};

/// Most access points of an account (S3 User Guide, `MultiRegionAccessPointRestrictions`).
pub(super) const MOST_ACCESS_POINTS: usize = 100;
/// Most regions of an access point (same page).
pub(super) const MOST_REGIONS: usize = 17;

/// How far its life has come (S3 Control model, `MultiRegionAccessPointStatus`). The states in which some
/// regions are behind do not occur in the lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Status {
    /// Not there for requests yet.
    Creating,
    /// There.
    Ready,
    /// Not there for requests any more.
    Deleting,
}

impl Status {
    /// As the API writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Creating => "CREATING",
            Self::Ready => "READY",
            Self::Deleting => "DELETING",
        }
    }
}

/// An access point. Its buckets and its Block Public Access "can't be modified" once it is there (S3 User
/// Guide, `multi-region-access-point-block-public-access`).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AccessPoint {
    /// What the owner calls it.
    pub(crate) name: Name,
    /// What S3 calls it.
    pub(crate) alias: Alias,
    /// When it was asked for.
    pub(crate) created: Timestamp,
    /// How far its life has come.
    pub(crate) status: Status,
    /// Its own switches.
    pub(crate) block: BlockPublicAccess,
    /// Its regions, in the order in which they were named.
    pub(crate) routes: Routes,
    /// The policy that acts. Kept by `kept`, as is the other.
    #[serde(skip)]
    pub(crate) established: Option<PointPolicy>,
    /// The policy that is on its way.
    #[serde(skip)]
    pub(crate) proposed: Option<PointPolicy>,
}

/// The policy of an access point: the text as it was put, and what it means.
#[derive(Clone, Debug)]
pub(crate) struct PointPolicy {
    /// The document, byte for byte.
    pub(crate) text: String,
    /// The same, ready to be matched.
    pub(crate) policy: Policy,
}

impl PointPolicy {
    /// Reads and checks it: it may be about the access point, `ARN`, and the objects behind it,
    /// `ARN/object/…` (S3 User Guide, `MultiRegionAccessPointPermissions`).
    pub(crate) fn parse(text: &str, alias: &Alias) -> Result<Self, PolicyError> {
        let arn = alias.arn();
        let ours = |resource: &str| {
            resource.strip_prefix(&arn).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        Ok(Self { text: text.to_owned(), policy: Policy::parse_about(text, ours)? })
    }
}
