//! `failover`: switched by hand, with nothing but S3 and DNS, and not by accident.

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use hickory_proto::{
    op::{Message, ResponseCode},
    rr::{Name, RData, RecordType, rdata},
};
use s3_failover::lab::{Fault, ReplicationDelay};
use serde_json::{Value, json};

use super::support::{
    Action, DnsServer, ENDPOINTS, NAME, Program, Proxy, Reaction, Recorded, TestLab, answered, eventually,
    held, instant, nothing_of, record, reply,
};

/// How a server reacts to a question.
type Mind = Arc<dyn Fn(&Message) -> Reaction + Send + Sync>;

pub(super) const SWITCH: &str = "failover/force-secondary";
pub(super) const SECONDARY: &str = "my-app-data-eu-west-1";

/// The program, as somebody whose name is known. Slower than the lab, so that a busy machine's hiccups are no lost
/// answers: what is waited for comes early by its clock.
pub(super) fn program(lab: &TestLab) -> Program {
    lab.program().with("S3_FAILOVER_LAB_SPEED", "4").with("USER", "ana")
}

pub(super) fn break_region(lab: &TestLab, region: &str, fault: Fault) {
    lab.lab.set_fault(&region.parse().expect("a region"), fault).expect("the lab has this region");
}

/// Nothing crosses from one region to the other any more, or again.
pub(super) fn pause(lab: &TestLab, from: &str, to: &str, paused: bool) {
    let delay = ReplicationDelay { paused, ..ReplicationDelay::default() };
    let region = |text: &str| text.parse().expect("a region");
    lab.lab.set_replication_delay(&region(from), &region(to), delay).expect("regions of the lab");
}

/// What stands in the switch object; nothing when it is not there.
pub(super) async fn thrown(lab: &TestLab) -> Option<Value> {
    let got = lab.s3("eu-west-1").get_object().bucket(SECONDARY).key(SWITCH).send().await.ok()?;
    let body = got.body.collect().await.expect("a body").into_bytes();
    Some(serde_json::from_slice(&body).unwrap_or_else(|_| json!(String::from_utf8_lossy(&body))))
}

/// Puts the switch by hand.
pub(super) async fn put(lab: &TestLab, text: &'static str) {
    let body = aws_sdk_s3::primitives::ByteStream::from_static(text.as_bytes());
    let put = lab.s3("eu-west-1").put_object().bucket(SECONDARY).key(SWITCH).body(body);
    put.send().await.expect("an object");
}

/// Whether anybody may put the switch.
async fn may_be_put(lab: &TestLab, may: bool) {
    let of = |key: &str| format!("arn:aws:s3:::{SECONDARY}/{key}");
    let mut statements = vec![json!({
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
        "Resource": [of("failover/health.txt"), of(SWITCH)],
    })];
    let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": of(SWITCH)});
    statements.extend((!may).then_some(deny));
    let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let put = lab.s3("eu-west-1").put_bucket_policy().bucket(SECONDARY).policy(policy);
    put.send().await.expect("a policy");
}

/// The keys that are left of what lag was measured with.
pub(super) async fn left_to_measure(lab: &TestLab) -> usize {
    let mut left = 0;
    for (bucket, region) in [("my-app-data-us-east-1", "us-east-1"), (SECONDARY, "eu-west-1")] {
        let list = lab.s3(region).list_objects_v2().bucket(bucket).prefix("s3-failover/");
        left += list.send().await.expect("a list").key_count().unwrap_or_default();
    }
    left.try_into().expect("a number of keys")
}

/// What each guard said: its name, and whether it let pass.
pub(super) fn guards(document: &Value) -> Vec<(String, Value, bool)> {
    let guards = document["failovers"][0]["guards"].as_array().expect("guards");
    let guard = |guard: &Value| {
        let overridden = guard["overridden"].as_bool().expect("said or not");
        (guard["id"].as_str().expect("a name").to_owned(), guard["ok"].clone(), overridden)
    };
    guards.iter().map(guard).collect()
}

/// Which API was asked for what, without S3.
fn other_calls(lab: &TestLab) -> Vec<String> {
    let calls = lab.lab.calls();
    let others = calls.iter().filter(|call| call.service != "s3");
    others.map(|call| format!("{}:{}", call.service, call.operation)).collect()
}

