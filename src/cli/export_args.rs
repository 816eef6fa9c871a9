//! The options of `export`, as clap reads them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::export_iam_args::{ExportFor, IamArgs, POLICIES};

/// What `export` tells beyond its options; each format has its use.
const FORMATS: &str = "\
Formats:
  cloudformation  a template in YAML for the records and health checks that apply would create; with --buckets
                  a folder of templates, one for DNS and one a region, since a stack belongs to one region
  terraform       one file of HCL for Terraform and OpenTofu
  json            every request that apply would send, in the shapes that `aws … --cli-input-json` takes
  iam             the least privilege policy for commands of this program

Nothing is asked of AWS, but by `iam` for the ids of zones. A stack owns what it creates: change it by the stack, not by apply.";

#[derive(Args, Debug)]
#[command(after_help = format!("{FORMATS}\n\n{POLICIES}"))]
pub(super) struct ExportArgs {
    /// What to print
    #[arg(long, value_name = "FORMAT", hide_possible_values = true)]
    pub(super) format: ExportFormat,
    /// With `iam`: the command that the policy is for
    #[arg(long = "for", value_name = "COMMAND")]
    pub(super) for_: Option<ExportFor>,
    /// Also the buckets: versioning, replication both ways, its roles, and what health checkers may read
    #[arg(long)]
    pub(super) buckets: bool,
    /// Write to this file, or into this folder where it takes several files, instead of stdout
    #[arg(long, value_name = "PATH")]
    pub(super) out: Option<PathBuf>,
    #[command(flatten)]
    pub(super) iam: IamArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ExportFormat {
    Cloudformation,
    Terraform,
    Json,
    Iam,
}
