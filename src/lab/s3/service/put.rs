//! Objects are written and deleted.

use aws_smithy_types::base64;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use s3s::{
    S3Request, S3Response, S3Result,
    checksum::ChecksumHasher,
    crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Md5, Sha1, Sha256},
    dto, s3_error,
};

use super::RegionalS3;
use crate::lab::s3::store::{Object, PutCondition};

/// The largest object the lab keeps in memory (modelled; S3 takes 5 GB in one PUT).
const LARGEST_OBJECT: usize = 256 << 20;

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
    let content_md5 = base64::encode(Md5::checksum(&bytes));
    if input.content_md5.is_some_and(|claimed| claimed != content_md5) {
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
    let object = Object {
        checksum: checksum.clone(),
        content_type: input.content_type,
        cache_control: input.cache_control,
        content_disposition: input.content_disposition,
        content_encoding: input.content_encoding,
        content_language: input.content_language,
        expires: input.expires,
        metadata: input.metadata,
        ..Object::new(bytes)
    };
    let etag = object.etag.clone();
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

pub(super) fn delete_object(
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
    Ok(S3Response::new(output))
}
