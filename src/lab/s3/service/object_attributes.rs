//! What is known of an object without its bytes: GetObjectAttributes.

use s3s::{S3Request, S3Response, S3Result, dto, s3_error};

use super::{
    RegionalS3,
    list::page_size,
    read::{caller, look_up},
    time,
};
use crate::lab::s3::{
    checksum::Checksum,
    store::{Object, Versioning},
};

/// `ObjectAttributes` of S3's model.
const KNOWN: [&str; 5] = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];

pub(super) fn get_object_attributes(
    s3: &RegionalS3,
    request: S3Request<dto::GetObjectAttributesInput>,
) -> S3Result<S3Response<dto::GetObjectAttributesOutput>> {
    let caller = caller(&request);
    let input = request.input;
    // The header is a list, which comes in one line as well as in several.
    let lists = input.object_attributes.iter().flat_map(|name| name.as_str().split(','));
    let wanted: Vec<&str> = lists.map(str::trim).collect();
    if wanted.is_empty() || wanted.iter().any(|name| !KNOWN.contains(name)) {
        return Err(s3_error!(InvalidArgument, "Invalid attribute name specified."));
    }
    let version_id = input.version_id.as_deref();
    let (version, object) = look_up(s3, caller, &input.bucket, &input.key, version_id)?;
    let keeps = s3.store.read(&input.bucket, |bucket| Ok(bucket.versioning != Versioning::Unversioned))?;
    let wants = |name: &str| wanted.contains(&name);
    let parts = if wants("ObjectParts") && !object.parts.is_empty() {
        Some(parts(&object, input.max_parts, input.part_number_marker.unwrap_or(0))?)
    } else {
        None
    };
    let class = object.attributes.storage_class_name().to_owned();
    Ok(S3Response::new(dto::GetObjectAttributesOutput {
        checksum: object.checksum.as_ref().filter(|_| wants("Checksum")).map(Checksum::dto),
        // The one place where S3 writes an entity tag without quotes is here.
        e_tag: wants("ETag").then(|| dto::ETag::Strong(object.etag.clone())),
        last_modified: Some(time(version.modified)),
        object_parts: parts,
        object_size: wants("ObjectSize").then(|| object.size()),
        storage_class: wants("StorageClass").then(|| dto::StorageClass::from(class)),
        version_id: keeps.then_some(version.id),
        ..Default::default()
    }))
}

/// The parts are listed one by one only when each has a checksum (S3 API reference,
/// `GetObjectAttributesParts`, `Parts`: "For general purpose buckets, if an additional checksum
/// algorithm isn't applied to the object, the response doesn't return the Part element").
fn parts(object: &Object, most: Option<i32>, marker: i32) -> S3Result<dto::GetObjectAttributesParts> {
    let (limit, count) = page_size(most, "max-parts")?;
    let mut rest = object.parts.iter().filter(|part| part.number > marker);
    let mut listed = Vec::new();
    for part in rest.by_ref().take(count) {
        let checksum = part.checksum.as_ref().map(Checksum::dto).unwrap_or_default();
        listed.push(dto::ObjectPart {
            checksum_crc32: checksum.checksum_crc32,
            checksum_crc32c: checksum.checksum_crc32c,
            checksum_crc64nvme: checksum.checksum_crc64nvme,
            checksum_sha1: checksum.checksum_sha1,
            checksum_sha256: checksum.checksum_sha256,
            part_number: Some(part.number),
            size: i64::try_from(part.size).ok(),
        });
    }
    let last = listed.last().and_then(|part| part.part_number).unwrap_or(0);
    let each_has_one = object.parts.iter().all(|part| part.checksum.is_some());
    Ok(dto::GetObjectAttributesParts {
        is_truncated: Some(rest.next().is_some()),
        max_parts: Some(limit),
        next_part_number_marker: Some(last),
        part_number_marker: Some(marker),
        parts: each_has_one.then_some(listed),
        total_parts_count: i32::try_from(object.parts.len()).ok(),
    })
}
