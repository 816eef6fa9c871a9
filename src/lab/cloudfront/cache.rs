//! What is kept of the origins' answers, and until when?
//!
//! Entries are found by path, query string (where the policy says so) and part: the whole object, its
//! headers alone (from a HEAD), or one range of it. A whole object answers for all three. What was used
//! least recently goes first when there is no more room, fresh or not, as an edge location may do (CloudFront
//! Developer Guide, `Expiration`: "CloudFront might evict the file").

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use hyper::{HeaderMap, StatusCode};
use lru::LruCache;

/// How many bytes a cache holds (modelled: an edge location's disk is larger).
const ROOM: usize = 64 * 1024 * 1024;
/// What an entry weighs beside its body and its key, about.
const ENTRY_BYTES: usize = 2_048;

/// Which part of an object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// Its headers.
    Head,
    /// The range, as it was asked for.
    Range(String),
}

/// By what an entry is found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) path: String,
    pub(super) query: Option<String>,
    pub(super) part: Part,
}

/// An answer of an origin, or CloudFront's own page about one that gave none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// The origin that it came from.
    pub(super) origin: String,
    /// When an origin last said so, by the lab's clock.
    pub(super) confirmed: Duration,
    /// How long it is fresh after that.
    pub(super) lifetime: Duration,
    /// How long it may stand in for a failing origin after it has expired; nothing means without end.
    pub(super) stale_if_error: Option<Duration>,
    /// While an origin failed recently: until when nobody is asked again.
    pub(super) quiet_until: Duration,
}

impl Entry {
    pub(super) fn is_fresh(&self, now: Duration) -> bool {
        now < self.confirmed + self.lifetime
    }

    /// Whether it is better than an origin's 5xx.
    pub(super) fn may_stand_in(&self, now: Duration) -> bool {
        let expired = self.confirmed + self.lifetime;
        !self.is_error() && self.stale_if_error.is_none_or(|longest| now <= expired + longest)
    }

    pub(super) fn is_error(&self) -> bool {
        self.status.is_client_error() || self.status.is_server_error()
    }

    pub(super) fn age(&self, now: Duration) -> Duration {
        now.saturating_sub(self.confirmed)
    }
}

/// Entries within a bound of memory.
pub(super) struct Cache {
    entries: LruCache<Key, Arc<Entry>>,
    bytes: usize,
    room: usize,
}

impl Default for Cache {
    fn default() -> Self {
        Self::with_room(ROOM)
    }
}

impl Cache {
    fn with_room(room: usize) -> Self {
        Self { entries: LruCache::unbounded(), bytes: 0, room }
    }

    /// What answers for the key, fresh or not, and as what it is kept: the whole object before the part.
    pub(super) fn get(&mut self, key: &Key) -> Option<(Key, Arc<Entry>)> {
        let whole = Key { part: Part::Whole, ..key.clone() };
        [&whole, key].into_iter().find_map(|key| Some((key.clone(), self.entries.get(key)?.clone())))
    }

    /// Keeps an entry, in the place of the one before, and makes room.
    pub(super) fn put(&mut self, key: Key, entry: Entry) {
        let weight = weight(&key, &entry);
        if weight > self.room {
            self.remove(&key);
            return;
        }
        self.bytes += weight;
        if let Some((key, old)) = self.entries.push(key, Arc::new(entry)) {
            self.bytes -= self::weight(&key, &old);
        }
        while self.bytes > self.room {
            let Some((key, old)) = self.entries.pop_lru() else { break };
            self.bytes -= self::weight(&key, &old);
        }
    }

    fn remove(&mut self, key: &Key) {
        if let Some(old) = self.entries.pop(key) {
            self.bytes -= weight(key, &old);
        }
    }

    /// Drops what lies at a path, or below it when it ends in `*`; says how much it was.
    pub(super) fn invalidate(&mut self, path: &str) -> usize {
        let fits = |key: &Key| match path.strip_suffix('*') {
            Some(beginning) => key.path.starts_with(beginning),
            None => key.path == path,
        };
        let keys: Vec<Key> = self.entries.iter().map(|(key, _)| key.clone()).filter(fits).collect();
        for key in &keys {
            self.remove(key);
        }
        keys.len()
    }
}

fn weight(key: &Key, entry: &Entry) -> usize {
    ENTRY_BYTES + key.path.len() + key.query.as_ref().map_or(0, String::len) + entry.body.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(length: usize) -> Entry {
        Entry {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: Bytes::from(vec![0; length]),
            origin: "primary".to_owned(),
            confirmed: Duration::from_secs(100),
            lifetime: Duration::from_secs(10),
            stale_if_error: None,
            quiet_until: Duration::ZERO,
        }
    }

    fn key(path: &str, part: Part) -> Key {
        Key { path: path.to_owned(), query: None, part }
    }

    #[test]
    fn a_whole_object_answers_for_its_parts_and_no_part_for_another() {
        let mut cache = Cache::default();
        let range = |text: &str| key("/a", Part::Range(text.to_owned()));
        cache.put(range("bytes=0-1"), entry(2));
        assert!(cache.get(&range("bytes=0-1")).is_some());
        assert!(cache.get(&range("bytes=0-0")).is_none());
        assert!(cache.get(&key("/a", Part::Whole)).is_none() && cache.get(&key("/a", Part::Head)).is_none());
        cache.put(key("/a", Part::Whole), entry(7));
        for one in [range("bytes=0-0"), range("bytes=0-1"), key("/a", Part::Head)] {
            assert_eq!(cache.get(&one).map(|(_, entry)| entry.body.len()), Some(7));
        }
    }

    #[test]
    fn invalidation_is_by_path_or_by_what_it_begins_with() {
        let mut cache = Cache::default();
        for path in ["/a/1", "/a/2", "/b", "/a"] {
            cache.put(key(path, Part::Whole), entry(1));
            cache.put(key(path, Part::Head), entry(0));
        }
        assert_eq!(cache.invalidate("/a"), 2);
        assert_eq!(cache.invalidate("/a/*"), 4);
        assert_eq!(cache.invalidate("/c"), 0);
        assert_eq!(cache.invalidate("/*"), 2);
        assert_eq!((cache.entries.len(), cache.bytes), (0, 0));
    }

    #[test]
    fn an_expired_entry_stands_in_for_as_long_as_it_says() {
        let seconds = Duration::from_secs;
        let mut entry = entry(1);
        assert!(entry.is_fresh(seconds(109)) && !entry.is_fresh(seconds(110)));
        assert!(entry.may_stand_in(seconds(1_000_000)));
        entry.stale_if_error = Some(seconds(5));
        assert!(entry.may_stand_in(seconds(115)) && !entry.may_stand_in(seconds(116)));
        entry.stale_if_error = None;
        entry.status = StatusCode::NOT_FOUND;
        assert!(!entry.may_stand_in(seconds(111)));
    }

    proptest! {
        #[test]
        fn it_never_holds_more_than_its_room(puts in proptest::collection::vec((0_u8..20, 0_usize..9_000), 0..200)) {
            let mut cache = Cache::with_room(30_000);
            for (path, length) in puts {
                cache.put(key(&format!("/{path}"), Part::Whole), entry(length));
                let held: usize = cache.entries.iter().map(|(key, entry)| weight(key, entry)).sum();
                prop_assert_eq!(held, cache.bytes);
                prop_assert!(held <= 30_000);
            }
        }
    }
}
