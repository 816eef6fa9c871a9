//! The object in the secondary's bucket that tells of the drill: to other machines, what has to be mended if this one
//! is gone; to other drills, that this failover is taken.

use bytes::Bytes;
use serde_json::{Value, json};

use super::setting::Setting;
use crate::{
    account::{Buckets, Conditional, PutWhen},
    cli::exit::{ExitStatus, Failure},
    drill::{BucketPlace, PreparedStep, Undo},
    model::Side,
};

/// Where a drill of this failover posts its notice.
pub(super) fn key(setting: &Setting<'_>) -> String {
    format!("s3-failover/drill/{}.json", setting.failover.name)
}

/// To post it, with what takes it away again: only as long as it is ours.
pub(super) fn step(setting: &Setting<'_>) -> PreparedStep {
    let at = BucketPlace::of(setting.failover, Side::Secondary);
    let key = key(setting);
    let what = format!("the notice s3://{}/{key} is posted", at.bucket);
    PreparedStep { what, undo: Undo::Object { at, key, holds: Some(setting.run.to_string()) } }
}

/// Posts it with all that undoes the drill, unless somebody else's is there: then what it says of itself.
pub(super) async fn post(setting: &Setting<'_>, steps: &[PreparedStep]) -> Result<Option<Failure>, Failure> {
    let steps: Vec<Value> = steps.iter().map(|step| json!({"what": step.what, "undo": step.undo})).collect();
    let notice = json!({
        "schema": "s3-failover/drill-notice/v1",
        "run": setting.run,
        "failover": setting.failover.name,
        "at": setting.clock().now(),
        "steps": steps,
    });
    let (buckets, store) = (Buckets::new(setting.world.access.clone()), setting.store(Side::Secondary));
    let key = key(setting);
    let body = Bytes::from(notice.to_string());
    match buckets.put(&store, &key, body, &PutWhen::Absent).await {
        Ok(Conditional::Done(_)) => Ok(None),
        // An SDK that asks again after an answer that was lost finds its own.
        Ok(Conditional::Changed) => match standing(setting).await? {
            Some(run) if run == setting.run.as_str() => Ok(None),
            run => Ok(Some(taken(setting, run.as_deref()))),
        },
        Err(error) => Err(error.into()),
    }
}

/// The run whose notice is there.
pub(super) async fn standing(setting: &Setting<'_>) -> Result<Option<String>, Failure> {
    let (buckets, store) = (Buckets::new(setting.world.access.clone()), setting.store(Side::Secondary));
    let found = buckets.take(&store, &key(setting)).await?;
    Ok(found.map(|(body, _)| {
        let notice: Value = serde_json::from_slice(&body).unwrap_or_default();
        notice["run"].as_str().unwrap_or("of an unknown run").to_owned()
    }))
}

/// Refused, since somebody else drills.
pub(super) fn taken(setting: &Setting<'_>, run: Option<&str>) -> Failure {
    let (name, run) = (&setting.failover.name, run.unwrap_or("of an unknown run"));
    let message = format!("{name} is being drilled already ({run}); nothing was changed");
    Failure::new(ExitStatus::Unsafe, message)
        .hint(format!("s3://{}/{} says so.", setting.failover.secondary.bucket, key(setting)))
        .hint("If that drill has died, `s3-failover recover` undoes what it left, and takes this away.")
}
