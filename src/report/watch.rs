//! What `watch` writes for programs: a line when something happens, a document at the end. Keys may be added,
//! never renamed.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    model::{Fqdn, Region, Side},
    probe::{
        Observed, Overdue, Role, Vantage,
        client::{ClientKind, Until},
    },
    watch::{Answer, ClientState, Event, Exposed, FailoverState, Latencies, Phase, Point, SideState, State},
};

/// Why a watch ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// What was waited for has come.
    Met,
    /// The time was over.
    TimedOut,
    /// It was stopped, and nothing was waited for.
    Stopped,
    /// It was stopped before what was waited for had come.
    Interrupted,
    /// Nobody reads any more.
    Unheard,
}

impl Ended {
    /// A person ended it, who waited for something or not.
    pub fn by_hand(waiting: bool) -> Self {
        if waiting { Self::Interrupted } else { Self::Stopped }
    }
}

/// One line of the file of events. The first of each watch names the schema.
#[derive(Debug, Serialize)]
pub struct Line<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<&'static str>,
    /// Seconds since the watch began.
    at: f64,
    /// The date of the world that is watched.
    time: Timestamp,
    #[serde(flatten)]
    what: What<'a>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum What<'a> {
    Event(&'a Event),
    Began { event: &'static str, failovers: Vec<Begun<'a>> },
    Ended { event: &'static str, why: Ended },
}

#[derive(Debug, Serialize)]
struct Begun<'a> {
    name: &'a Fqdn,
    vantages: Vec<Asked<'a>>,
}

#[derive(Debug, Serialize)]
struct Asked<'a> {
    vantage: &'a Vantage,
    role: Role,
    every: f64,
}

impl<'a> Line<'a> {
    /// The first line.
    pub fn began(state: &'a State) -> Self {
        let asked = |point: &'a Point| Asked {
            vantage: &point.vantage,
            role: point.vantage.role,
            every: seconds(point.every),
        };
        let begun = |failover: &'a FailoverState| Begun {
            name: &failover.name,
            vantages: failover.points.iter().map(asked).collect(),
        };
        let failovers = state.failovers.iter().map(begun).collect();
        let schema = Some("s3-failover/watch/v1");
        Self { schema, ..Self::new(state, state.began, What::Began { event: "began", failovers }) }
    }

    /// A line for an event.
    pub fn event(state: &State, event: &'a Event) -> Self {
        Self::new(state, event.at, What::Event(event))
    }

    /// The last line.
    pub fn ended(state: &State, why: Ended) -> Self {
        Self::new(state, state.at, What::Ended { event: "ended", why })
    }

    fn new(state: &State, at: Duration, what: What<'a>) -> Self {
        Self { schema: None, at: seconds(state.since_start(at)), time: in_milliseconds(state.date(at)), what }
    }
}

/// The document at the end: the last state. Moments are seconds since the watch began.
#[derive(Debug, Serialize)]
pub struct Summary<'a> {
    schema: &'static str,
    ok: bool,
    ended: Ended,
    began: Timestamp,
    seconds: f64,
    failovers: Vec<FailoverSummary<'a>>,
}

#[derive(Debug, Serialize)]
struct FailoverSummary<'a> {
    name: &'a Fqdn,
    /// What ought to be answered.
    expected: Option<Side>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unread: Option<&'a str>,
    /// What the name servers answer together.
    observed: Observed,
    since: f64,
    /// What the resolvers answer together.
    resolvers: Observed,
    vantages: Vec<PointSummary<'a>>,
    endpoints: Vec<SideSummary<'a>>,
    clients: Vec<ClientSummary<'a>>,
    changes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<ChangeSummary>,
}

#[derive(Debug, Serialize)]
struct PointSummary<'a> {
    vantage: &'a Vantage,
    role: Role,
    answers: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
    since: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<u32>,
    /// When the TTL runs out.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<f64>,
    asked: u64,
    failed: u64,
    latency: Latency,
    /// An answer that is older than its TTL allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    stale: Option<StaleSummary>,
    /// How the TTLs of a resolver behave: `within`, `frozen`, `above`, `stretched`.
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl_habit: Option<&'static str>,
    /// By how many seconds they were above those of the name servers.
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl_above: Option<f64>,
}

#[derive(Debug, Serialize)]
struct StaleSummary {
    /// When it should have been forgotten.
    expired: f64,
    /// When it was first seen after that.
    first_seen: f64,
    reason: Overdue,
}

/// In seconds.
#[derive(Debug, Serialize)]
struct Latency {
    last: Option<f64>,
    p50: Option<f64>,
    p99: Option<f64>,
}

#[derive(Debug, Serialize)]
struct SideSummary<'a> {
    side: Side,
    up: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
    since: f64,
    status: Option<u16>,
    region: Option<&'a Region>,
    asked: u64,
    failed: u64,
    latency: Latency,
}

#[derive(Debug, Serialize)]
struct ClientSummary<'a> {
    client: ClientKind,
    served_by: Option<Side>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
    since: f64,
    requests: u64,
    failed: u64,
    /// Its connection, where it keeps one.
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<LinkSummary>,
    /// That it is on the side which the last change has left.
    #[serde(skip_serializing_if = "Option::is_none")]
    still_on: Option<ExposedSummary>,
}

