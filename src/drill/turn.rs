//! The pure machine that finds the milestones of one turn, from one side to the other.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;

use super::{
    DrillEvent, Floor, Looked, Milestone, Minds, Observation, Seen, Way,
    arrivals::{Arrivals, Arrived},
};
use crate::{
    model::Side,
    probe::{Answered, PointerAnswer, Role, Vantage, client::ClientKind},
};

/// A remaining TTL may have been rounded up by so much.
const ROUNDING: Duration = Duration::from_secs(1);

/// Where a turn begins, and who is watched.
#[derive(Clone, Debug)]
pub struct Start {
    /// The side that was broken or mended.
    pub changed: Side,
    /// Whether it was broken or mended.
    pub way: Way,
    /// When whoever broke or mended it began to.
    pub began: Duration,
    /// When that was done: the call had been answered.
    pub done: Duration,
    /// The date at the clock's zero, to place the checkers' dates.
    pub epoch: Timestamp,
    /// From where the name is looked up.
    pub points: Arc<[Vantage]>,
    /// What the checkers think.
    pub minds: Minds,
    /// How soon they can notice.
    pub floor: Floor,
    /// The kind of client that looks the name up each time.
    pub lead: ClientKind,
    /// What is not served by the side now.
    pub failing: BTreeSet<Looked>,
}

/// Why a turn was no longer watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All have arrived.
    Complete,
    /// The time was over.
    Limit,
    /// The side to which it led does not serve: going on would only lengthen an outage.
    Lost,
}

/// One turn of the answer, from the side that was broken (or healed) to the other.
///
/// A milestone is passed when, for the first time since the turn began:
///
/// 1. effective: our own request to the broken side fails (to the mended side: all that failed succeed again);
/// 2. detected: the minds of its checkers add up to another verdict. Where Route 53 is told, with the answer to
///    that call. Where an alarm speaks, no later than the first name server switches, and nobody knows how much
///    sooner;
/// 3. switched: a name server answers the side to which the turn leads, and until the end of the
///    watch no longer the other one;
/// 4. published: all of them have switched;
/// 5. refreshed: a resolver answers that side, and no longer the other one;
/// 6. cached: all of them do;
/// 7. client: a request of the client that looks the name up each time brings bytes from that side.
#[derive(Clone, Debug)]
pub struct Turn {
    /// The side that was broken or mended.
    pub changed: Side,
    /// Whether it was broken or mended.
    pub way: Way,
    /// The side to which the answer turns.
    pub towards: Side,
    /// When it was broken or mended.
    pub began: Duration,
    /// How soon it could be noticed.
    pub floor: Floor,
    /// Why it is no longer watched; nothing as long as it is.
    pub ended: Option<Ended>,
    epoch: Timestamp,
    points: Arc<[Vantage]>,
    passed: BTreeMap<Milestone, Duration>,
    events: Vec<DrillEvent>,
    servers: Arrivals,
    resolvers: Arrivals,
    minds: Minds,
    lead: ClientKind,
    failing: BTreeSet<Looked>,
    /// Until when each resolver may go on with what it answered last of the old side.
    kept: BTreeMap<usize, Duration>,
}

impl Turn {
    /// A turn that begins.
    pub fn begin(start: Start) -> Self {
        let Start { changed, way, began, done, epoch, points, minds, floor, lead, failing } = start;
        let of_role = |role| Arrivals::of((0..points.len()).filter(|point| points[*point].role == role));
        let (servers, resolvers) = (of_role(Role::Authoritative), of_role(Role::Recursive));
        let (towards, detail) = match way {
            Way::There => (changed.other(), format!("the {changed} was broken")),
            Way::Back => (changed, format!("the {changed} was mended")),
        };
        let mut turn = Self {
            changed,
            way,
            towards,
            began,
            floor,
            ended: None,
            epoch,
            points,
            passed: BTreeMap::new(),
            events: Vec::new(),
            servers,
            resolvers,
            minds,
            lead,
            failing,
            kept: BTreeMap::new(),
        };
        turn.pass(began, Milestone::Injected, "drill", detail);
        if turn.floor == Floor::AtOnce {
            let detail = "Route 53 was told, and no checker has to look".to_owned();
            turn.pass(done.max(began), Milestone::Detected, "Route 53", detail);
        }
        turn
    }

