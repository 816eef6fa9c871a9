//! The two writers, once a second each, whatever the sides do.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, task::JoinSet};

use super::{
    belief::Belief,
    body::Body,
    log::{Mark, Object, Outcome, Writer},
    notes::Notes,
    place::HeartbeatPlace,
};
use crate::{account::PutWhen, causes::in_one_line, model::Side};

/// Between two writes of one writer, in the clock's time.
pub(super) const EVERY: Duration = Duration::from_secs(1);
/// How long one request may take, in the clock's time.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// So many writes of one writer are under way at most; while they are, none is begun.
const UNDER_WAY: usize = 3;
/// So often a side that took over is asked what it holds, until it says.
const ASKED: usize = 3;

/// One writer: where it writes, and what it notes.
#[derive(Clone, Debug)]
pub(super) struct Pen {
    pub(super) place: Arc<HeartbeatPlace>,
    pub(super) notes: Arc<Mutex<Notes>>,
    writer: Writer,
    belief: Arc<tokio::sync::Mutex<Belief>>,
    /// The shared object is read and written by one at a time: a program waits for its own write.
    shared: Arc<tokio::sync::Mutex<()>>,
}

impl Pen {
    pub(super) fn new(writer: Writer, place: Arc<HeartbeatPlace>, notes: Arc<Mutex<Notes>>) -> Self {
        let belief = Arc::new(tokio::sync::Mutex::new(Belief::new(writer)));
        Self { place, notes, writer, belief, shared: Arc::default() }
    }

    /// Writes until it is told to stop, and then waits for what is under way: nothing is written after.
    pub(super) async fn write(self, mut stop: watch::Receiver<bool>) {
        let clock = &self.place.clock;
        let mut under_way = JoinSet::new();
        let mut number = 0;
        while !*stop.borrow_and_update() {
            let next = clock.elapsed() + EVERY;
            while under_way.try_join_next().is_some() {}
            if under_way.len() < UNDER_WAY {
                number += 1;
                under_way.spawn(self.clone().beat(number));
            }
            tokio::select! {
                () = clock.sleep_until(next) => {}
                _ = stop.changed() => {}
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    async fn beat(self, number: u64) {
        let mark = Mark { writer: self.writer, number };
        let HeartbeatPlace { clock, servers, failover, .. } = &*self.place;
        let side = self.belief.lock().await.side(clock, servers, failover).await;
        // A program that finds no address writes nothing.
        let Ok(side) = side else { return };
        match self.writer {
            Writer::Pointer => drop(tokio::join!(self.numbered(mark, side), self.overwrite(mark, side))),
            Writer::Kept => Box::pin(self.overwrite(mark, side)).await,
        }
    }

    /// Puts an object of its own; the first one on a side that takes over asks it what it holds.
    async fn numbered(&self, mark: Mark, side: Side) {
        let sent = self.place.clock.elapsed();
        let key = self.place.prefix.numbered(mark.number);
        match self.put(Object::Numbered, &key, mark, side, None).await {
            Outcome::Acknowledged(at) => {
                if self.noted().acknowledged(mark, side, sent, at) {
                    let held = self.ask(side).await;
                    self.noted().held(sent, held);
                }
            }
            outcome => self.noted().ended(Object::Numbered, mark, outcome),
        }
    }

    /// Reads the shared object, and writes what follows from it.
    async fn overwrite(&self, mark: Mark, side: Side) {
        let Ok(_alone) = self.shared.try_lock() else { return };
        let (clock, key) = (&self.place.clock, self.place.prefix.shared());
        let take = Box::pin(self.place.buckets.take(self.place.store(side), &key));
        let read = clock.timeout(PATIENCE, take).await;
        let based_on = match read {
            Ok(Ok(found)) => found.and_then(|(bytes, _)| Body::mark(&bytes)),
            // An answer, and no reason to go elsewhere.
            Ok(Err(error)) if !error.is_silence() => return,
            Ok(Err(_)) | Err(_) => return self.belief.lock().await.broke(side),
        };
        let outcome = self.put(Object::Shared, &key, mark, side, based_on).await;
        self.noted().ended(Object::Shared, mark, outcome);
    }

    /// One put, with a limit.
    async fn put(
        &self,
        object: Object,
        key: &str,
        mark: Mark,
        side: Side,
        based_on: Option<Mark>,
    ) -> Outcome {
        let HeartbeatPlace { clock, buckets, .. } = &*self.place;
        let body = self.place.body(side, mark, based_on).to_bytes();
        self.noted().sent(object, mark, side, clock.elapsed(), based_on);
        let put = buckets.put(self.place.store(side), key, body, &PutWhen::Always);
        // On the heap: the SDK's futures are large.
        match clock.timeout(PATIENCE, Box::pin(put)).await {
            Ok(Ok(_)) => Outcome::Acknowledged(clock.elapsed()),
            Ok(Err(error)) => {
                if error.is_silence() {
                    self.belief.lock().await.broke(side);
                }
                if error.is_refusal() { Outcome::Refused(in_one_line(&error)) } else { Outcome::Uncertain }
            }
            Err(_) => {
                self.belief.lock().await.broke(side);
                Outcome::Uncertain
            }
        }
    }

    /// Which numbers a side lists.
    async fn ask(&self, side: Side) -> Result<BTreeSet<u64>, String> {
        let mut held = Err(String::new());
        for _ in 0..ASKED {
            held = numbers(&self.place, side).await;
            if held.is_ok() {
                break;
            }
        }
        held
    }

    fn noted(&self) -> std::sync::MutexGuard<'_, Notes> {
        // Each note stands by itself, so what a panicking thread left behind is usable.
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which numbers a side lists, or why it is not known.
pub(super) async fn numbers(place: &HeartbeatPlace, side: Side) -> Result<BTreeSet<u64>, String> {
    let keys = place.buckets.keys(place.store(side), place.prefix.as_str());
    match place.clock.timeout(PATIENCE, Box::pin(keys)).await {
        Ok(Ok(keys)) => Ok(keys.iter().filter_map(|key| place.prefix.number(key)).collect()),
        Ok(Err(error)) => Err(in_one_line(&error)),
        Err(elapsed) => Err(format!("the {side} did not list what it holds: {elapsed}")),
    }
}
