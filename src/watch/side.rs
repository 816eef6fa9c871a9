//! A side's own endpoint, asked directly: could it serve?

use std::time::Duration;

use super::Latencies;
use crate::{
    model::Region,
    probe::{Fetched, SideData},
};

/// What is known of a side's endpoint. Moments are by the clock of the world that is watched.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SideState {
    /// Whether it served the object when it was asked last; nothing before the first look.
    pub up: Option<bool>,
    /// Why it did not, when it did not.
    pub why: Option<String>,
    /// Since when that has been so.
    pub since: Duration,
    /// When it was asked last.
    pub seen: Duration,
    /// The status of the last response; nothing where there was none.
    pub status: Option<u16>,
    /// The region that S3 named last.
    pub region: Option<Region>,
    /// How long the last request took, from the look-up of the name to the last byte.
    pub took: Option<Duration>,
    /// How long all of them took.
    pub latencies: Latencies,
    /// How often it was asked.
    pub asked: u64,
    /// How often it did not serve the object.
    pub failed: u64,
}

impl SideState {
    /// Takes in a look; says whether it turned.
    pub(super) fn see(&mut self, at: Duration, served: &SideData) -> bool {
        let up = served.as_ref().is_ok_and(Fetched::is_success);
        let is_new = self.up != Some(up);
        if is_new {
            self.since = at;
        }
        self.asked += 1;
        self.failed += u64::from(!up);
        (self.up, self.seen) = (Some(up), at);
        self.why = match served {
            Err(why) => Some(why.clone()),
            Ok(fetched) => (!up).then(|| format!("status {}", fetched.status)),
        };
        let fetched = served.as_ref().ok();
        self.status = fetched.map(|fetched| fetched.status);
        self.took = fetched.map(|fetched| fetched.took);
        self.latencies.add_some(self.took);
        if let Some(region) = fetched.and_then(|fetched| fetched.region.clone()) {
            self.region = Some(region);
        }
        is_new
    }
}
