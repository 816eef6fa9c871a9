//! Object Lock: a bucket's default, and retention and legal hold of single versions.

use hyper::StatusCode;
use jiff::{Timestamp, ToSpan as _};
use s3s::{S3Error, S3Request, S3Response, S3Result, dto, s3_error};

use super::{
    RegionalS3,
    errors::{check_version_id, custom},
    time,
};
use crate::lab::s3::store::{Modification, Retention, Settings, Versioning};

/// A moment of the protocol, as the lab keeps it.
pub(super) fn moment(when: &dto::Timestamp) -> S3Result<Timestamp> {
    let mut text = Vec::new();
    let written = when.format(dto::TimestampFormat::DateTime, &mut text).ok();
    let text = written.and_then(|()| String::from_utf8(text).ok());
    let message = "The retain until date must be provided in ISO 8601 format";
    text.and_then(|text| text.parse().ok()).ok_or_else(|| s3_error!(InvalidArgument, "{message}"))
}

/// What a bucket's lock gives to a version that is written at `now`. Days are of 24 hours.
pub(super) fn by_default(lock: &dto::ObjectLockConfiguration, now: Timestamp) -> Option<Retention> {
    let rule = lock.rule.as_ref()?.default_retention.as_ref()?;
    let days = rule.days.map(i64::from).or_else(|| rule.years.map(|years| i64::from(years) * 365))?;
    let compliance = rule.mode.as_ref()?.as_str() == dto::ObjectLockRetentionMode::COMPLIANCE;
    Some(Retention { compliance, until: now.checked_add((days * 24).hours()).ok()? })
}

pub(super) fn put_object_lock_configuration(
    s3: &RegionalS3,
    request: S3Request<dto::PutObjectLockConfigurationInput>,
) -> S3Result<S3Response<dto::PutObjectLockConfigurationOutput>> {
    let input = request.input;
    let message = "The XML you provided was not well-formed or did not validate against our published schema";
    let lock = input.object_lock_configuration.ok_or_else(|| s3_error!(MalformedXML, "{message}"))?;
    let enabled = lock.object_lock_enabled.as_ref().map(dto::ObjectLockEnabled::as_str);
    let default = lock.rule.as_ref().and_then(|rule| rule.default_retention.as_ref());
    let one_period = default.is_none_or(|rule| rule.days.is_some() != rule.years.is_some());
    if enabled != Some(dto::ObjectLockEnabled::ENABLED) || !one_period {
        return Err(s3_error!(MalformedXML, "{message}"));
    }
    if default.and_then(|rule| rule.days.or(rule.years)).is_some_and(|period| period < 1) {
        let message = "Default retention period must be a positive integer value";
        return Err(s3_error!(InvalidArgument, "{message}"));
    }
    let versioned = s3.store.edit(&input.bucket, |bucket| {
        let versioned = bucket.versioning == Versioning::Enabled;
        if versioned {
            bucket.settings.object_lock = Some(lock);
        }
        Ok(versioned)
    })?;
    if !versioned {
        let message = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration";
        return Err(s3_error!(InvalidBucketState, "{message}"));
    }
    Ok(S3Response::new(dto::PutObjectLockConfigurationOutput::default()))
}

pub(super) fn get_object_lock_configuration(
    s3: &RegionalS3,
    request: S3Request<dto::GetObjectLockConfigurationInput>,
) -> S3Result<S3Response<dto::GetObjectLockConfigurationOutput>> {
    let lock = s3.settings(&request.input.bucket, |settings| settings.object_lock.clone())?;
    let message = "Object Lock configuration does not exist for this bucket";
    let missing = || custom("ObjectLockConfigurationNotFoundError", StatusCode::NOT_FOUND, message);
    let object_lock_configuration = Some(lock.ok_or_else(missing)?);
    Ok(S3Response::new(dto::GetObjectLockConfigurationOutput { object_lock_configuration }))
}

fn must_have_lock(s3: &RegionalS3, bucket: &str) -> S3Result<()> {
    let locks = |settings: &mut Settings| settings.object_lock.is_some();
    if s3.settings(bucket, locks)? {
        return Ok(());
    }
    Err(s3_error!(InvalidRequest, "Bucket is missing Object Lock Configuration"))
}

/// The answer to a question for what a version does not have.
fn unset() -> S3Error {
    let message = "The specified object does not have a ObjectLock configuration";
    custom("NoSuchObjectLockConfiguration", StatusCode::NOT_FOUND, message)
}

