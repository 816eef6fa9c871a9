//! What the account has set for all its buckets: its own Block Public Access.
//!
//! It stands beside the buckets under a lock of its own, so that it can be asked for while a bucket is
//! looked at. It takes effect in all regions (S3 User Guide, `configuring-block-public-access-account`:
//! "Account-level settings apply to all buckets [...] in all AWS Regions").

use std::sync::{
    Mutex, OnceLock, PoisonError, Weak,
    atomic::{AtomicU64, Ordering},
};

use super::{Bucket, Store};
use crate::lab::s3::access::BlockPublicAccess;

/// The account's own settings.
#[derive(Debug, Default)]
pub(super) struct Account {
    block: Mutex<Option<BlockPublicAccess>>,
    numbers: AtomicU64,
    holder: OnceLock<Weak<dyn Holder>>,
}

/// Somebody who stands on buckets, so that they cannot go.
pub(crate) trait Holder: std::fmt::Debug + Send + Sync {
    /// Whether it stands on this one.
    fn holds(&self, bucket: &str) -> bool;
}

impl Account {
    /// A number that was never given before, for ids.
    pub(super) fn next_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl Store {
    /// The account's Block Public Access configuration, when it has one.
    pub(crate) fn account_block(&self) -> Option<BlockPublicAccess> {
        // A switch is whole or not there, so what a panicking thread left behind is usable.
        *self.account.block.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the account's Block Public Access configuration, or deletes it.
    pub(crate) fn set_account_block(&self, block: Option<BlockPublicAccess>) {
        *self.account.block.lock().unwrap_or_else(PoisonError::into_inner) = block;
    }

    /// Makes known who stands on buckets; the first one stays.
    pub(crate) fn set_holder(&self, holder: Weak<dyn Holder>) {
        self.account.holder.get_or_init(|| holder);
    }

    /// Whether somebody stands on a bucket.
    pub(crate) fn is_held(&self, bucket: &str) -> bool {
        let holder = self.account.holder.get().and_then(Weak::upgrade);
        holder.is_some_and(|holder| holder.holds(bucket))
    }

    /// The switches that act on a bucket: the strictest of its own and the account's.
    pub(crate) fn effective_block(&self, bucket: &Bucket) -> BlockPublicAccess {
        let account = self.account_block().unwrap_or(BlockPublicAccess::OFF);
        bucket.block_public_access().strictest(account)
    }
}
