//! Tags of objects and of buckets.

use hyper::StatusCode;
use s3s::{S3Error, S3Request, S3Response, S3Result, dto, s3_error};

use super::{
    RegionalS3,
    errors::{check_version_id, custom},
};
use crate::lab::{
    encoding::percent_decoded,
    s3::store::{Modification, Versioning},
};

/// "You can add up to 10 tags to an object" (S3 User Guide, `object-tagging`).
const MOST_OF_AN_OBJECT: usize = 10;
/// "a tag set with up to 50 tags" (S3 User Guide, `CostAllocTagging`).
const MOST_OF_A_BUCKET: usize = 50;

type Tags = Vec<(String, String)>;

/// The tags of the header `x-amz-tagging`: "The tag-set must be encoded as URL Query parameters".
pub(super) fn from_header(text: &str) -> S3Result<Tags> {
    let decode = |text: &str| percent_decoded(&text.replace('+', " "));
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    let tags = pairs.map(|pair| match pair.split_once('=') {
        Some((key, value)) => (decode(key), decode(value)),
        None => (decode(pair), String::new()),
    });
    checked(tags.collect(), MOST_OF_AN_OBJECT, "Object")
}

fn from_set(set: Vec<dto::Tag>, most: usize, kind: &'static str) -> S3Result<Tags> {
    let message = "The XML you provided was not well-formed or did not validate against our published schema";
    let malformed = || s3_error!(MalformedXML, "{message}");
    let pair = |tag: dto::Tag| Ok((tag.key.ok_or_else(malformed)?, tag.value.ok_or_else(malformed)?));
    checked(set.into_iter().map(pair).collect::<S3Result<_>>()?, most, kind)
}

fn to_set(tags: &Tags) -> Vec<dto::Tag> {
    let tag =
        |(key, value): &(String, String)| dto::Tag { key: Some(key.clone()), value: Some(value.clone()) };
    tags.iter().map(tag).collect()
}

/// The limits of a set of tags (S3 User Guide, `object-tagging`): keys of 1 to 128 and values of up to
/// 256 characters, no key twice, and none of AWS's own.
fn checked(tags: Tags, most: usize, kind: &'static str) -> S3Result<Tags> {
    if tags.len() > most {
        let message = if kind == "Object" {
            "Object tags cannot be greater than 10"
        } else {
            "Bucket tag count cannot be greater than 50"
        };
        return Err(custom("BadRequest", StatusCode::BAD_REQUEST, message));
    }
    for (place, (key, value)) in tags.iter().enumerate() {
        if !(1..=128).contains(&key.chars().count()) {
            return Err(s3_error!(InvalidTag, "The TagKey you have provided is invalid"));
        }
        if value.chars().count() > 256 {
            return Err(s3_error!(InvalidTag, "The TagValue you have provided is invalid"));
        }
        if key.starts_with("aws:") {
            return Err(s3_error!(InvalidTag, "System tags cannot be added/updated by requester"));
        }
        if tags[..place].iter().any(|(earlier, _)| earlier == key) {
            return Err(s3_error!(InvalidTag, "Cannot provide multiple Tags with the same key"));
        }
    }
    Ok(tags)
}

fn change(
    s3: &RegionalS3,
    bucket: &str,
    key: &str,
    version_id: Option<&str>,
    tags: Tags,
) -> S3Result<Option<String>> {
    check_version_id(version_id)?;
    let (id, ()) = s3.store.edit_object(bucket, key, version_id, |object| object.attributes.tags = tags)?;
    s3.store.modified(bucket, key, &id, Modification::Tags)?;
    told_version(s3, bucket, id)
}

fn told_version(s3: &RegionalS3, bucket: &str, id: String) -> S3Result<Option<String>> {
    let keeps = s3.store.read(bucket, |bucket| Ok(bucket.versioning != Versioning::Unversioned))?;
    Ok(keeps.then_some(id))
}

pub(super) fn put_object_tagging(
    s3: &RegionalS3,
    request: S3Request<dto::PutObjectTaggingInput>,
) -> S3Result<S3Response<dto::PutObjectTaggingOutput>> {
    let input = request.input;
    let tags = from_set(input.tagging.tag_set, MOST_OF_AN_OBJECT, "Object")?;
    let version_id = change(s3, &input.bucket, &input.key, input.version_id.as_deref(), tags)?;
    Ok(S3Response::new(dto::PutObjectTaggingOutput { version_id }))
}

pub(super) fn delete_object_tagging(
    s3: &RegionalS3,
    request: S3Request<dto::DeleteObjectTaggingInput>,
) -> S3Result<S3Response<dto::DeleteObjectTaggingOutput>> {
    let input = request.input;
    let version_id = change(s3, &input.bucket, &input.key, input.version_id.as_deref(), Tags::new())?;
    Ok(S3Response::new(dto::DeleteObjectTaggingOutput { version_id }))
}

pub(super) fn get_object_tagging(
    s3: &RegionalS3,
    request: S3Request<dto::GetObjectTaggingInput>,
) -> S3Result<S3Response<dto::GetObjectTaggingOutput>> {
    let input = request.input;
    check_version_id(input.version_id.as_deref())?;
    let (version, object) = s3.store.get(&input.bucket, &input.key, input.version_id.as_deref())?;
    let version_id = told_version(s3, &input.bucket, version.id)?;
    Ok(S3Response::new(dto::GetObjectTaggingOutput { tag_set: to_set(&object.attributes.tags), version_id }))
}

pub(super) fn put_bucket_tagging(
    s3: &RegionalS3,
    request: S3Request<dto::PutBucketTaggingInput>,
) -> S3Result<S3Response<dto::PutBucketTaggingOutput>> {
    let tags = from_set(request.input.tagging.tag_set, MOST_OF_A_BUCKET, "Bucket")?;
    s3.settings(&request.input.bucket, |settings| settings.tags = tags)?;
    Ok(S3Response::new(dto::PutBucketTaggingOutput {}))
}

pub(super) fn get_bucket_tagging(
    s3: &RegionalS3,
    request: S3Request<dto::GetBucketTaggingInput>,
) -> S3Result<S3Response<dto::GetBucketTaggingOutput>> {
    let tags = s3.settings(&request.input.bucket, |settings| settings.tags.clone())?;
    if tags.is_empty() {
        return Err(no_such_tags());
    }
    Ok(S3Response::new(dto::GetBucketTaggingOutput { tag_set: to_set(&tags) }))
}

fn no_such_tags() -> S3Error {
    custom("NoSuchTagSet", StatusCode::NOT_FOUND, "The TagSet does not exist")
}

pub(super) fn delete_bucket_tagging(
    s3: &RegionalS3,
    request: S3Request<dto::DeleteBucketTaggingInput>,
) -> S3Result<S3Response<dto::DeleteBucketTaggingOutput>> {
    s3.settings(&request.input.bucket, |settings| settings.tags.clear())?;
    Ok(S3Response::new(dto::DeleteBucketTaggingOutput {}))
}
