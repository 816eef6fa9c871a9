//! A bucket: where it lives, how it is set, and its keys.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{History, Settings, multipart::Upload};
use crate::{
    lab::{
        principals::AccountId,
        s3::{access::BlockPublicAccess, policy::Policy, replication::Replication},
    },
    model::Region,
};

/// Whether a bucket keeps versions. Once on, it can only be suspended (S3 User Guide, `Versioning`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Versioning {
    /// Never switched on.
    #[default]
    Unversioned,
    /// On.
    Enabled,
    /// Off again; older versions stay.
    Suspended,
}

/// A bucket policy: the text as it was put, and what it means.
#[derive(Clone, Debug)]
pub(crate) struct PolicyText {
    /// The document, byte for byte.
    pub text: String,
    /// The same, ready to be matched.
    pub policy: Policy,
}

/// A bucket.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Bucket {
    /// Where it lives.
    pub region: Region,
    /// When it was created.
    pub created: Timestamp,
    /// Whose it is. Labs that kept no owner had one account.
    #[serde(default)]
    pub owner: AccountId,
    /// Whether it keeps versions.
    pub versioning: Versioning,
    /// Its policy. Kept by `kept`, as are the uploads and the keys.
    #[serde(skip)]
    pub policy: Option<PolicyText>,
    /// Its Block Public Access configuration; without one all switches are off.
    pub block: Option<BlockPublicAccess>,
    /// Its replication configuration.
    pub replication: Option<Replication>,
    /// What else is configured.
    pub settings: Settings,
    /// The uploads in parts that are under way, by key and id.
    #[serde(skip)]
    pub uploads: BTreeMap<String, BTreeMap<String, Upload>>,
    /// Its keys, in the order of their UTF-8 bytes, as S3 lists them.
    #[serde(skip)]
    pub keys: BTreeMap<String, History>,
}

impl Bucket {
    /// A new bucket of the lab's own account: private, not versioned, all of Block Public Access on.
    pub(crate) fn new(region: Region, created: Timestamp) -> Self {
        Self {
            region,
            created,
            owner: AccountId::LAB,
            versioning: Versioning::Unversioned,
            policy: None,
            block: Some(BlockPublicAccess::ON),
            replication: None,
            settings: Settings::default(),
            uploads: BTreeMap::new(),
            keys: BTreeMap::new(),
        }
    }

    /// The switches of Block Public Access that act.
    pub(crate) fn block_public_access(&self) -> BlockPublicAccess {
        self.block.unwrap_or(BlockPublicAccess::OFF)
    }
}
