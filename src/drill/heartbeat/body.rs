//! What a heartbeat object says.

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::log::Mark;
use crate::model::Side;

/// The body of a heartbeat object: small, and readable by whoever finds one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Body {
    /// Whose it is.
    pub(super) run: String,
    /// Who wrote it, and its number.
    #[serde(flatten)]
    pub(super) mark: Mark,
    /// When, by the clock of the world.
    pub(super) at: Timestamp,
    /// To which side.
    pub(super) side: Side,
    /// What was read before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) based_on: Option<Mark>,
}

impl Body {
    pub(super) fn to_bytes(&self) -> Bytes {
        serde_json::to_vec(self).expect("a body has texts and numbers only").into()
    }

    /// Whose write this is; nothing when it is none of ours.
    pub(super) fn mark(bytes: &[u8]) -> Option<Mark> {
        serde_json::from_slice(bytes).ok().map(|body: Self| body.mark)
    }
}
