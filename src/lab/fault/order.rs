//! What shall be broken, how, when, and for how long?

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Target;

/// An order to break or mend a part of the lab. All times are of the lab.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// The part.
    pub target: Target,
    /// The name of the fault; `none` mends.
    pub kind: String,
    /// How long to wait first.
    pub after: Duration,
    /// After how long the part is mended by itself; nothing for never.
    pub lasting: Option<Duration>,
}

impl Order {
    /// An order that is carried out at once and lasts until the next one.
    pub fn now(target: Target, kind: impl Into<String>) -> Self {
        Self { target, kind: kind.into(), after: Duration::ZERO, lasting: None }
    }
}
