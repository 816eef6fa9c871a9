//! `resolve`: the bucket, region and endpoint that are active now, printed or handed to a command.
//!
//! It looks up once. A program that goes on holds [`crate::pointer::Pointer`], which honours the TTL.

use std::{ffi::OsString, os::unix::process::CommandExt, process::Command};

use super::{
    args::{Global, ResolveArgs, ResolveFormat},
    exit::{ExitStatus, Failure},
    ui::Ui,
    world::{World, load_spec},
};
use crate::{
    probe::{Active, resolve_active},
    report::json,
    spec::{Failover, Spec},
};

pub(super) async fn run(
    args: &ResolveArgs,
    world: &World,
    global: &Global,
    ui: Ui,
) -> Result<ExitStatus, Failure> {
    let spec = load_spec(global, ui)?;
    let failover = chosen(&spec, args)?;
    let active = resolve_active(&world.clock, &world.servers().await?, failover).await?;
    // As after other options that take a command, `--` may set it apart.
    let exec = args.exec.strip_prefix(&[OsString::from("--")]).unwrap_or(&args.exec);
    if let Some((command, arguments)) = exec.split_first() {
        return Err(become_command(command, arguments, &active));
    }
    let text = match (args.format, ui.json) {
        (Some(ResolveFormat::Env), _) => env(&active),
        (Some(ResolveFormat::Uri), _) => format!("s3://{}\n", active.bucket),
        (None, true) => json::render(&json::ResolveDocument::new(&failover.name, &active)),
        (None, false) => human(failover, &active),
    };
    ui.data(&text)?;
    Ok(ExitStatus::Yes)
}

fn chosen<'a>(spec: &'a Spec, args: &ResolveArgs) -> Result<&'a Failover, Failure> {
    let names =
        || spec.failovers.iter().map(|failover| failover.name.to_string()).collect::<Vec<_>>().join(", ");
    match (&args.name, spec.failovers.as_slice()) {
        (Some(name), failovers) => {
            failovers.iter().find(|failover| failover.name == *name).ok_or_else(|| {
                Failure::new(
                    ExitStatus::Usage,
                    format!("the spec has no failover {name}; it has {}", names()),
                )
            })
        }
        (None, [only]) => Ok(only),
        (None, _) => {
            let message = format!("the spec has several failovers, and none was named: {}", names());
            Err(Failure::new(ExitStatus::Usage, message).hint("s3-failover resolve NAME"))
        }
    }
}

/// What scripts and commands find in their environment.
fn variables(active: &Active) -> [(&'static str, String); 4] {
    [
        ("S3_FAILOVER_ROLE", active.side.to_string()),
        ("S3_FAILOVER_BUCKET", active.bucket.to_string()),
        ("S3_FAILOVER_REGION", active.region.to_string()),
        ("S3_FAILOVER_ENDPOINT", active.endpoint.to_string()),
    ]
}

/// Values hold letters, digits, dots and hyphens only, so a shell needs no quotes around them.
fn env(active: &Active) -> String {
    variables(active).map(|(name, value)| format!("export {name}={value}\n")).concat()
}

/// What a command finds beside that: the bucket's region where every AWS SDK and the `aws` command look for theirs, so
/// that `aws s3 ls s3://$S3_FAILOVER_BUCKET` needs no `--region`. The older name is there for the `aws` command's
/// first version and for boto3, which know no other; both win over a profile's region.
///
/// `AWS_ENDPOINT_URL_S3` stays as it is: an SDK finds the endpoint by region and bucket, and would put the bucket in
/// front of an endpoint that names it already.
fn region(active: &Active) -> [(&'static str, String); 2] {
    ["AWS_REGION", "AWS_DEFAULT_REGION"].map(|name| (name, active.region.to_string()))
}

/// Becomes the command, so that signals reach it and its exit code is the caller's. Returns only when there
/// is no such command.
fn become_command(command: &OsString, arguments: &[OsString], active: &Active) -> Failure {
    let error = Command::new(command).args(arguments).envs(variables(active)).envs(region(active)).exec();
    let message = format!("the command {} could not be started", command.display());
    let mut failure = Failure::new(ExitStatus::Usage, message);
    failure.causes.push(error.to_string());
    failure.hint("`--exec` takes a program and its arguments: `--exec sh -c '…'` runs a line of shell.")
}

fn human(failover: &Failover, active: &Active) -> String {
    let ttl = active.ttl.map(|ttl| format!(", for {ttl} s")).unwrap_or_default();
    format!(
        "{}: the {} is active{ttl}\n  bucket    {}\n  region    {}\n  endpoint  {}\n",
        failover.name, active.side, active.bucket, active.region, active.endpoint
    )
}
