//! Where versions go, and where they do not.

use super::*;

/// "A->B->C does not chain; this also prevents two-way loops."
#[test]
fn a_replica_goes_nowhere() {
    let world = World::two_way(5);
    world.replicate("b", |c| add_destination(c, "c"), "a");
    world.put("a", "key");
    world.seconds(60);
    assert_eq!(world.status("a", "key"), is("COMPLETED"));
    assert_eq!(world.status("b", "key"), is("REPLICA"));
    assert_eq!(world.status("c", "key"), None);
    assert_eq!(world.store.lock().queues.sent, 1);
}

fn add_destination(configuration: &mut dto::ReplicationConfiguration, to: &str) {
    let mut rule = configuration.rules[0].clone();
    rule.id = Some(format!("to-{to}"));
    rule.destination.bucket = format!("arn:aws:s3:::{to}");
    configuration.rules.push(rule);
}

/// "already replicated objects to a new destination" do not replicate, nor do "objects predating the rule".
#[test]
fn what_was_there_before_a_rule_or_a_destination_stays() {
    let world = World::new(5);
    world.put("a", "before");
    world.replicate("a", |_| (), "b");
    world.put("a", "then");
    world.seconds(6);
    world.replicate("a", |c| add_destination(c, "c"), "b");
    world.seconds(60);
    assert_eq!((world.status("a", "before"), world.status("b", "before")), (is("none"), None));
    assert_eq!((world.status("b", "then"), world.status("c", "then")), (is("REPLICA"), None));
}

/// "Multi-destination COMPLETED means all done"; "if one or more destinations fails replication the header
/// will return FAILED".
#[test]
fn completed_means_all_destinations() {
    let world = World::new(5);
    world.replicate("a", |c| add_destination(c, "c"), "b");
    world.break_region("c");
    world.put("a", "key");
    world.seconds(60);
    assert_eq!((world.status("a", "key"), world.status("b", "key")), (is("PENDING"), is("REPLICA")));
    world.heal();
    world.seconds(1);
    assert_eq!((world.status("a", "key"), world.status("c", "key")), (is("COMPLETED"), is("REPLICA")));

    versioning(&world.store, "c", Versioning::Suspended);
    world.put("a", "other");
    world.seconds(6);
    assert_eq!((world.status("a", "other"), world.status("b", "other")), (is("FAILED"), is("REPLICA")));
}

/// "suspending the destination turns replication FAILED", and "FAILED is […] not retried (re-upload […])".
#[test]
fn failed_is_for_good() {
    let world = World::two_way(5);
    versioning(&world.store, "b", Versioning::Suspended);
    let first = world.put("a", "key");
    world.seconds(6);
    versioning(&world.store, "b", Versioning::Enabled);
    world.seconds(600);
    assert!(world.tag("a", "key", &first, &[("x", "y")]), "nor does a change of tags bring it over");
    world.seconds(600);
    assert_eq!((world.status("a", "key"), world.status("b", "key")), (is("FAILED x=y"), None));
    let again = world.put("a", "key");
    world.seconds(6);
    assert_eq!(world.versions("b", "key"), [(again, "REPLICA".to_owned())]);
}

/// "deletes of a specific version id" do not replicate; delete markers do, where the rule says so.
#[test]
fn a_removed_version_stays_on_the_other_side() {
    let world = World::two_way(5);
    let version = world.put("a", "key");
    world.seconds(6);
    let marker = world.delete("a", "key", None).expect("a delete marker");
    world.seconds(6);
    assert_eq!(world.versions("b", "key").len(), 2);
    world.delete("a", "key", Some(&version));
    world.delete("a", "key", Some(&marker));
    world.seconds(60);
    let kept = [(version, "REPLICA".to_owned()), (marker, "REPLICA".to_owned())];
    assert_eq!((world.versions("a", "key"), world.versions("b", "key")), (vec![], kept.to_vec()));
}

/// A version that is removed before it went is not copied, and nothing is left waiting for it.
#[test]
fn a_version_that_is_gone_is_not_copied() {
    let world = World::two_way(5);
    let version = world.put("a", "key");
    world.delete("a", "key", Some(&version));
    world.seconds(60);
    assert_eq!(world.status("b", "key"), None);
    assert_eq!(world.store.lock().queues.backlog(Duration::ZERO), []);
}

/// Replicas "keep version id and original creation time", metadata and tags; the rule can store them as
/// another class.
#[test]
fn a_replica_is_the_same_version() {
    let world = World::new(5);
    let class = |c: &mut dto::ReplicationConfiguration| {
        c.rules[0].destination.storage_class = Some(dto::StorageClass::from_static("STANDARD_IA"));
    };
    world.replicate("a", class, "b");
    let version = world.put_tagged("a", "key", &[("tag", "value")]);
    world.seconds(6);
    let look = |bucket| world.store.get(bucket, "key", Some(&version)).expect("the version");
    let ((source, of_source), (replica, of_replica)) = (look("a"), look("b"));
    assert_eq!((source.modified, &of_source.etag), (replica.modified, &of_replica.etag));
    assert_eq!(of_replica.attributes.tags, owned(&[("tag", "value")]));
    assert_eq!(of_source.attributes.storage_class, None);
    assert_eq!(of_replica.attributes.storage_class.as_deref(), Some("STANDARD_IA"));
}

