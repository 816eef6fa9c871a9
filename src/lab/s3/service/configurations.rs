//! Configurations that are stored and told again: CORS, lifecycle, encryption, logging, acceleration,
//! notifications, request payment. What a bucket has without one differs, and so does the refusal.

use hyper::StatusCode;
use s3s::{S3Request, S3Response, S3Result, dto, s3_error};

use super::{RegionalS3, errors::custom};
use crate::lab::s3::store::Encryption;

/// S3 says this of every document that its schema does not have.
const MALFORMED: &str =
    "The XML you provided was not well-formed or did not validate against our published schema";

pub(super) fn put_bucket_cors(
    s3: &RegionalS3,
    request: S3Request<dto::PutBucketCorsInput>,
) -> S3Result<S3Response<dto::PutBucketCorsOutput>> {
    let cors = request.input.cors_configuration;
    if cors.cors_rules.is_empty() || cors.cors_rules.len() > 100 {
        return Err(s3_error!(MalformedXML, "{MALFORMED}"));
    }
    for method in cors.cors_rules.iter().flat_map(|rule| &rule.allowed_methods) {
        if !["GET", "PUT", "HEAD", "POST", "DELETE"].contains(&method.as_str()) {
            return Err(s3_error!(
                InvalidRequest,
                "Found unsupported HTTP method in CORS config. Unsupported method is {method}"
            ));
        }
    }
    s3.settings(&request.input.bucket, |settings| settings.cors = Some(cors))?;
    Ok(S3Response::new(dto::PutBucketCorsOutput {}))
}

pub(super) fn get_bucket_cors(
    s3: &RegionalS3,
    request: S3Request<dto::GetBucketCorsInput>,
) -> S3Result<S3Response<dto::GetBucketCorsOutput>> {
    let cors = s3.settings(&request.input.bucket, |settings| settings.cors.clone())?;
    let message = "The CORS configuration does not exist";
    let missing = || custom("NoSuchCORSConfiguration", StatusCode::NOT_FOUND, message);
    let cors_rules = Some(cors.ok_or_else(missing)?.cors_rules);
    Ok(S3Response::new(dto::GetBucketCorsOutput { cors_rules }))
}

pub(super) fn delete_bucket_cors(
    s3: &RegionalS3,
    request: S3Request<dto::DeleteBucketCorsInput>,
) -> S3Result<S3Response<dto::DeleteBucketCorsOutput>> {
    s3.settings(&request.input.bucket, |settings| settings.cors = None)?;
    Ok(S3Response::new(dto::DeleteBucketCorsOutput {}))
}

/// Nothing is ever expired in the lab. "Bucket lifecycle configuration [...] supports up to 1,000
/// rules" (S3 API reference, `PutBucketLifecycleConfiguration`).
pub(super) fn put_bucket_lifecycle_configuration(
    s3: &RegionalS3,
    request: S3Request<dto::PutBucketLifecycleConfigurationInput>,
) -> S3Result<S3Response<dto::PutBucketLifecycleConfigurationOutput>> {
    let input = request.input;
    let mut lifecycle =
        input.lifecycle_configuration.ok_or_else(|| s3_error!(MalformedXML, "{MALFORMED}"))?;
    if lifecycle.rules.is_empty() || lifecycle.rules.len() > 1000 {
        return Err(s3_error!(MalformedXML, "{MALFORMED}"));
    }
    for place in 0..lifecycle.rules.len() {
        let (earlier, rest) = lifecycle.rules.split_at_mut(place);
        let rule = &mut rest[0];
        // S3 makes up an id where there is none.
        let id = rule.id.get_or_insert_with(|| format!("LAB-RULE-{place:04}"));
        if earlier.iter().any(|other| other.id.as_ref() == Some(id)) {
            return Err(s3_error!(
                InvalidArgument,
                "Rule ID must be unique. Found same ID for more than one rule"
            ));
        }
        let acts = rule.expiration.is_some()
            || rule.transitions.is_some()
            || rule.noncurrent_version_expiration.is_some()
            || rule.noncurrent_version_transitions.is_some()
            || rule.abort_incomplete_multipart_upload.is_some();
        if !acts {
            return Err(s3_error!(InvalidRequest, "At least one action needs to be specified in a rule"));
        }
        if rule.filter.is_none() && rule.prefix.is_none() {
            return Err(s3_error!(MalformedXML, "{MALFORMED}"));
        }
    }
    let size = input
        .transition_default_minimum_object_size
        .unwrap_or_else(|| dto::TransitionDefaultMinimumObjectSize::from_static("all_storage_classes_128K"));
    s3.settings(&input.bucket, |settings| {
        settings.lifecycle = Some(lifecycle);
        settings.lifecycle_minimum_size = Some(size.as_str().to_owned());
    })?;
    let transition_default_minimum_object_size = Some(size);
    Ok(S3Response::new(dto::PutBucketLifecycleConfigurationOutput { transition_default_minimum_object_size }))
}

