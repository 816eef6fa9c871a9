//! Uploads in parts are begun, fed, completed and aborted.

use bytes::Bytes;
use s3s::{S3Error, S3Request, S3Response, S3Result, dto, s3_error};

use super::{
    RegionalS3,
    attributes::{attributes, encryption},
    body::receive,
    put::condition,
};
use crate::lab::s3::{
    checksum::{Algorithm, Checksum, Kind},
    store::{CompletionError, NamedPart, Object, Part},
};

/// The algorithm of this name.
pub(super) fn algorithm(name: &dto::ChecksumAlgorithm) -> S3Result<Algorithm> {
    let message = "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256, SHA512, MD5, XXHASH64, XXHASH3, XXHASH128]";
    Algorithm::named(name.as_str()).ok_or_else(|| s3_error!(InvalidRequest, "{message}"))
}

/// The checksum that an upload is begun with.
fn wanted_checksum(
    name: Option<&dto::ChecksumAlgorithm>,
    kind: Option<&dto::ChecksumType>,
) -> S3Result<Option<(Algorithm, Kind)>> {
    let Some(name) = name else {
        return match kind {
            None => Ok(None),
            Some(_) => {
                let message = "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.";
                Err(s3_error!(InvalidRequest, "{message}"))
            }
        };
    };
    let algorithm = algorithm(name)?;
    let kind = match kind.map(dto::ChecksumType::as_str) {
        None => algorithm.usual_kind(),
        Some(dto::ChecksumType::FULL_OBJECT) => Kind::FullObject,
        Some(dto::ChecksumType::COMPOSITE) => Kind::Composite,
        Some(_) => return Err(s3_error!(InvalidRequest, "Value for x-amz-checksum-type header is invalid.")),
    };
    if !algorithm.may_be(kind) {
        let (kind, name) = (kind.name(), algorithm.name().to_lowercase());
        return Err(s3_error!(
            InvalidRequest,
            "The {kind} checksum type cannot be used with the {name} checksum algorithm."
        ));
    }
    Ok(Some((algorithm, kind)))
}

pub(super) fn create_multipart_upload(
    s3: &RegionalS3,
    request: S3Request<dto::CreateMultipartUploadInput>,
) -> S3Result<S3Response<dto::CreateMultipartUploadOutput>> {
    let input = request.input;
    let attributes = attributes!(s3, input);
    let checksum = wanted_checksum(input.checksum_algorithm.as_ref(), input.checksum_type.as_ref())?;
    let (encrypted, server_side_encryption) = (attributes.encryption.clone(), encryption(&attributes));
    let id = s3.store.begin_upload(&input.bucket, &input.key, attributes, checksum)?;
    Ok(S3Response::new(dto::CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(id),
        checksum_algorithm: checksum.map(|(name, _)| dto::ChecksumAlgorithm::from_static(name.name())),
        checksum_type: checksum.map(|(_, kind)| kind.dto()),
        server_side_encryption,
        ssekms_key_id: encrypted.key,
        bucket_key_enabled: encrypted.bucket_key,
        ..Default::default()
    }))
}

/// Which part of which upload.
pub(super) struct Place<'a> {
    pub bucket: &'a str,
    pub key: &'a str,
    pub id: &'a str,
    pub number: i32,
}

/// Adds a part, or replaces it.
pub(super) fn add_part(
    s3: &RegionalS3,
    place: &Place<'_>,
    bytes: Bytes,
    sent: Option<Checksum>,
) -> S3Result<Part> {
    if !(1..=10_000).contains(&place.number) {
        let message = "Part number must be an integer between 1 and 10000, inclusive";
        return Err(s3_error!(InvalidArgument, "{message}"));
    }
    let now = s3.store.now();
    let object = Object::new(bytes);
    s3.store.upload(place.bucket, place.key, place.id, |upload| {
        let checksum = match (sent, upload.checksum) {
            (Some(sent), Some((wanted, _))) if sent.algorithm != wanted => {
                let (wanted, sent) = (wanted.name().to_lowercase(), sent.algorithm.name().to_lowercase());
                return Err(s3_error!(
                    InvalidRequest,
                    "Checksum Type mismatch occurred, expected checksum Type: {wanted}, actual checksum Type: {sent}"
                ));
            }
            (Some(sent), _) => Some(sent),
            (None, Some((wanted, _))) => Some(Checksum::of(wanted, &object.bytes)),
            (None, None) => None,
        };
        let part = Part { bytes: object.bytes, etag: object.etag, checksum, modified: now };
        upload.parts.insert(place.number, part.clone());
        Ok(part)
    })?
}

