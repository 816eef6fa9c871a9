//! What `watch` sees of resolvers that keep answers for longer than they may, and of clients that keep anything.

use std::time::Duration;

use aws_sdk_route53::types::ResourceRecordSetFailover::Primary;
use s3_failover::{
    lab::{Fault, Options},
    model::Ttl,
};
use serde_json::Value;

use super::support::{
    NAME, Program, Running, TestLab, Zone, eventually, instant,
    resolvers::{Settings, Unbound},
};

/// Of the labs and of the programs.
const SPEED: f64 = 20.0;
const SOON: Duration = Duration::from_mins(1);
/// Between two questions, in the lab's seconds.
const INTERVAL: f64 = 1.0;
/// What a busy machine may add, in the lab's seconds.
const SLACK: f64 = 30.0;

/// The program, in the lab's time, with resolvers of one's own choice.
fn program(lab: &TestLab, resolvers: &[String]) -> Program {
    lab.program()
        .with("S3_FAILOVER_LAB_SPEED", SPEED.to_string())
        .with("S3_FAILOVER_RESOLVERS", resolvers.join(","))
}

fn watch(program: &Program) -> Running {
    program.start(&["watch", "--events", "events.jsonl", "-o", "json"])
}

fn break_primary(lab: &TestLab) {
    let region = "us-east-1".parse().expect("a region");
    lab.lab.set_fault(&region, Fault::Http503).expect("the lab has this region");
}

fn events(lab: &TestLab) -> Vec<Value> {
    let text = std::fs::read_to_string(lab.folder().join("events.jsonl")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).expect("a document")).collect()
}

/// Waits until an event of this kind was written, with these keys.
async fn told(lab: &TestLab, kind: &str, keys: &[(&str, &str)]) -> Value {
    eventually(&format!("{kind} {keys:?}"), SOON, async || {
        let all = events(lab);
        let is_it =
            |event: &&Value| event["event"] == kind && keys.iter().all(|(key, is)| event[*key] == *is);
        all.iter().find(is_it).cloned().ok_or_else(|| Value::from(all))
    })
    .await
}

async fn stopped(running: Running) -> Value {
    running.signal("TERM").await;
    let ran = running.ended().await;
    assert_eq!(ran.code, Some(0), "{ran}");
    ran.json()["failovers"][0].clone()
}

fn of<'a>(failover: &'a Value, list: &str, key: &str, is: &str) -> &'a Value {
    let all = failover[list].as_array().expect("a list");
    all.iter().find(|one| one[key] == is).unwrap_or_else(|| panic!("no {is} in {failover:#}"))
}

/// The lab's own: one forgets nothing, one keeps everything for five minutes, one is honest.
#[tokio::test(flavor = "multi_thread")]
async fn what_outlives_its_ttl_is_told_and_an_honest_resolver_is_left_alone() {
    let lab = TestLab::applied(instant()).await;
    let resolver = |name: &str| lab.lab.ready().resolvers[name].to_string();
    let [honest, forever, stretching] = ["honest", "forever", "stretching"].map(resolver);
    let running = watch(&program(&lab, &[honest.clone(), forever.clone(), stretching.clone()]));
    for one in [&honest, &forever, &stretching] {
        told(&lab, "answer", &[("vantage", one), ("answers", "primary")]).await;
    }
    let longer = told(&lab, "ttl", &[("vantage", &stretching)]).await;
    assert!((100.0..=240.0).contains(&longer["by"].as_f64().expect("seconds")), "{longer}");
    break_primary(&lab);
    let stale = told(&lab, "stale", &[("vantage", &forever)]).await;
    assert_eq!((&stale["answers"], &stale["reason"]), (&"primary".into(), &"refetched".into()), "{stale}");
    let stale = told(&lab, "stale", &[("vantage", &stretching)]).await;
    assert_eq!((&stale["answers"], &stale["reason"]), (&"primary".into(), &"expired".into()), "{stale}");
    let published = told(&lab, "phase", &[("phase", "published")]).await;
    let after = stale["at"].as_f64().expect("a moment") - published["at"].as_f64().expect("a moment");
    assert!(after > 60.0, "not before the TTL has run out: {after} s");
    // Its five minutes are over.
    let fresh = told(&lab, "fresh", &[("vantage", &stretching)]).await;
    assert_eq!(fresh["answers"], "secondary", "{fresh}");
    let failover = stopped(running).await;
    let of_vantage = |one: &str| of(&failover, "vantages", "vantage", one);
    let kept = of_vantage(&forever);
    assert_eq!((&kept["answers"], &kept["ttl"]), (&"primary".into(), &60.into()), "{kept}");
    assert_eq!(kept["ttl_habit"], "frozen", "{kept}");
    assert!(kept["stale"]["first_seen"].is_number(), "{kept}");
    let stretched = of_vantage(&stretching);
    assert_eq!(
        (&stretched["stale"], &stretched["answers"]),
        (&Value::Null, &"secondary".into()),
        "{stretched}"
    );
    assert!(
        ["above", "stretched"].contains(&stretched["ttl_habit"].as_str().expect("a word")),
        "{stretched}"
    );
    let well = of_vantage(&honest);
    assert_eq!((&well["stale"], &well["ttl_habit"]), (&Value::Null, &"within".into()), "{well}");
    let accused = |event: &&Value| {
        event["vantage"] == honest.as_str() && ["stale", "ttl"].iter().any(|kind| event["event"] == *kind)
    };
    assert_eq!(events(&lab).iter().find(accused), None);
}

