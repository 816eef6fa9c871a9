//! Completion scripts and the manual page, made from the command line's own definition.

use super::{
    args::CompletionsArgs,
    exit::{ExitStatus, Failure},
    help,
    ui::Ui,
};

pub(super) fn completions(args: &CompletionsArgs, ui: Ui) -> Result<ExitStatus, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut help::command(), "s3-failover", &mut script);
    ui.data(&String::from_utf8_lossy(&script))?;
    Ok(ExitStatus::Yes)
}

pub(super) fn man(ui: Ui) -> Result<ExitStatus, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(help::command()).render(&mut page)?;
    ui.data(&String::from_utf8_lossy(&page))?;
    Ok(ExitStatus::Yes)
}
