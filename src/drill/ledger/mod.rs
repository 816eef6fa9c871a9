//! What is written down of everything that is seen, besides the milestones?
//!
//! | | of whom | bounded by |
//! |---|---|---|
//! | [`Lane`] | each vantage point, side, client, and the verdict | its most spans; what comes too often is drawn coarser |
//! | [`Traffic`] | all clients together, second by second | three numbers a second |
//! | [`ClientRecord`] | each kind of client | a few moments |
//! | [`CheckerRecord`] | each checker | two moments |
//! | [`Outage`] | each side | one |
//!
//! Pure: moments come from the observations.

mod checker;
mod client;
mod lane;
mod outage;
mod traffic;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::Timestamp;

pub use self::{
    checker::CheckerRecord,
    client::ClientRecord,
    lane::{Lane, LaneRole, Shown},
    outage::Outage,
    traffic::{Second, Traffic},
};
use super::{DrillEvent, Looked, Milestone, Minds, Observation, Seen, Way};
use crate::{
    model::{CheckerReport, Side},
    probe::{Answered, Role, Vantage, client::ClientKind},
};

/// Requests of clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Requests {
    /// All.
    pub total: u64,
    /// Those that brought no bytes.
    pub failed: u64,
}

/// What was seen of a drill.
#[derive(Clone, Debug)]
pub struct Ledger {
    changed: Side,
    epoch: Timestamp,
    /// When the side was broken, and when it was mended.
    marks: [Option<Duration>; 2],
    points: Vec<Lane>,
    direct: BTreeMap<(Side, Looked), Lane>,
    verdict: Option<Lane>,
    clients: Vec<(ClientRecord, Lane)>,
    /// All requests, second by second.
    pub traffic: Traffic,
    /// Each checker, by its address.
    pub checkers: BTreeMap<String, CheckerRecord>,
    outages: [Outage; 2],
    /// How far the checkers' clocks were ahead of ours at least, where that was seen.
    pub clocks_apart: Duration,
    last: Duration,
}

impl Ledger {
    /// An empty ledger. `changed` is the side that is going to be broken.
    pub fn new(changed: Side, epoch: Timestamp, points: &Arc<[Vantage]>, clients: &[ClientKind]) -> Self {
        let point = |vantage: &Vantage| {
            let role = match vantage.role {
                Role::Authoritative => LaneRole::Authoritative,
                Role::Recursive => LaneRole::Resolver,
            };
            Lane::new(vantage.to_string(), role)
        };
        let client = |kind: &ClientKind| {
            (ClientRecord::new(*kind), Lane::new(format!("{} client", client::word(*kind)), LaneRole::Client))
        };
        Self {
            changed,
            epoch,
            marks: [None; 2],
            points: points.iter().map(point).collect(),
            direct: BTreeMap::new(),
            verdict: None,
            clients: clients.iter().map(client).collect(),
            traffic: Traffic::default(),
            checkers: BTreeMap::new(),
            outages: [Outage::default(); 2],
            clocks_apart: Duration::ZERO,
            last: Duration::ZERO,
        }
    }

    /// The side is broken, or mended, from now on.
    pub fn mark(&mut self, way: Way, at: Duration) {
        self.marks[way.index()] = Some(at);
        if way == Way::There {
            self.traffic.align(at);
        }
        for (client, _) in &mut self.clients {
            client.mark(way, at, self.changed);
        }
    }

    /// When the side was broken, or mended.
    pub fn marked(&self, way: Way) -> Option<Duration> {
        self.marks[way.index()]
    }

