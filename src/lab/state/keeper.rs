//! Who writes, and when?
//!
//! One task: it waits until somebody asks whether a change is safe, or until a while has passed, and then
//! saves everything. Whoever asks during a transaction is served by the next one, since nobody knows how
//! far the running one had looked.

use std::{path::Path, sync::Arc, time::Duration};

use tokio::{sync::watch, task::JoinSet};

use super::{
    StateError,
    database::{Database, SavedClock},
    document::Kept,
    durable::{Done, Durable, KeeperEnds},
};
use crate::clock::{Clock, SpeedError};

/// What changes by itself is written after this time of the lab (our choice: it comes about again).
const PAUSE: Duration = Duration::from_secs(10);

/// A state that was opened, and is not kept up yet; or that the lab has none.
pub(crate) struct KeptState {
    clock: Clock,
    durable: Durable,
    opened: Option<(Database, KeeperEnds)>,
    is_new: bool,
}

/// Keeps the state up; [`Keeper::stop`] writes a last time. Dropping it loses what changed by itself.
pub(crate) struct Keeper {
    stopping: watch::Sender<bool>,
    task: JoinSet<()>,
}

impl KeptState {
    /// Opens the state in a folder, if there is to be one, and starts the lab's clock where it was, plus
    /// the time of ours that has passed since.
    pub(crate) fn open(folder: Option<&Path>, speed: f64) -> Result<Result<Self, SpeedError>, StateError> {
        let Some(folder) = folder else {
            let without = |clock| Self { clock, durable: Durable::default(), opened: None, is_new: true };
            return Ok(Clock::scaled(speed).map(without));
        };
        let database = Database::open(folder)?;
        let saved = database.clock()?;
        let clock = match saved {
            Some(saved) => Clock::resumed(speed, saved.epoch, saved.elapsed),
            None => Clock::scaled(speed),
        };
        let (durable, ends) = Durable::channel();
        let opened = Some((database, ends));
        Ok(clock.map(|clock| Self { clock, durable, opened, is_new: saved.is_none() }))
    }

    /// The lab's clock.
    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Tells when a change is safe.
    pub(crate) fn durable(&self) -> Durable {
        self.durable.clone()
    }

    /// Whether nothing was kept before, so that the lab begins with what it always begins with.
    pub(crate) fn is_new(&self) -> bool {
        self.is_new
    }

    /// Gives the parts back what they had.
    pub(crate) fn restore(&mut self, parts: &[Arc<dyn Kept>]) -> Result<(), StateError> {
        let Some((database, _)) = &mut self.opened else { return Ok(()) };
        let mut documents = database.documents()?;
        for part in parts {
            let kinds = part.kinds().iter();
            let mine = kinds.filter_map(|kind| documents.remove(*kind)).flatten().collect();
            part.restore(mine).map_err(|error| database.damaged(error))?;
        }
        match documents.into_keys().next() {
            Some(kind) => {
                Err(database.damaged(format!("it holds a `{kind}`, which this program does not know")))
            }
            None => Ok(()),
        }
    }

    /// Writes everything, and keeps it up from now on.
    pub(crate) fn keep(self, parts: Vec<Arc<dyn Kept>>) -> Result<Keeper, StateError> {
        let (stopping, stopped) = watch::channel(false);
        let mut task = JoinSet::new();
        if let Some((mut database, ends)) = self.opened {
            database.save(moment(&self.clock), &parts)?;
            task.spawn(run(self.clock, database, ends, parts, stopped));
        }
        Ok(Keeper { stopping, task })
    }
}

impl Keeper {
    /// Writes a last time, and lets go of the folder.
    pub(crate) async fn stop(mut self) {
        self.stopping.send_replace(true);
        while self.task.join_next().await.is_some() {}
    }
}

async fn run(
    clock: Clock,
    mut database: Database,
    mut ends: KeeperEnds,
    parts: Vec<Arc<dyn Kept>>,
    mut stopped: watch::Receiver<bool>,
) {
    let parts: Arc<[Arc<dyn Kept>]> = parts.into();
    loop {
        let last = tokio::select! {
            asked = ends.asked.changed() => asked.is_err(),
            () = clock.sleep(PAUSE) => false,
            _ = stopped.wait_for(|stopped| *stopped) => true,
        };
        let up_to = *ends.asked.borrow_and_update();
        let (parts, moment) = (Arc::clone(&parts), moment(&clock));
        let saved = tokio::task::spawn_blocking(move || (database.save(moment, &parts), database)).await;
        let Ok((result, back)) = saved else {
            tracing::error!("writing the state ended by a panic; nothing is kept any more");
            return;
        };
        database = back;
        if let Err(error) = &result {
            tracing::error!(error = error as &dyn std::error::Error, "the state was not written");
        }
        ends.done.send_replace(Done { up_to, failed: result.is_err() });
        if last {
            return;
        }
    }
}

fn moment(clock: &Clock) -> SavedClock {
    SavedClock { epoch: clock.epoch(), elapsed: clock.elapsed() }
}
