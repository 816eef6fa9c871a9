//! Buckets themselves: create, delete, head, list, location.

use s3s::{S3Request, S3Response, S3Result, dto, s3_error};

use super::{RegionalS3, acl, errors::custom, gate::Signed, time};
use crate::{
    lab::{
        principals::AccountId,
        s3::store::{Ownership, StoreError, Versioning},
    },
    model::{BucketName, Region},
};

/// The region whose endpoint is also the global one, with rules of its own.
const US_EAST_1: &str = "us-east-1";

pub(super) fn create_bucket(
    s3: &RegionalS3,
    request: S3Request<dto::CreateBucketInput>,
) -> S3Result<S3Response<dto::CreateBucketOutput>> {
    let owner = account(&request);
    let input = request.input;
    let name = input.bucket;
    check_name(&name)?;
    let constraint = input.create_bucket_configuration.and_then(|c| c.location_constraint);
    let region = place(s3, constraint.as_ref().map(dto::BucketLocationConstraint::as_str))?;
    let ownership = match &input.object_ownership {
        Some(value) => acl::ownership(value)?,
        None => Ownership::default(),
    };
    let grants = [&input.grant_full_control, &input.grant_read, &input.grant_read_acp, &input.grant_write];
    let private = input.acl.as_ref().is_none_or(|acl| acl.as_str() == dto::BucketCannedACL::PRIVATE);
    if ownership == Ownership::BucketOwnerEnforced && (!private || grants.iter().any(|grant| grant.is_some()))
    {
        let message = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting";
        let code = "InvalidBucketAclWithObjectOwnership";
        return Err(custom(code, hyper::StatusCode::BAD_REQUEST, message));
    }
    let locked = input.object_lock_enabled_for_bucket.unwrap_or(false);
    let belongs = s3.store.read(&name, |bucket| Ok(bucket.owner)).ok();
    if belongs.is_some_and(|other| other != owner) {
        let message = "The requested bucket name is not available. The bucket namespace is shared by all users \
                       of the system. Please select a different name and try again.";
        return Err(s3_error!(BucketAlreadyExists, "{message}"));
    }
    match s3.store.create_bucket(&name, &region) {
        // S3 API reference, `CreateBucket`, BucketAlreadyOwnedByYou: "in all regions except us-east-1,
        // where S3 returns 200 OK" for legacy compatibility.
        Err(StoreError::BucketExists(_))
            if region.as_str() == US_EAST_1 && s3.store.region_of(&name) == Some(region) => {}
        Err(error) => return Err(error.into()),
        Ok(()) => s3.store.edit(&name, |bucket| {
            bucket.owner = owner;
            bucket.settings.ownership = ownership;
            if locked {
                let on = dto::ObjectLockEnabled::from_static(dto::ObjectLockEnabled::ENABLED);
                let lock = dto::ObjectLockConfiguration { object_lock_enabled: Some(on), rule: None };
                bucket.settings.object_lock = Some(lock);
                // S3 API reference, `CreateBucket`: Object Lock switches versioning on.
                bucket.versioning = Versioning::Enabled;
            }
            Ok(())
        })?,
    }
    Ok(S3Response::new(dto::CreateBucketOutput { location: Some(format!("/{name}")) }))
}

/// Whose the caller is. The gate lets nobody without an account through to where it is asked.
fn account<T>(request: &S3Request<T>) -> AccountId {
    request.extensions.get::<Signed>().map(|Signed(principal)| principal.account).unwrap_or_default()
}

/// A name by S3's rules, those that would have a meaning of their own included (S3 User Guide,
/// `bucketnamingrules`).
fn check_name(name: &str) -> S3Result<()> {
    let valid: Result<BucketName, _> = name.parse();
    valid.map(|_| ()).map_err(|_| s3_error!(InvalidBucketName, "The specified bucket is not valid."))
}

