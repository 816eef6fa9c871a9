//! What is found of buckets, endpoints, checks and targets. Values only, no socket.

use std::time::Duration;

use bytes::Bytes;

use super::{
    super::{Answered, Basis, Expectation, Fetched, PointerAnswer, SideHealth, Vantage},
    Bucket, Evidence, Guard, Owner, Part, ServerAnswer, Severity, Verdict, judge,
};
use crate::{
    model::{CheckConfig, CheckKind, CheckProtocol, EndpointCheck, Side, Ttl},
    spec::{Failover, Format, Spec},
};
use Severity::{Error, Warning};

const HOSTS: [&str; 2] = ["one-bucket.s3.us-east-1.amazonaws.com", "two-bucket.s3.eu-west-1.amazonaws.com"];

pub(super) fn failover(more: &str, check: &str, beside: &str) -> Failover {
    let text = format!(
        "hosted_zone = \"example.com\"\n[[failover]]\nname = \"data.example.com\"\nttl = 60\n{more}\n\
         health_check = {{ {check} }}\n\
         primary = {{ bucket = \"one-bucket\", region = \"us-east-1\" {beside} }}\n\
         secondary = {{ bucket = \"two-bucket\", region = \"eu-west-1\" }}\n"
    );
    Spec::parse("failover.toml", &text, Format::Toml).expect("a valid spec").spec.failovers.remove(0)
}

fn plain() -> Failover {
    failover("", "object = \"health.txt\", contains = \"ok\", interval = 10", "")
}

fn fetched(region: &str) -> Fetched {
    Fetched {
        address: None,
        signed: None,
        status: 200,
        region: region.parse().ok(),
        body: Bytes::from_static(b"ok\n"),
        took: Duration::ZERO,
    }
}

fn endpoint(host: &str) -> EndpointCheck {
    EndpointCheck {
        protocol: CheckProtocol::Https,
        ip_address: None,
        host: Some(host.to_owned()),
        port: 443,
        path: "/health.txt".to_owned(),
        search: Some("ok".to_owned()),
        sni: true,
        interval: 10,
        failure_threshold: 3,
        regions: std::collections::BTreeSet::new(),
    }
}

fn config(kind: CheckKind) -> CheckConfig {
    CheckConfig { kind, inverted: false, disabled: false }
}

/// All is well, and everything was looked at.
pub(super) fn well() -> Evidence {
    let answer = PointerAnswer { answered: Answered::Side(Side::Primary), ttl: Ttl::from_seconds(60).ok() };
    let vantage = Vantage::authoritative(([127, 0, 0, 1], 53).into());
    let servers = vec![ServerAnswer { vantage, authoritative: true, result: Ok(answer) }];
    let expectation =
        Expectation { side: Side::Primary, health: [SideHealth::Healthy; 2], basis: Basis::Checkers };
    let data = [Ok(fetched("us-east-1")), Ok(fetched("eu-west-1"))];
    let mut evidence = Evidence::new(Some(expectation), servers, data);
    evidence.behind.buckets = ["one-bucket", "two-bucket"].map(|name| {
        vec![Bucket { name: name.parse().expect("a name"), part: Part::Data, owner: Owner::Own }]
    });
    evidence.behind.guards = Some(HOSTS.map(|host| Guard {
        leads_to: host.parse().ok(),
        checks: vec![config(CheckKind::Endpoint(endpoint(host)))],
    }));
    evidence
}

fn faults(verdict: &Verdict) -> Vec<(&'static str, Severity)> {
    let faults = verdict.checks.iter().filter(|finding| !finding.ok);
    faults.map(|finding| (finding.id, finding.severity)).collect()
}

fn found(failover: &Failover, change: impl FnOnce(&mut Evidence)) -> Vec<(&'static str, Severity)> {
    let mut evidence = well();
    change(&mut evidence);
    let verdict = judge(failover, &evidence);
    for finding in &verdict.checks {
        assert_eq!(finding.ok, finding.advice.is_none(), "{finding:?} has no advice");
    }
    faults(&verdict)
}

