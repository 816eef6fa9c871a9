//! The command line, as clap reads it.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::{
    drill_args::{self, DrillArgs, ReportFile},
    export_args::ExportArgs,
    history_args::{self, HistoryArgs},
    recover_args::{self, RecoverArgs},
    switch_args::{self, FailbackArgs, FailoverArgs},
    verify_args::VerifyArgs,
    watch_args::{self, WatchArgs},
};
use crate::{
    clock::duration,
    lab::{Fault, UnknownFault},
    model::{BucketName, FailureThreshold, Fqdn, Interval, Region, Side, Ttl},
    plan::{Guard, Terms},
    spec::ZoneRef,
};

/// Route 53 DNS failover for two S3 buckets: set it up, prove it, drill it.
#[derive(Debug, Parser)]
#[command(name = "s3-failover", version, max_term_width = 100, disable_help_subcommand = true)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// Options of every command.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Global options")]
pub(super) struct Global {
    /// The spec: TOML, or JSON when the name ends in .json
    #[arg(
        short,
        long,
        global = true,
        value_name = "FILE",
        env = "S3_FAILOVER_CONFIG",
        default_value = "failover.toml"
    )]
    pub(super) config: PathBuf,
    /// Text for people, one JSON document on stdout, Markdown (plan, verify) or JUnit XML (verify)
    #[arg(
        short,
        long,
        global = true,
        value_name = "FORMAT",
        env = "S3_FAILOVER_OUTPUT",
        default_value = "human"
    )]
    pub(super) output: Output,
    /// Only this failover of the spec (can be repeated)
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) only: Vec<Fqdn>,
    /// A profile of the AWS configuration files
    #[arg(long, global = true, value_name = "PROFILE")]
    pub(super) profile: Option<String>,
    /// The AWS region, where none is configured
    #[arg(long, global = true, value_name = "REGION")]
    pub(super) region: Option<String>,
    /// Ask this name server instead of the delegated ones: `IP[:PORT]` or `tcp://IP[:PORT]` (can be repeated)
    #[arg(
        long = "nameserver",
        global = true,
        value_name = "ADDR",
        env = "S3_FAILOVER_NAMESERVERS",
        value_delimiter = ','
    )]
    pub(super) nameservers: Vec<String>,
    /// Ask this recursive resolver: `IP[:PORT]`, `tcp://IP`, `tls://IP[#NAME]`, `https://HOST/dns-query[#IP]`,
    /// `system` or `public` (can be repeated)
    #[arg(
        long = "resolver",
        global = true,
        value_name = "ADDR",
        env = "S3_FAILOVER_RESOLVERS",
        value_delimiter = ','
    )]
    pub(super) resolvers: Vec<String>,
    /// Ask on behalf of this network: `192.0.2.0/24`, sent as EDNS client subnet
    #[arg(long, global = true, value_name = "CIDR", env = "S3_FAILOVER_CLIENT_SUBNET")]
    pub(super) client_subnet: Option<String>,
    // Not read from the environment by clap: cli/state.rs says why.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        help = "Where journal and history live; the platform's state folder when nobody says [env: S3_FAILOVER_STATE]"
    )]
    pub(super) state: Option<PathBuf>,
    /// Say more about what is done; repeat for more (`RUST_LOG` says it in detail)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    /// Say nothing but data and failures
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    // How fast the clock of a lab goes that runs elsewhere. Obeyed before loopback only.
    #[arg(long, global = true, hide = true, env = "S3_FAILOVER_LAB_SPEED", hide_env = true)]
    pub(super) lab_speed: Option<f64>,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) color: Colour,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Output {
    Human,
    Json,
    // For pull requests; of `plan` and `verify`. (Doc comments here would spread every command's help.)
    Markdown,
    // For CI systems; of `verify`.
    Junit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write a starter spec for two buckets
    Init(InitArgs),
    /// Show what apply would change, and why
    Plan(PlanArgs),
    /// Create or update health checks and failover records
    Apply(ApplyArgs),
    /// Remove what apply created
    Destroy(DestroyArgs),
    /// Write a spec from failover records that already exist
    Import(ImportArgs),
    /// Print the spec as CloudFormation, Terraform or an IAM policy
    Export(ExportArgs),
    /// Do DNS and S3 answer what the spec says, right now?
    Verify(VerifyArgs),
    /// Keep verifying: tell what changes, or wait until a side answers
    #[command(after_help = watch_args::NOTES)]
    Watch(WatchArgs),
    /// Break the primary, time the recovery, restore, report
    #[command(after_help = drill_args::NOTES)]
    Drill(DrillArgs),
    /// Show where each failover stands
    Status(StatusArgs),
    /// Switch to the secondary by hand, through the data plane only
    #[command(after_help = switch_args::NOTES)]
    Failover(FailoverArgs),
    /// Switch back to the primary, when it has what was written meanwhile
    #[command(after_help = switch_args::NOTES)]
    Failback(FailbackArgs),
    /// Print the bucket, region and endpoint that are active now
    Resolve(ResolveArgs),
    /// Show past drills, switches and changes, and whether recoveries still take as long
    #[command(after_help = history_args::NOTES)]
    History(HistoryArgs),
    /// Undo what an interrupted drill left behind
    #[command(after_help = recover_args::NOTES)]
    Recover(RecoverArgs),
    /// Run the main job, start to end, on the embedded lab; needs no AWS account
    Demo(DemoArgs),
    /// Serve the lab to other programs
    Lab(LabArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man,
}

#[derive(Args, Debug)]
pub(super) struct InitArgs {
    /// The hosted zone, by name or id
    #[arg(long, default_value = "example.com")]
    pub(super) zone: ZoneRef,
    /// The name that fails over
    #[arg(long, default_value = "data.example.com")]
    pub(super) name: Fqdn,
    /// Bucket and region of the primary
    #[arg(long, value_name = "BUCKET@REGION", default_value = "my-app-data-us-east-1@us-east-1")]
    pub(super) primary: BucketAtRegion,
    /// Bucket and region of the secondary
    #[arg(long, value_name = "BUCKET@REGION", default_value = "my-app-data-eu-west-1@eu-west-1")]
    pub(super) secondary: BucketAtRegion,
}

/// A bucket and its region, written `BUCKET@REGION`.
#[derive(Clone, Debug)]
pub(super) struct BucketAtRegion {
    pub(super) bucket: BucketName,
    pub(super) region: Region,
}

impl std::str::FromStr for BucketAtRegion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (bucket, region) = text.split_once('@').ok_or("write it as BUCKET@REGION")?;
        let bucket = bucket.parse().map_err(|e: crate::model::BucketNameError| e.to_string())?;
        let region = region.parse().map_err(|e: crate::model::RegionError| e.to_string())?;
        Ok(Self { bucket, region })
    }
}

