//! Objects are read: GET and HEAD, with conditions, ranges and parts.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use hyper::{HeaderMap, StatusCode, header};
use s3s::{Body, S3Error, S3Request, S3Response, S3Result, dto, s3_error};

use super::{
    RegionalS3,
    attributes::{encryption, retention},
    conditions::Conditions,
    errors::{check_version_id, headers},
    gate::{Signed, access_denied},
    time,
};
use crate::lab::s3::{
    policy::{Attempt, Caller, Facts},
    store::{Object, StoreError, Version, Versioning},
};

/// What a GET or HEAD found, after conditions and range.
struct Found {
    version: Version,
    object: Arc<Object>,
    versioned: bool,
    /// Which bytes were asked for; nothing means the whole.
    part: Option<Range<u64>>,
    /// Whether one of several parts was asked for.
    by_part_number: bool,
    headers: HeaderMap,
}

impl Found {
    fn length(&self) -> u64 {
        self.part.as_ref().map_or(self.object.bytes.len() as u64, |part| part.end - part.start)
    }

    fn content_range(&self) -> Option<String> {
        let part = self.part.as_ref()?;
        let last = part.end.saturating_sub(1);
        Some(format!("bytes {}-{last}/{}", part.start, self.object.bytes.len()))
    }

    fn body(&self) -> Bytes {
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(self.object.bytes.len());
        match &self.part {
            Some(part) => self.object.bytes.slice(place(part.start)..place(part.end)),
            None => self.object.bytes.clone(),
        }
    }

    fn version_id(&self) -> Option<String> {
        self.versioned.then(|| self.version.id.clone())
    }

    fn replication_status(&self) -> Option<dto::ReplicationStatus> {
        self.version.replication.status().map(dto::ReplicationStatus::from_static)
    }

    fn parts_count(&self) -> Option<i32> {
        let count = self.object.parts.len();
        i32::try_from(count).ok().filter(|count| self.by_part_number && *count > 0)
    }
}

/// The object that is meant, for whoever may know of it.
pub(super) fn look_up(
    s3: &RegionalS3,
    caller: Caller,
    bucket: &str,
    key: &str,
    version_id: Option<&str>,
) -> S3Result<(Version, Arc<Object>)> {
    check_version_id(version_id)?;
    match s3.store.get(bucket, key, version_id) {
        // S3 API reference, `GetObject`: without s3:ListBucket a missing key is a 403, so that nobody
        // can find out which keys there are.
        Err(StoreError::NoSuchKey { .. } | StoreError::NoSuchVersion)
            if !s3.allows(
                caller,
                Attempt { action: "s3:ListBucket", bucket, key: None },
                &Facts::default(),
            )? =>
        {
            Err(access_denied())
        }
        result => Ok(result?),
    }
}

fn find(s3: &RegionalS3, input: &dto::HeadObjectInput, caller: Caller) -> S3Result<Found> {
    let (bucket, key) = (input.bucket.as_str(), input.key.as_str());
    let (version, object) = look_up(s3, caller, bucket, key, input.version_id.as_deref())?;
    let conditions = Conditions {
        matches: input.if_match.as_ref(),
        none_matches: input.if_none_match.as_ref(),
        modified_since: input.if_modified_since.as_ref(),
        unmodified_since: input.if_unmodified_since.as_ref(),
    };
    conditions.check(&object.etag, version.modified)?;
    let (part, by_part_number) = match (&input.range, input.part_number) {
        (Some(_), Some(_)) => {
            let message = "Cannot specify both Range header and partNumber query parameter";
            return Err(s3_error!(InvalidRequest, "{message}"));
        }
        (Some(range), None) => {
            let length = object.bytes.len() as u64;
            // Of nothing even the last bytes are none: no Content-Range could say which (unverified).
            let part = range.check(length).ok().filter(|_| length > 0);
            (Some(part.ok_or_else(|| too_far(length))?), false)
        }
        (None, Some(number)) => (Some(part_of(&object, number)?), true),
        (None, None) => (None, false),
    };
    let whole = part.as_ref().is_none_or(|part| part.end - part.start == object.bytes.len() as u64);
    let wanted = input.checksum_mode.as_ref().is_some_and(|mode| mode.as_str() == dto::ChecksumMode::ENABLED);
    let checksum = object.checksum.as_ref().filter(|_| wanted && whole);
    let mut headers = checksum.map(|checksum| checksum.headers(true)).unwrap_or_default();
    let tags = object.attributes.tags.len();
    if tags > 0 {
        headers.insert("x-amz-tagging-count", tags.into());
    }
    let versioned = s3.store.read(bucket, |bucket| Ok(bucket.versioning != Versioning::Unversioned))?;
    Ok(Found { version, object, versioned, part, by_part_number, headers })
}

/// The refusal of a range behind the end, with the object's length (RFC 9110, section 15.5.17).
fn too_far(length: u64) -> S3Error {
    let mut error = s3_error!(InvalidRange, "The requested range is not satisfiable");
    error.set_headers(headers(&[("content-range", &format!("bytes */{length}"))]));
    error
}

/// The bytes of a part; what was not uploaded in parts has one (S3 API reference, `GetObject`,
/// `partNumber`).
fn part_of(object: &Object, number: i32) -> S3Result<Range<u64>> {
    if !(1..=10_000).contains(&number) {
        let message = "Part number must be an integer between 1 and 10000, inclusive";
        return Err(s3_error!(InvalidArgument, "{message}"));
    }
    if object.parts.is_empty() && number == 1 {
        return Ok(0..object.bytes.len() as u64);
    }
    let place = usize::try_from(number).unwrap_or(usize::MAX) - 1;
    let Some(part) = object.parts.get(place) else {
        let message = "The requested partnumber is not satisfiable";
        return Err(super::errors::custom("InvalidPartNumber", StatusCode::RANGE_NOT_SATISFIABLE, message));
    };
    let start: u64 = object.parts[..place].iter().map(|part| part.size as u64).sum();
    Ok(start..start + part.size as u64)
}

