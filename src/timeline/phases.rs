//! The phases of one turn.

use std::time::Duration;

use serde::Serialize;

use crate::{
    drill::{Floor, Milestone, Turn},
    model::detection_floor,
};

/// One phase: how long it took, and the least that it could have taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phases {
    /// From the fault to the verdict of the checkers.
    pub detect: Phase,
    /// To the last name server.
    pub publish: Phase,
    /// To the resolver that clients ask first.
    pub cache: Phase,
    /// To the first bytes through the name.
    pub client: Phase,
    /// From the fault to the first of our own requests that saw it.
    pub effective: Option<Duration>,
    /// From the fault to the last name server that switched.
    pub published: Option<Duration>,
    /// From the fault to the last resolver that let go.
    pub cached: Option<Duration>,
    /// From the fault to the first bytes.
    pub total: Option<Duration>,
    /// Whether all have arrived: every name server, every resolver, and the client.
    pub complete: bool,
}

impl Phases {
    /// Folds a turn.
    ///
    /// 1. The whole ends with the client's first bytes. A client may get them, and a resolver its answer, from a
    ///    name server that switched before the last one did; then what came after no longer counts, and the later
    ///    phases took no time.
    /// 2. Of several resolvers the one counts that clients ask first; where it never let go and the client had its
    ///    bytes all the same, the time counts as the client's own.
    /// 3. A milestone that was not seen has no phase, and its time is part of the next one's.
    pub fn of(turn: &Turn) -> Self {
        let end = turn.at(Milestone::Client);
        let mut reached = turn.began;
        let mut phase = |at: Option<Duration>, floor_at: Option<Duration>| {
            let began = reached;
            let at = at.map(|at| at.min(end.unwrap_or(at)).max(began));
            reached = at.unwrap_or(began);
            let floor = floor_at.map(|floor| floor.saturating_sub(began));
            Phase { took: at.map(|at| at.saturating_sub(began)), floor }
        };
        let noticed = match &turn.floor {
            Floor::Looks(detection) => detection_floor(detection),
            Floor::AtOnce => Some(turn.began),
            Floor::Unknown => None,
        };
        let (refreshed, expires) = turn.first_resolver();
        let detect = phase(turn.at(Milestone::Detected), noticed);
        let publish = phase(turn.at(Milestone::Published), None);
        let cache = phase(refreshed, expires);
        let client = phase(end, Some(Duration::ZERO));
        let since = |at: Option<Duration>| at.map(|at| at.saturating_sub(turn.began));
        Self {
            detect,
            publish,
            cache,
            client,
            effective: since(turn.at(Milestone::Effective)),
            published: since(turn.at(Milestone::Published)),
            cached: since(turn.at(Milestone::Cached)),
            total: since(end),
            complete: turn.is_complete(),
        }
    }
}
