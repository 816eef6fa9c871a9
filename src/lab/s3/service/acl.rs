//! ACLs, which are disabled, and ownership, which says so.
//!
//! S3 User Guide, `about-object-ownership`: with `BucketOwnerEnforced`, the default, "ACLs no longer
//! affect access permissions", requests to read them go on and show full control of the owner, and
//! requests to set them fail with `AccessControlListNotSupported`, except for those that give the
//! owner full control. The lab keeps no ACLs either when they are enabled: there it takes those that
//! change nothing, and says of the others that it does not have them.

use hyper::StatusCode;
use s3s::{S3Error, S3Request, S3Response, S3Result, dto, s3_error};

use super::{
    RegionalS3,
    errors::{check_version_id, custom},
    gate::access_denied,
    list::owner,
};
use crate::lab::s3::store::{Ownership, Settings};

/// Checks the canned ACL and the grants that a request wants to set.
pub(super) fn check(s3: &RegionalS3, bucket: &str, canned: Option<&str>, granted: bool) -> S3Result<()> {
    if canned.is_none() && !granted {
        return Ok(());
    }
    let (ownership, block) = s3
        .store
        .read(bucket, |bucket| Ok((bucket.settings.ownership.clone(), s3.block_public_access(bucket))))?;
    match canned {
        Some("bucket-owner-full-control") if !granted => Ok(()),
        _ if ownership == Ownership::BucketOwnerEnforced => Err(not_supported()),
        Some("public-read" | "public-read-write") if block.block_public_acls => Err(access_denied()),
        Some("private" | "bucket-owner-read") if !granted => Ok(()),
        _ => Err(s3_error!(NotImplemented, "The lab keeps no ACLs; use a bucket policy.")),
    }
}

fn not_supported() -> S3Error {
    s3_error!(AccessControlListNotSupported, "The bucket does not allow ACLs")
}

fn owners_grants() -> Vec<dto::Grant> {
    let grantee = dto::Grantee {
        display_name: None,
        email_address: None,
        id: owner().id,
        type_: dto::Type::from_static(dto::Type::CANONICAL_USER),
        uri: None,
    };
    let permission = Some(dto::Permission::from_static(dto::Permission::FULL_CONTROL));
    vec![dto::Grant { grantee: Some(grantee), permission }]
}

/// Whether a policy of ACLs is just the owner's full control.
fn is_owners(policy: &dto::AccessControlPolicy) -> bool {
    let only_owner = |grant: &dto::Grant| {
        let id = grant.grantee.as_ref().and_then(|grantee| grantee.id.as_ref());
        let full = grant.permission.as_ref().map(dto::Permission::as_str);
        id == owner().id.as_ref() && full == Some(dto::Permission::FULL_CONTROL)
    };
    policy.grants.iter().flatten().all(only_owner)
}

pub(super) fn get_bucket_acl(
    s3: &RegionalS3,
    request: S3Request<dto::GetBucketAclInput>,
) -> S3Result<S3Response<dto::GetBucketAclOutput>> {
    s3.store.read(&request.input.bucket, |_| Ok(()))?;
    Ok(S3Response::new(dto::GetBucketAclOutput { grants: Some(owners_grants()), owner: Some(owner()) }))
}

pub(super) fn get_object_acl(
    s3: &RegionalS3,
    request: S3Request<dto::GetObjectAclInput>,
) -> S3Result<S3Response<dto::GetObjectAclOutput>> {
    let input = request.input;
    check_version_id(input.version_id.as_deref())?;
    s3.store.get(&input.bucket, &input.key, input.version_id.as_deref())?;
    Ok(S3Response::new(dto::GetObjectAclOutput {
        grants: Some(owners_grants()),
        owner: Some(owner()),
        request_charged: None,
    }))
}

