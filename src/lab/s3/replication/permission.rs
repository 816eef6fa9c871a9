//! May the replication role carry this over?
//!
//! The lab has no IAM: the role of a configuration is taken to have every permission that replication
//! needs (S3 User Guide, `setting-repl-config-perm-overview`), and the policies of both buckets can take
//! them away again, by a Deny that means the role.

use crate::lab::s3::policy::{Attempt, Policy};

/// What is carried over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cargo {
    /// A version of an object with all that belongs to it.
    Object,
    /// A delete marker.
    DeleteMarker,
    /// What changed on a version that is there already.
    Changes,
}

/// What the role may carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Permission {
    /// All of it.
    Everything,
    /// The object without its tags: without `s3:GetObjectVersionTagging`, S3 "replicates the objects,
    /// but not the object tags" (S3 User Guide, `setting-repl-config-perm-overview`).
    WithoutTags,
    /// Nothing.
    Nothing,
}

/// One side of a replication: the bucket's name and its policy.
pub(crate) type Side<'a> = (&'a str, Option<&'a Policy>);

/// Decides what `role` may carry of `key` from one bucket to the other.
pub(crate) fn permission(
    role: &str,
    key: &str,
    cargo: Cargo,
    source: Side<'_>,
    destination: Side<'_>,
) -> Permission {
    let denied = |(bucket, policy): Side<'_>, action, key| {
        policy.is_some_and(|policy| policy.denies_role(role, Attempt { action, bucket, key }))
    };
    let object =
        |side, actions: &[&'static str]| actions.iter().any(|action| denied(side, action, Some(key)));
    let arrives = if cargo == Cargo::DeleteMarker { "s3:ReplicateDelete" } else { "s3:ReplicateObject" };
    if denied(source, "s3:GetReplicationConfiguration", None)
        || denied(source, "s3:ListBucket", None)
        || object(source, &["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl"])
        || object(destination, &[arrives])
    {
        return Permission::Nothing;
    }
    let tags = object(source, &["s3:GetObjectVersionTagging"]) || object(destination, &["s3:ReplicateTags"]);
    match (tags, cargo) {
        (false, _) | (true, Cargo::DeleteMarker) => Permission::Everything,
        (true, Cargo::Object) => Permission::WithoutTags,
        // Which of the changes is denied is not told apart (modelled).
        (true, Cargo::Changes) => Permission::Nothing,
    }
}
