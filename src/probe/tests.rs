//! Evidence and what is found in it; replies and which side they are. Values only, no socket.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use hickory_proto::{
    op::ResponseCode,
    rr::{Name, RData, Record, rdata},
};

use super::{
    Answered, Basis, CheckState, Evidence, Expectation, Fetched, Observed, PointerAnswer, Reply, Route53Says,
    ServerAnswer, Severity, SideAddresses, SideHealth, Vantage, Verdict, judge, read_answer,
};
use crate::{
    model::{CheckRole, Side, Ttl},
    spec::{Failover, Format, Spec},
};

const POINTERS: &str = r#"
primary = { bucket = "one-bucket", region = "us-east-1" }
secondary = { bucket = "two-bucket", region = "eu-west-1" }
health_check = { object = "health.txt", contains = "ok", interval = 10 }
"#;

const BALANCERS: &str = r#"
health_check = { object = "health.txt", interval = 10 }
[failover.primary]
bucket = "one-bucket"
region = "us-east-1"
target = { alias = "one.us-east-1.elb.amazonaws.com", hosted_zone_id = "Z35SXDOTRQ7X7K" }
[failover.secondary]
bucket = "two-bucket"
region = "eu-west-1"
target = { alias = "two.eu-west-1.elb.amazonaws.com", hosted_zone_id = "Z32O12XQLNTSW2" }
"#;

fn failover(rest: &str) -> Failover {
    let text =
        format!("hosted_zone = \"example.com\"\n[[failover]]\nname = \"data.example.com\"\nttl = 60\n{rest}");
    let loaded = Spec::parse("failover.toml", &text, Format::Toml);
    loaded.expect("a valid spec").spec.failovers.remove(0)
}

fn server(number: u8) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, number], 53))
}

#[expect(clippy::unnecessary_wraps, reason = "it stands where a server may also have failed")]
fn answers(answered: Answered) -> Result<PointerAnswer, String> {
    Ok(PointerAnswer { answered, ttl: Ttl::from_seconds(60).ok() })
}

fn fetched(status: u16, region: Option<&str>, body: &'static str) -> Fetched {
    Fetched {
        address: Some(server(9)),
        signed: None,
        status,
        region: region.map(|region| region.parse().expect("a region")),
        body: Bytes::from_static(body.as_bytes()),
        took: Duration::from_millis(7),
    }
}

/// A pair as it should be: the primary is healthy, answered by both servers, and serves.
fn well() -> Evidence {
    let servers = [1, 2].map(|number| ServerAnswer {
        vantage: Vantage::authoritative(server(number)),
        authoritative: true,
        result: answers(Answered::Side(Side::Primary)),
    });
    let expectation =
        Expectation { side: Side::Primary, health: [SideHealth::Healthy; 2], basis: Basis::Checkers };
    let data = [Ok(fetched(200, Some("us-east-1"), "ok\n")), Ok(fetched(200, Some("eu-west-1"), "ok\n"))];
    Evidence::new(Some(expectation), servers.to_vec(), data)
}

/// What is found when something of [`well`] is different.
fn when(change: impl FnOnce(&mut Evidence)) -> Verdict {
    let mut evidence = well();
    change(&mut evidence);
    judge(&failover(POINTERS), &evidence)
}

fn faults(verdict: &Verdict) -> Vec<(&'static str, Severity)> {
    let faults = verdict.checks.iter().filter(|finding| !finding.ok);
    faults.map(|finding| (finding.id, finding.severity)).collect()
}

fn detail<'a>(verdict: &'a Verdict, id: &str) -> &'a str {
    &verdict.checks.iter().find(|finding| finding.id == id).expect("it was looked at").detail
}

fn expectation(evidence: &mut Evidence) -> &mut Expectation {
    evidence.expectation.as_mut().expect("there is one")
}

/// A check by what the checkers saw.
fn check(exists: bool, inverted_by_hand: bool) -> CheckState {
    CheckState {
        id: "lab-healthcheck-0001".parse().expect("an id"),
        role: Some(CheckRole::Primary),
        exists,
        healthy: Some(true),
        basis: Some(Basis::CloudWatch),
        since: None,
        inverted_by_hand,
        drill: None,
    }
}

