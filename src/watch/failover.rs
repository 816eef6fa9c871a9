//! The state of one failover.

use std::time::Duration;

use super::{Answer, Change, ClientState, Event, News, Phase, Point, Seen, SideState};
use crate::{
    model::{Fqdn, Side, Ttl},
    probe::{Answered, Look, Observed, ROUNDING, Role, Tracker, client::ClientLook},
};

/// One failover. Moments are by the clock of the world that is watched.
#[derive(Clone, Debug, PartialEq)]
pub struct FailoverState {
    /// Its name.
    pub name: Fqdn,
    /// What the answer's TTL is meant to be.
    pub ttl: Ttl,
    /// The side that ought to be answered, where it is known.
    pub expected: Option<Side>,
    /// Since when that side ought to be.
    pub expected_since: Duration,
    /// When records and health checks were last begun to be read, with success.
    pub expected_asked: Option<Duration>,
    /// Why they could not be read the last time.
    pub unread: Option<String>,
    /// What the name servers answer together.
    pub active: Observed,
    /// Since when.
    pub active_since: Duration,
    /// Every vantage point: name servers first, then resolvers.
    pub points: Vec<Point>,
    /// The endpoint of the primary, and that of the secondary.
    pub sides: [SideState; 2],
    /// The clients that go by the name.
    pub clients: Vec<ClientState>,
    /// The change that goes on, or the last one.
    pub change: Option<Change>,
    /// How many changes there were.
    pub changes: u64,
    /// The side that all name servers answered when they last agreed on one.
    settled: Option<Side>,
    /// Who keeps answers for longer than he may?
    pub(super) tracker: Tracker,
}

impl FailoverState {
    /// Nothing is known yet.
    pub fn new(name: Fqdn, ttl: Ttl, points: Vec<Point>, clients: Vec<ClientState>) -> Self {
        Self {
            name,
            ttl,
            expected: None,
            expected_since: Duration::ZERO,
            expected_asked: None,
            unread: None,
            active: Observed::None,
            active_since: Duration::ZERO,
            points,
            sides: <[SideState; 2]>::default(),
            clients,
            change: None,
            changes: 0,
            settled: None,
            tracker: Tracker::new(ttl, ROUNDING),
        }
    }

    /// The state of a side's endpoint.
    pub fn side(&self, side: Side) -> &SideState {
        &self.sides[side.index()]
    }

    /// The vantage points of a role.
    pub fn of_role(&self, role: Role) -> impl Iterator<Item = &Point> + Clone {
        self.points.iter().filter(move |point| point.vantage.role == role)
    }

    /// What all vantage points of a role that answer answer together.
    pub fn observed(&self, role: Role) -> Observed {
        Observed::of(self.of_role(role).filter_map(Point::answered))
    }

    /// Takes in what was seen; tells what is new.
    pub fn see(&mut self, at: Duration, seen: Seen) -> Vec<Event> {
        let mut news = Vec::new();
        match seen {
            Seen::Answer { point, asked, answer, says_stale } => {
                self.answer(at, point, asked, answer, &mut news);
                self.track(Look { asked, answered: at }, point, says_stale, &mut news);
            }
            Seen::Endpoint { side, served } => {
                let state = &mut self.sides[side.index()];
                if state.see(at, &served) {
                    news.push(News::Endpoint { side, up: state.up == Some(true), why: state.why.clone() });
                }
            }
            Seen::Client { client, look } => self.client(at, client, look, &mut news),
            Seen::Expected { asked, expected } => self.expect(at, asked, expected, &mut news),
        }
        news.into_iter().map(|news| Event { at, name: self.name.clone(), news }).collect()
    }

    fn answer(&mut self, at: Duration, index: usize, asked: Duration, answer: Answer, news: &mut Vec<News>) {
        let point = &mut self.points[index];
        let role = point.vantage.role;
        let Some((before, since)) = point.see(asked, at, answer) else { return };
        let vantage = point.vantage.clone();
        let after = before.as_ref().map(|_| at.saturating_sub(since));
        let before = before.as_ref().map(said);
        let answer = point.answer.as_ref().expect("it has just been seen");
        let answers = said(answer);
        let (ttl, why) = match answer {
            Ok(answer) => (answer.ttl.map(Ttl::seconds), None),
            Err(why) => (None, Some(why.clone())),
        };
        news.push(News::Answer { vantage, role, answers, before, after, ttl, why });
        match role {
            Role::Authoritative => self.name_servers(at, index, news),
            Role::Recursive => self.resolvers(at, index, news),
        }
    }

