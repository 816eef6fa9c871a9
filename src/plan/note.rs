//! What people should know about a plan, and what it does nothing about.

use serde::{Deserialize, Serialize};

/// A named remark, with a way on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Its name, which stays the same from version to version.
    pub id: String,
    /// The failover that it is about.
    pub name: String,
    /// A sentence.
    pub detail: String,
    /// What can be done.
    pub way_out: String,
}
