//! To the secondary, or back?

use std::fmt;

use serde::Serialize;

use crate::model::Side;

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// To the secondary: the object is put.
    Failover,
    /// Back to the primary: the object is deleted.
    Failback,
}

impl Direction {
    /// The side that takes over.
    pub fn towards(self) -> Side {
        match self {
            Self::Failover => Side::Secondary,
            Self::Failback => Side::Primary,
        }
    }

    /// The side that is left.
    pub fn from(self) -> Side {
        self.towards().other()
    }

    /// What is done to the switch, and has been.
    pub fn done(self) -> &'static str {
        match self {
            Self::Failover => "thrown",
            Self::Failback => "taken back",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Failover => "failover",
            Self::Failback => "failback",
        })
    }
}
