//! In which ways is a primary broken? Each with what undoes it, known before it is done.
//!
//! | kind | what is done | what it touches |
//! |---|---|---|
//! | `invert` | the primary's health check is inverted | Route 53 only: no data, no client but by DNS |
//! | `block-public` | Block Public Access is switched on for the primary's health object's bucket | whoever reads that bucket without signing |
//! | `block-sentinel` | the health object alone is denied to strangers, by a statement of the bucket's policy | the checkers |
//! | `switch` | the manual switch is thrown | one object in the secondary's bucket |
//! | `observe` | nothing: somebody else breaks it (FIS, a firewall) | nothing |
//! | any other | a fault of the lab's S3 of the primary's region | a lab |

use std::{fmt, str::FromStr};

use crate::drill::Undo;

/// A way to break the primary.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the table above")]
pub enum FaultKind {
    Invert,
    BlockPublic,
    BlockSentinel,
    Switch,
    Observe,
    /// By the name that the lab knows it by.
    Lab(String),
}

impl FaultKind {
    /// The names of those that break AWS, as people write them.
    pub const ON_AWS: [&str; 5] = ["invert", "block-public", "block-sentinel", "switch", "observe"];
}

impl FromStr for FaultKind {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "invert" => Self::Invert,
            "block-public" => Self::BlockPublic,
            "block-sentinel" => Self::BlockSentinel,
            "switch" => Self::Switch,
            "observe" => Self::Observe,
            other => Self::Lab(other.to_owned()),
        })
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Invert => "invert",
            Self::BlockPublic => "block-public",
            Self::BlockSentinel => "block-sentinel",
            Self::Switch => "switch",
            Self::Observe => "observe",
            Self::Lab(name) => name,
        })
    }
}

/// A fault that is ready to be injected: it is known what is there now, and that it can be undone.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// Which.
    pub kind: FaultKind,
    /// What is going to be done, and what undoes it; each written down before anything is done.
    pub steps: Vec<PreparedStep>,
    /// What could not be proven beforehand, each as a phrase that follows "not proven:".
    pub unproven: Vec<String>,
}

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub struct PreparedStep {
    /// In words, as a phrase: "the primary's health check is inverted".
    pub what: String,
    /// What undoes it.
    pub undo: Undo,
}

/// What undoing came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undone {
    /// It was still so, and is mended now.
    Mended,
    /// It was as it should be already.
    Already,
    /// What was broken is there no longer: its health check or bucket was deleted.
    Gone,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_known_by_its_name() {
        for name in FaultKind::ON_AWS.into_iter().chain(["http-503"]) {
            let kind: FaultKind = name.parse().expect("every name is one of a kind");
            assert_eq!(kind.to_string(), name);
            assert_eq!(matches!(kind, FaultKind::Lab(_)), name == "http-503");
        }
    }
}
