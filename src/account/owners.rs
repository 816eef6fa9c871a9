//! Whose is a bucket? S3 does not say, but refuses a request that expects another owner.
//!
//! 1. `HeadBucket` with `x-amz-expected-bucket-owner`: 200, so it is ours; 404, so it is nobody's.
//! 2. 403 means that the account is wrong or that we may not look. So it is asked without an owner: 200, and it was
//!    the account; 403, and nobody knows.
//!
//! A bucket elsewhere answers 301, or 400 in regions opened after 2019-03-20, and names its region (S3 User Guide,
//! `VirtualHosting`); there it is asked again.

use aws_config::retry::RetryConfig;
use futures_util::FutureExt;

use super::{
    Access, AccountError, Buckets, Object, Role,
    buckets::{answered, client},
};
use crate::model::{BucketName, Region};

/// Whose a bucket is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BucketOwner {
    /// The account's that was expected.
    Expected,
    /// Another account's.
    Another,
    /// There is no such bucket.
    Nobody,
    /// S3 refused to say, with this status.
    Refused(u16),
}

impl Access {
    /// The account that a role, or the own identity, belongs to. Asks STS at most once.
    pub async fn account_of(&self, role: Option<&Role>) -> Result<String, AccountError> {
        if let Some(role) = role {
            return Ok(role.role.arn.account().to_owned());
        }
        let ask = async || {
            let settings = self.settings(None).await;
            let config =
                aws_sdk_sts::config::Builder::from(&settings).retry_config(RetryConfig::disabled()).build();
            let what = || "ask STS for the account of the own identity".to_owned();
            let asked = aws_sdk_sts::Client::from_conf(config).get_caller_identity().send().boxed().await;
            let identity = asked.map_err(|error| AccountError::from_sdk(what(), error))?;
            identity.account.ok_or_else(|| AccountError::not_understood(what(), "no account in it"))
        };
        self.own_account.get_or_try_init(ask).await.cloned()
    }
}

impl Buckets {
    /// Whether a bucket is this account's; without an account, only whether it is anybody's.
    pub async fn owner(
        &self,
        (bucket, region): (&BucketName, &Region),
        account: Option<&str>,
        role: Option<&Role>,
    ) -> Result<BucketOwner, AccountError> {
        let expecting = self.head(bucket, region, account, role).await?;
        Ok(match expecting {
            200..300 if account.is_some() => BucketOwner::Expected,
            404 => BucketOwner::Nobody,
            403 if account.is_some() => match self.head(bucket, region, None, role).await? {
                200..300 => BucketOwner::Another,
                404 => BucketOwner::Nobody,
                status => BucketOwner::Refused(status),
            },
            status => BucketOwner::Refused(status),
        })
    }

    /// The status of `HeadBucket`, in the bucket's own region.
    async fn head(
        &self,
        bucket: &BucketName,
        region: &Region,
        account: Option<&str>,
        role: Option<&Role>,
    ) -> Result<u16, AccountError> {
        let settings = self.access.settings(role).await;
        let what = || format!("ask whose the bucket {bucket} is");
        let mut region = region.clone();
        let mut moved = false;
        loop {
            let ask = client(&settings, &region).head_bucket().bucket(bucket.as_str());
            let refused = match ask.set_expected_bucket_owner(account.map(str::to_owned)).send().boxed().await
            {
                Ok(_) => return Ok(200),
                Err(error) => answered(&what, error)?,
            };
            match refused {
                Object { status: 301 | 307 | 400, region: Some(other), .. } if other != region && !moved => {
                    (region, moved) = (other, true);
                }
                Object { status, .. } => return Ok(status),
            }
        }
    }
}
