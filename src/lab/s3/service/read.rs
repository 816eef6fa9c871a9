//! Objects are read: GET and HEAD, with conditions and ranges.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use s3s::{Body, S3Request, S3Response, S3Result, dto, s3_error};

use super::{RegionalS3, gate::access_denied, time};
use crate::lab::s3::{
    policy::{Attempt, Caller},
    store::{Object, StoreError, Version, Versioning},
};

/// What a GET or HEAD found, after conditions and range.
struct Found {
    version: Version,
    object: Arc<Object>,
    versioned: bool,
    /// Which part was asked for; nothing means the whole.
    part: Option<Range<u64>>,
    checksum: dto::Checksum,
}

impl Found {
    fn length(&self) -> u64 {
        self.part.as_ref().map_or(self.object.bytes.len() as u64, |part| part.end - part.start)
    }

    fn content_range(&self) -> Option<String> {
        let part = self.part.as_ref()?;
        Some(format!("bytes {}-{}/{}", part.start, part.end - 1, self.object.bytes.len()))
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
}

fn find(s3: &RegionalS3, input: &dto::HeadObjectInput, caller: Caller) -> S3Result<Found> {
    let (bucket, key) = (input.bucket.as_str(), input.key.as_str());
    let (version, object) = match s3.store.get(bucket, key, input.version_id.as_deref()) {
        // S3 API reference, `GetObject`: without s3:ListBucket a missing key is a 403, so that nobody
        // can find out which keys there are.
        Err(StoreError::NoSuchKey { .. } | StoreError::NoSuchVersion)
            if !s3.allows(caller, Attempt { action: "s3:ListBucket", bucket, key: None })? =>
        {
            return Err(access_denied());
        }
        result => result?,
    };
    let matches = |condition: &dto::ETagCondition| match condition {
        dto::ETagCondition::Any => true,
        dto::ETagCondition::ETag(etag) => etag.value() == object.etag,
    };
    if input.if_match.as_ref().is_some_and(|condition| !matches(condition)) {
        return Err(StoreError::ConditionFailed.into());
    }
    if input.if_none_match.as_ref().is_some_and(matches) {
        return Err(s3_error!(NotModified, "Not Modified"));
    }
    let message = "The requested range is not satisfiable";
    let part = match input.range {
        Some(range) => {
            Some(range.check(object.bytes.len() as u64).map_err(|_| s3_error!(InvalidRange, "{message}"))?)
        }
        None => None,
    };
    let wanted = input.checksum_mode.as_ref().is_some_and(|mode| mode.as_str() == dto::ChecksumMode::ENABLED);
    let checksum = if wanted && part.is_none() { object.checksum.clone() } else { dto::Checksum::default() };
    let versioned = s3.store.read(bucket, |bucket| Ok(bucket.versioning != Versioning::Unversioned))?;
    Ok(Found { version, object, versioned, part, checksum })
}

fn caller<T>(request: &S3Request<T>) -> Caller {
    Caller::with_key(request.credentials.as_ref().map(|key| key.access_key.as_str()))
}

/// GET and HEAD answer with the same headers, which s3s keeps in two types.
macro_rules! answer {
    ($output:ident, $found:expr $(, $more:ident: $value:expr)?) => {{
        let found = $found;
        let object = found.object.clone();
        S3Response::new(dto::$output {
            $($more: $value,)?
            accept_ranges: Some("bytes".to_owned()),
            content_length: i64::try_from(found.length()).ok(),
            content_range: found.content_range(),
            e_tag: Some(dto::ETag::Strong(object.etag.clone())),
            last_modified: Some(time(found.version.modified)),
            version_id: found.version_id(),
            replication_status: found.replication_status(),
            content_type: Some(content_type(&object)),
            cache_control: object.cache_control.clone(),
            content_disposition: object.content_disposition.clone(),
            content_encoding: object.content_encoding.clone(),
            content_language: object.content_language.clone(),
            expires: object.expires.clone(),
            metadata: object.metadata.clone(),
            checksum_crc32: found.checksum.checksum_crc32,
            checksum_crc32c: found.checksum.checksum_crc32c,
            checksum_crc64nvme: found.checksum.checksum_crc64nvme,
            checksum_sha1: found.checksum.checksum_sha1,
            checksum_sha256: found.checksum.checksum_sha256,
            checksum_type: found.checksum.checksum_type,
            ..Default::default()
        })
    }};
}

pub(super) fn get_object(
    s3: &RegionalS3,
    request: S3Request<dto::GetObjectInput>,
) -> S3Result<S3Response<dto::GetObjectOutput>> {
    let caller = caller(&request);
    let input = request.input;
    let asked = dto::HeadObjectInput {
        bucket: input.bucket,
        key: input.key,
        version_id: input.version_id,
        range: input.range,
        if_match: input.if_match,
        if_none_match: input.if_none_match,
        checksum_mode: input.checksum_mode,
        ..Default::default()
    };
    let found = find(s3, &asked, caller)?;
    let body = dto::StreamingBlob::from(Body::from(found.body()));
    Ok(answer!(GetObjectOutput, found, body: Some(body)))
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
    object.content_type.clone().unwrap_or_else(|| "binary/octet-stream".to_owned())
}
