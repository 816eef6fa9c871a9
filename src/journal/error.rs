//! Why a journal could not be read or written, and what was done about a file that could not be used.

use std::{
    io,
    path::{Path, PathBuf},
};

use rusqlite::ErrorCode;

/// The journal could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The state folder cannot be made, read or written.
    #[error("the state folder {} cannot be used", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why not.
        #[source]
        cause: io::Error,
    },
    /// Something else stands where the state folder should be.
    #[error("the state folder {} cannot be used: it is no folder", folder.display())]
    NotAFolder {
        /// What should be a folder.
        folder: PathBuf,
    },
    /// The file is there, and the system does not let us have it.
    #[error("the journal {} cannot be opened", file.display())]
    NotOpened {
        /// The file.
        file: PathBuf,
        /// Why not.
        #[source]
        cause: io::Error,
    },
    /// The file can be read and not written.
    #[error("the journal {} cannot be written: the file or its folder is read-only", file.display())]
    ReadOnly {
        /// The file.
        file: PathBuf,
    },
    /// There is no room.
    #[error("the journal {} cannot be written: the disk is full", file.display())]
    Full {
        /// The file.
        file: PathBuf,
    },
    /// Somebody else holds it for longer than we wait.
    #[error("the journal {} is in use by another process", file.display())]
    InUse {
        /// The file.
        file: PathBuf,
    },
    /// An earlier version of this program wrote it.
    #[error("the journal {} is of version {found}, and this program writes version {known}", file.display())]
    Older {
        /// The file.
        file: PathBuf,
        /// What is there.
        found: i64,
        /// What this program knows.
        known: i64,
    },
    /// A later version of this program wrote it.
    #[error("the journal {} is of version {found}, and this program knows version {known}", file.display())]
    Newer {
        /// The file.
        file: PathBuf,
        /// What is there.
        found: i64,
        /// What this program knows.
        known: i64,
    },
    /// A part of it is not what was written.
    #[error("the journal {} is damaged: {what}", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// There is no such step.
    #[error("the journal {} has no step {id}", file.display())]
    NoStep {
        /// The file.
        file: PathBuf,
        /// The number that was asked for.
        id: i64,
    },
    /// `SQLite` said no.
    #[error("the journal {} cannot be read or written", file.display())]
    Database {
        /// The file.
        file: PathBuf,
        /// What it said.
        #[source]
        cause: rusqlite::Error,
    },
}

impl JournalError {
    /// The way out.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Folder { .. }
            | Self::NotAFolder { .. }
            | Self::NotOpened { .. }
            | Self::ReadOnly { .. } => {
                "`--state DIR` (or S3_FAILOVER_STATE) names a folder that you may write. Whoever wrote this one \
                 sees in it what is still broken."
            }
            Self::Full { .. } => "Make room, or name a folder on another disk with `--state DIR`.",
            Self::InUse { .. } => {
                "Run the command again when the other one has ended, or name another folder with `--state DIR`."
            }
            Self::Older { .. } | Self::Newer { .. } | Self::Damaged { .. } => {
                "The next command that writes to the journal keeps this file beside, and takes over what it can read."
            }
            Self::NoStep { .. } => "`s3-failover recover` shows what is still broken.",
            Self::Database { .. } => {
                "Look at the disk and at the file's permissions; `--state DIR` names another folder."
            }
        }
    }

    /// What `SQLite` said about a file, in our words.
    pub(super) fn of(file: &Path, error: rusqlite::Error) -> Self {
        let file = file.to_owned();
        if is_damage(&error) {
            return Self::Damaged { file, what: error.to_string() };
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse { file },
            Some(ErrorCode::ReadOnly) => Self::ReadOnly { file },
            Some(ErrorCode::DiskFull) => Self::Full { file },
            // `SQLite` does not say why.
            Some(ErrorCode::CannotOpen) => match refused(&file) {
                Some(cause) => Self::NotOpened { file, cause },
                None => Self::Database { file, cause: error },
            },
            _ => Self::Database { file, cause: error },
        }
    }
}

/// Whether an error says that the file is not what was written.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(
        error,
        rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
    ) || matches!(error.sqlite_error_code(), Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt))
}

/// Why the system refuses a file. It is asked without opening the file: to close it again would drop the locks
/// that `SQLite` holds on it in this process (`SQLite`, "How To Corrupt An `SQLite` Database File", 2.2).
fn refused(file: &Path) -> Option<io::Error> {
    use rustix::fs::{Access, access};
    match std::fs::metadata(file) {
        Err(cause) => Some(cause),
        Ok(found) if found.is_dir() => Some(io::ErrorKind::IsADirectory.into()),
        Ok(_) => access(file, Access::READ_OK | Access::WRITE_OK).err().map(Into::into),
    }
}

/// What was done about a file that could not be used as it was. To be told to whoever runs the command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// It was moved beside, and a new one begun.
    SetAside {
        /// What was wrong with it.
        why: String,
        /// Where it is now.
        to: PathBuf,
        /// How many pending steps were taken over from it.
        steps: usize,
        /// And how many remembered runs.
        records: usize,
        /// Whether all of it could be read.
        whole: bool,
    },
    /// It was brought to this version.
    Migrated {
        /// The version that it was of.
        from: i64,
        /// Where it is as it was.
        copy: PathBuf,
    },
}
