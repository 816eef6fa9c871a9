//! What S3 hands out to be kept comes back whole.

use std::time::Duration;

use bytes::Bytes;
use s3s::dto;

use super::{
    super::{
        Attributes, Encryption, Modification, Object, ObjectPart, Ownership, PutCondition, Retention,
        Settings, StoreError, Versioning,
    },
    *,
};
use crate::{
    clock::Clock,
    lab::{
        principals::AccountId,
        s3::{
            BlockPublicAccess,
            checksum::{Algorithm, Checksum, Kind},
            replication::Replication,
        },
    },
};

const DELAY: Duration = Duration::from_secs(5);

fn documents(store: &Store) -> Vec<Document> {
    let mut found = Vec::new();
    store.documents(&mut found);
    found
}

/// An object of which everything is known that can be.
fn object(text: &'static str) -> Object {
    let checksum = |kind| Checksum { algorithm: Algorithm::Sha1, kind, value: "AAAA".to_owned() };
    let attributes = Attributes {
        content_type: Some("text/plain".to_owned()),
        cache_control: Some("no-store".to_owned()),
        content_disposition: Some("inline".to_owned()),
        content_encoding: Some("gzip".to_owned()),
        content_language: Some("de".to_owned()),
        expires: Some(std::time::SystemTime::UNIX_EPOCH.into()),
        metadata: Some([("who".to_owned(), "ü".to_owned())].into_iter().collect()),
        storage_class: Some("STANDARD_IA".to_owned()),
        website_redirect: Some("/elsewhere".to_owned()),
        encryption: Encryption { bucket_key: Some(true), ..Encryption::default() },
        tags: vec![("z".to_owned(), "1".to_owned()), ("a".to_owned(), "ü".to_owned())],
        retention: Some(Retention { compliance: true, until: jiff::Timestamp::MAX }),
        legal_hold: Some(false),
    };
    let part = ObjectPart { number: 7, size: 5, checksum: Some(checksum(Kind::FullObject)) };
    let checksum = Some(checksum(Kind::Composite));
    Object { checksum, parts: vec![part], attributes, ..Object::new(Bytes::from_static(text.as_bytes())) }
}