fn guard(evidence: &mut Evidence, side: usize) -> &mut Guard {
    &mut evidence.behind.guards.as_mut().expect("they were looked at")[side]
}

fn check(evidence: &mut Evidence, side: usize) -> &mut EndpointCheck {
    match &mut guard(evidence, side).checks[0].kind {
        CheckKind::Endpoint(endpoint) => endpoint,
        _ => panic!("an endpoint check"),
    }
}

#[test]
fn nothing_is_found_when_all_is_well() {
    assert_eq!(found(&plain(), |_| {}), []);
    let ids = judge(&plain(), &well()).checks.into_iter().map(|finding| finding.id).collect::<Vec<_>>();
    for id in ["data.owner", "standby.owner", "check.endpoint", "check.meaningful", "sentinel.equal"] {
        assert!(ids.contains(&id), "{id} was not looked at");
    }
}

#[test]
fn each_fault_behind_the_name_is_found_alone() {
    type Change = fn(&mut Evidence);
    let other = || Owner::Other { expected: "111122223333".to_owned() };
    let rows: [(Change, &[(&str, Severity)]); 19] = [
        (
            |e| e.data[1].as_mut().expect("served").body = Bytes::from_static(b"up\n"),
            &[("standby.contains", Warning), ("sentinel.equal", Warning)],
        ),
        (|e| e.behind.buckets[0][0].owner = Owner::Nobody, &[("data.owner", Error)]),
        (|e| e.behind.buckets[1][0].owner = Owner::Nobody, &[("standby.owner", Error)]),
        (|e| e.behind.buckets[1][0].owner = Owner::Unknown("403".to_owned()), &[("standby.owner", Warning)]),
        (|e| e.data[1] = Ok(fetched("us-east-1")), &[("standby.region", Error)]),
        (
            |e| e.data[1].as_mut().expect("served").body = Bytes::from_static(b"ok, old\n"),
            &[("sentinel.equal", Warning)],
        ),
        (|e| check(e, 0).host = Some(HOSTS[1].to_owned()), &[("check.endpoint", Error)]),
        (|e| check(e, 1).host = Some(HOSTS[0].to_owned()), &[("check.endpoint", Error)]),
        (|e| check(e, 0).host = Some("data.example.com".to_owned()), &[("check.endpoint", Error)]),
        (
            |e| check(e, 0).host = Some("x.s3.us-east-1.amazonaws.com".to_owned()),
            &[("check.endpoint", Error)],
        ),
        (|e| check(e, 0).ip_address = "203.0.113.9".parse().ok(), &[("check.endpoint", Error)]),
        (|e| check(e, 0).path = "/old.txt".to_owned(), &[("check.endpoint", Warning)]),
        (|e| check(e, 0).port = 8_443, &[("check.endpoint", Warning)]),
        (
            |e| guard(e, 1).leads_to = "x.s3.eu-west-1.amazonaws.com".parse().ok(),
            &[("check.endpoint", Error)],
        ),
        (|e| check(e, 0).protocol = CheckProtocol::Tcp, &[("check.meaningful", Warning)]),
        (|e| check(e, 0).search = Some("Code".to_owned()), &[("check.meaningful", Warning)]),
        (
            |e| guard(e, 0).checks.push(config(CheckKind::Calculated { children: vec![], threshold: 0 })),
            &[("check.meaningful", Error)],
        ),
        (
            |e| guard(e, 0).checks.push(config(CheckKind::Calculated { children: vec![], threshold: 1 })),
            &[("check.meaningful", Error)],
        ),
        (
            |e| check(e, 0).host = Some("s3-website-us-east-1.amazonaws.com".to_owned()),
            &[("check.endpoint", Error), ("check.meaningful", Error)],
        ),
    ];
    for (row, (change, expected)) in rows.into_iter().enumerate() {
        assert_eq!(found(&plain(), change), expected, "row {row}");
    }
    assert_eq!(found(&plain(), |e| e.behind.buckets[0][0].owner = other()), [("data.owner", Error)]);
}

