//! What stands on the right of an equals sign: a text, or what another resource is called or has become.

use std::fmt::Display;

use serde::Serialize;

use super::names::Name;

/// A text or a reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Operand {
    /// A text.
    Text(String),
    /// The id of a hosted zone that is there already.
    Zone(Name),
    /// The id of a health check of the stack.
    Check(Name),
    /// The name of a record of the stack.
    Record(Name),
}

impl Operand {
    pub(super) fn text(text: &impl Display) -> Self {
        Self::Text(text.to_string())
    }
}
