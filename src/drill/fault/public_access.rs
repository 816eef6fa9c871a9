//! `block-public`: all four switches of Block Public Access, as a person turns them on in the console ("Block all
//! public access").
//!
//! The setting has no version: it is looked at just before each change, and what comes between is lost (see
//! [`crate::account`], `bucket_settings`).

use super::{FaultError, Undone};
use crate::{
    account::{AccountError, Buckets, Permission, PublicAccess},
    drill::{BucketPlace, Undo},
};

/// What the fault sets.
const ALL: PublicAccess = [true; 4];

/// Keeps the setting that is there, and asks whether it may be put back.
pub(crate) async fn prepare(
    buckets: &Buckets,
    at: BucketPlace,
    unproven: &mut Vec<String>,
) -> Result<Undo, FaultError> {
    let store = at.store();
    let before = buckets.public_access(&store).await?;
    if before == Some(ALL) {
        return Err(FaultError::Already(format!("all public access to the bucket {} is blocked", at.bucket)));
    }
    match buckets.may_set_public_access(&store).await {
        Ok(Permission::Proven) => {}
        Ok(Permission::Unknown) => {
            unproven.push(format!("that Block Public Access of the bucket {} may be set back", at.bucket));
        }
        Err(source) if source.is_denial() => {
            let undo = format!("setting Block Public Access of the bucket {} back", at.bucket);
            return Err(FaultError::NotPermitted { undo, source: Box::new(source) });
        }
        Err(error) => return Err(error.into()),
    }
    Ok(Undo::PublicAccess { at, before })
}

/// Switches all four on, if nobody else has changed them.
pub(crate) async fn inject(
    buckets: &Buckets,
    at: &BucketPlace,
    before: Option<PublicAccess>,
) -> Result<(), FaultError> {
    let store = at.store();
    match buckets.public_access(&store).await? {
        Some(ALL) => Ok(()),
        now if now == before => Ok(buckets.set_public_access(&store, Some(ALL)).await?),
        _ => Err(FaultError::Meanwhile(format!("Block Public Access of the bucket {}", at.bucket))),
    }
}

/// Puts back what was there, if what is there is what the fault set.
pub(crate) async fn mend(
    buckets: &Buckets,
    at: &BucketPlace,
    before: Option<PublicAccess>,
) -> Result<Undone, FaultError> {
    let store = at.store();
    let gone = |error: AccountError| {
        if error.has_code("NoSuchBucket") { Ok(Undone::Gone) } else { Err(error.into()) }
    };
    let now = match buckets.public_access(&store).await {
        Ok(now) => now,
        Err(error) => return gone(error),
    };
    if now == before {
        return Ok(Undone::Already);
    }
    if now != Some(ALL) {
        let what = format!("Block Public Access of the bucket {}", at.bucket);
        return Err(FaultError::Changed { what, is: told(now), was: told(before) });
    }
    match buckets.set_public_access(&store, before).await {
        Ok(()) => Ok(Undone::Mended),
        Err(error) => gone(error),
    }
}

/// As the aws command writes it.
pub(crate) fn shorthand(setting: PublicAccess) -> String {
    let names = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];
    let pairs = names.iter().zip(setting).map(|(name, on)| format!("{name}={on}"));
    pairs.collect::<Vec<_>>().join(",")
}

fn told(setting: Option<PublicAccess>) -> String {
    setting.map_or_else(|| "not set".to_owned(), shorthand)
}
