//! `switch`: the object that turns the primary's calculated health check, put into the secondary's bucket. And the
//! removal of whatever else a drill puts into buckets.
//!
//! Only what a drill has put is taken away: the object says whose it is. Between the look and the removal lies a
//! moment in which somebody else could put another object; S3 has a conditional delete, of which not every bucket and
//! stand-in knows, so it is not relied on.

use bytes::Bytes;
use serde_json::json;

use super::{FaultError, Undone};
use crate::{
    account::{AccountError, Buckets, Conditional, Permission, PutWhen},
    drill::{
        BucketPlace, Undo,
        heartbeat::{self, RemovalError},
    },
};

/// Looks that nobody has thrown the switch, and asks whether it may be taken back.
pub(crate) async fn prepare(
    buckets: &Buckets,
    at: BucketPlace,
    key: &str,
    run: &str,
    unproven: &mut Vec<String>,
) -> Result<Undo, FaultError> {
    let store = at.store();
    if buckets.look(&store, key).await?.is_some() {
        return Err(FaultError::Already(format!("the switch s3://{}/{key} is thrown", at.bucket)));
    }
    match buckets.may_put_and_remove(&store, key).await {
        Ok(Permission::Proven) => {}
        Ok(Permission::Unknown) => {
            unproven.push(format!("that s3://{}/{key} may be deleted again", at.bucket));
        }
        Err(source) if source.is_denial() => {
            let undo = format!("deleting s3://{}/{key}", at.bucket);
            return Err(FaultError::NotPermitted { undo, source: Box::new(source) });
        }
        Err(error) => return Err(error.into()),
    }
    Ok(Undo::Object { at, key: key.to_owned(), holds: Some(run.to_owned()) })
}

/// Puts it where nothing is.
pub(crate) async fn inject(
    buckets: &Buckets,
    at: &BucketPlace,
    key: &str,
    run: &str,
) -> Result<(), FaultError> {
    let body = json!({ "schema": "s3-failover/switch/v1", "by": "drill", "run": run }).to_string();
    let put = buckets.put(&at.store(), key, Bytes::from(body + "\n"), &PutWhen::Absent).await?;
    match put {
        Conditional::Done(_) => Ok(()),
        // The answer to the first try may have been lost.
        Conditional::Changed if is_ours(buckets, at, key, run).await? => Ok(()),
        Conditional::Changed => Err(FaultError::Meanwhile(format!("s3://{}/{key}", at.bucket))),
    }
}

async fn is_ours(buckets: &Buckets, at: &BucketPlace, key: &str, run: &str) -> Result<bool, AccountError> {
    let found = buckets.take(&at.store(), key).await?;
    Ok(found.is_some_and(|(body, _)| String::from_utf8_lossy(&body).contains(run)))
}

/// Deletes an object, if it holds this text, or whatever it holds.
pub(crate) async fn mend(
    buckets: &Buckets,
    at: &BucketPlace,
    key: &str,
    holds: Option<&str>,
) -> Result<Undone, FaultError> {
    let store = at.store();
    let found = match buckets.take(&store, key).await {
        Ok(found) => found,
        Err(error) if error.has_code("NoSuchBucket") => return Ok(Undone::Gone),
        Err(error) => return Err(error.into()),
    };
    let Some((body, _)) = found else { return Ok(Undone::Already) };
    if holds.is_some_and(|text| !String::from_utf8_lossy(&body).contains(text)) {
        return Err(FaultError::Changed {
            what: format!("s3://{}/{key}", at.bucket),
            is: "somebody else's object".to_owned(),
            was: "absent".to_owned(),
        });
    }
    buckets.remove(&store, key).await?;
    Ok(Undone::Mended)
}

/// Deletes everything below the prefix of a run's heartbeat, every version of it.
pub(crate) async fn mend_all(
    buckets: &Buckets,
    at: &BucketPlace,
    prefix: &str,
) -> Result<Undone, FaultError> {
    match heartbeat::remove(buckets, &at.store(), prefix).await {
        Ok(removal) if removal.removed == 0 => Ok(Undone::Already),
        Ok(_) => Ok(Undone::Mended),
        Err(RemovalError::Account(error)) if error.has_code("NoSuchBucket") => Ok(Undone::Gone),
        Err(error) => Err(error.into()),
    }
}
