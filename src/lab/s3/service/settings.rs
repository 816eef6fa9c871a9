//! A bucket's settings: policy, Block Public Access, versioning, replication.

use hyper::StatusCode;
use s3s::{S3Error, S3Request, S3Response, S3Result, dto, s3_error};

use super::{RegionalS3, errors::custom, gate::access_denied};
use crate::lab::s3::{
    access::BlockPublicAccess,
    policy::Policy,
    replication::Replication,
    store::{PolicyText, Versioning},
};

pub(super) fn put_bucket_policy(
    s3: &RegionalS3,
    request: S3Request<dto::PutBucketPolicyInput>,
) -> S3Result<S3Response<dto::PutBucketPolicyOutput>> {
    let (name, text) = (request.input.bucket, request.input.policy);
    let policy = Policy::parse(&text, &name).map_err(|error| s3_error!(MalformedPolicy, "{error}"))?;
    let refused = s3.store.edit(&name, |bucket| {
        let refused = policy.is_public() && s3.block_public_access(bucket).block_public_policy;
        if !refused {
            bucket.policy = Some(PolicyText { text, policy });
        }
        Ok(refused)
    })?;
    if refused { Err(access_denied()) } else { Ok(S3Response::new(dto::PutBucketPolicyOutput {})) }
}

pub(super) fn get_bucket_policy(
    s3: &RegionalS3,
    request: S3Request<dto::GetBucketPolicyInput>,
) -> S3Result<S3Response<dto::GetBucketPolicyOutput>> {
    let policy = s3.store.read(&request.input.bucket, |bucket| Ok(bucket.policy.clone()))?;
    let policy = policy.ok_or_else(no_such_policy)?.text;
    Ok(S3Response::new(dto::GetBucketPolicyOutput { policy: Some(policy) }))
}

pub(super) fn get_bucket_policy_status(
    s3: &RegionalS3,
    request: S3Request<dto::GetBucketPolicyStatusInput>,
) -> S3Result<S3Response<dto::GetBucketPolicyStatusOutput>> {
    let policy = s3.store.read(&request.input.bucket, |bucket| Ok(bucket.policy.clone()))?;
    let is_public = Some(policy.ok_or_else(no_such_policy)?.policy.is_public());
    let policy_status = Some(dto::PolicyStatus { is_public });
    Ok(S3Response::new(dto::GetBucketPolicyStatusOutput { policy_status }))
}

pub(super) fn delete_bucket_policy(
    s3: &RegionalS3,
    request: S3Request<dto::DeleteBucketPolicyInput>,
) -> S3Result<S3Response<dto::DeleteBucketPolicyOutput>> {
    s3.store.edit(&request.input.bucket, |bucket| {
        bucket.policy = None;
        Ok(())
    })?;
    Ok(S3Response::new(dto::DeleteBucketPolicyOutput {}))
}

fn no_such_policy() -> S3Error {
    s3_error!(NoSuchBucketPolicy, "The bucket policy does not exist")
}

pub(super) fn put_public_access_block(
    s3: &RegionalS3,
    request: S3Request<dto::PutPublicAccessBlockInput>,
) -> S3Result<S3Response<dto::PutPublicAccessBlockOutput>> {
    let wanted = request.input.public_access_block_configuration;
    let block = BlockPublicAccess {
        block_public_acls: wanted.block_public_acls.unwrap_or(false),
        ignore_public_acls: wanted.ignore_public_acls.unwrap_or(false),
        block_public_policy: wanted.block_public_policy.unwrap_or(false),
        restrict_public_buckets: wanted.restrict_public_buckets.unwrap_or(false),
    };
    s3.store.edit(&request.input.bucket, |bucket| {
        bucket.block = Some(block);
        Ok(())
    })?;
    Ok(S3Response::new(dto::PutPublicAccessBlockOutput {}))
}

pub(super) fn get_public_access_block(
    s3: &RegionalS3,
    request: S3Request<dto::GetPublicAccessBlockInput>,
) -> S3Result<S3Response<dto::GetPublicAccessBlockOutput>> {
    let block = s3.store.read(&request.input.bucket, |bucket| Ok(bucket.block))?;
    let message = "The public access block configuration was not found";
    let missing = || custom("NoSuchPublicAccessBlockConfiguration", StatusCode::NOT_FOUND, message);
    let block = block.ok_or_else(missing)?;
    let configuration = dto::PublicAccessBlockConfiguration {
        block_public_acls: Some(block.block_public_acls),
        ignore_public_acls: Some(block.ignore_public_acls),
        block_public_policy: Some(block.block_public_policy),
        restrict_public_buckets: Some(block.restrict_public_buckets),
    };
    let public_access_block_configuration = Some(configuration);
    Ok(S3Response::new(dto::GetPublicAccessBlockOutput { public_access_block_configuration }))
}

