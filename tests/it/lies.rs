//! A lab in which DNS and data lie in more than twenty named ways: `verify` finds each by its ids, and nothing
//! else.
//!
//! Every lie has a failover and a pair of buckets of its own. Those of a kind share a lab and a spec with a
//! failover about which nobody lies, so that one run of the program looks at them all. A lie about a name server
//! concerns all names, so those are told one after another. Each row of a table holds all ids that are to be
//! found, and they are compared as a set: a finding too many fails as one too few does. What a lie does to the
//! health of a side takes the checkers a moment.

mod coverage;
mod table;
mod tell;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures_util::future::join_all;
use s3_failover::lab::{NameServerFault, Options};

use crate::support::{ENDPOINTS, NAME, Program, TestLab, answered, eventually, instant};
use table::Lie;
use tell::{Pair, World};

/// In our own time.
const SOON: Duration = Duration::from_secs(90);
/// As fast as the lab may be while checkers, who wait for two seconds of it, still wait long enough.
const SPEED: f64 = 10.0;

/// What is too long for a sentence, in characters.
const TOO_LONG: usize = 1_000;

/// Ids of one failover: those that are not well, and those that are.
#[derive(Default)]
struct Ids {
    wrong: BTreeSet<String>,
    well: BTreeSet<String>,
}

/// The ids of each failover.
type Found = BTreeMap<String, Ids>;

/// What `verify` finds. Each thing that is wrong comes with advice, and what is said of it can be read.
async fn found(program: &Program) -> Result<Found, String> {
    let ran = program.run(&["verify", "--output", "json"]).await;
    if !matches!(ran.code, Some(0 | 1)) {
        return Err(ran.to_string());
    }
    let document = ran.json();
    let mut found = Found::new();
    for failover in document["failovers"].as_array().expect("a list") {
        let mut ids = Ids::default();
        let mut errors = 0;
        for check in failover["checks"].as_array().expect("a list") {
            let ok = check["ok"].as_bool().expect("a verdict");
            let list = if ok { &mut ids.well } else { &mut ids.wrong };
            list.insert(check["id"].as_str().expect("an id").to_owned());
            errors += usize::from(!ok && check["severity"] == "error");
            assert_eq!(check["advice"].is_null(), ok, "{check}");
            let texts = ["detail", "source", "advice"].map(|key| check[key].as_str().unwrap_or_default());
            assert!(texts.iter().all(|text| text.chars().count() < TOO_LONG), "{check}");
        }
        assert_eq!(failover["ok"], errors == 0, "{failover}");
        found.insert(failover["name"].as_str().expect("a name").to_owned(), ids);
    }
    Ok(found)
}

fn ids(list: &[&str]) -> BTreeSet<String> {
    list.iter().map(|id| (*id).to_owned()).collect()
}

/// Waits until exactly this is wrong, and this is well, perhaps beside more; what was found instead, where it never
/// is.
async fn finds(what: &str, program: &Program, expected: &Found) {
    eventually(what, SOON, async || {
        let found = found(program).await?;
        assert_eq!(found.len(), expected.len());
        let differs = |(name, ids): (&String, &Ids)| {
            let seen = &found[name];
            let differs = seen.wrong != ids.wrong || !seen.well.is_superset(&ids.well);
            differs.then(|| {
                let unseen: Vec<&String> = ids.well.difference(&seen.well).collect();
                format!("{name}: {:?}, and not {:?}; {unseen:?} not well", seen.wrong, ids.wrong)
            })
        };
        let wrong: Vec<String> = expected.iter().filter_map(differs).collect();
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
    })
    .await;
}

fn of_each(lies: &[Lie], of: impl Fn(&Lie) -> Ids) -> Found {
    lies.iter().map(|lie| (Pair::of(lie.name).failover(), of(lie))).collect()
}

/// What will be wrong is well, but for what the spec asks for.
fn before(lie: &Lie) -> Ids {
    let wrong = ids(lie.by_the_spec);
    Ids { well: ids(lie.found).difference(&wrong).cloned().collect(), wrong }
}