/// What is given leave to; written into a plan file with the plan.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct LeaveArgs {
    /// Take the place of records of others that stand in this failover's way (can be repeated)
    #[arg(long, value_name = "NAME")]
    pub(super) adopt: Vec<Fqdn>,
    /// Remove this failover, which was taken out of the spec (can be repeated)
    #[arg(long, value_name = "NAME")]
    pub(super) remove: Vec<Fqdn>,
    /// Have a guard stand aside: long-ttl, doubled-cost, last-record, other-spec, unhealthy or both-down (can be
    /// repeated)
    #[arg(long, value_name = "GUARD")]
    pub(super) allow: Vec<Guard>,
}

impl LeaveArgs {
    /// The terms of a plan for a spec of this name, of which only some failovers are meant, if any are named.
    pub(super) fn terms<'a>(&'a self, spec_name: &'a str, only: &[Fqdn]) -> Terms<'a> {
        let Self { adopt, remove, allow } = self;
        Terms { spec_name, adopt, remove, cut_down: !only.is_empty(), allow }
    }
}

#[derive(Args, Debug)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    pub(super) leave: LeaveArgs,
    /// End with 1 when something would change
    #[arg(long)]
    pub(super) check: bool,
    /// Write the plan here too, for `apply FILE`
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}

#[derive(Args, Debug, Default)]
pub(super) struct ApplyArgs {
    #[command(flatten)]
    pub(super) leave: LeaveArgs,
    /// Carry out this plan, as `plan --out` wrote it, or nothing
    #[arg(value_name = "PLANFILE")]
    pub(super) plan_file: Option<PathBuf>,
    /// Do not ask
    #[arg(short, long)]
    pub(super) yes: bool,
    /// Change the records although their health checks are not healthy: both guards, unhealthy and both-down
    #[arg(long)]
    pub(super) allow_unhealthy: bool,
}

