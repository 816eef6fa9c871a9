//! All versions of what lies below a prefix, and how they are taken away for good.
//!
//! Where versions are kept, a plain `DeleteObject` removes nothing: it lays a delete marker over the object (S3
//! User Guide, `DeleteMarker`), which costs storage, is listed by `ListObjectVersions`, and goes to the other side
//! where a rule says so. To leave nothing, each version and each marker is removed by its id. Such a removal is
//! never replicated: "if you specify an object version ID to delete […] Amazon S3 doesn't replicate the deletion"
//! (S3 User Guide, `replication-what-is-isnot-replicated`), so each side is cleaned by itself.
//!
//! A bucket without versions shows each object as one version with the id `null`, by which it is removed, too
//! (S3 User Guide, `versioning-workflows`).

use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use futures_util::FutureExt;

use super::{AccountError, Buckets, Store};

/// Most keys of one request (S3 API reference, `DeleteObjects`: "up to 1,000 keys"; and of one page).
const BATCH: usize = 1_000;

/// One version of an object, or a delete marker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectVersion {
    /// The object's key.
    pub key: String,
    /// Which version; nothing where the server names none.
    pub id: Option<String>,
}

impl Buckets {
    /// Every version and every delete marker of the keys that begin with a prefix.
    pub async fn versions(&self, store: &Store, prefix: &str) -> Result<Vec<ObjectVersion>, AccountError> {
        let (client, mut found) = (self.at(store).await, Vec::new());
        let mut next = (None, None);
        loop {
            let list = client.list_object_versions().bucket(store.bucket.as_str()).prefix(prefix);
            let list = list.set_key_marker(next.0).set_version_id_marker(next.1);
            let page = list.send().boxed().await.map_err(|error| {
                AccountError::from_sdk(format!("list the versions of s3://{}/{prefix}", store.bucket), error)
            })?;
            let version = |key: Option<&str>, id: Option<&str>| {
                Some(ObjectVersion { key: key?.to_owned(), id: id.map(str::to_owned) })
            };
            found.extend(page.versions().iter().filter_map(|it| version(it.key(), it.version_id())));
            found.extend(page.delete_markers().iter().filter_map(|it| version(it.key(), it.version_id())));
            // A page that says nothing of a next one is the last.
            if page.is_truncated != Some(true) || page.next_key_marker.is_none() {
                return Ok(found);
            }
            next = (page.next_key_marker, page.next_version_id_marker);
        }
    }

    /// Removes versions for good; one that is not there is removed. Fails with the first that S3 keeps (one under
    /// Object Lock, or whose removal the caller may not ask for), after all the others were asked for.
    pub async fn erase(&self, store: &Store, versions: &[ObjectVersion]) -> Result<(), AccountError> {
        let (client, mut kept) = (self.at(store).await, None);
        let bucket = store.bucket.as_str();
        for batch in versions.chunks(BATCH) {
            let what = || format!("remove {} versions from s3://{bucket}", batch.len());
            let identified = |version: &ObjectVersion| {
                ObjectIdentifier::builder().key(&version.key).set_version_id(version.id.clone()).build()
            };
            let objects: Result<Vec<_>, _> = batch.iter().map(identified).collect();
            let objects = objects.map_err(|error| AccountError::unsendable(what(), error))?;
            let list = Delete::builder().set_objects(Some(objects)).quiet(true).build();
            let list = list.map_err(|error| AccountError::unsendable(what(), error))?;
            let done = client.delete_objects().bucket(bucket).delete(list).send().boxed().await;
            let done = done.map_err(|error| AccountError::from_sdk(what(), error))?;
            kept = kept.or_else(|| {
                let error = done.errors().first()?;
                let (code, message) =
                    (error.code().unwrap_or("no code"), error.message().unwrap_or("no message"));
                let key = error.key().unwrap_or("an object");
                Some(AccountError::refused(format!("remove a version of s3://{bucket}/{key}"), code, message))
            });
        }
        kept.map_or(Ok(()), Err)
    }
}