    /// When a milestone was passed, by the clock of the world that is drilled.
    pub fn at(&self, milestone: Milestone) -> Option<Duration> {
        self.passed.get(&milestone).copied()
    }

    /// The milestones that were passed; of those that were taken back, none.
    pub fn events(&self) -> &[DrillEvent] {
        &self.events
    }

    /// Each name server, and when it switched.
    pub fn name_servers(&self) -> Vec<(&Vantage, Option<Duration>)> {
        self.servers.each().map(|(point, at)| (&self.points[point], at)).collect()
    }

    /// Each resolver, and when it let go of what it had kept.
    pub fn resolvers(&self) -> Vec<(&Vantage, Option<Duration>)> {
        self.resolvers.each().map(|(point, at)| (&self.points[point], at)).collect()
    }

    /// Each vantage point that never arrived, by its place in the list, and until when it might have kept its last
    /// answer of the old side.
    pub fn missing(&self) -> Vec<(usize, Option<Duration>)> {
        let never = self.servers.each().chain(self.resolvers.each()).filter(|(_, at)| at.is_none());
        never.map(|(point, _)| (point, self.kept.get(&point).copied())).collect()
    }

    /// The resolver that clients ask first: when it arrived, and until when it could have kept its last answer of
    /// the old side.
    pub fn first_resolver(&self) -> (Option<Duration>, Option<Duration>) {
        let first = self.resolvers.each().next();
        (first.and_then(|(_, at)| at), first.and_then(|(point, _)| self.kept.get(&point).copied()))
    }

    /// The checkers' minds, for the turn that follows.
    pub fn minds(&self) -> &Minds {
        &self.minds
    }

    /// Whether checkers, name servers, resolvers and client have all arrived.
    pub fn is_complete(&self) -> bool {
        [Milestone::Detected, Milestone::Published, Milestone::Cached, Milestone::Client]
            .iter()
            .all(|m| self.passed.contains_key(m))
    }

    /// Takes in what was seen, and tells of the milestones that were passed with it.
    pub fn see(&mut self, observation: &Observation) -> Vec<DrillEvent> {
        if observation.at < self.began {
            return Vec::new();
        }
        let (at, told) = (observation.at, self.events.len());
        match &observation.seen {
            Seen::Endpoint { side, looked, served } if *side == self.changed => {
                self.endpoint(at, *looked, served);
            }
            Seen::Checkers(reports) => {
                if let Some(turned) = self.minds.see(reports) {
                    self.detected(turned);
                }
            }
            Seen::Answer { point, answer } => {
                if self.answer(at, *point, answer) {
                    // Something was taken back, and nothing is new.
                    return Vec::new();
                }
            }
            Seen::Client { kind, served_by: Ok(side), .. } if *side == self.towards && *kind == self.lead => {
                let detail = format!("a request through the name brought bytes from the {side}");
                self.pass(at, Milestone::Client, &format!("{kind} client"), detail);
            }
            Seen::Endpoint { .. } | Seen::Client { .. } => {}
        }
        self.events[told.min(self.events.len())..].to_vec()
    }

    fn breaks(&self) -> bool {
        self.way == Way::There
    }

    fn endpoint(&mut self, at: Duration, looked: Looked, served: &Result<(), String>) {
        let what = match looked {
            Looked::Data => "our own request to",
            Looked::HealthObject => "our own request for the health object of",
        };
        let was_failing = match served {
            Ok(()) => self.failing.remove(&looked),
            Err(_) => !self.failing.insert(looked),
        };
        match served {
            Err(why) if self.breaks() => {
                let detail = format!("{what} the {} fails: {why}", self.changed);
                self.pass(at, Milestone::Effective, "direct probe", detail);
            }
            Ok(()) if !self.breaks() && was_failing && self.failing.is_empty() => {
                let detail = format!("{what} the {} succeeds", self.changed);
                self.pass(at, Milestone::Effective, "direct probe", detail);
            }
            _ => {}
        }
    }

