//! How does a drill pass its time? It watches while nothing happens, and it watches a turn until the
//! answer has arrived, or for much longer than it should take.
//!
//! What is broken, and how, is the caller's: a run only looks, counts and tells. All that it has seen stays with it,
//! so a wait that is given up in the middle (a signal, a limit) loses nothing.

use std::{sync::Arc, time::Duration};

use super::{
    DrillEvent, Ended, Ledger, Looked, Milestone, Minds, Observation, Requests, Scene, Seen, Signal, Start,
    Turn, Watch, Way,
};
use crate::{account::AccountError, probe::Vantage};

/// Beyond detection and TTL a turn gets so much more before it is given up (our choice).
const GRACE: Duration = Duration::from_secs(90);
/// The longest look of a checker: 4 s for the connection and 2 s for the response (Route 53 Developer
/// Guide, dns-failover-determining-health-of-endpoints).
const LONGEST_LOOK: Duration = Duration::from_secs(6);
/// For an alarm nobody can say how long its periods are from here: as for checkers at their slowest.
const ALARM: Duration = Duration::from_mins(5);

/// Why a run could not go on.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The checkers could not be asked.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// Every task that looks has ended, which none does by itself.
    #[error("the watch ended before its time")]
    WatchEnded,
}

/// A watch, and what was gathered by it.
#[derive(Debug)]
pub struct Run {
    watch: Watch,
    scene: Scene,
    points: Arc<[Vantage]>,
    ledger: Ledger,
    turns: [Option<Turn>; 2],
    /// What is told beside the turns.
    beside: Vec<DrillEvent>,
}

impl Run {
    /// Begins to look.
    pub async fn start(scene: Scene) -> Self {
        let watch = Watch::start(&scene).await;
        let points = scene.vantages();
        let mut ledger = Ledger::new(scene.side, scene.clock.epoch(), &points, &scene.clients());
        ledger.verdict(scene.clock.elapsed(), true);
        Self { watch, scene, points, ledger, turns: [None, None], beside: Vec::new() }
    }

    /// What the checkers think, when nothing has happened for a while.
    pub async fn settled(&self) -> Result<Minds, RunError> {
        let reports = match self.scene.signal.watched() {
            Some(watched) => self.scene.account.checker_reports(&watched.check).await?,
            None => Vec::new(),
        };
        Ok(self.scene.signal.settled(&reports))
    }

    /// Goes on watching for a while in which nothing is supposed to happen, or until [`Run::lost`] says something. The
    /// minds are kept up to date, at the end with the freshest look of each checker, from which the next floor is
    /// reckoned.
    pub async fn steady(&mut self, length: Duration, mut minds: Minds) -> Result<Minds, RunError> {
        let until = self.scene.clock.elapsed() + length;
        while self.scene.clock.elapsed() < until && self.lost().is_none() {
            let Some(observation) = self.next(until).await? else { break };
            self.beside.extend(self.ledger.see(&observation, &minds));
            if let Seen::Checkers(reports) = &observation.seen {
                minds.see(reports);
            }
        }
        if let Some(watched) = self.scene.signal.watched() {
            minds.see(&self.scene.account.checker_reports(&watched.check).await?);
        }
        Ok(minds)
    }

    /// Waits, for `limit` at most, until somebody else breaks the side (or mends it): until two of our own requests in
    /// a row for the same thing fail (or succeed). The moment of the first of them.
    pub async fn noticed(
        &mut self,
        way: Way,
        limit: Duration,
        mut minds: Minds,
    ) -> Result<(Option<Duration>, Minds), RunError> {
        let until = self.scene.clock.elapsed() + limit;
        let mut first: [Option<Duration>; 2] = [None; 2];
        while let Some(observation) = self.next(until).await? {
            self.beside.extend(self.ledger.see(&observation, &minds));
            match &observation.seen {
                Seen::Checkers(reports) => {
                    minds.see(reports);
                }
                Seen::Endpoint { side, looked, served } if *side == self.scene.side => {
                    let first = &mut first[usize::from(*looked == Looked::HealthObject)];
                    match (served.is_ok() == (way == Way::Back), *first) {
                        (true, Some(first)) => return Ok((Some(first), minds)),
                        (true, None) => *first = Some(observation.at),
                        (false, _) => *first = None,
                    }
                }
                _ => {}
            }
        }
        Ok((None, minds))
    }

