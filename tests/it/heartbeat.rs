//! Heartbeats through a lab that replicates late, at once or not at all: what they call lost is what the buckets do
//! not hold, and nothing of them is left.
//!
//! Holds the issue's sentence: "the report says which writes the other side did not have at the moment of the switch
//! and after failback, how old the oldest was (measured RPO), and which keys were written on both sides (conflicts)".

use std::{collections::BTreeSet, time::Duration};

use aws_config::{BehaviorVersion, Region as SdkRegion};
use aws_credential_types::Credentials;
use aws_sdk_s3::primitives::ByteStream;
use s3_failover::{
    account::{Access, Buckets, Store},
    drill::{
        Undo,
        heartbeat::{self, Heartbeat, HeartbeatPlace, HeartbeatPrefix, Loss, Removal, RemovalError},
    },
    lab::{Fault, Options, ReplicationDelay, credentials},
    model::{Region, Side, Ttl},
    probe::ServerList,
    spec::Spec,
};

use crate::support::{TestLab, eventually, quick};

const BUCKETS: [(&str, &str); 2] =
    [("my-app-data-us-east-1", "us-east-1"), ("my-app-data-eu-west-1", "eu-west-1")];
const PREFIX: &str = "s3-failover/heartbeat/test-run/";
/// Long enough for a turn on a busy machine, in our own seconds.
const SOON: Duration = Duration::from_mins(1);

fn regions() -> [Region; 2] {
    BUCKETS.map(|(_, region)| region.parse().expect("a region"))
}

/// A lab whose checkers need two looks, and whose answers are kept for 5 s; how late each side's writes arrive at the
/// other one.
async fn lab(delays: [ReplicationDelay; 2]) -> TestLab {
    let two = s3_failover::model::FailureThreshold::new(2).expect("a threshold");
    let ttl = Ttl::from_seconds(5).expect("a TTL");
    let lab = TestLab::answering(Options { failure_threshold: two, ttl, ..quick() }).await;
    let [us, eu] = regions();
    lab.lab.set_replication_delay(&us, &eu, delays[0]).expect("regions of the lab");
    lab.lab.set_replication_delay(&eu, &us, delays[1]).expect("regions of the lab");
    lab
}

fn lag(seconds: u64) -> ReplicationDelay {
    Duration::from_secs(seconds).into()
}

const PAUSED: ReplicationDelay =
    ReplicationDelay { delay: Duration::ZERO, spread: Duration::ZERO, paused: true };

async fn place(lab: &TestLab) -> HeartbeatPlace {
    let ready = lab.lab.ready();
    let keys =
        Credentials::new(credentials::ACCESS_KEY_ID, credentials::SECRET_ACCESS_KEY, None, None, "lab");
    let settings = aws_config::defaults(BehaviorVersion::latest())
        .region(SdkRegion::new(credentials::DEFAULT_REGION))
        .credentials_provider(keys)
        .use_fips(false)
        .use_dual_stack(false)
        .endpoint_url(&ready.s3_endpoint);
    let spec = Spec::load(&lab.folder().join("failover.toml")).expect("the lab's spec").spec;
    let failover = spec.failovers.first().expect("a failover").clone();
    let clock = lab.lab.clock().clone();
    let list = ServerList::parse(&[ready.resolver.to_string()], &[], Duration::from_secs(5));
    let servers = list.expect("a resolver").located(&clock).await.expect("servers");
    let store = |side| {
        let side = failover.side(side);
        Store { bucket: side.bucket.clone(), region: side.region.clone(), role: None }
    };
    HeartbeatPlace {
        stores: Side::BOTH.map(store),
        clock,
        servers,
        failover,
        buckets: Buckets::new(Access::new(settings.load().await)),
        prefix: PREFIX.parse().expect("a prefix"),
    }
}

/// Everything that a side lists below the prefix, by the SDK alone.
async fn listed(lab: &TestLab, side: Side) -> BTreeSet<String> {
    let (bucket, region) = BUCKETS[side.index()];
    let list = lab.s3(region).list_objects_v2().bucket(bucket).prefix(PREFIX).send().await;
    let page = list.expect("a listing");
    assert_ne!(page.is_truncated(), Some(true), "more than a page");
    page.contents().iter().filter_map(|object| object.key().map(str::to_owned)).collect()
}

