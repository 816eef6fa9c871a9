//! The options of `history`, as clap reads them.

use std::{path::PathBuf, time::Duration};

use clap::{Args, Subcommand, ValueEnum};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::{clock::duration, journal::Deed};

/// How the trend is judged; `report::history::trend` does it.
pub(super) const NOTES: &str = "\
Under the list stands how recovery times went, for each failover and fault that was drilled more than once.
The last drill is called worse when it took more than a tenth, and more than a second, longer than the median
of the drills before it, or did not recover.

`plan` is remembered when a person saw it or a file keeps it: with --out, or on a terminal.";

#[derive(Args, Debug)]
pub(super) struct HistoryArgs {
    #[command(flatten)]
    pub(super) filter: FilterArgs,
    #[command(subcommand)]
    pub(super) command: Option<HistoryCommand>,
}

/// Which runs.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct FilterArgs {
    /// Only what this command did: plan, apply, destroy, drill, failover, failback or recover (can be repeated)
    #[arg(long, value_name = "COMMAND", value_parser = deed)]
    pub(super) deed: Vec<Deed>,
    /// Only what began after this: a date (`2026-11-22`), a time (`2026-11-22T09:00:00Z`), or so long ago (`90d`, `12h`)
    #[arg(long, value_name = "TIME", value_parser = since)]
    pub(super) since: Option<Since>,
    /// Only the last so many
    #[arg(long, value_name = "N")]
    pub(super) limit: Option<usize>,
}

impl FilterArgs {
    /// What was said before the subcommand counts too.
    pub(super) fn or(&self, before: &Self) -> Self {
        let deed = if self.deed.is_empty() { &before.deed } else { &self.deed };
        Self { deed: deed.clone(), since: self.since.or(before.since), limit: self.limit.or(before.limit) }
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum HistoryCommand {
    /// Print one run, with all that was measured
    Show {
        /// Its number in the list, or the name of the run, or how that begins
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Print all of it for other programs: every run, in JSON with its document
    Export {
        #[command(flatten)]
        filter: FilterArgs,
        /// What to write
        #[arg(long, value_name = "FORMAT")]
        format: HistoryFormat,
        /// Write to this file instead of to stdout
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum HistoryFormat {
    Csv,
    Json,
}

/// From when on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Since {
    At(Timestamp),
    Ago(Duration),
}

impl Since {
    /// As a date.
    pub(super) fn moment(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::Ago(ago) => now.checked_sub(ago).unwrap_or(Timestamp::MIN),
        }
    }
}

fn deed(text: &str) -> Result<Deed, String> {
    Deed::named(text).ok_or_else(|| {
        let names: Vec<&str> = Deed::ALL.into_iter().map(Deed::as_str).collect();
        format!("write one of {}", names.join(", "))
    })
}

fn since(text: &str) -> Result<Since, String> {
    if let Ok(at) = text.parse() {
        return Ok(Since::At(at));
    }
    // A day of whom? Of everybody: what is remembered is in UTC.
    if let Ok(midnight) = text.parse::<Date>().and_then(|date| date.to_zoned(TimeZone::UTC)) {
        return Ok(Since::At(midnight.timestamp()));
    }
    let days = text.strip_suffix('d').and_then(|days| days.parse::<u64>().ok()?.checked_mul(86_400));
    let ago = days.map(Duration::from_secs).or_else(|| duration(text).ok());
    ago.map(Since::Ago)
        .ok_or_else(|| "write a date (2026-11-22), a time (2026-11-22T09:00:00Z), or 90d, 12h, 5m".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_is_a_date_a_time_or_so_long_ago() {
        let at = |text: &str| Since::At(text.parse().expect("a time"));
        let cases = [
            ("2026-11-22", at("2026-11-22T00:00:00Z")),
            ("2026-11-22T09:00:00Z", at("2026-11-22T09:00:00Z")),
            ("2026-11-22T09:00:00+02:00", at("2026-11-22T07:00:00Z")),
            ("90d", Since::Ago(Duration::from_hours(90 * 24))),
            ("12h", Since::Ago(Duration::from_hours(12))),
        ];
        for (text, expected) in cases {
            assert_eq!(since(text), Ok(expected), "{text}");
        }
        for text in ["", "d", "-1d", "yesterday", "2026-13-01", "99999999999999999999d"] {
            assert!(since(text).is_err(), "{text}");
        }
        let now: Timestamp = "2026-11-22T00:00:00Z".parse().expect("a time");
        assert_eq!(Since::Ago(Duration::from_hours(24)).moment(now).to_string(), "2026-11-21T00:00:00Z");
        assert_eq!(Since::Ago(Duration::MAX).moment(now), Timestamp::MIN);
    }
}
