//! Objects: put, get, head, delete, list.

use std::sync::Arc;

use aws_smithy_types::base64;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use s3s::{
    Body, S3Request, S3Response, S3Result,
    checksum::ChecksumHasher,
    crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Md5, Sha1, Sha256},
    dto, s3_error,
};

use super::{RegionalS3, gate::access_denied, time};
use crate::lab::s3::{
    policy::{Attempt, Caller},
    store::{Object, Page, PageRequest, PutCondition, StoreError, Token, Version, page},
};

/// The largest object the lab keeps in memory (modelled; S3 takes 5 GB in one PUT).
const LARGEST_OBJECT: usize = 256 << 20;
/// S3 API reference, `ListObjectsV2`: "By default, the action returns up to 1,000 key names. The
/// response might contain fewer keys but will never contain more."
const LARGEST_PAGE: i32 = 1000;

pub(super) async fn put_object(
    s3: &RegionalS3,
    request: S3Request<dto::PutObjectInput>,
) -> S3Result<S3Response<dto::PutObjectOutput>> {
    let trailers = request.trailing_headers;
    let mut input = request.input;
    if input.acl.as_ref().is_some_and(|acl| acl.as_str() != "bucket-owner-full-control") {
        return Err(s3_error!(AccessControlListNotSupported, "The bucket does not allow ACLs"));
    }
    let bytes = collect(input.body.take()).await?;
    let mut claimed = claimed_checksums(&input);
    if let Some(trailers) = trailers {
        trailers.read(|headers| add_trailers(&mut claimed, headers));
    }
    let checksum = verified_checksum(claimed, &bytes)?;
    let md5 = Md5::checksum(&bytes);
    if input.content_md5.as_ref().is_some_and(|claimed| *claimed != base64::encode(md5.as_ref())) {
        return Err(s3_error!(BadDigest, "The Content-MD5 you specified did not match what we received."));
    }
    let condition = match (&input.if_none_match, &input.if_match) {
        (Some(dto::ETagCondition::Any), None) => PutCondition::Absent,
        (None, Some(dto::ETagCondition::ETag(etag))) => PutCondition::Matches(etag.value().to_owned()),
        (None, None) => PutCondition::Always,
        _ => {
            return Err(s3_error!(
                NotImplemented,
                "A condition of a PUT is If-None-Match: * or If-Match: ETAG"
            ));
        }
    };
    let etag = md5.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let object = Object {
        bytes,
        etag: etag.clone(),
        checksum: checksum.clone(),
        content_type: input.content_type,
        cache_control: input.cache_control,
        content_disposition: input.content_disposition,
        content_encoding: input.content_encoding,
        content_language: input.content_language,
        expires: input.expires,
        metadata: input.metadata,
    };
    let version_id = s3.store.put(&input.bucket, &input.key, object, &condition)?;
    Ok(S3Response::new(dto::PutObjectOutput {
        e_tag: Some(dto::ETag::Strong(etag)),
        version_id,
        checksum_crc32: checksum.checksum_crc32,
        checksum_crc32c: checksum.checksum_crc32c,
        checksum_crc64nvme: checksum.checksum_crc64nvme,
        checksum_sha1: checksum.checksum_sha1,
        checksum_sha256: checksum.checksum_sha256,
        checksum_type: checksum.checksum_type,
        ..Default::default()
    }))
}

