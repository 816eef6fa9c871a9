//! Objects are listed, by the newer operation and by the older one.

use s3s::{S3Request, S3Response, S3Result, dto, s3_error};

use super::{RegionalS3, time};
use crate::lab::{
    credentials::ACCOUNT_ID,
    encoding::percent_encoded,
    s3::{
        checksum::Checksum,
        store::{History, Object, Page, PageRequest, Token, Version, page},
    },
};

/// S3 API reference, `ListObjectsV2`: "By default, the action returns up to 1,000 key names. The
/// response might contain fewer keys but will never contain more."
pub(super) const LARGEST_PAGE: i32 = 1000;

/// How many entries a page may have, as the client asked and as S3 allows.
pub(super) fn page_size(asked: Option<i32>, name: &str) -> S3Result<(i32, usize)> {
    let limit = asked.unwrap_or(LARGEST_PAGE).min(LARGEST_PAGE);
    match usize::try_from(limit) {
        Ok(count) => Ok((limit, count)),
        Err(_) => {
            Err(s3_error!(InvalidArgument, "Argument {name} must be an integer between 0 and 2147483647"))
        }
    }
}

/// `encoding-type=url`: everything but unreserved characters and the slash is percent-encoded.
pub(super) fn encoder(encoding: Option<&dto::EncodingType>) -> S3Result<fn(&str) -> String> {
    match encoding.map(dto::EncodingType::as_str) {
        Some(dto::EncodingType::URL) => Ok(percent_encoded),
        None => Ok(str::to_owned),
        Some(_) => Err(s3_error!(InvalidArgument, "Invalid Encoding Method specified in Request")),
    }
}

/// The account, as every listing names it.
pub(super) fn owner() -> dto::Owner {
    dto::Owner { display_name: None, id: Some(ACCOUNT_ID.to_owned()) }
}

/// Common prefixes as the protocol has them.
pub(super) fn prefixes(found: &[String], encode: fn(&str) -> String) -> Option<Vec<dto::CommonPrefix>> {
    let prefix = |text: &String| dto::CommonPrefix { prefix: Some(encode(text)) };
    Some(found.iter().map(prefix).collect())
}

fn listed(key: String, version: &Version, object: &Object, owner: Option<dto::Owner>) -> dto::Object {
    dto::Object {
        checksum_algorithm: object.checksum.as_ref().map(Checksum::algorithms),
        checksum_type: object.checksum.as_ref().map(|checksum| checksum.kind.dto()),
        e_tag: Some(dto::ETag::Strong(object.etag.clone())),
        key: Some(key),
        last_modified: Some(time(version.modified)),
        owner,
        size: Some(object.size()),
        storage_class: Some(dto::ObjectStorageClass::from(object.attributes.storage_class_name().to_owned())),
        ..Default::default()
    }
}

fn find(
    s3: &RegionalS3,
    bucket: &str,
    wanted: &PageRequest<'_>,
    encode: fn(&str) -> String,
    owner: Option<&dto::Owner>,
) -> S3Result<Page<dto::Object>> {
    Ok(s3.store.read(bucket, |bucket| {
        let visible = |history: &History| history.current_object().is_some();
        let item = |key: &str, history: &History| {
            let (version, object) = history.current_object().expect("only visible keys are listed");
            listed(encode(key), version, object, owner.cloned())
        };
        Ok(page(&bucket.keys, wanted, visible, item))
    })?)
}

pub(super) fn list_objects_v2(
    s3: &RegionalS3,
    request: S3Request<dto::ListObjectsV2Input>,
) -> S3Result<S3Response<dto::ListObjectsV2Output>> {
    let input = request.input;
    let (limit, count) = page_size(input.max_keys, "max-keys")?;
    let token = match input.continuation_token.as_deref() {
        Some(text) => Some(
            Token::decode(text)
                .ok_or_else(|| s3_error!(InvalidArgument, "The continuation token provided is incorrect"))?,
        ),
        None => None,
    };
    let encode = encoder(input.encoding_type.as_ref())?;
    let wanted = PageRequest {
        prefix: input.prefix.as_deref().unwrap_or_default(),
        delimiter: input.delimiter.as_deref().unwrap_or_default(),
        start_after: input.start_after.as_deref().unwrap_or_default(),
        token,
        limit: count,
    };
    let owner = input.fetch_owner.unwrap_or(false).then(owner);
    let Page { items, common_prefixes, next } = find(s3, &input.bucket, &wanted, encode, owner.as_ref())?;
    Ok(S3Response::new(dto::ListObjectsV2Output {
        key_count: i32::try_from(items.len() + common_prefixes.len()).ok(),
        common_prefixes: prefixes(&common_prefixes, encode),
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

/// S3 API reference, `ListObjects`: the page goes on behind a key that the client names; the key to
/// name next is told only when a delimiter is given, else it is the last one of the page.
pub(super) fn list_objects(
    s3: &RegionalS3,
    request: S3Request<dto::ListObjectsInput>,
) -> S3Result<S3Response<dto::ListObjectsOutput>> {
    let input = request.input;
    let (limit, count) = page_size(input.max_keys, "max-keys")?;
    let encode = encoder(input.encoding_type.as_ref())?;
    let marker = input.marker.as_deref().unwrap_or_default();
    let wanted = PageRequest {
        prefix: input.prefix.as_deref().unwrap_or_default(),
        delimiter: input.delimiter.as_deref().unwrap_or_default(),
        limit: count,
        ..PageRequest::default()
    }
    .behind_marker(marker);
    let Page { items, common_prefixes, next } = find(s3, &input.bucket, &wanted, encode, Some(&owner()))?;
    let is_truncated = Some(next.is_some());
    let next_marker = next.filter(|_| input.delimiter.is_some()).map(|token| encode(token.text()));
    Ok(S3Response::new(dto::ListObjectsOutput {
        common_prefixes: prefixes(&common_prefixes, encode),
        contents: Some(items),
        is_truncated,
        next_marker,
        marker: Some(encode(marker)),
        delimiter: input.delimiter.as_deref().map(encode),
        encoding_type: input.encoding_type,
        max_keys: Some(limit),
        name: Some(input.bucket),
        prefix: Some(input.prefix.as_deref().map(encode).unwrap_or_default()),
        ..Default::default()
    }))
}