pub(super) fn delete_public_access_block(
    s3: &RegionalS3,
    request: S3Request<dto::DeletePublicAccessBlockInput>,
) -> S3Result<S3Response<dto::DeletePublicAccessBlockOutput>> {
    s3.store.edit(&request.input.bucket, |bucket| {
        bucket.block = None;
        Ok(())
    })?;
    Ok(S3Response::new(dto::DeletePublicAccessBlockOutput {}))
}

pub(super) fn put_bucket_versioning(
    s3: &RegionalS3,
    request: S3Request<dto::PutBucketVersioningInput>,
) -> S3Result<S3Response<dto::PutBucketVersioningOutput>> {
    let status = request.input.versioning_configuration.status;
    let versioning = match status.as_ref().map(dto::BucketVersioningStatus::as_str) {
        Some(dto::BucketVersioningStatus::ENABLED) => Versioning::Enabled,
        Some(dto::BucketVersioningStatus::SUSPENDED) => Versioning::Suspended,
        _ => return Err(s3_error!(MalformedXML, "The Versioning element must be specified")),
    };
    let replicates = s3.store.edit(&request.input.bucket, |bucket| {
        let suspends = versioning != Versioning::Enabled;
        if suspends && bucket.settings.object_lock.is_some() {
            return Ok(Err(
                "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.",
            ));
        }
        let replicates = bucket.replication.is_some() && suspends;
        if !replicates {
            bucket.versioning = versioning;
        }
        Ok(Ok(replicates))
    })?;
    let replicates = replicates.map_err(|message| s3_error!(InvalidBucketState, "{message}"))?;
    if replicates {
        let message = "A replication configuration is present on this bucket, so the versioning state cannot be changed.";
        return Err(s3_error!(InvalidBucketState, "{message}"));
    }
    Ok(S3Response::new(dto::PutBucketVersioningOutput {}))
}

pub(super) fn get_bucket_versioning(
    s3: &RegionalS3,
    request: S3Request<dto::GetBucketVersioningInput>,
) -> S3Result<S3Response<dto::GetBucketVersioningOutput>> {
    let status = match s3.store.read(&request.input.bucket, |bucket| Ok(bucket.versioning))? {
        Versioning::Unversioned => None,
        Versioning::Enabled => Some(dto::BucketVersioningStatus::ENABLED),
        Versioning::Suspended => Some(dto::BucketVersioningStatus::SUSPENDED),
    };
    let status = status.map(dto::BucketVersioningStatus::from_static);
    Ok(S3Response::new(dto::GetBucketVersioningOutput { mfa_delete: None, status }))
}

pub(super) fn put_bucket_replication(
    s3: &RegionalS3,
    request: S3Request<dto::PutBucketReplicationInput>,
) -> S3Result<S3Response<dto::PutBucketReplicationOutput>> {
    let replication = Replication::new(request.input.replication_configuration)
        .map_err(|error| s3_error!(InvalidRequest, "{error}"))?;
    s3.store.set_replication(&request.input.bucket, replication)?;
    Ok(S3Response::new(dto::PutBucketReplicationOutput {}))
}

pub(super) fn get_bucket_replication(
    s3: &RegionalS3,
    request: S3Request<dto::GetBucketReplicationInput>,
) -> S3Result<S3Response<dto::GetBucketReplicationOutput>> {
    let replication = s3.store.read(&request.input.bucket, |bucket| Ok(bucket.replication.clone()))?;
    let message = "The replication configuration was not found";
    let missing = || s3_error!(ReplicationConfigurationNotFoundError, "{message}");
    let replication_configuration = Some(replication.ok_or_else(missing)?.configuration);
    Ok(S3Response::new(dto::GetBucketReplicationOutput { replication_configuration }))
}

pub(super) fn delete_bucket_replication(
    s3: &RegionalS3,
    request: S3Request<dto::DeleteBucketReplicationInput>,
) -> S3Result<S3Response<dto::DeleteBucketReplicationOutput>> {
    s3.store.edit(&request.input.bucket, |bucket| {
        bucket.replication = None;
        Ok(())
    })?;
    Ok(S3Response::new(dto::DeleteBucketReplicationOutput {}))
}