pub(super) fn put_object_retention(
    s3: &RegionalS3,
    request: S3Request<dto::PutObjectRetentionInput>,
) -> S3Result<S3Response<dto::PutObjectRetentionOutput>> {
    let input = request.input;
    must_have_lock(s3, &input.bucket)?;
    check_version_id(input.version_id.as_deref())?;
    let bypass = input.bypass_governance_retention.unwrap_or(false);
    let now = s3.store.now();
    let wanted = match input.retention.map(|retention| (retention.mode, retention.retain_until_date)) {
        None | Some((None, None)) => None,
        Some((Some(mode), Some(until))) => {
            let compliance = mode.as_str() == dto::ObjectLockRetentionMode::COMPLIANCE;
            Some(Retention { compliance, until: moment(&until)? })
        }
        Some(_) => {
            let message =
                "The XML you provided was not well-formed or did not validate against our published schema";
            return Err(s3_error!(MalformedXML, "{message}"));
        }
    };
    if wanted.as_ref().is_some_and(|wanted| wanted.until <= now) {
        return Err(s3_error!(InvalidArgument, "The retain until date must be in the future!"));
    }
    let change = |object: &mut crate::lab::s3::store::Object| {
        let allowed = object.attributes.retention.as_ref().is_none_or(|old| {
            let longer = wanted
                .as_ref()
                .is_some_and(|new| new.until >= old.until && (new.compliance || !old.compliance));
            old.until <= now || longer || (bypass && !old.compliance)
        });
        if allowed {
            object.attributes.retention = wanted;
        }
        allowed
    };
    let (id, allowed) =
        s3.store.edit_object(&input.bucket, &input.key, input.version_id.as_deref(), change)?;
    if !allowed {
        return Err(s3_error!(AccessDenied, "Access Denied because object protected by object lock."));
    }
    s3.store.modified(&input.bucket, &input.key, &id, Modification::Retention)?;
    Ok(S3Response::new(dto::PutObjectRetentionOutput::default()))
}

pub(super) fn get_object_retention(
    s3: &RegionalS3,
    request: S3Request<dto::GetObjectRetentionInput>,
) -> S3Result<S3Response<dto::GetObjectRetentionOutput>> {
    let input = request.input;
    must_have_lock(s3, &input.bucket)?;
    check_version_id(input.version_id.as_deref())?;
    let (_, object) = s3.store.get(&input.bucket, &input.key, input.version_id.as_deref())?;
    let retention = object.attributes.retention.as_ref().ok_or_else(unset)?;
    let mode = if retention.compliance {
        dto::ObjectLockRetentionMode::COMPLIANCE
    } else {
        dto::ObjectLockRetentionMode::GOVERNANCE
    };
    let retention = dto::ObjectLockRetention {
        mode: Some(dto::ObjectLockRetentionMode::from_static(mode)),
        retain_until_date: Some(time(retention.until)),
    };
    Ok(S3Response::new(dto::GetObjectRetentionOutput { retention: Some(retention) }))
}

pub(super) fn put_object_legal_hold(
    s3: &RegionalS3,
    request: S3Request<dto::PutObjectLegalHoldInput>,
) -> S3Result<S3Response<dto::PutObjectLegalHoldOutput>> {
    let input = request.input;
    must_have_lock(s3, &input.bucket)?;
    check_version_id(input.version_id.as_deref())?;
    let status = input.legal_hold.and_then(|hold| hold.status);
    let on = match status.as_ref().map(dto::ObjectLockLegalHoldStatus::as_str) {
        Some(dto::ObjectLockLegalHoldStatus::ON) => true,
        Some(dto::ObjectLockLegalHoldStatus::OFF) => false,
        _ => {
            let message =
                "The XML you provided was not well-formed or did not validate against our published schema";
            return Err(s3_error!(MalformedXML, "{message}"));
        }
    };
    let version_id = input.version_id.as_deref();
    let (id, ()) = s3.store.edit_object(&input.bucket, &input.key, version_id, |object| {
        object.attributes.legal_hold = Some(on);
    })?;
    s3.store.modified(&input.bucket, &input.key, &id, Modification::LegalHold)?;
    Ok(S3Response::new(dto::PutObjectLegalHoldOutput::default()))
}

pub(super) fn get_object_legal_hold(
    s3: &RegionalS3,
    request: S3Request<dto::GetObjectLegalHoldInput>,
) -> S3Result<S3Response<dto::GetObjectLegalHoldOutput>> {
    let input = request.input;
    must_have_lock(s3, &input.bucket)?;
    check_version_id(input.version_id.as_deref())?;
    let (_, object) = s3.store.get(&input.bucket, &input.key, input.version_id.as_deref())?;
    let on = object.attributes.legal_hold.ok_or_else(unset)?;
    let status = if on { dto::ObjectLockLegalHoldStatus::ON } else { dto::ObjectLockLegalHoldStatus::OFF };
    let status = Some(dto::ObjectLockLegalHoldStatus::from_static(status));
    let legal_hold = Some(dto::ObjectLockLegalHold { status });
    Ok(S3Response::new(dto::GetObjectLegalHoldOutput { legal_hold }))
}
