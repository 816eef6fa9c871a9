//! What `export` writes: one file to stdout or where it is told to, several into a folder.

use std::{fs, path::Path};

use super::{
    exit::{ExitStatus, Failure},
    ui::Ui,
};
use crate::export::File;

/// To a file, or to stdout.
pub(super) fn write_text(text: &str, out: Option<&Path>, ui: Ui) -> Result<(), Failure> {
    match out {
        None => Ok(ui.data(text)?),
        Some(path) => fs::write(path, text).map_err(|error| Failure::not_written(path, &error)),
    }
}

/// One file as [`write_text`] does; several, which are called `what` together, into a folder, since each of them
/// has to be created by itself.
pub(super) fn write_files(files: &[File], what: &str, out: Option<&Path>, ui: Ui) -> Result<(), Failure> {
    if let [file] = files {
        return write_text(&file.text, out, ui);
    }
    let Some(folder) = out else {
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        let message = format!("this takes several {what}: {}", names.join(", "));
        return Err(Failure::new(ExitStatus::Usage, message).hint("`--out FOLDER` writes them all."));
    };
    fs::create_dir_all(folder).map_err(|error| {
        Failure::new(ExitStatus::Usage, format!("could not create {}", folder.display())).caused_by(&error)
    })?;
    for file in files {
        write_text(&file.text, Some(&folder.join(&file.name)), ui)?;
    }
    Ok(())
}
