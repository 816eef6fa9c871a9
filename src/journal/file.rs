//! The folder and the files in it: made for one user alone, locked, and moved beside; never overwritten.
//!
//! Two locks, both of the system, so that a process that is killed leaves none behind:
//!
//! 1. The door, `journal.lock`: held while a journal is being opened. Whoever finds a file that has to be made,
//!    migrated or moved finds nobody else at the same.
//! 2. The users, `journal.users`: shared by all who have the journal open. Only who has it alone may move the
//!    file: `SQLite` would go on in the moved one, with the undo log of the new one ("How To Corrupt An
//!    `SQLite` Database File", 2.5).

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use super::JournalError;

/// The database.
const FILE: &str = "journal.db";
const DOOR: &str = "journal.lock";
const USERS: &str = "journal.users";
/// What `SQLite` writes beside a database, in the order in which it is moved: the database last.
const BESIDE: [&str; 4] = ["-journal", "-wal", "-shm", ""];

/// Where a journal is.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) folder: PathBuf,
    pub(super) file: PathBuf,
}

impl Place {
    pub(super) fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), file: folder.join(FILE) }
    }

    /// Whether anything stands where the file should be, or that may not be known.
    pub(super) fn is_there(&self) -> bool {
        let found = fs::symlink_metadata(&self.file);
        found.map_or_else(|error| error.kind() != io::ErrorKind::NotFound, |_| true)
    }

    /// Makes the folder, for us alone, if it is not there. The entries that lead to it are on the disk then.
    pub(super) fn prepare(&self) -> Result<(), JournalError> {
        if fs::metadata(&self.folder).is_ok_and(|found| !found.is_dir()) {
            return Err(JournalError::NotAFolder { folder: self.folder.clone() });
        }
        let missing: Vec<&Path> = self.folder.ancestors().take_while(|path| !is_folder(path)).collect();
        // "If, when attempting to write a file, the destination directory is non-existent an attempt should be
        // made to create it with permission 0700" (XDG Base Directory Specification).
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)
            .map_err(|cause| self.refused(cause))?;
        for made in missing {
            let parent = made.parent().filter(|parent| !parent.as_os_str().is_empty());
            sync(parent.unwrap_or(Path::new("."))).map_err(|cause| self.refused(cause))?;
        }
        Ok(())
    }

    /// Waits until nobody else is opening the journal.
    pub(super) fn door(&self) -> Result<File, JournalError> {
        let door = self.lock_file(DOOR)?;
        unless_unsupported(door.lock()).map_err(|cause| self.refused(cause))?;
        Ok(door)
    }

    /// Becomes one of those who have it open.
    pub(super) fn users(&self) -> Result<File, JournalError> {
        let users = self.lock_file(USERS)?;
        unless_unsupported(users.lock_shared()).map_err(|cause| self.refused(cause))?;
        Ok(users)
    }

    /// Makes sure that nobody else has it open. Only behind the door.
    pub(super) fn alone(&self, users: &File) -> Result<(), JournalError> {
        match users.try_lock() {
            Ok(()) => Ok(()),
            Err(TryLockError::WouldBlock) => Err(JournalError::InUse { file: self.file.clone() }),
            Err(TryLockError::Error(cause)) => {
                unless_unsupported(Err(cause)).map_err(|cause| self.refused(cause))
            }
        }
    }

    fn lock_file(&self, name: &str) -> Result<File, JournalError> {
        let path = self.folder.join(name);
        let opened = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path);
        opened.map_err(|cause| self.refused(cause))
    }

    /// A new, empty file of our own, beside the place where it will be. Left from a process that was killed, it
    /// is of no use to anybody.
    pub(super) fn draft(&self) -> Result<PathBuf, JournalError> {
        let draft = self.folder.join(format!("{FILE}.new"));
        let removed = fs::remove_file(&draft);
        removed
            .or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
            .and_then(|()| own_file(&draft))
            .map_err(|cause| self.refused(cause))?;
        Ok(draft)
    }

    /// Puts a finished draft in its place.
    pub(super) fn publish(&self, draft: &Path) -> Result<(), JournalError> {
        let put = fs::rename(draft, &self.file).and_then(|()| sync(&self.folder));
        put.map_err(|cause| self.refused(cause))
    }

    /// A new, empty file for a copy.
    pub(super) fn copy(&self, word: &str, date: Timestamp) -> Result<PathBuf, JournalError> {
        let copy = self.free(word, date);
        own_file(&copy).map_err(|cause| self.refused(cause))?;
        Ok(copy)
    }

    /// Moves the database beside, with what belongs to it.
    pub(super) fn set_aside(&self, word: &str, date: Timestamp) -> Result<PathBuf, JournalError> {
        let to = self.free(word, date);
        for ending in BESIDE {
            match fs::rename(ended(&self.file, ending), ended(&to, ending)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(self.refused(error)),
                _ => {}
            }
        }
        sync(&self.folder).map_err(|cause| self.refused(cause))?;
        Ok(to)
    }

    /// A name beside the database that nobody has: behind the door there is nobody who could take it meanwhile.
    fn free(&self, word: &str, date: Timestamp) -> PathBuf {
        let name = format!("{FILE}.{word}-{}", date.strftime("%Y%m%dT%H%M%SZ"));
        let numbered = (2_u32..).map(|number| self.folder.join(format!("{name}-{number}")));
        let mut names = std::iter::once(self.folder.join(&name)).chain(numbered);
        let free = |path: &PathBuf| BESIDE.iter().all(|end| fs::symlink_metadata(ended(path, end)).is_err());
        names.find(free).expect("one of four thousand million names is free")
    }

    pub(super) fn refused(&self, cause: io::Error) -> JournalError {
        if cause.kind() == io::ErrorKind::StorageFull {
            return JournalError::Full { file: self.file.clone() };
        }
        JournalError::Folder { folder: self.folder.clone(), cause }
    }
}

fn is_folder(path: &Path) -> bool {
    path.as_os_str().is_empty() || path.is_dir()
}

fn own_file(path: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map(drop)
}

fn ended(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Waits until a file or the entries of a folder are on the disk.
pub(super) fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// On a file system without locks, those of `SQLite` have to do.
fn unless_unsupported(locked: io::Result<()>) -> io::Result<()> {
    locked.or_else(|error| if error.kind() == io::ErrorKind::Unsupported { Ok(()) } else { Err(error) })
}
