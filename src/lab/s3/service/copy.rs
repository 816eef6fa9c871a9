//! Objects are copied inside S3, also from a bucket of another region: whole, or as a part of an upload.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use hyper::HeaderMap;
use s3s::{S3ErrorCode, S3Request, S3Response, S3Result, dto, s3_error};

use super::{
    RegionalS3,
    attributes::{attributes, encryption},
    body::text,
    conditions::Conditions,
    gate::access_denied,
    put::condition,
    read::{caller, look_up},
    time, upload,
};
use crate::lab::s3::{
    checksum::{Algorithm, Checksum},
    policy::{Attempt, Caller, Facts},
    store::{Attributes, Object, Version, Versioning},
};

/// What is copied.
struct Source {
    bucket: String,
    key: String,
    /// The version that was named.
    named_version: Option<String>,
    version: Version,
    object: Arc<Object>,
}

/// Finds the source, and checks that the caller may read it. A source in a region that is down cannot
/// be read: 503 (modelled).
fn source(
    s3: &RegionalS3,
    caller: Caller,
    from: &dto::CopySource,
    expected_owner: Option<&str>,
    conditions: &Conditions<'_>,
) -> S3Result<Source> {
    let dto::CopySource::Bucket { bucket, key, version_id } = from else {
        return Err(s3_error!(NotImplemented, "The lab copies from buckets, not from access points."));
    };
    let (bucket, key, version_id) = (bucket.as_ref(), key.as_ref(), version_id.as_deref());
    let action = if version_id.is_some() { "s3:GetObjectVersion" } else { "s3:GetObject" };
    let attempt = Attempt { action, bucket, key: Some(key) };
    if !expected_owner.is_none_or(|owner| s3.is_owner(bucket, owner))
        || !s3.allows(caller, attempt, &Facts::default())?
    {
        return Err(access_denied());
    }
    if !s3.serves_others(bucket) {
        return Err(s3_error!(ServiceUnavailable, "Service is unable to handle request."));
    }
    let found = look_up(s3, caller, bucket, key, version_id).map_err(|error| match error.code() {
        S3ErrorCode::MethodNotAllowed => {
            let message =
                "The source of a copy request may not specifically refer to a delete marker by version id.";
            s3_error!(InvalidRequest, "{message}")
        }
        _ => error,
    });
    let (version, object) = found?;
    conditions.check_for_copy(&object.etag, version.modified)?;
    let named_version = version_id.map(str::to_owned);
    Ok(Source { bucket: bucket.to_owned(), key: key.to_owned(), named_version, version, object })
}

impl Source {
    fn version_id(&self, s3: &RegionalS3) -> S3Result<Option<String>> {
        let keeps = s3.store.read(&self.bucket, |bucket| Ok(bucket.versioning != Versioning::Unversioned))?;
        Ok(keeps.then(|| self.version.id.clone()))
    }
}

macro_rules! copy_conditions {
    ($input:expr) => {
        Conditions {
            matches: $input.copy_source_if_match.as_ref(),
            none_matches: $input.copy_source_if_none_match.as_ref(),
            modified_since: $input.copy_source_if_modified_since.as_ref(),
            unmodified_since: $input.copy_source_if_unmodified_since.as_ref(),
        }
    };
}

pub(super) fn copy_object(
    s3: &RegionalS3,
    request: S3Request<dto::CopyObjectInput>,
) -> S3Result<S3Response<dto::CopyObjectOutput>> {
    let caller = caller(&request);
    let input = request.input;
    let expected = input.expected_source_bucket_owner.as_deref();
    let source = source(s3, caller, &input.copy_source, expected, &copy_conditions!(input))?;
    let asked = attributes!(s3, input);
    let directive = Directive::of(&input)?;
    let onto_itself =
        source.bucket == input.bucket && source.key == input.key && source.named_version.is_none();
    let changes = directive.metadata
        || input.storage_class.is_some()
        || input.website_redirect_location.is_some()
        || input.server_side_encryption.is_some();
    if onto_itself && !changes {
        let message = "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.";
        return Err(s3_error!(InvalidRequest, "{message}"));
    }
    let algorithm = algorithm(&source.object, input.checksum_algorithm.as_ref())?;
    let bytes = source.object.bytes.clone();
    let checksum = Checksum::of(algorithm, &bytes);
    let object = Object {
        attributes: directive.apply(asked, &source.object.attributes),
        ..Object::with_checksum(bytes, Some(checksum))
    };
    let checksum = object.checksum.as_ref().map(Checksum::dto).unwrap_or_default();
    let (etag, encrypted) = (object.etag.clone(), object.attributes.encryption.clone());
    let server_side_encryption = encryption(&object.attributes);
    let condition = destination_condition(&request.headers)?;
    let version_id = s3.store.put(&input.bucket, &input.key, object, &condition)?;
    let (written, _) = s3.store.get(&input.bucket, &input.key, version_id.as_deref())?;
    let result = dto::CopyObjectResult {
        checksum_crc32: checksum.checksum_crc32,
        checksum_crc32c: checksum.checksum_crc32c,
        checksum_crc64nvme: checksum.checksum_crc64nvme,
        checksum_sha1: checksum.checksum_sha1,
        checksum_sha256: checksum.checksum_sha256,
        checksum_type: checksum.checksum_type,
        e_tag: Some(dto::ETag::Strong(etag)),
        last_modified: Some(time(written.modified)),
    };
    Ok(S3Response::new(dto::CopyObjectOutput {
        copy_object_result: Some(result),
        copy_source_version_id: source.version_id(s3)?,
        server_side_encryption,
        ssekms_key_id: encrypted.key,
        bucket_key_enabled: encrypted.bucket_key,
        version_id,
        ..Default::default()
    }))
}

