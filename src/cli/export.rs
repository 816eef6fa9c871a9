//! `export`: the spec in the words of other tools.

use std::path::Path;

use super::{
    args::Global,
    exit::{ExitStatus, Failure},
    export_args::{ExportArgs, ExportFormat},
    export_iam,
    ui::Ui,
    world::load_spec,
};

#[expect(unreachable_code, unused_variables, reason = "until the other formats are written")]
pub(super) async fn run(args: &ExportArgs, global: &Global, ui: Ui) -> Result<ExitStatus, Failure> {
    if args.for_.is_some() && args.format != ExportFormat::Iam {
        return Err(Failure::new(ExitStatus::Usage, "`--for` says which command a policy is for")
            .hint("`--format iam --for plan` prints the policy that plan needs."));
    }
    if let Some(option) = args.iam.given().filter(|_| args.format != ExportFormat::Iam) {
        return Err(Failure::new(
            ExitStatus::Usage,
            format!("`{option}` has a use with `--format iam` only"),
        ));
    }
    let spec = load_spec(global, ui)?;
    let text: String = match args.format {
        ExportFormat::Iam => return export_iam::run(args, &spec, global, ui).await,
        ExportFormat::Cloudformation | ExportFormat::Terraform | ExportFormat::Json => {
            return Err(Failure::new(ExitStatus::Usage, "this format cannot be written yet"));
        }
    };
    write(args.out.as_deref(), &text, ui)?;
    Ok(ExitStatus::Yes)
}

/// To a file, or to stdout.
fn write(out: Option<&Path>, text: &str, ui: Ui) -> Result<(), Failure> {
    let Some(path) = out else { return Ok(ui.data(text)?) };
    std::fs::write(path, text).map_err(|error| {
        Failure::new(ExitStatus::Usage, format!("could not write {}", path.display())).caused_by(&error)
    })
}
