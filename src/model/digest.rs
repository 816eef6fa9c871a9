//! Fingerprints: the same content gives the same text, on every machine and in every run.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// The SHA-256 of some content, as 64 hex digits.
pub fn digest(content: &[u8]) -> String {
    Sha256::digest(content).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes all that is written to it");
        text
    })
}