async fn collect(body: Option<dto::StreamingBlob>) -> S3Result<Bytes> {
    let Some(mut body) = body else { return Ok(Bytes::new()) };
    let mut bytes = BytesMut::new();
    while let Some(chunk) = body.next().await {
        let message = "You did not provide the number of bytes specified by the Content-Length HTTP header.";
        let chunk = chunk.map_err(|error| {
            tracing::debug!(%error, "a request's body broke off");
            s3_error!(IncompleteBody, "{message}")
        })?;
        if bytes.len() + chunk.len() > LARGEST_OBJECT {
            return Err(s3_error!(EntityTooLarge, "The lab keeps objects of up to {LARGEST_OBJECT} bytes."));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

fn claimed_checksums(input: &dto::PutObjectInput) -> dto::Checksum {
    dto::Checksum {
        checksum_crc32: input.checksum_crc32.clone(),
        checksum_crc32c: input.checksum_crc32c.clone(),
        checksum_crc64nvme: input.checksum_crc64nvme.clone(),
        checksum_sha1: input.checksum_sha1.clone(),
        checksum_sha256: input.checksum_sha256.clone(),
        ..Default::default()
    }
}

/// SDKs send the checksum behind the body, as a trailer.
fn add_trailers(claimed: &mut dto::Checksum, headers: &hyper::HeaderMap) {
    let value = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let fields = [
        (&mut claimed.checksum_crc32, "x-amz-checksum-crc32"),
        (&mut claimed.checksum_crc32c, "x-amz-checksum-crc32c"),
        (&mut claimed.checksum_crc64nvme, "x-amz-checksum-crc64nvme"),
        (&mut claimed.checksum_sha1, "x-amz-checksum-sha1"),
        (&mut claimed.checksum_sha256, "x-amz-checksum-sha256"),
    ];
    for (field, name) in fields {
        *field = field.take().or_else(|| value(name));
    }
}

/// Compares what the client claims with what arrived. Without a claim S3 adds a CRC-64/NVME itself
/// (S3 User Guide, `checking-object-integrity`).
fn verified_checksum(claimed: dto::Checksum, bytes: &[u8]) -> S3Result<dto::Checksum> {
    let without_type = dto::Checksum { checksum_type: None, ..claimed };
    let nothing = without_type == dto::Checksum::default();
    let mut hasher = ChecksumHasher {
        crc32: without_type.checksum_crc32.as_ref().map(|_| Crc32::new()),
        crc32c: without_type.checksum_crc32c.as_ref().map(|_| Crc32c::new()),
        sha1: without_type.checksum_sha1.as_ref().map(|_| Sha1::new()),
        sha256: without_type.checksum_sha256.as_ref().map(|_| Sha256::new()),
        crc64nvme: (nothing || without_type.checksum_crc64nvme.is_some()).then(Crc64Nvme::new),
    };
    hasher.update(bytes);
    let found = hasher.finalize();
    if !nothing && found != without_type {
        return Err(s3_error!(
            BadDigest,
            "The checksum you specified did not match the calculated checksum."
        ));
    }
    let whole = dto::ChecksumType::from_static(dto::ChecksumType::FULL_OBJECT);
    Ok(dto::Checksum { checksum_type: Some(whole), ..found })
}

/// What a GET or HEAD found, after conditions and range.
struct Found {
    version: Version,
    object: Arc<Object>,
    versioned: bool,
    /// Which part was asked for; nothing means the whole.
    part: Option<std::ops::Range<u64>>,
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

    fn signed_length(&self) -> Option<i64> {
        i64::try_from(self.length()).ok()
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
    let versioned = s3.store.read(bucket, |bucket| Ok(bucket.versioning != Default::default()))?;
    Ok(Found { version, object, versioned, part, checksum })
}

fn caller<T>(request: &S3Request<T>) -> Caller {
    if request.credentials.is_some() { Caller::Owner } else { Caller::Anonymous }
}

pub(super) async fn get_object(
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
    let object = &found.object;
    Ok(S3Response::new(dto::GetObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        body: Some(dto::StreamingBlob::from(Body::from(found.body()))),
        content_length: found.signed_length(),
        content_range: found.content_range(),
        e_tag: Some(dto::ETag::Strong(object.etag.clone())),
        last_modified: Some(time(found.version.modified)),
        version_id: found.version_id(),
        replication_status: found.replication_status(),
        content_type: Some(content_type(object)),
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
    }))
}

pub(super) async fn head_object(
    s3: &RegionalS3,
    request: S3Request<dto::HeadObjectInput>,
) -> S3Result<S3Response<dto::HeadObjectOutput>> {
    let found = find(s3, &request.input, caller(&request))?;
    let object = &found.object;
    Ok(S3Response::new(dto::HeadObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        content_length: found.signed_length(),
        content_range: found.content_range(),
        e_tag: Some(dto::ETag::Strong(object.etag.clone())),
        last_modified: Some(time(found.version.modified)),
        version_id: found.version_id(),
        replication_status: found.replication_status(),
        content_type: Some(content_type(object)),
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
    }))
}

/// S3 User Guide, `UsingMetadata`: without a `Content-Type` the default is `binary/octet-stream`.
fn content_type(object: &Object) -> String {
    object.content_type.clone().unwrap_or_else(|| "binary/octet-stream".to_owned())
}

pub(super) async fn delete_object(
    s3: &RegionalS3,
    request: S3Request<dto::DeleteObjectInput>,
) -> S3Result<S3Response<dto::DeleteObjectOutput>> {
    let input = request.input;
    let deleted = s3.store.delete(&input.bucket, &input.key, input.version_id.as_deref())?;
    let output = dto::DeleteObjectOutput {
        delete_marker: deleted.delete_marker.then_some(true),
        version_id: deleted.version_id,
        ..Default::default()
    };
    Ok(S3Response::with_status(output, hyper::StatusCode::NO_CONTENT))
}

pub(super) async fn list_objects_v2(
    s3: &RegionalS3,
    request: S3Request<dto::ListObjectsV2Input>,
) -> S3Result<S3Response<dto::ListObjectsV2Output>> {
    let input = request.input;
    let limit = input.max_keys.unwrap_or(LARGEST_PAGE).min(LARGEST_PAGE);
    let message = "Argument maxKeys must be an integer between 0 and 2147483647";
    let count = usize::try_from(limit).map_err(|_| s3_error!(InvalidArgument, "{message}"))?;
    let token = match input.continuation_token.as_deref() {
        Some(text) => Some(
            Token::decode(text)
                .ok_or_else(|| s3_error!(InvalidArgument, "The continuation token provided is incorrect"))?,
        ),
        None => None,
    };
    let encode: fn(&str) -> String = match input.encoding_type.as_ref().map(dto::EncodingType::as_str) {
        Some(dto::EncodingType::URL) => url_encoded,
        _ => str::to_owned,
    };
    let wanted = PageRequest {
        prefix: input.prefix.as_deref().unwrap_or_default(),
        delimiter: input.delimiter.as_deref().unwrap_or_default(),
        start_after: input.start_after.as_deref().unwrap_or_default(),
        token,
        limit: count,
    };
    let owner = input
        .fetch_owner
        .unwrap_or(false)
        .then(|| dto::Owner { display_name: None, id: Some(crate::lab::credentials::ACCOUNT_ID.to_owned()) });
    let Page { items, common_prefixes, next } = s3.store.read(&input.bucket, |bucket| {
        let objects = bucket.keys.iter().filter_map(|(key, history)| {
            let (version, object) = history.current_object()?;
            let listed = dto::Object {
                e_tag: Some(dto::ETag::Strong(object.etag.clone())),
                key: Some(encode(key)),
                last_modified: Some(time(version.modified)),
                owner: owner.clone(),
                size: i64::try_from(object.bytes.len()).ok(),
                storage_class: Some(dto::ObjectStorageClass::from_static(dto::ObjectStorageClass::STANDARD)),
                ..Default::default()
            };
            Some((key.as_str(), listed))
        });
        Ok(page(objects, &wanted))
    })?;
    let prefixes = common_prefixes.iter().map(|text| dto::CommonPrefix { prefix: Some(encode(text)) });
    Ok(S3Response::new(dto::ListObjectsV2Output {
        key_count: i32::try_from(items.len() + common_prefixes.len()).ok(),
        common_prefixes: Some(prefixes.collect()),
        contents: Some(items),
        is_truncated: Some(next.is_some()),
        next_continuation_token: next.map(|token| token.encode()),
        continuation_token: input.continuation_token,
        delimiter: input.delimiter.as_deref().map(encode),
        encoding_type: input.encoding_type,
        max_keys: Some(limit),
        name: Some(input.bucket),
        prefix: Some(input.prefix.as_deref().map(encode).unwrap_or_default()),
        start_after: input.start_after.as_deref().map(encode),
        ..Default::default()
    }))
}

/// `encoding-type=url`: everything but unreserved characters and the slash is percent-encoded.
fn url_encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}
