//! How long does a version take to the other side?
//!
//! S3 says: "most objects replicate within 15 minutes" (S3 User Guide, `replication-troubleshoot`), and
//! small objects take seconds; how long exactly is nobody's promise. So the lab has one number for each
//! direction from region to region, and it can be changed while versions are on their way: they go by
//! the number that is set now.
//!
//! Order is kept between versions that go the same way, unless there is a `spread`: then a version
//! takes up to that much longer, by a number that depends on its key and version alone, so that later
//! objects overtake earlier ones as they do on S3. It is off by default, because a drill and a test want
//! the same lag for all.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use crate::model::Region;

/// How versions travel from one region to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplicationDelay {
    /// How long after it was written a version arrives, in the lab's time.
    pub delay: Duration,
    /// Up to how much longer some versions take. Acts on what is written from then on.
    pub spread: Duration,
    /// Nothing arrives until this is false again.
    pub paused: bool,
}

impl From<Duration> for ReplicationDelay {
    fn from(delay: Duration) -> Self {
        Self { delay, ..Self::default() }
    }
}

/// The delays of all directions.
#[derive(Debug)]
pub(crate) struct Delays {
    pub(in crate::lab::s3) standard: ReplicationDelay,
    pub(in crate::lab::s3) changed: BTreeMap<(Region, Region), ReplicationDelay>,
}

impl Delays {
    /// The same in all directions.
    pub(crate) fn new(standard: Duration) -> Self {
        Self { standard: standard.into(), changed: BTreeMap::new() }
    }

    /// How versions travel from one region to another.
    pub(crate) fn between(&self, from: &Region, to: &Region) -> ReplicationDelay {
        self.changed.get(&(from.clone(), to.clone())).copied().unwrap_or(self.standard)
    }

    /// Changes one direction.
    pub(crate) fn set(&mut self, from: &Region, to: &Region, delay: ReplicationDelay) {
        self.changed.insert((from.clone(), to.clone()), delay);
    }
}