/// Where a new bucket goes (S3 API reference, `CreateBucket`): us-east-1's endpoint creates buckets in
/// every region, the others only in their own, and want to be told so.
fn place(s3: &RegionalS3, constraint: Option<&str>) -> S3Result<Region> {
    let here = s3.region.as_str();
    match constraint.filter(|text| !text.is_empty()) {
        None if here == US_EAST_1 => Ok(s3.region.clone()),
        Some(text) if text == here && here != US_EAST_1 => Ok(s3.region.clone()),
        Some(text) if here == US_EAST_1 && text != US_EAST_1 => {
            let region: Option<Region> = text.parse().ok();
            let message = "The specified location-constraint is not valid";
            region
                .filter(|region| s3.faults.of(region).is_some())
                .ok_or_else(|| s3_error!(InvalidLocationConstraint, "{message}"))
        }
        Some(US_EAST_1) if here == US_EAST_1 => {
            Err(s3_error!(InvalidLocationConstraint, "The specified location-constraint is not valid"))
        }
        other => Err(s3_error!(
            IllegalLocationConstraintException,
            "The {} location constraint is incompatible for the region specific endpoint this request was sent to.",
            other.unwrap_or("unspecified")
        )),
    }
}

pub(super) fn delete_bucket(
    s3: &RegionalS3,
    request: S3Request<dto::DeleteBucketInput>,
) -> S3Result<S3Response<dto::DeleteBucketOutput>> {
    if s3.store.is_held(&request.input.bucket) {
        // "You can't delete a bucket that's part of a Multi-Region Access Point" (S3 User Guide,
        // `MultiRegionAccessPointRestrictions`). The code is that of single-Region access points, unverified.
        let message = "The bucket you tried to delete has access points attached. Delete your access points \
                       before deleting your bucket.";
        return Err(custom("BucketHasAccessPointsAttached", hyper::StatusCode::CONFLICT, message));
    }
    s3.store.delete_bucket(&request.input.bucket)?;
    Ok(S3Response::new(dto::DeleteBucketOutput {}))
}

pub(super) fn head_bucket(
    s3: &RegionalS3,
    request: S3Request<dto::HeadBucketInput>,
) -> S3Result<S3Response<dto::HeadBucketOutput>> {
    let region = s3.store.read(&request.input.bucket, |bucket| Ok(bucket.region.to_string()))?;
    let output = dto::HeadBucketOutput { bucket_region: Some(region), ..Default::default() };
    Ok(S3Response::new(output))
}

pub(super) fn list_buckets(
    s3: &RegionalS3,
    request: S3Request<dto::ListBucketsInput>,
) -> S3Result<S3Response<dto::ListBucketsOutput>> {
    let account = account(&request);
    let input = request.input;
    let buckets = s3.store.each_bucket(|name, bucket| {
        let told = dto::Bucket {
            bucket_region: Some(bucket.region.to_string()),
            creation_date: Some(time(bucket.created)),
            name: Some(name.to_owned()),
        };
        (bucket.owner == account).then_some(told)
    });
    let mut buckets: Vec<dto::Bucket> = buckets.into_iter().flatten().collect();
    buckets.retain(|bucket| {
        let name = bucket.name.as_deref().unwrap_or_default();
        input.prefix.as_deref().is_none_or(|prefix| name.starts_with(prefix))
            && (input.bucket_region.is_none() || input.bucket_region == bucket.bucket_region)
            && input.continuation_token.as_deref().is_none_or(|last| name > last)
    });
    let limit = input.max_buckets.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(buckets.len());
    let more = buckets.len() > limit;
    buckets.truncate(limit);
    let output = dto::ListBucketsOutput {
        continuation_token: buckets.last().and_then(|bucket| bucket.name.clone()).filter(|_| more),
        buckets: Some(buckets),
        owner: Some(dto::Owner { display_name: None, id: Some(account.to_string()) }),
        prefix: input.prefix,
    };
    Ok(S3Response::new(output))
}

pub(super) fn get_bucket_location(
    s3: &RegionalS3,
    request: S3Request<dto::GetBucketLocationInput>,
) -> S3Result<S3Response<dto::GetBucketLocationOutput>> {
    let region = s3.store.read(&request.input.bucket, |bucket| Ok(bucket.region.to_string()))?;
    // S3 API reference, `GetBucketLocation`: "Buckets in Region us-east-1 have a LocationConstraint
    // of null".
    let location_constraint = (region != US_EAST_1).then(|| dto::BucketLocationConstraint::from(region));
    Ok(S3Response::new(dto::GetBucketLocationOutput { location_constraint }))
}