/// From which source each verdict comes is told, and what the budget of calls left out.
#[test]
fn the_sources_of_verdicts_are_told() {
    let verdict = when(|e| {
        let asked = CheckState { basis: Some(Basis::Checkers), role: None, ..check(true, false) };
        e.checks.checks = vec![check(true, false), asked];
    });
    assert_eq!(
        detail(&verdict, "checks.known"),
        "what the health checks say is known by the checkers: lab-healthcheck-0001; by CloudWatch: \
         lab-healthcheck-0001 (primary)"
    );
    let verdict = when(|e| {
        expectation(e).basis = Basis::OwnProbe;
        (e.checks.over_budget, e.checks.patience) = (2, 10);
    });
    assert_eq!(
        detail(&verdict, "checks.known"),
        "what the health checks say could not be read; CloudWatch has nothing new of 2 of them, and no call of \
         GetHealthCheckStatus was free for them within 10 s, so the expectation rests on our own requests"
    );
}

/// Every fault of these says what to do, and what is well says nothing.
#[test]
fn what_is_not_well_comes_with_advice() {
    let verdict = when(|e| {
        expectation(e).health = [SideHealth::Unchecked, SideHealth::Unhealthy];
        expectation(e).basis = Basis::OwnProbe;
        e.checks.checks = vec![check(false, true)];
        e.disabled.push("lab-healthcheck-0001".to_owned());
        e.route53 = Route53Says::Failed("denied".to_owned());
    });
    let mine = ["records.", "primary.", "checks.", "secondary.", "route53."];
    let mine = verdict.checks.iter().filter(|finding| mine.iter().any(|topic| finding.id.starts_with(topic)));
    let told: Vec<_> = mine.map(|finding| (finding.id, finding.ok, finding.advice.is_some())).collect();
    let faults = ["primary.checked", "checks.known", "checks.present", "checks.enabled", "checks.inverted"];
    let faults = faults.into_iter().chain(["secondary.healthy", "route53.agree"]);
    let expected: Vec<_> =
        [("records.present", true, false)].into_iter().chain(faults.map(|id| (id, false, true))).collect();
    assert_eq!(told, expected);
}

/// Where what is known leaves the side open, either is as it should be.
#[test]
fn an_open_side_is_as_it_is_answered() {
    let verdict = when(|e| {
        expectation(e).health[0] = SideHealth::Gone;
        for server in &mut e.servers {
            server.result = answers(Answered::Side(Side::Secondary));
        }
    });
    assert_eq!((verdict.expected, verdict.observed), (Side::Secondary, Observed::Secondary));
    assert_eq!(faults(&verdict), [("checks.present", Error)]);
}

use Severity::{Error, Warning};

/// `id` is stable: these are the names that scripts know.
#[test]
fn all_is_looked_at_and_nothing_is_found_when_all_is_well() {
    let verdict = when(|_| {});
    assert_eq!(
        verdict.checks.iter().map(|finding| finding.id).collect::<Vec<_>>(),
        [
            "records.present",
            "primary.checked",
            "checks.known",
            "checks.present",
            "checks.enabled",
            "checks.inverted",
            "secondary.healthy",
            "authoritative.reachable",
            "authoritative.authority",
            "authoritative.agree",
            "authoritative.expected",
            "authoritative.ttl",
            "data.reachable",
            "data.region",
            "data.contains",
            "standby.reachable",
            "standby.region",
            "standby.contains",
            "sentinel.equal",
        ]
    );
    assert_eq!(faults(&verdict), []);
    assert_eq!((verdict.ok, verdict.expected, verdict.observed), (true, Side::Primary, Observed::Primary));
}

