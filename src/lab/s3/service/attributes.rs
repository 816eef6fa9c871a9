//! What a request says about the object that it writes, checked.

use s3s::{S3Result, dto, s3_error};

use super::{RegionalS3, errors::custom, tags, time};
use crate::lab::s3::store::{Attributes, Bucket, Encryption, Retention};

/// "the user-defined metadata is limited to 2 KB in size" (S3 User Guide, `UsingMetadata`).
const LARGEST_METADATA: usize = 2048;

/// `StorageClass` of S3's model, without those of other kinds of buckets.
const STORAGE_CLASSES: [&str; 8] = [
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "DEEP_ARCHIVE",
    "GLACIER_IR",
];

/// Reads the attributes off the inputs of PutObject, CopyObject and CreateMultipartUpload, which name
/// them alike.
macro_rules! attributes {
    ($s3:expr, $input:expr) => {{
        let input = &$input;
        let grants =
            [&input.grant_full_control, &input.grant_read, &input.grant_read_acp, &input.grant_write_acp];
        let granted = grants.iter().any(|grant| grant.is_some());
        super::acl::check(
            $s3,
            &input.bucket,
            input.acl.as_ref().map(s3s::dto::ObjectCannedACL::as_str),
            granted,
        )?;
        super::attributes::checked(
            $s3,
            &input.bucket,
            super::attributes::Said {
                plain: crate::lab::s3::store::Attributes {
                    content_type: input.content_type.clone(),
                    cache_control: input.cache_control.clone(),
                    content_disposition: input.content_disposition.clone(),
                    content_encoding: input.content_encoding.clone(),
                    content_language: input.content_language.clone(),
                    expires: input.expires.clone(),
                    metadata: input.metadata.clone(),
                    website_redirect: input.website_redirect_location.clone(),
                    ..Default::default()
                },
                storage_class: input.storage_class.clone(),
                tagging: input.tagging.clone(),
                encryption: input.server_side_encryption.clone(),
                key: input.ssekms_key_id.clone(),
                bucket_key: input.bucket_key_enabled,
                customer_key: input.sse_customer_algorithm.is_some(),
                lock_mode: input.object_lock_mode.clone(),
                lock_until: input.object_lock_retain_until_date.clone(),
                legal_hold: input.object_lock_legal_hold_status.clone(),
            },
        )?
    }};
}
pub(super) use attributes;

/// What the inputs say alike.
pub(super) struct Said {
    pub plain: Attributes,
    pub storage_class: Option<dto::StorageClass>,
    pub tagging: Option<String>,
    pub encryption: Option<dto::ServerSideEncryption>,
    pub key: Option<String>,
    pub bucket_key: Option<bool>,
    pub customer_key: bool,
    pub lock_mode: Option<dto::ObjectLockMode>,
    pub lock_until: Option<dto::Timestamp>,
    pub legal_hold: Option<dto::ObjectLockLegalHoldStatus>,
}

