//! A lab in which DNS and data lie in more than twenty named ways: `verify` finds each by its ids, and nothing
//! else.
//!
//! Every lie has a failover and a pair of buckets of its own, all in one lab and one spec, so that one run of the
//! program looks at them all. A lie about a name server concerns all names, so those are told one after another.
//! Each row of a table holds all ids that are to be found, and they are compared as a set: a finding too many
//! fails as one too few does. What a lie does to the health of a side takes the checkers a moment.

mod table;
mod tell;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use s3_failover::lab::{NameServerFault, Options};

use crate::support::{ENDPOINTS, NAME, Program, TestLab, answered, eventually, instant};
use table::{LIES, Lie};
use tell::{Pair, World};

/// In our own time.
const SOON: Duration = Duration::from_secs(60);

/// The ids that are not well, of each failover.
type Found = BTreeMap<String, BTreeSet<String>>;

/// What `verify` finds.
async fn found(program: &Program) -> Result<Found, String> {
    let ran = program.run(&["verify", "--output", "json"]).await;
    if !matches!(ran.code, Some(0 | 1)) {
        return Err(ran.to_string());
    }
    let document = ran.json();
    let failovers = document["failovers"].as_array().expect("a list");
    let each = failovers.iter().map(|failover| {
        let checks = failover["checks"].as_array().expect("a list");
        let wrong = checks.iter().filter(|check| check["ok"] == false);
        let ids: BTreeSet<String> =
            wrong.clone().map(|check| check["id"].as_str().expect("an id").to_owned()).collect();
        let errors = wrong.filter(|check| check["severity"] == "error").count();
        assert_eq!(failover["ok"], errors == 0, "{failover}");
        (failover["name"].as_str().expect("a name").to_owned(), ids)
    });
    Ok(each.collect())
}

fn ids(list: &[&str]) -> BTreeSet<String> {
    list.iter().map(|id| (*id).to_owned()).collect()
}

/// Waits until exactly this is found; what else was found instead, where it never is.
async fn finds(what: &str, program: &Program, expected: &Found) {
    eventually(what, SOON, async || {
        let found = found(program).await?;
        let differs = |(name, ids): (&String, &BTreeSet<String>)| {
            let seen = &found[name];
            (seen != ids).then(|| format!("{name}: {seen:?}, and not {ids:?}"))
        };
        assert_eq!(found.len(), expected.len());
        let wrong: Vec<String> = expected.iter().filter_map(differs).collect();
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
    })
    .await;
}

fn expected(lies: &[Lie], of: impl Fn(&Lie) -> &'static [&'static str]) -> Found {
    lies.iter().map(|lie| (Pair::of(lie.name).failover(), ids(of(lie)))).collect()
}

/// Issue: "verify against a lab in which DNS and data lie in twenty named ways finds each by id". Before the
/// lies are told, the same world is honest, and what is found is only what its spec says of itself.
#[tokio::test]
async fn every_lie_is_found_by_its_ids() {
    assert!(LIES.len() > 20);
    // Some fifty checks: their six checkers each ask often enough to notice, and leave the machine alone.
    let lab = TestLab::start(Options { speed: 5.0, ..instant() }).await;
    let world = World::new(&lab).await;
    let spec: Vec<String> = LIES.iter().map(|lie| world.spec(lie)).collect();
    lab.write_spec(&format!("hosted_zone = \"example.com\"\n{}", spec.concat()));
    for lie in LIES {
        world.buckets(&Pair::of(lie.name)).await;
    }
    let program = lab.program();
    let ran = program.run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    finds("all is honest", &program, &expected(LIES, |lie| lie.by_the_spec)).await;
    for lie in LIES {
        (lie.tell)(&world, &Pair::of(lie.name)).await;
    }
    finds("each lie is found", &program, &expected(LIES, |lie| lie.found)).await;
    lab.stop().await;
}

/// One of four name servers is wrong.
#[tokio::test]
async fn a_name_server_that_lies_is_found() {
    let lab = TestLab::start(instant()).await;
    let program = lab.program();
    let ran = program.run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    answered(&lab, NAME, ENDPOINTS[0]).await;
    let of = |list: &[&str]| Found::from([(NAME.to_owned(), ids(list))]);
    for (fault, wrong) in [
        (NameServerFault::None, &[][..]),
        (NameServerFault::Silent, &["authoritative.reachable"]),
        // It refuses, which is no answer.
        (NameServerFault::Lame, &["authoritative.reachable"]),
        (NameServerFault::Lying, &["authoritative.agree", "authoritative.expected"]),
        (NameServerFault::None, &[]),
    ] {
        lab.lab.set_name_server_fault(2, fault).expect("a name server");
        finds(&format!("a {fault} name server is found"), &program, &of(wrong)).await;
    }
    lab.stop().await;
}
