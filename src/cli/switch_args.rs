//! The options of `failover` and `failback`, as clap reads them.

use std::time::Duration;

use clap::Args;

use crate::{clock::duration, model::Fqdn};

/// What the exit codes mean, and what is written.
pub(super) const NOTES: &str = "\
Only S3 and DNS are asked: it works while the API of Route 53, CloudWatch and STS are down (but for roles that the \
spec names). It ends with 0 when every name server, every resolver and a client have arrived; with 1 when they \
have not within --timeout, and says who has not; with 4 when a guard refuses, and nothing was changed.

While the guards look, an object of a few bytes is put below s3-failover/lag/ of the side that is left, waited for on \
the other, and removed; not with --dry-run. What they cannot find out refuses too. --force passes by whatever \
refuses, and says so.

Run again after it was cut off, it goes on to wait.";

#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "flags")]
pub(super) struct SwitchArgs {
    /// The failover; may be left out when the spec has one
    #[arg(value_name = "NAME", conflicts_with = "all")]
    pub(super) name: Option<Fqdn>,
    /// Every failover of the spec: all of them, or none
    #[arg(long)]
    pub(super) all: bool,
    /// How far the side that takes over may be behind
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = duration)]
    pub(super) max_lag: Duration,
    /// How long to wait until everybody has arrived
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = duration)]
    pub(super) timeout: Duration,
    /// Pass by whatever refuses, and say what
    #[arg(long)]
    pub(super) force: bool,
    /// Look and say what would be done; write nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    pub(super) yes: bool,
}

#[derive(Args, Debug)]
pub(super) struct FailoverArgs {
    #[command(flatten)]
    pub(super) switch: SwitchArgs,
    /// Why: it stands in the object, which everybody can read, beside your user name and this machine's name
    #[arg(long, value_name = "TEXT")]
    pub(super) reason: Option<String>,
}

#[derive(Args, Debug)]
pub(super) struct FailbackArgs {
    #[command(flatten)]
    pub(super) switch: SwitchArgs,
    /// How long to wait until the primary has what was written on the secondary
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = duration)]
    pub(super) drain_timeout: Duration,
}
