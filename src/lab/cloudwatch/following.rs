//! Who is told what the alarms say?
//!
//! This file uses nothing of the other rooms, so every room may use it.

use std::collections::BTreeMap;

/// What each alarm says whose data are enough, by region and name: whether it is `OK`. One that is not
/// there is not known, or has too little data.
pub(crate) type Said = BTreeMap<(String, String), bool>;

/// Is told whenever an alarm says something else.
pub(crate) trait AlarmFollower: Send + Sync + 'static {
    /// What all of them say now.
    fn told(&self, said: Said);
}