/// Every version and delete marker of a side below a prefix, by the SDK alone.
async fn versions(lab: &TestLab, side: Side, prefix: &str) -> Vec<String> {
    let (bucket, region) = BUCKETS[side.index()];
    let list = lab.s3(region).list_object_versions().bucket(bucket).prefix(prefix).send().await;
    let page = list.expect("a listing");
    assert_ne!(page.is_truncated(), Some(true), "more than a page");
    let versions = page.versions().iter().filter_map(|version| version.key());
    let markers = page.delete_markers().iter().filter_map(|marker| marker.key());
    versions.chain(markers).map(str::to_owned).collect()
}

/// Waits until a side has taken over, and gives what is known then.
async fn taken_over(heart: &Heartbeat, by: Side) -> Loss {
    eventually(&format!("the {by} takes over"), SOON, async || {
        let loss = heart.so_far()?;
        let lacked = if by == Side::Secondary { &loss.failover } else { &loss.failback };
        match (lacked.at, &lacked.unknown) {
            (Some(_), None) => Ok(loss),
            _ => Err(format!("{loss:?}")),
        }
    })
    .await
}

/// Waits until so many objects were written to the primary.
async fn written(heart: &Heartbeat, many: u64) {
    eventually(&format!("{many} are written"), SOON, async || {
        let loss = heart.so_far()?;
        if loss.failover.written >= many && loss.failover.at.is_none() {
            Ok(())
        } else {
            Err(format!("{loss:?}"))
        }
    })
    .await;
}

/// The keys of numbers.
fn keys(numbers: &[u64]) -> BTreeSet<String> {
    let prefix: HeartbeatPrefix = PREFIX.parse().expect("a prefix");
    numbers.iter().map(|number| prefix.numbered(*number)).collect()
}

/// Both sides hold nothing below the prefix, and go on doing so when replication has done all that it had to.
async fn nothing_is_left(lab: &TestLab) {
    for side in Side::BOTH {
        assert_eq!(versions(lab, side, PREFIX).await, Vec::<String>::new(), "the {side}");
    }
    let [us, eu] = regions();
    for (from, to) in [(&us, &eu), (&eu, &us)] {
        lab.lab.set_replication_delay(from, to, Duration::ZERO).expect("regions of the lab");
    }
    let drained = async || match lab.lab.replication_backlog() {
        waiting if waiting.is_empty() => Ok(()),
        waiting => Err(format!("{waiting:?}")),
    };
    eventually("nothing is on its way", SOON, drained).await;
    for side in Side::BOTH {
        assert_eq!(versions(lab, side, PREFIX).await, Vec::<String>::new(), "the {side}, in the end");
    }
}

/// The primary's region refuses while its writes need 8 s to the other side, and what the secondary takes never
/// reaches the primary.
#[tokio::test]
async fn late_replication_loses_the_last_seconds_and_none_loses_all() {
    let lab = lab([lag(8), PAUSED]).await;
    let place = place(&lab).await;
    let mut heart = Heartbeat::start(place);
    written(&heart, 15).await;

    let [us, _] = regions();
    lab.lab.set_fault(&us, Fault::Refuse).expect("a region of the lab");
    let loss = taken_over(&heart, Side::Secondary).await;
    // Nothing arrives while the region is down, so the secondary holds now what it held then, and its own.
    let there = listed(&lab, Side::Secondary).await;
    let missing = keys(&loss.failover.missing);
    assert!(missing.is_disjoint(&there), "{missing:?} of {there:?}");
    let (first, last) = (loss.failover.missing[0], loss.failover.missing[missing.len() - 1]);
    // On a busy machine some get no answer in time, and may be there or not.
    let lacking = keys(&(1..=last).collect::<Vec<_>>()).difference(&there).count() - missing.len();
    assert!(lacking as u64 <= loss.uncertain, "{lacking} unexplained of {there:?}, {loss:?}");
    let between = last + 1 - first - missing.len() as u64;
    assert!(between <= loss.uncertain, "the last ones, without gaps: {loss:?}");
    assert!((last - loss.uncertain.min(last)..=last).contains(&loss.failover.written), "{loss:?}");
    // One a second; fewer when the machine was busy.
    assert!((2..=10).contains(&missing.len()), "{missing:?}");
    let point = loss.failover.recovery_point.as_secs_f64();
    assert!((4.0..=14.0).contains(&point), "{point} s");
    assert!(loss.failover.age > loss.failover.recovery_point, "the outage is in the age: {loss:?}");
    assert_eq!(loss.conflicts(), [format!("{PREFIX}shared")], "what the primary took last, nobody knew of");

    lab.lab.set_fault(&us, Fault::None).expect("a region of the lab");
    let loss = taken_over(&heart, Side::Primary).await;
    assert!(loss.failback.written > 0);
    assert_eq!(loss.failback.missing.len() as u64, loss.failback.written, "nothing goes back");
    let here = listed(&lab, Side::Primary).await;
    assert!(keys(&loss.failback.missing).is_disjoint(&here));

    let done = heart.finish(Duration::ZERO).await.expect("it was measured");
    assert_eq!(done.failback.late.as_deref(), Some(&[][..]), "lost until somebody acts");
    assert_eq!(done.failback.missing, loss.failback.missing);
    let [us, eu] = regions();
    lab.lab.set_replication_delay(&eu, &us, Duration::ZERO).expect("regions of the lab");
    let done = heart.finish(Duration::from_mins(10)).await.expect("it was measured");
    assert_eq!(done.failover.late.as_ref(), Some(&done.failover.missing), "it came late");
    assert_eq!(done.failback.late.as_ref(), Some(&done.failback.missing), "and so did this");

    let removed = heart.remove().await.expect("they are ours");
    assert!(removed.iter().all(|side| side.removed > 0 && side.remains.is_none()), "{removed:?}");
    assert_eq!(heart.remove().await.expect("again"), [Removal::default(), Removal::default()]);
    nothing_is_left(&lab).await;
}