    /// Takes in what was seen; tells what is news and concerns no turn.
    pub fn see(&mut self, observation: &Observation, minds: &Minds) -> Option<DrillEvent> {
        let at = observation.at;
        self.last = self.last.max(at);
        match &observation.seen {
            Seen::Answer { point, answer } => {
                let shown = match answer {
                    Ok(answer) => answer.answered.side().map_or(Shown::Nothing, Shown::of),
                    Err(_) => Shown::Nothing,
                };
                if let Some(lane) = self.points.get_mut(*point) {
                    lane.see(at, shown);
                    lane.last_words(match answer {
                        Ok(answer) if matches!(answer.answered, Answered::Side(_)) => None,
                        Ok(answer) => Some(answer.answered.to_string()),
                        Err(why) => Some(why.clone()),
                    });
                }
                None
            }
            Seen::Endpoint { side, looked, served } => {
                let shown = if served.is_ok() { Shown::Up } else { Shown::Down };
                let what = match looked {
                    Looked::Data => "endpoint",
                    Looked::HealthObject => "health object",
                };
                let lane = self.direct.entry((*side, *looked));
                lane.or_insert_with(|| Lane::new(format!("{side} {what}"), LaneRole::Endpoint))
                    .see(at, shown);
                if *looked != Looked::Data {
                    return None;
                }
                let lost = self.outages[side.index()].see(at, served.as_ref().err());
                self.told_lost(*side, lost)
            }
            Seen::Checkers(reports) => {
                self.checkers(at, reports, minds);
                None
            }
            Seen::Client { kind, served_by, took, .. } => {
                let place = self.clients.iter().position(|(record, _)| record.kind == *kind)?;
                let (record, lane) = &mut self.clients[place];
                lane.see(at, served_by.as_ref().map_or(Shown::Nothing, |side| Shown::of(*side)));
                self.traffic.see(at, served_by.as_ref().ok().copied());
                let (way, after) = record.see(at, *took, served_by, self.changed)?;
                let side = served_by.as_ref().ok()?;
                // That of the first one, which looks the name up each time, is a milestone of the turn.
                (place > 0).then(|| DrillEvent {
                    way,
                    at,
                    milestone: Milestone::Followed,
                    source: format!("{} client", client::word(*kind)),
                    detail: format!(
                        "its first bytes from the {side}, {:.1} s after the change",
                        after.as_secs_f64()
                    ),
                })
            }
        }
    }

    /// What the verdict over the side is from this moment on.
    pub fn verdict(&mut self, at: Duration, good: bool) {
        let lane = self.verdict.get_or_insert_with(|| Lane::new("verdict".to_owned(), LaneRole::Verdict));
        lane.see(at, if good { Shown::Up } else { Shown::Down });
    }

    fn checkers(&mut self, at: Duration, reports: &[CheckerReport], minds: &Minds) {
        for report in reports {
            let Some(date) = report.checked_at else { continue };
            let Ok(looked) = Duration::try_from(date.duration_since(self.epoch)) else { continue };
            self.clocks_apart = self.clocks_apart.max(looked.saturating_sub(at));
            let record = self.checkers.entry(report.ip_address.clone()).or_default();
            record.region = report.region.clone().or(record.region.take());
            record.see(looked, minds.is_good(report.success), self.marks);
        }
    }

    /// That a side which was not broken does not serve is news.
    fn told_lost(&self, side: Side, lost: Option<(Duration, String)>) -> Option<DrillEvent> {
        let (since, why) = lost.filter(|_| side != self.changed)?;
        let way = if self.marks[Way::Back.index()].is_some() { Way::Back } else { Way::There };
        let detail = format!("the {side} does not serve any more: {why}");
        self.marks[0].map(|_| DrillEvent {
            way,
            at: since,
            milestone: Milestone::Lost,
            source: "direct probe".to_owned(),
            detail,
        })
    }

    /// Since when a side has not been serving, where that has lasted.
    pub fn is_lost(&self, side: Side) -> Option<Duration> {
        self.outages[side.index()].lasting(self.last)
    }

    /// What is known of a side's failures.
    pub fn outage(&self, side: Side) -> &Outage {
        &self.outages[side.index()]
    }

    /// What is not served by the side that is drilled, as far as our own requests know.
    pub fn failing(&self) -> std::collections::BTreeSet<Looked> {
        let down = self
            .direct
            .iter()
            .filter(|((side, _), lane)| *side == self.changed && lane.shown() == Some(Shown::Down));
        down.map(|((_, looked), _)| *looked).collect()
    }

    /// Each client.
    pub fn clients(&self) -> impl Iterator<Item = &ClientRecord> {
        self.clients.iter().map(|(record, _)| record)
    }

    /// What all clients made.
    pub fn requests(&self) -> Requests {
        self.clients().fold(Requests::default(), |all, client| Requests {
            total: all.total + client.requests.total,
            failed: all.failed + client.requests.failed,
        })
    }

    /// Every lane: name servers and resolvers, sides, the verdict, clients.
    pub fn lanes(&self) -> impl Iterator<Item = &Lane> {
        let clients = self.clients.iter().map(|(_, lane)| lane);
        self.points.iter().chain(self.direct.values()).chain(&self.verdict).chain(clients)
    }

    /// The lane of a vantage point, by its place in the list.
    pub fn point(&self, point: usize) -> Option<&Lane> {
        self.points.get(point)
    }

    /// The newest moment that was seen.
    pub fn last(&self) -> Duration {
        self.last
    }
}
