//! The options of `recover`, as clap reads them.

use clap::Args;

/// What stands below them.
pub(super) const NOTES: &str = "\
What is broken is gathered from this machine's journal and, when there is a spec, from the notices that drills leave
in the secondary's buckets and from the tags of health checks: so it works on another machine than the drill's, too.
What somebody else has changed since is left as it is and told. Each step may be done again and again.

Ends with 0 when everything is mended, with 3 when something is not (it says which, why, and what to do by hand), and
with 4 when nobody said yes, or somebody may still be drilling.";

#[derive(Args, Debug, Default)]
pub(super) struct RecoverArgs {
    /// Do not ask
    #[arg(short, long)]
    pub(super) yes: bool,
    /// Show what is broken, and mend nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Mend what somebody may still be drilling, too, and forget what somebody else has changed since
    #[arg(long)]
    pub(super) force: bool,
}