/// What looks elsewhere on purpose: the switch, which is inverted; a sentinel; and what others look at.
#[test]
fn what_looks_elsewhere_on_purpose_is_well() {
    let switch = |e: &mut Evidence| {
        let looks = CheckKind::Endpoint(endpoint(HOSTS[1]));
        guard(e, 0).checks.push(CheckConfig { inverted: true, ..config(looks) });
    };
    assert_eq!(found(&plain(), switch), []);
    let check = "object = \"health.txt\", contains = \"ok\", interval = 10";
    let apart = failover("", check, ", sentinel_bucket = \"one-sentinel\"");
    let sentinel = |host: &'static str| {
        move |e: &mut Evidence| self::check(e, 0).host = Some(format!("{host}.s3.us-east-1.amazonaws.com"))
    };
    assert_eq!(found(&apart, sentinel("one-sentinel")), []);
    assert_eq!(found(&apart, sentinel("one-bucket")), [("check.endpoint", Error)]);
    // What stands in two sentinel buckets may differ, since nothing replicates between them.
    let differs = |e: &mut Evidence| {
        sentinel("one-sentinel")(e);
        e.data[1].as_mut().expect("served").body = Bytes::from_static(b"ok, of the other region\n");
    };
    assert_eq!(found(&apart, differs), []);
    // Without the text the check will not let the side come back, and nothing else says so.
    let wordless = |e: &mut Evidence| {
        sentinel("one-sentinel")(e);
        e.data[1].as_mut().expect("served").body = Bytes::from_static(b"up\n");
    };
    assert_eq!(found(&apart, wordless), [("standby.contains", Warning)]);
}

#[test]
fn a_redirect_is_healthy_unless_a_text_is_looked_for() {
    let redirect = |search: Option<&str>| {
        let search = search.map(str::to_owned);
        move |e: &mut Evidence| {
            check(e, 1).search = search;
            e.data[1].as_mut().expect("served").status = 301;
        }
    };
    let text = [("standby.reachable", Warning)];
    assert_eq!(found(&plain(), redirect(Some("ok"))), text);
    let none = [("standby.reachable", Warning), ("check.meaningful", Error)];
    assert_eq!(found(&plain(), redirect(None)), none);
}

#[test]
fn a_bucket_that_s3_does_not_know_is_anybodys() {
    let gone = |e: &mut Evidence| {
        e.behind.buckets = [vec![], vec![]];
        let data = e.data[1].as_mut().expect("served");
        (data.status, data.region) = (404, None);
    };
    assert_eq!(found(&plain(), gone), [("standby.reachable", Error), ("standby.owner", Error)]);
}

#[test]
fn a_target_is_held_against_the_settings() {
    let check = "object = \"health.txt\", contains = \"ok\", interval = 10";
    let with = |target: u32| failover(&format!("target_seconds = {target}"), check, "");
    assert_eq!(found(&with(119), |_| {}), []);
    assert_eq!(found(&with(118), |_| {}), [("target.attainable", Warning)]);
    let verdict = judge(&with(60), &well());
    let told = verdict.checks.iter().find(|finding| finding.id == "target.attainable").expect("it is there");
    insta::assert_snapshot!(
        format!("{}\n{}", told.detail, told.advice.as_deref().unwrap_or_default()),
        @"
    a failover may take 119 s, and 60 s are wanted: an interval of 10 s, 3 times in a row, is too slow
    write failure_threshold = 2 and ttl = 19 in the spec, and apply it
    "
    );
    assert!(judge(&plain(), &well()).checks.iter().all(|finding| finding.id != "target.attainable"));
    let document = serde_json::to_value(&verdict).expect("a document");
    assert_eq!(document["target_seconds"], 60);
    assert_eq!(document["expected_recovery_seconds"]["worst"], 119.0);
}
