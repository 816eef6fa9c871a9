//! The notice of this drill: to other machines, what has to be mended if this one is gone; to other drills, that
//! this failover is taken.

use jiff::SignedDuration;

use super::setting::Setting;
use crate::{
    account::Buckets,
    cli::exit::{ExitStatus, Failure},
    drill::{BucketPlace, Notice, NoticeError, NoticeStep, Posted, PreparedStep},
    journal::Writer,
    model::Side,
};

/// With all that undoes the drill.
pub(super) fn of(setting: &Setting<'_>, steps: &[PreparedStep]) -> Notice {
    let (now, args) = (setting.clock().now(), setting.args);
    let longest = SignedDuration::try_from(args.max_duration + args.restore_within);
    let until = longest.ok().and_then(|longest| now.checked_add(longest).ok());
    let step =
        |step: &PreparedStep| NoticeStep { what: step.what.clone(), undo: step.undo.clone(), undone: false };
    let writer = Writer::this();
    Notice {
        schema: Notice::schema(),
        run: setting.run.to_string(),
        failover: setting.failover.name.clone(),
        fault: args.fault.to_string(),
        host: writer.host,
        process: std::process::id(),
        who: std::env::var("USER").unwrap_or_default(),
        since: now,
        until: until.unwrap_or(jiff::Timestamp::MAX),
        steps: steps.iter().map(step).collect(),
    }
}

/// Where it stands.
pub(super) fn key(setting: &Setting<'_>) -> String {
    Notice::key(&setting.failover.name)
}

/// To post it, with what takes it away again, only as long as it is ours; and its copy, which replication makes in
/// the primary's bucket. The copy goes first: as long as the notice stands, everybody can read in it what is left.
pub(super) fn steps(setting: &Setting<'_>) -> Vec<PreparedStep> {
    let (secondary, key) = (Notice::place(setting.failover), key(setting));
    let posted = format!("the notice s3://{}/{key} is posted", secondary.bucket);
    vec![PreparedStep { what: posted, undo: of(setting, &[]).undo(&secondary) }, copy(setting)]
}

/// What takes the copy away.
pub(super) fn copy(setting: &Setting<'_>) -> PreparedStep {
    let (at, key) = (BucketPlace::of(setting.failover, Side::Primary), key(setting));
    let what = format!("the notice is replicated to s3://{}/{key}", at.bucket);
    PreparedStep { what, undo: of(setting, &[]).undo(&at) }
}

/// Posts it, unless somebody else's is there: then why not.
pub(super) async fn post(setting: &Setting<'_>, steps: &[PreparedStep]) -> Result<Option<Failure>, Failure> {
    let (buckets, at) = (Buckets::new(setting.world.access.clone()), Notice::place(setting.failover));
    match of(setting, steps).post(&buckets, &at).await {
        Ok(Posted::Ours(_)) => Ok(None),
        Ok(Posted::Theirs(theirs)) => Ok(Some(taken(setting, &theirs))),
        Err(error) => Err(failure(&error)),
    }
}

/// Refuses when somebody's stands there.
pub(super) async fn none_stands(setting: &Setting<'_>) -> Result<(), Failure> {
    let (buckets, at) = (Buckets::new(setting.world.access.clone()), Notice::place(setting.failover));
    match Notice::read(&buckets, &at, &setting.failover.name).await {
        Ok(None) => Ok(()),
        Ok(Some((theirs, _))) => Err(taken(setting, &theirs)),
        Err(error) => Err(failure(&error)),
    }
}

fn taken(setting: &Setting<'_>, theirs: &Notice) -> Failure {
    let Notice { run, host, since, .. } = theirs;
    let message = format!(
        "{} is being drilled already: {run}, on {host}, since {since}; nothing was changed",
        setting.failover.name
    );
    Failure::new(ExitStatus::Unsafe, message)
        .hint(format!("s3://{}/{} says so.", setting.failover.secondary.bucket, key(setting)))
        .hint("If that drill has died, `s3-failover recover` undoes what it left, and takes this away.")
}

fn failure(error: &NoticeError) -> Failure {
    Failure::of(ExitStatus::Refused, error).hint(error.hint())
}
