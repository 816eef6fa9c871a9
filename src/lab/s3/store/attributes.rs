//! What is handed out with an object's bytes, or remembered about them.

use jiff::Timestamp;
use s3s::dto;
use serde::{Deserialize, Serialize};

/// What a client said about an object when it was uploaded, and what was set on it since.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Attributes {
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
    /// `Content-Disposition`.
    pub content_disposition: Option<String>,
    /// `Content-Encoding`.
    pub content_encoding: Option<String>,
    /// `Content-Language`.
    pub content_language: Option<String>,
    /// `Expires`.
    pub expires: Option<dto::Timestamp>,
    /// The user's `x-amz-meta-` headers.
    pub metadata: Option<dto::Metadata>,
    /// `x-amz-storage-class`; nothing stands for STANDARD. It changes nothing but what is told.
    pub storage_class: Option<String>,
    /// Where the website endpoint sends those who ask for it.
    pub website_redirect: Option<String>,
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// Object Lock's retention.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Retention {
    /// Whether nobody at all may shorten it (COMPLIANCE), or those with a permission may (GOVERNANCE).
    pub compliance: bool,
    /// Until when.
    pub until: Timestamp,
}

impl Attributes {
    /// The storage class as listings name it.
    pub(crate) fn storage_class_name(&self) -> &str {
        self.storage_class.as_deref().unwrap_or(dto::StorageClass::STANDARD)
    }

    /// Whether Object Lock keeps the version from being deleted at `now`. `bypass` lifts GOVERNANCE.
    pub(crate) fn is_locked(&self, now: Timestamp, bypass: bool) -> bool {
        let retained = self
            .retention
            .as_ref()
            .is_some_and(|retention| retention.until > now && (retention.compliance || !bypass));
        retained || self.legal_hold == Some(true)
    }
}
