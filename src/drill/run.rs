//! How does a drill pass its time? It watches while nothing happens, and it watches a turn until the
//! answer has arrived, or for much longer than it should take.
//!
//! What is broken, and how, is the caller's: a run only looks, counts and tells.

use std::time::Duration;

use super::{DrillEvent, Milestone, Minds, Scene, Turn, Watch, Way};
use crate::{account::AccountError, probe::Seen};

/// Beyond detection and TTL a turn gets so much more before it is given up (our choice).
const GRACE: Duration = Duration::from_secs(90);
/// The longest look of a checker: 4 s for the connection and 2 s for the response (Route 53 Developer
/// Guide, dns-failover-determining-health-of-endpoints).
const LONGEST_LOOK: Duration = Duration::from_secs(6);

/// Requests of the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Requests {
    /// All.
    pub total: u64,
    /// Those that brought no bytes.
    pub failed: u64,
}

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
    requests: Requests,
    events: Vec<DrillEvent>,
}

impl Run {
    /// Begins to look.
    pub async fn start(scene: Scene) -> Self {
        let watch = Watch::start(scene.clone()).await;
        Self { watch, scene, requests: Requests::default(), events: Vec::new() }
    }

    /// What the checkers think, when nothing has happened for a while.
    pub async fn settled(&self) -> Result<Minds, RunError> {
        let reports = self.scene.account.checker_reports(&self.scene.check).await?;
        let threshold = self.scene.failover.health_check.failure_threshold;
        Ok(Minds::settled(&reports, u32::from(threshold.get())))
    }

    /// Goes on watching for a while in which nothing is supposed to happen. The minds are kept up to
    /// date, at the end with the freshest look of each checker, from which the next floor is reckoned.
    pub async fn steady(&mut self, length: Duration, mut minds: Minds) -> Result<Minds, RunError> {
        let until = self.scene.clock.elapsed() + length;
        while self.scene.clock.elapsed() < until {
            let observation = self.watch.next().await.ok_or(RunError::WatchEnded)?;
            self.count(&observation.seen);
            if let Seen::Checkers(reports) = observation.seen {
                minds.see(&reports);
            }
        }
        let reports = self.scene.account.checker_reports(&self.scene.check).await?;
        minds.see(&reports);
        Ok(minds)
    }

    /// Watches the turn that began at `began`, when the scene's side was broken or mended, and tells of
    /// each milestone.
    pub async fn turn(
        &mut self,
        way: Way,
        began: Duration,
        minds: Minds,
        tell: &mut (dyn FnMut(&DrillEvent) + Send),
    ) -> Result<Turn, RunError> {
        let health = &self.scene.failover.health_check;
        let looks =
            (health.interval.duration() + LONGEST_LOOK) * (u32::from(health.failure_threshold.get()) + 1);
        let deadline = began + looks + self.scene.failover.ttl.duration() + GRACE;
        let epoch = self.scene.clock.epoch();
        let mut turn = Turn::begin(self.scene.side, way, began, epoch, &self.scene.name_servers, minds);
        let detail = match way {
            Way::There => format!("the {} was broken", self.scene.side),
            Way::Back => format!("the {} was mended", self.scene.side),
        };
        let source = "drill".to_owned();
        self.events.push(DrillEvent { way, at: began, milestone: Milestone::Injected, source, detail });
        while !turn.is_complete() && self.scene.clock.elapsed() < deadline {
            let observation = self.watch.next().await.ok_or(RunError::WatchEnded)?;
            self.count(&observation.seen);
            for event in turn.see(&observation) {
                tell(&event);
                self.events.push(event);
            }
        }
        Ok(turn)
    }

    /// The clock, the failover and whom is asked.
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// What the client made so far.
    pub fn requests(&self) -> Requests {
        self.requests
    }

    /// The milestones so far, by their moments; a verdict is known only after name servers have it.
    pub fn events(&self) -> Vec<DrillEvent> {
        let mut events = self.events.clone();
        events.sort_by_key(|event| event.at);
        events
    }

    fn count(&mut self, seen: &Seen) {
        if let Seen::Client { served_by } = seen {
            self.requests.total += 1;
            self.requests.failed += u64::from(served_by.is_err());
        }
    }
}
