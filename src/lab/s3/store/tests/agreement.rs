//! Whatever happens to two buckets that replicate to each other: when everything works again and nothing
//! is on its way any more, both hold the same.

use proptest::prelude::*;

use super::*;

/// What users, operators and the world do to the pair.
#[derive(Clone, Debug)]
enum Event {
    Put { side: usize, key: u8 },
    PutTagged { side: usize, key: u8, tag: u8 },
    Delete { side: usize, key: u8 },
    Tag { side: usize, key: u8, version: usize, tag: u8 },
    Break { side: usize },
    Heal,
    Lag { from: usize, delay: u8, spread: u8, paused: bool },
    Wait { seconds: u8 },
}

const SIDES: [&str; 2] = ["a", "b"];

fn event() -> impl Strategy<Value = Event> {
    let (side, key) = (0..2_usize, 0..3_u8);
    prop_oneof![
        4 => (side.clone(), key.clone()).prop_map(|(side, key)| Event::Put { side, key }),
        2 => (side.clone(), key.clone(), 0..9_u8)
            .prop_map(|(side, key, tag)| Event::PutTagged { side, key, tag }),
        2 => (side.clone(), key.clone()).prop_map(|(side, key)| Event::Delete { side, key }),
        5 => (side.clone(), key, 0..8_usize, 0..9_u8)
            .prop_map(|(side, key, version, tag)| Event::Tag { side, key, version, tag }),
        1 => side.clone().prop_map(|side| Event::Break { side }),
        1 => Just(Event::Heal),
        1 => (side, 0..30_u8, 0..30_u8, any::<bool>())
            .prop_map(|(from, delay, spread, paused)| Event::Lag { from, delay, spread, paused }),
        4 => (0..20_u8).prop_map(|seconds| Event::Wait { seconds }),
    ]
}

/// Versions that were written, and changes that were noted.
#[derive(Default)]
struct Done {
    versions: u64,
    changes: u64,
}

fn apply(world: &World, event: &Event, done: &mut Done) {
    let name = |key: u8| format!("key-{key}");
    match event {
        Event::Put { side, key } => {
            world.put(SIDES[*side], &name(*key));
            done.versions += 1;
        }
        Event::PutTagged { side, key, tag } => {
            world.put_tagged(SIDES[*side], &name(*key), &[("tag", &tag.to_string())]);
            done.versions += 1;
        }
        Event::Delete { side, key } => {
            world.delete(SIDES[*side], &name(*key), None);
            done.versions += 1;
        }
        Event::Tag { side, key, version, tag } => {
            let versions = world.versions(SIDES[*side], &name(*key));
            if let Some((id, _)) = versions.get(*version) {
                let tagged = world.tag(SIDES[*side], &name(*key), id, &[("tag", &tag.to_string())]);
                done.changes += u64::from(tagged);
            }
        }
        Event::Break { side } => world.break_region(SIDES[*side]),
        Event::Heal => world.heal(),
        Event::Lag { from, delay, spread, paused } => {
            let seconds = |number: u8| Duration::from_secs(u64::from(number));
            let delay =
                ReplicationDelay { delay: seconds(*delay), spread: seconds(*spread), paused: *paused };
            set_lag(world, *from, delay);
        }
        Event::Wait { seconds } => world.seconds(u64::from(*seconds)),
    }
}

fn set_lag(world: &World, from: usize, delay: ReplicationDelay) {
    let (from, to) = (region(HOMES[from].1), region(HOMES[1 - from].1));
    world.store.set_replication_delay(&from, &to, delay);
}

fn all_versions(world: &World, bucket: &str) -> Vec<(String, Vec<Version>)> {
    let keys = world.store.read(bucket, |bucket| {
        let keys = bucket.keys.iter();
        Ok(keys.map(|(key, history)| (key.clone(), history.oldest_first().cloned().collect())).collect())
    });
    keys.expect("a bucket")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Both sides hold the same versions in the same order with the same tags; each version was written on
    /// one side and is a replica on the other; nothing was sent twice, and nothing goes round.
    #[test]
    fn both_sides_agree_in_the_end(events in proptest::collection::vec(event(), 1..60)) {
        let world = World::two_way(5);
        let mut done = Done::default();
        for event in &events {
            apply(&world, event, &mut done);
        }
        world.heal();
        for from in 0..2 {
            set_lag(&world, from, Duration::from_secs(1).into());
        }
        world.seconds(100);
        prop_assert_eq!(world.in_time(|| world.store.replication_backlog()), []);
        let sent = world.store.lock().queues.sent;
        prop_assert!((done.versions..=done.versions + done.changes).contains(&sent));
        world.seconds(1_000);
        prop_assert_eq!(world.store.lock().queues.sent, sent);

        let (here, there) = (all_versions(&world, "a"), all_versions(&world, "b"));
        let told = |keys: &[(String, Vec<Version>)]| -> Vec<String> {
            let of = |key: &String, version: &Version| {
                let tags = version.object().map(|object| object.attributes.tags.clone());
                format!("{key} {} {} {tags:?}", version.id, version.modified)
            };
            keys.iter().flat_map(|(key, versions)| versions.iter().map(move |v| of(key, v))).collect()
        };
        prop_assert_eq!(told(&here), told(&there));
        prop_assert_eq!(told(&here).len() as u64, done.versions);
        let pairs = here.iter().zip(&there).flat_map(|((_, one), (_, other))| one.iter().zip(other));
        for (one, other) in pairs {
            let mut statuses = [one.replication.status(), other.replication.status()];
            statuses.sort_unstable();
            prop_assert_eq!(statuses, [Some("COMPLETED"), Some("REPLICA")]);
        }
    }
}

/// "Same key written on both sides": both versions are kept on both, and the later one is current. What S3
/// makes current is unverified; the lab takes the time of creation, as within one bucket.
#[test]
fn both_writes_of_a_partition_are_kept_and_the_later_is_current() {
    let world = World::two_way(5);
    world.break_region("b");
    let one = world.put("a", "key");
    let other = world.put("b", "key");
    world.seconds(60);
    assert_eq!((world.versions("a", "key").len(), world.versions("b", "key").len()), (1, 1));
    world.heal();
    world.seconds(6);
    let (source, replica) = ("COMPLETED".to_owned(), "REPLICA".to_owned());
    let at_a = [(one.clone(), source.clone()), (other.clone(), replica.clone())];
    assert_eq!(world.versions("a", "key"), at_a);
    assert_eq!(world.versions("b", "key"), [(one, replica), (other, source)]);
}
