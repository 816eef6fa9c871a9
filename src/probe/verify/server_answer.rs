//! What one name server answered.

use super::super::{PointerAnswer, Vantage};

/// What one name server answered, or why it did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerAnswer {
    /// The server, and how it was asked.
    pub vantage: Vantage,
    /// Whether it answered with authority (the AA bit; RFC 1035, 4.1.1); true when it did not answer.
    pub authoritative: bool,
    /// Its answer.
    pub result: Result<PointerAnswer, String>,
}
