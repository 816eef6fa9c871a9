//! The watch over a drill, from its baseline to its end, and what it found.

use std::time::Duration;

use crate::{
    drill::{DrillEvent, Ended, Minds, Run, RunError, Scene, Way},
    timeline::{DrillFigures, Drilled},
};

/// A watch that goes on until it is dropped. All that it has seen stays with it, also when a wait is given up.
pub(super) struct Watching {
    run: Run,
    minds: Option<Minds>,
}

impl Watching {
    pub(super) async fn start(scene: Scene) -> Self {
        Self { run: Run::start(scene).await, minds: None }
    }

    /// Watches while nothing is supposed to happen.
    pub(super) async fn steady(&mut self, length: Duration) -> Result<(), RunError> {
        let minds = self.known_minds().await?;
        self.minds = Some(self.run.steady(length, minds).await?);
        Ok(())
    }

    /// Watches a turn until everybody has arrived, or it is given up.
    pub(super) async fn turn(
        &mut self,
        way: Way,
        began: Duration,
        tell: &mut (dyn FnMut(&DrillEvent) + Send),
    ) -> Result<Option<Ended>, RunError> {
        let minds = self.known_minds().await?;
        let turn = self.run.turn(way, began, minds, tell).await?;
        self.minds = Some(turn.minds().clone());
        Ok(turn.ended)
    }

    /// Waits for `limit` at most until somebody else breaks the primary, or mends it: when that was.
    pub(super) async fn noticed(&mut self, way: Way, limit: Duration) -> Result<Option<Duration>, RunError> {
        let minds = self.known_minds().await?;
        let (at, minds) = self.run.noticed(way, limit, minds).await?;
        self.minds = Some(minds);
        Ok(at)
    }

    /// Whether the side does not serve to which clients were led.
    pub(super) fn is_lost(&self) -> bool {
        self.run.lost().is_some()
    }

    /// What came of it.
    pub(super) fn figures(&self, drilled: Drilled) -> DrillFigures {
        DrillFigures::of(&self.run, drilled)
    }

    /// As they were left; anew, when a wait was given up in the middle.
    async fn known_minds(&mut self) -> Result<Minds, RunError> {
        match self.minds.take() {
            Some(minds) => Ok(minds),
            None => self.run.settled().await,
        }
    }
}
