//! What does an operation of S3 do? All of them on the store, as one region serves them.
//!
//! `s3s` speaks the protocol: it checks the signature, finds operation, bucket and key, reads and
//! writes XML and headers. What an operation does is here:
//! - [`gate`]: who may, before any operation;
//! - [`put`], [`copy`], [`upload`], [`delete`]: objects are written and deleted; [`body`] and
//!   [`attributes`] are what a write consists of;
//! - [`read`], [`conditions`], [`object_attributes`], [`list`], [`versions`]: they are read and listed;
//! - [`tags`], [`lock`], [`acl`]: what is set on them;
//! - [`buckets`]: buckets themselves;
//! - [`settings`]: policy, Block Public Access, versioning and replication of a bucket;
//! - [`configurations`], [`named`], [`website`]: what else is configured;
//! - [`errors`]: what the store's refusals are called in S3's protocol.
//!
//! An operation that is not here is answered with 501 `NotImplemented` by `s3s`.

#![expect(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    reason = "every operation has the shape that s3s's trait gives it"
)]

mod acl;
mod attributes;
mod body;
mod buckets;
mod conditions;
mod configurations;
mod copy;
mod delete;
mod errors;
mod gate;
mod list;
mod lock;
mod named;
mod object_attributes;
mod put;
mod read;
mod settings;
mod tags;
mod upload;
mod versions;
mod website;

use std::sync::Arc;

use s3s::{
    S3, S3Request, S3Response, S3Result,
    config::{S3Config, StaticConfigProvider},
    dto,
    service::{S3Service, S3ServiceBuilder},
};

use super::{fault::Faults, host::HostRule, store::Store};
use crate::{
    lab::{calls::CallLog, principals::Keyring},
    model::Region,
};

/// One region's operations.
#[derive(Clone)]
pub(super) struct RegionalS3 {
    pub(super) region: Region,
    pub(super) store: Arc<Store>,
    pub(super) faults: Faults,
    pub(super) keys: Arc<Keyring>,
    pub(super) calls: CallLog,
}