#[derive(Debug, Serialize)]
struct LinkSummary {
    opened: f64,
    requests: u64,
}

#[derive(Debug, Serialize)]
struct ExposedSummary {
    side: Side,
    /// What ends it: `ttl`, `closed` (its connection is), `restarted` (it is).
    ends: &'static str,
    /// When, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<f64>,
}

#[derive(Debug, Serialize)]
struct ChangeSummary {
    towards: Side,
    began: f64,
    /// Seconds after it began.
    phases: BTreeMap<Phase, f64>,
}

impl<'a> Summary<'a> {
    /// The state at the end. `ok`: whether the program ends with 0.
    pub fn new(state: &'a State, ended: Ended, ok: bool) -> Self {
        Self {
            schema: "s3-failover/watch-summary/v1",
            ok,
            ended,
            began: in_milliseconds(state.date(state.began)),
            seconds: seconds(state.since_start(state.at)),
            failovers: state.failovers.iter().map(|failover| of_failover(state, failover)).collect(),
        }
    }
}

fn of_failover<'a>(state: &State, failover: &'a FailoverState) -> FailoverSummary<'a> {
    let since = |at: Duration| seconds(state.since_start(at));
    let change = failover.change.as_ref().map(|change| ChangeSummary {
        towards: change.towards,
        began: since(change.began),
        phases: Phase::ALL
            .iter()
            .filter_map(|phase| Some((*phase, seconds(change.after(*phase)?))))
            .collect(),
    });
    let point = |point: &'a Point| PointSummary {
        vantage: &point.vantage,
        role: point.vantage.role,
        answers: point.answer.as_ref().map(words),
        why: point.answer.as_ref().and_then(|answer| answer.as_ref().err()).map(String::as_str),
        since: since(point.since),
        ttl: point.answer.as_ref().and_then(|answer| Some(answer.as_ref().ok()?.ttl?.seconds())),
        expires: point.expires.map(since),
        asked: point.asked,
        failed: point.failed,
        latency: latency(point.took, &point.latencies),
        stale: point.stale.map(|stale| StaleSummary {
            expired: since(stale.expired),
            first_seen: since(stale.first_seen),
            reason: stale.reason,
        }),
        ttl_habit: (point.vantage.role == Role::Recursive).then(|| point.ttl_habit.word()),
        ttl_above: point.ttl_habit.above().map(seconds),
    };
    let side = |side: Side| {
        let state: &'a SideState = failover.side(side);
        SideSummary {
            side,
            up: state.up,
            why: state.why.as_deref(),
            since: since(state.since),
            status: state.status,
            region: state.region.as_ref(),
            asked: state.asked,
            failed: state.failed,
            latency: latency(state.took, &state.latencies),
        }
    };
    let client = |client: &'a ClientState| {
        let served_by = client.served_by.as_ref();
        ClientSummary {
            client: client.kind,
            served_by: served_by.and_then(|served| served.as_ref().ok().copied()),
            why: served_by.and_then(|served| served.as_ref().err()).map(String::as_str),
            since: since(client.since),
            requests: client.requests,
            failed: client.failed,
            connection: client
                .link
                .map(|link| LinkSummary { opened: since(link.opened), requests: link.requests }),
            still_on: failover.exposed(client, state.at).map(|Exposed { side, until, .. }| {
                let (ends, until) = match until {
                    Until::Moment(moment) => ("ttl", Some(since(moment))),
                    Until::Closed => ("closed", None),
                    Until::Restarted => ("restarted", None),
                };
                ExposedSummary { side, ends, until }
            }),
        }
    };
    FailoverSummary {
        name: &failover.name,
        expected: failover.expected,
        unread: failover.unread.as_deref(),
        observed: failover.active,
        since: since(failover.active_since),
        resolvers: failover.observed(Role::Recursive),
        vantages: failover.points.iter().map(point).collect(),
        endpoints: Side::BOTH.into_iter().map(side).collect(),
        clients: failover.clients.iter().map(client).collect(),
        changes: failover.changes,
        change,
    }
}

/// What was answered, in words.
pub(super) fn words(answer: &Answer) -> String {
    match answer {
        Ok(answer) => answer.answered.to_string(),
        Err(_) => "no answer".to_owned(),
    }
}

fn latency(last: Option<Duration>, all: &Latencies) -> Latency {
    let quantile = |share| all.quantile(share).map(seconds);
    Latency { last: last.map(seconds), p50: quantile(0.5), p99: quantile(0.99) }
}

/// Seconds to the tenth of a millisecond: beyond that, there is only noise.
#[expect(clippy::cast_precision_loss, reason = "weeks in microseconds are far below 2^53")]
fn seconds(duration: Duration) -> f64 {
    (duration.as_micros() / 100) as f64 / 10_000.0
}

fn in_milliseconds(date: Timestamp) -> Timestamp {
    date.round(jiff::Unit::Millisecond).unwrap_or(date)
}