/// The primary's region refuses at a moment when all is replicated: nothing is missing, and nobody has overwritten
/// what he did not know.
#[tokio::test]
async fn replication_without_lag_loses_nothing() {
    let lab = lab([lag(0), lag(0)]).await;
    let mut heart = Heartbeat::start(place(&lab).await);
    written(&heart, 5).await;
    let [us, _] = regions();
    eventually("nothing is on its way", SOON, async || {
        let waiting = lab.lab.replication_backlog();
        if waiting.is_empty() { Ok(()) } else { Err(format!("{waiting:?}")) }
    })
    .await;
    lab.lab.set_fault(&us, Fault::Refuse).expect("a region of the lab");
    taken_over(&heart, Side::Secondary).await;
    lab.lab.clock().sleep(Duration::from_secs(5)).await;
    let loss = heart.finish(Duration::ZERO).await.expect("it was measured");
    assert_eq!(
        (loss.failover.missing.as_slice(), loss.conflicts().as_slice()),
        (&[][..], &[][..]),
        "{loss:?}"
    );
    assert!(loss.failover.written >= 5, "{loss:?}");
    assert_eq!(loss.failover.recovery_point, Duration::ZERO);
    assert_eq!((loss.failback.at, loss.failback.written > 0), (None, true), "{loss:?}");
    lab.lab.set_fault(&us, Fault::None).expect("a region of the lab");
    heart.remove().await.expect("they are ours");
    nothing_is_left(&lab).await;
}

/// The switch turns DNS alone: the kept writer stays on the primary while the pointer writer goes over, and without
/// replication neither hears of the other.
#[tokio::test]
async fn a_switch_splits_the_writers() {
    let lab = lab([PAUSED, PAUSED]).await;
    let mut heart = Heartbeat::start(place(&lab).await);
    written(&heart, 5).await;
    assert_eq!(heart.so_far().expect("it writes").conflicts(), Vec::<String>::new(), "on one side");
    let (bucket, region) = BUCKETS[1];
    let put = lab.s3(region).put_object().bucket(bucket).key("failover/force-secondary");
    put.body(ByteStream::from_static(b"")).send().await.expect("the switch");
    let loss = taken_over(&heart, Side::Secondary).await;
    assert_eq!(loss.failover.missing.len() as u64, loss.failover.written, "nothing went over");
    assert_eq!(loss.failover.recovery_point, loss.failover.age, "nothing was interrupted");
    lab.lab.clock().sleep(Duration::from_secs(5)).await;
    let loss = heart.finish(Duration::ZERO).await.expect("it was measured");
    assert_eq!(loss.conflicts(), [format!("{PREFIX}shared")]);
    // All writes to the secondary, and those to the primary: none knew of any.
    let shared = |side| {
        let lab = &lab;
        async move { versions(lab, side, &format!("{PREFIX}shared")).await.len() as u64 }
    };
    let held = [shared(Side::Primary).await, shared(Side::Secondary).await];
    for (held, apart) in held.into_iter().zip(loss.conflicting) {
        assert!(apart <= held && held - apart <= loss.uncertain, "{apart} of {held}: {loss:?}");
    }
    heart.remove().await.expect("they are ours");
    nothing_is_left(&lab).await;
}

