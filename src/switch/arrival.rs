//! Who has arrived on the other side, who has not, and until when may who stay? Pure, over what is seen.
//!
//! The verdict of the checkers cannot be seen without Route 53's API, so detection and publication are one phase:
//!
//! ```text
//!   thrown ─── detect + publish ───▶ the last name server ─── cache ───▶ the last resolver ─── client ───▶ first bytes
//! ```

use std::time::Duration;

use super::Direction;
use crate::{
    model::{RecoveryTime, Side},
    probe::{Answered, Role, client::ClientKind},
    spec::Failover,
    watch::{Answer, ClientState, FailoverState, Phase, Point},
};

/// How long it ought to take, by arithmetic alone (modelled).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// As a rule.
    pub mean: Duration,
    /// At most, for who keeps to TTLs.
    pub worst: Duration,
}

/// Somebody who has not arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Who, in words: `name server 192.0.2.1:53`.
    pub who: String,
    /// What is seen there, in words.
    pub sees: String,
    /// For how much longer that may be so, where a TTL says it.
    pub at_most: Option<Duration>,
}

/// How far a switch has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// From the throw to the last name server.
    pub published: Option<Duration>,
    /// From the throw to the last resolver.
    pub cached: Option<Duration>,
    /// From the throw to the first bytes through the name.
    pub client: Option<Duration>,
    /// Each name server, and how long after the throw it answered the side; nothing if it does not.
    pub servers: Vec<(String, Option<Duration>)>,
    /// Who is not there.
    pub left: Vec<Left>,
    /// Clients that go by what they have kept, as sentences.
    pub kept: Vec<String>,
}

impl Expected {
    /// Of a failover. The checkers look for the object as they look at an endpoint, and S3 answers at once either way;
    /// whatever else speaks for the primary, a switch alone is enough.
    pub fn of(failover: &Failover) -> Option<Self> {
        let mut alone = failover.clone();
        (alone.primary.alarm, alone.primary.calculated) = (None, None);
        let mut terms = alone.recovery_terms().ok()?;
        terms.longest_look = Duration::ZERO;
        let RecoveryTime { mean, worst } = terms.expected();
        Some(Self { mean, worst })
    }
}

impl Arrival {
    /// What is seen now of a switch that was thrown at `thrown`.
    pub fn of(state: &FailoverState, direction: Direction, thrown: Duration, now: Duration) -> Self {
        let towards = direction.towards();
        let change = state.change.as_ref();
        let change = change.filter(|change| change.towards == towards && change.began >= thrown);
        let at = |phase| Some(change?.at(phase)?.saturating_sub(thrown));
        let servers = state.of_role(Role::Authoritative).map(|point| {
            let there = is_there(point, towards).then(|| point.since.saturating_sub(thrown));
            (point.vantage.to_string(), there)
        });
        let points = state.points.iter().filter(|point| counts(state, point) && !is_there(point, towards));
        let mut left: Vec<Left> = points.map(|point| left_point(point, now)).collect();
        left.extend(state.clients.iter().filter(|client| decides(client)).filter_map(|client| {
            let there = client.served_by == Some(Ok(towards)) && client.seen >= thrown;
            (!there).then(|| left_client(client))
        }));
        let kept = state.clients.iter().filter(|client| !decides(client)).filter_map(|client| {
            Some(format!("a {} client is {}", client.kind.as_str(), state.exposed(client, now)?))
        });
        Self {
            published: at(Phase::Published),
            cached: at(Phase::Cached),
            client: at(Phase::Client),
            servers: servers.collect(),
            left,
            kept: kept.collect(),
        }
    }

    /// Whether everybody has arrived.
    pub fn is_complete(&self) -> bool {
        self.left.is_empty()
    }
}

/// A client that looks the name up each time: it shows that the name works. The others go by what they have kept,
/// and how long they do is not the switch's doing.
fn decides(client: &ClientState) -> bool {
    matches!(client.kind, ClientKind::Pointer | ClientKind::Https)
}

/// One that has never answered is left out while another of its kind has (no IPv6 here, a server that was dead before).
fn counts(state: &FailoverState, point: &Point) -> bool {
    point.has_answered() || !state.of_role(point.vantage.role).any(Point::has_answered)
}

fn is_there(point: &Point, towards: Side) -> bool {
    point.answered().and_then(Answered::side) == Some(towards)
}

fn left_point(point: &Point, now: Duration) -> Left {
    let kind = match point.vantage.role {
        Role::Authoritative => "name server",
        Role::Recursive => "resolver",
    };
    let sees = match &point.answer {
        Some(Ok(answer)) => format!("answers {}", answer.answered),
        Some(Answer::Err(why)) => format!("does not answer: {why}"),
        None => "has not answered yet".to_owned(),
    };
    // What a name server says is how it is now; only who keeps something forgets it by itself.
    let keeps = point.vantage.role == Role::Recursive && point.stale.is_none();
    let at_most = point.expires.filter(|_| keeps).map(|expires| expires.saturating_sub(now));
    Left { who: format!("{kind} {}", point.vantage), sees, at_most }
}

fn left_client(client: &ClientState) -> Left {
    let sees = match &client.served_by {
        Some(Ok(side)) => format!("gets its bytes from the {side}"),
        Some(Err(why)) => format!("gets nothing: {why}"),
        None => "has not asked yet".to_owned(),
    };
    Left { who: format!("{} client", client.kind.as_str()), sees, at_most: None }
}
