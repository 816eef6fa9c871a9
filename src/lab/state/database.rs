//! The database: a table of documents, and where the lab's clock was.
//!
//! It is opened for this lab alone: `SQLite` holds its lock for as long as the lab runs, and the system takes
//! the lock away from a process that was killed.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, Transaction, params};

use super::{
    difference::{Changes, Difference},
    document::{Document, Kept},
    folder::{self, StateError},
};

/// "S3FL": says that a database is a lab's (`SQLite`, `PRAGMA application_id`).
const APPLICATION: i64 = 0x5333_464C;
/// Version of the tables and of the documents in them.
const VERSION: i64 = 1;

/// `WITHOUT ROWID` is for small rows, and an object is none, so the table has row ids.
const TABLES: &str = "
    CREATE TABLE document (
        kind TEXT NOT NULL,
        key TEXT NOT NULL,
        body TEXT NOT NULL,
        bytes BLOB,
        PRIMARY KEY (kind, key)
    );
    CREATE TABLE clock (
        only INTEGER PRIMARY KEY CHECK (only = 1),
        epoch TEXT NOT NULL,
        elapsed_nanoseconds INTEGER NOT NULL
    );";

/// The open database of a state folder.
pub(super) struct Database {
    folder: PathBuf,
    connection: Connection,
    difference: Difference,
}

/// Where the lab's clock was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SavedClock {
    pub(super) epoch: Timestamp,
    pub(super) elapsed: Duration,
}

impl Database {
    /// Opens the database of a folder for this lab alone, and makes it if it has to.
    pub(super) fn open(folder: &Path) -> Result<Self, StateError> {
        let file = folder::prepare(folder)?;
        let refused = |error| refusal(folder, error);
        let mut connection = Connection::open(file).map_err(refused)?;
        connection.busy_timeout(Duration::ZERO).map_err(refused)?;
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE").map_err(refused)?;
        let ours = owner(&mut connection).map_err(refused)?;
        match ours {
            Owner::Nobody | Owner::Lab { version: VERSION } => {}
            Owner::Lab { version: found } => {
                return Err(StateError::Version { folder: folder.to_owned(), found, known: VERSION });
            }
            Owner::Other => return Err(StateError::Foreign { folder: folder.to_owned() }),
        }
        connection.pragma_update(None, "journal_mode", "WAL").map_err(refused)?;
        connection.pragma_update(None, "synchronous", "NORMAL").map_err(refused)?;
        let transaction = connection.transaction().map_err(refused)?;
        if ours == Owner::Nobody {
            transaction.execute_batch(TABLES).map_err(refused)?;
            transaction.pragma_update(None, "application_id", APPLICATION).map_err(refused)?;
            transaction.pragma_update(None, "user_version", VERSION).map_err(refused)?;
        }
        transaction.commit().map_err(refused)?;
        Ok(Self { folder: folder.to_owned(), connection, difference: Difference::default() })
    }

    /// Where the clock was when something was written last; nothing in a new database.
    pub(super) fn clock(&self) -> Result<Option<SavedClock>, StateError> {
        let query = "SELECT epoch, elapsed_nanoseconds FROM clock";
        let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?));
        let found = match self.connection.query_one(query, [], row) {
            Err(rusqlite::Error::QueryReturnedNoRows) => return Ok(None),
            found => found.map_err(|error| refusal(&self.folder, error))?,
        };
        let epoch = found.0.parse().map_err(|error: jiff::Error| self.damaged(error))?;
        let elapsed = Duration::from_nanos(u64::try_from(found.1).map_err(|error| self.damaged(error))?);
        Ok(Some(SavedClock { epoch, elapsed }))
    }

    /// Everything that is kept, by kind.
    pub(super) fn documents(&mut self) -> Result<HashMap<String, Vec<Document>>, StateError> {
        let refused = |error| refusal(&self.folder, error);
        let query = "SELECT kind, key, body, bytes FROM document ORDER BY kind, key";
        let mut statement = self.connection.prepare(query).map_err(refused)?;
        let document = |row: &rusqlite::Row<'_>| {
            let bytes: Option<Vec<u8>> = row.get(3)?;
            let (kind, key, body) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Document { kind, key, body, bytes: bytes.map(Into::into) })
        };
        let mut found: HashMap<String, Vec<Document>> = HashMap::new();
        for document in statement.query_map([], document).map_err(refused)? {
            let document = document.map_err(refused)?;
            self.difference.load(&document);
            found.entry(document.kind.clone()).or_default().push(document);
        }
        Ok(found)
    }

    /// Writes what differs from what is there, all of it or nothing.
    pub(super) fn save(&mut self, clock: SavedClock, parts: &[Arc<dyn Kept>]) -> Result<(), StateError> {
        let mut pass = self.difference.look();
        for part in parts {
            part.documents(&mut pass);
        }
        let changes = pass.changes();
        let written = self.connection.transaction().and_then(|transaction| {
            write(&transaction, clock, &changes)?;
            transaction.commit()
        });
        match written {
            Ok(()) => {
                self.difference.written(changes);
                Ok(())
            }
            Err(error) => {
                self.difference.not_written();
                Err(refusal(&self.folder, error))
            }
        }
    }

    /// A part of it is not what a lab would have written.
    pub(super) fn damaged(&self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StateError {
        StateError::Damaged { folder: self.folder.clone(), cause: cause.into() }
    }
}

fn write(transaction: &Transaction<'_>, clock: SavedClock, changes: &Changes) -> rusqlite::Result<()> {
    let mut delete = transaction.prepare("DELETE FROM document WHERE kind = ?1 AND key = ?2")?;
    for (kind, key) in &changes.gone {
        delete.execute(params![kind, key])?;
    }
    // The bytes of a document never change, so those that are there stay.
    let mut put = transaction.prepare(
        "INSERT INTO document (kind, key, body, bytes) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body",
    )?;
    for (document, _) in &changes.changed {
        put.execute(params![document.kind, document.key, document.body, document.bytes.as_deref()])?;
    }
    let elapsed = i64::try_from(clock.elapsed.as_nanos()).unwrap_or(i64::MAX);
    let mut set = transaction.prepare("INSERT OR REPLACE INTO clock VALUES (1, ?1, ?2)")?;
    set.execute(params![clock.epoch.to_string(), elapsed])?;
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    Nobody,
    Lab { version: i64 },
    Other,
}

/// Takes the lock, and says whose database it is.
fn owner(connection: &mut Connection) -> rusqlite::Result<Owner> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Exclusive)?;
    let number = |query: &str| transaction.query_row(query, [], |row| row.get::<_, i64>(0));
    let tables = number("SELECT count(*) FROM sqlite_master")?;
    let owner = match (number("PRAGMA application_id")?, number("PRAGMA user_version")?) {
        (APPLICATION, version) => Owner::Lab { version },
        (0, 0) if tables == 0 => Owner::Nobody,
        _ => Owner::Other,
    };
    transaction.commit()?;
    Ok(owner)
}

fn refusal(folder: &Path, error: rusqlite::Error) -> StateError {
    let folder = folder.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StateError::InUse { folder },
        Some(ErrorCode::NotADatabase) => StateError::Foreign { folder },
        _ => StateError::Database { folder, cause: error.into() },
    }
}