/// Issue: "with no Route 53 API call at all; a test refuses every Route 53 call and it still works". So is every call
/// of CloudWatch and STS.
#[tokio::test(flavor = "multi_thread")]
async fn it_switches_while_every_control_plane_refuses() {
    let lab = TestLab::answering(instant()).await;
    let refuse = |_: &super::support::Call| Action::Fail(503, "ServiceUnavailable", "down");
    let proxy = Proxy::with(&lab, refuse).await;
    lab.lab.forget_calls();
    let mut program = program(&lab);
    for service in ["ROUTE_53", "CLOUDWATCH", "STS"] {
        program = program.with(&format!("AWS_ENDPOINT_URL_{service}"), proxy.url());
    }
    let ran = program.run(&["failover", "--yes", "--reason", "us-east-1 is down", "-o", "json"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(
        ran.stderr.starts_with(&format!("failover of {NAME}: from the primary (my-app-data-us-east-1")),
        "{ran}"
    );
    let document = ran.json();
    assert_eq!(
        (&document["schema"], &document["ok"]),
        (&json!("s3-failover/switch/v1"), &json!(true)),
        "{ran}"
    );
    assert_eq!(document["direction"], "failover", "{ran}");
    let one = &document["failovers"][0];
    assert_eq!((&one["outcome"], &one["lag"]["basis"]), (&json!("switched"), &json!("measured")), "{ran}");
    let names =
        ["switch.declared", "secondary.healthy", "secondary.current", "switch.writable", "name.answered"];
    let expected: Vec<_> = names.map(|name| (name.to_owned(), json!(true), false)).to_vec();
    assert_eq!(guards(&document), expected, "{ran}");
    let phases =
        ["detect_publish", "cache", "client"].map(|phase| one["phases"][phase].as_f64().expect("passed"));
    let whole = one["seconds"].as_f64().expect("everybody is there");
    assert!(phases[0] > 0.0 && phases.iter().sum::<f64>() <= whole + 0.01, "{ran}");
    assert_eq!(one["switched"].as_array().expect("name servers").len(), 4, "{ran}");
    assert_eq!((&one["left"], &one["problems"]), (&json!([]), &json!([])), "{ran}");

    let note = thrown(&lab).await.expect("it is thrown");
    assert_eq!((&note["by"], &note["reason"]), (&json!("ana"), &json!("us-east-1 is down")), "{note}");
    assert_eq!(note["failover"], NAME, "{note}");
    assert!(note["host"].is_string() && note["at"].is_string(), "{note}");
    assert_eq!((proxy.calls().len(), other_calls(&lab)), (0, Vec::<String>::new()), "{ran}");
    assert_eq!(left_to_measure(&lab).await, 0, "what lag was measured with is gone");

    // Run again, it finds it done.
    let again = program.run(&["failover", "--yes"]).await;
    assert_eq!(again.code, Some(0), "{again}");
    assert!(again.stderr.contains("the switch is already there, thrown by ana at "), "{again}");
    assert!(again.stderr.contains("(us-east-1 is down)"), "{again}");
    assert!(
        again.stdout.starts_with(&format!("{NAME} answers the secondary: nothing was to be done")),
        "{again}"
    );
}

/// Route 53's endpoint is not even a name, and the zone is known by its id alone: its name servers are found by walking
/// up from the failover's name.
#[tokio::test(flavor = "multi_thread")]
async fn it_finds_the_name_servers_of_a_zone_by_its_delegation() {
    let lab = TestLab::answering(instant()).await;
    let zone = held(&lab.route53()).await.zone;
    lab.edit_spec("hosted_zone = \"example.com\"", &format!("hosted_zone = \"{zone}\""));
    let (ready, resolver) = (lab.lab.ready().clone(), Ipv4Addr::new(127, 0, 93, 1));
    let server = |number: u8| Ipv4Addr::new(127, 0, 93, 10 + number);
    let lab_resolver = ready.resolver;
    let mind = move |question: &Message| {
        let query = question.queries.first().expect("a question");
        let (name, kind) = (query.name().to_ascii().to_ascii_lowercase(), query.query_type());
        let mut message = reply(question, ResponseCode::NoError, false);
        let number = name.strip_prefix("ns-").and_then(|rest| rest.split('.').next()?.parse::<u8>().ok());
        match (name.as_str(), kind, number) {
            ("example.com.", RecordType::NS, _) => message.answers.extend((1..=4).map(|number| {
                let name = Name::from_ascii(format!("ns-{number}.route53-lab.invalid.")).expect("a name");
                record("example.com.", 300, RData::NS(rdata::NS(name)))
            })),
            (name, RecordType::A, Some(number)) => {
                message.answers.push(record(name, 300, RData::A(rdata::A(server(number)))));
            }
            _ => return Reaction::As(lab_resolver),
        }
        Reaction::Says(message)
    };
    let mut minds: Vec<(std::net::IpAddr, Mind)> = vec![(resolver.into(), Arc::new(mind))];
    for (number, real) in (1..).zip(ready.nameservers.clone()) {
        minds.push((server(number).into(), Arc::new(move |_: &Message| Reaction::As(real))));
    }
    let servers = DnsServer::start_all(minds).await;
    let port = servers[0].address.port().to_string();
    lab.lab.forget_calls();
    let program = program(&lab).with("S3_FAILOVER_NAMESERVERS", "");
    let program = program.with("S3_FAILOVER_RESOLVERS", format!("{resolver}:{port}"));
    let program = program.with("S3_FAILOVER_LAB_DNS_PORT", port);
    let ran = program.run(&["failover", NAME, "--yes", "-o", "json"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let switched = ran.json()["failovers"][0]["switched"].as_array().expect("name servers").clone();
    assert_eq!(switched.len(), 4, "{ran}");
    assert!(
        switched.iter().all(|one| one["server"].as_str().is_some_and(|at| at.starts_with("127.0.93."))),
        "{ran}"
    );
    assert_eq!(other_calls(&lab), Vec::<String>::new(), "{ran}");
}

/// And with an endpoint that has no address, in nobody's time but our own.
#[tokio::test(flavor = "multi_thread")]
async fn it_switches_while_route53_has_no_address() {
    let lab = TestLab::answering(instant()).await;
    let ran = program(&lab)
        .with("AWS_ENDPOINT_URL_ROUTE_53", "http://route53.invalid")
        .run(&["failover", "--yes", "--timeout", "60s"])
        .await;
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(thrown(&lab).await.is_some(), "{ran}");
}

/// Each guard by itself, refusing and overridden: nothing is changed by the one, and the other says what it passed by.
#[tokio::test(flavor = "multi_thread")]
async fn each_guard_refuses_and_is_overridden_by_force() {
    let lab = TestLab::answering(instant()).await;
    let program = program(&lab);
    let refused = async |options: &[&str], guard: &str, way_out: &str| {
        let ran = program.run(&[&["failover", "--yes", "-o", "json"], options].concat()).await;
        assert_eq!(ran.code, Some(4), "{ran}");
        assert!(ran.stderr.contains("refused: failover was refused; nothing was changed"), "{ran}");
        assert!(ran.stderr.contains(&format!("because: {NAME}: {guard}: ")), "{ran}");
        assert!(ran.stderr.contains(way_out), "{ran}");
        let document = ran.json();
        assert_eq!(document["failovers"][0]["outcome"], "refused", "{ran}");
        let not_ok: Vec<String> =
            guards(&document).into_iter().filter(|(_, ok, _)| ok != true).map(|(id, ..)| id).collect();
        assert_eq!(not_ok, [guard], "{ran}");
        assert_eq!(thrown(&lab).await, None, "{ran}");
    };
    // Not current: the measure is of now, and what is waited for is not there.
    pause(&lab, "us-east-1", "eu-west-1", true);
    refused(&["--max-lag", "1s"], "secondary.current", "`--max-lag TIME` accepts more").await;
    let dry = program.run(&["failover", "--dry-run", "--max-lag", "1s", "-o", "json"]).await;
    assert!(matches!(dry.code, Some(0 | 4)), "{dry}");
    assert_eq!(left_to_measure(&lab).await, 0, "{dry}");
    let forced = program.run(&["failover", "--yes", "--force", "--max-lag", "1s", "-o", "json"]).await;
    assert_eq!(forced.code, Some(0), "{forced}");
    assert!(forced.stderr.contains("  overridden by --force: secondary.current: "), "{forced}");
    let overridden: Vec<String> = guards(&forced.json())
        .into_iter()
        .filter(|(.., overridden)| *overridden)
        .map(|(id, ..)| id)
        .collect();
    assert_eq!(overridden, ["secondary.current"], "{forced}");
    let delete = lab.s3("eu-west-1").delete_object().bucket(SECONDARY).key(SWITCH);
    delete.send().await.expect("it is taken back");
    pause(&lab, "us-east-1", "eu-west-1", false);

    // Not healthy: strangers get nothing from the secondary.
    break_region(&lab, "eu-west-1", Fault::BlockPublic);
    refused(&[], "secondary.healthy", "clients would be led to a side that does not answer").await;
    let forced = program.run(&["failover", "--yes", "--force"]).await;
    assert!(forced.stderr.contains("  overridden by --force: secondary.healthy: "), "{forced}");
    // Thrown, and no checker sees it: that is told with its reason, and waited for by nobody.
    assert_eq!(forced.code, Some(1), "{forced}");
    assert!(forced.stdout.contains("strangers get status 403 for s3://my-app-data-eu-west-1/"), "{forced}");
    assert!(thrown(&lab).await.is_some(), "{forced}");
    break_region(&lab, "eu-west-1", Fault::None);
    let delete = lab.s3("eu-west-1").delete_object().bucket(SECONDARY).key(SWITCH);
    delete.send().await.expect("it is taken back");

    // Not writable: somebody who may read it and no more.
    may_be_put(&lab, false).await;
    refused(&[], "switch.writable", "or without leave to write there").await;
    let forced = program.run(&["failover", "--yes", "--force"]).await;
    assert_eq!((forced.code, thrown(&lab).await), (Some(3), None), "{forced}");
    assert!(
        forced.stderr.contains("could not put s3://my-app-data-eu-west-1/failover/force-secondary"),
        "{forced}"
    );
    may_be_put(&lab, true).await;

    // No switch at all: nothing can be forced.
    lab.edit_spec("[failover.switch]\nobject = \"failover/force-secondary\"\n", "");
    refused(&["--force"], "switch.declared", "[failover.switch]\n    object = \"failover/force-secondary\"")
        .await;
}

/// Nobody can be asked, and nobody has said yes: nothing is written, not even to measure with.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_yes_nothing_is_written() {
    let lab = TestLab::applied(instant()).await;
    lab.lab.forget_calls();
    let ran = program(&lab).run(&["failover"]).await;
    assert_eq!(ran.code, Some(4), "{ran}");
    let dry = program(&lab).run(&["failover", "--dry-run"]).await;
    assert_eq!(dry.code, Some(0), "{dry}");
    assert!(dry.stdout.contains("would be switched to the secondary; nothing was changed"), "{dry}");
    assert_eq!(left_to_measure(&lab).await, 0, "{dry}");
    assert_eq!(thrown(&lab).await, None);
}

/// The primary is dead: how far behind the secondary is cannot be measured, and what replicated last says it.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_primary_is_judged_by_what_it_sent_last() {
    let lab = TestLab::answering(instant()).await;
    let secondary = lab.s3("eu-west-1");
    eventually("the lab's object is on the other side", Duration::from_secs(20), async || {
        let head = secondary.head_object().bucket(SECONDARY).key("data/hello.txt").send().await;
        head.map(drop).map_err(|_| "not there")
    })
    .await;
    break_region(&lab, "us-east-1", Fault::Refuse);
    let ran = program(&lab).run(&["failover", "--yes", "--max-lag", "2h", "-o", "json"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let document = ran.json();
    assert_eq!(document["failovers"][0]["lag"]["basis"], "modelled", "{ran}");
    assert!(
        document["failovers"][0]["lag"]["detail"]
            .as_str()
            .is_some_and(|text| text.contains("data/hello.txt"))
    );

    // And where nothing of it is to be found, nobody knows.
    for key in ["data/hello.txt", SWITCH] {
        let delete = secondary.delete_object().bucket(SECONDARY).key(key);
        delete.send().await.expect("it is removed");
    }
    let ran = program(&lab).run(&["failover", "--yes", "-o", "json"]).await;
    assert_eq!(ran.code, Some(4), "{ran}");
    let current = guards(&ran.json()).into_iter().find(|(id, ..)| id == "secondary.current");
    assert_eq!(current.map(|(_, ok, _)| ok), Some(Value::Null), "{ran}");
    assert_eq!(thrown(&lab).await, None);
}

/// The secondary's region is gone: three guards say so, each in its own words.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_secondary_is_not_switched_to() {
    let lab = TestLab::answering(instant()).await;
    break_region(&lab, "eu-west-1", Fault::Refuse);
    let ran = program(&lab).run(&["failover", "--yes"]).await;
    assert_eq!(ran.code, Some(4), "{ran}");
    for guard in ["secondary.healthy", "secondary.current", "switch.writable"] {
        assert!(ran.stderr.contains(&format!("because: {NAME}: {guard}: ")), "{ran}");
    }
    // Forced, it is tried, and S3 says no.
    let forced = program(&lab).run(&["failover", "--yes", "--force"]).await;
    assert_eq!(forced.code, Some(3), "{forced}");
    assert!(
        forced.stderr.contains("could not put s3://my-app-data-eu-west-1/")
            || forced.stderr.contains("could not get an answer"),
        "{forced}"
    );
}

/// The object is put, and strangers may not read it: that is told at once, with the reason.
#[tokio::test(flavor = "multi_thread")]
async fn a_switch_that_nobody_can_read_is_told() {
    let lab = TestLab::answering(instant()).await;
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
        "Resource": format!("arn:aws:s3:::{SECONDARY}/failover/health.txt"),
    }]});
    let put = lab.s3("eu-west-1").put_bucket_policy().bucket(SECONDARY).policy(policy.to_string());
    put.send().await.expect("a policy");
    let ran = program(&lab).run(&["failover", "--yes", "-o", "json"]).await;
    assert_eq!(ran.code, Some(1), "{ran}");
    let one = ran.json()["failovers"][0].clone();
    assert_eq!(one["outcome"], "unseen", "{ran}");
    let problems = one["problems"].as_array().expect("sentences");
    assert!(problems[0].as_str().is_some_and(|text| text.contains("so no health checker sees it")), "{ran}");
    assert!(problems[1].as_str().is_some_and(|text| text.contains("the policy of")), "{ran}");
    assert!(thrown(&lab).await.is_some(), "it stays there");
}