    /// Watches the turn that began at `began`, when the scene's side was broken or mended, and tells of
    /// each milestone. The call that breaks or mends has been answered when this is called.
    pub async fn turn(
        &mut self,
        way: Way,
        began: Duration,
        minds: Minds,
        tell: &mut (dyn FnMut(&DrillEvent) + Send),
    ) -> Result<Turn, RunError> {
        let clock = self.scene.clock.clone();
        let limit = began + self.looks() + self.scene.failover.ttl.duration() + GRACE;
        let deadline = limit.min(self.scene.until.unwrap_or(limit));
        self.ledger.mark(way, began);
        let turn = Turn::begin(Start {
            changed: self.scene.side,
            way,
            began,
            done: clock.elapsed(),
            epoch: clock.epoch(),
            points: Arc::clone(&self.points),
            floor: self.scene.signal.floor(&minds, way, began, &clock),
            minds,
            lead: self.scene.clients()[0],
            failing: self.ledger.failing(),
        });
        for event in turn.events() {
            tell(event);
            self.follow(event);
        }
        self.turns[way.index()] = Some(turn);
        let ended = loop {
            let turn = self.turns[way.index()].as_ref().expect("it was put there");
            if turn.is_complete() {
                break Ended::Complete;
            }
            if self.lost().is_some() {
                break Ended::Lost;
            }
            let Some(observation) = self.next(deadline).await? else { break Ended::Limit };
            self.see(way, &observation, tell);
        };
        let turn = self.turns[way.index()].as_mut().expect("it was put there");
        turn.ended = Some(ended);
        Ok(turn.clone())
    }

    /// What is seen next, unless that is later than `deadline`.
    async fn next(&mut self, deadline: Duration) -> Result<Option<Observation>, RunError> {
        let left = deadline.saturating_sub(self.scene.clock.elapsed());
        if left.is_zero() {
            return Ok(None);
        }
        match self.scene.clock.timeout(left, self.watch.next()).await {
            Ok(Some(observation)) => Ok(Some(observation)),
            Ok(None) => Err(RunError::WatchEnded),
            Err(_) => Ok(None),
        }
    }

    fn see(&mut self, way: Way, observation: &Observation, tell: &mut (dyn FnMut(&DrillEvent) + Send)) {
        let Some(turn) = &mut self.turns[way.index()] else { return };
        let news = turn.see(observation);
        let beside = self.ledger.see(observation, turn.minds());
        for event in &news {
            tell(event);
            self.follow(event);
        }
        if let Some(event) = beside {
            tell(&event);
            self.beside.push(event);
        }
    }

    /// The lane of the verdict turns with a milestone.
    fn follow(&mut self, event: &DrillEvent) {
        if event.milestone == Milestone::Detected {
            self.ledger.verdict(event.at, event.way == Way::Back);
        }
    }

    /// The longest that detection may take.
    fn looks(&self) -> Duration {
        match &self.scene.signal {
            Signal::Checkers(watched) => (watched.interval + LONGEST_LOOK) * (watched.threshold + 1),
            Signal::Told => Duration::ZERO,
            Signal::Alarm => ALARM,
        }
    }

    /// Since when the side that is meant to serve while the other one is broken does not, when that has lasted.
    pub fn lost(&self) -> Option<Duration> {
        let broken = self.ledger.marked(Way::There).is_some() && self.ledger.marked(Way::Back).is_none();
        if broken { self.ledger.is_lost(self.scene.side.other()) } else { None }
    }

    /// The clock, the failover and whom is asked.
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// The turn of this way, as far as it was watched.
    pub fn turned(&self, way: Way) -> Option<&Turn> {
        self.turns[way.index()].as_ref()
    }

    /// What was seen so far.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// What all clients made so far.
    pub fn requests(&self) -> Requests {
        self.ledger.requests()
    }

    /// The milestones so far, by their moments; a verdict is known only after name servers have it.
    pub fn events(&self) -> Vec<DrillEvent> {
        let turns = self.turns.iter().flatten().flat_map(Turn::events);
        let mut events: Vec<DrillEvent> = turns.chain(&self.beside).cloned().collect();
        events.sort_by_key(|event| event.at);
        events
    }
}