    fn detected(&mut self, turned: Timestamp) {
        let at = Duration::try_from(turned.duration_since(self.epoch)).unwrap_or_default();
        if at < self.began || self.minds.verdict() == self.breaks() {
            return;
        }
        let verdict = if self.breaks() { "unhealthy" } else { "healthy" };
        let detail = format!("enough checkers agree: the {} is {verdict}", self.changed);
        self.pass(at, Milestone::Detected, "checkers", detail);
    }

    /// True when the server had arrived, and had not.
    fn answer(&mut self, at: Duration, point: usize, answer: &Result<PointerAnswer, String>) -> bool {
        let Ok(PointerAnswer { answered: Answered::Side(side), ttl }) = answer else { return false };
        let Some(Vantage { role, .. }) = self.points.get(point) else { return false };
        let (role, side) = (*role, *side);
        let vantage = self.points[point].to_string();
        if side != self.towards {
            if let (Role::Recursive, Some(ttl)) = (role, ttl) {
                // Resolvers count whole seconds down, and round as they like.
                self.kept.insert(point, (at + ttl.duration()).saturating_sub(ROUNDING));
            }
            return self.go_back(role, point, &source(role, &vantage));
        }
        let (arrivals, one, all) = match role {
            Role::Authoritative => (&mut self.servers, Milestone::Switched, Milestone::Published),
            Role::Recursive => (&mut self.resolvers, Milestone::Refreshed, Milestone::Cached),
        };
        let arrived = arrivals.arrive(point, at);
        if arrived == Arrived::Before {
            return false;
        }
        let (done, of) = arrivals.counted();
        if self.floor == Floor::Unknown && role == Role::Authoritative {
            let detail = "a name server answers the other side, so the alarm had turned by then".to_owned();
            self.pass(at, Milestone::Detected, "name servers", detail);
        }
        let why = if role == Role::Recursive { ": what it had kept has expired" } else { "" };
        let detail = format!("answers the {side} ({done} of {of}){why}");
        self.events.push(self.event(at, one, &source(role, &vantage), detail));
        if arrived == Arrived::NowAll {
            let (source, every) = match role {
                Role::Authoritative => ("name servers", "every name server answers"),
                Role::Recursive => ("resolvers", "every resolver answers"),
            };
            self.pass(at, all, source, format!("{every} the {side}"));
        }
        false
    }

    fn go_back(&mut self, role: Role, point: usize, source: &str) -> bool {
        let (arrivals, one, all) = match role {
            Role::Authoritative => (&mut self.servers, Milestone::Switched, Milestone::Published),
            Role::Recursive => (&mut self.resolvers, Milestone::Refreshed, Milestone::Cached),
        };
        if !arrivals.go_back(point) {
            return false;
        }
        self.passed.remove(&all);
        self.events
            .retain(|event| event.milestone != all && !(event.milestone == one && event.source == source));
        true
    }

    fn pass(&mut self, at: Duration, milestone: Milestone, source: &str, detail: String) {
        if let Entry::Vacant(free) = self.passed.entry(milestone) {
            free.insert(at);
            self.events.push(self.event(at, milestone, source, detail));
        }
    }

    fn event(&self, at: Duration, milestone: Milestone, source: &str, detail: String) -> DrillEvent {
        DrillEvent { way: self.way, at, milestone, source: source.to_owned(), detail }
    }
}

fn source(role: Role, vantage: &str) -> String {
    match role {
        Role::Authoritative => vantage.to_owned(),
        Role::Recursive => format!("resolver {vantage}"),
    }
}

#[cfg(test)]
#[path = "turn_tests.rs"]
mod tests;