/// The primary answers 503 to everybody. Who looks the name up each time goes over; whoever keeps a connection or
/// an address stays.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_still_on_the_dead_side_and_until_when() {
    let lab = TestLab::applied(instant()).await;
    let running = watch(&program(&lab, &[lab.lab.ready().resolver.to_string()]));
    for kind in ["pointer", "keep_alive", "pinned"] {
        told(&lab, "client", &[("client", kind), ("served_by", "primary")]).await;
    }
    break_primary(&lab);
    told(&lab, "client", &[("client", "pointer"), ("served_by", "secondary")]).await;
    told(&lab, "phase", &[("phase", "cached")]).await;
    let failover = stopped(running).await;
    let client = |kind: &str| of(&failover, "clients", "client", kind);
    let moved = client("pointer");
    assert_eq!((&moved["served_by"], &moved["still_on"]), (&"secondary".into(), &Value::Null), "{moved}");
    for (kind, ends) in [("keep_alive", "closed"), ("pinned", "restarted")] {
        let left = client(kind);
        assert_eq!(left["served_by"], Value::Null, "{left}");
        assert!(left["why"].as_str().expect("a reason").ends_with(" answered 503"), "{left}");
        assert_eq!(left["still_on"]["side"], "primary", "{left}");
        assert_eq!(
            (&left["still_on"]["ends"], &left["still_on"]["until"]),
            (&ends.into(), &Value::Null),
            "{left}"
        );
    }
    let connection = &client("keep_alive")["connection"];
    assert_eq!(
        connection["requests"],
        client("keep_alive")["requests"],
        "it was never opened again: {connection}"
    );
}

/// Unbound holds on to what it has by its own seconds, of which each is twenty of the lab. When each name server
/// went over is held against the lab's own log.
#[tokio::test(flavor = "multi_thread")]
async fn unbound_lags_behind_the_name_servers_and_those_behind_the_labs_log() {
    let ttl = Ttl::from_seconds(2).expect("a TTL");
    let lab = TestLab::applied(Options { ttl, ..instant() }).await;
    let unbound = Unbound::start(&lab, &Settings::default()).await;
    let resolver = unbound.address().to_string();
    let running = watch(&program(&lab, std::slice::from_ref(&resolver)));
    told(&lab, "answer", &[("vantage", &resolver), ("answers", "primary")]).await;
    told(&lab, "active", &[("observed", "primary")]).await;
    break_primary(&lab);
    let moved = told(&lab, "answer", &[("vantage", &resolver), ("answers", "secondary")]).await;
    let published = told(&lab, "phase", &[("phase", "published")]).await;
    let seconds = |event: &Value, key: &str| event[key].as_f64().expect("seconds");
    // It may have asked a name server that was the first to go over.
    let lag = seconds(&moved, "at") - seconds(&told(&lab, "phase", &[("phase", "switched")]).await, "at");
    assert!((-INTERVAL..2.0 * SPEED + seconds(&published, "after") + SLACK).contains(&lag), "{lag} s");
    assert!(moved["ttl"].as_u64().is_some_and(|ttl| ttl <= 2), "{moved}");

    let failover = stopped(running).await;
    let point = of(&failover, "vantages", "vantage", &resolver);
    assert!((seconds(point, "since") - seconds(&moved, "at")).abs() < 0.01, "{point}");
    let zone = Zone::of(&lab).await;
    let sets =
        zone.client.list_resource_record_sets().hosted_zone_id(&zone.id).send().await.expect("records");
    let is_primary = |set: &&aws_sdk_route53::types::ResourceRecordSet| {
        set.name().trim_end_matches('.') == NAME && set.failover() == Some(&Primary)
    };
    let primary = sets.resource_record_sets().iter().find(is_primary).expect("a primary");
    let turns = lab.lab.health_turns();
    let turns = &turns[primary.health_check_id().expect("it is checked")];
    let unhealthy = turns.iter().rfind(|turn| !turn.healthy).expect("it has turned");
    // The two count from different moments: how far they are apart is the same for every name server.
    let mut late: Vec<f64> = Vec::new();
    for (server, known) in lab.lab.ready().nameservers.iter().zip(&unhealthy.known_at_seconds) {
        let went = told(&lab, "answer", &[("vantage", &server.to_string()), ("answers", "secondary")]).await;
        late.push(seconds(&went, "at") - known);
    }
    late.sort_by(f64::total_cmp);
    assert!(late[late.len() - 1] - late[0] < INTERVAL + SLACK, "{late:?}");
}
