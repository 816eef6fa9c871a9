//! What is on its way from bucket to bucket?

use std::time::Duration;

/// One version on its way to one bucket.
#[derive(Debug)]
pub(super) struct Pending {
    pub due: Duration,
    pub source: String,
    pub key: String,
    pub version_id: String,
    pub destination: String,
}
