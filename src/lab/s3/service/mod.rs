//! What does an operation of S3 do? All of them on the store, as one region serves them.
//!
//! `s3s` speaks the protocol: it checks the signature, finds operation, bucket and key, reads and
//! writes XML and headers. What an operation does is here:
//! - [`gate`]: who may, before any operation;
//! - [`put`], [`read`], [`list`]: objects;
//! - [`buckets`]: buckets themselves;
//! - [`settings`]: policy, Block Public Access, versioning and replication of a bucket;
//! - [`errors`]: what the store's refusals are called in S3's protocol.
//!
//! An operation that is not here is answered with 501 `NotImplemented` by `s3s`.

#![expect(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    reason = "every operation has the shape that s3s's trait gives it"
)]

mod buckets;
mod errors;
mod gate;
mod list;
mod put;
mod read;
mod settings;

use std::sync::Arc;

use s3s::{
    S3, S3Request, S3Response, S3Result,
    config::{S3Config, StaticConfigProvider},
    dto,
    service::{S3Service, S3ServiceBuilder},
};

use super::{fault::Faults, host::HostRule, store::Store};
use crate::model::Region;

/// One region's operations.
#[derive(Clone)]
struct RegionalS3 {
    region: Region,
    store: Arc<Store>,
    faults: Faults,
}

/// The service of one region, ready to answer requests.
pub(super) fn regional_service(region: Region, store: Arc<Store>, faults: Faults) -> S3Service {
    let regional = RegionalS3 { region, store, faults };
    let mut builder = S3ServiceBuilder::new(regional.clone());
    builder.set_host(HostRule);
    builder.set_auth(gate::LabKey);
    builder.set_access(gate::Gate(regional));
    let mut config = S3Config::default();
    // The lab's world runs at its own speed, so that a client which signs by the lab's clock is soon
    // far from the system's, by which s3s judges.
    config.presigned_url_max_skew_time_secs = u32::MAX;
    builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
    builder.build()
}

fn time(timestamp: jiff::Timestamp) -> dto::Timestamp {
    std::time::SystemTime::from(timestamp).into()
}

/// Hands each operation of the trait to the function that does it, and waits for those that read a
/// body piece by piece.
macro_rules! operations {
    ($($module:ident :: $name:ident ($input:ident) -> $output:ident $(=> $wait:ident)?;)*) => {
        #[async_trait::async_trait]
        impl S3 for RegionalS3 {
            $(async fn $name(
                &self,
                request: S3Request<dto::$input>,
            ) -> S3Result<S3Response<dto::$output>> {
                $module::$name(self, request)$(.$wait)?
            })*
        }
    };
}

operations! {
    buckets::create_bucket(CreateBucketInput) -> CreateBucketOutput;
    buckets::delete_bucket(DeleteBucketInput) -> DeleteBucketOutput;
    buckets::head_bucket(HeadBucketInput) -> HeadBucketOutput;
    buckets::list_buckets(ListBucketsInput) -> ListBucketsOutput;
    buckets::get_bucket_location(GetBucketLocationInput) -> GetBucketLocationOutput;

    put::put_object(PutObjectInput) -> PutObjectOutput => await;
    read::get_object(GetObjectInput) -> GetObjectOutput;
    read::head_object(HeadObjectInput) -> HeadObjectOutput;
    put::delete_object(DeleteObjectInput) -> DeleteObjectOutput;
    list::list_objects_v2(ListObjectsV2Input) -> ListObjectsV2Output;

    settings::put_bucket_policy(PutBucketPolicyInput) -> PutBucketPolicyOutput;
    settings::get_bucket_policy(GetBucketPolicyInput) -> GetBucketPolicyOutput;
    settings::get_bucket_policy_status(GetBucketPolicyStatusInput) -> GetBucketPolicyStatusOutput;
    settings::delete_bucket_policy(DeleteBucketPolicyInput) -> DeleteBucketPolicyOutput;
    settings::put_public_access_block(PutPublicAccessBlockInput) -> PutPublicAccessBlockOutput;
    settings::get_public_access_block(GetPublicAccessBlockInput) -> GetPublicAccessBlockOutput;
    settings::delete_public_access_block(DeletePublicAccessBlockInput) -> DeletePublicAccessBlockOutput;
    settings::put_bucket_versioning(PutBucketVersioningInput) -> PutBucketVersioningOutput;
    settings::get_bucket_versioning(GetBucketVersioningInput) -> GetBucketVersioningOutput;
    settings::put_bucket_replication(PutBucketReplicationInput) -> PutBucketReplicationOutput;
    settings::get_bucket_replication(GetBucketReplicationInput) -> GetBucketReplicationOutput;
    settings::delete_bucket_replication(DeleteBucketReplicationInput) -> DeleteBucketReplicationOutput;
}
