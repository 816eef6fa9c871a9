//! What replication leaves behind in the buckets, without sockets.
//!
//! The sentences quoted are those of facts on AWS's replication: S3 User Guide, `replication-*`.

use std::{cell::RefCell, time::Duration};

use s3s::dto;

use super::*;
use crate::{
    clock::Clock,
    lab::s3::replication::{Replication, ReplicationDelay},
    model::Region,
};

/// A store in a runtime with paused time, and its replication turned by hand.
struct World {
    store: Store,
    clock: Clock,
    broken: RefCell<Vec<Region>>,
    runtime: tokio::runtime::Runtime,
}

pub(super) fn region(text: &str) -> Region {
    text.parse().expect("a region")
}

const HOMES: [(&str, &str); 3] = [("a", "us-east-1"), ("b", "eu-west-1"), ("c", "ap-south-1")];

impl World {
    /// Buckets a, b and c in a region each, all versioned.
    fn new(delay: u64) -> Self {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_time().start_paused(true).build().expect("a runtime");
        let clock = runtime.block_on(async { Clock::system() });
        let store = Store::new(clock.clone(), Duration::from_secs(delay));
        for (name, home) in HOMES {
            store.create_bucket(name, &region(home)).expect("a new bucket");
            versioning(&store, name, Versioning::Enabled);
        }
        Self { store, clock, broken: RefCell::default(), runtime }
    }

    fn replicate(&self, from: &str, change: impl Fn(&mut dto::ReplicationConfiguration), to: &str) {
        let mut configuration = Replication::of_everything_to(to).configuration;
        change(&mut configuration);
        let replication = Replication::new(configuration).expect("a valid configuration");
        self.in_time(|| self.store.seed_replication(from, replication)).expect("two buckets");
    }

    fn two_way(delay: u64) -> Self {
        let world = Self::new(delay);
        world.replicate("a", |_| (), "b");
        world.replicate("b", |_| (), "a");
        world
    }

    fn in_time<T>(&self, act: impl FnOnce() -> T) -> T {
        self.runtime.block_on(async { act() })
    }

    fn put(&self, bucket: &str, key: &str) -> String {
        self.put_tagged(bucket, key, &[])
    }

    fn put_tagged(&self, bucket: &str, key: &str, tags: &[(&str, &str)]) -> String {
        let mut object = Object::new(key.to_owned().into());
        object.attributes.tags = owned(tags);
        let put = self.in_time(|| self.store.put(bucket, key, object, &PutCondition::Always));
        put.expect("an object").expect("a version")
    }

    fn delete(&self, bucket: &str, key: &str, version: Option<&str>) -> Option<String> {
        self.in_time(|| self.store.delete(bucket, key, version)).expect("a bucket").version_id
    }

    /// Changes the tags of a version, when there is such an object.
    fn tag(&self, bucket: &str, key: &str, version: &str, tags: &[(&str, &str)]) -> bool {
        let changed = self.store.edit(bucket, |bucket| {
            let version = bucket.keys.get_mut(key).and_then(|history| history.version_mut(version));
            let object = version.and_then(Version::object_mut).ok_or(StoreError::NoSuchVersion)?;
            object.attributes.tags = owned(tags);
            Ok(())
        });
        let noted = changed
            .and_then(|()| self.in_time(|| self.store.modified(bucket, key, version, Modification::Tags)));
        noted.is_ok()
    }

    /// Lets time pass, and delivers what is due as the task would.
    fn seconds(&self, seconds: u64) {
        let until = self.clock_now() + Duration::from_secs(seconds);
        self.runtime.block_on(async {
            loop {
                let open = |region: &Region| !self.broken.borrow().contains(region);
                match self.store.replicate(self.clock.elapsed(), open) {
                    Some(next) if next < until => self.clock.sleep_until(next).await,
                    _ if self.clock.elapsed() < until => self.clock.sleep_until(until).await,
                    _ => break,
                }
            }
        });
    }

    fn clock_now(&self) -> Duration {
        self.in_time(|| self.clock.elapsed())
    }

    fn break_region(&self, bucket: &str) {
        let (_, home) = HOMES.iter().find(|(name, _)| *name == bucket).expect("a bucket");
        self.broken.borrow_mut().push(region(home));
    }

    fn heal(&self) {
        self.broken.borrow_mut().clear();
    }

    /// Status and tags of each version of a key, the oldest first.
    fn versions(&self, bucket: &str, key: &str) -> Vec<(String, String)> {
        let versions = self.store.read(bucket, |bucket| {
            let versions = bucket.keys.get(key).map(|history| history.oldest_first().cloned().collect());
            Ok::<Vec<Version>, _>(versions.unwrap_or_default())
        });
        let told = |version: Version| {
            let tags = version.object().map(|object| object.attributes.tags.clone()).unwrap_or_default();
            let tags = tags.iter().map(|(key, value)| format!("{key}={value}"));
            let status = version.replication.status().unwrap_or("none").to_owned();
            (version.id, [status].into_iter().chain(tags).collect::<Vec<_>>().join(" "))
        };
        versions.expect("a bucket").into_iter().map(told).collect()
    }

    /// The same of the only version, without its id; nothing when there is none.
    fn status(&self, bucket: &str, key: &str) -> Option<String> {
        let mut versions = self.versions(bucket, key);
        assert!(versions.len() <= 1, "{versions:?}");
        versions.pop().map(|(_, status)| status)
    }
}

fn owned(tags: &[(&str, &str)]) -> Vec<(String, String)> {
    tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn versioning(store: &Store, bucket: &str, versioning: Versioning) {
    let set = store.edit(bucket, |bucket| {
        bucket.versioning = versioning;
        Ok(())
    });
    set.expect("a bucket");
}

#[expect(clippy::unnecessary_wraps, reason = "it is compared with what was found, which may be nothing")]
fn is(status: &str) -> Option<String> {
    Some(status.to_owned())
}

mod agreement;
mod changes;
mod metrics;
mod travel;
