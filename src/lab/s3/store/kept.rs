//! S3's part of a kept state: the account's settings, buckets with theirs, every version with its bytes,
//! uploads with their parts, what is on its way to a replica, and how long that takes.
//!
//! Meters are made anew: what waits is measured on, what was measured is not known any more, and rules are
//! taken for ones that have had metrics for long.
//!
//! Fields are taken apart without `..`, or written as they are, so that a new one cannot be forgotten here.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use super::{
    Bucket, Content, Part, PolicyText, Store, Version,
    account::KeptAccount,
    multipart::Upload,
    pending::{Direction, Operation, Queue, Queues},
    world::State,
};
use crate::{
    lab::{
        s3::{
            policy::Policy,
            replication::{Delays, Replication, ReplicationDelay},
        },
        state::{Document, Kept, RestoreError, Taker},
    },
    model::Region,
};

const ACCOUNT: &str = "s3 account";
const BUCKET: &str = "s3 bucket";
const VERSION: &str = "s3 version";
const UPLOAD: &str = "s3 upload";
const PART: &str = "s3 upload part";
const OPERATION: &str = "s3 replication operation";
const DELAY: &str = "s3 replication delay";
const COUNTERS: &str = "s3 counters";

/// A bucket without its uploads and keys; its policy is text, which is read again for the bucket.
#[derive(Serialize, Deserialize)]
struct KeptBucket<B> {
    policy: Option<String>,
    #[serde(flatten)]
    bucket: B,
}

/// A version and where it stands: versions of one key are in the order of their places.
#[derive(Serialize, Deserialize)]
struct KeptVersion<V> {
    bucket: String,
    key: String,
    place: usize,
    #[serde(flatten)]
    version: V,
}

/// Bucket, key and id of an upload.
type UploadId = (String, String, String);

/// What is on its way between two buckets, and where it stands in their queue.
#[derive(Serialize, Deserialize)]
struct KeptOperation<D, O> {
    source: String,
    destination: String,
    direction: D,
    from_when: Duration,
    number: u64,
    operation: O,
}

#[derive(Serialize, Deserialize)]
struct Counters {
    versions_made: u64,
    sent: u64,
}

impl Kept for Store {
    fn kinds(&self) -> &'static [&'static str] {
        &[ACCOUNT, BUCKET, VERSION, UPLOAD, PART, OPERATION, DELAY, COUNTERS]
    }

    fn documents(&self, taker: &mut dyn Taker) {
        let state = self.lock();
        let State { buckets, queues, delays, meters: _, versions_made } = &*state;
        taker.document(Document::new(ACCOUNT, "", &self.account.kept()));
        for (name, bucket) in buckets {
            let policy = bucket.policy.as_ref().map(|policy| policy.text.clone());
            taker.document(Document::new(BUCKET, name, &KeptBucket { policy, bucket }));
            for (key, history) in &bucket.keys {
                for (place, version) in history.versions.iter().enumerate() {
                    taker.document(version_document(name, key, place, version));
                }
            }
            for (key, uploads) in &bucket.uploads {
                for (id, upload) in uploads {
                    upload_documents(&(name.clone(), key.clone(), id.clone()), upload, taker);
                }
            }
        }
        let Queues { queues, sent } = queues;
        for ((source, destination), Queue { direction, operations }) in queues {
            for ((from_when, number), operation) in operations {
                let (source, destination) = (source.clone(), destination.clone());
                let (from_when, number) = (*from_when, *number);
                let kept = KeptOperation { source, destination, direction, from_when, number, operation };
                taker.document(Document::new(OPERATION, number.to_string(), &kept));
            }
        }
        // The standard is a setting of each start.
        let Delays { standard: _, changed } = delays;
        for ((from, to), delay) in changed {
            taker.document(Document::new(DELAY, format!("{from} {to}"), &(from, to, delay)));
        }
        let counters = Counters { versions_made: *versions_made, sent: *sent };
        taker.document(Document::new(COUNTERS, "", &counters));
    }

    fn restore(&self, documents: Vec<Document>) -> Result<(), RestoreError> {
        let mut state = self.lock();
        let (mut versions, mut uploads, mut parts) = (Vec::new(), Vec::new(), Vec::new());
        for document in documents {
            match document.kind.as_str() {
                ACCOUNT => self.account.restore(document.read::<KeptAccount>()?),
                BUCKET => {
                    let bucket = read_bucket(&document)?;
                    state.buckets.insert(document.key, bucket);
                }
                VERSION => versions.push((read_version(&document)?, document)),
                UPLOAD => uploads.push(document),
                PART => parts.push(document),
                OPERATION => state.queues.restore(document.read()?),
                DELAY => {
                    let (from, to, delay) = document.read::<(Region, Region, ReplicationDelay)>()?;
                    state.delays.set(&from, &to, delay);
                }
                _ => {
                    let Counters { versions_made, sent } = document.read()?;
                    (state.versions_made, state.queues.sent) = (versions_made, sent);
                }
            }
        }
        versions.sort_by_key(|(version, _)| version.place);
        for (KeptVersion { bucket, key, place: _, version }, document) in versions {
            let bucket = state.kept_bucket(&bucket, &document)?;
            bucket.keys.entry(key).or_default().versions.push(version);
        }
        for document in uploads {
            let ((bucket, key, id), upload) = document.read::<(UploadId, Upload)>()?;
            let bucket = state.kept_bucket(&bucket, &document)?;
            bucket.uploads.entry(key).or_default().insert(id, upload);
        }
        for document in parts {
            let ((bucket, key, id), number, part) = document.read::<(UploadId, i32, Part)>()?;
            let uploads = state.kept_bucket(&bucket, &document)?.uploads.get_mut(&key);
            let upload = uploads.and_then(|uploads| uploads.get_mut(&id));
            let upload = upload.ok_or_else(|| document.unfit("its upload is missing"))?;
            upload.parts.insert(number, Part { bytes: document.bytes.unwrap_or_default(), ..part });
        }
        state.measure_again(self.clock.elapsed());
        drop(state);
        self.wake_replication();
        Ok(())
    }
}

