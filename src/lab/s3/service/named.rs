//! Configurations of which a bucket has several, each with an id: request metrics, analytics, inventory,
//! intelligent tiering. All four are put, got, listed and deleted alike.

use hyper::StatusCode;
use s3s::{S3Request, S3Response, S3Result, dto, s3_error};

use super::{RegionalS3, errors::custom};

/// "You can have a maximum of 1,000 [...] configurations per bucket"; a page lists 100 (S3 API
/// reference, `PutBucketMetricsConfiguration` and `ListBucketMetricsConfigurations`).
const MOST: usize = 1000;
const PAGE: usize = 100;

macro_rules! named {
    ($kept:ident, $configuration:ident, $list:ident,
     $put:ident($put_input:ident) -> $put_output:ident, $get:ident($get_input:ident) -> $get_output:ident,
     $delete:ident($delete_input:ident) -> $delete_output:ident,
     $list_all:ident($list_input:ident) -> $list_output:ident) => {
        pub(super) fn $put(
            s3: &RegionalS3,
            request: S3Request<dto::$put_input>,
        ) -> S3Result<S3Response<dto::$put_output>> {
            let input = request.input;
            if input.id != input.$configuration.id {
                return Err(s3_error!(MalformedXML, "The id of the request is not the configuration's."));
            }
            let fits = s3.settings(&input.bucket, |settings| {
                let fits = settings.$kept.len() < MOST || settings.$kept.contains_key(&input.id);
                if fits {
                    settings.$kept.insert(input.id, input.$configuration);
                }
                fits
            })?;
            if fits { Ok(S3Response::new(dto::$put_output {})) } else { Err(too_many()) }
        }

        pub(super) fn $get(
            s3: &RegionalS3,
            request: S3Request<dto::$get_input>,
        ) -> S3Result<S3Response<dto::$get_output>> {
            let input = request.input;
            let found = s3.settings(&input.bucket, |settings| settings.$kept.get(&input.id).cloned())?;
            let $configuration = Some(found.ok_or_else(missing)?);
            Ok(S3Response::new(dto::$get_output { $configuration }))
        }

        pub(super) fn $delete(
            s3: &RegionalS3,
            request: S3Request<dto::$delete_input>,
        ) -> S3Result<S3Response<dto::$delete_output>> {
            let input = request.input;
            s3.settings(&input.bucket, |settings| settings.$kept.remove(&input.id))?.ok_or_else(missing)?;
            Ok(S3Response::new(dto::$delete_output {}))
        }

        pub(super) fn $list_all(
            s3: &RegionalS3,
            request: S3Request<dto::$list_input>,
        ) -> S3Result<S3Response<dto::$list_output>> {
            let input = request.input;
            let last = input.continuation_token.as_deref().unwrap_or_default();
            let mut found: Vec<_> = s3.settings(&input.bucket, |settings| {
                let behind = settings.$kept.iter().filter(|(id, _)| id.as_str() > last);
                behind.map(|(_, configuration)| configuration.clone()).take(PAGE + 1).collect()
            })?;
            let more = found.len() > PAGE;
            found.truncate(PAGE);
            let next = found.last().map(|configuration| configuration.id.clone()).filter(|_| more);
            Ok(S3Response::new(dto::$list_output {
                is_truncated: Some(more),
                next_continuation_token: next,
                continuation_token: input.continuation_token,
                $list: (!found.is_empty()).then_some(found),
            }))
        }
    };
}

fn missing() -> s3s::S3Error {
    custom("NoSuchConfiguration", StatusCode::NOT_FOUND, "The specified configuration does not exist.")
}

fn too_many() -> s3s::S3Error {
    let message = "You are attempting to create a new configuration but have already reached the 1,000-configuration limit.";
    custom("TooManyConfigurations", StatusCode::BAD_REQUEST, message)
}

named!(metrics, metrics_configuration, metrics_configuration_list,
    put_bucket_metrics_configuration(PutBucketMetricsConfigurationInput) -> PutBucketMetricsConfigurationOutput,
    get_bucket_metrics_configuration(GetBucketMetricsConfigurationInput) -> GetBucketMetricsConfigurationOutput,
    delete_bucket_metrics_configuration(DeleteBucketMetricsConfigurationInput) -> DeleteBucketMetricsConfigurationOutput,
    list_bucket_metrics_configurations(ListBucketMetricsConfigurationsInput) -> ListBucketMetricsConfigurationsOutput);
named!(analytics, analytics_configuration, analytics_configuration_list,
    put_bucket_analytics_configuration(PutBucketAnalyticsConfigurationInput) -> PutBucketAnalyticsConfigurationOutput,
    get_bucket_analytics_configuration(GetBucketAnalyticsConfigurationInput) -> GetBucketAnalyticsConfigurationOutput,
    delete_bucket_analytics_configuration(DeleteBucketAnalyticsConfigurationInput) -> DeleteBucketAnalyticsConfigurationOutput,
    list_bucket_analytics_configurations(ListBucketAnalyticsConfigurationsInput) -> ListBucketAnalyticsConfigurationsOutput);
named!(inventory, inventory_configuration, inventory_configuration_list,
    put_bucket_inventory_configuration(PutBucketInventoryConfigurationInput) -> PutBucketInventoryConfigurationOutput,
    get_bucket_inventory_configuration(GetBucketInventoryConfigurationInput) -> GetBucketInventoryConfigurationOutput,
    delete_bucket_inventory_configuration(DeleteBucketInventoryConfigurationInput) -> DeleteBucketInventoryConfigurationOutput,
    list_bucket_inventory_configurations(ListBucketInventoryConfigurationsInput) -> ListBucketInventoryConfigurationsOutput);
named!(tiering, intelligent_tiering_configuration, intelligent_tiering_configuration_list,
    put_bucket_intelligent_tiering_configuration(PutBucketIntelligentTieringConfigurationInput) -> PutBucketIntelligentTieringConfigurationOutput,
    get_bucket_intelligent_tiering_configuration(GetBucketIntelligentTieringConfigurationInput) -> GetBucketIntelligentTieringConfigurationOutput,
    delete_bucket_intelligent_tiering_configuration(DeleteBucketIntelligentTieringConfigurationInput) -> DeleteBucketIntelligentTieringConfigurationOutput,
    list_bucket_intelligent_tiering_configurations(ListBucketIntelligentTieringConfigurationsInput) -> ListBucketIntelligentTieringConfigurationsOutput);
