//! What a switch made of one object asks of S3 beside putting it and looking at it: whether it could be put, to take it
//! away only while it is still the same, what is new in a bucket, and why strangers do not see it.
//!
//! All of it is S3's own, in the bucket's region: nothing here needs another region or service.

use aws_sdk_s3::{error::ProvideErrorMetadata, primitives::ByteStream};
use bytes::Bytes;
use futures_util::FutureExt;
use jiff::Timestamp;

use super::{AccountError, Buckets, Conditional, ETag, Store, objects::is_changed};

/// Below this lie the objects by which lag is measured, in both data buckets. Each is removed again.
pub const LAG_PREFIX: &str = "s3-failover/lag/";
/// Most keys of one page of a listing (S3 API reference, `ListObjectsV2`, `max-keys`).
const PAGE: i32 = 1_000;
/// No object has it: MD5 has never been seen to give it, and parts add a hyphen and their number.
const NOBODYS: &str = "00000000000000000000000000000000";

/// An object of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recent {
    /// Its key.
    pub key: String,
    /// When it was written. A replica keeps the time of its original (S3 User Guide, `replication`: "Amazon S3
    /// preserves the creation time").
    pub written: Timestamp,
}

/// What can keep strangers from an object; nothing where it could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    /// Which of the bucket's settings of Block Public Access keep a public policy from working:
    /// `BlockPublicPolicy`, `RestrictPublicBuckets`.
    pub blocked: Option<[bool; 2]>,
    /// Whether S3 takes the bucket's policy for public; none is not.
    pub public_policy: Option<bool>,
    /// How the object is encrypted: `AES256`, `aws:kms`, …
    pub encryption: Option<String>,
}

impl Buckets {
    /// Whether an object could be put: it is asked to replace a version that nobody has. S3 judges leave first and
    /// conditions then, so a refusal of the condition is a yes (S3 User Guide, `conditional-writes`: 412 "if the
    /// `ETag` does not match", 404 "if no current object version with the same name exists"). Nothing is written.
    pub async fn could_put(&self, store: &Store, key: &str) -> Result<(), AccountError> {
        let put = self.at(store).await.put_object().bucket(store.bucket.as_str()).key(key);
        match put.if_match(NOBODYS).body(ByteStream::from(Bytes::new())).send().boxed().await {
            Ok(_) => Ok(()),
            Err(error) if is_changed(error.code()) || error.code() == Some("NoSuchKey") => Ok(()),
            Err(error) => Err(AccountError::from_sdk(format!("put s3://{}/{key}", store.bucket), error)),
        }
    }

    /// Removes an object if it is still the one with this tag (S3 User Guide, `conditional-deletes`). One that is not
    /// there any more is removed.
    pub async fn remove_same(
        &self,
        store: &Store,
        key: &str,
        etag: &ETag,
    ) -> Result<Conditional<()>, AccountError> {
        let delete = self.at(store).await.delete_object().bucket(store.bucket.as_str()).key(key);
        match delete.if_match(&etag.0).send().boxed().await {
            Ok(_) => Ok(Conditional::Done(())),
            Err(error) if error.code() == Some("NoSuchKey") => Ok(Conditional::Done(())),
            Err(error) if is_changed(error.code()) => Ok(Conditional::Changed),
            Err(error) => Err(AccountError::from_sdk(format!("delete s3://{}/{key}", store.bucket), error)),
        }
    }

    /// The first page of a bucket's keys, the newest first. S3 lists by name and knows no other order, so of a bucket
    /// with more keys this is a sample.
    pub async fn recent(&self, store: &Store) -> Result<Vec<Recent>, AccountError> {
        let list = self.at(store).await.list_objects_v2().bucket(store.bucket.as_str()).max_keys(PAGE);
        let page = list.send().boxed().await;
        let page =
            page.map_err(|error| AccountError::from_sdk(format!("list s3://{}", store.bucket), error))?;
        let recent = |object: &aws_sdk_s3::types::Object| {
            let written = Timestamp::from_second(object.last_modified()?.secs()).ok()?;
            Some(Recent { key: object.key()?.to_owned(), written })
        };
        let mut found: Vec<Recent> = page.contents().iter().filter_map(recent).collect();
        found.sort_by(|one, other| other.written.cmp(&one.written).then_with(|| one.key.cmp(&other.key)));
        Ok(found)
    }

    /// What can keep strangers from an object that is there. Whatever may not be read is left open.
    pub async fn hidden_by(&self, store: &Store, key: &str) -> Hidden {
        let client = self.at(store).await;
        let bucket = store.bucket.as_str();
        let head = client.head_object().bucket(bucket).key(key).send().boxed();
        let block = client.get_public_access_block().bucket(bucket).send().boxed();
        let policy = client.get_bucket_policy_status().bucket(bucket).send().boxed();
        let (head, block, policy) = tokio::join!(head, block, policy);
        let blocked = match block {
            Ok(block) => block.public_access_block_configuration.map(|block| {
                [block.block_public_policy, block.restrict_public_buckets].map(|set| set == Some(true))
            }),
            Err(error) if error.code() == Some("NoSuchPublicAccessBlockConfiguration") => Some([false; 2]),
            Err(_) => None,
        };
        let public_policy = match policy {
            Ok(status) => status.policy_status.map(|status| status.is_public == Some(true)),
            Err(error) if error.code() == Some("NoSuchBucketPolicy") => Some(false),
            Err(_) => None,
        };
        let encryption = head.ok().and_then(|head| head.server_side_encryption);
        Hidden { blocked, public_policy, encryption: encryption.map(|kind| kind.as_str().to_owned()) }
    }
}
