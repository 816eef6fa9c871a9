//! Policies of any bytes, for [`crate::lab::fuzzing`].

use super::policy::Policy;

/// Reads a bucket's policy.
pub(crate) fn bucket_policy(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = Policy::parse(text, "my-app-data-us-east-1");
    }
}
