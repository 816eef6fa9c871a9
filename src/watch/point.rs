//! One vantage point of one failover: what it answers now, and since when.

use std::time::Duration;

use crate::probe::{PointerAnswer, Vantage};

/// What is known of a vantage point. Moments are by the clock of the world that is watched.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Who is asked, and how.
    pub vantage: Vantage,
    /// What it answered last, or why it did not; nothing before the first sighting.
    pub answer: Option<Result<PointerAnswer, String>>,
    /// Since when it has answered that.
    pub since: Duration,
    /// When it was seen last.
    pub seen: Duration,
    /// How long the last reply took.
    pub took: Option<Duration>,
    /// When the answer's TTL runs out.
    pub expires: Option<Duration>,
    /// How often it was asked.
    pub asked: u64,
    /// How often nothing usable came back.
    pub failed: u64,
}

impl Point {
    /// A vantage point that has not been seen yet.
    pub fn new(vantage: Vantage) -> Self {
        let (since, seen) = (Duration::ZERO, Duration::ZERO);
        Self { vantage, answer: None, since, seen, took: None, expires: None, asked: 0, failed: 0 }
    }
}
