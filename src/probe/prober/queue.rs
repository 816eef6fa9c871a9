//! How do sightings come to their reader? By a queue of limited length, which forgets its oldest.
//!
//! A prober that waited for its reader would not keep its schedule, and a terminal that is held for a
//! minute would look like a server that was silent for one. What a watcher wants to know is how things
//! stand now: so the oldest are dropped, and counted.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use super::Sighting;

/// Sightings that may wait: sixteen seconds of a thousand look-ups a second (our choice; some megabytes).
const MOST_WAITING: usize = 16_384;

#[derive(Debug)]
struct Queue {
    inner: Mutex<Inner>,
    news: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    sightings: VecDeque<Sighting>,
    writers: usize,
    dropped: u64,
    skipped: u64,
}

/// Puts sightings in.
#[derive(Debug)]
pub(super) struct Writer(Arc<Queue>);

/// Takes them out.
#[derive(Debug)]
pub(super) struct Reader(Arc<Queue>);

/// Both ends of a new queue.
pub(super) fn queue() -> (Writer, Reader) {
    let inner = Mutex::new(Inner { writers: 1, ..Inner::default() });
    let queue = Arc::new(Queue { inner, news: Notify::new() });
    (Writer(Arc::clone(&queue)), Reader(queue))
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing in here panics while it holds the lock; what is kept stays readable.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writer {
    /// Adds a sighting, in the place of the oldest when there are too many.
    pub(super) fn put(&self, sighting: Sighting) {
        let mut inner = self.0.lock();
        if inner.sightings.len() >= MOST_WAITING {
            inner.sightings.pop_front();
            inner.dropped += 1;
        }
        inner.sightings.push_back(sighting);
        let first = inner.sightings.len() == 1;
        drop(inner);
        if first {
            self.0.news.notify_one();
        }
    }

    /// Counts moments at which nothing was asked.
    pub(super) fn skipped(&self, moments: u64) {
        if moments > 0 {
            self.0.lock().skipped += moments;
        }
    }
}

impl Clone for Writer {
    fn clone(&self) -> Self {
        self.0.lock().writers += 1;
        Self(Arc::clone(&self.0))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.0.lock().writers -= 1;
        self.0.news.notify_one();
    }
}

impl Reader {
    /// Exchanges the empty list for all that waits, as soon as something does. False when nothing will ever
    /// come.
    pub(super) async fn take(&mut self, empty: &mut VecDeque<Sighting>) -> bool {
        loop {
            {
                let mut inner = self.0.lock();
                if !inner.sightings.is_empty() {
                    std::mem::swap(&mut inner.sightings, empty);
                    return true;
                }
                if inner.writers == 0 {
                    return false;
                }
            }
            self.0.news.notified().await;
        }
    }

    /// How many sightings were dropped.
    pub(super) fn dropped(&self) -> u64 {
        self.0.lock().dropped
    }

    /// At how many moments nothing was asked.
    pub(super) fn moments_skipped(&self) -> u64 {
        self.0.lock().skipped
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::probe::{QueryError, Vantage};

    fn sighting(lookup: usize) -> Sighting {
        let server = Vantage::authoritative(([127, 0, 0, 1], 53).into());
        let result = Err(QueryError::Malformed { server, what: String::new() });
        Sighting { lookup, asked: Duration::ZERO, answered: Duration::ZERO, result }
    }

    #[tokio::test]
    async fn a_slow_reader_gets_the_newest() {
        let (writer, mut reader) = queue();
        for lookup in 0..MOST_WAITING + 3 {
            writer.put(sighting(lookup));
        }
        let mut all = VecDeque::new();
        assert!(reader.take(&mut all).await);
        assert_eq!((all.len(), all[0].lookup, reader.dropped()), (MOST_WAITING, 3, 3));
    }

    #[tokio::test]
    async fn it_ends_with_its_last_writer_and_not_before_it_is_read() {
        let (writer, mut reader) = queue();
        let other = writer.clone();
        writer.put(sighting(1));
        drop(writer);
        let mut all = VecDeque::new();
        assert!(reader.take(&mut all).await);
        all.clear();
        let waiting = tokio::spawn(async move { reader.take(&mut VecDeque::new()).await });
        tokio::task::yield_now().await;
        drop(other);
        assert!(!waiting.await.expect("it ends"));
    }
}
