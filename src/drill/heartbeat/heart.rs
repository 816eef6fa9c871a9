//! Both writers, from their start until what they wrote is taken away.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, task::JoinSet};

use super::{
    log::Writer,
    loss::{Lacked, Loss},
    notes::Notes,
    place::HeartbeatPlace,
    removal::{Removal, RemovalError, remove_from_both},
    writer::{EVERY, Pen, numbers},
};
use crate::model::Side;

/// Two writers at work. Dropped, they stop in the middle of what they do.
#[derive(Debug)]
pub struct Heartbeat {
    place: Arc<HeartbeatPlace>,
    notes: Arc<Mutex<Notes>>,
    stop: watch::Sender<bool>,
    writers: JoinSet<()>,
}

impl Heartbeat {
    /// Begins to write. What undoes it ([`HeartbeatPlace::undo`]) has to be journalled before.
    pub fn start(mut place: HeartbeatPlace) -> Self {
        // Programs know resolvers, not name servers.
        place.servers.authoritative.clear();
        let (place, notes) = (Arc::new(place), Arc::default());
        let (stop, stopped) = watch::channel(false);
        let mut writers = JoinSet::new();
        for writer in [Writer::Pointer, Writer::Kept] {
            let pen = Pen::new(writer, Arc::clone(&place), Arc::clone(&notes));
            let (clock, stopped) = (place.clock.clone(), stopped.clone());
            writers.spawn(async move {
                if writer == Writer::Kept {
                    // Half a second apart, so that each reads what the other wrote.
                    clock.sleep(EVERY / 2).await;
                }
                pen.write(stopped).await;
            });
        }
        Self { place, notes, stop, writers }
    }

    /// What is known so far, while the writers go on; why nothing is, when nothing is.
    pub fn so_far(&self) -> Result<Loss, String> {
        let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.never_written().map_or_else(|| Ok(notes.loss(&self.place.prefix, &[None, None])), Err)
    }

    /// Stops the writers, once what they have begun has ended, each by its limit. May be called again.
    pub async fn stop(&mut self) {
        // Writers that have ended hear nothing.
        let _ = self.stop.send(true);
        while self.writers.join_next().await.is_some() {}
    }

    /// Stops the writers, and asks both sides what they hold at the end: again and again until what was missing has
    /// arrived everywhere, or until `patience` is over.
    pub async fn finish(&mut self, patience: Duration) -> Result<Loss, String> {
        self.stop().await;
        let until = self.place.clock.elapsed() + patience;
        loop {
            let (primary, secondary) =
                tokio::join!(numbers(&self.place, Side::Primary), numbers(&self.place, Side::Secondary));
            let end: [Option<BTreeSet<u64>>; 2] = [primary.ok(), secondary.ok()];
            let loss = {
                let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
                match notes.never_written() {
                    Some(why) => return Err(why),
                    None => notes.loss(&self.place.prefix, &end),
                }
            };
            let arrived =
                |lacked: &Lacked| lacked.late.as_ref().is_some_and(|l| l.len() == lacked.missing.len());
            let waits = |lacked: &Lacked| lacked.at.is_some() && lacked.unknown.is_none() && !arrived(lacked);
            let settled = !waits(&loss.failover) && !waits(&loss.failback);
            if settled || self.place.clock.elapsed() >= until {
                return Ok(loss);
            }
            self.place.clock.sleep(EVERY).await;
        }
    }

    /// Stops the writers and takes everything away that they wrote, from both sides. May be called again.
    pub async fn remove(&mut self) -> Result<[Removal; 2], RemovalError> {
        self.stop().await;
        let HeartbeatPlace { buckets, stores, prefix, .. } = &*self.place;
        remove_from_both(buckets, stores, prefix.as_str()).await
    }
}
