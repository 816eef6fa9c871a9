//! What is done to one version of a key: looked at, and its attributes changed.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use super::{History, Object, Store, StoreError};

impl Store {
    /// The time of the lab since its start.
    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    /// What the lab's clock says.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Changes an object where it stands, without a new version, and gives its version's id.
    pub(crate) fn edit_object<T>(
        &self,
        bucket: &str,
        key: &str,
        version_id: Option<&str>,
        change: impl FnOnce(&mut Object) -> T,
    ) -> Result<(String, T), StoreError> {
        self.edit(bucket, |bucket| {
            let history = bucket.keys.get_mut(key);
            let version = match version_id {
                Some(id) => {
                    history.and_then(|history| history.version_mut(id)).ok_or(StoreError::NoSuchVersion)?
                }
                None => {
                    history.and_then(History::current_mut).ok_or(StoreError::NoSuchKey { marker: None })?
                }
            };
            let id = version.id.clone();
            match version.object_mut() {
                Some(object) => Ok((id, change(object))),
                None if version_id.is_some() => Err(StoreError::VersionIsMarker),
                None => Err(StoreError::NoSuchKey { marker: Some(id) }),
            }
        })
    }

    /// The current object of a key, when there is one.
    pub(crate) fn current_object(&self, bucket: &str, key: &str) -> Result<Option<Arc<Object>>, StoreError> {
        self.read(bucket, |bucket| {
            let current = bucket.keys.get(key).and_then(History::current_object);
            Ok(current.map(|(_, object)| object.clone()))
        })
    }
}
