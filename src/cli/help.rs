//! The help of the program as a whole, its commands grouped by what they are for.

use clap::{Command, CommandFactory};

use super::args::Arguments;

/// Which command belongs where; every command that is not hidden stands in one group.
const GROUPS: [(&str, &[&str]); 5] = [
    ("Set up", &["init", "plan", "apply", "destroy", "import", "export"]),
    ("Prove", &["verify", "watch", "drill"]),
    ("Operate", &["status", "failover", "failback", "resolve", "history", "recover"]),
    ("Try", &["demo", "lab"]),
    ("Other", &["completions", "man"]),
];

/// The command line's definition, with the grouped help.
pub(super) fn command() -> Command {
    let command = Arguments::command();
    let template = format!("{{about}}\n\n{{usage-heading}} {{usage}}\n\n{}\n{{options}}", groups(&command));
    command.help_template(template)
}

/// The grouped help, as `s3-failover` alone prints it.
pub(super) fn grouped() -> String {
    command().render_help().to_string()
}

fn groups(command: &Command) -> String {
    let line = |title: &str, name: &str| {
        let about = command.find_subcommand(name).and_then(Command::get_about);
        format!("{title:<9}{name:<13}{}\n", about.map(ToString::to_string).unwrap_or_default())
    };
    let group = |(title, names): (&str, &[&str])| -> String {
        let titles = std::iter::once(title).chain(std::iter::repeat(""));
        titles.zip(names).map(|(title, name)| line(title, name)).collect()
    };
    GROUPS.into_iter().map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_stands_in_one_group() {
        let command = Arguments::command();
        let mut defined: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        defined.sort_unstable();
        grouped.sort_unstable();
        assert_eq!(defined, grouped);
    }

    #[test]
    fn the_definition_holds_together() {
        command().debug_assert();
    }
}