/// The time is over before any checker can have noticed: 1, with who is not there, and until when at most.
#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_come_in_time_is_told() {
    let lab = TestLab::answering(instant()).await;
    let ran = program(&lab).run(&["failover", "--yes", "--timeout", "2s", "-o", "json"]).await;
    assert_eq!(ran.code, Some(1), "{ran}");
    let one = ran.json()["failovers"][0].clone();
    assert_eq!((&one["outcome"], &one["seconds"]), (&json!("not-in-time"), &Value::Null), "{ran}");
    let left = one["left"].as_array().expect("who is not there");
    let who: Vec<&str> = left.iter().filter_map(|one| one["who"].as_str()?.split(' ').next()).collect();
    assert_eq!(who.iter().filter(|who| **who == "name").count(), 4, "{ran}");
    assert!(who.contains(&"resolver") && who.contains(&"pointer"), "{ran}");
    let resolver = left.iter().find(|one| one["who"].as_str().is_some_and(|who| who.starts_with("resolver")));
    let at_most = resolver.and_then(|one| one["at_most_seconds"].as_f64()).expect("a TTL");
    assert!(at_most <= 60.0, "{ran}");
}

/// Killed when it has put the object, it goes on where it was.
#[tokio::test(flavor = "multi_thread")]
async fn killed_after_the_put_it_goes_on() {
    let lab = TestLab::answering(instant()).await;
    let mut running = program(&lab).start(&["failover", "--yes"]);
    running.said("the switch is thrown").await;
    let _ = running.kill().await;
    let ran = program(&lab).run(&["failover", "--yes", "-o", "json"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let one = ran.json()["failovers"][0].clone();
    assert_eq!((&one["outcome"], &one["thrown_at"]), (&json!("already"), &Value::Null), "{ran}");
    assert_eq!(one["found"]["by"], "ana", "{ran}");
}

/// Two at once: one throws it, the other is told who did, and both see it happen.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_people_one_throws_it_and_the_other_is_told() {
    let lab = TestLab::answering(instant()).await;
    let who = ["ana", "bob"]
        .map(|name| program(&lab).with("USER", name).start(&["failover", "--yes", "-o", "json"]));
    let [ana, bob] = who;
    let (ana, bob) = tokio::join!(ana.ended(), bob.ended());
    assert_eq!((ana.code, bob.code), (Some(0), Some(0)), "{ana}\n{bob}");
    let winner = thrown(&lab).await.expect("it is thrown")["by"].as_str().expect("a name").to_owned();
    let (won, lost) = if winner == "ana" { (&ana, &bob) } else { (&bob, &ana) };
    assert_eq!(won.json()["failovers"][0]["outcome"], "switched", "{won}");
    assert_eq!(lost.json()["failovers"][0]["outcome"], "already", "{lost}");
    assert!(lost.stderr.contains(&format!("thrown by {winner} at ")), "{lost}");
}

/// Asked to stop while it waits: it says that the switch stays.
#[tokio::test(flavor = "multi_thread")]
async fn interrupted_it_says_that_the_switch_stays() {
    let lab = TestLab::answering(instant()).await;
    let mut running = program(&lab).start(&["failover", "--yes"]);
    running.said("the switch is thrown").await;
    running.signal("INT").await;
    let ran = running.ended().await;
    assert_eq!(ran.code, Some(130), "{ran}");
    assert!(ran.stderr.contains("nobody waits any longer; the switch stays thrown"), "{ran}");
    assert!(thrown(&lab).await.is_some(), "{ran}");
}

/// Somebody else put it, with words of their own; and `status` and `verify` tell who did.
#[tokio::test(flavor = "multi_thread")]
async fn a_switch_of_others_is_found_and_told() {
    let lab = TestLab::answering(instant()).await;
    put(&lab, "go\n").await;
    let ran = program(&lab).run(&["failover", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(
        ran.stderr.contains("already there, thrown by other means than this tool (it says: go)"),
        "{ran}"
    );
    let history = program(&lab).run(&["history"]).await;
    assert!(history.stdout.contains("failover") && history.stdout.contains(NAME), "{history}");
    // A journal that cannot be written keeps nobody from switching.
    let forgotten =
        program(&lab).with("S3_FAILOVER_STATE", "failover.toml/state").run(&["failover", "--yes"]).await;
    assert_eq!(forgotten.code, Some(0), "{forgotten}");
    assert!(forgotten.stderr.contains("warning: this run is not remembered"), "{forgotten}");
    for command in ["status", "verify"] {
        let told = program(&lab).run(&[command]).await;
        assert!(told.stderr.contains("is thrown by other means than this tool (it says: go)"), "{told}");
    }
    let status = program(&lab).run(&["status", "-o", "json"]).await;
    assert_eq!(status.json()["failovers"][0]["thrown"]["text"], "go", "{status}");
}

/// A name that the spec does not have, several that nobody chose, and both.
#[tokio::test]
async fn what_is_meant_has_to_be_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Program::bare(folder.path());
    let spec = std::fs::read_to_string("tests/specs/valid/minimal.toml").expect("a spec");
    let at = spec.find("[[failover]]").expect("a failover");
    let other = spec[at..].replace("name = \"data.", "name = \"other.");
    std::fs::write(folder.path().join("failover.toml"), format!("{spec}\n{other}")).expect("a file");
    for (arguments, told) in [
        (&["failover", "--yes"][..], "the spec has several failovers, and none was named"),
        (
            &["failover", "nobody.example.com", "--yes"],
            "the spec declares no failover named `nobody.example.com`",
        ),
        (&["failback", "a.example.com", "--all"], "cannot be used with"),
        (&["failover", "--max-lag", "soon"], "`soon` is no duration"),
    ] {
        let ran = program.run(arguments).await;
        assert_eq!(ran.code, Some(2), "{ran}");
        assert!(ran.stderr.contains(told), "{told}: {ran}");
    }
}

/// The policy for `switch` permits what was asked for and nothing else: a switch that is measured, one while the
/// primary is dead, one that nobody can read, and the ways back.
#[tokio::test(flavor = "multi_thread")]
async fn switching_is_permitted_exactly() {
    let mut recorded = Recorded::with(instant()).await;
    let applied = recorded.lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(applied.code, Some(0), "{applied}");
    answered(&recorded.lab, NAME, ENDPOINTS[0]).await;
    recorded.variables.push(("S3_FAILOVER_LAB_SPEED".to_owned(), "20".to_owned()));
    recorded.calls.clear();
    recorded.run(&["failover", "--yes"]).await;
    recorded.run(&["failback", "--yes"]).await;
    break_region(&recorded.lab, "us-east-1", Fault::Refuse);
    let _ = recorded.listened(&["failover", "--yes", "--force", "--timeout", "1s"]).await;
    let _ = recorded.listened(&["failback", "--yes", "--force", "--timeout", "1s"]).await;
    break_region(&recorded.lab, "us-east-1", Fault::None);
    break_region(&recorded.lab, "eu-west-1", Fault::BlockPublic);
    let _ = recorded.listened(&["failover", "--yes", "--force", "--timeout", "1s"]).await;
    let verdict = recorded.judged("switch", &[]).await;
    nothing_of(&["lint", "denied", "superfluous"], &verdict);
    insta::assert_snapshot!(serde_json::to_string(&verdict["actions"]).expect("texts"), @r#"["s3:DeleteObject","s3:GetBucketPolicyStatus","s3:GetBucketPublicAccessBlock","s3:GetObject","s3:ListBucket","s3:PutObject"]"#);
    recorded.lab.stop().await;
}