pub(super) fn get_bucket_lifecycle_configuration(
    s3: &RegionalS3,
    request: S3Request<dto::GetBucketLifecycleConfigurationInput>,
) -> S3Result<S3Response<dto::GetBucketLifecycleConfigurationOutput>> {
    let (lifecycle, size) = s3.settings(&request.input.bucket, |settings| {
        (
            settings.lifecycle.clone(),
            settings.lifecycle_minimum_size.clone().map(dto::TransitionDefaultMinimumObjectSize::from),
        )
    })?;
    let message = "The lifecycle configuration does not exist";
    let missing = || custom("NoSuchLifecycleConfiguration", StatusCode::NOT_FOUND, message);
    Ok(S3Response::new(dto::GetBucketLifecycleConfigurationOutput {
        rules: Some(lifecycle.ok_or_else(missing)?.rules),
        transition_default_minimum_object_size: size,
    }))
}

pub(super) fn delete_bucket_lifecycle(
    s3: &RegionalS3,
    request: S3Request<dto::DeleteBucketLifecycleInput>,
) -> S3Result<S3Response<dto::DeleteBucketLifecycleOutput>> {
    s3.settings(&request.input.bucket, |settings| settings.lifecycle = None)?;
    Ok(S3Response::new(dto::DeleteBucketLifecycleOutput {}))
}

pub(super) fn put_bucket_encryption(
    s3: &RegionalS3,
    request: S3Request<dto::PutBucketEncryptionInput>,
) -> S3Result<S3Response<dto::PutBucketEncryptionOutput>> {
    let encryption = request.input.server_side_encryption_configuration;
    let [rule] = encryption.rules.as_slice() else { return Err(s3_error!(MalformedXML, "{MALFORMED}")) };
    if let Some(by_default) = &rule.apply_server_side_encryption_by_default {
        let algorithm = by_default.sse_algorithm.as_str();
        if !["AES256", "aws:kms", "aws:kms:dsse"].contains(&algorithm) {
            return Err(s3_error!(MalformedXML, "{MALFORMED}"));
        }
        if algorithm == "AES256" && by_default.kms_master_key_id.is_some() {
            let message = "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse";
            return Err(s3_error!(InvalidArgument, "{message}"));
        }
    }
    s3.settings(&request.input.bucket, |settings| settings.encryption = Some(encryption))?;
    Ok(S3Response::new(dto::PutBucketEncryptionOutput {}))
}

/// Without a configuration it is SSE-S3 (S3 API reference, `GetBucketEncryption`: "By default, all
/// buckets have a default encryption configuration that uses server-side encryption with Amazon S3
/// managed keys (SSE-S3)").
pub(super) fn get_bucket_encryption(
    s3: &RegionalS3,
    request: S3Request<dto::GetBucketEncryptionInput>,
) -> S3Result<S3Response<dto::GetBucketEncryptionOutput>> {
    let encryption = s3.settings(&request.input.bucket, |settings| settings.encryption.clone())?;
    let usual = || {
        let sse_algorithm = dto::ServerSideEncryption::from(Encryption::default().algorithm);
        let by_default = dto::ServerSideEncryptionByDefault { kms_master_key_id: None, sse_algorithm };
        let rule = dto::ServerSideEncryptionRule {
            apply_server_side_encryption_by_default: Some(by_default),
            bucket_key_enabled: Some(false),
        };
        dto::ServerSideEncryptionConfiguration { rules: vec![rule] }
    };
    let server_side_encryption_configuration = Some(encryption.unwrap_or_else(usual));
    Ok(S3Response::new(dto::GetBucketEncryptionOutput { server_side_encryption_configuration }))
}

pub(super) fn delete_bucket_encryption(
    s3: &RegionalS3,
    request: S3Request<dto::DeleteBucketEncryptionInput>,
) -> S3Result<S3Response<dto::DeleteBucketEncryptionOutput>> {
    s3.settings(&request.input.bucket, |settings| settings.encryption = None)?;
    Ok(S3Response::new(dto::DeleteBucketEncryptionOutput {}))
}