/// Each thing that can be wrong is found under its own name, and nothing else is.
#[test]
fn each_fault_is_found_alone() {
    type Change = fn(&mut Evidence);
    let table: [(Change, &[(&str, Severity)]); 26] = [
        (|e| e.checks.checks = vec![check(true, true)], &[("checks.inverted", Error)]),
        (|e| e.checks.checks = vec![check(false, false)], &[("checks.present", Error)]),
        (|e| e.checks.checks = vec![check(true, false)], &[]),
        (|e| e.route53 = Route53Says::Failed("denied".to_owned()), &[("route53.agree", Warning)]),
        (
            |e| e.route53 = Route53Says::Answers(Answered::Side(Side::Secondary), "ns-1".to_owned()),
            &[("route53.agree", Warning)],
        ),
        (|e| e.route53 = Route53Says::Private, &[]),
        (|e| expectation(e).health[0] = SideHealth::Unchecked, &[("primary.checked", Error)]),
        (|e| expectation(e).health[0] = SideHealth::Gone, &[("checks.present", Error)]),
        (|e| e.disabled.push("lab-healthcheck-0001".to_owned()), &[("checks.enabled", Error)]),
        (|e| e.servers[0].authoritative = false, &[("authoritative.authority", Error)]),
        (|e| expectation(e).basis = Basis::OwnProbe, &[("checks.known", Warning)]),
        (|e| expectation(e).health[0] = SideHealth::Unknown, &[("checks.known", Warning)]),
        (|e| expectation(e).health[1] = SideHealth::Unhealthy, &[("secondary.healthy", Warning)]),
        (|e| expectation(e).health[1] = SideHealth::Unchecked, &[("secondary.healthy", Warning)]),
        (|e| e.servers[1].result = Err("no answer".to_owned()), &[("authoritative.reachable", Error)]),
        (|e| e.servers.clear(), &[("authoritative.reachable", Error), ("authoritative.expected", Error)]),
        (
            |e| e.servers[1].result = answers(Answered::Side(Side::Secondary)),
            &[("authoritative.agree", Error), ("authoritative.expected", Error)],
        ),
        (
            |e| e.servers[1].result = answers(Answered::Nothing("NXDOMAIN".to_owned())),
            &[("authoritative.agree", Error), ("authoritative.expected", Error)],
        ),
        (
            |e| e.servers[1].result = answers(Answered::Other("old.example.org".to_owned())),
            &[("authoritative.agree", Error), ("authoritative.expected", Error)],
        ),
        (|e| expectation(e).side = Side::Secondary, &[("authoritative.expected", Error)]),
        (
            |e| e.servers[0].result.as_mut().expect("an answer").ttl = Ttl::from_seconds(5).ok(),
            &[("authoritative.ttl", Warning)],
        ),
        (|e| e.data[0] = Ok(fetched(503, Some("us-east-1"), "ok")), &[("data.reachable", Error)]),
        (|e| e.data[0] = Err("refused".to_owned()), &[("data.reachable", Error)]),
        (|e| e.data[0] = Ok(fetched(200, Some("eu-west-1"), "ok\n")), &[("data.region", Error)]),
        (
            |e| e.data[0] = Ok(fetched(200, Some("us-east-1"), "ko")),
            &[("data.contains", Error), ("sentinel.equal", Warning)],
        ),
        (|e| e.data[1] = Ok(fetched(403, None, "")), &[("standby.reachable", Warning)]),
    ];
    for (row, (change, expected)) in table.into_iter().enumerate() {
        let verdict = when(change);
        assert_eq!(faults(&verdict), expected, "row {row}");
        assert_eq!(verdict.ok, expected.iter().all(|(_, severity)| *severity == Warning), "row {row}");
    }
}

#[test]
fn without_the_two_records_there_is_nothing_to_expect() {
    let verdict = when(|evidence| evidence.expectation = None);
    assert_eq!(faults(&verdict), [("records.present", Error)]);
    assert!(verdict.checks.iter().all(|finding| finding.id != "checks.known"));
}

