//! The file: `SQLite`, in the state folder.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior};

use super::{
    JournalError, Line, NewStep, Notice, Record, Step, Writer,
    file::{Place, sync},
    rows::{self, LINE, Pending, STEP},
    salvage::Salvage,
    schema::{self, Depth, Found, VERSION},
};
use crate::clock::Clock;

/// A journal, open.
#[derive(Debug)]
pub struct Journal {
    file: PathBuf,
    writer: Writer,
    notices: Vec<Notice>,
    connection: Mutex<Connection>,
    /// As long as it is held, nobody moves the file; nothing where the folder is read-only.
    _users: Option<File>,
}

/// What a look at a journal shows, whatever state it is in.
#[derive(Debug, Default)]
pub struct Glance {
    /// What is still broken, as far as it could be read.
    pub pending: Vec<Step>,
    /// What is wrong with the journal.
    pub trouble: Option<JournalError>,
}

impl Journal {
    /// Opens the journal of a state folder to write in it, or makes one. A file that cannot be used as it is, is
    /// kept beside; [`Journal::notices`] says so.
    pub fn open(folder: &Path) -> Result<Self, JournalError> {
        let place = Place::of(folder);
        place.prepare()?;
        let door = place.door()?;
        let users = place.users()?;
        let refused = |error| JournalError::of(&place.file, error);
        if !place.is_there() {
            create(&place, &Salvage::default())?;
        }
        let mut connection = schema::open(&place.file).map_err(refused)?;
        let mut notices = Vec::new();
        let useless = match schema::inspect(&connection, Depth::Whole).map_err(refused)? {
            Found::Sound => None,
            Found::Older(from) => {
                place.alone(&users)?;
                notices.push(migrate(&place, &mut connection, from)?);
                None
            }
            Found::Newer(version) => Some((
                "newer",
                format!("it is of version {version}, and this program knows version {VERSION}"),
            )),
            Found::Damaged(what) => Some(("damaged", what)),
        };
        if let Some((word, why)) = useless {
            place.alone(&users)?;
            let salvage = Salvage::all(&connection);
            drop(connection);
            let to = place.set_aside(word, Clock::system().now())?;
            create(&place, &salvage)?;
            connection = schema::open(&place.file).map_err(refused)?;
            let (steps, records) = (salvage.pending.len(), salvage.records.len());
            notices.push(Notice::SetAside { why, to, steps, records, whole: salvage.whole });
        }
        // One of several again.
        drop(users);
        let users = place.users()?;
        drop(door);
        Ok(Self::with(place.file, connection, notices, Some(users)))
    }

    /// Opens a journal that is there, to read it: nothing is made, moved or changed. Nothing where there is none.
    pub fn read(folder: &Path) -> Result<Option<Self>, JournalError> {
        let place = Place::of(folder);
        if !place.is_there() {
            return Ok(None);
        }
        let file = place.file.clone();
        let users = place.users().ok();
        let refused = |error| JournalError::of(&file, error);
        let connection = schema::open(&file).map_err(refused)?;
        let (known, owned) = (VERSION, file.clone());
        match schema::inspect(&connection, Depth::Lists).map_err(refused)? {
            Found::Sound => Ok(Some(Self::with(place.file, connection, Vec::new(), users))),
            Found::Older(found) => Err(JournalError::Older { file: owned, found, known }),
            Found::Newer(found) => Err(JournalError::Newer { file: owned, found, known }),
            Found::Damaged(what) => Err(JournalError::Damaged { file: owned, what }),
        }
    }

    /// What is still broken, whatever state the journal is in; nothing where there is none. For commands that only
    /// look: nothing is made, moved or changed.
    pub fn glance(folder: &Path) -> Option<Glance> {
        let place = Place::of(folder);
        if !place.is_there() {
            return None;
        }
        let trouble = match Self::read(folder) {
            Ok(None) => return None,
            Ok(Some(journal)) => match journal.pending() {
                Ok(pending) => return Some(Glance { pending, trouble: None }),
                Err(error) => error,
            },
            Err(error) => error,
        };
        let pending = schema::open(&place.file).map(|connection| Salvage::steps(&connection).pending);
        let pending = pending.unwrap_or_default().into_iter().map(Pending::into_step).collect();
        // An older one is whole: only writing has to change it.
        let trouble = Some(trouble).filter(|trouble| !matches!(trouble, JournalError::Older { .. }));
        Some(Glance { pending, trouble })
    }