pub(super) fn caller<T>(request: &S3Request<T>) -> Caller {
    let access_key = request.credentials.as_ref().map(|key| key.access_key.as_str());
    let signed = request.extensions.get::<Signed>();
    Caller::with_key(access_key, signed.map(|Signed(principal)| &**principal))
}

/// GET and HEAD answer with the same headers, which s3s keeps in two types.
macro_rules! answer {
    ($output:ident, $found:expr $(, $more:ident: $value:expr)?) => {{
        let found = $found;
        let object = found.object.clone();
        let told = &object.attributes;
        let (object_lock_mode, object_lock_retain_until_date) = retention(told);
        let hold = told.legal_hold.map(|on| if on { "ON" } else { "OFF" });
        let output = dto::$output {
            $($more: $value,)?
            accept_ranges: Some("bytes".to_owned()),
            content_length: i64::try_from(found.length()).ok(),
            content_range: found.content_range(),
            e_tag: Some(dto::ETag::Strong(object.etag.clone())),
            last_modified: Some(time(found.version.modified)),
            version_id: found.version_id(),
            replication_status: found.replication_status(),
            parts_count: found.parts_count(),
            content_type: Some(content_type(&object)),
            cache_control: told.cache_control.clone(),
            content_disposition: told.content_disposition.clone(),
            content_encoding: told.content_encoding.clone(),
            content_language: told.content_language.clone(),
            expires: told.expires.clone(),
            metadata: told.metadata.clone(),
            storage_class: told.storage_class.clone().map(dto::StorageClass::from),
            website_redirect_location: told.website_redirect.clone(),
            server_side_encryption: encryption(told),
            ssekms_key_id: told.encryption.key.clone(),
            bucket_key_enabled: told.encryption.bucket_key,
            object_lock_mode,
            object_lock_retain_until_date,
            object_lock_legal_hold_status: hold.map(dto::ObjectLockLegalHoldStatus::from_static),
            ..Default::default()
        };
        let status = found.part.as_ref().map(|_| StatusCode::PARTIAL_CONTENT);
        let mut response = S3Response::with_headers(output, found.headers);
        response.status = status;
        response
    }};
}

pub(super) fn get_object(
    s3: &RegionalS3,
    request: S3Request<dto::GetObjectInput>,
) -> S3Result<S3Response<dto::GetObjectOutput>> {
    let caller = caller(&request);
    let input = request.input;
    let overrides = overrides(&input);
    if !overrides.is_empty() && caller == Caller::Anonymous {
        let message = "Request specific response headers cannot be used for anonymous GET requests.";
        return Err(s3_error!(InvalidRequest, "{message}"));
    }
    let asked = dto::HeadObjectInput {
        bucket: input.bucket,
        key: input.key,
        version_id: input.version_id,
        range: input.range,
        part_number: input.part_number,
        if_match: input.if_match,
        if_none_match: input.if_none_match,
        if_modified_since: input.if_modified_since,
        if_unmodified_since: input.if_unmodified_since,
        checksum_mode: input.checksum_mode,
        ..Default::default()
    };
    let found = find(s3, &asked, caller)?;
    if matches!(found.object.attributes.storage_class.as_deref(), Some("GLACIER" | "DEEP_ARCHIVE")) {
        let message = "The operation is not valid for the object's storage class";
        return Err(s3_error!(InvalidObjectState, "{message}"));
    }
    let body = dto::StreamingBlob::from(Body::from(found.body()));
    let mut response = answer!(GetObjectOutput, found, body: Some(body));
    for (name, value) in overrides {
        if let Ok(value) = value.parse() {
            response.headers.insert(name, value);
        }
    }
    Ok(response)
}

/// The headers that a signed GET may choose itself, by `response-` parameters.
fn overrides(input: &dto::GetObjectInput) -> Vec<(header::HeaderName, String)> {
    let expires = input.response_expires.as_ref().and_then(|moment| {
        let mut text = Vec::new();
        moment.format(dto::TimestampFormat::HttpDate, &mut text).ok()?;
        String::from_utf8(text).ok()
    });
    let wanted = [
        (header::CACHE_CONTROL, input.response_cache_control.clone()),
        (header::CONTENT_DISPOSITION, input.response_content_disposition.clone()),
        (header::CONTENT_ENCODING, input.response_content_encoding.clone()),
        (header::CONTENT_LANGUAGE, input.response_content_language.clone()),
        (header::CONTENT_TYPE, input.response_content_type.clone()),
        (header::EXPIRES, expires),
    ];
    wanted.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

pub(super) fn head_object(
    s3: &RegionalS3,
    request: S3Request<dto::HeadObjectInput>,
) -> S3Result<S3Response<dto::HeadObjectOutput>> {
    let found = find(s3, &request.input, caller(&request))?;
    Ok(answer!(HeadObjectOutput, found))
}

/// S3 User Guide, `UsingMetadata`: without a `Content-Type` the default is `binary/octet-stream`.
fn content_type(object: &Object) -> String {
    object.attributes.content_type.clone().unwrap_or_else(|| "binary/octet-stream".to_owned())
}