#[test]
fn after_a_failover_the_secondary_is_the_active_side() {
    let over = |evidence: &mut Evidence| {
        expectation(evidence).side = Side::Secondary;
        expectation(evidence).health[0] = SideHealth::Unhealthy;
        for server in &mut evidence.servers {
            server.result = answers(Answered::Side(Side::Secondary));
        }
        evidence.data[0] = Err("refused".to_owned());
    };
    let verdict = when(over);
    assert_eq!((verdict.expected, verdict.observed), (Side::Secondary, Observed::Secondary));
    assert_eq!(faults(&verdict), [("standby.reachable", Warning)]);
    assert!(verdict.ok);
}

#[test]
fn what_all_servers_say_together() {
    let observed = |one: Answered, other: Answered| {
        when(|evidence| {
            evidence.servers[0].result = answers(one);
            evidence.servers[1].result = answers(other);
        })
        .observed
    };
    let nothing = || Answered::Nothing("NXDOMAIN".to_owned());
    let side = Answered::Side;
    assert_eq!(observed(side(Side::Primary), side(Side::Primary)), Observed::Primary);
    assert_eq!(observed(side(Side::Secondary), side(Side::Secondary)), Observed::Secondary);
    assert_eq!(observed(side(Side::Primary), side(Side::Secondary)), Observed::Mixed);
    assert_eq!(observed(nothing(), side(Side::Secondary)), Observed::Mixed);
    assert_eq!(observed(nothing(), nothing()), Observed::None);
    let silent = when(|evidence| evidence.servers[0].result = Err("no answer".to_owned()));
    assert_eq!(silent.observed, Observed::Primary, "who says nothing contradicts nobody");
}

#[test]
fn a_fault_says_what_was_seen() {
    let verdict = when(|evidence| {
        evidence.servers[1].result = answers(Answered::Side(Side::Secondary));
        evidence.data[0] = Ok(fetched(403, Some("us-east-1"), ""));
        evidence.data[1] = Err("127.0.2.1:443 refused the connection".to_owned());
    });
    assert_eq!(
        detail(&verdict, "authoritative.agree"),
        "the name servers disagree: 127.0.0.1:53 answers the primary; 127.0.0.2:53 answers the secondary"
    );
    assert_eq!(
        detail(&verdict, "data.reachable"),
        "the primary answered 403: the object is missing, or Block Public Access or the policy of one-bucket hides it"
    );
    assert_eq!(
        detail(&verdict, "standby.reachable"),
        "the secondary could not be asked: 127.0.2.1:443 refused the connection"
    );
}

/// Only S3's own endpoints name a region, and only a pointer has the TTL of the spec.
#[test]
fn an_alias_target_needs_no_region_and_no_ttl_of_ours() {
    let mut evidence = well();
    for side in &mut evidence.data {
        side.as_mut().expect("served").region = None;
    }
    for server in &mut evidence.servers {
        server.result.as_mut().expect("an answer").ttl = Ttl::from_seconds(5).ok();
    }
    assert_eq!(faults(&judge(&failover(BALANCERS), &evidence)), []);
    let pointers = faults(&judge(&failover(POINTERS), &evidence));
    assert_eq!(pointers, [("authoritative.ttl", Warning), ("data.region", Error), ("standby.region", Error)]);
}

fn reply(code: ResponseCode, answers: Vec<Record>) -> Reply {
    Reply::new(code, true, answers)
}

fn record(ttl: u32, data: RData) -> Record {
    Record::from_rdata(Name::from_ascii("data.example.com.").expect("a name"), ttl, data)
}

fn cname(ttl: u32, target: &str) -> Record {
    record(ttl, RData::CNAME(rdata::CNAME(Name::from_ascii(target).expect("a name"))))
}

fn a(ttl: u32, address: [u8; 4]) -> Record {
    record(ttl, RData::A(rdata::A(address.into())))
}

fn read(spec: &str, code: ResponseCode, answers: Vec<Record>) -> PointerAnswer {
    let addresses: SideAddresses =
        [[[192, 0, 2, 1].into()].into(), [[192, 0, 2, 2].into(), [192, 0, 2, 3].into()].into()];
    read_answer(&failover(spec), &reply(code, answers), &addresses)
}