pub(super) fn put_bucket_logging(
    s3: &RegionalS3,
    request: S3Request<dto::PutBucketLoggingInput>,
) -> S3Result<S3Response<dto::PutBucketLoggingOutput>> {
    let logging = request.input.bucket_logging_status.logging_enabled;
    if let Some(target) = logging.as_ref().map(|logging| logging.target_bucket.as_str()) {
        if s3.store.region_of(target).is_none() {
            let message = "The target bucket for logging does not exist";
            return Err(custom("InvalidTargetBucketForLogging", StatusCode::BAD_REQUEST, message));
        }
        if s3.store.region_of(target) != s3.store.region_of(&request.input.bucket) {
            let message = "The source bucket and the target bucket of logging must be in the same region";
            return Err(custom("CrossLocationLoggingProhibited", StatusCode::FORBIDDEN, message));
        }
    }
    s3.settings(&request.input.bucket, |settings| settings.logging = logging)?;
    Ok(S3Response::new(dto::PutBucketLoggingOutput {}))
}

pub(super) fn get_bucket_logging(
    s3: &RegionalS3,
    request: S3Request<dto::GetBucketLoggingInput>,
) -> S3Result<S3Response<dto::GetBucketLoggingOutput>> {
    let logging_enabled = s3.settings(&request.input.bucket, |settings| settings.logging.clone())?;
    Ok(S3Response::new(dto::GetBucketLoggingOutput { logging_enabled }))
}

pub(super) fn put_bucket_accelerate_configuration(
    s3: &RegionalS3,
    request: S3Request<dto::PutBucketAccelerateConfigurationInput>,
) -> S3Result<S3Response<dto::PutBucketAccelerateConfigurationOutput>> {
    let input = request.input;
    let status = input.accelerate_configuration.status;
    let status = status.filter(|status| ["Enabled", "Suspended"].contains(&status.as_str()));
    let status = status.ok_or_else(|| s3_error!(MalformedXML, "{MALFORMED}"))?;
    if input.bucket.contains('.') {
        let message = "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names";
        return Err(s3_error!(InvalidRequest, "{message}"));
    }
    s3.settings(&input.bucket, |settings| settings.accelerate = Some(status))?;
    Ok(S3Response::new(dto::PutBucketAccelerateConfigurationOutput {}))
}

pub(super) fn get_bucket_accelerate_configuration(
    s3: &RegionalS3,
    request: S3Request<dto::GetBucketAccelerateConfigurationInput>,
) -> S3Result<S3Response<dto::GetBucketAccelerateConfigurationOutput>> {
    let status = s3.settings(&request.input.bucket, |settings| settings.accelerate.clone())?;
    Ok(S3Response::new(dto::GetBucketAccelerateConfigurationOutput { request_charged: None, status }))
}

/// Nobody is notified, and whether a destination exists is not checked.
pub(super) fn put_bucket_notification_configuration(
    s3: &RegionalS3,
    request: S3Request<dto::PutBucketNotificationConfigurationInput>,
) -> S3Result<S3Response<dto::PutBucketNotificationConfigurationOutput>> {
    let notification = request.input.notification_configuration;
    s3.settings(&request.input.bucket, |settings| settings.notification = Some(notification))?;
    Ok(S3Response::new(dto::PutBucketNotificationConfigurationOutput {}))
}

pub(super) fn get_bucket_notification_configuration(
    s3: &RegionalS3,
    request: S3Request<dto::GetBucketNotificationConfigurationInput>,
) -> S3Result<S3Response<dto::GetBucketNotificationConfigurationOutput>> {
    let notification = s3.settings(&request.input.bucket, |settings| settings.notification.clone())?;
    let notification = notification.unwrap_or_default();
    Ok(S3Response::new(dto::GetBucketNotificationConfigurationOutput {
        event_bridge_configuration: notification.event_bridge_configuration,
        lambda_function_configurations: notification.lambda_function_configurations,
        queue_configurations: notification.queue_configurations,
        topic_configurations: notification.topic_configurations,
    }))
}

pub(super) fn put_bucket_request_payment(
    s3: &RegionalS3,
    request: S3Request<dto::PutBucketRequestPaymentInput>,
) -> S3Result<S3Response<dto::PutBucketRequestPaymentOutput>> {
    let payer = request.input.request_payment_configuration.payer;
    if !["Requester", "BucketOwner"].contains(&payer.as_str()) {
        return Err(s3_error!(MalformedXML, "{MALFORMED}"));
    }
    s3.settings(&request.input.bucket, |settings| settings.payer = Some(payer))?;
    Ok(S3Response::new(dto::PutBucketRequestPaymentOutput {}))
}

pub(super) fn get_bucket_request_payment(
    s3: &RegionalS3,
    request: S3Request<dto::GetBucketRequestPaymentInput>,
) -> S3Result<S3Response<dto::GetBucketRequestPaymentOutput>> {
    let payer = s3.settings(&request.input.bucket, |settings| settings.payer.clone())?;
    let payer = Some(payer.unwrap_or_else(|| dto::Payer::from_static(dto::Payer::BUCKET_OWNER)));
    Ok(S3Response::new(dto::GetBucketRequestPaymentOutput { payer }))
}
