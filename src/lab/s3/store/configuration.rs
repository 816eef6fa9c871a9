//! A bucket's replication is configured.

use super::{Bucket, Store, StoreError, Versioning};
use crate::lab::s3::replication::Replication;

impl Store {
    /// Configures a bucket's replication. Both sides must keep versions (S3 User Guide, `replication`,
    /// "Requirements").
    pub(crate) fn set_replication(&self, bucket: &str, replication: Replication) -> Result<(), StoreError> {
        self.configure_replication(bucket, replication, false)
    }

    /// The same, as if it had been done long ago: its metrics come at once.
    pub(crate) fn seed_replication(&self, bucket: &str, replication: Replication) -> Result<(), StoreError> {
        self.configure_replication(bucket, replication, true)
    }

    fn configure_replication(
        &self,
        name: &str,
        replication: Replication,
        settled: bool,
    ) -> Result<(), StoreError> {
        let mut state = self.lock();
        let versioned = |bucket: &Bucket| bucket.versioning == Versioning::Enabled;
        let source = state.bucket(name)?;
        let region = source.region.clone();
        let locked = source.settings.object_lock.is_some();
        if !versioned(source) {
            let message = "Versioning must be 'Enabled' on the bucket to apply a replication configuration";
            return Err(StoreError::Unfit(message));
        }
        for rule in replication.rules() {
            let refusal = match state.buckets.get(&rule.destination) {
                None => "Destination bucket must exist.",
                Some(_) if rule.destination == name => {
                    "Destination bucket cannot be the same as the source bucket."
                }
                Some(other) if !versioned(other) => "Destination bucket must have versioning enabled.",
                // "Object Lock must match": what is locked here has to be locked there (S3 User Guide,
                // `replication-and-other-bucket-configs`; sentence modelled).
                Some(other) if locked && other.settings.object_lock.is_none() => {
                    "Object Lock must be enabled on the destination bucket."
                }
                Some(_) => continue,
            };
            return Err(StoreError::Unfit(refusal));
        }
        state.meters.enable(name, &region, &replication.measured(), self.clock.elapsed(), settled);
        state.bucket(name)?.replication = Some(replication);
        Ok(())
    }

    /// Ends a bucket's replication. What is on its way arrives all the same (modelled).
    pub(crate) fn delete_replication(&self, name: &str) -> Result<(), StoreError> {
        let mut state = self.lock();
        let source = state.bucket(name)?;
        let region = source.region.clone();
        source.replication = None;
        state.meters.enable(name, &region, &[], self.clock.elapsed(), false);
        Ok(())
    }
}