    fn with(file: PathBuf, connection: Connection, notices: Vec<Notice>, users: Option<File>) -> Self {
        let (writer, connection) = (Writer::this(), Mutex::new(connection));
        Self { file, writer, notices, connection, _users: users }
    }

    /// What was done about a file that could not be used as it was.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// Where the journal is.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Writes down a step that is going to be taken. It is on the disk when this returns.
    pub fn intend(&self, step: &NewStep) -> Result<i64, JournalError> {
        rows::insert_step(&self.connection(), step, &self.writer).map_err(|error| self.refused(error))
    }

    /// A step was undone, or never taken. To say it again changes nothing.
    pub fn undone(&self, id: i64, at: Timestamp) -> Result<(), JournalError> {
        let connection = self.connection();
        let query = "UPDATE step SET undone_at = coalesce(undone_at, ?2) WHERE id = ?1";
        match connection.execute(query, (id, at.to_string())).map_err(|error| self.refused(error))? {
            0 => Err(JournalError::NoStep { file: self.file.clone(), id }),
            _ => Ok(()),
        }
    }

    /// What is still broken, as far as this machine knows; the oldest first.
    pub fn pending(&self) -> Result<Vec<Step>, JournalError> {
        let query = format!("SELECT {STEP} WHERE undone_at IS NULL ORDER BY id");
        let found = self.all(&query, Pending::read)?;
        Ok(found.into_iter().map(Pending::into_step).collect())
    }

    /// Remembers a run that ended.
    pub fn record(&self, record: &Record) -> Result<(), JournalError> {
        let mut connection = self.connection();
        let written =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).and_then(|transaction| {
                rows::insert_record(&transaction, record, &self.writer.host)?;
                transaction.commit()
            });
        written.map_err(|error| self.refused(error))
    }

    /// Everything that is remembered, without the documents; the oldest first.
    pub fn lines(&self) -> Result<Vec<Line>, JournalError> {
        self.all(&format!("SELECT {LINE} ORDER BY id"), rows::read_line)
    }

    /// The document of a remembered run, by the number of its line.
    pub fn document(&self, id: i64) -> Result<Option<serde_json::Value>, JournalError> {
        rows::read_document(&self.connection(), id).map_err(|error| self.refused(error))
    }

    /// Everything that is remembered; the oldest first.
    pub fn history(&self) -> Result<Vec<Record>, JournalError> {
        let whole = |line: Line| Ok(Record { document: self.document(line.id)?, ..line.record });
        self.lines()?.into_iter().map(whole).collect()
    }

    fn all<T>(
        &self,
        query: &str,
        read: fn(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, JournalError> {
        let connection = self.connection();
        let found = connection
            .prepare(query)
            .and_then(|mut statement| statement.query_map([], read)?.collect::<rusqlite::Result<Vec<T>>>());
        found.map_err(|error| self.refused(error))
    }

    /// A thread that panicked left no statement half done: `SQLite` rolls it back.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(super) fn connection_for_tests<T>(&self, of: impl FnOnce(&Connection) -> T) -> T {
        of(&self.connection())
    }

    fn refused(&self, error: rusqlite::Error) -> JournalError {
        JournalError::of(&self.file, error)
    }
}

/// Makes a journal with what is to be in it from the beginning. It stands in its place when it is whole: an empty
/// file there was not left by us.
fn create(place: &Place, content: &Salvage) -> Result<(), JournalError> {
    let draft = place.draft()?;
    let made = schema::open(&draft).and_then(|mut connection| {
        let transaction = connection.transaction()?;
        schema::migrate(&transaction, 0, VERSION)?;
        content.write(&transaction)?;
        transaction.commit()
    });
    made.map_err(|error| JournalError::of(&place.file, error))?;
    place.publish(&draft)
}

/// Brings an older journal to our version, with a copy of what it was.
fn migrate(place: &Place, connection: &mut Connection, from: i64) -> Result<Notice, JournalError> {
    let refused = |error| JournalError::of(&place.file, error);
    let copy = place.copy(&format!("version-{from}"), Clock::system().now())?;
    let name = copy.to_string_lossy();
    connection.execute("VACUUM INTO ?1", [&name]).map_err(refused)?;
    // `SQLite` leaves it to the system when the copy is on the disk.
    sync(&copy).and_then(|()| sync(&place.folder)).map_err(|cause| place.refused(cause))?;
    let migrated =
        connection.transaction_with_behavior(TransactionBehavior::Exclusive).and_then(|transaction| {
            schema::migrate(&transaction, from, VERSION)?;
            transaction.commit()
        });
    migrated.map_err(refused)?;
    Ok(Notice::Migrated { from, copy })
}
