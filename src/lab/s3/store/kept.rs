//! S3's part of a kept state: buckets with their settings, every version with its bytes, and what waits for
//! replication.
//!
//! Fields are taken apart without `..`, or written as they are, so that a new one cannot be forgotten here.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Bucket, Content, PolicyText, Store, Version, pending::Pending, world::State};
use crate::lab::{
    s3::policy::Policy,
    state::{Document, Kept, RestoreError, Taker},
};

const BUCKET: &str = "s3 bucket";
const VERSION: &str = "s3 version";
const PENDING: &str = "s3 pending replication";
const COUNTERS: &str = "s3 counters";

/// A bucket without its keys; its policy is text, which is read again for the bucket.
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

#[derive(Serialize, Deserialize)]
struct Counters {
    versions_made: u64,
}

impl Kept for Store {
    fn kinds(&self) -> &'static [&'static str] {
        &[BUCKET, VERSION, PENDING, COUNTERS]
    }

    fn documents(&self, taker: &mut dyn Taker) {
        let state = self.lock();
        let State { buckets, pending, versions_made } = &*state;
        for (name, bucket) in buckets {
            let policy = bucket.policy.as_ref().map(|policy| policy.text.clone());
            taker.document(Document::new(BUCKET, name, &KeptBucket { policy, bucket }));
            for (key, history) in &bucket.keys {
                for (place, version) in history.versions.iter().enumerate() {
                    taker.document(version_document(name, key, place, version));
                }
            }
        }
        for Pending { due, source, key, version_id, destination } in pending {
            let name = identity(&[source, key, version_id, destination]);
            let pending = (due, source, key, version_id, destination);
            taker.document(Document::new(PENDING, name, &pending));
        }
        taker.document(Document::new(COUNTERS, "", &Counters { versions_made: *versions_made }));
    }

    fn restore(&self, documents: Vec<Document>) -> Result<(), RestoreError> {
        let mut state = self.lock();
        let mut versions = Vec::new();
        for document in documents {
            match document.kind.as_str() {
                BUCKET => {
                    let bucket = read_bucket(&document)?;
                    state.buckets.insert(document.key, bucket);
                }
                VERSION => versions.push((read_version(&document)?, document)),
                PENDING => {
                    let (due, source, key, version_id, destination) = document.read()?;
                    state.pending.push(Pending { due, source, key, version_id, destination });
                }
                _ => state.versions_made = document.read::<Counters>()?.versions_made,
            }
        }
        versions.sort_by_key(|(version, _)| version.place);
        for (KeptVersion { bucket, key, place: _, version }, document) in versions {
            let bucket = state.buckets.get_mut(&bucket);
            let bucket = bucket.ok_or_else(|| document.unfit("its bucket is missing"))?;
            bucket.keys.entry(key).or_default().versions.push(version);
        }
        drop(state);
        self.wake_replication();
        Ok(())
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

/// `dto::Checksum` has no form of its own for serde.
pub(super) mod checksum {
    use s3s::dto::{Checksum, ChecksumType};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// CRC32, CRC32C, CRC64NVME, SHA-1, SHA-256 and the type.
    type Fields = [Option<String>; 6];

    pub(in super::super) fn serialize<S: Serializer>(checksum: &Checksum, to: S) -> Result<S::Ok, S::Error> {
        let Checksum {
            checksum_crc32,
            checksum_crc32c,
            checksum_crc64nvme,
            checksum_sha1,
            checksum_sha256,
            checksum_type,
        } = checksum.clone();
        let checksum_type = checksum_type.map(|kind| kind.as_str().to_owned());
        let fields: Fields = [
            checksum_crc32,
            checksum_crc32c,
            checksum_crc64nvme,
            checksum_sha1,
            checksum_sha256,
            checksum_type,
        ];
        fields.serialize(to)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Checksum, D::Error> {
        let [crc32, crc32c, crc64nvme, sha1, sha256, kind] = Fields::deserialize(from)?;
        Ok(Checksum {
            checksum_crc32: crc32,
            checksum_crc32c: crc32c,
            checksum_crc64nvme: crc64nvme,
            checksum_sha1: sha1,
            checksum_sha256: sha256,
            checksum_type: kind.map(ChecksumType::from),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use s3s::dto;

    use super::{
        super::{Object, PutCondition, Versioning},
        *,
    };
    use crate::{clock::Clock, lab::s3::replication::Replication};

    const DELAY: Duration = Duration::from_secs(5);

    fn documents(store: &Store) -> Vec<Document> {
        let mut found = Vec::new();
        store.documents(&mut found);
        found
    }

    fn object(text: &'static str) -> Object {
        Object {
            content_type: Some("text/plain".to_owned()),
            checksum: dto::Checksum {
                checksum_crc32: Some("AAAAAA==".to_owned()),
                checksum_type: Some(dto::ChecksumType::from_static(dto::ChecksumType::FULL_OBJECT)),
                ..dto::Checksum::default()
            },
            metadata: Some([("who".to_owned(), "ü".to_owned())].into_iter().collect()),
            expires: Some(std::time::SystemTime::UNIX_EPOCH.into()),
            ..Object::new(Bytes::from_static(text.as_bytes()))
        }
    }

    /// Two buckets that replicate, with versions, a delete marker, and two versions on their way.
    fn store(clock: &Clock) -> Store {
        let store = Store::new(clock.clone(), DELAY);
        for (name, region) in [("one", "us-east-1"), ("two", "eu-west-1"), ("plain", "eu-west-1")] {
            store.create_bucket(name, &region.parse().expect("a region")).expect("a new bucket");
        }
        let text = r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::one/*"}}"#;
        let policy =
            PolicyText { text: text.to_owned(), policy: Policy::parse(text, "one").expect("a policy") };
        for name in ["one", "two"] {
            let versioned = |bucket: &mut Bucket| {
                bucket.versioning = Versioning::Enabled;
                Ok(())
            };
            store.edit(name, versioned).expect("a bucket");
        }
        let with_policy = |bucket: &mut Bucket| {
            bucket.policy = Some(policy);
            Ok(())
        };
        store.edit("one", with_policy).expect("a bucket");
        store.put("one", "before ü/\"1\"", object("older"), &PutCondition::Always).expect("a bucket");
        store.set_replication("one", Replication::of_everything_to("two")).expect("both are versioned");
        store.put("one", "before ü/\"1\"", object("newer"), &PutCondition::Always).expect("a bucket");
        store.delete("one", "before ü/\"1\"", None).expect("a bucket");
        store.put("plain", "k", object(""), &PutCondition::Always).expect("a bucket");
        store
    }

    /// What comes back hands out the same documents again, and goes on with replication.
    #[tokio::test(start_paused = true)]
    async fn what_was_handed_out_comes_back_whole() {
        let clock = Clock::system();
        let old = store(&clock);
        let new = Store::new(clock.clone(), DELAY);
        new.restore(documents(&old)).expect("its own documents");
        assert_eq!(documents(&new), documents(&old));
        assert_eq!(documents(&new).iter().filter(|document| document.kind == PENDING).count(), 2);
        for store in [&old, &new] {
            assert_eq!(store.replicate(DELAY, |_| true), None);
        }
        assert_eq!(documents(&new), documents(&old));
        let marker = new.get("two", "before ü/\"1\"", None).expect_err("a delete marker is a replica too");
        assert!(matches!(marker, super::super::StoreError::NoSuchKey { marker: Some(_) }), "{marker:?}");
        let made = new.put("one", "next", object("next"), &PutCondition::Always).expect("a bucket");
        assert_eq!(made.as_deref(), Some("LAB-VERSION-000005"), "no id is given out twice");
    }

    #[tokio::test(start_paused = true)]
    async fn a_version_without_its_bucket_is_refused() {
        let clock = Clock::system();
        let mut documents = documents(&store(&clock));
        documents.retain(|document| document.kind != BUCKET);
        let error = Store::new(clock, DELAY).restore(documents).expect_err("no bucket");
        assert!(error.to_string().starts_with("the s3 version `[\"one\","), "{error}");
    }
}
