//! What ought to be answered, and how that is known: from CloudWatch by one call, from the checkers where that
//! is old or contradicted, and by Route 53's own word.

use std::{fmt::Write as _, time::Duration};

use s3_failover::lab::{NameServerFault, Options, Quotas};
use serde_json::{Value, json};

use super::support::{NAME, TestLab, eventually, instant};

const SOON: Duration = Duration::from_secs(30);

fn calls(lab: &TestLab, operation: &str) -> usize {
    lab.lab.calls().iter().filter(|call| call.operation == operation).count()
}

/// What `verify` finds of the one failover, by id.
async fn found(lab: &TestLab, id: &str) -> Value {
    let ran = lab.program().run(&["verify", "--output", "json"]).await;
    let document = ran.json();
    let checks = document["failovers"][0]["checks"].as_array().expect("findings").clone();
    checks.into_iter().find(|finding| finding["id"] == id).unwrap_or(Value::Null)
}

/// Waits until `verify` says so of this.
async fn finds(lab: &TestLab, id: &str, ok: bool) -> Value {
    eventually(&format!("{id} is {ok}"), SOON, async || match found(lab, id).await {
        finding if finding["ok"] == ok => Ok(finding),
        finding => Err(finding.to_string()),
    })
    .await
}

/// The check of a role of the one failover, as `status` tells it.
async fn check_of(lab: &TestLab, role: &str) -> Value {
    let status = lab.program().run(&["status", "--output", "json"]).await.json();
    let checks = status["failovers"][0]["checks"].as_array().expect("checks").clone();
    checks.into_iter().find(|check| check["role"] == role).expect("one of this role")
}

#[tokio::test]
async fn cloudwatch_tells_the_verdicts_and_no_checker_is_asked() {
    let lab = TestLab::applied(Options { metric_delay: Duration::ZERO, ..instant() }).await;
    let status = eventually("CloudWatch has all verdicts", SOON, async || {
        let ran = lab.program().run(&["status", "--output", "json"]).await;
        let status = ran.json()["failovers"][0].clone();
        let by_cloudwatch = json!(["cloudwatch", "cloudwatch"]);
        if status["sources"] == by_cloudwatch { Ok(status) } else { Err(ran.to_string()) }
    })
    .await;
    let told =
        ["name", "expected", "observed", "primary", "secondary", "switch", "ttl"].map(|key| &status[key]);
    let healthy = json!("healthy");
    assert_eq!(
        told,
        [&json!(NAME), &json!("primary"), &json!("primary"), &healthy, &healthy, &json!("off"), &json!(60)]
    );
    assert_eq!(status["checks"].as_array().map(Vec::len), Some(4), "{status:#}");

    lab.lab.forget_calls();
    let known = found(&lab, "checks.known").await;
    assert_eq!(known["ok"], true, "{known}");
    assert!(known["detail"].as_str().is_some_and(|text| text.contains("by CloudWatch: ")), "{known}");
    let made =
        ["GetMetricData", "GetHealthCheckStatus", "TestDNSAnswer"].map(|operation| calls(&lab, operation));
    assert_eq!(made, [1, 0, 1]);
    lab.stop().await;
}

/// Metrics lag: where the name servers have turned already, the checkers say so.
#[tokio::test]
async fn the_checkers_are_asked_where_the_name_servers_contradict() {
    let lab = TestLab::applied(Options { metric_delay: Duration::from_mins(10), ..instant() }).await;
    let fault = lab.program().run(&["lab", "fault", "us-east-1", "http-503", "--from", "ready.json"]).await;
    assert_eq!(fault.code, Some(0), "{fault}");
    eventually("the secondary is expected and answered", SOON, async || {
        let ran = lab.program().run(&["verify", "--output", "json"]).await;
        let failover = &ran.json()["failovers"][0];
        let sides = [&failover["expected"], &failover["observed"]];
        if sides == ["secondary"; 2] { Ok(()) } else { Err(ran.to_string()) }
    })
    .await;
    assert_eq!(check_of(&lab, "primary").await["source"], "checkers");
    assert!(calls(&lab, "GetHealthCheckStatus") > 0);
    lab.stop().await;
}

