//! `s3_failover::pointer` through the wire: look-ups of a resolver that counts them, and of the lab's.

use std::time::Duration;

use futures_util::future::join_all;
use s3_failover::{
    clock::Clock,
    lab::Fault,
    model::Side,
    pointer::Pointer,
    probe::{Servers, Vantage},
    spec::{Failover, Format, Spec},
};

use super::support::{ENDPOINTS, Leads, NAME, Names, TestLab, eventually, quick};

const SOON: Duration = Duration::from_secs(30);

fn failover() -> Failover {
    let text = include_str!("../specs/valid/minimal.toml");
    Spec::parse("failover.toml", text, Format::Toml).expect("a spec").spec.failovers.remove(0)
}

/// Twenty seconds of its world in one of ours.
fn pointer(names: &Names) -> Pointer {
    let servers = Servers::of(vec![Vantage::recursive(names.address)], Duration::from_secs(5));
    Pointer::new(Clock::scaled(20.0).expect("a speed"), servers, failover())
}

/// A thousand callers are one packet; what it brings is kept until its TTL has run out, in all clones; and a refresh is
/// another packet.
#[tokio::test]
async fn the_resolver_is_asked_no_more_than_it_must_be() {
    let names = Names::start().await;
    names.tell(NAME, Leads::To(ENDPOINTS[0]), 200);
    let pointer = pointer(&names);
    let all = join_all((0..1_000).map(|_| {
        let pointer = pointer.clone();
        async move { pointer.active().await }
    }))
    .await;
    for active in all {
        let active = active.expect("an answer");
        assert_eq!((active.side, active.endpoint.as_str()), (Side::Primary, ENDPOINTS[0]));
        assert!(active.ttl.is_some_and(|ttl| ttl.seconds() <= 200), "{active:?}");
    }
    assert_eq!(names.asked(NAME), 1);
    names.tell(NAME, Leads::To(ENDPOINTS[1]), 0);
    assert_eq!(pointer.active().await.expect("what is kept").side, Side::Primary);
    assert_eq!((pointer.refresh().await.expect("an answer").side, names.asked(NAME)), (Side::Secondary, 2));
    // A TTL of 0 is not kept.
    names.tell(NAME, Leads::To(ENDPOINTS[0]), 0);
    assert_eq!((pointer.active().await.expect("an answer").side, names.asked(NAME)), (Side::Primary, 3));
}

/// A resolver that keeps silent is no answer: the old one is used with leave only. A name that leads elsewhere is one.
#[tokio::test]
async fn the_old_answer_is_used_with_leave_only() {
    let names = Names::start().await;
    names.tell(NAME, Leads::To(ENDPOINTS[0]), 0);
    let strict = pointer(&names);
    let lenient = pointer(&names).serve_stale_for(Duration::from_hours(1));
    for pointer in [&strict, &lenient] {
        assert_eq!(pointer.active().await.expect("an answer").side, Side::Primary);
    }
    names.silent(true);
    let error = strict.active().await.expect_err("nobody answers");
    assert_eq!(error.to_string(), "no resolver gave an answer for data.example.com CNAME");
    assert_eq!(lenient.active().await.expect("the old answer").side, Side::Primary);
    names.silent(false);
    names.tell(NAME, Leads::To("elsewhere.example.com"), 0);
    let error = lenient.refresh().await.expect_err("neither side");
    assert_eq!(error.to_string(), "data.example.com answers neither side: elsewhere.example.com");
}

/// In the lab, over a failover: within the TTL the kept answer, then the other side.
#[tokio::test]
async fn a_program_follows_a_failover_when_the_ttl_has_run_out() {
    let lab = TestLab::start(quick()).await;
    let applied = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(applied.code, Some(0), "{applied}");
    let spec = Spec::load(&lab.folder().join("failover.toml")).expect("the lab's spec").spec;
    let servers = Servers::of(vec![Vantage::recursive(lab.lab.ready().resolver)], Duration::from_secs(5));
    let clock = lab.lab.clock().clone();
    let pointer = Pointer::new(clock.clone(), servers, spec.failovers[0].clone());
    let first = pointer.active().await.expect("an answer");
    assert_eq!(first.side, Side::Primary);
    lab.lab.set_fault(&"us-east-1".parse().expect("a region"), Fault::Refuse).expect("a region of the lab");
    eventually("the pointer follows", SOON, async || match pointer.active().await {
        Ok(active) if active.side == Side::Secondary => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    lab.stop().await;
}