/// The service of one region, ready to answer requests.
pub(super) fn regional_service(regional: RegionalS3) -> S3Service {
    let mut builder = S3ServiceBuilder::new(regional.clone());
    builder.set_host(HostRule);
    builder.set_auth(gate::Keys(Arc::clone(&regional.keys)));
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
    list::list_objects_v2(ListObjectsV2Input) -> ListObjectsV2Output;
    copy::copy_object(CopyObjectInput) -> CopyObjectOutput;
    delete::delete_object(DeleteObjectInput) -> DeleteObjectOutput;
    delete::delete_objects(DeleteObjectsInput) -> DeleteObjectsOutput;
    list::list_objects(ListObjectsInput) -> ListObjectsOutput;
    versions::list_object_versions(ListObjectVersionsInput) -> ListObjectVersionsOutput;
    object_attributes::get_object_attributes(GetObjectAttributesInput) -> GetObjectAttributesOutput;

    upload::create_multipart_upload(CreateMultipartUploadInput) -> CreateMultipartUploadOutput;
    upload::upload_part(UploadPartInput) -> UploadPartOutput => await;
    copy::upload_part_copy(UploadPartCopyInput) -> UploadPartCopyOutput;
    upload::complete_multipart_upload(CompleteMultipartUploadInput) -> CompleteMultipartUploadOutput;
    upload::abort_multipart_upload(AbortMultipartUploadInput) -> AbortMultipartUploadOutput;
    versions::list_parts(ListPartsInput) -> ListPartsOutput;
    versions::list_multipart_uploads(ListMultipartUploadsInput) -> ListMultipartUploadsOutput;

    tags::put_object_tagging(PutObjectTaggingInput) -> PutObjectTaggingOutput;
    tags::get_object_tagging(GetObjectTaggingInput) -> GetObjectTaggingOutput;
    tags::delete_object_tagging(DeleteObjectTaggingInput) -> DeleteObjectTaggingOutput;
    tags::put_bucket_tagging(PutBucketTaggingInput) -> PutBucketTaggingOutput;
    tags::get_bucket_tagging(GetBucketTaggingInput) -> GetBucketTaggingOutput;
    tags::delete_bucket_tagging(DeleteBucketTaggingInput) -> DeleteBucketTaggingOutput;
    lock::put_object_lock_configuration(PutObjectLockConfigurationInput) -> PutObjectLockConfigurationOutput;
    lock::get_object_lock_configuration(GetObjectLockConfigurationInput) -> GetObjectLockConfigurationOutput;
    lock::put_object_retention(PutObjectRetentionInput) -> PutObjectRetentionOutput;
    lock::get_object_retention(GetObjectRetentionInput) -> GetObjectRetentionOutput;
    lock::put_object_legal_hold(PutObjectLegalHoldInput) -> PutObjectLegalHoldOutput;
    lock::get_object_legal_hold(GetObjectLegalHoldInput) -> GetObjectLegalHoldOutput;
    acl::put_bucket_acl(PutBucketAclInput) -> PutBucketAclOutput;
    acl::get_bucket_acl(GetBucketAclInput) -> GetBucketAclOutput;
    acl::put_object_acl(PutObjectAclInput) -> PutObjectAclOutput;
    acl::get_object_acl(GetObjectAclInput) -> GetObjectAclOutput;
    acl::put_bucket_ownership_controls(PutBucketOwnershipControlsInput) -> PutBucketOwnershipControlsOutput;
    acl::get_bucket_ownership_controls(GetBucketOwnershipControlsInput) -> GetBucketOwnershipControlsOutput;
    acl::delete_bucket_ownership_controls(DeleteBucketOwnershipControlsInput) -> DeleteBucketOwnershipControlsOutput;

    configurations::put_bucket_cors(PutBucketCorsInput) -> PutBucketCorsOutput;
    configurations::get_bucket_cors(GetBucketCorsInput) -> GetBucketCorsOutput;
    configurations::delete_bucket_cors(DeleteBucketCorsInput) -> DeleteBucketCorsOutput;
    configurations::put_bucket_lifecycle_configuration(PutBucketLifecycleConfigurationInput) -> PutBucketLifecycleConfigurationOutput;
    configurations::get_bucket_lifecycle_configuration(GetBucketLifecycleConfigurationInput) -> GetBucketLifecycleConfigurationOutput;
    configurations::delete_bucket_lifecycle(DeleteBucketLifecycleInput) -> DeleteBucketLifecycleOutput;
    configurations::put_bucket_encryption(PutBucketEncryptionInput) -> PutBucketEncryptionOutput;
    configurations::get_bucket_encryption(GetBucketEncryptionInput) -> GetBucketEncryptionOutput;
    configurations::delete_bucket_encryption(DeleteBucketEncryptionInput) -> DeleteBucketEncryptionOutput;
    configurations::put_bucket_logging(PutBucketLoggingInput) -> PutBucketLoggingOutput;
    configurations::get_bucket_logging(GetBucketLoggingInput) -> GetBucketLoggingOutput;
    configurations::put_bucket_accelerate_configuration(PutBucketAccelerateConfigurationInput) -> PutBucketAccelerateConfigurationOutput;
    configurations::get_bucket_accelerate_configuration(GetBucketAccelerateConfigurationInput) -> GetBucketAccelerateConfigurationOutput;
    configurations::put_bucket_notification_configuration(PutBucketNotificationConfigurationInput) -> PutBucketNotificationConfigurationOutput;
    configurations::get_bucket_notification_configuration(GetBucketNotificationConfigurationInput) -> GetBucketNotificationConfigurationOutput;
    configurations::put_bucket_request_payment(PutBucketRequestPaymentInput) -> PutBucketRequestPaymentOutput;
    configurations::get_bucket_request_payment(GetBucketRequestPaymentInput) -> GetBucketRequestPaymentOutput;
    named::put_bucket_metrics_configuration(PutBucketMetricsConfigurationInput) -> PutBucketMetricsConfigurationOutput;
    named::get_bucket_metrics_configuration(GetBucketMetricsConfigurationInput) -> GetBucketMetricsConfigurationOutput;
    named::delete_bucket_metrics_configuration(DeleteBucketMetricsConfigurationInput) -> DeleteBucketMetricsConfigurationOutput;
    named::list_bucket_metrics_configurations(ListBucketMetricsConfigurationsInput) -> ListBucketMetricsConfigurationsOutput;
    named::put_bucket_analytics_configuration(PutBucketAnalyticsConfigurationInput) -> PutBucketAnalyticsConfigurationOutput;
    named::get_bucket_analytics_configuration(GetBucketAnalyticsConfigurationInput) -> GetBucketAnalyticsConfigurationOutput;
    named::delete_bucket_analytics_configuration(DeleteBucketAnalyticsConfigurationInput) -> DeleteBucketAnalyticsConfigurationOutput;
    named::list_bucket_analytics_configurations(ListBucketAnalyticsConfigurationsInput) -> ListBucketAnalyticsConfigurationsOutput;
    named::put_bucket_inventory_configuration(PutBucketInventoryConfigurationInput) -> PutBucketInventoryConfigurationOutput;
    named::get_bucket_inventory_configuration(GetBucketInventoryConfigurationInput) -> GetBucketInventoryConfigurationOutput;
    named::delete_bucket_inventory_configuration(DeleteBucketInventoryConfigurationInput) -> DeleteBucketInventoryConfigurationOutput;
    named::list_bucket_inventory_configurations(ListBucketInventoryConfigurationsInput) -> ListBucketInventoryConfigurationsOutput;
    named::put_bucket_intelligent_tiering_configuration(PutBucketIntelligentTieringConfigurationInput) -> PutBucketIntelligentTieringConfigurationOutput;
    named::get_bucket_intelligent_tiering_configuration(GetBucketIntelligentTieringConfigurationInput) -> GetBucketIntelligentTieringConfigurationOutput;
    named::delete_bucket_intelligent_tiering_configuration(DeleteBucketIntelligentTieringConfigurationInput) -> DeleteBucketIntelligentTieringConfigurationOutput;
    named::list_bucket_intelligent_tiering_configurations(ListBucketIntelligentTieringConfigurationsInput) -> ListBucketIntelligentTieringConfigurationsOutput;
    website::put_bucket_website(PutBucketWebsiteInput) -> PutBucketWebsiteOutput;
    website::get_bucket_website(GetBucketWebsiteInput) -> GetBucketWebsiteOutput;
    website::delete_bucket_website(DeleteBucketWebsiteInput) -> DeleteBucketWebsiteOutput;

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
