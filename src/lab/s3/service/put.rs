//! Objects are written.

use s3s::{S3Request, S3Response, S3Result, dto, s3_error};

use super::{
    RegionalS3,
    attributes::{attributes, encryption},
    body::receive,
};
use crate::lab::s3::store::{Object, PutCondition};

pub(super) async fn put_object(
    s3: &RegionalS3,
    request: S3Request<dto::PutObjectInput>,
) -> S3Result<S3Response<dto::PutObjectOutput>> {
    let mut input = request.input;
    let attributes = attributes!(s3, input);
    if input.write_offset_bytes.is_some() {
        return Err(s3_error!(NotImplemented, "Only directory buckets take appended bytes."));
    }
    let condition = condition(input.if_match.as_ref(), input.if_none_match.as_ref())?;
    let received = receive(input.body.take(), &request.headers, request.trailing_headers.as_ref()).await?;
    let mut object = Object { attributes, ..Object::new(received.bytes) };
    if received.checksum.is_some() {
        object.checksum = received.checksum;
    }
    let (etag, checksum) = (object.etag.clone(), object.checksum.clone());
    let encrypted = object.attributes.encryption.clone();
    let output = dto::PutObjectOutput {
        e_tag: Some(dto::ETag::Strong(etag)),
        server_side_encryption: encryption(&object.attributes),
        ssekms_key_id: encrypted.key,
        bucket_key_enabled: encrypted.bucket_key,
        ..Default::default()
    };
    let version_id = s3.store.put(&input.bucket, &input.key, object, &condition)?;
    let headers = checksum.map(|checksum| checksum.headers(true)).unwrap_or_default();
    Ok(S3Response::with_headers(dto::PutObjectOutput { version_id, ..output }, headers))
}

/// What must hold for a write (S3 User Guide, `conditional-writes`): `If-None-Match` takes only `*`,
/// `If-Match` an entity tag.
pub(super) fn condition(
    matches: Option<&dto::ETagCondition>,
    none_matches: Option<&dto::ETagCondition>,
) -> S3Result<PutCondition> {
    match (none_matches, matches) {
        (Some(dto::ETagCondition::Any), None) => Ok(PutCondition::Absent),
        (None, Some(dto::ETagCondition::ETag(etag))) => Ok(PutCondition::Matches(etag.value().to_owned())),
        (None, None) => Ok(PutCondition::Always),
        _ => Err(s3_error!(
            NotImplemented,
            "A header you provided implies functionality that is not implemented"
        )),
    }
}