fn answer(answered: Answered, ttl: impl Into<Option<i64>>) -> PointerAnswer {
    PointerAnswer { answered, ttl: ttl.into().and_then(|ttl| Ttl::from_seconds(ttl).ok()) }
}

#[test]
fn a_pointer_is_known_by_the_endpoint_that_it_names() {
    let ok = ResponseCode::NoError;
    let of = |target: &str| read(POINTERS, ok, vec![cname(60, target)]);
    assert_eq!(of("one-bucket.s3.us-east-1.amazonaws.com."), answer(Answered::Side(Side::Primary), 60));
    assert_eq!(of("TWO-bucket.S3.eu-west-1.amazonaws.com."), answer(Answered::Side(Side::Secondary), 60));
    let strange = "one-bucket.s3.eu-west-1.amazonaws.com";
    assert_eq!(
        of(strange),
        answer(Answered::Other(strange.to_owned()), 60),
        "the bucket alone is not enough"
    );
    let chain = vec![
        cname(60, "one-bucket.s3.us-east-1.amazonaws.com."),
        cname(300, "s3-r-w.us-east-1.amazonaws.com."),
        a(5, [192, 0, 2, 9]),
    ];
    assert_eq!(
        read(POINTERS, ok, chain),
        answer(Answered::Side(Side::Primary), 5),
        "an answer lives as long as its shortest-lived record"
    );
}

#[test]
fn any_other_target_is_known_by_its_addresses() {
    let ok = ResponseCode::NoError;
    let of = |address| read(BALANCERS, ok, vec![a(60, address)]);
    assert_eq!(of([192, 0, 2, 1]), answer(Answered::Side(Side::Primary), 60));
    assert_eq!(of([192, 0, 2, 3]), answer(Answered::Side(Side::Secondary), 60));
    assert_eq!(of([192, 0, 2, 9]), answer(Answered::Other("192.0.2.9".to_owned()), 60));
    let both = vec![a(60, [192, 0, 2, 1]), a(30, [192, 0, 2, 2])];
    assert_eq!(
        read(BALANCERS, ok, both),
        answer(Answered::Other("192.0.2.1, 192.0.2.2".to_owned()), 30),
        "both sides at once is neither"
    );
}

#[test]
fn no_answer_says_why() {
    let of = |code| read(POINTERS, code, Vec::new());
    let nothing = |said: &str| answer(Answered::Nothing(said.to_owned()), None);
    assert_eq!(of(ResponseCode::NoError), nothing("no record of this type"));
    assert_eq!(of(ResponseCode::NXDomain), nothing(ResponseCode::NXDomain.to_str()));
    assert_eq!(of(ResponseCode::Refused), nothing(ResponseCode::Refused.to_str()));
}

/// An answer is what the name's own chain of CNAMEs leads to: other names prove nothing, and a circle leads
/// nowhere.
#[test]
fn chains_that_loop_and_records_of_other_names_are_no_side() {
    let ok = ResponseCode::NoError;
    let primary = "one-bucket.s3.us-east-1.amazonaws.com.";
    let owned = |owner: &str, target: &str| {
        let name = |text: &str| Name::from_ascii(text).expect("a name");
        Record::from_rdata(name(owner), 60, RData::CNAME(rdata::CNAME(name(target))))
    };
    let through =
        vec![cname(60, "us-east-1.data.example.com."), owned("us-east-1.data.example.com.", primary)];
    assert_eq!(read(POINTERS, ok, through), answer(Answered::Side(Side::Primary), 60));
    let other = |said: &str, ttl| answer(Answered::Other(said.to_owned()), ttl);
    let circle = vec![cname(60, primary), owned(primary, "data.example.com.")];
    let names = "data.example.com -> one-bucket.s3.us-east-1.amazonaws.com -> data.example.com";
    let said = format!("{names}, a chain of CNAMEs that never ends");
    assert_eq!(read(POINTERS, ok, circle), other(&said, Some(60)));
    let stranger = vec![owned("evil.example.com.", primary)];
    assert_eq!(read(POINTERS, ok, stranger), other("records of other names (evil.example.com)", None));
}
