//! Which client is still on the side that was left, and for how long may it be?

use std::{fmt, time::Duration};

use super::{ClientState, FailoverState, Phase};
use crate::{
    model::Side,
    probe::client::{Change, Until, exposure},
};

/// A client that is still on the side that was left by the last change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exposed {
    /// That side.
    pub side: Side,
    /// How long it may stay there.
    pub until: Until,
    /// The moment from which this is seen.
    pub now: Duration,
}

impl FailoverState {
    /// Whether a client is still on the side that the last change has left, and for how long it may be. The
    /// change counts from when all name servers gave the new answer: until then a resolver may learn the old one.
    pub fn exposed(&self, client: &ClientState, now: Duration) -> Option<Exposed> {
        let change = self.change.as_ref()?;
        let side = client.led_to.filter(|side| *side != change.towards)?;
        let at = change.at(Phase::Published).unwrap_or(now);
        // A resolver that stretches TTLs tells a longer one.
        let ttl = client.ttl.map_or(self.ttl, |told| told.max(self.ttl));
        let change = Change { at, ttl, longest_connection: None };
        Some(Exposed { side, until: exposure(client.kind, change).until, now })
    }
}

/// As an addition to a sentence about the client.
impl fmt::Display for Exposed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { side, until, now } = self;
        match until {
            Until::Moment(moment) if until.lasts(*now) => {
                write!(f, "still on the {side}, for {} s at most", moment.saturating_sub(*now).as_secs())
            }
            Until::Moment(moment) => {
                write!(f, "still on the {side}, {} s too long", now.saturating_sub(*moment).as_secs())
            }
            Until::Closed => write!(f, "still on the {side}, until its connection is closed"),
            Until::Restarted => write!(f, "still on the {side}, until it is started again"),
        }
    }
}