/// What the copy takes from the request instead of from the source.
struct Directive {
    metadata: bool,
    tags: bool,
}

impl Directive {
    fn of(input: &dto::CopyObjectInput) -> S3Result<Self> {
        let replaces = |name: &str, value: Option<&str>| match value {
            None | Some("COPY") => Ok(false),
            Some("REPLACE") => Ok(true),
            Some(_) => Err(s3_error!(InvalidArgument, "Unknown {name} directive.")),
        };
        let metadata = input.metadata_directive.as_ref().map(dto::MetadataDirective::as_str);
        let tags = input.tagging_directive.as_ref().map(dto::TaggingDirective::as_str);
        Ok(Self { metadata: replaces("metadata", metadata)?, tags: replaces("tagging", tags)? })
    }

    /// Storage class, redirect, encryption and lock never come from the source (S3 API reference,
    /// `CopyObject`).
    fn apply(&self, asked: Attributes, source: &Attributes) -> Attributes {
        let tags = if self.tags { asked.tags } else { source.tags.clone() };
        let asked = Attributes { tags, ..asked };
        if self.metadata {
            return asked;
        }
        let source = source.clone();
        Attributes {
            content_type: source.content_type,
            cache_control: source.cache_control,
            content_disposition: source.content_disposition,
            content_encoding: source.content_encoding,
            content_language: source.content_language,
            expires: source.expires,
            metadata: source.metadata,
            ..asked
        }
    }
}

/// The copy's checksum is made by the algorithm that is asked for, or by the source's.
fn algorithm(source: &Object, asked: Option<&dto::ChecksumAlgorithm>) -> S3Result<Algorithm> {
    match asked {
        Some(name) => upload::algorithm(name),
        None => Ok(source.checksum.as_ref().map_or(Algorithm::Crc64Nvme, |checksum| checksum.algorithm)),
    }
}

/// The newer conditions on what the copy would replace, which s3s does not read yet.
fn destination_condition(headers: &HeaderMap) -> S3Result<crate::lab::s3::store::PutCondition> {
    let read = |name: &str| {
        let value = text(headers, name);
        value.map(|value| dto::ETagCondition::parse_http_header(value.as_bytes())).transpose()
    };
    let invalid = |_| s3_error!(InvalidArgument, "A condition is * or an entity tag");
    let (matches, none) = (read("if-match").map_err(invalid)?, read("if-none-match").map_err(invalid)?);
    condition(matches.as_ref(), none.as_ref())
}

pub(super) fn upload_part_copy(
    s3: &RegionalS3,
    request: S3Request<dto::UploadPartCopyInput>,
) -> S3Result<S3Response<dto::UploadPartCopyOutput>> {
    let caller = caller(&request);
    let input = request.input;
    let expected = input.expected_source_bucket_owner.as_deref();
    let source = source(s3, caller, &input.copy_source, expected, &copy_conditions!(input))?;
    let bytes = match input.copy_source_range.as_deref() {
        Some(range) => slice(&source.object.bytes, range)?,
        None => source.object.bytes.clone(),
    };
    let place = upload::Place {
        bucket: &input.bucket,
        key: &input.key,
        id: &input.upload_id,
        number: input.part_number,
    };
    let part = upload::add_part(s3, &place, bytes, None)?;
    let checksum = part.checksum.as_ref().map(Checksum::dto).unwrap_or_default();
    let result = dto::CopyPartResult {
        checksum_crc32: checksum.checksum_crc32,
        checksum_crc32c: checksum.checksum_crc32c,
        checksum_crc64nvme: checksum.checksum_crc64nvme,
        checksum_sha1: checksum.checksum_sha1,
        checksum_sha256: checksum.checksum_sha256,
        e_tag: Some(dto::ETag::Strong(part.etag)),
        last_modified: Some(time(part.modified)),
    };
    Ok(S3Response::new(dto::UploadPartCopyOutput {
        copy_part_result: Some(result),
        copy_source_version_id: source.version_id(s3)?,
        ..Default::default()
    }))
}

/// "bytes=first-last, where the first and last are the zero-based byte offsets to copy" (S3 API
/// reference, `UploadPartCopy`); both must be there.
fn slice(bytes: &Bytes, range: &str) -> S3Result<Bytes> {
    let ends = range.strip_prefix("bytes=").and_then(|ends| ends.split_once('-'));
    let ends = ends.and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
    let message = "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy";
    let (first, last): (usize, usize) = ends.ok_or_else(|| s3_error!(InvalidArgument, "{message}"))?;
    if first > last || last >= bytes.len() {
        let size = bytes.len();
        return Err(s3_error!(
            InvalidArgument,
            "Range specified is not valid for source object of size: {size}"
        ));
    }
    let range: Range<usize> = first..last + 1;
    Ok(bytes.slice(range))
}
