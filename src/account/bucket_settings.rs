//! Who may read a bucket without signing: Block Public Access, and the bucket's policy.
//!
//! Neither has a version or an entity tag that a change could be made to depend on (S3 API reference,
//! `PutPublicAccessBlock`, `PutBucketPolicy`): who changes one reads it just before, and what comes between the two is
//! lost. The calls are tried again as the environment says, since each may be made twice.

use aws_config::Region as SdkRegion;
use aws_sdk_s3::{
    Client, error::ProvideErrorMetadata, primitives::SdkBody, types::PublicAccessBlockConfiguration,
};
use futures_util::FutureExt;

use super::{
    AccountError, Buckets, Store,
    dry::{self, Permission},
};

/// The longest policy ("Bucket policies are limited to 20 KB in size", S3 User Guide, `bucket-policies`).
pub const LONGEST_POLICY: usize = 20 * 1024;
/// No document at all: S3 answers `MalformedXML` (S3 API reference, `ErrorResponses`).
const NO_DOCUMENT: &str = "<PublicAccessBlockConfiguration";
/// No policy either: that has statements. S3 answers `MalformedPolicy`.
const NO_POLICY: &str = "{}";

/// The four switches of Block Public Access: `BlockPublicAcls`, `IgnorePublicAcls`, `BlockPublicPolicy` and
/// `RestrictPublicBuckets`.
pub type PublicAccess = [bool; 4];

impl Buckets {
    /// The bucket's own setting of Block Public Access; nothing where it has none.
    pub async fn public_access(&self, store: &Store) -> Result<Option<PublicAccess>, AccountError> {
        let get = self.steady(store).await.get_public_access_block().bucket(store.bucket.as_str());
        match get.send().boxed().await {
            Ok(answer) => Ok(answer.public_access_block_configuration.map(|block| {
                [
                    block.block_public_acls,
                    block.ignore_public_acls,
                    block.block_public_policy,
                    block.restrict_public_buckets,
                ]
                .map(|on| on == Some(true))
            })),
            Err(error) if error.code() == Some("NoSuchPublicAccessBlockConfiguration") => Ok(None),
            Err(error) => {
                let what = format!("read Block Public Access of the bucket {}", store.bucket);
                Err(AccountError::from_sdk(what, error))
            }
        }
    }

    /// Sets Block Public Access of a bucket, or takes the setting away.
    pub async fn set_public_access(
        &self,
        store: &Store,
        wanted: Option<PublicAccess>,
    ) -> Result<(), AccountError> {
        let what = || format!("set Block Public Access of the bucket {}", store.bucket);
        let (s3, bucket) = (self.steady(store).await, store.bucket.as_str());
        let Some([acls, ignored, policy, restricted]) = wanted else {
            let done = s3.delete_public_access_block().bucket(bucket).send().boxed().await;
            return done.map(drop).map_err(|error| AccountError::from_sdk(what(), error));
        };
        let block = PublicAccessBlockConfiguration::builder()
            .block_public_acls(acls)
            .ignore_public_acls(ignored)
            .block_public_policy(policy)
            .restrict_public_buckets(restricted)
            .build();
        let put = s3.put_public_access_block().bucket(bucket).public_access_block_configuration(block);
        put.send().boxed().await.map(drop).map_err(|error| AccountError::from_sdk(what(), error))
    }

    /// Whether Block Public Access of a bucket may be set, and taken away: both are `s3:PutBucketPublicAccessBlock`
    /// (S3 API reference, `DeletePublicAccessBlock`).
    pub async fn may_set_public_access(&self, store: &Store) -> Result<Permission, AccountError> {
        let put = self.steady(store).await.put_public_access_block().bucket(store.bucket.as_str());
        let put = put.public_access_block_configuration(PublicAccessBlockConfiguration::builder().build());
        // Signed as it is sent; only the checksum is that of the document that it is not, which is one reason more
        // to refuse it.
        let put = put.customize().mutate_request(|request| {
            *request.body_mut() = SdkBody::from(NO_DOCUMENT);
            request.headers_mut().insert("content-length", NO_DOCUMENT.len().to_string());
        });
        let what = format!("set Block Public Access of the bucket {} (asked beforehand)", store.bucket);
        dry::judged(&what, put.send().boxed().await)
    }

    /// The text of a bucket's policy; nothing where it has none.
    pub async fn policy(&self, store: &Store) -> Result<Option<String>, AccountError> {
        let get = self.steady(store).await.get_bucket_policy().bucket(store.bucket.as_str());
        match get.send().boxed().await {
            Ok(answer) => Ok(answer.policy),
            Err(error) if error.code() == Some("NoSuchBucketPolicy") => Ok(None),
            Err(error) => {
                let what = format!("read the policy of the bucket {}", store.bucket);
                Err(AccountError::from_sdk(what, error))
            }
        }
    }

    /// Replaces a bucket's policy, or takes it away.
    pub async fn set_policy(&self, store: &Store, wanted: Option<&str>) -> Result<(), AccountError> {
        let what = || format!("set the policy of the bucket {}", store.bucket);
        let (s3, bucket) = (self.steady(store).await, store.bucket.as_str());
        let Some(text) = wanted else {
            let done = s3.delete_bucket_policy().bucket(bucket).send().boxed().await;
            return done.map(drop).map_err(|error| AccountError::from_sdk(what(), error));
        };
        let done = s3.put_bucket_policy().bucket(bucket).policy(text).send().boxed().await;
        done.map(drop).map_err(|error| AccountError::from_sdk(what(), error))
    }

    /// Whether a bucket's policy may be replaced.
    pub async fn may_set_policy(&self, store: &Store) -> Result<Permission, AccountError> {
        let put = self.steady(store).await.put_bucket_policy().bucket(store.bucket.as_str());
        let what = format!("set the policy of the bucket {} (asked beforehand)", store.bucket);
        dry::judged(&what, put.policy(NO_POLICY).send().boxed().await)
    }

    /// Whether an object may be put at this key and deleted, asked by conditions that nothing can meet. Where there is
    /// no object S3 may answer 404 instead of 412 (unverified); either says that it was not for who asked.
    pub async fn may_put_and_remove(&self, store: &Store, key: &str) -> Result<Permission, AccountError> {
        const NOBODYS: &str = "\"00000000000000000000000000000000\"";
        let (s3, bucket) = (self.steady(store).await, store.bucket.as_str());
        let put = s3.put_object().bucket(bucket).key(key).if_match(NOBODYS).send().boxed().await;
        let put = dry::judged(&format!("put s3://{bucket}/{key} (asked beforehand)"), put)?;
        if put == Permission::Unknown {
            return Ok(put);
        }
        let delete = s3.delete_object().bucket(bucket).key(key).if_match(NOBODYS).send().boxed().await;
        dry::judged(&format!("delete s3://{bucket}/{key} (asked beforehand)"), delete)
    }

    /// A client that tries again, for what may be done twice.
    async fn steady(&self, store: &Store) -> Client {
        let settings = self.access.settings(store.role.as_ref()).await;
        let config = aws_sdk_s3::config::Builder::from(&settings);
        Client::from_conf(config.region(SdkRegion::new(store.region.to_string())).build())
    }
}
