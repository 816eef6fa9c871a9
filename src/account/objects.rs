//! Objects that are put, looked at and taken away again on purpose: the switch, the heartbeat, the notice of a drill.
//!
//! Nobody's object is written over unknowingly: a put may ask that nothing be there, a removal that still the same
//! be there (S3 User Guide, `conditional-requests`: "If-None-Match", "If-Match"; 412 when it is not so, 409
//! when another request was at work on the key).

use std::sync::PoisonError;

use aws_sdk_s3::{
    error::ProvideErrorMetadata,
    operation::{get_object::GetObjectError, head_object::HeadObjectError},
    primitives::ByteStream,
};
use bytes::Bytes;
use futures_util::FutureExt;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    AccountError, Buckets, Role,
    buckets::{client, first_bytes},
};
use crate::model::{BucketName, Region};

/// Most keys of one page of a listing (S3 API reference, `ListObjectsV2`, `max-keys`).
const PAGE: i32 = 1_000;

/// A bucket, and as whom it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// The bucket.
    pub bucket: BucketName,
    /// Where it is.
    pub region: Region,
    /// As whom, if not as the own identity.
    pub role: Option<Role>,
}

/// When an object may be put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PutWhen {
    /// Whatever is there.
    Always,
    /// When nothing is there.
    Absent,
    /// When still this version is there.
    Same(ETag),
}

/// An entity tag, as S3 gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ETag(pub(super) String);

/// What came of a conditional request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conditional<T> {
    /// It was done.
    Done(T),
    /// The condition did not hold.
    Changed,
}

/// An object, without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its entity tag.
    pub etag: ETag,
    /// When it was written, by S3's clock, in whole seconds.
    pub written: Option<Timestamp>,
    /// How long it is.
    pub bytes: u64,
    /// `COMPLETED`, `PENDING`, `FAILED` on the side where it was written, `REPLICA` on the other; nothing where no
    /// rule is about it (S3 API reference, `HeadObject`, `x-amz-replication-status`).
    pub replication: Option<String>,
}

impl Buckets {
    /// Puts an object.
    pub async fn put(
        &self,
        store: &Store,
        key: &str,
        body: Bytes,
        when: &PutWhen,
    ) -> Result<Conditional<ETag>, AccountError> {
        let put = self.at(store).await.put_object().bucket(store.bucket.as_str()).key(key);
        let put = match when {
            PutWhen::Always => put,
            PutWhen::Absent => put.if_none_match("*"),
            PutWhen::Same(etag) => put.if_match(&etag.0),
        };
        match put.body(ByteStream::from(body)).send().boxed().await {
            Ok(done) => Ok(Conditional::Done(ETag(done.e_tag.unwrap_or_default()))),
            Err(error) if is_changed(error.code()) => Ok(Conditional::Changed),
            Err(error) => Err(AccountError::from_sdk(format!("put s3://{}/{key}", store.bucket), error)),
        }
    }

    /// Removes an object; one that is not there is removed. Where versions are kept, this leaves a delete marker.
    pub async fn remove(&self, store: &Store, key: &str) -> Result<(), AccountError> {
        let delete = self.at(store).await.delete_object().bucket(store.bucket.as_str()).key(key);
        let done = delete.send().boxed().await;
        done.map(drop)
            .map_err(|error| AccountError::from_sdk(format!("delete s3://{}/{key}", store.bucket), error))
    }

    /// Looks at an object; nothing where there is none.
    pub async fn look(&self, store: &Store, key: &str) -> Result<Option<Head>, AccountError> {
        let head =
            self.at(store).await.head_object().bucket(store.bucket.as_str()).key(key).send().boxed().await;
        match head {
            Ok(head) => Ok(Some(Head {
                etag: ETag(head.e_tag.unwrap_or_default()),
                written: head.last_modified.and_then(|at| Timestamp::from_second(at.secs()).ok()),
                bytes: head.content_length.and_then(|length| length.try_into().ok()).unwrap_or_default(),
                replication: head.replication_status.map(|status| status.as_str().to_owned()),
            })),
            Err(error) if error.as_service_error().is_some_and(HeadObjectError::is_not_found) => Ok(None),
            Err(error) => Err(AccountError::from_sdk(format!("look at s3://{}/{key}", store.bucket), error)),
        }
    }

    /// Reads a small object; nothing where there is none.
    pub async fn take(&self, store: &Store, key: &str) -> Result<Option<(Bytes, ETag)>, AccountError> {
        let what = || format!("read s3://{}/{key}", store.bucket);
        let got =
            self.at(store).await.get_object().bucket(store.bucket.as_str()).key(key).send().boxed().await;
        match got {
            Ok(object) => {
                let etag = ETag(object.e_tag.clone().unwrap_or_default());
                let body = first_bytes(object.body).await;
                Ok(Some((body.map_err(|error| AccountError::not_understood(what(), error))?, etag)))
            }
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => Ok(None),
            Err(error) => Err(AccountError::from_sdk(what(), error)),
        }
    }

    /// Every key that begins with a prefix.
    pub async fn keys(&self, store: &Store, prefix: &str) -> Result<Vec<String>, AccountError> {
        let (client, mut keys, mut next) = (self.at(store).await, Vec::new(), None);
        loop {
            let list = client.list_objects_v2().bucket(store.bucket.as_str()).prefix(prefix).max_keys(PAGE);
            let page = list.set_continuation_token(next).send().boxed().await;
            let page = page.map_err(|error| {
                AccountError::from_sdk(format!("list s3://{}/{prefix}", store.bucket), error)
            })?;
            keys.extend(page.contents().iter().filter_map(|object| object.key().map(str::to_owned)));
            match page.next_continuation_token {
                Some(token) => next = Some(token),
                None => return Ok(keys),
            }
        }
    }

    /// A client of that region, as that role: the same one each time, so that connections are used again.
    pub(super) async fn at(&self, store: &Store) -> aws_sdk_s3::Client {
        let key = (store.role.as_ref().map(|role| role.role.clone()), store.region.clone());
        // An entry is there or not, so what a panicking thread left behind is usable.
        let known = self.clients.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = known {
            return known;
        }
        let made = client(&self.access.settings(store.role.as_ref()).await, &store.region);
        self.clients.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert(made).clone()
    }
}

/// 412, and 409 when somebody else was at work on the key (S3 User Guide, `conditional-writes`).
pub(super) fn is_changed(code: Option<&str>) -> bool {
    matches!(code, Some("PreconditionFailed" | "ConditionalRequestConflict"))
}
