//! What the person who reads the spec has to know beside a line.

use serde::Serialize;

/// Something that the spec could not take over as it stands, or that had to be guessed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Which kind of note; stays the same from version to version.
    pub id: &'static str,
    /// The key that it stands beside, as a path within the failover; empty for the failover as a whole.
    pub key: String,
    /// One or more sentences.
    pub message: String,
}

impl Note {
    pub(super) fn new(id: &'static str, key: impl Into<String>, message: impl Into<String>) -> Self {
        Self { id, key: key.into(), message: message.into() }
    }
}
