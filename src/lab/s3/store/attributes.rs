//! What is remembered about an object beside its bytes, and can change.

use jiff::Timestamp;
use s3s::dto;

/// What was set on an object when it was uploaded, or since.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attributes {
    /// What it is stored as; nothing stands for STANDARD. It changes nothing but what is told.
    pub storage_class: Option<String>,
    /// How it is encrypted at rest, or rather, what is told about that.
    pub encryption: Encryption,
    /// Its tags, in the order in which they were given.
    pub tags: Vec<(String, String)>,
    /// Until when it may not be deleted.
    pub retention: Option<Retention>,
    /// Whether it may not be deleted until told otherwise; nothing when nobody ever said.
    pub legal_hold: Option<bool>,
}

/// Encryption at rest. "Amazon S3 now applies server-side encryption with Amazon S3 managed keys
/// (SSE-S3) as the base level of encryption for every bucket" (S3 User Guide,
/// `default-encryption-faq`). The lab keeps bytes in memory as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Encryption {
    /// `AES256`, `aws:kms` or `aws:kms:dsse`.
    pub algorithm: String,
    /// The key of KMS.
    pub key: Option<String>,
    /// Whether a bucket key is used.
    pub bucket_key: Option<bool>,
}

impl Default for Encryption {
    fn default() -> Self {
        let algorithm = dto::ServerSideEncryption::AES256.to_owned();
        Self { algorithm, key: None, bucket_key: None }
    }
}

impl Attributes {
    /// The storage class as listings name it.
    pub(crate) fn storage_class_name(&self) -> &str {
        self.storage_class.as_deref().unwrap_or(dto::StorageClass::STANDARD)
    }
}

/// Object Lock's retention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Retention {
    /// Whether nobody at all may shorten it (COMPLIANCE), or those with a permission may (GOVERNANCE).
    pub compliance: bool,
    /// Until when.
    pub until: Timestamp,
}
