//! The file: `SQLite`, in the state folder.

use std::path::Path;

use jiff::Timestamp;

use super::{NewStep, Record, Step};

/// The journal could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {}

/// A journal, open.
#[derive(Debug)]
pub struct Journal {}

impl Journal {
    /// Opens the journal of a state folder, or makes one.
    pub fn open(_folder: &Path) -> Result<Self, JournalError> {
        todo!()
    }

    /// Writes down a step that is going to be taken. It is on the disk when this returns.
    pub fn intend(&self, _step: &NewStep) -> Result<i64, JournalError> {
        todo!()
    }

    /// A step was undone, or never taken.
    pub fn undone(&self, _id: i64, _at: Timestamp) -> Result<(), JournalError> {
        todo!()
    }

    /// What is still broken, as far as this machine knows; the oldest first.
    pub fn pending(&self) -> Result<Vec<Step>, JournalError> {
        todo!()
    }

    /// Remembers a run that ended.
    pub fn record(&self, _record: &Record) -> Result<(), JournalError> {
        todo!()
    }

    /// Everything that is remembered; the oldest first.
    pub fn history(&self) -> Result<Vec<Record>, JournalError> {
        todo!()
    }
}
