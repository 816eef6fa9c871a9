//! Who may do what? Asked by s3s before each operation, decided by [`access::judge`].

use s3s::{
    S3Error, S3Result,
    access::{S3Access, S3AccessContext},
    auth::{S3Auth, SecretKey},
    s3_error,
};

use super::{RegionalS3, errors::headers};
use crate::lab::{
    credentials::{ACCESS_KEY_ID, ACCOUNT_ID, SECRET_ACCESS_KEY},
    s3::{
        AccessPointArn,
        access::{self, BlockPublicAccess},
        fault::Fault,
        policy::{Attempt, Caller},
        store::{Bucket, StoreError},
    },
};

/// The lab's one access key.
pub(super) struct LabKey;

#[async_trait::async_trait]
impl S3Auth for LabKey {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        if access_key == ACCESS_KEY_ID {
            return Ok(SECRET_ACCESS_KEY.into());
        }
        let message = "The AWS Access Key Id you provided does not exist in our records.";
        Err(s3_error!(InvalidAccessKeyId, "{message}"))
    }
}

/// Lets a request through to its operation, or not.
pub(super) struct Gate(pub RegionalS3);

#[async_trait::async_trait]
impl S3Access for Gate {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let caller = if context.credentials().is_some() { Caller::Owner } else { Caller::Anonymous };
        let access_point = context.extensions_mut().get::<AccessPointArn>().cloned();
        let operation = context.s3_op().name();
        let Some(bucket) = context.s3_path().get_bucket_name() else {
            return if caller == Caller::Owner { Ok(()) } else { Err(access_denied()) };
        };
        if operation == "CreateBucket" {
            return if caller == Caller::Owner { Ok(()) } else { Err(access_denied()) };
        }
        let expected_owner = context.headers().get("x-amz-expected-bucket-owner");
        let query = context.uri().query().unwrap_or_default();
        let action = action(operation, query.split('&').any(|pair| pair.starts_with("versionId=")));
        let attempt = Attempt { action: &action, bucket, key: context.s3_path().get_object_key() };
        if expected_owner.is_some_and(|owner| owner != ACCOUNT_ID)
            || !self.0.allows_through(access_point.as_ref(), caller, attempt)?
        {
            let mut error = access_denied();
            if operation == "HeadBucket" {
                // S3 API reference, `HeadBucket`: the header comes with 200, 301 and 403.
                error.set_headers(headers(&[("x-amz-bucket-region", self.0.region.as_str())]));
            }
            return Err(error);
        }
        Ok(())
    }
}

impl RegionalS3 {
    /// Whether the caller may, by the bucket's policy, its Block Public Access, and the region's fault.
    pub(super) fn allows(&self, caller: Caller, attempt: Attempt<'_>) -> Result<bool, StoreError> {
        self.allows_through(None, caller, attempt)
    }

    /// The same for a request that came through an access point.
    fn allows_through(
        &self,
        access_point: Option<&AccessPointArn>,
        caller: Caller,
        attempt: Attempt<'_>,
    ) -> Result<bool, StoreError> {
        let access_point = access_point.map(|arn| arn.0.as_str());
        self.store.read(attempt.bucket, |bucket| {
            let policy = bucket.policy.as_ref().map(|policy| &policy.policy);
            let block = self.block_public_access(bucket);
            Ok(match access_point {
                None => access::judge(caller, attempt, policy, block),
                Some(_) => access::judge_through(access_point, caller, attempt, policy, block),
            }
            .allows())
        })
    }

    /// The switches that act on a bucket now.
    pub(super) fn block_public_access(&self, bucket: &Bucket) -> BlockPublicAccess {
        match self.faults.of(&self.region) {
            Some(Fault::BlockPublic) => BlockPublicAccess::ON,
            _ => self.store.effective_block(bucket),
        }
    }
}

/// The error for everything that is not allowed.
pub(super) fn access_denied() -> S3Error {
    s3_error!(AccessDenied, "Access Denied")
}

/// The IAM action that an operation needs (Service Authorization Reference, `list_amazons3`). Where
/// the two have the same name nothing is listed here.
fn action(operation: &str, of_a_version: bool) -> String {
    let action = match operation {
        "HeadBucket" | "ListObjects" | "ListObjectsV2" => "ListBucket",
        "ListObjectVersions" => "ListBucketVersions",
        "GetObject" | "HeadObject" if of_a_version => "GetObjectVersion",
        "DeleteObject" if of_a_version => "DeleteObjectVersion",
        "HeadObject" => "GetObject",
        "GetPublicAccessBlock" => "GetBucketPublicAccessBlock",
        "PutPublicAccessBlock" | "DeletePublicAccessBlock" => "PutBucketPublicAccessBlock",
        "GetBucketReplication" => "GetReplicationConfiguration",
        "PutBucketReplication" | "DeleteBucketReplication" => "PutReplicationConfiguration",
        same => same,
    };
    format!("s3:{action}")
}
