//! The tables, and how each version comes from the one before.
//!
//! A new file goes through all of them too, so that there is one way only. Columns may be added and are never
//! renamed: so a program finds what it knows in a journal of a later version.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, Transaction};

use super::error::is_damage;

/// "S3FJ": says that a database is a journal (`SQLite`, `PRAGMA application_id`).
const APPLICATION: i64 = 0x5333_464A;

/// From each version to the next.
const VERSIONS: [&str; 2] = [
    "CREATE TABLE step (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        run TEXT NOT NULL,
        failover TEXT NOT NULL,
        what TEXT NOT NULL,
        undo TEXT NOT NULL,
        at TEXT NOT NULL,
        host TEXT NOT NULL,
        process INTEGER NOT NULL,
        boot TEXT,
        namespace TEXT,
        started INTEGER,
        undone_at TEXT
    );
    CREATE INDEX pending ON step (id) WHERE undone_at IS NULL;",
    // Documents apart, so that a list reads short rows only.
    "CREATE TABLE record (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        run TEXT NOT NULL,
        deed TEXT NOT NULL,
        failover TEXT,
        at TEXT NOT NULL,
        took_nanoseconds INTEGER NOT NULL,
        clock TEXT NOT NULL,
        spec TEXT,
        plan TEXT,
        version TEXT NOT NULL,
        ok INTEGER NOT NULL,
        summary TEXT NOT NULL,
        fault TEXT,
        recovery_seconds REAL,
        failback_seconds REAL,
        data_loss_seconds REAL,
        host TEXT NOT NULL
    );
    CREATE TABLE document (
        record INTEGER PRIMARY KEY REFERENCES record (id),
        body TEXT NOT NULL
    );",
];

/// The version that this program writes.
#[expect(clippy::cast_possible_wrap, reason = "there are two")]
pub(super) const VERSION: i64 = VERSIONS.len() as i64;

/// How long another process may hold the file.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// What a file is.
#[derive(Debug)]
pub(super) enum Found {
    /// A journal of our version, whole.
    Sound,
    /// A whole one of an earlier version.
    Older(i64),
    /// One of a later version.
    Newer(i64),
    /// None, or not a whole one: in words.
    Damaged(String),
}

/// Opens a database that is there; to read it only, where no more is allowed.
pub(super) fn open(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(PATIENCE)?;
    // The journal mode is `SQLite`'s own, DELETE. "EXTRA synchronous is like FULL with the addition that the
    // directory containing a rollback journal is synced after that journal is unlinked to commit a transaction
    // in DELETE mode" (`PRAGMA synchronous`): without it a power cut could take the last step back.
    let synchronous = connection.pragma_update(None, "synchronous", "EXTRA");
    match synchronous.and_then(|()| connection.pragma_update(None, "cell_size_check", true)) {
        // To set anything, the head of the file is read. What is wrong with it is `inspect`'s to say.
        Err(error) if !is_damage(&error) => Err(error),
        _ => Ok(connection),
    }
}

/// How much of a file is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) enum Depth {
    /// All of it: before something is written.
    Whole,
    /// What is still broken, and the list of runs. Documents, which can be many and long, are seen when they are
    /// read.
    Lists,
}

/// Looks at the head and at the tables of a database.
pub(super) fn inspect(connection: &Connection, depth: Depth) -> rusqlite::Result<Found> {
    match examine(connection, depth) {
        Err(error) if is_damage(&error) => Ok(Found::Damaged(error.to_string())),
        other => other,
    }
}

fn examine(connection: &Connection, depth: Depth) -> rusqlite::Result<Found> {
    let number = |query: &str| connection.query_row(query, [], |row| row.get::<_, i64>(0));
    let (application, version) = (number("PRAGMA application_id")?, number("PRAGMA user_version")?);
    if number("PRAGMA page_count")? == 0 {
        return Ok(Found::Damaged("it is empty".to_owned()));
    }
    if application != APPLICATION {
        return Ok(Found::Damaged("it is a database of another program".to_owned()));
    }
    let checks: &[&str] = match depth {
        Depth::Whole => &["PRAGMA quick_check(1)"],
        // The second version brought the records.
        Depth::Lists if version < 2 => &["PRAGMA quick_check(step)"],
        Depth::Lists => &["PRAGMA quick_check(step)", "PRAGMA quick_check(record)"],
    };
    for check in checks {
        let checked: String = connection.query_row(check, [], |row| row.get(0))?;
        if checked != "ok" {
            return Ok(Found::Damaged(checked.replace('\n', " ")));
        }
    }
    Ok(match version {
        VERSION => Found::Sound,
        1..VERSION => Found::Older(version),
        later if later > VERSION => Found::Newer(later),
        other => Found::Damaged(format!("its version is {other}")),
    })
}

/// Brings a database from a version, 0 for an empty one, to `to`.
pub(super) fn migrate(transaction: &Transaction<'_>, from: i64, to: i64) -> rusqlite::Result<()> {
    let steps = (1_i64..).zip(VERSIONS).filter(|(version, _)| (from + 1..=to).contains(version));
    for (_, statements) in steps {
        transaction.execute_batch(statements)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", to)
}
