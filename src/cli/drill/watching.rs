//! The watch over a drill, from its baseline to its end, and what it found.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    drill::{DrillEvent, Minds, Run, RunError, Scene, Way},
    model::Detection,
    timeline::{DataLoss, DrillFigures, Phase, Phases},
};

const NO_PHASE: Phase = Phase { took: None, floor: None };
/// Of a turn that was not watched to its end.
const NO_PHASES: Phases = Phases {
    detect: NO_PHASE,
    publish: NO_PHASE,
    cache: NO_PHASE,
    client: NO_PHASE,
    published: None,
    total: None,
};
/// How well the moments of looks are known.
const MOMENTS: Duration = Duration::from_millis(500);
/// A checker that connects waits so long for a response (Route 53 Developer Guide,
/// dns-failover-determining-health-of-endpoints).
const RESPONSE_LIMIT: Duration = Duration::from_secs(2);

/// A watch that goes on until it is dropped.
pub(super) struct Watching {
    run: Run,
    minds: Option<Minds>,
    turns: [Option<Phases>; 2],
}

impl Watching {
    pub(super) async fn start(scene: Scene) -> Self {
        Self { run: Run::start(scene).await, minds: None, turns: [None, None] }
    }

    /// Watches while nothing is supposed to happen.
    pub(super) async fn steady(&mut self, length: Duration) -> Result<(), RunError> {
        let minds = self.known_minds().await?;
        self.minds = Some(self.run.steady(length, minds).await?);
        Ok(())
    }

    /// Watches a turn; whether everybody has arrived.
    pub(super) async fn turn(
        &mut self,
        way: Way,
        began: Duration,
        tell: &mut (dyn FnMut(&DrillEvent) + Send),
    ) -> Result<bool, RunError> {
        let minds = self.known_minds().await?;
        let floor = self.detection(&minds, way, began);
        let turn = self.run.turn(way, began, minds, tell).await?;
        self.minds = Some(turn.minds().clone());
        self.turns[index(way)] = Some(Phases::of(&turn, &floor));
        Ok(turn.is_complete())
    }

    /// What came of it.
    pub(super) fn figures(
        &self,
        fault: &str,
        began: Duration,
        data_loss: DataLoss,
        restored: bool,
    ) -> DrillFigures {
        let phases = |way| self.turns[index(way)].clone().unwrap_or(NO_PHASES);
        DrillFigures {
            name: self.run.scene().failover.name.clone(),
            fault: fault.to_owned(),
            began,
            failover: phases(Way::There),
            failback: phases(Way::Back),
            events: self.run.events(),
            requests: self.run.requests(),
            data_loss,
            restored,
        }
    }

    /// As they were left; anew, when a wait was given up in the middle.
    async fn known_minds(&mut self) -> Result<Minds, RunError> {
        match self.minds.take() {
            Some(minds) => Ok(minds),
            None => self.run.settled().await,
        }
    }

    fn detection(&self, minds: &Minds, way: Way, changed: Duration) -> Detection {
        let Scene { clock, failover, .. } = self.run.scene();
        let since = |at: Timestamp| Duration::try_from(at.duration_since(clock.epoch()));
        Detection {
            last_looks: minds.last_looks().into_iter().filter_map(|at| since(at).ok()).collect(),
            changed,
            interval: failover.health_check.interval.duration(),
            threshold: u32::from(failover.health_check.failure_threshold.get()),
            look: Duration::ZERO,
            under_way: MOMENTS + if way == Way::Back { RESPONSE_LIMIT } else { Duration::ZERO },
            to_unhealthy: way == Way::There,
        }
    }
}

fn index(way: Way) -> usize {
    usize::from(way == Way::Back)
}
