//! Who would still be on the dead side, and until when? Pure arithmetic over the moment of a change.
//!
//! | client | until | by whose word |
//! |---|---|---|
//! | https, pointer | the change + the answer's TTL | RFC 1035, 3.2.1: the time "that the resource record may be cached" |
//! | keep-alive | that, and then until its connection closes | nobody's: S3 documents no limit |
//! | pinned | it is started again | S3 User Guide, `UsingRouting` |
//!
//! A resolver that stretches TTLs breaks the first line, and with it the second: that is found elsewhere
//! (`recursive.ttl`), and the TTL that is given here is the one that such a resolver tells.

use std::{fmt, time::Duration};

use serde::Serialize;

use super::look::ClientKind;
use crate::model::Ttl;

/// An answer changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// When the name servers gave the new answer, by the clock's time.
    pub at: Duration,
    /// How long the old answer may be kept by whoever got it in the moment before.
    pub ttl: Ttl,
    /// How long the client's own pool keeps a connection at most, in use or not, where it has such a limit.
    pub longest_connection: Option<Duration>,
}

/// How long a client of one kind may still be on the old side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Exposure {
    /// Which client.
    pub kind: ClientKind,
    /// Until when.
    pub until: Until,
}

/// Until when a client may still be on the old side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// This moment, by the clock's time.
    Moment(Duration),
    /// Somebody closes its connection: no moment is known. S3 closes connections that lie idle (AWS re:Post,
    /// "socket connection timeout" of S3; 5 to 20 s have been observed, vectordotdev/vector#9703 and others;
    /// unverified), and says nothing of those that are in use.
    Closed,
    /// It is started again.
    Restarted,
}

/// How long a client of this kind may stay where it was. Pure.
///
/// 1. Who looks up each time follows when the last answer that a resolver may keep runs out.
/// 2. Who keeps a connection may have opened it by such an answer in its last moment, and from then on nothing
///    but the end of the connection moves it: its own limit, if it has one.
/// 3. Who has pinned an address stays.
pub fn exposure(kind: ClientKind, change: Change) -> Exposure {
    let forgotten = change.at.saturating_add(change.ttl.duration());
    let until = match (kind, change.longest_connection) {
        (ClientKind::Https | ClientKind::Pointer, _) => Until::Moment(forgotten),
        (ClientKind::KeepAlive, Some(longest)) => Until::Moment(forgotten.saturating_add(longest)),
        (ClientKind::KeepAlive, None) => Until::Closed,
        (ClientKind::Pinned, _) => Until::Restarted,
    };
    Exposure { kind, until }
}

impl Until {
    /// Whether somebody may still be there at this moment.
    pub fn lasts(self, now: Duration) -> bool {
        match self {
            Self::Moment(moment) => now < moment,
            Self::Closed | Self::Restarted => true,
        }
    }
}

/// As the end of a sentence, with the moment in seconds of the clock.
impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Moment(moment) => write!(f, "until {:.0} s", moment.as_secs_f64()),
            Self::Closed => f.write_str("until its connection is closed (S3 documents no limit; unverified)"),
            Self::Restarted => f.write_str("until it is started again"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn until(kind: ClientKind, at: u64, ttl: i64, longest: Option<u64>) -> Until {
        let ttl = Ttl::from_seconds(ttl).expect("a TTL");
        let longest_connection = longest.map(Duration::from_secs);
        exposure(kind, Change { at: Duration::from_secs(at), ttl, longest_connection }).until
    }

    /// The line of each kind in the table above.
    #[test]
    fn each_kind_stays_as_long_as_its_memory() {
        let moment = |seconds| Until::Moment(Duration::from_secs(seconds));
        assert_eq!(until(ClientKind::Pointer, 100, 60, None), moment(160));
        assert_eq!(until(ClientKind::Https, 100, 60, Some(5)), moment(160));
        assert_eq!(until(ClientKind::Pointer, 100, 0, None), moment(100));
        assert_eq!(until(ClientKind::KeepAlive, 100, 60, None), Until::Closed);
        assert_eq!(until(ClientKind::KeepAlive, 100, 60, Some(30)), moment(190));
        assert_eq!(until(ClientKind::Pinned, 100, 60, Some(30)), Until::Restarted);
    }

    proptest! {
        /// Nobody leaves before the change; and at every moment whoever follows look-ups is gone no later
        /// than whoever keeps connections, who is gone no later than whoever has pinned an address.
        #[test]
        fn the_kinds_leave_in_their_order(
            at in 0_u64..1_000_000, ttl in 0_i64..100_000, longest in prop::option::of(0_u64..100_000), now in 0_u64..1_300_000,
        ) {
            let lasts = |kind| until(kind, at, ttl, longest).lasts(Duration::from_secs(now));
            let order = [ClientKind::Pointer, ClientKind::KeepAlive, ClientKind::Pinned].map(lasts);
            prop_assert!(order.is_sorted(), "{order:?}");
            prop_assert_eq!(lasts(ClientKind::Https), order[0]);
            prop_assert!(order[2]);
            prop_assert!(now >= at || order[0]);
        }
    }
}
