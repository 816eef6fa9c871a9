//! The store itself: a mutex around the buckets of all regions, and what is done to their objects.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::Notify;

use super::{
    Bucket, Content, Deleted, History, NULL_VERSION, Object, ReplicationState, Version, Versioning,
    pending::Pending,
};
use crate::{clock::Clock, lab::s3::replication::Replication, model::Region};

/// Why the store said no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StoreError {
    /// There is no bucket of this name.
    #[error("the bucket `{0}` does not exist")]
    NoSuchBucket(String),
    /// The bucket is there already.
    #[error("the bucket `{0}` exists already")]
    BucketExists(String),
    /// The bucket still holds something, be it old versions or delete markers.
    #[error("the bucket `{0}` is not empty")]
    BucketNotEmpty(String),
    /// The key does not exist; `marker` is the delete marker that hides it.
    #[error("the key does not exist")]
    NoSuchKey {
        /// The delete marker that is the key's current version.
        marker: Option<String>,
    },
    /// The key has no such version.
    #[error("the key has no such version")]
    NoSuchVersion,
    /// The version that was asked for is a delete marker.
    #[error("the version is a delete marker")]
    VersionIsMarker,
    /// A condition of the request does not hold.
    #[error("the condition does not hold")]
    ConditionFailed,
    /// A setting needs another one first; the sentence is S3's.
    #[error("{0}")]
    Unfit(&'static str),
}

/// What must hold for a PUT to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PutCondition {
    /// Nothing.
    Always,
    /// There is no object yet (`If-None-Match: *`).
    Absent,
    /// The object has this entity tag (`If-Match`).
    Matches(String),
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub buckets: BTreeMap<String, Bucket>,
    pub pending: Vec<Pending>,
    pub versions_made: u64,
}

/// All buckets of all regions.
#[derive(Debug)]
pub(crate) struct Store {
    clock: Clock,
    replication_delay: Duration,
    state: Mutex<State>,
    pub(super) wake: Notify,
}

