//! What leaves a bucket for its replicas: changes of a version.

use super::{History, Modification, Store, StoreError, modification::Stamp};

impl Store {
    /// Notes that `what` of a version was just changed, and sends the change on its way. To be called
    /// after the change by whatever writes tags, an ACL, a retention or a legal hold.
    pub(crate) fn modified(
        &self,
        bucket: &str,
        key: &str,
        version_id: &str,
        what: Modification,
    ) -> Result<(), StoreError> {
        let mut state = self.lock();
        state.versions_made += 1;
        let stamp = Stamp { at: self.clock.now(), number: state.versions_made };
        let version = state.bucket(bucket)?.keys.get_mut(key);
        let version = version.and_then(|history: &mut History| history.version_mut(version_id));
        version.ok_or(StoreError::NoSuchVersion)?.attributes.stamp(what, stamp);
        self.wake.notify_one();
        Ok(())
    }
}
