//! Versions, uploads and their parts are listed.

use s3s::{S3Request, S3Response, S3Result, dto, s3_error};

use super::{
    RegionalS3,
    list::{LARGEST_PAGE, encoder, owner, page_size, prefixes},
    time,
};
use crate::lab::{
    credentials::ACCOUNT_ID,
    s3::{
        checksum::Checksum,
        store::{Content, History, NestedPage, NestedRequest, Version, nested_page},
    },
};

/// One line of the listing.
enum Line {
    Object(dto::ObjectVersion),
    Marker(dto::DeleteMarkerEntry),
}

fn line(key: String, version: &Version, is_latest: bool) -> Line {
    let (is_latest, last_modified) = (Some(is_latest), Some(time(version.modified)));
    let (key, owner, version_id) = (Some(key), Some(owner()), Some(version.id.clone()));
    match &version.content {
        Content::DeleteMarker => {
            Line::Marker(dto::DeleteMarkerEntry { is_latest, key, last_modified, owner, version_id })
        }
        Content::Object(object) => Line::Object(dto::ObjectVersion {
            checksum_algorithm: object.checksum.as_ref().map(Checksum::algorithms),
            checksum_type: object.checksum.as_ref().map(|checksum| checksum.kind.dto()),
            e_tag: Some(dto::ETag::Strong(object.etag.clone())),
            is_latest,
            key,
            last_modified,
            owner,
            restore_status: None,
            size: Some(object.size()),
            storage_class: Some(dto::ObjectVersionStorageClass::from(
                object.attributes.storage_class_name().to_owned(),
            )),
            version_id,
        }),
    }
}

pub(super) fn list_object_versions(
    s3: &RegionalS3,
    request: S3Request<dto::ListObjectVersionsInput>,
) -> S3Result<S3Response<dto::ListObjectVersionsOutput>> {
    let input = request.input;
    let (limit, count) = page_size(input.max_keys, "max-keys")?;
    let encode = encoder(input.encoding_type.as_ref())?;
    let (key_marker, version_marker) = (input.key_marker.as_deref(), input.version_id_marker.as_deref());
    let version_marker = version_marker.filter(|marker| !marker.is_empty());
    if version_marker.is_some() && key_marker.is_none_or(str::is_empty) {
        let message = "A version-id marker cannot be specified without a key marker.";
        return Err(s3_error!(InvalidArgument, "{message}"));
    }
    let wanted = NestedRequest {
        prefix: input.prefix.as_deref().unwrap_or_default(),
        delimiter: input.delimiter.as_deref().unwrap_or_default(),
        key_marker: key_marker.unwrap_or_default(),
        entry_marker: version_marker,
        limit: count,
    };
    let NestedPage { items, common_prefixes, next } = s3.store.read(&input.bucket, |bucket| {
        Ok(nested_page(&bucket.keys, &wanted, |key, history: &History| {
            let lines = history.newest_first().enumerate();
            lines.map(move |(place, version)| (version.id.as_str(), line(encode(key), version, place == 0)))
        }))
    })?;
    let (mut versions, mut delete_markers) = (Vec::new(), Vec::new());
    for item in items {
        match item {
            Line::Object(version) => versions.push(version),
            Line::Marker(marker) => delete_markers.push(marker),
        }
    }
    let is_truncated = Some(next.is_some());
    let (next_key, next_version) = next.map_or((None, None), |(key, version)| (Some(encode(&key)), version));
    Ok(S3Response::new(dto::ListObjectVersionsOutput {
        common_prefixes: prefixes(&common_prefixes, encode),
        delete_markers: Some(delete_markers),
        versions: Some(versions),
        is_truncated,
        next_key_marker: next_key,
        next_version_id_marker: next_version,
        key_marker: Some(encode(key_marker.unwrap_or_default())),
        version_id_marker: Some(version_marker.unwrap_or_default().to_owned()),
        delimiter: input.delimiter.as_deref().map(encode),
        encoding_type: input.encoding_type,
        max_keys: Some(limit),
        name: Some(input.bucket),
        prefix: Some(input.prefix.as_deref().map(encode).unwrap_or_default()),
        ..Default::default()
    }))
}