macro_rules! put_acl {
    ($s3:expr, $input:expr) => {{
        let input = &$input;
        let grants = [
            &input.grant_full_control,
            &input.grant_read,
            &input.grant_read_acp,
            &input.grant_write,
            &input.grant_write_acp,
        ];
        let others = input.access_control_policy.as_ref().is_some_and(|policy| !is_owners(policy));
        let granted = others || grants.iter().any(|grant| grant.is_some());
        check($s3, &input.bucket, input.acl.as_ref().map(|acl| acl.as_str()), granted)
    }};
}

pub(super) fn put_bucket_acl(
    s3: &RegionalS3,
    request: S3Request<dto::PutBucketAclInput>,
) -> S3Result<S3Response<dto::PutBucketAclOutput>> {
    put_acl!(s3, request.input)?;
    Ok(S3Response::new(dto::PutBucketAclOutput {}))
}

pub(super) fn put_object_acl(
    s3: &RegionalS3,
    request: S3Request<dto::PutObjectAclInput>,
) -> S3Result<S3Response<dto::PutObjectAclOutput>> {
    put_acl!(s3, request.input)?;
    let input = request.input;
    check_version_id(input.version_id.as_deref())?;
    s3.store.get(&input.bucket, &input.key, input.version_id.as_deref())?;
    Ok(S3Response::new(dto::PutObjectAclOutput::default()))
}

/// What a value of `ObjectOwnership` means.
pub(super) fn ownership(value: &dto::ObjectOwnership) -> S3Result<Ownership> {
    match value.as_str() {
        dto::ObjectOwnership::BUCKET_OWNER_ENFORCED => Ok(Ownership::BucketOwnerEnforced),
        dto::ObjectOwnership::BUCKET_OWNER_PREFERRED | dto::ObjectOwnership::OBJECT_WRITER => {
            Ok(Ownership::Other(value.clone()))
        }
        _ => {
            let message =
                "The XML you provided was not well-formed or did not validate against our published schema";
            Err(s3_error!(MalformedXML, "{message}"))
        }
    }
}

pub(super) fn put_bucket_ownership_controls(
    s3: &RegionalS3,
    request: S3Request<dto::PutBucketOwnershipControlsInput>,
) -> S3Result<S3Response<dto::PutBucketOwnershipControlsOutput>> {
    let [rule] = request.input.ownership_controls.rules.as_slice() else {
        let message =
            "The XML you provided was not well-formed or did not validate against our published schema";
        return Err(s3_error!(MalformedXML, "{message}"));
    };
    let ownership = ownership(&rule.object_ownership)?;
    s3.settings(&request.input.bucket, |settings| settings.ownership = ownership)?;
    Ok(S3Response::new(dto::PutBucketOwnershipControlsOutput {}))
}

pub(super) fn get_bucket_ownership_controls(
    s3: &RegionalS3,
    request: S3Request<dto::GetBucketOwnershipControlsInput>,
) -> S3Result<S3Response<dto::GetBucketOwnershipControlsOutput>> {
    let read = |settings: &mut Settings| settings.ownership.clone();
    let object_ownership = match s3.settings(&request.input.bucket, read)? {
        Ownership::BucketOwnerEnforced => {
            dto::ObjectOwnership::from_static(dto::ObjectOwnership::BUCKET_OWNER_ENFORCED)
        }
        Ownership::Other(value) => value,
        Ownership::Deleted => {
            let message = "The bucket ownership controls were not found";
            return Err(custom("OwnershipControlsNotFoundError", StatusCode::NOT_FOUND, message));
        }
    };
    let rules = vec![dto::OwnershipControlsRule { object_ownership }];
    let ownership_controls = Some(dto::OwnershipControls { rules });
    Ok(S3Response::new(dto::GetBucketOwnershipControlsOutput { ownership_controls }))
}

pub(super) fn delete_bucket_ownership_controls(
    s3: &RegionalS3,
    request: S3Request<dto::DeleteBucketOwnershipControlsInput>,
) -> S3Result<S3Response<dto::DeleteBucketOwnershipControlsOutput>> {
    s3.settings(&request.input.bucket, |settings| settings.ownership = Ownership::Deleted)?;
    Ok(S3Response::new(dto::DeleteBucketOwnershipControlsOutput {}))
}