impl State {
    fn kept_bucket(&mut self, name: &str, document: &Document) -> Result<&mut Bucket, RestoreError> {
        self.buckets.get_mut(name).ok_or_else(|| document.unfit("its bucket is missing"))
    }

    fn measure_again(&mut self, now: Duration) {
        let Self { buckets, queues, delays: _, meters, versions_made: _ } = self;
        for (name, bucket) in buckets {
            let measured = bucket.replication.as_ref().map(Replication::measured);
            meters.enable(name, &bucket.region, &measured.unwrap_or_default(), now, true);
        }
        let waits = queues.queues.iter_mut().flat_map(|((source, destination), queue)| {
            queue.operations.values_mut().map(move |operation| (source, destination, operation))
        });
        let mut waits: Vec<_> = waits.filter(|(_, _, operation)| operation.measured).collect();
        waits.sort_by_key(|(_, _, operation)| operation.written);
        for (source, destination, operation) in waits {
            let meter = (source.clone(), destination.clone(), operation.rule.clone());
            operation.measured = meters.sent(&meter, operation.written, operation.load.bytes);
        }
    }
}

impl Queues {
    fn restore(&mut self, kept: KeptOperation<Direction, Operation>) {
        let KeptOperation { source, destination, direction, from_when, number, operation } = kept;
        let empty = || Queue { direction, operations: BTreeMap::new() };
        let queue = self.queues.entry((source, destination)).or_insert_with(empty);
        queue.operations.insert((from_when, number), operation);
    }
}

/// The bytes of a version never change, and its date tells it from another one of the same id: without
/// versioning each is called `null`.
fn version_document(bucket: &str, key: &str, place: usize, version: &Version) -> Document {
    let name = identity(&[bucket, key, &version.id, &version.modified.to_string()]);
    let kept = KeptVersion { bucket: bucket.to_owned(), key: key.to_owned(), place, version };
    let bytes = version.object().map(|object| object.bytes.clone());
    Document { bytes, ..Document::new(VERSION, name, &kept) }
}

/// A part that is uploaded again has another date.
fn upload_documents(id: &UploadId, upload: &Upload, taker: &mut dyn Taker) {
    let (bucket, key, name) = id;
    taker.document(Document::new(UPLOAD, identity(&[bucket, key, name]), &(id, upload)));
    for (number, part) in &upload.parts {
        let (number_text, date) = (number.to_string(), part.modified.to_string());
        let place = [bucket, key, name, number_text.as_str(), date.as_str()];
        let document = Document::new(PART, identity(&place), &(id, number, part));
        taker.document(Document { bytes: Some(part.bytes.clone()), ..document });
    }
}

fn read_bucket(document: &Document) -> Result<Bucket, RestoreError> {
    let KeptBucket { policy, mut bucket } = document.read::<KeptBucket<Bucket>>()?;
    if let Some(text) = policy {
        let policy = Policy::parse(&text, &document.key).map_err(|error| document.unfit(error))?;
        bucket.policy = Some(PolicyText { text, policy });
    }
    Ok(bucket)
}

fn read_version(document: &Document) -> Result<KeptVersion<Version>, RestoreError> {
    let mut kept: KeptVersion<Version> = document.read()?;
    if let Content::Object(object) = &mut kept.version.content {
        let object = Arc::get_mut(object).ok_or_else(|| document.unfit("it is shared already"))?;
        object.bytes = document.bytes.clone().unwrap_or_default();
    }
    Ok(kept)
}

/// Names of several parts as one; keys hold any character, so a separator would not do.
fn identity(parts: &[&str]) -> String {
    serde_json::to_string(parts).expect("text is JSON")
}

#[cfg(test)]
#[path = "kept_tests.rs"]
mod tests;
