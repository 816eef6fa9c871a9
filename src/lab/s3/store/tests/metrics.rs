//! What CloudWatch learns.

use super::*;
use crate::lab::s3::replication::ReplicationMetric;

fn measured(world: &World, start: u64, end: u64) -> Vec<ReplicationMetric> {
    let (start, end) = (Duration::from_secs(start), Duration::from_secs(end));
    world.in_time(|| world.store.replication_metrics(start, end))
}

/// Latency, bytes, operations and failures of one minute.
fn numbers(metrics: &[ReplicationMetric]) -> Vec<f64> {
    let names = [
        "ReplicationLatency",
        "BytesPendingReplication",
        "OperationsPendingReplication",
        "OperationsFailedReplication",
    ];
    assert!(metrics.is_empty() || metrics.iter().map(|metric| metric.name).eq(names), "{metrics:?}");
    metrics.iter().map(|metric| metric.value.round()).collect()
}

/// "`ReplicationLatency` (s, Max), `BytesPendingReplication` (Max), `OperationsPendingReplication` (Max),
/// `OperationsFailedReplication` (Sum)", per rule, and nothing while nothing is on its way.
#[test]
fn a_rule_is_measured_minute_by_minute() {
    let world = World::two_way(100);
    world.seconds(60);
    world.put("a", "four");
    world.seconds(30);
    world.put("a", "seven77");
    world.delete("a", "four", None);
    world.seconds(210);
    assert!(numbers(&measured(&world, 0, 60)).is_empty());
    let minute = measured(&world, 60, 120);
    assert_eq!(numbers(&minute), [60.0, 11.0, 3.0, 0.0]);
    let first = &minute[0];
    assert_eq!((first.region.as_str(), first.unit), ("us-east-1", "Seconds"));
    let dimensions = (&*first.source_bucket, &*first.destination_bucket, &*first.rule_id);
    assert_eq!(dimensions, ("a", "b", "to-b"));
    // The first arrived after 100 s, at 160 s; the others at 190 s.
    assert_eq!(numbers(&measured(&world, 120, 180)), [100.0, 11.0, 3.0, 0.0]);
    assert_eq!(numbers(&measured(&world, 180, 240)), [100.0, 7.0, 2.0, 0.0]);
    assert!(numbers(&measured(&world, 240, 300)).is_empty());
}

#[test]
fn failures_are_added_up() {
    let world = World::two_way(10);
    versioning(&world.store, "b", Versioning::Suspended);
    for key in ["x", "y", "z"] {
        world.put("a", key);
    }
    world.seconds(120);
    assert_eq!(numbers(&measured(&world, 0, 60)), [10.0, 3.0, 3.0, 3.0]);
    assert!(numbers(&measured(&world, 60, 120)).is_empty());
}

/// "first points about 15 min after enabling"; without `Metrics` there are none.
#[test]
fn the_first_points_come_after_a_quarter_of_an_hour() {
    let world = World::new(5_000);
    let off = |c: &mut dto::ReplicationConfiguration| c.rules[0].destination.metrics = None;
    world.replicate("b", off, "a");
    let replication = Replication::of_everything_to("b");
    world.in_time(|| world.store.set_replication("a", replication)).expect("two buckets");
    world.put("a", "key");
    world.put("b", "key");
    world.seconds(1_000);
    assert!(numbers(&measured(&world, 840, 900)).is_empty());
    assert_eq!(numbers(&measured(&world, 901, 961)), [961.0, 3.0, 1.0, 0.0]);
    world.in_time(|| world.store.delete_replication("a")).expect("a bucket");
    world.put("a", "more");
    world.seconds(60);
    assert!(numbers(&measured(&world, 1_000, 1_060)).is_empty());
}
