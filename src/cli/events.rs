//! What happens, as JSON lines in a file.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::{
    exit::{ExitStatus, Failure},
    ui::Ui,
};

/// Where the lines go.
pub(super) enum Sink {
    Nowhere,
    Stdout(Ui),
    File(PathBuf, File),
}

impl Sink {
    /// Opens a file, to append: a program that is started again loses nothing.
    pub(super) fn open(path: Option<&Path>, ui: Ui) -> Result<Self, Failure> {
        match path {
            None => Ok(Self::Nowhere),
            Some(path) if path == Path::new("-") => Ok(Self::Stdout(ui)),
            Some(path) => {
                let opened = append(path).map_err(|error| Failure::not_written(path, &error))?;
                Ok(Self::File(path.to_owned(), opened))
            }
        }
    }

    pub(super) fn is_stdout(&self) -> bool {
        matches!(self, Self::Stdout(_))
    }

    /// Writes one line at once; false when nobody reads any more.
    pub(super) fn write(&mut self, line: &str) -> Result<bool, Failure> {
        match self {
            Self::Nowhere => Ok(true),
            Self::Stdout(ui) => Ok(ui.stream(line)?),
            Self::File(path, file) => match file.write_all(line.as_bytes()) {
                Ok(()) => Ok(true),
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
                Err(error) => {
                    let message = format!("could not write to {} any more", path.display());
                    Err(Failure::new(ExitStatus::Refused, message).caused_by(&error))
                }
            },
        }
    }
}

/// A line that was cut off, by a full disk or a crash, is ended first.
fn append(path: &Path) -> io::Result<File> {
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    // Pipes and devices have no end to look at.
    if file.metadata()?.is_file() && file.metadata()?.len() > 0 {
        let mut last = [0];
        let mut reader = File::open(path)?;
        reader.seek(SeekFrom::End(-1))?;
        reader.read_exact(&mut last)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
        }
    }
    Ok(file)
}
