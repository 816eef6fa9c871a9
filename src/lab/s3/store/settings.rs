//! What is configured on a bucket, kept as it came, and told again.
//!
//! Some of it acts in the lab: ownership and encryption are looked at when an object is written, the
//! website configuration by the website endpoint, Object Lock when a version is deleted. The rest only
//! comes back to whoever asks, such as a check of a bucket's readiness.

use std::collections::BTreeMap;

use s3s::dto;
use serde::{Deserialize, Serialize};

use super::as_xml;

/// A bucket's configurations.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub cors: Option<dto::CORSConfiguration>,
    pub lifecycle: Option<dto::BucketLifecycleConfiguration>,
    /// A `TransitionDefaultMinimumObjectSize`.
    pub lifecycle_minimum_size: Option<String>,
    /// Without one, objects are encrypted with `AES256`.
    pub encryption: Option<dto::ServerSideEncryptionConfiguration>,
    pub ownership: Ownership,
    #[serde(with = "as_xml::optional")]
    pub logging: Option<dto::LoggingEnabled>,
    pub accelerate: Option<dto::BucketAccelerateStatus>,
    pub notification: Option<dto::NotificationConfiguration>,
    pub payer: Option<dto::Payer>,
    pub object_lock: Option<dto::ObjectLockConfiguration>,
    pub website: Option<dto::WebsiteConfiguration>,
    pub tags: Vec<(String, String)>,
    pub metrics: BTreeMap<String, dto::MetricsConfiguration>,
    pub analytics: BTreeMap<String, dto::AnalyticsConfiguration>,
    pub inventory: BTreeMap<String, dto::InventoryConfiguration>,
    pub tiering: BTreeMap<String, dto::IntelligentTieringConfiguration>,
}

/// Who owns objects, and with that, whether ACLs act. "By default, S3 Object Ownership is set to
/// `BucketOwnerEnforced` and ACLs are disabled" (S3 API reference, `CreateBucket`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Ownership {
    /// As a bucket is created.
    #[default]
    BucketOwnerEnforced,
    /// Something else was set, which is told again; the lab has no ACLs all the same.
    Other(#[serde(with = "as_xml")] dto::ObjectOwnership),
    /// The configuration was deleted.
    Deleted,
}