#[derive(Args, Debug, Default)]
pub(super) struct DestroyArgs {
    /// Remove the health checks of ours that no record of any zone uses, instead of the spec's failovers
    #[arg(long)]
    pub(super) orphans: bool,
    /// Put a plain record in each failover's place, with what this side answers: primary or secondary
    #[arg(long, value_name = "SIDE", value_enum, conflicts_with = "orphans")]
    pub(super) leave: Option<LeftSide>,
    /// Have a guard stand aside: unhealthy, of the side that is left (can be repeated)
    #[arg(long, value_name = "GUARD")]
    pub(super) allow: Vec<Guard>,
    /// Do not ask
    #[arg(short, long)]
    pub(super) yes: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LeftSide {
    Primary,
    Secondary,
}

impl From<LeftSide> for Side {
    fn from(side: LeftSide) -> Self {
        match side {
            LeftSide::Primary => Self::Primary,
            LeftSide::Secondary => Self::Secondary,
        }
    }
}

#[derive(Args, Debug)]
pub(super) struct ImportArgs {
    /// A name that fails over today, whoever made its records
    #[arg(required = true, value_name = "NAME")]
    pub(super) names: Vec<Fqdn>,
    /// The hosted zone that holds the names, by name or id; found by the name when left out
    #[arg(long, value_name = "ZONE")]
    pub(super) zone: Option<ZoneRef>,
    /// Write the spec here instead of to stdout: JSON when the name ends in .json; never overwrites
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(super) struct StatusArgs {
    /// List health checks of ours that nothing uses, or whose failover this spec does not declare
    #[arg(long)]
    pub(super) orphans: bool,
    /// And those of anybody that nothing uses
    #[arg(long, requires = "orphans")]
    pub(super) all: bool,
}

#[derive(Args, Debug)]
pub(super) struct ResolveArgs {
    /// The failover; may be left out when the spec has one
    pub(super) name: Option<Fqdn>,
    /// Lines for a shell, or an S3 URI
    #[arg(long, value_name = "FORMAT")]
    pub(super) format: Option<ResolveFormat>,
    /// Run this command with the active side in its environment (`S3_FAILOVER_BUCKET`, `AWS_REGION`, …); the
    /// rest of the line is its own
    #[arg(long, value_name = "CMD", num_args = 1.., allow_hyphen_values = true, conflicts_with = "format")]
    pub(super) exec: Vec<OsString>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ResolveFormat {
    Env,
    Uri,
}

#[derive(Args, Debug)]
pub(super) struct DemoArgs {
    /// How the primary's region breaks: refuse, timeout, http-500, http-503, slow or block-public
    #[arg(long, value_name = "KIND", default_value = "http-503", value_parser = breaks)]
    pub(super) fault: Fault,
    /// Seconds between two looks of a checker: 10 or 30
    #[arg(long, default_value = "10")]
    pub(super) interval: Interval,
    /// Results in a row that change a checker's mind: 1 to 10
    #[arg(long, default_value = "3")]
    pub(super) threshold: FailureThreshold,
    /// Seconds for which the pointer records may be cached
    #[arg(long, default_value = "60")]
    pub(super) ttl: Ttl,
    /// How many seconds of the lab's world pass in one of ours, 1 to 100
    #[arg(long, default_value_t = 20.0, value_parser = demo_speed)]
    pub(super) speed: f64,
    /// Break and mend so many times; percentiles are told, and the slowest run in full
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(super) repeat: u32,
    /// Append what happens as JSON lines
    #[arg(long, value_name = "FILE")]
    pub(super) events: Option<PathBuf>,
    /// Write the report: HTML, Markdown, JSON or JUnit XML, by the ending .html, .md, .json or .xml (can be repeated)
    #[arg(long, value_name = "FILE", value_parser = drill_args::report_file)]
    pub(super) report: Vec<ReportFile>,
}

/// A demo in which nothing breaks has nothing to show.
fn breaks(text: &str) -> Result<Fault, String> {
    match text.parse().map_err(|error: UnknownFault| error.to_string())? {
        Fault::None => Err("a demo needs something that breaks".to_owned()),
        Fault::Partition => Err("a partition changes no verdict, so a demo of it would never end".to_owned()),
        fault => Ok(fault),
    }
}

/// Beyond 100, what our own machine takes for a request is seconds of the lab, and false failures.
fn demo_speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| "write a number".to_owned())?;
    if (1.0..=100.0).contains(&speed) { Ok(speed) } else { Err("write a number from 1 to 100".to_owned()) }
}

#[derive(Args, Debug)]
pub(super) struct LabArgs {
    #[command(subcommand)]
    pub(super) command: LabCommand,
}

/// What `lab fault` knows; a test holds it against a running lab.
const FAULTS: &str = "\
Parts and their faults:
  REGION (its S3): none, refuse, timeout, http-500, http-503, slow, block-public, partition
  route53 (its API): none, down, throttled, http-500
  nameserver-1 to nameserver-4: none, stale, silent, lame, lying
  checkers-REGION, for each of their eight regions: none, cut
  cloudwatch: none, down, late
  s3control-REGION, for each of its five control regions: none, down, slow-down
  cloudfront: none, down

`s3-failover lab status` shows how each of them is now.";

#[derive(Debug, Subcommand)]
pub(super) enum LabCommand {
    /// Run the lab in the foreground until it is interrupted
    Start {
        /// How many seconds of the lab's world pass in one of ours
        #[arg(long, default_value_t = 1.0)]
        speed: f64,
        /// Write addresses here when the lab can serve
        #[arg(long, value_name = "FILE")]
        ready_file: Option<PathBuf>,
        /// Write a spec for the lab's pair of buckets here
        #[arg(long, value_name = "FILE")]
        spec_file: Option<PathBuf>,
        /// Break what this file says, when it says
        #[arg(long, value_name = "FILE")]
        scenario: Option<PathBuf>,
        /// Keep the lab's world in this folder, and go on with what is there
        // The option of all commands has this name too, and here this one takes its place.
        #[arg(long, value_name = "DIR")]
        state: Option<PathBuf>,
        /// Answer every call, however fast they come
        #[arg(long)]
        no_throttling: bool,
        /// Hold any number of zones, health checks and records
        #[arg(long)]
        no_quotas: bool,
        /// Give each bucket to an account of its own, which a role opens
        #[arg(long)]
        several_accounts: bool,
    },
    /// Print the `export` lines that lead SDKs, the aws command and this tool to the lab
    Env {
        /// The lab's ready file
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
    },
    /// Break a part of the lab, or mend it
    #[command(after_help = FAULTS)]
    Fault {
        /// The part: a region for its S3, or one of the parts below; `all` to mend everything
        #[arg(value_name = "REGION|PART")]
        part: String,
        /// What is wrong with it
        kind: String,
        /// Wait so long first, in the lab's time
        #[arg(long, value_name = "TIME", value_parser = duration)]
        after: Option<Duration>,
        /// Mend it by itself after so long, in the lab's time
        #[arg(long = "for", value_name = "TIME", value_parser = duration)]
        lasting: Option<Duration>,
        /// The lab's ready file
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
    },
    /// Show what the lab's APIs were asked for, and how often, as JSON
    Calls {
        /// Forget the calls so far instead, and start to count anew
        #[arg(long)]
        forget: bool,
        /// The lab's ready file
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
    },
    /// Show the lab's faults, verdicts and time, as JSON
    Status {
        /// The lab's ready file
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
    },
}

#[derive(Args, Debug)]
pub(super) struct CompletionsArgs {
    /// The shell
    pub(super) shell: clap_complete::Shell,
}
