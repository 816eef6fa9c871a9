//! The phases of one turn.

use std::time::Duration;

use serde::Serialize;

use crate::{
    drill::{Milestone, Turn},
    model::{Detection, detection_floor},
};

/// One phase: how long it took, and the least that it could have taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Phase {
    /// From the milestone before to the phase's own; nothing if it was never reached.
    #[serde(serialize_with = "as_seconds")]
    pub took: Option<Duration>,
    /// By arithmetic; nothing where no figure is known.
    #[serde(serialize_with = "as_seconds")]
    pub floor: Option<Duration>,
}

#[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
fn as_seconds<S: serde::Serializer>(duration: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    match duration {
        Some(duration) => serializer.serialize_some(&seconds(*duration)),
        None => serializer.serialize_none(),
    }
}

/// Seconds, to the millisecond.
pub fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1_000.0).round() / 1_000.0
}

/// A turn in phases. They add up to the whole, since each begins where the one before it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phases {
    /// From the fault to the verdict of the checkers.
    pub detect: Phase,
    /// To the last name server.
    pub publish: Phase,
    /// To the resolver.
    pub cache: Phase,
    /// To the first bytes through the name.
    pub client: Phase,
    /// From the fault to the last name server that switched.
    pub published: Option<Duration>,
    /// From the fault to the first bytes.
    pub total: Option<Duration>,
}

impl Phases {
    /// Folds a turn. `detection` is what decides how soon the checkers could notice.
    ///
    /// The whole ends with the client's first bytes. A client may get them, and a resolver its answer,
    /// from a name server that switched before the last one did; then what came after no longer counts,
    /// and the later phases took no time.
    pub fn of(turn: &Turn, detection: &Detection) -> Self {
        let end = turn.at(Milestone::Client);
        let mut reached = turn.began;
        let mut phase = |milestone: Milestone, floor_at: Option<Duration>| {
            let began = reached;
            let at = turn.at(milestone).map(|at| at.min(end.unwrap_or(at)).max(began));
            reached = at.unwrap_or(began);
            let floor = floor_at.map(|floor| floor.saturating_sub(began));
            Phase { took: at.map(|at| at.saturating_sub(began)), floor }
        };
        let detect = phase(Milestone::Detected, detection_floor(detection));
        let publish = phase(Milestone::Published, None);
        let cache = phase(Milestone::Cached, turn.cache_expires());
        let client = phase(Milestone::Client, Some(Duration::ZERO));
        let total = end.filter(|_| turn.is_complete()).map(|end| end.saturating_sub(turn.began));
        let published = turn.at(Milestone::Published).map(|at| at.saturating_sub(turn.began));
        Self { detect, publish, cache, client, published, total }
    }
}