pub(super) fn list_multipart_uploads(
    s3: &RegionalS3,
    request: S3Request<dto::ListMultipartUploadsInput>,
) -> S3Result<S3Response<dto::ListMultipartUploadsOutput>> {
    let input = request.input;
    let (limit, count) = page_size(input.max_uploads, "max-uploads")?;
    let encode = encoder(input.encoding_type.as_ref())?;
    let key_marker = input.key_marker.as_deref().unwrap_or_default();
    let wanted = NestedRequest {
        prefix: input.prefix.as_deref().unwrap_or_default(),
        delimiter: input.delimiter.as_deref().unwrap_or_default(),
        key_marker,
        // "If key-marker is not specified, the upload-id-marker parameter is ignored."
        entry_marker: input.upload_id_marker.as_deref().filter(|id| !id.is_empty() && !key_marker.is_empty()),
        limit: count,
    };
    let NestedPage { items, common_prefixes, next } = s3.store.read(&input.bucket, |bucket| {
        Ok(nested_page(&bucket.uploads, &wanted, |key, uploads| {
            uploads.iter().map(move |(id, upload)| {
                let class = upload.attributes.storage_class_name().to_owned();
                let listed = dto::MultipartUpload {
                    checksum_algorithm: upload
                        .checksum
                        .map(|(algorithm, _)| dto::ChecksumAlgorithm::from_static(algorithm.name())),
                    checksum_type: upload.checksum.map(|(_, kind)| kind.dto()),
                    initiated: Some(time(upload.initiated)),
                    initiator: Some(initiator()),
                    key: Some(encode(key)),
                    owner: Some(owner()),
                    storage_class: Some(dto::StorageClass::from(class)),
                    upload_id: Some(id.clone()),
                };
                (id.as_str(), listed)
            })
        }))
    })?;
    let is_truncated = Some(next.is_some());
    let (next_key, next_upload) = next.map_or((None, None), |(key, id)| (Some(encode(&key)), id));
    Ok(S3Response::new(dto::ListMultipartUploadsOutput {
        common_prefixes: prefixes(&common_prefixes, encode),
        uploads: Some(items),
        is_truncated,
        next_key_marker: next_key,
        next_upload_id_marker: next_upload,
        key_marker: Some(encode(key_marker)),
        upload_id_marker: Some(input.upload_id_marker.unwrap_or_default()),
        delimiter: input.delimiter.as_deref().map(encode),
        encoding_type: input.encoding_type,
        max_uploads: Some(limit),
        bucket: Some(input.bucket),
        prefix: Some(input.prefix.as_deref().map(encode).unwrap_or_default()),
        ..Default::default()
    }))
}

fn initiator() -> dto::Initiator {
    dto::Initiator { display_name: None, id: Some(ACCOUNT_ID.to_owned()) }
}

pub(super) fn list_parts(
    s3: &RegionalS3,
    request: S3Request<dto::ListPartsInput>,
) -> S3Result<S3Response<dto::ListPartsOutput>> {
    let input = request.input;
    let limit = input.max_parts.unwrap_or(LARGEST_PAGE).min(LARGEST_PAGE);
    let (_, count) = page_size(Some(limit), "max-parts")?;
    let marker = input.part_number_marker.unwrap_or(0);
    let upload = s3.store.upload(&input.bucket, &input.key, &input.upload_id, |upload| upload.clone())?;
    let mut rest = upload.parts.iter().filter(|(number, _)| **number > marker);
    let mut parts = Vec::new();
    for (number, part) in rest.by_ref().take(count) {
        let checksum = part.checksum.as_ref().map(Checksum::dto).unwrap_or_default();
        parts.push(dto::Part {
            checksum_crc32: checksum.checksum_crc32,
            checksum_crc32c: checksum.checksum_crc32c,
            checksum_crc64nvme: checksum.checksum_crc64nvme,
            checksum_sha1: checksum.checksum_sha1,
            checksum_sha256: checksum.checksum_sha256,
            e_tag: Some(dto::ETag::Strong(part.etag.clone())),
            last_modified: Some(time(part.modified)),
            part_number: Some(*number),
            size: i64::try_from(part.bytes.len()).ok(),
        });
    }
    let next = parts.last().and_then(|part| part.part_number).unwrap_or(0);
    Ok(S3Response::new(dto::ListPartsOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(input.upload_id),
        checksum_algorithm: upload.checksum.map(|(name, _)| dto::ChecksumAlgorithm::from_static(name.name())),
        checksum_type: upload.checksum.map(|(_, kind)| kind.dto()),
        initiator: Some(initiator()),
        owner: Some(owner()),
        is_truncated: Some(rest.next().is_some()),
        max_parts: Some(limit),
        next_part_number_marker: Some(next),
        part_number_marker: Some(marker),
        parts: Some(parts),
        storage_class: Some(dto::StorageClass::from(upload.attributes.storage_class_name().to_owned())),
        ..Default::default()
    }))
}