fn after(lie: &Lie) -> Ids {
    Ids { wrong: ids(lie.found), well: BTreeSet::new() }
}

/// Issue: "verify against a lab in which DNS and data lie in twenty named ways finds each by id". Before the
/// lies are told, the same world is honest, and what is found is only what its spec says of itself.
async fn each_is_found(lies: &[Lie]) {
    // CloudWatch tells each minute at once, so that few calls of GetHealthCheckStatus are waited for.
    let lab = TestLab::start(Options { speed: SPEED, metric_delay: Duration::ZERO, ..instant() }).await;
    let world = World::new(&lab).await;
    let spec: Vec<String> = lies.iter().map(|lie| world.spec(lie)).collect();
    lab.write_spec(&format!("hosted_zone = \"example.com\"\n{}", spec.concat()));
    join_all(lies.iter().map(async |lie| world.buckets(&Pair::of(lie.name)).await)).await;
    let hurried = lab.program().with("S3_FAILOVER_LAB_SPEED", SPEED.to_string());
    let ran = hurried.run(&["apply", "--yes", "--allow-unhealthy"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    // Less than the lab's, so that a busy machine is not taken for name servers that do not answer.
    let program = lab.program().with("S3_FAILOVER_LAB_SPEED", "3");
    finds("all is honest", &program, &of_each(lies, before)).await;
    for lie in lies {
        (lie.tell)(&world, &Pair::of(lie.name)).await;
    }
    finds("each lie is found", &program, &of_each(lies, after)).await;
    lab.stop().await;
}

#[test]
fn there_are_more_than_twenty_lies_each_with_a_name_of_its_own() {
    let all = [table::CONTENT, table::OWNERS, table::RECORDS, table::CHECKS].concat();
    let names: BTreeSet<&str> = all.iter().map(|lie| lie.name).collect();
    assert_eq!((names.len() > 20, names.len()), (true, all.len() - 3), "the honest one is told four times");
}

#[tokio::test]
async fn what_the_buckets_hold_is_a_lie() {
    Box::pin(each_is_found(table::CONTENT)).await;
}

#[tokio::test]
async fn whose_the_buckets_are_is_a_lie() {
    Box::pin(each_is_found(table::OWNERS)).await;
}

#[tokio::test]
async fn where_the_records_lead_is_a_lie() {
    Box::pin(each_is_found(table::RECORDS)).await;
}

#[tokio::test]
async fn what_the_checks_look_at_is_a_lie() {
    Box::pin(each_is_found(table::CHECKS)).await;
}

/// One of four name servers is wrong, or what is given as one is none.
#[tokio::test]
async fn a_name_server_that_lies_is_found() {
    let lab = TestLab::start(instant()).await;
    let program = lab.program().with("S3_FAILOVER_LAB_SPEED", "3");
    let ran = program.run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    answered(&lab, NAME, ENDPOINTS[0]).await;
    let all = ids(&[
        "authoritative.agree",
        "authoritative.authority",
        "authoritative.expected",
        "authoritative.reachable",
        "route53.agree",
    ]);
    let of = |list: &[&str]| {
        let wrong = ids(list);
        Found::from([(NAME.to_owned(), Ids { well: all.difference(&wrong).cloned().collect(), wrong })])
    };
    for (fault, wrong) in [
        (NameServerFault::None, &[][..]),
        (NameServerFault::Silent, &["authoritative.reachable"]),
        // It refuses, which is no answer.
        (NameServerFault::Lame, &["authoritative.reachable"]),
        (NameServerFault::Lying, &["authoritative.agree", "authoritative.expected", "route53.agree"]),
        (NameServerFault::None, &[]),
    ] {
        lab.lab.set_name_server_fault(2, fault).expect("a name server");
        finds(&format!("a {fault} name server is found"), &program, &of(wrong)).await;
    }
    let resolver = program.with("S3_FAILOVER_NAMESERVERS", lab.lab.ready().resolver.to_string());
    finds("a resolver is no name server", &resolver, &of(&["authoritative.authority"])).await;
    lab.stop().await;
}
