//! `export`: the spec in the words of other tools.

use super::{
    args::Global,
    exit::{ExitStatus, Failure},
    export_args::{ExportArgs, ExportFormat},
    export_files::{write_files, write_text},
    export_iam,
    ui::Ui,
    world::{load_spec, spec_name},
};
use crate::export::{TwoPlaces, cloudformation, cloudformation_buckets, requests, terraform};

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
    let name = spec_name(&global.config);
    let text = match args.format {
        ExportFormat::Iam => return export_iam::run(args, &spec, global, ui).await,
        ExportFormat::Cloudformation => {
            let mut files = cloudformation(&spec, &name);
            if args.buckets {
                files.extend(cloudformation_buckets(&spec, &name)?);
            }
            write_files(&files, "templates", args.out.as_deref(), ui)?;
            return Ok(ExitStatus::Yes);
        }
        ExportFormat::Terraform => terraform(&spec, &name, args.buckets)?,
        ExportFormat::Json => requests(&spec, &name, args.buckets)?,
    };
    write_text(&text, args.out.as_deref(), ui)?;
    Ok(ExitStatus::Yes)
}

impl From<TwoPlaces> for Failure {
    fn from(error: TwoPlaces) -> Self {
        Self::new(ExitStatus::Usage, error.to_string())
            .hint("A bucket lies in one region of one account: say so alike wherever the spec names it.")
    }
}
