//! `watch`: tells what changes, and waits until it is so.

use std::time::Duration;

use s3_failover::lab::{Fault, NameServerFault};
use serde_json::Value;

use super::support::{ENDPOINTS, NAME, Program, Running, TestLab, answered, eventually, instant};

/// Of the labs and of the programs.
const SPEED: f64 = 20.0;
const SOON: Duration = Duration::from_secs(30);

/// The program, in the lab's time.
fn program(lab: &TestLab) -> Program {
    lab.program().with("S3_FAILOVER_LAB_SPEED", SPEED.to_string())
}

fn break_primary(lab: &TestLab, fault: Fault) {
    lab.lab.set_fault(&"us-east-1".parse().expect("a region"), fault).expect("the lab has this region");
}

/// The events that were written so far; each line is a document.
fn events(lab: &TestLab) -> Vec<Value> {
    let text = std::fs::read_to_string(lab.folder().join("events.jsonl")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).expect("a document")).collect()
}

/// Waits until an event was written of which this is true, from the `from`-th on; says which.
async fn told(lab: &TestLab, what: &str, from: usize, is_it: impl Fn(&Value) -> bool) -> usize {
    eventually(what, SOON, async || {
        let all = events(lab);
        let found = all.iter().skip(from).position(&is_it);
        found.map(|index| from + index).ok_or_else(|| Value::from(all))
    })
    .await
}

fn active(observed: &str) -> impl Fn(&Value) -> bool {
    move |event| event["event"] == "active" && event["observed"] == observed
}

async fn end(running: Running, signal: &str) -> super::support::Ran {
    running.signal(signal).await;
    running.ended().await
}

/// A fault, and everybody has the secondary: name servers, and the resolver when what it had kept has expired.
#[tokio::test(flavor = "multi_thread")]
async fn it_waits_for_the_secondary() {
    let lab = TestLab::applied(instant()).await;
    let arguments =
        ["watch", "--until", "secondary", "--timeout", "30m", "--events", "events.jsonl", "-o", "json"];
    let running = program(&lab).start(&arguments);
    let from = told(&lab, "the primary is active", 0, active("primary")).await;
    break_primary(&lab, Fault::Http503);
    let ran = running.ended().await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let document = ran.json();
    assert_eq!((&document["ok"], &document["ended"]), (&true.into(), &"met".into()), "{ran}");
    let failover = &document["failovers"][0];
    assert_eq!(failover["observed"], "secondary", "{ran}");
    assert_eq!(failover["resolvers"], "secondary", "{ran}");
    assert_eq!(failover["changes"], 1, "{ran}");
    let vantages = failover["vantages"].as_array().expect("vantage points");
    assert_eq!(vantages.len(), 5, "{ran}");
    assert!(vantages.iter().all(|vantage| vantage["answers"] == "secondary"), "{ran}");
    let phase = |name: &str| failover["change"]["phases"][name].as_f64();
    let (published, cached) = (phase("published").expect("passed"), phase("cached").expect("passed"));
    assert!(published <= cached, "{ran}");
    assert_eq!(failover["endpoints"][0]["status"], 503, "{ran}");
    assert_eq!(failover["endpoints"][1]["region"], "eu-west-1", "{ran}");
    let all = events(&lab);
    assert_eq!(all[0]["schema"], "s3-failover/watch/v1");
    assert_eq!(all.last().expect("events")["event"], "ended");
    assert!(all[from..].iter().any(active("secondary")), "{all:#?}");
    let phases: Vec<&Value> = all.iter().filter(|event| event["phase"] == "published").collect();
    assert_eq!(phases.len(), 1, "{all:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_comes_ends_with_1_and_the_last_state() {
    let lab = TestLab::applied(instant()).await;
    let ran = program(&lab).run(&["watch", "--until", "secondary", "--timeout", "20s", "-o", "json"]).await;
    assert_eq!(ran.code, Some(1), "{ran}");
    let document = ran.json();
    assert_eq!((&document["ok"], &document["ended"]), (&false.into(), &"timed_out".into()), "{ran}");
    assert_eq!(document["failovers"][0]["observed"], "primary", "{ran}");
    let last = "the time was over before it came: every vantage point to answer the secondary\n";
    assert!(ran.stderr.ends_with(last), "{ran}");
    // Nothing is waited for: that the time is over is the end that was asked for.
    let ran = program(&lab).run(&["watch", "--timeout", "2s"]).await;
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran}");
}

