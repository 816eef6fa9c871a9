//! What can still be read of a file that cannot be used.
//!
//! From both ends: a page that is torn ends a walk through the table, and what lies behind it may be reached
//! from the other side. A row that cannot be read is left where it is, and said.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row};

use super::{
    Line, Record,
    rows::{self, LINE, Pending, STEP, read_document, read_line},
};

/// What could be read.
#[derive(Debug, Default)]
pub(super) struct Salvage {
    /// What is still broken, the oldest first.
    pub(super) pending: Vec<Pending>,
    /// What is remembered, the oldest first, with the machine that wrote it.
    pub(super) records: Vec<(Record, String)>,
    /// Whether nothing was in the way.
    pub(super) whole: bool,
}

impl Salvage {
    /// Reads what is still broken.
    pub(super) fn steps(connection: &Connection) -> Self {
        let mut whole = true;
        let query = format!("{STEP} WHERE undone_at IS NULL");
        let pending = both_ways(connection, &query, &mut whole, Pending::read, |pending| pending.id);
        Self { pending, records: Vec::new(), whole }
    }

    /// Reads everything that is to be taken over into a new file.
    pub(super) fn all(connection: &Connection) -> Self {
        let Self { pending, mut whole, .. } = Self::steps(connection);
        let lines = both_ways(connection, LINE, &mut whole, read_line, |line: &Line| line.id);
        let records = lines.into_iter().map(|Line { id, mut record, host, .. }| {
            match read_document(connection, id) {
                Ok(document) => record.document = document,
                Err(_) => whole = false,
            }
            (record, host)
        });
        let records = records.collect();
        Self { pending, records, whole }
    }

    /// Writes it into a new file.
    pub(super) fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        for pending in &self.pending {
            rows::insert_step(connection, &pending.step, &pending.writer)?;
        }
        for (record, host) in &self.records {
            rows::insert_record(connection, record, host)?;
        }
        Ok(())
    }
}

fn both_ways<T>(
    connection: &Connection,
    query: &str,
    whole: &mut bool,
    read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
    number: impl Fn(&T) -> i64,
) -> Vec<T> {
    let mut found = BTreeMap::new();
    let mut ended = false;
    for way in ["ASC", "DESC"] {
        let query = format!("SELECT {query} ORDER BY id {way}");
        let mut walk = || -> rusqlite::Result<()> {
            // Not by an index, which may be torn where the table is whole.
            let mut statement = connection.prepare(&query.replace(" FROM step", " FROM step NOT INDEXED"))?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                match read(row) {
                    Ok(value) => drop(found.insert(number(&value), value)),
                    Err(_) => *whole = false,
                }
            }
            Ok(())
        };
        ended |= walk().is_ok();
    }
    // One way to its end has seen everything.
    *whole &= ended;
    found.into_values().collect()
}
