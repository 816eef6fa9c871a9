//! Objects are listed.

use s3s::{S3Request, S3Response, S3Result, dto, s3_error};

use super::{RegionalS3, time};
use crate::lab::{
    credentials::ACCOUNT_ID,
    encoding::percent_encoded,
    s3::store::{Page, PageRequest, Token, page},
};

/// S3 API reference, `ListObjectsV2`: "By default, the action returns up to 1,000 key names. The
/// response might contain fewer keys but will never contain more."
const LARGEST_PAGE: i32 = 1000;

pub(super) fn list_objects_v2(
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
        // `encoding-type=url`: everything but unreserved characters and the slash is percent-encoded.
        Some(dto::EncodingType::URL) => percent_encoded,
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
        .then(|| dto::Owner { display_name: None, id: Some(ACCOUNT_ID.to_owned()) });
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
