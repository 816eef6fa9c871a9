//! Where changes of tags go.

use super::*;

const OLD: &[(&str, &str)] = &[("state", "old")];
const NEW: &[(&str, &str)] = &[("state", "new")];

fn without_sync(configuration: &mut dto::ReplicationConfiguration) {
    configuration.rules[0].source_selection_criteria = None;
}

/// Changes of a source follow it to its replicas, with no sync needed; meanwhile it is PENDING again.
#[test]
fn a_change_follows_the_source() {
    let world = World::new(5);
    world.replicate("a", without_sync, "b");
    let version = world.put_tagged("a", "key", OLD);
    world.seconds(6);
    assert!(world.tag("a", "key", &version, NEW));
    assert_eq!(world.status("a", "key"), is("PENDING state=new"));
    assert_eq!(world.status("b", "key"), is("REPLICA state=old"));
    world.seconds(6);
    assert_eq!(world.status("a", "key"), is("COMPLETED state=new"));
    assert_eq!(world.status("b", "key"), is("REPLICA state=new"));
}

/// "`ReplicaModifications` Enabled on **both** (else tag/ACL/lock edits on replicas stay local)"; "with
/// modification sync a replica can show PENDING or FAILED".
#[test]
fn a_change_of_a_replica_goes_back_where_both_sides_sync() {
    for (a_syncs, b_syncs) in [(true, true), (true, false), (false, true), (false, false)] {
        let world = World::new(5);
        let switch = |on: bool| if on { |_: &mut dto::ReplicationConfiguration| () } else { without_sync };
        world.replicate("a", switch(a_syncs), "b");
        world.replicate("b", switch(b_syncs), "a");
        let version = world.put_tagged("a", "key", OLD);
        world.seconds(6);
        assert!(world.tag("b", "key", &version, NEW));
        let both = a_syncs && b_syncs;
        let meanwhile = if both { "PENDING state=new" } else { "REPLICA state=new" };
        assert_eq!(world.status("b", "key"), is(meanwhile));
        world.seconds(60);
        assert_eq!(world.status("b", "key"), is("REPLICA state=new"));
        let source = if both { "COMPLETED state=new" } else { "COMPLETED state=old" };
        assert_eq!(world.status("a", "key"), is(source), "{a_syncs} {b_syncs}");
        assert_eq!(world.store.lock().queues.sent, 1 + u64::from(both), "it does not come back again");
    }
}

/// The replica of a change that cannot go back is FAILED, until another change can.
#[test]
fn a_replica_can_be_failed() {
    let world = World::two_way(5);
    let version = world.put_tagged("a", "key", OLD);
    world.seconds(6);
    versioning(&world.store, "a", Versioning::Suspended);
    assert!(world.tag("b", "key", &version, NEW));
    world.seconds(60);
    assert_eq!(world.status("b", "key"), is("FAILED state=new"));
    assert_eq!(world.status("a", "key"), is("COMPLETED state=old"));
    versioning(&world.store, "a", Versioning::Enabled);
    world.seconds(60);
    assert_eq!(world.status("b", "key"), is("FAILED state=new"), "it is not tried again by itself");
    assert!(world.tag("b", "key", &version, NEW));
    world.seconds(6);
    assert_eq!(world.status("b", "key"), is("REPLICA state=new"));
    assert_eq!(world.status("a", "key"), is("COMPLETED state=new"));
}

/// Each kind of change goes by itself: one side sets tags, the other a legal hold and a retention.
#[test]
fn kinds_of_changes_do_not_undo_each_other() {
    let world = World::two_way(5);
    let version = world.put_tagged("a", "key", OLD);
    world.seconds(6);
    assert!(world.tag("a", "key", &version, NEW));
    let until = world.in_time(|| world.clock.now());
    let edit = world.store.edit("b", |bucket| {
        let object = bucket.keys.get_mut("key").and_then(|history| history.version_mut(&version));
        let attributes = &mut object.and_then(Version::object_mut).expect("the replica").attributes;
        attributes.legal_hold = Some(true);
        attributes.retention = Some(super::super::attributes::Retention { compliance: true, until });
        Ok(())
    });
    edit.expect("a bucket");
    for what in [Modification::Retention, Modification::LegalHold, Modification::Acl] {
        world.in_time(|| world.store.modified("b", "key", &version, what)).expect("a version");
    }
    world.seconds(60);
    for bucket in ["a", "b"] {
        let (_, object) = world.store.get(bucket, "key", None).expect("the object");
        let attributes = &object.attributes;
        assert_eq!((attributes.tags.as_slice(), attributes.legal_hold), (owned(NEW).as_slice(), Some(true)));
        assert!(attributes.retention.as_ref().is_some_and(|retention| retention.compliance), "{bucket}");
    }
}

/// A tag that comes after the upload replicates nothing: "objects must have the specific tag when they are
/// created".
#[test]
fn a_tag_that_comes_late_replicates_nothing() {
    let world = World::new(5);
    let tagged = |c: &mut dto::ReplicationConfiguration| {
        let tag = dto::Tag { key: Some("state".into()), value: Some("new".into()) };
        c.rules[0].filter = Some(dto::ReplicationRuleFilter { tag: Some(tag), ..Default::default() });
        let off = dto::DeleteMarkerReplicationStatus::from_static("Disabled");
        c.rules[0].delete_marker_replication = Some(dto::DeleteMarkerReplication { status: Some(off) });
    };
    world.replicate("a", tagged, "b");
    let late = world.put_tagged("a", "late", OLD);
    world.put_tagged("a", "early", NEW);
    assert!(world.tag("a", "late", &late, NEW));
    world.seconds(60);
    assert_eq!((world.status("a", "late"), world.status("b", "late")), (is("none state=new"), None));
    assert_eq!(world.status("b", "early"), is("REPLICA state=new"));
}

/// A change of a version that is no longer there is told so, and one of a removed replica is lost.
#[test]
fn a_change_of_what_is_gone_is_lost() {
    let world = World::two_way(5);
    let version = world.put_tagged("a", "key", OLD);
    world.seconds(6);
    world.delete("b", "key", Some(&version));
    let gone = world.in_time(|| world.store.modified("b", "key", &version, Modification::Tags));
    assert_eq!(gone, Err(StoreError::NoSuchVersion));
    assert!(world.tag("a", "key", &version, NEW));
    world.seconds(60);
    assert_eq!((world.status("a", "key"), world.status("b", "key")), (is("COMPLETED state=new"), None));
}