/// Checks what was said, and adds what the bucket says.
pub(super) fn checked(s3: &RegionalS3, bucket: &str, said: Said) -> S3Result<Attributes> {
    let mut attributes = said.plain;
    let metadata = attributes.metadata.iter().flatten();
    if metadata.map(|(name, value)| name.len() + value.len()).sum::<usize>() > LARGEST_METADATA {
        let message = "Your metadata headers exceed the maximum allowed metadata size";
        return Err(s3_error!(MetadataTooLarge, "{message}"));
    }
    let redirect = attributes.website_redirect.as_deref();
    if redirect.is_some_and(|to| !["/", "http://", "https://"].iter().any(|start| to.starts_with(start))) {
        let message = "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.";
        return Err(custom("InvalidRedirectLocation", hyper::StatusCode::BAD_REQUEST, message));
    }
    let class = said.storage_class.as_ref().map(dto::StorageClass::as_str);
    if class.is_some_and(|class| !STORAGE_CLASSES.contains(&class)) {
        return Err(s3_error!(InvalidStorageClass, "The storage class you specified is not valid"));
    }
    attributes.storage_class = class.filter(|class| *class != dto::StorageClass::STANDARD).map(str::to_owned);
    attributes.tags = said.tagging.as_deref().map(tags::from_header).transpose()?.unwrap_or_default();
    if said.customer_key {
        return Err(s3_error!(NotImplemented, "The lab encrypts nothing, so it takes no keys of customers."));
    }
    attributes.encryption = s3.store.read(bucket, |bucket| Ok(default_encryption(bucket)))?;
    if let Some(algorithm) = said.encryption {
        let algorithm = algorithm.as_str().to_owned();
        if !["AES256", "aws:kms", "aws:kms:dsse"].contains(&algorithm.as_str()) {
            let message = "The encryption method specified is not supported";
            return Err(s3_error!(InvalidEncryptionAlgorithmError, "{message}"));
        }
        attributes.encryption = Encryption { algorithm, key: said.key, bucket_key: said.bucket_key };
    }
    lock(s3, bucket, &mut attributes, said.lock_mode.as_ref(), said.lock_until, said.legal_hold.as_ref())?;
    Ok(attributes)
}

fn default_encryption(bucket: &Bucket) -> Encryption {
    let rule = bucket.settings.encryption.as_ref().and_then(|encryption| encryption.rules.first());
    let by_default = rule.and_then(|rule| rule.apply_server_side_encryption_by_default.as_ref());
    by_default.map_or_else(Encryption::default, |by_default| Encryption {
        algorithm: by_default.sse_algorithm.as_str().to_owned(),
        key: by_default.kms_master_key_id.clone(),
        bucket_key: rule.and_then(|rule| rule.bucket_key_enabled),
    })
}

fn lock(
    s3: &RegionalS3,
    bucket: &str,
    attributes: &mut Attributes,
    mode: Option<&dto::ObjectLockMode>,
    until: Option<dto::Timestamp>,
    legal_hold: Option<&dto::ObjectLockLegalHoldStatus>,
) -> S3Result<()> {
    let lock = s3.store.read(bucket, |bucket| Ok(bucket.settings.object_lock.clone()))?;
    let asked = mode.is_some() || until.is_some() || legal_hold.is_some();
    let Some(lock) = lock else {
        return if asked {
            Err(s3_error!(InvalidRequest, "Bucket is missing Object Lock Configuration"))
        } else {
            Ok(())
        };
    };
    attributes.legal_hold = legal_hold.map(|status| status.as_str() == dto::ObjectLockLegalHoldStatus::ON);
    attributes.retention = match (mode, until) {
        (Some(mode), Some(until)) => {
            let until = super::lock::moment(&until)?;
            if until <= s3.store.now() {
                return Err(s3_error!(InvalidArgument, "The retain until date must be in the future!"));
            }
            Some(Retention { compliance: mode.as_str() == dto::ObjectLockMode::COMPLIANCE, until })
        }
        (None, None) => super::lock::by_default(&lock, s3.store.now()),
        _ => {
            let message =
                "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied";
            return Err(s3_error!(InvalidArgument, "{message}"));
        }
    };
    Ok(())
}

/// What an answer to a write says of the encryption.
pub(super) fn encryption(attributes: &Attributes) -> Option<dto::ServerSideEncryption> {
    Some(dto::ServerSideEncryption::from(attributes.encryption.algorithm.clone()))
}

/// Until when, and how, as the protocol has it.
pub(super) fn retention(attributes: &Attributes) -> (Option<dto::ObjectLockMode>, Option<dto::Timestamp>) {
    let Some(retention) = &attributes.retention else { return (None, None) };
    let mode =
        if retention.compliance { dto::ObjectLockMode::COMPLIANCE } else { dto::ObjectLockMode::GOVERNANCE };
    (Some(dto::ObjectLockMode::from_static(mode)), Some(time(retention.until)))
}