/// Two buckets that replicate, with versions, a delete marker, and two versions on their way.
fn store(clock: &Clock) -> Store {
    let store = Store::new(clock.clone(), DELAY);
    for (name, region) in [("one", "us-east-1"), ("two", "eu-west-1"), ("plain", "eu-west-1")] {
        store.create_bucket(name, &region.parse().expect("a region")).expect("a new bucket");
    }
    let text = r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::one/*"}}"#;
    let policy = PolicyText { text: text.to_owned(), policy: Policy::parse(text, "one").expect("a policy") };
    for name in ["one", "two"] {
        let versioned = |bucket: &mut Bucket| {
            bucket.versioning = Versioning::Enabled;
            Ok(())
        };
        store.edit(name, versioned).expect("a bucket");
    }
    let with_policy = |bucket: &mut Bucket| {
        bucket.owner = AccountId::PRIMARY;
        bucket.policy = Some(policy);
        Ok(())
    };
    store.edit("one", with_policy).expect("a bucket");
    store.put("one", "before ü/\"1\"", object("older"), &PutCondition::Always).expect("a bucket");
    store.set_replication("one", Replication::of_everything_to("two")).expect("both are versioned");
    store.put("one", "before ü/\"1\"", object("newer"), &PutCondition::Always).expect("a bucket");
    store.delete("one", "before ü/\"1\"", None).expect("a bucket");
    store.put("plain", "k", object(""), &PutCondition::Always).expect("a bucket");
    store.set_account_block(Some(BlockPublicAccess::ON));
    let region = |name: &str| name.parse().expect("a region");
    let delay = ReplicationDelay { delay: DELAY, spread: DELAY, paused: false };
    store.set_replication_delay(&region("us-east-1"), &region("eu-west-1"), delay);
    store
}

/// Settings for which serde has forms, and those that are kept as XML.
fn set_up(settings: &mut Settings) {
    settings.tags = vec![("k".to_owned(), "v".to_owned())];
    settings.lifecycle_minimum_size = Some("all_storage_classes_128K".to_owned());
    settings.ownership =
        Ownership::Other(dto::ObjectOwnership::from_static(dto::ObjectOwnership::OBJECT_WRITER));
    settings.payer = Some(dto::Payer::from_static(dto::Payer::REQUESTER));
    settings.website = Some(dto::WebsiteConfiguration {
        index_document: Some(dto::IndexDocument { suffix: "index.html".to_owned() }),
        ..dto::WebsiteConfiguration::default()
    });
    settings.logging = Some(dto::LoggingEnabled {
        target_bucket: "plain".to_owned(),
        target_grants: None,
        target_object_key_format: Some(dto::TargetObjectKeyFormat {
            partitioned_prefix: None,
            simple_prefix: Some(dto::SimplePrefix::default()),
        }),
        target_prefix: String::new(),
    });
}

/// What comes back hands out the same documents again, and goes on with replication.
#[tokio::test(start_paused = true)]
async fn what_was_handed_out_comes_back_whole() {
    let clock = Clock::system();
    let old = store(&clock);
    let new = Store::new(clock.clone(), DELAY);
    new.restore(documents(&old)).expect("its own documents");
    assert_eq!(documents(&new), documents(&old));
    assert_eq!(documents(&new).iter().filter(|document| document.kind == OPERATION).count(), 2);
    for store in [&old, &new] {
        assert_eq!(store.replicate(DELAY * 2, |_| true), None);
    }
    assert_eq!(documents(&new), documents(&old));
    let marker = new.get("two", "before ü/\"1\"", None).expect_err("a delete marker is a replica too");
    assert!(matches!(marker, StoreError::NoSuchKey { marker: Some(_) }), "{marker:?}");
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

/// Uploads go on where they were, with the parts that they have, and no id is given out twice.
#[tokio::test(start_paused = true)]
async fn uploads_come_back_with_their_parts_and_settings_as_they_were() {
    let clock = Clock::system();
    let old = store(&clock);
    let all = |bucket: &mut Bucket| {
        set_up(&mut bucket.settings);
        Ok(())
    };
    old.edit("one", all).expect("a bucket");
    let attributes = object("").attributes;
    let checksum = Some((Algorithm::Sha256, Kind::Composite));
    let id = old.begin_upload("one", "u/\"1\"", attributes, checksum).expect("a bucket");
    for (number, text) in [(1, "first"), (3, "third")] {
        let bytes = Bytes::from_static(text.as_bytes());
        let checksum = Some(Checksum::of(Algorithm::Sha256, &bytes));
        let part = Part { etag: super::super::entity_tag(&bytes), bytes, checksum, modified: clock.now() };
        old.upload("one", "u/\"1\"", &id, |upload| upload.parts.insert(number, part)).expect("an upload");
    }
    let empty = old.begin_upload("plain", "empty", Attributes::default(), None).expect("a bucket");

    let new = Store::new(clock.clone(), DELAY);
    new.restore(documents(&old)).expect("its own documents");
    assert_eq!(documents(&new), documents(&old));
    let parts = |store: &Store| {
        let parts =
            |upload: &mut Upload| upload.parts.iter().map(|(n, part)| (*n, part.bytes.clone())).collect();
        let parts: Vec<(i32, Bytes)> = store.upload("one", "u/\"1\"", &id, parts).expect("an upload");
        parts
    };
    assert_eq!(parts(&new), [(1, Bytes::from_static(b"first")), (3, Bytes::from_static(b"third"))]);
    new.upload("plain", "empty", &empty, |upload| assert!(upload.parts.is_empty())).expect("an upload");
    let next = new.begin_upload("plain", "empty", Attributes::default(), None).expect("a bucket");
    assert!(next != id && next != empty, "{next}");
    let told =
        |store: &Store| store.read("one", |bucket| Ok(format!("{:?}", bucket.settings))).expect("a bucket");
    assert_eq!(told(&new), told(&old));
    assert_eq!(new.account_block(), Some(BlockPublicAccess::ON), "the account's switches");
}

/// What changed on both sides while they could not reach each other still ends alike: stamps are kept. And
/// what waits is measured on.
#[tokio::test(start_paused = true)]
async fn stamps_come_back_and_what_waits_is_measured_again() {
    let clock = Clock::system();
    let old = store(&clock);
    let id = old.put("one", "tagged", object("x"), &PutCondition::Always).expect("a bucket").expect("an id");
    old.replicate(DELAY * 2, |_| true);
    for (bucket, tag) in [("one", "earlier"), ("two", "later")] {
        tokio::time::advance(Duration::from_secs(1)).await;
        let tags = vec![("tag".to_owned(), tag.to_owned())];
        old.edit_object(bucket, "tagged", Some(&id), |object| object.attributes.tags = tags)
            .expect("it is there");
        old.modified(bucket, "tagged", &id, Modification::Tags).expect("it is there");
    }
    let new = Store::new(clock.clone(), DELAY);
    new.restore(documents(&old)).expect("its own documents");
    assert_eq!(documents(&new), documents(&old));
    tokio::time::advance(Duration::from_secs(1)).await;
    let (start, end) = (Duration::ZERO, clock.elapsed());
    let pending = |store: &Store| {
        let measured = store.replication_metrics(start, end).into_iter();
        let pending = measured.filter(|metric| metric.name == "OperationsPendingReplication");
        pending.map(|metric| metric.value).collect::<Vec<_>>()
    };
    assert_eq!(pending(&new), [1.0]);
    new.replicate(clock.elapsed() + DELAY * 2, |_| true);
    let (there, _) = new.get("two", "tagged", Some(&id)).expect("it is there");
    let tags = there.object().map(|object| object.attributes.tags.clone());
    assert_eq!(tags, Some(vec![("tag".to_owned(), "later".to_owned())]), "the later change stays");
}