/// One name server, the resolver: each thing that is seen for the first time is a line, and the state follows.
#[tokio::test(flavor = "multi_thread")]
async fn lines_for_people() {
    let lab = TestLab::applied(instant()).await;
    answered(&lab, NAME, ENDPOINTS[0]).await;
    let server = lab.lab.ready().nameservers[0].to_string();
    // In our own time: in the lab's, a quarter of a second without an answer would be a line, too.
    let arguments = ["watch", "--until", "expected", "--timeout", "5m", "--nameserver", &server];
    let ran = lab.program().run(&arguments).await;
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran}");
    let resolver = lab.lab.ready().resolver.to_string();
    let (lines, summary): (Vec<&str>, Vec<&str>) =
        ran.stdout.lines().partition(|line| line.contains(" s  data.example.com: "));
    let mut lines: Vec<String> = lines
        .into_iter()
        .map(|line| line.split_once(" s  ").expect("a moment").1)
        .map(|line| line.replace(&server, "NAME-SERVER").replace(&resolver, "RESOLVER"))
        .map(|line| line.split(", TTL").next().expect("a line").to_owned())
        .collect();
    lines.sort();
    insta::assert_snapshot!(lines.join("\n"), @"
    data.example.com: name server NAME-SERVER answers primary
    data.example.com: resolver RESOLVER answers primary
    data.example.com: the keep-alive client has its bytes from the primary
    data.example.com: the name servers answer the primary
    data.example.com: the pinned client has its bytes from the primary
    data.example.com: the pointer client has its bytes from the primary
    data.example.com: the primary ought to be answered
    data.example.com: the primary's endpoint serves its object
    data.example.com: the secondary's endpoint serves its object
    ");
    assert!(summary[0].starts_with("data.example.com: name servers answer primary for "), "{ran}");
    assert!(summary[0].ends_with("; primary ought to be"), "{ran}");
    assert_eq!(summary.len(), 8, "two vantage points, two endpoints, three clients: {ran}");
}

/// It falls silent, which is news; and it comes back, which is news too.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_server_that_dies_and_comes_back() {
    let lab = TestLab::applied(instant()).await;
    // In our own time, so that no other one is silent because the machine is busy.
    let running = lab.program().start(&["watch", "--events", "events.jsonl", "-q"]);
    let from = told(&lab, "the primary is active", 0, active("primary")).await;
    let server = lab.lab.ready().nameservers[1].to_string();
    let answers = |said: &'static str| {
        let server = server.clone();
        move |event: &Value| {
            event["event"] == "answer" && event["vantage"] == server && event["answers"] == said
        }
    };
    told(&lab, "it answers", 0, answers("primary")).await;
    lab.lab.set_name_server_fault(1, NameServerFault::Silent).expect("a name server");
    let from = told(&lab, "it is silent", from, answers("no answer")).await;
    let silent = &events(&lab)[from];
    assert!(silent["why"].as_str().expect("a reason").contains("did not answer within 5 s"), "{silent}");
    assert_eq!(silent["before"], "primary");
    lab.lab.set_name_server_fault(1, NameServerFault::None).expect("a name server");
    told(&lab, "it answers again", from, answers("primary")).await;
    let ran = end(running, "TERM").await;
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran}");
    assert!(
        !events(&lab)[from..].iter().any(|event| event["event"] == "active"),
        "the others have not changed"
    );
}

