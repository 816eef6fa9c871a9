//! One thing that was looked at, and what is to be said of it.

use serde::Serialize;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Clients are, or would be, served wrongly.
    Error,
    /// Not now, but something that was meant to protect them does not.
    Warning,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stays the same from version to version.
    pub id: &'static str,
    /// Whether it is as it should be.
    pub ok: bool,
    /// How bad it is when it is not.
    pub severity: Severity,
    /// What was seen.
    pub detail: String,
    /// Where it was seen, or the rule by which it is judged.
    pub source: String,
    /// What to do about it, when it is not as it should be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

impl Finding {
    /// Whether it says that clients are, or would be, served wrongly.
    pub fn is_error(&self) -> bool {
        !self.ok && self.severity == Severity::Error
    }

    /// With what to do about it, which is said only when it is not as it should be.
    pub(super) fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = (!self.ok).then(|| advice.into());
        self
    }
}

/// A finding of `detail`, seen at `source`.
pub(super) fn finding(
    id: &'static str,
    severity: Severity,
    ok: bool,
    detail: String,
    source: &str,
) -> Finding {
    Finding { id, ok, severity, detail, source: source.to_owned(), advice: None }
}

/// Several details in one line.
pub(super) fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join("; ")
}
