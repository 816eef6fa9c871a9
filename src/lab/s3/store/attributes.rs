//! What is remembered about an object beside its bytes, and can change.

use jiff::Timestamp;

/// What was set on an object when it was uploaded, or since.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attributes {
    /// What it is stored as; nothing stands for STANDARD. It changes nothing but what is told.
    pub storage_class: Option<String>,
    /// Its tags, in the order in which they were given.
    pub tags: Vec<(String, String)>,
    /// Until when it may not be deleted.
    pub retention: Option<Retention>,
    /// Whether it may not be deleted until told otherwise; nothing when nobody ever said.
    pub legal_hold: Option<bool>,
}

/// Object Lock's retention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Retention {
    /// Whether nobody at all may shorten it (COMPLIANCE), or those with a permission may (GOVERNANCE).
    pub compliance: bool,
    /// Until when.
    pub until: Timestamp,
}
