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
    let seen = |side: Side| answered(servers).any(|answered| *answered == Answered::Side(side));
    match Side::BOTH.map(seen) {
        [false, false] => Observed::None,
        _ if !agree(servers) => Observed::Mixed,
        [true, _] => Observed::Primary,
        [false, true] => Observed::Secondary,
    }
}

/// Whether all that answered said the same.
pub(super) fn agree(servers: &[ServerAnswer]) -> bool {
    let mut all = answered(servers);
    let first = all.next();
    all.all(|other| Some(other) == first)
}

fn answered(servers: &[ServerAnswer]) -> impl Iterator<Item = &Answered> {
    servers.iter().filter_map(|server| Some(&server.result.as_ref().ok()?.answered))
}
