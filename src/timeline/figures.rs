//! What does a whole drill come to? The figures of both turns, before they are rounded and named.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Explained, Phases, Problem, Setting, problems::problems};
use crate::{
    drill::{DrillEvent, Ledger, Run, Way, heartbeat::Loss},
    model::{Fqdn, RecoveryTarget},
};

/// What a failover and its failback lost.
#[derive(Clone, Debug, PartialEq)]
pub enum DataLoss {
    /// By heartbeats.
    Measured(Box<Loss>),
    /// Nothing is known, and why.
    NotMeasured(String),
}

impl From<Result<Loss, String>> for DataLoss {
    fn from(measured: Result<Loss, String>) -> Self {
        measured.map_or_else(Self::NotMeasured, |loss| Self::Measured(Box::new(loss)))
    }
}

/// What a run cannot know of its drill.
#[derive(Clone, Debug)]
pub struct Drilled {
    /// What was done to the primary.
    pub fault: String,
    /// What was lost.
    pub data_loss: DataLoss,
    /// Whether everything that was broken was mended.
    pub restored: bool,
    /// Whether somebody stopped it before its end.
    pub interrupted: bool,
}

/// One way of a drill.
#[derive(Clone, Debug, Default)]
pub struct WayFigures {
    /// How long each phase took.
    pub phases: Phases,
    /// Why.
    pub explained: Explained,
}

/// The figures of a drill.
#[derive(Clone, Debug)]
pub struct DrillFigures {
    /// The failover's name.
    pub name: Fqdn,
    /// What was done to the primary, and what else the run cannot know.
    pub drilled: Drilled,
    /// When it was done, by the clock of the world.
    pub began: Duration,
    /// The date of that.
    pub began_at: Timestamp,
    /// When it was mended.
    pub mended: Option<Duration>,
    /// The way to the secondary.
    pub failover: WayFigures,
    /// The way back.
    pub failback: WayFigures,
    /// Milestones of both, by their moments.
    pub events: Vec<DrillEvent>,
    /// What was seen besides.
    pub ledger: Ledger,
    /// The recovery time that the spec asks for.
    pub target: Option<Duration>,
    /// What did not come to its end.
    pub problems: Vec<Problem>,
    /// Where and with what.
    pub setting: Setting,
}

impl DrillFigures {
    /// Everything that a run has measured. Of a run in which nothing was broken yet, the figures are empty.
    pub fn of(run: &Run, drilled: Drilled) -> Self {
        let (scene, ledger) = (run.scene(), run.ledger());
        let way = |way: Way| {
            let Some(turn) = run.turned(way) else { return WayFigures::default() };
            let phases = Phases::of(turn);
            let explained = Explained::of(turn, &phases, &scene.periods);
            WayFigures { phases, explained }
        };
        let began = ledger.marked(Way::There).unwrap_or_else(|| scene.clock.elapsed());
        let epoch = scene.clock.epoch();
        let since = SignedDuration::try_from(began).unwrap_or(SignedDuration::MAX);
        Self {
            name: scene.failover.name.clone(),
            began,
            began_at: epoch.checked_add(since).unwrap_or(Timestamp::MAX),
            mended: ledger.marked(Way::Back),
            failover: way(Way::There),
            failback: way(Way::Back),
            events: run.events(),
            target: scene.failover.target_seconds.map(RecoveryTarget::duration),
            problems: problems(run),
            setting: Setting::of(run),
            ledger: ledger.clone(),
            drilled,
        }
    }
}
