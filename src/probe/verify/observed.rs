//! Which side do all name servers together answer?

use serde::Serialize;

use super::{super::Answered, server_answer::ServerAnswer};
use crate::model::Side;

/// Which side was seen by all name servers together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the two sides")]
pub enum Observed {
    Primary,
    Secondary,
    /// No server answered either side.
    None,
    /// Servers answered differently, at least one of them a side.
    Mixed,
}

impl Observed {
    /// What these answers are together.
    pub fn of<'a>(answers: impl Iterator<Item = &'a Answered> + Clone) -> Self {
        match answers.clone().find_map(Answered::side) {
            None => Self::None,
            Some(_) if !are_equal(answers) => Self::Mixed,
            Some(side) => side.into(),
        }
    }

    /// The side, where all answer one.
    pub fn side(self) -> Option<Side> {
        match self {
            Self::Primary => Some(Side::Primary),
            Self::Secondary => Some(Side::Secondary),
            Self::None | Self::Mixed => None,
        }
    }

    /// As a sentence says it.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Primary => "the primary",
            Self::Secondary => "the secondary",
            Self::None => "neither side",
            Self::Mixed => "both sides, by different servers",
        }
    }

    /// As programs read it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::None => "none",
            Self::Mixed => "mixed",
        }
    }
}

impl From<Side> for Observed {
    fn from(side: Side) -> Self {
        match side {
            Side::Primary => Self::Primary,
            Side::Secondary => Self::Secondary,
        }
    }
}

pub(super) fn observed(servers: &[ServerAnswer]) -> Observed {
    Observed::of(answered(servers))
}

/// Whether all that answered said the same.
pub(super) fn agree(servers: &[ServerAnswer]) -> bool {
    are_equal(answered(servers))
}

fn answered(servers: &[ServerAnswer]) -> impl Iterator<Item = &Answered> + Clone {
    servers.iter().filter_map(|server| Some(&server.result.as_ref().ok()?.answered))
}

fn are_equal<'a>(mut answers: impl Iterator<Item = &'a Answered>) -> bool {
    let first = answers.next();
    answers.all(|other| Some(other) == first)
}
