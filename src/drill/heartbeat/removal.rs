//! How are a run's objects taken away, so that nothing remains, by whoever comes?
//!
//! 1. Everything below the run's prefix is the run's: its name is used once, and nobody else's keys are below it. So
//!    nothing has to be remembered but the prefix, and any machine can do it.
//! 2. Versions and delete markers are listed and removed by their ids, so no marker is left and nothing is replicated.
//! 3. A replica may arrive while its side is being cleaned: one that was on its way when its origin was removed. So
//!    both sides are gone over until each was found empty once after the other was. What S3 does with a version that
//!    waits for replication when it is removed is not documented; that it goes nowhere is what the lab does
//!    (modelled).
//! 4. Whoever may not list versions (`s3:ListBucketVersions`) or not remove them (`s3:DeleteObjectVersion`) lays delete
//!    markers instead (`s3:DeleteObject`), and what remains is said: the versions and their markers, until a lifecycle
//!    rule expires them; the same of versions under Object Lock. Where a rule replicates delete markers, these go to
//!    the other side like any write, and may arrive there after it was cleaned: then they remain there, too.
//!
//! Each step may be done again and again.

use super::prefix::{HeartbeatPrefix, NoHeartbeatPrefix};
use crate::account::{AccountError, Buckets, Cause, Store};

/// So often both sides are gone over; each time finds what has arrived since.
const ROUNDS: usize = 5;

/// What was taken away from one side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removal {
    /// How many versions and delete markers; or objects, where versions may not be touched.
    pub removed: usize,
    /// What could not be taken away and why, as a sentence.
    pub remains: Option<String>,
}

/// Why nothing, or not everything, was taken away.
#[derive(Debug, thiserror::Error)]
pub enum RemovalError {
    /// It is not ours.
    #[error(transparent)]
    NotOurs(#[from] NoHeartbeatPrefix),
    /// S3 refused, or could not be asked.
    #[error(transparent)]
    Account(#[from] AccountError),
}

/// Takes away everything below the prefix of one run from one bucket: nothing else, whatever the prefix says.
pub async fn remove(buckets: &Buckets, store: &Store, prefix: &str) -> Result<Removal, RemovalError> {
    let prefix: HeartbeatPrefix = prefix.parse()?;
    let mut removal = Removal::default();
    match erase(buckets, store, &prefix).await {
        Ok(removed) => removal.removed = removed,
        Err(AccountError { cause: Cause::AccessDenied { code, .. }, what }) => {
            let keys = buckets.keys(store, prefix.as_str()).await?;
            for key in &keys {
                buckets.remove(store, key).await?;
            }
            removal.removed = keys.len();
            removal.remains = Some(format!(
                "older versions and delete markers remain below s3://{}/{prefix}: could not {what} ({code})",
                store.bucket
            ));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(removal)
}

/// Takes away everything below the prefix of one run from both buckets, and what arrives from one at the other
/// meanwhile.
pub async fn remove_from_both(
    buckets: &Buckets,
    stores: &[Store; 2],
    prefix: &str,
) -> Result<[Removal; 2], RemovalError> {
    let mut total = [Removal::default(), Removal::default()];
    for _ in 0..ROUNDS {
        let mut found = 0;
        for (store, total) in stores.iter().zip(&mut total) {
            let Removal { removed, remains } = remove(buckets, store, prefix).await?;
            found += removed;
            total.removed += removed;
            total.remains = remains;
        }
        if found == 0 {
            break;
        }
    }
    Ok(total)
}

/// Removes each version below the prefix; says how many there were.
async fn erase(buckets: &Buckets, store: &Store, prefix: &HeartbeatPrefix) -> Result<usize, AccountError> {
    let versions = buckets.versions(store, prefix.as_str()).await?;
    buckets.erase(store, &versions).await?;
    Ok(versions.len())
}