    /// A name server answers something else than before:
    ///
    /// 1. What all of them answer together may have changed.
    /// 2. It answers another side than the one on which they last agreed: a change has begun, unless one
    ///    towards that side goes on already.
    /// 3. All agree on the side to which the change leads: it is published.
    /// 4. All agree on the side from which an unpublished change led away: that was none.
    fn name_servers(&mut self, at: Duration, index: usize, news: &mut Vec<News>) {
        let active = self.observed(Role::Authoritative);
        if active != self.active {
            (self.active, self.active_since) = (active, at);
            news.push(News::Active { observed: active });
        }
        let side = self.points[index].answered().and_then(Answered::side);
        let pending = self.change.as_ref().filter(|change| change.at(Phase::Published).is_none());
        if let (Some(settled), Some(side)) = (self.settled, side)
            && side != settled
            && pending.is_none_or(|change| change.towards != side)
        {
            self.change = Some(Change::begin(side, at));
            self.changes += 1;
            let after = Duration::ZERO;
            news.push(News::Phase { phase: Phase::Switched, towards: side, after });
            // A resolver may have learnt of it before we did.
            if self
                .of_role(Role::Recursive)
                .any(|point| point.answered().and_then(Answered::side) == Some(side))
            {
                self.pass(Phase::FirstResolver, side, at, news);
            }
        }
        let Some(agreed) = active.side() else { return };
        let back = self
            .change
            .as_ref()
            .is_some_and(|change| change.at(Phase::Published).is_none() && change.towards != agreed);
        if back {
            self.change = None;
        }
        self.settled = Some(agreed);
        self.pass(Phase::Published, agreed, at, news);
        // Resolvers may have been faster than the last name server.
        self.cached(at, news);
    }

    fn resolvers(&mut self, at: Duration, index: usize, news: &mut Vec<News>) {
        if let Some(side) = self.points[index].answered().and_then(Answered::side) {
            self.pass(Phase::FirstResolver, side, at, news);
        }
        self.cached(at, news);
    }

    /// Every resolver that answers has the new side, and no name server can give it the old one again.
    fn cached(&mut self, at: Duration, news: &mut Vec<News>) {
        let published = self.change.as_ref().is_some_and(|change| change.at(Phase::Published).is_some());
        let Some(side) = self.observed(Role::Recursive).side() else { return };
        if published {
            self.pass(Phase::Cached, side, at, news);
        }
    }

    fn client(&mut self, at: Duration, index: usize, look: ClientLook, news: &mut Vec<News>) {
        let client = &mut self.clients[index];
        let (side, why) = (look.side.as_ref().ok().copied(), look.side.as_ref().err().cloned());
        if client.see(at, look) {
            news.push(News::Client { client: client.kind, served_by: side, why });
        }
        if let Some(side) = side {
            self.pass(Phase::Client, side, at, news);
        }
    }

    /// Passes a phase of the change towards a side, if there is such a change.
    fn pass(&mut self, phase: Phase, towards: Side, at: Duration, news: &mut Vec<News>) {
        let Some(change) = self.change.as_mut().filter(|change| change.towards == towards) else { return };
        if change.pass(phase, at) {
            news.push(News::Phase { phase, towards, after: at.saturating_sub(change.began) });
        }
    }

    fn expect(
        &mut self,
        at: Duration,
        asked: Duration,
        expected: Result<Option<Side>, String>,
        news: &mut Vec<News>,
    ) {
        match expected {
            Ok(expected) => {
                if self.unread.take().is_some() {
                    news.push(News::ReadAgain);
                }
                if self.expected_asked.is_none() || expected != self.expected {
                    (self.expected, self.expected_since) = (expected, at);
                    news.push(News::Expected { expected });
                }
                self.expected_asked = Some(asked);
            }
            Err(why) => {
                if self.unread.is_none() {
                    news.push(News::Unread { why: why.clone() });
                }
                self.unread = Some(why);
            }
        }
    }
}

/// What was answered, in words.
pub(super) fn said(answer: &Answer) -> String {
    match answer {
        Ok(answer) => answer.answered.to_string(),
        Err(_) => "no answer".to_owned(),
    }
}
