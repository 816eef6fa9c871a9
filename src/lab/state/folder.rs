//! May this folder hold a lab's state?
//!
//! A folder that is not there yet or is empty becomes one; a folder with a database of the lab is one.
//! Everything else belongs to somebody, and is left alone.

use std::{
    io,
    path::{Path, PathBuf},
};

/// The database in the folder.
pub(super) const FILE: &str = "lab.sqlite3";

/// Why a folder's state cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The folder cannot be made or read.
    #[error("the state folder {} cannot be used", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why not.
        #[source]
        cause: io::Error,
    },
    /// There is something else in it.
    #[error("{} holds no state of a lab; name an empty folder or one that does not exist yet", folder.display())]
    Foreign {
        /// The folder.
        folder: PathBuf,
    },
    /// Another lab has it open.
    #[error("another lab is running on the state in {}", folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// A lab of another version wrote it.
    #[error("the state in {} is of version {found}, and this program reads version {known}", folder.display())]
    Version {
        /// The folder.
        folder: PathBuf,
        /// What is there.
        found: i64,
        /// What this program knows.
        known: i64,
    },
    /// A part of it cannot be read.
    #[error("the state in {} is damaged", folder.display())]
    Damaged {
        /// The folder.
        folder: PathBuf,
        /// What is wrong.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// `SQLite` said no.
    #[error("the state in {} cannot be read or written", folder.display())]
    Database {
        /// The folder.
        folder: PathBuf,
        /// What it said.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Makes the folder if it has to, and gives the place of its database.
pub(super) fn prepare(folder: &Path) -> Result<PathBuf, StateError> {
    let failed = |cause| StateError::Folder { folder: folder.to_owned(), cause };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let file = folder.join(FILE);
    let mut entries = std::fs::read_dir(folder).map_err(failed)?;
    if !file.exists() && entries.next().is_some() {
        return Err(StateError::Foreign { folder: folder.to_owned() });
    }
    Ok(file)
}
