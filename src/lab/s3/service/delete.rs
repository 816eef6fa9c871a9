//! Objects and versions are deleted, one at a time or up to a thousand at once.

use s3s::{S3Error, S3Request, S3Response, S3Result, dto, s3_error};

use super::{
    RegionalS3,
    errors::check_version_id,
    gate::{Noted, Signed, access_denied},
    read::caller,
};
use crate::lab::s3::{
    policy::{Attempt, Facts},
    store::{Deleted, StoreError},
};

/// S3 API reference, `DeleteObjects`: "The request can contain a list of up to 1,000 keys".
const MOST_KEYS: usize = 1000;

/// What is to be deleted, and on what condition.
struct Doomed<'a> {
    bucket: &'a str,
    key: &'a str,
    version_id: Option<&'a str>,
    if_match: Option<&'a dto::ETagCondition>,
    bypass: bool,
}

pub(super) fn delete_object(
    s3: &RegionalS3,
    request: S3Request<dto::DeleteObjectInput>,
) -> S3Result<S3Response<dto::DeleteObjectOutput>> {
    let input = request.input;
    let doomed = Doomed {
        bucket: &input.bucket,
        key: &input.key,
        version_id: input.version_id.as_deref(),
        if_match: input.if_match.as_ref(),
        bypass: input.bypass_governance_retention.unwrap_or(false),
    };
    let deleted = delete(s3, &doomed)?;
    let output = dto::DeleteObjectOutput {
        delete_marker: deleted.delete_marker.then_some(true),
        version_id: deleted.version_id,
        ..Default::default()
    };
    Ok(S3Response::new(output))
}

fn delete(s3: &RegionalS3, doomed: &Doomed<'_>) -> S3Result<Deleted> {
    check_version_id(doomed.version_id)?;
    if let Some(condition) = doomed.if_match {
        // S3 User Guide, `conditional-deletes`: 412 when the entity tag is another one. That a key
        // which does not exist is a 404 is unverified.
        let current = s3.store.current_object(doomed.bucket, doomed.key)?;
        let current = current.ok_or(StoreError::NoSuchKey { marker: None })?;
        if condition.as_etag().is_some_and(|etag| etag.value() != current.etag) {
            return Err(StoreError::ConditionFailed.into());
        }
    }
    if let Some(version_id) = doomed.version_id {
        let now = s3.store.now();
        let locked = s3.store.read(doomed.bucket, |bucket| {
            let version = bucket.keys.get(doomed.key).and_then(|history| history.version(version_id));
            let object = version.and_then(|version| version.object());
            Ok(object.is_some_and(|object| object.attributes.is_locked(now, doomed.bypass)))
        })?;
        if locked {
            let message = "Access Denied because object protected by object lock.";
            return Err(s3_error!(AccessDenied, "{message}"));
        }
    }
    Ok(s3.store.delete(doomed.bucket, doomed.key, doomed.version_id)?)
}

pub(super) fn delete_objects(
    s3: &RegionalS3,
    request: S3Request<dto::DeleteObjectsInput>,
) -> S3Result<S3Response<dto::DeleteObjectsOutput>> {
    let named = |name: &str| name.starts_with("x-amz-checksum-") || name == "content-md5";
    if !request.headers.keys().any(|name| named(name.as_str())) {
        let message = "Missing required header for this request: Content-MD5 OR x-amz-checksum-*";
        return Err(s3_error!(InvalidRequest, "{message}"));
    }
    let caller = caller(&request);
    let signed = request.extensions.get::<Signed>().map(|Signed(principal)| &**principal);
    let facts = Facts::of(&request.uri, &request.headers, signed, s3.store.now());
    let noted = request.extensions.get::<Noted>().copied();
    let input = request.input;
    let objects = input.delete.objects;
    if let Some(Noted(number)) = noted {
        s3.calls
            .add_resources(number, objects.iter().map(|object| format!("{}/{}", input.bucket, object.key)));
    }
    if objects.is_empty() || objects.len() > MOST_KEYS || objects.iter().any(|one| !is_xml(&one.key)) {
        let message =
            "The XML you provided was not well-formed or did not validate against our published schema";
        return Err(s3_error!(MalformedXML, "{message}"));
    }
    let quiet = input.delete.quiet.unwrap_or(false);
    let (mut gone, mut errors) = (Vec::new(), Vec::new());
    for object in objects {
        let (key, version_id) = (object.key, object.version_id);
        let action = if version_id.is_some() { "s3:DeleteObjectVersion" } else { "s3:DeleteObject" };
        let attempt = Attempt { action, bucket: &input.bucket, key: Some(&key) };
        let condition = object.e_tag.map(dto::ETagCondition::ETag);
        let doomed = Doomed {
            bucket: &input.bucket,
            key: &key,
            version_id: version_id.as_deref(),
            if_match: condition.as_ref(),
            bypass: input.bypass_governance_retention.unwrap_or(false),
        };
        let result = match s3.allows(caller, attempt, &facts) {
            Ok(true) => delete(s3, &doomed),
            Ok(false) => Err(access_denied()),
            Err(error) => Err(error.into()),
        };
        match result {
            Ok(_) if quiet => {}
            Ok(deleted) => gone.push(told(key, version_id, deleted)),
            Err(error) => errors.push(refused(key, version_id, &error)),
        }
    }
    let output = dto::DeleteObjectsOutput { deleted: Some(gone), errors: Some(errors), ..Default::default() };
    Ok(S3Response::new(output))
}

/// Whether XML 1.0 can say it ("2.2 Characters"): other characters are not well-formed in the list, and would
/// not be in the answer.
fn is_xml(key: &str) -> bool {
    let good = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    key.chars().all(good)
}

fn told(key: String, asked_for: Option<String>, deleted: Deleted) -> dto::DeletedObject {
    dto::DeletedObject {
        delete_marker: deleted.delete_marker.then_some(true),
        delete_marker_version_id: deleted.version_id.filter(|_| deleted.delete_marker),
        key: Some(key),
        version_id: asked_for,
    }
}

fn refused(key: String, version_id: Option<String>, error: &S3Error) -> dto::Error {
    dto::Error {
        code: Some(error.code().as_str().to_owned()),
        key: Some(key),
        message: error.message().map(str::to_owned),
        version_id,
    }
}
