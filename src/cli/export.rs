//! `export`: the spec in the words of other tools.

use std::path::Path;

use super::{
    args::Global,
    exit::{ExitStatus, Failure},
    export_args::{ExportArgs, ExportFormat},
    export_iam,
    ui::Ui,
    world::{load_spec, spec_name},
};
use crate::export::{File, TwoPlaces, cloudformation, cloudformation_buckets, requests, terraform};

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
            return write_files(args.out.as_deref(), &files, ui);
        }
        ExportFormat::Terraform => terraform(&spec, &name, args.buckets)?,
        ExportFormat::Json => requests(&spec, &name, args.buckets)?,
    };
    write(args.out.as_deref(), &text, ui)?;
    Ok(ExitStatus::Yes)
}

impl From<TwoPlaces> for Failure {
    fn from(error: TwoPlaces) -> Self {
        Self::new(ExitStatus::Usage, error.to_string())
            .hint("A bucket lies in one region of one account: say so alike wherever the spec names it.")
    }
}

/// To a file, or to stdout.
fn write(out: Option<&Path>, text: &str, ui: Ui) -> Result<(), Failure> {
    let Some(path) = out else { return Ok(ui.data(text)?) };
    std::fs::write(path, text).map_err(|error| {
        Failure::new(ExitStatus::Usage, format!("could not write {}", path.display())).caused_by(&error)
    })
}

/// One file as [`write`] does, several into a folder.
fn write_files(out: Option<&Path>, files: &[File], ui: Ui) -> Result<ExitStatus, Failure> {
    if let [file] = files {
        write(out, &file.text, ui)?;
        return Ok(ExitStatus::Yes);
    }
    let Some(folder) = out else {
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        return Err(Failure::new(
            ExitStatus::Usage,
            format!("this takes several templates: {}", names.join(", ")),
        )
        .hint("`--out FOLDER` writes them all."));
    };
    let made = std::fs::create_dir_all(folder);
    made.map_err(|error| {
        Failure::new(ExitStatus::Usage, format!("could not create {}", folder.display())).caused_by(&error)
    })?;
    for file in files {
        write(Some(&folder.join(&file.name)), &file.text, ui)?;
    }
    Ok(ExitStatus::Yes)
}
