//! The options of `export --format iam`, as clap reads them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::{export::iam::Purpose, model::RecordType};

/// What each policy is for; a test holds it against [`NEEDS`].
pub(super) const POLICIES: &str = "\
Policies, by the commands that they are for:
  plan     plan, import
  apply    plan, apply, destroy
  verify   verify, watch, status
  drill    drill, recover
  orphans  status --orphans, destroy --orphans
  switch   failover, failback
  all      all of these, but switch

Before health checks are deleted, every record of the account is looked at: to plan, to apply, and to
remove orphans takes reading every hosted zone. `import` has no spec, and asks as whoever runs it.

The other commands ask nothing of AWS.";

/// The policy that each command needs, or that it needs none.
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "the help says it in words, and a test holds the two together")
)]
pub(super) const NEEDS: [(&str, Option<ExportFor>); 21] = [
    ("init", None),
    ("plan", Some(ExportFor::Plan)),
    ("apply", Some(ExportFor::Apply)),
    ("destroy", Some(ExportFor::Apply)),
    ("import", Some(ExportFor::Plan)),
    // The ids of zones only, for `--format iam`: what `plan` may.
    ("export", Some(ExportFor::Plan)),
    ("verify", Some(ExportFor::Verify)),
    ("watch", Some(ExportFor::Verify)),
    ("drill", Some(ExportFor::Drill)),
    ("status", Some(ExportFor::Verify)),
    ("failover", Some(ExportFor::Switch)),
    ("failback", Some(ExportFor::Switch)),
    ("resolve", None),
    ("history", None),
    ("recover", Some(ExportFor::Drill)),
    ("demo", None),
    ("lab", None),
    ("completions", None),
    ("man", None),
    ("status --orphans", Some(ExportFor::Orphans)),
    ("destroy --orphans", Some(ExportFor::Orphans)),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ExportFor {
    Plan,
    Apply,
    Verify,
    Drill,
    Orphans,
    Switch,
    All,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Options of `iam`")]
pub(super) struct IamArgs {
    /// Ask AWS nothing: a hosted zone that the spec names without its id may be any of the account
    #[arg(long)]
    pub(super) offline: bool,
    /// Another state of the spec, such as the one before: its records may be changed too (can be repeated)
    #[arg(long, value_name = "FILE")]
    pub(super) also: Vec<PathBuf>,
    /// For `apply --adopt`: records of others of this type may be taken over (can be repeated)
    #[arg(long, value_name = "TYPE")]
    pub(super) adopt: Vec<RecordType>,
}

impl IamArgs {
    /// The first option that was given, for those who have no use for any.
    pub(super) fn given(&self) -> Option<&'static str> {
        let given = [
            (self.offline, "--offline"),
            (!self.also.is_empty(), "--also"),
            (!self.adopt.is_empty(), "--adopt"),
        ];
        given.into_iter().find(|(given, _)| *given).map(|(_, option)| option)
    }
}

impl From<ExportFor> for Purpose {
    fn from(for_: ExportFor) -> Self {
        match for_ {
            ExportFor::Plan => Self::Plan,
            ExportFor::Apply => Self::Apply,
            ExportFor::Verify => Self::Verify,
            ExportFor::Drill => Self::Drill,
            ExportFor::Orphans => Self::Orphans,
            ExportFor::Switch => Self::Switch,
            ExportFor::All => Self::All,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use clap::{Command, ValueEnum};

    use super::*;
    use crate::cli::help;

    /// A new command says which policy it needs, or nobody knows what to permit.
    #[test]
    fn every_command_has_its_policy_or_needs_none() {
        let command = help::command();
        let defined: BTreeSet<&str> = command.get_subcommands().map(Command::get_name).collect();
        let said = NEEDS.iter().map(|(command, _)| *command).filter(|command| !command.contains(' '));
        assert_eq!(said.collect::<BTreeSet<_>>(), defined);
    }

    #[test]
    fn the_help_says_the_same() {
        let lines = POLICIES.lines().filter_map(|line| line.strip_prefix("  ")?.split_once(' '));
        let lines: BTreeMap<&str, &str> = lines.collect();
        let values = ExportFor::value_variants().iter().filter_map(ExportFor::to_possible_value);
        let values: BTreeSet<String> = values.map(|value| value.get_name().to_owned()).collect();
        assert_eq!(lines.keys().map(ToString::to_string).collect::<BTreeSet<_>>(), values);
        for (command, policy) in NEEDS.iter().filter(|(command, _)| *command != "export") {
            let Some(policy) = policy.and_then(|policy| policy.to_possible_value()) else { continue };
            let told: Vec<&str> = lines[policy.get_name()].split([',', ';']).map(str::trim).collect();
            assert!(told.contains(command), "{command} needs {}: {told:?}", policy.get_name());
        }
    }
}