/// "`verify` of a spec with 100 failovers and 200 checks must make few calls", also while CloudWatch has nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_failovers_are_verified_by_few_calls() {
    let options = Options { quotas: Quotas::RAISED, speed: 1.0, metric_delay: SOON * 100, ..instant() };
    let lab = TestLab::start(options).await;
    let text = lab.lab.spec_toml();
    let (head, one) = text.split_at(text.find("[[failover]]").expect("the lab's spec has a failover"));
    let (checked, rest) = one.split_once("[failover.switch]").expect("it has a switch");
    let sides = &rest[rest.find("[failover.primary]").expect("it has a primary")
        ..rest.find("[failover.mrap]").expect("and more behind its sides")];
    let regions = "interval = 30\nregions = [\"us-east-1\", \"eu-west-1\", \"ap-southeast-1\"]";
    let one = format!("{}{sides}", checked.replace("interval = 10", regions));
    let spec = (0..100).fold(head.to_owned(), |mut text, n| {
        let _ = write!(text, "\n{}", one.replace(NAME, &format!("data-{n:02}.example.com")));
        text
    });
    lab.write_spec(&spec);
    // As if it were many times as fast: the lab does not throttle.
    let hurried = lab.program().with("S3_FAILOVER_LAB_SPEED", "200");
    let apply = ["apply", "--yes", "--allow-unhealthy", "--quiet"];
    let ran = hurried.start(&apply).ended().await;
    assert_eq!(ran.code, Some(0), "{ran}");

    lab.lab.forget_calls();
    let ran = lab.program().with("S3_FAILOVER_LAB_SPEED", "20").run(&["verify", "--output", "json"]).await;
    let document = ran.json();
    assert_eq!(document["failovers"].as_array().map(Vec::len), Some(100), "{}", ran.stderr);
    assert_eq!(calls(&lab, "GetMetricData"), 1);
    // On a busy machine our own requests come late, and what they say then contradicts the name servers.
    assert!(calls(&lab, "TestDNSAnswer") <= 20);
    let asked = calls(&lab, "GetHealthCheckStatus");
    assert!((3..=13).contains(&asked), "{asked}: three at once, and those of ten seconds");
    // S3 has no such budget; each side's bucket is asked whose it is.
    let others = lab.lab.calls().len() - calls(&lab, "HeadBucket");
    assert!(others <= 50, "{:#?}", lab.lab.calls());
    let told = ran.stdout.matches("no call of GetHealthCheckStatus was free").count();
    assert!(told >= 80, "{told} of 100 failovers say what was not asked");
    let failovers = document["failovers"].as_array().expect("a list").iter();
    let checks = failovers.flat_map(|failover| failover["checks"].as_array().expect("a list"));
    let unknown = checks.filter(|check| check["id"] == "checks.known" && check["ok"] == false).count();
    assert!(unknown >= 80, "of {unknown} of 100 failovers it is not known what their checks say");
    lab.stop().await;
}

/// Each is found by its own name, with what to do, and is gone when it is mended.
#[tokio::test]
async fn what_was_done_to_the_checks_by_hand_is_found() {
    let lab = TestLab::applied(instant()).await;
    let id = check_of(&lab, "secondary").await["id"].as_str().expect("an id").to_owned();
    for id in ["checks.inverted", "checks.enabled", "checks.present", "primary.checked", "records.present"] {
        assert_eq!(found(&lab, id).await["ok"], true, "{id}");
    }
    let route53 = lab.route53();
    let change = || route53.update_health_check().health_check_id(&id);
    change().inverted(true).send().await.expect("inverted");
    let finding = finds(&lab, "checks.inverted", false).await;
    assert!(
        finding["detail"].as_str().is_some_and(|text| text.contains(&format!("{id} (secondary)"))),
        "{finding}"
    );
    assert!(finding["advice"].as_str().is_some_and(|text| text.contains("s3-failover apply")), "{finding}");
    finds(&lab, "secondary.healthy", false).await;
    change().inverted(false).disabled(true).send().await.expect("disabled");
    finds(&lab, "checks.inverted", true).await;
    finds(&lab, "checks.enabled", false).await;
    change().disabled(false).send().await.expect("enabled");
    finds(&lab, "checks.enabled", true).await;
    finds(&lab, "secondary.healthy", true).await;

    // A child of the calculated check is missed as well as a record's own.
    let switch = check_of(&lab, "switch").await["id"].as_str().expect("an id").to_owned();
    route53.delete_health_check().health_check_id(&switch).send().await.expect("deleted");
    let finding = finds(&lab, "checks.present", false).await;
    assert!(finding["detail"].as_str().is_some_and(|text| text.contains(&switch)), "{finding}");
    lab.stop().await;
}

/// The name servers that were asked say one thing, and Route 53 another.
#[tokio::test]
async fn route_53s_own_word_is_held_against_the_name_servers() {
    let lab = TestLab::applied(instant()).await;
    finds(&lab, "route53.agree", true).await;
    for server in 0..4 {
        lab.lab.set_name_server_fault(server, NameServerFault::Lying).expect("a name server");
    }
    let finding = finds(&lab, "route53.agree", false).await;
    assert!(
        finding["detail"].as_str().is_some_and(|text| text.contains("answers the primary, but ")),
        "{finding}"
    );
    lab.stop().await;
}

/// A line for each failover, under the titles of its columns.
#[tokio::test]
async fn one_glance_shows_where_each_failover_stands() {
    let lab = TestLab::applied(instant()).await;
    let ran = lab.program().run(&["status"]).await;
    let lines: Vec<&str> = ran.stdout.lines().collect();
    let [head, row] = lines[..] else { panic!("{ran}") };
    assert!(head.starts_with("NAME              ANSWERS  EXPECTED  PRIMARY"), "{ran}");
    assert!(row.starts_with(&format!("{NAME}  primary  primary   healthy ")), "{ran}");
    let column = |title: &str| head.find(title).expect("a title");
    assert_eq!((&row[column("SWITCH")..][..3], &row[column("TTL")..][..2]), ("off", "60"), "{ran}");
    lab.stop().await;
}