pub(super) async fn upload_part(
    s3: &RegionalS3,
    request: S3Request<dto::UploadPartInput>,
) -> S3Result<S3Response<dto::UploadPartOutput>> {
    let mut input = request.input;
    // An upload that is not there is refused before the body is read.
    let attributes =
        s3.store.upload(&input.bucket, &input.key, &input.upload_id, |upload| upload.attributes.clone())?;
    let received = receive(input.body.take(), &request.headers, request.trailing_headers.as_ref()).await?;
    let place =
        Place { bucket: &input.bucket, key: &input.key, id: &input.upload_id, number: input.part_number };
    let part = add_part(s3, &place, received.bytes, received.checksum)?;
    let headers = part.checksum.map(|checksum| checksum.headers(false)).unwrap_or_default();
    let output = dto::UploadPartOutput {
        e_tag: Some(dto::ETag::Strong(part.etag)),
        server_side_encryption: encryption(&attributes),
        ..Default::default()
    };
    Ok(S3Response::with_headers(output, headers))
}

pub(super) fn complete_multipart_upload(
    s3: &RegionalS3,
    request: S3Request<dto::CompleteMultipartUploadInput>,
) -> S3Result<S3Response<dto::CompleteMultipartUploadOutput>> {
    let input = request.input;
    let (bucket, key, id) = (input.bucket.as_str(), input.key.as_str(), input.upload_id.as_str());
    let condition = condition(input.if_match.as_ref(), input.if_none_match.as_ref())?;
    let named = named_parts(input.multipart_upload)?;
    let object = s3.store.upload(bucket, key, id, |upload| upload.assemble(&named))?;
    let object = object.map_err(refusal)?;
    if input.mpu_object_size.is_some_and(|size| size != object.size()) {
        let message = "The provided 'x-amz-mp-object-size' header value does not match what was computed";
        return Err(s3_error!(InvalidRequest, "{message}"));
    }
    let checksum = object.checksum.as_ref().map(Checksum::dto).unwrap_or_default();
    let claims = [
        (&input.checksum_crc32, &checksum.checksum_crc32),
        (&input.checksum_crc32c, &checksum.checksum_crc32c),
        (&input.checksum_crc64nvme, &checksum.checksum_crc64nvme),
        (&input.checksum_sha1, &checksum.checksum_sha1),
        (&input.checksum_sha256, &checksum.checksum_sha256),
    ];
    if claims.iter().any(|(claimed, found)| claimed.is_some() && claimed != found) {
        let message = "The checksum you specified did not match the calculated checksum.";
        return Err(s3_error!(BadDigest, "{message}"));
    }
    let etag = object.etag.clone();
    let (encrypted, server_side_encryption) =
        (object.attributes.encryption.clone(), encryption(&object.attributes));
    let version_id = s3.store.put(bucket, key, object, &condition)?;
    s3.store.end_upload(bucket, key, id)?;
    let region = &s3.region;
    let encoded = crate::lab::encoding::percent_encoded(key);
    let location = format!("https://{bucket}.s3.{region}.{}/{encoded}", region.dns_suffix());
    Ok(S3Response::new(dto::CompleteMultipartUploadOutput {
        location: Some(location),
        e_tag: Some(dto::ETag::Strong(etag)),
        checksum_crc32: checksum.checksum_crc32,
        checksum_crc32c: checksum.checksum_crc32c,
        checksum_crc64nvme: checksum.checksum_crc64nvme,
        checksum_sha1: checksum.checksum_sha1,
        checksum_sha256: checksum.checksum_sha256,
        checksum_type: checksum.checksum_type,
        server_side_encryption,
        ssekms_key_id: encrypted.key,
        bucket_key_enabled: encrypted.bucket_key,
        version_id,
        bucket: Some(input.bucket),
        key: Some(input.key),
        ..Default::default()
    }))
}

fn named_parts(upload: Option<dto::CompletedMultipartUpload>) -> S3Result<Vec<NamedPart>> {
    let message = "The XML you provided was not well-formed or did not validate against our published schema";
    let malformed = || s3_error!(MalformedXML, "{message}");
    let parts = upload.and_then(|upload| upload.parts).filter(|parts| !parts.is_empty());
    let named = parts.ok_or_else(malformed)?.into_iter().map(|part| {
        let checksums = [
            part.checksum_crc32,
            part.checksum_crc32c,
            part.checksum_crc64nvme,
            part.checksum_sha1,
            part.checksum_sha256,
        ];
        Ok(NamedPart {
            number: part.part_number.ok_or_else(malformed)?,
            etag: part.e_tag.ok_or_else(malformed)?.into_value(),
            checksum: checksums.into_iter().flatten().next(),
        })
    });
    named.collect()
}

fn refusal(error: CompletionError) -> S3Error {
    match error {
        CompletionError::Order => s3_error!(InvalidPartOrder, "{error}"),
        CompletionError::Part => s3_error!(InvalidPart, "{error}"),
        CompletionError::TooSmall { .. } => s3_error!(EntityTooSmall, "{error}"),
        CompletionError::ChecksumMissing { .. } => s3_error!(InvalidRequest, "{error}"),
    }
}

pub(super) fn abort_multipart_upload(
    s3: &RegionalS3,
    request: S3Request<dto::AbortMultipartUploadInput>,
) -> S3Result<S3Response<dto::AbortMultipartUploadOutput>> {
    let input = request.input;
    s3.store.end_upload(&input.bucket, &input.key, &input.upload_id)?;
    Ok(S3Response::new(dto::AbortMultipartUploadOutput::default()))
}