/// Whoever comes later needs the prefix alone; and never touches anything beside it.
#[tokio::test]
async fn what_a_killed_run_leaves_is_removed_by_its_prefix() {
    let lab = lab([lag(3), lag(3)]).await;
    let place = place(&lab).await;
    let others = ["s3-failover/heartbeat/test-run-2/000001", "s3-failover/heartbeat/other", "data/mine"];
    for (bucket, region) in BUCKETS {
        for key in others {
            let put = lab.s3(region).put_object().bucket(bucket).key(key).body(ByteStream::from_static(b"x"));
            put.send().await.expect("an object");
        }
    }
    place.rehearse().await.expect("all is allowed");
    let undo = place.undo();
    let heart = Heartbeat::start(place.clone());
    written(&heart, 5).await;
    drop(heart);
    for undo in &undo {
        let Undo::Prefix { at, prefix } = undo else { panic!("{undo:?} is no prefix") };
        let store = Store { bucket: at.bucket.clone(), region: at.region.clone(), role: None };
        let removal = heartbeat::remove(&place.buckets, &store, prefix).await.expect("it is ours");
        assert!(removal.removed > 0, "{removal:?}");
        for not_ours in
            ["", "data/", "s3-failover/", "s3-failover/heartbeat/", "s3-failover/heartbeat/test-run"]
        {
            let refused = heartbeat::remove(&place.buckets, &store, not_ours).await;
            assert!(matches!(refused, Err(RemovalError::NotOurs(_))), "{not_ours}: {refused:?}");
        }
    }
    let rest = heartbeat::remove_from_both(&place.buckets, &place.stores, PREFIX).await.expect("it is ours");
    assert!(rest.iter().all(|side| side.remains.is_none()), "{rest:?}");
    nothing_is_left(&lab).await;
    for side in Side::BOTH {
        for key in others {
            assert_ne!(versions(&lab, side, key).await, Vec::<String>::new(), "{key} of the {side}");
        }
    }
}

async fn deny(lab: &TestLab, (bucket, region): (&str, &str), actions: &[&str]) {
    let statement = serde_json::json!({"Version": "2012-10-17", "Statement": [
        {
            "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
            "Resource": format!("arn:aws:s3:::{bucket}/failover/*"),
        },
        {
            "Effect": "Deny", "Principal": "*", "Action": actions,
            "Resource": [format!("arn:aws:s3:::{bucket}"), format!("arn:aws:s3:::{bucket}/s3-failover/*")],
        },
    ]});
    let put = lab.s3(region).put_bucket_policy().bucket(bucket).policy(statement.to_string());
    put.send().await.expect("a policy");
}

/// Found before anything is broken; and when nobody asked, said instead of a figure.
#[tokio::test]
async fn a_bucket_that_refuses_is_no_figure() {
    let lab = lab([lag(0), lag(0)]).await;
    let place = place(&lab).await;
    deny(&lab, BUCKETS[0], &["s3:PutObject"]).await;
    let refused = place.rehearse().await.expect_err("it may not be put").to_string();
    assert_eq!(refused, "could not put s3://my-app-data-us-east-1/s3-failover/heartbeat/test-run/rehearsal");
    let mut heart = Heartbeat::start(place.clone());
    lab.lab.clock().sleep(Duration::from_secs(4)).await;
    let why = heart.finish(Duration::ZERO).await.expect_err("nothing was written");
    assert!(why.starts_with(&refused.replace("rehearsal", "")), "{why}");
    assert!(why.contains("AccessDenied"), "{why}");

    // Who may put, but not remove versions, lays markers, and is told what remains.
    deny(&lab, BUCKETS[0], &["s3:DeleteObjectVersion"]).await;
    let mut heart = Heartbeat::start(place);
    written(&heart, 2).await;
    let [primary, _] = heart.remove().await.expect("markers may be laid");
    assert_eq!(
        primary.remains.as_deref().map(|said| said.split(": ").next().unwrap_or_default()),
        Some(
            "older versions and delete markers remain below s3://my-app-data-us-east-1/s3-failover/heartbeat/test-run/"
        ),
    );
    assert_eq!(listed(&lab, Side::Primary).await, BTreeSet::new());
}