/// "Glacier Flexible/Deep Archive" does not replicate; "SSE-KMS needs `SseKmsEncryptedObjects` and the
/// destination's key".
#[test]
fn archives_stay_and_kms_needs_a_key() {
    let world = World::new(5);
    world.replicate("a", |_| (), "b");
    let keyed = |c: &mut dto::ReplicationConfiguration| {
        let on = dto::SseKmsEncryptedObjectsStatus::from_static("Enabled");
        let criteria = c.rules[0].source_selection_criteria.as_mut().expect("criteria");
        criteria.sse_kms_encrypted_objects = Some(dto::SseKmsEncryptedObjects { status: on });
        let key = dto::EncryptionConfiguration { replica_kms_key_id: Some("theirs".into()) };
        c.rules[0].destination.encryption_configuration = Some(key);
    };
    world.replicate("b", keyed, "c");
    let put = |bucket: &str, key: &str, class: Option<&str>, algorithm: Option<&str>| {
        let mut object = Object::new("bytes".into());
        object.attributes.storage_class = class.map(str::to_owned);
        object.attributes.encryption.key = algorithm.map(|_| "ours".to_owned());
        object.attributes.encryption.algorithm = algorithm.unwrap_or("AES256").to_owned();
        world.in_time(|| world.store.put(bucket, key, object, &PutCondition::Always)).expect("an object");
    };
    put("a", "flexible", Some("GLACIER"), None);
    put("a", "deep", Some("DEEP_ARCHIVE"), None);
    put("a", "instant", Some("GLACIER_IR"), None);
    put("a", "kms", None, Some("aws:kms"));
    put("b", "kms", None, Some("aws:kms"));
    put("b", "plain", None, None);
    world.seconds(6);
    let there = |bucket: &str, key: &str| world.status(bucket, key).as_deref() == Some("REPLICA");
    let at_b = ["flexible", "deep", "instant"].map(|key| there("b", key));
    assert_eq!(at_b, [false, false, true]);
    assert_eq!(world.status("a", "kms"), is("none"), "the rule does not take it");
    assert!(there("c", "kms") && there("c", "plain"));
    let (_, replica) = world.store.get("c", "kms", None).expect("the replica");
    assert_eq!(replica.attributes.encryption.key.as_deref(), Some("theirs"));
}

/// "Object Lock must match."
#[test]
fn a_locked_bucket_replicates_to_a_locked_one() {
    let world = World::new(5);
    let lock = |name: &str| {
        let set = world.store.edit(name, |bucket| {
            bucket.settings.object_lock = Some(dto::ObjectLockConfiguration::default());
            Ok(())
        });
        set.expect("a bucket");
    };
    lock("a");
    let put = || world.in_time(|| world.store.set_replication("a", Replication::of_everything_to("b")));
    let message = "Object Lock must be enabled on the destination bucket.";
    assert_eq!(put(), Err(StoreError::Unfit(message)));
    lock("b");
    assert_eq!(put(), Ok(()));
}

/// "Region unavailable => stays PENDING, resumes by itself": on either side.
#[test]
fn a_broken_region_holds_it_up() {
    for side in ["a", "b"] {
        let world = World::two_way(5);
        world.put("a", "key");
        world.break_region(side);
        world.seconds(3_600);
        assert_eq!((world.status("a", "key"), world.status("b", "key")), (is("PENDING"), None));
        world.heal();
        world.seconds(1);
        assert_eq!((world.status("a", "key"), world.status("b", "key")), (is("COMPLETED"), is("REPLICA")));
    }
}

/// The lag of one direction is set while versions are on their way, and the other direction stays as it is.
#[test]
fn lag_is_set_while_versions_are_on_their_way() {
    let world = World::two_way(5);
    let (us, eu) = (region("us-east-1"), region("eu-west-1"));
    let set = |delay: ReplicationDelay| world.store.set_replication_delay(&us, &eu, delay);
    set(Duration::from_secs(100).into());
    world.put("a", "slow");
    world.put("b", "quick");
    world.seconds(50);
    assert_eq!((world.status("b", "slow"), world.status("a", "quick")), (None, is("REPLICA")));
    set(ReplicationDelay { paused: true, ..Duration::ZERO.into() });
    world.seconds(500);
    assert_eq!(world.status("b", "slow"), None);
    let backlog = world.in_time(|| world.store.replication_backlog());
    let told = |b: &ReplicationBacklog| (b.source.clone(), b.destination.clone(), b.operations, b.bytes);
    assert_eq!(backlog.iter().map(told).collect::<Vec<_>>(), [("a".into(), "b".into(), 1, 4)]);
    assert!((549.0..551.0).contains(&backlog[0].oldest_seconds), "{backlog:?}");
    set(Duration::from_secs(1).into());
    world.seconds(1);
    assert_eq!(world.status("b", "slow"), is("REPLICA"));
    assert_eq!(world.in_time(|| world.store.replication_backlog()), []);
}

/// "Order is not preserved across keys": with a spread later objects overtake earlier ones, in the same
/// order whenever the run is repeated; without one they do not.
#[test]
fn a_spread_lets_objects_overtake_each_other() {
    let order = |spread: u64| {
        let world = World::two_way(5);
        let (us, eu) = (region("us-east-1"), region("eu-west-1"));
        let spread = Duration::from_secs(spread);
        let delay = ReplicationDelay { spread, ..Duration::from_secs(5).into() };
        world.store.set_replication_delay(&us, &eu, delay);
        let mut arrived: Vec<String> = Vec::new();
        for number in 0..20 {
            world.put("a", &format!("{number:02}"));
            world.seconds(1);
        }
        for _ in 0..60 {
            world.seconds(1);
            for number in 0..20 {
                let key = format!("{number:02}");
                if !arrived.contains(&key) && world.status("b", &key).is_some() {
                    arrived.push(key);
                }
            }
        }
        assert_eq!(arrived.len(), 20);
        arrived
    };
    assert!(order(0).is_sorted());
    let spread = order(30);
    assert!(!spread.is_sorted(), "{spread:?}");
    assert_eq!(spread, order(30));
}
