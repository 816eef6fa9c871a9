//! `export`: the spec in the words of other tools.

use std::path::Path;

use super::{
    args::Global,
    exit::{ExitStatus, Failure},
    export_args::{ExportArgs, ExportFormat},
    ui::Ui,
    world::load_spec,
};
use crate::spec::Spec;

pub(super) fn run(args: &ExportArgs, global: &Global, ui: Ui) -> Result<ExitStatus, Failure> {
    if args.for_.is_some() && args.format != ExportFormat::Iam {
        return Err(Failure::new(ExitStatus::Usage, "`--for` says which command a policy is for")
            .hint("`--format iam --for plan` prints the policy that plan needs."));
    }
    let spec = load_spec(global, ui)?;
    let text = match args.format {
        ExportFormat::Iam => iam(args, &spec)?,
        ExportFormat::Cloudformation | ExportFormat::Terraform | ExportFormat::Json => {
            return Err(Failure::new(ExitStatus::Usage, "this format cannot be written yet"));
        }
    };
    write(args.out.as_deref(), &text, ui)?;
    Ok(ExitStatus::Yes)
}

/// The least privilege policy for the command of `--for`.
fn iam(_args: &ExportArgs, _spec: &Spec) -> Result<String, Failure> {
    Err(Failure::new(ExitStatus::Usage, "`export --format iam` cannot be written yet"))
}

/// To a file, or to stdout.
fn write(out: Option<&Path>, text: &str, ui: Ui) -> Result<(), Failure> {
    let Some(path) = out else { return Ok(ui.data(text)?) };
    std::fs::write(path, text).map_err(|error| {
        Failure::new(ExitStatus::Usage, format!("could not write {}", path.display())).caused_by(&error)
    })
}
