//! What was done for whom? The distribution's log, for whoever explains a drill.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use serde::Serialize;

/// How many requests are remembered (our choice).
const REMEMBERED: usize = 10_000;

/// How a request was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CacheResult {
    /// From the cache, which was fresh.
    Hit,
    /// From the cache, which had expired, because the origins failed.
    Stale,
    /// From the cache, which had expired, after an origin said that nothing has changed.
    RefreshHit,
    /// From an origin.
    Miss,
    /// With an error that was in the cache.
    ErrorHit,
    /// With an error, of an origin or of CloudFront itself.
    Error,
}

impl CacheResult {
    /// The value of `X-Cache`. What CloudFront says of an object that stands in for failing origins is
    /// unverified; an error is an `Error` from the cache too.
    pub(super) fn header(self) -> &'static str {
        match self {
            Self::Hit | Self::Stale => "Hit from cloudfront",
            Self::RefreshHit => "RefreshHit from cloudfront",
            Self::Miss => "Miss from cloudfront",
            Self::ErrorHit | Self::Error => "Error from cloudfront",
        }
    }
}

/// One attempt to have an answer of an origin.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Attempt {
    /// The origin's id.
    pub origin: String,
    /// What became of it: `status 403`, or why there was no answer.
    pub result: String,
    /// How long it took, in the lab's seconds.
    pub seconds: f64,
}

/// A request of a viewer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Visit {
    /// The end of the response's `X-Amz-Cf-Id`.
    pub number: u64,
    /// When it arrived, in seconds since the lab was started.
    pub at_seconds: f64,
    /// Its method.
    pub method: String,
    /// Its path, without the query string.
    pub path: String,
    /// The answer's status.
    pub status: u16,
    /// How it was answered.
    pub cache: CacheResult,
    /// The id of the origin whose answer it was, now or when it came into the cache.
    pub origin: Option<String>,
    /// What was tried for it, in order.
    pub attempts: Vec<Attempt>,
    /// How long it took until the answer began, in the lab's seconds.
    pub seconds: f64,
}

/// The visits that are remembered.
#[derive(Default)]
pub(super) struct Visits(Mutex<VecDeque<Visit>>);

impl Visits {
    pub(super) fn add(&self, visit: Visit) {
        let mut visits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if visits.len() == REMEMBERED {
            visits.pop_front();
        }
        visits.push_back(visit);
    }

    /// The oldest first.
    pub(super) fn all(&self) -> Vec<Visit> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_are_forgotten() {
        let visits = Visits::default();
        let visit = |number: usize| Visit {
            number: number as u64,
            at_seconds: 0.0,
            method: "GET".to_owned(),
            path: "/".to_owned(),
            status: 200,
            cache: CacheResult::RefreshHit,
            origin: None,
            attempts: Vec::new(),
            seconds: 0.0,
        };
        (0..REMEMBERED + 2).for_each(|number| visits.add(visit(number)));
        let kept: Vec<u64> = visits.all().iter().map(|visit| visit.number).collect();
        assert_eq!((kept.len(), kept[0]), (REMEMBERED, 2));
        let text = serde_json::to_string(&visits.all()[0]).expect("a document");
        assert!(text.contains("\"cache\":\"refresh-hit\""), "{text}");
    }
}
