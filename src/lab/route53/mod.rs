//! The Route 53 API over HTTP, and what it keeps.

pub(crate) mod types;