/// Stopped: with 0 when nobody waited for anything, with 130 when somebody did.
#[tokio::test(flavor = "multi_thread")]
async fn it_can_be_stopped() {
    let lab = TestLab::applied(instant()).await;
    for signal in ["INT", "TERM"] {
        for (until, code, why) in
            [(&[][..], 0, "stopped"), (&["--until", "secondary"][..], 130, "interrupted")]
        {
            let before = events(&lab).len();
            let running = program(&lab).start(&[&["watch", "--events", "events.jsonl"][..], until].concat());
            told(&lab, "the primary is active", before, active("primary")).await;
            let ran = end(running, signal).await;
            assert_eq!(ran.code, Some(code), "{ran}");
            let all = events(&lab);
            assert_eq!(all.last().expect("events")["why"], why, "{ran}");
            assert_eq!(all[before]["schema"], "s3-failover/watch/v1", "each run appends its own");
            assert!(ran.stdout.contains("data.example.com: name servers answer primary for "), "{ran}");
        }
    }
}

/// All of the spec, or those that are named.
#[tokio::test(flavor = "multi_thread")]
async fn two_failovers() {
    let lab = TestLab::start(instant()).await;
    let text = lab.lab.spec_toml();
    let (_, failover) = text.split_once("[[failover]]").expect("a failover");
    let other = failover.replace("data.example.com", "other.example.com");
    lab.write_spec(&format!("{text}\n[[failover]]{other}"));
    let ran = lab.program().run(&["apply", "--yes", "--only", NAME]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let wait = ["watch", "--until", "primary", "-o", "json", "--timeout"];
    let ran = lab.program().run(&[&wait[..], &["5m", "--only", NAME]].concat()).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let ran = lab.program().run(&[&wait[..], &["5s"]].concat()).await;
    assert_eq!(ran.code, Some(1), "the other is not there: {ran}");
    let document = ran.json();
    let of = |index: usize| &document["failovers"][index];
    assert_eq!((&of(0)["name"], &of(0)["observed"]), (&NAME.into(), &"primary".into()), "{ran}");
    assert_eq!((&of(1)["observed"], &of(1)["expected"]), (&"none".into(), &Value::Null), "{ran}");
    assert_eq!(of(1)["vantages"][0]["answers"], "Non-Existent Domain", "{ran}");
}

/// Without AWS it goes on, by DNS alone; that it cannot read is news.
#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_are_gone_are_news_and_no_end() {
    let lab = TestLab::applied(instant()).await;
    let without = program(&lab).with("AWS_ENDPOINT_URL_ROUTE_53", "http://127.0.0.1:1");
    let ran = without.run(&["watch", "--until", "primary", "--timeout", "30m", "-o", "json"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let running = without.start(&["watch", "--events", "events.jsonl", "-q"]);
    told(&lab, "it cannot read", 0, |event| event["event"] == "unread").await;
    let ran = end(running, "INT").await;
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(ran.stdout.contains("what ought to be is not known"), "{ran}");
}

/// `| head`: the reader goes, and so does the watch.
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_goes_away_ends_it() {
    let lab = TestLab::applied(instant()).await;
    for (arguments, code) in
        [(&["watch"][..], 0), (&["watch", "--events", "-", "-q"], 0), (&["watch", "--until", "secondary"], 1)]
    {
        let mut running = program(&lab).start(arguments);
        running.hang_up();
        let ran = running.ended().await;
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(code), ""), "{ran}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_use() {
    let lab = TestLab::start(instant()).await;
    for (arguments, said) in [
        (&["--interval", "0s"][..], "write 10ms or more"),
        (&["--interval", "9ms"], "write 10ms or more"),
        (&["--interval", "fast"], "`fast` is no duration"),
        (&["--timeout", "0s"], "write more than 0s"),
        (&["--until", "tomorrow"], "[possible values: primary, secondary, consistent, expected]"),
        (&["--events", "no/such/folder"], "could not write no/such/folder"),
        (&["--events", "-", "-o", "json"], "stdout cannot carry both"),
        (&["--only", "nobody.example.com"], "nobody.example.com"),
    ] {
        let ran = program(&lab).run(&[&["watch"], arguments].concat()).await;
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran}");
        assert!(ran.stderr.contains(said), "{ran}");
    }
}
