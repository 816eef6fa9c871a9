//! The options of `drill`, as clap reads them.

use std::{path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};

use crate::{clock::duration, drill::FaultKind, model::Fqdn, report::drill::Format};

/// What may be broken, what guards it, how it ends; a test holds the guards against [`Guard`].
pub(super) const NOTES: &str = "\
Faults, each with an undo that is written down, and known to be permitted, before anything is broken:
  invert          the primary's health check is inverted: touches no data, and no client but by DNS
  block-public    Block Public Access is switched on for the bucket of the primary's health object
  block-sentinel  the health object alone is denied to strangers, by a statement of the bucket's policy
  switch          the manual switch is thrown: one object in the secondary's bucket
  observe         nothing: somebody else breaks the primary, and mends it (FIS, a firewall)
  In a lab, also the faults of its S3: refuse, timeout, http-500, http-503, slow.

What has to be so, or the drill is refused; --force NAME has one of them stand aside:
  plan       records and health checks are as the spec says
  answers    every name server, resolver and client is led to the primary
  primary    the primary serves
  secondary  the secondary is healthy, and serves
  sentinel   both sides serve the same health object
  checks     the health checks are there, switched on and mean what is served

Ctrl-C, SIGTERM, SIGHUP, a reader that goes away and a panic restore first, and end with 130. A second Ctrl-C \
does not hasten it: what is being done is all that there is to do. After a kill -9 or a power failure, \
`s3-failover recover` restores, on this machine or another.

It ends with 0 when clients recovered, within the target if there is one; with 1 when they did not; with 3 when \
something could not be restored, and says how to do it by hand; with 4 when it was refused and nothing was changed.";

/// A drill is over in so long, or restores (our choice; a failover with default settings takes 3 minutes at worst).
const MAX_DURATION: &str = "15m";

#[derive(Args, Clone, Debug)]
pub(super) struct DrillArgs {
    /// The failover; may be left out when the spec has one
    pub(super) name: Option<Fqdn>,
    /// How the primary is broken: see below
    #[arg(long, value_name = "KIND", default_value = "invert")]
    pub(super) fault: FaultKind,
    /// How long clients stay on the secondary
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub(super) hold: Duration,
    /// Restore when it has taken so long, wherever it stands
    #[arg(long, value_name = "TIME", default_value = MAX_DURATION, value_parser = longer_than_nothing)]
    pub(super) max_duration: Duration,
    /// How long everything is watched before it is broken
    #[arg(long, value_name = "TIME", default_value = "12s", value_parser = duration)]
    pub(super) baseline: Duration,
    /// Go on trying to restore for so long when AWS cannot be reached, or does not know us any more
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = longer_than_nothing)]
    pub(super) restore_within: Duration,
    /// Drill so often, and give percentiles
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(super) repeat: u32,
    /// The recovery time that is wanted, instead of the spec's `target_seconds`
    #[arg(long, value_name = "TIME", value_parser = longer_than_nothing)]
    pub(super) target: Option<Duration>,
    /// Write the report here too: HTML, Markdown, JSON or JUnit XML, by the ending .html, .md, .json or .xml (can be
    /// repeated)
    #[arg(long, value_name = "FILE", value_parser = report_file)]
    pub(super) report: Vec<ReportFile>,
    /// Append what happens to this file, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub(super) events: Option<PathBuf>,
    /// Write no heartbeat objects; then it is not known which writes were lost
    #[arg(long)]
    pub(super) no_heartbeat: bool,
    /// Have a guard stand aside: see below (can be repeated)
    #[arg(long, value_name = "GUARD", value_enum)]
    pub(super) force: Vec<Guard>,
    /// Do not ask
    #[arg(short, long)]
    pub(super) yes: bool,
}

/// What has to be so before a drill, unless somebody says that it need not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum)]
pub(super) enum Guard {
    Plan,
    Answers,
    Primary,
    Secondary,
    Sentinel,
    Checks,
}

impl Guard {
    /// As it is written.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Answers => "answers",
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Sentinel => "sentinel",
            Self::Checks => "checks",
        }
    }
}

/// A file whose ending says what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReportFile {
    pub(super) path: PathBuf,
    pub(super) kind: Format,
}

/// By its ending.
pub(super) fn report_file(text: &str) -> Result<ReportFile, String> {
    let path = PathBuf::from(text);
    let kind = Format::of(&path).map_err(|error| error.to_string())?;
    Ok(ReportFile { path, kind })
}

fn longer_than_nothing(text: &str) -> Result<Duration, String> {
    let read = duration(text).map_err(|error| error.to_string())?;
    if read.is_zero() { Err("write more than 0s".to_owned()) } else { Ok(read) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_says_what_a_report_holds() {
        let kind = |text: &str| report_file(text).map(|file| file.kind).ok();
        assert_eq!(kind("a.b/report.html"), Some(Format::Html));
        assert_eq!(kind("report.md"), Some(Format::Markdown));
        assert_eq!(kind("report.json"), Some(Format::Json));
        assert_eq!(kind("report.xml"), Some(Format::Junit));
        for wrong in ["report", "report.pdf", "html", ".html", ""] {
            assert_eq!(kind(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_help_names_every_guard_and_no_other() {
        let told = NOTES.split("--force NAME").nth(1).expect("a list").split("\n\n").next().expect("it ends");
        let told: Vec<&str> =
            told.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
        let known: Vec<&str> = Guard::value_variants().iter().map(|guard| guard.word()).collect();
        assert_eq!(told, known);
        for guard in Guard::value_variants() {
            let value = guard.to_possible_value().expect("it is not hidden");
            assert_eq!(value.get_name(), guard.word());
        }
    }
}