impl Store {
    /// An empty store. A version arrives at its replicas `replication_delay` of the lab's time after
    /// it was written.
    pub(crate) fn new(clock: Clock, replication_delay: Duration) -> Self {
        Self { clock, replication_delay, state: Mutex::default(), wake: Notify::new() }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // Every change leaves the maps whole, so what a panicking thread left behind is usable.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at a bucket.
    pub(crate) fn read<T>(
        &self,
        bucket: &str,
        look: impl FnOnce(&Bucket) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.lock().bucket(bucket).and_then(|bucket| look(bucket))
    }

    /// Changes a bucket.
    pub(crate) fn edit<T>(
        &self,
        bucket: &str,
        change: impl FnOnce(&mut Bucket) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.lock().bucket(bucket).and_then(change)
    }

    /// The region in which a bucket lives.
    pub(crate) fn region_of(&self, bucket: &str) -> Option<Region> {
        self.lock().buckets.get(bucket).map(|bucket| bucket.region.clone())
    }

    /// What `look` says of each bucket, in the order of their names.
    pub(crate) fn each_bucket<T>(&self, look: impl Fn(&str, &Bucket) -> T) -> Vec<T> {
        self.lock().buckets.iter().map(|(name, bucket)| look(name, bucket)).collect()
    }

    /// Creates a bucket.
    pub(crate) fn create_bucket(&self, name: &str, region: &Region) -> Result<(), StoreError> {
        let mut state = self.lock();
        if state.buckets.contains_key(name) {
            return Err(StoreError::BucketExists(name.to_owned()));
        }
        state.buckets.insert(name.to_owned(), Bucket::new(region.clone(), self.clock.now()));
        Ok(())
    }

    /// Deletes a bucket that holds nothing.
    pub(crate) fn delete_bucket(&self, name: &str) -> Result<(), StoreError> {
        let mut state = self.lock();
        if !state.bucket(name)?.keys.is_empty() {
            return Err(StoreError::BucketNotEmpty(name.to_owned()));
        }
        state.buckets.remove(name);
        Ok(())
    }

    /// Configures a bucket's replication. Both sides must keep versions (S3 User Guide, `replication`,
    /// "Requirements"); S3's sentences for the destination are unverified.
    pub(crate) fn set_replication(&self, bucket: &str, replication: Replication) -> Result<(), StoreError> {
        let mut state = self.lock();
        let versioned = |bucket: &Bucket| bucket.versioning == Versioning::Enabled;
        if !versioned(state.bucket(bucket)?) {
            let message = "Versioning must be 'Enabled' on the bucket to apply a replication configuration";
            return Err(StoreError::Unfit(message));
        }
        for destination in replication.destination_buckets() {
            match state.buckets.get(destination) {
                None => return Err(StoreError::Unfit("Destination bucket must exist.")),
                Some(_) if destination == bucket => {
                    return Err(StoreError::Unfit(
                        "Destination bucket cannot be the same as the source bucket.",
                    ));
                }
                Some(other) if !versioned(other) => {
                    return Err(StoreError::Unfit("Destination bucket must have versioning enabled."));
                }
                Some(_) => {}
            }
        }
        state.bucket(bucket)?.replication = Some(replication);
        Ok(())
    }

    /// Writes an object and says which version it became, when the bucket keeps versions.
    pub(crate) fn put(
        &self,
        bucket: &str,
        key: &str,
        object: Object,
        condition: &PutCondition,
    ) -> Result<Option<String>, StoreError> {
        let mut state = self.lock();
        let current = state.bucket(bucket)?.keys.get(key).and_then(History::current_object);
        let holds = match (condition, current) {
            (PutCondition::Always, _) | (PutCondition::Absent, None) => true,
            (PutCondition::Absent, Some(_)) => false,
            (PutCondition::Matches(etag), Some((_, object))) => object.etag == *etag,
            (PutCondition::Matches(_), None) => return Err(StoreError::NoSuchKey { marker: None }),
        };
        if !holds {
            return Err(StoreError::ConditionFailed);
        }
        let id = self.write(&mut state, bucket, key, Content::Object(Arc::new(object)))?;
        let kept = state.bucket(bucket)?.versioning != Versioning::Unversioned;
        Ok(kept.then_some(id))
    }

    /// Deletes a key, or one version of it.
    pub(crate) fn delete(
        &self,
        bucket: &str,
        key: &str,
        version_id: Option<&str>,
    ) -> Result<Deleted, StoreError> {
        let mut state = self.lock();
        let versioning = state.bucket(bucket)?.versioning;
        let (remove, kept) = match (version_id, versioning) {
            (Some(id), _) => (id, true),
            (None, Versioning::Unversioned) => (NULL_VERSION, false),
            (None, Versioning::Enabled | Versioning::Suspended) => {
                let id = self.write(&mut state, bucket, key, Content::DeleteMarker)?;
                return Ok(Deleted { delete_marker: true, version_id: Some(id) });
            }
        };
        let keys = &mut state.bucket(bucket)?.keys;
        let removed = keys.get_mut(key).and_then(|history| history.remove(remove));
        if keys.get(key).is_some_and(History::is_empty) {
            keys.remove(key);
        }
        Ok(Deleted {
            delete_marker: removed.is_some_and(|version| version.object().is_none()),
            version_id: kept.then(|| remove.to_owned()),
        })
    }

    /// A version of a key, by default the current one, together with its object.
    pub(crate) fn get(
        &self,
        bucket: &str,
        key: &str,
        version_id: Option<&str>,
    ) -> Result<(Version, Arc<Object>), StoreError> {
        self.read(bucket, |bucket| {
            let history = bucket.keys.get(key);
            let version = match version_id {
                Some(id) => {
                    history.and_then(|history| history.version(id)).ok_or(StoreError::NoSuchVersion)?
                }
                None => history.and_then(History::current).ok_or(StoreError::NoSuchKey { marker: None })?,
            };
            match version.object() {
                Some(object) => Ok((version.clone(), object.clone())),
                None if version_id.is_some() => Err(StoreError::VersionIsMarker),
                None => Err(StoreError::NoSuchKey { marker: Some(version.id.clone()) }),
            }
        })
    }

    /// Makes a new version and sends it on its way to where the replication rules want it.
    fn write(
        &self,
        state: &mut State,
        bucket_name: &str,
        key: &str,
        content: Content,
    ) -> Result<String, StoreError> {
        state.versions_made += 1;
        let made = state.versions_made;
        let bucket = state.bucket(bucket_name)?;
        let versioning = bucket.versioning;
        let id = match versioning {
            // Hyphens and upper case: an id of S3 is a random text of 32 letters and digits.
            Versioning::Enabled => format!("LAB-VERSION-{made:06}"),
            Versioning::Unversioned | Versioning::Suspended => NULL_VERSION.to_owned(),
        };
        let is_marker = matches!(content, Content::DeleteMarker);
        let destinations = match &bucket.replication {
            Some(replication) if versioning == Versioning::Enabled => {
                replication.destinations(key, is_marker)
            }
            _ => Vec::new(),
        };
        let replication = if destinations.is_empty() {
            ReplicationState::NotReplicated
        } else {
            ReplicationState::Source(destinations.iter().map(|name| (name.clone(), None)).collect())
        };
        let version = Version { id: id.clone(), modified: self.clock.now(), content, replication };
        bucket.keys.entry(key.to_owned()).or_default().push(versioning, version);
        let due = self.clock.elapsed() + self.replication_delay;
        state.pending.extend(destinations.into_iter().map(|destination| Pending {
            due,
            source: bucket_name.to_owned(),
            key: key.to_owned(),
            version_id: id.clone(),
            destination,
        }));
        self.wake.notify_one();
        Ok(id)
    }
}

impl State {
    fn bucket(&mut self, name: &str) -> Result<&mut Bucket, StoreError> {
        self.buckets.get_mut(name).ok_or_else(|| StoreError::NoSuchBucket(name.to_owned()))
    }
}
