//! `import`: the spec of what stands, whoever made it. Other hands make the records; the plan judges the spec.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::json;

use crate::support::{
    ENDPOINTS, NAME, Program, RECORDS, Ran, TestLab, Watch, held, instant, judge, quick, short,
};

/// The port on which the lab's S3 speaks plain HTTP, in the spec of the lab.
fn port(lab: &TestLab) -> String {
    let url = &lab.lab.ready().s3[&"us-east-1".parse().expect("a region")];
    url.rsplit_once(':').expect("a port").1.to_owned()
}

/// Has other hands make records, and gives the ids of their health checks.
pub(crate) async fn foreign(lab: &TestLab, scenario: &str) -> Vec<String> {
    let ids = judge("foreign_failovers.py", lab.environment(), &[scenario, &port(lab)]).await;
    ids.lines().map(str::to_owned).collect()
}

/// What was said, with ids and ports by what they are.
pub(crate) fn masked(lab: &TestLab, text: &str, zone: &str, ids: &[String]) -> String {
    let text = text.replace(zone, "ZONE").replace(&port(lab), "PORT");
    ids.iter().enumerate().fold(text, |text, (index, id)| text.replace(id, &format!("CHECK-{}", index + 1)))
}

pub(crate) async fn nothing_to_do(program: &Program, spec: &str) {
    let check = program.run(&["--config", spec, "plan", "--check", "--output", "json"]).await;
    assert_eq!((check.code, &check.json()["changes"]), (Some(0), &json!([])), "{check}");
}

pub(crate) fn written(lab: &TestLab, file: &str) -> String {
    fs::read_to_string(lab.folder().join(file)).expect("import wrote it")
}

/// Everything in the account, whoever made it.
pub(crate) async fn left_alone(lab: &TestLab, run: impl AsyncFnOnce() -> Ran) -> Ran {
    let before = held(&lab.route53()).await;
    let ran = run().await;
    assert_eq!(held(&lab.route53()).await, before, "import changed something");
    ran
}

/// Issue 4: "the next plan is empty". Every valid spec is applied, each in a zone of its own with the one name
/// that all of them use; imported by the zone's id, it is the same to the plan.
#[tokio::test]
async fn what_apply_made_of_every_valid_spec_is_imported_without_a_change() {
    let lab = TestLab::start(s3_failover::lab::Options { speed: 50.0, ..instant() }).await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/specs/valid");
    let mut specs: Vec<_> =
        fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").path()).collect();
    // What stands outside Route 53 or is somebody else's (alarms, roles, counted checks) is left to the properties
    // in `src/imports_agree.rs`, which draw all of it.
    let elsewhere = ["alarm", "role_arn", "children"];
    specs.retain(|path| {
        let text = fs::read_to_string(path).expect("a spec");
        !elsewhere.iter().any(|word| text.contains(word))
    });
    specs.sort();
    let (client, ready) = (lab.route53(), &lab);
    let round = async |path: &Path| {
        let file = path.file_name().expect("a name").to_str().expect("UTF-8");
        let text = fs::read_to_string(path).expect("a spec");
        let zone = async |name: &str| {
            let made = client.create_hosted_zone().name(name).caller_reference(format!("{file} {name}"));
            let id = made.send().await.expect("a zone").hosted_zone.expect("a zone").id;
            id.trim_start_matches("/hostedzone/").to_owned()
        };
        let (main, other) = (zone("example.com").await, zone("example.org").await);
        let above = zone("com").await;
        // The apex of a zone can hold no pointer.
        let text = text.replace("Z0123456789ABCDEFGHIJ", &above);
        let text = text
            .replace("\"example.com\"", &format!("\"{main}\""))
            .replace(&format!("name = \"{main}\""), "name = \"example.com\"");
        let text = text.replace("\"example.org\"", &format!("\"{other}\""));
        fs::write(ready.folder().join(file), text).expect("a file");
        let program = ready.program();
        let applied = program.run(&["--config", file, "apply", "--yes", "--allow-unhealthy"]).await;
        assert_eq!(applied.code, Some(0), "{file}: {applied}");
        nothing_to_do(&program, file).await;
        // `--zone` is for all names, so a spec of two zones is imported in two goes.
        let records = async |zone: &str| {
            let sets = client.list_resource_record_sets().hosted_zone_id(zone).send().await.expect("a list");
            let pairs = sets.resource_record_sets.iter().filter(|set| set.failover.is_some());
            pairs.map(|set| set.name.trim_end_matches('.').to_owned()).collect::<BTreeSet<_>>()
        };
        let mut imported = 0;
        for zone in [&main, &other, &above] {
            let names = records(zone).await;
            if names.is_empty() {
                continue;
            }
            imported += names.len();
            let ending =
                if Path::new(file).extension().is_some_and(|e| e == "json") { "json" } else { "toml" };
            let out = format!("imported-{zone}-{file}.{ending}");
            let mut arguments = vec!["import", "--zone", zone, "--out", &out];
            arguments.extend(names.iter().map(String::as_str));
            let ran = program.run(&arguments).await;
            assert_eq!(ran.code, Some(0), "{file}: {ran}");
            assert!(ran.stderr.ends_with("The next plan is empty.\n"), "{file}: {ran}");
            nothing_to_do(&program, &out).await;
        }
        assert!(imported > 0, "{file}");
    };
    futures_util::future::join_all(specs.iter().map(|path| round(path))).await;
    assert!(specs.len() > 10);
    lab.stop().await;
}

/// The lab's own spec, through stdout and through JSON: nothing is lost but what Route 53 does not hold.
#[tokio::test]
async fn the_spec_on_stdout_is_the_spec_that_was_applied() {
    let lab = TestLab::start(instant()).await;
    let program = lab.program();
    let applied = program.run(&["apply", "--yes"]).await;
    assert_eq!(applied.code, Some(0), "{applied}");
    let zone = held(&lab.route53()).await.zone;
    let ran = left_alone(&lab, async || program.run(&["import", NAME]).await).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    insta::assert_snapshot!(masked(&lab, &ran.to_string(), &zone, &[]), @r#"
    ── stdout
    # Written by `s3-failover import data.example.com` from the records and health checks that stood in
    # example.com (ZONE).
    # The next plan is empty. (Said when this was written.)
    hosted_zone = "example.com"

    # The CNAME records "primary of data.example.com" (primary) and "secondary of data.example.com"
    # (secondary) in example.com (ZONE, public).
    [[failover]]
    name = "data.example.com"
    ttl = 60

    [failover.health_check]
    object = "failover/health.txt"
    contains = "ok"
    interval = 10
    failure_threshold = 3
    protocol = "http"
    port = PORT

    [failover.switch]
    object = "failover/force-secondary"

    [failover.primary]
    bucket = "my-app-data-us-east-1"
    region = "us-east-1"
    target = "pointer"

    [failover.secondary]
    bucket = "my-app-data-eu-west-1"
    region = "eu-west-1"
    target = "pointer"
    ── stderr
    The next plan is empty.
    ── ended with 0
    "#);
    fs::write(lab.folder().join("again.toml"), &ran.stdout).expect("a file");
    nothing_to_do(&program, "again.toml").await;

    let document = program.run(&["import", NAME, NAME, "--output", "json", "--quiet"]).await;
    assert_eq!((document.code, document.stderr.as_str()), (Some(0), ""), "{document}");
    let document = document.json();
    assert_eq!(document["schema"], "s3-failover/import/v1");
    assert_eq!(document["next"], json!({"adopt": [], "allow": [], "changes": 0}));
    assert_eq!(document["spec"]["failover"].as_array().map(Vec::len), Some(1));
    fs::write(lab.folder().join("again.json"), document["spec"].to_string()).expect("a file");
    nothing_to_do(&program, "again.json").await;
    lab.stop().await;
}

/// Two CNAMEs by hand, taken over: the name answers the same buckets all the time, and the checks of others stay.
#[tokio::test]
async fn a_pair_made_by_hand_is_imported_and_adopted() {
    let lab = TestLab::start(quick()).await;
    let checks = foreign(&lab, "by-hand").await;
    let zone = held(&lab.route53()).await.zone;
    let program = lab.program();
    let ran = left_alone(&lab, async || program.run(&["import", NAME, "--out", "imported.toml"]).await).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{ran}");
    insta::assert_snapshot!(masked(&lab, &format!("{}{}", ran.stderr, written(&lab, "imported.toml")), &zone, &checks), @r#"
    Wrote imported.toml. The next plan changes 9 things: `s3-failover plan --adopt data.example.com` shows what. These records are not marked as s3-failover's own, so it takes their place only with `--adopt`.
    # Written by `s3-failover import data.example.com` from the records and health checks that stood in
    # example.com (ZONE).
    # The next plan changes 9 things: `s3-failover plan --adopt data.example.com` shows what. These
    # records are not marked as s3-failover's own, so it takes their place only with `--adopt`. (Said
    # when this was written.)
    hosted_zone = "example.com"

    # The CNAME records "data-primary" (primary) and "data-secondary" (secondary) in example.com
    # (ZONE, public).
    [[failover]]
    name = "data.example.com"
    # Of the primary; the secondary's is 120 s today, and a spec has one for both.
    ttl = 60

    # The health check CHECK-1 of the primary measures latency; `apply`'s does not, and its
    # graphs end.
    # The secondary's health check CHECK-2 differs from `apply`'s: interval 30 s, not 10 s;
    # failure threshold 3, not 2.
    # Today's health checks were not created by s3-failover: CHECK-1, CHECK-2.
    # `apply` creates its own, waits until they have looked, and only then has the records use them;
    # these stay (and cost) until whoever manages them removes them.
    [failover.health_check]
    object = "failover/health.txt"
    contains = "ok"
    interval = 10
    failure_threshold = 2
    protocol = "http"
    port = PORT

    [failover.primary]
    # Answered today is my-app-data-us-east-1.s3.amazonaws.com, the global endpoint of the bucket.
    # `apply`'s pointer leads to my-app-data-us-east-1.s3.us-east-1.amazonaws.com.
    bucket = "my-app-data-us-east-1"
    # my-app-data-us-east-1.s3.amazonaws.com does not say the region; its health check asks in
    # us-east-1.
    region = "us-east-1"
    target = "pointer"

    [failover.secondary]
    # Answered today is my-app-data-eu-west-1.s3.dualstack.eu-west-1.amazonaws.com, the dual-stack
    # endpoint of the bucket. `apply`'s pointer leads to
    # my-app-data-eu-west-1.s3.eu-west-1.amazonaws.com.
    bucket = "my-app-data-eu-west-1"
    region = "eu-west-1"
    target = "pointer"
    "#);

    let watch = Watch::start(&lab.lab.ready().nameservers, NAME);
    let without = program.run(&["--config", "imported.toml", "apply", "--yes"]).await;
    assert_eq!(without.code, Some(4), "{without}");
    let ran = program.run(&["--config", "imported.toml", "apply", "--yes", "--adopt", NAME]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let answers: Vec<String> = watch.answers().await.into_iter().collect();
    assert_eq!(answers, ["my-app-data-us-east-1.s3.amazonaws.com", ENDPOINTS[0]]);
    nothing_to_do(&program, "imported.toml").await;
    let now = held(&lab.route53()).await;
    let others: Vec<&str> = now
        .checks
        .iter()
        .map(|(check, _)| check.id())
        .filter(|id| checks.iter().any(|known| known == id))
        .collect();
    assert_eq!(others.len(), checks.len(), "the checks of others stay");
    assert_eq!(now.record(NAME, "CNAME", Some("data-primary")), None);
    lab.stop().await;
}

/// A module's pair, pointers and switch: nothing has to be guessed, and after the adoption the records are those
/// that apply makes of the lab's own spec.
#[tokio::test]
async fn a_pair_made_by_terraform_is_imported_with_its_switch() {
    let lab = TestLab::start(quick()).await;
    let checks = foreign(&lab, "terraform").await;
    let zone = held(&lab.route53()).await.zone;
    let program = lab.program();
    let ran = left_alone(&lab, async || program.run(&["import", NAME, "--out", "imported.toml"]).await).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    insta::assert_snapshot!(masked(&lab, &format!("{}{}", ran.stderr, written(&lab, "imported.toml")), &zone, &checks), @r#"
    Wrote imported.toml. The next plan changes 11 things: `s3-failover plan --adopt data.example.com` shows what. These records are not marked as s3-failover's own, so it takes their place only with `--adopt`.
    # Written by `s3-failover import data.example.com` from the records and health checks that stood in
    # example.com (ZONE).
    # The next plan changes 11 things: `s3-failover plan --adopt data.example.com` shows what. These
    # records are not marked as s3-failover's own, so it takes their place only with `--adopt`. (Said
    # when this was written.)
    hosted_zone = "example.com"

    # The CNAME records "terraform-20260101" (primary) and "terraform-20260102" (secondary) in
    # example.com (ZONE, public).
    [[failover]]
    name = "data.example.com"
    ttl = 60

    # Today's health checks were not created by s3-failover: CHECK-3, CHECK-1,
    # CHECK-2, CHECK-4. `apply` creates its own, waits until they have looked,
    # and only then has the records use them; these stay (and cost) until whoever manages them removes
    # them.
    [failover.health_check]
    object = "failover/health.txt"
    contains = "ok"
    interval = 10
    failure_threshold = 2
    protocol = "http"
    port = PORT

    [failover.switch]
    object = "failover/force-secondary"

    # Today the name leads here by way of us.example.com, which stays as it is. `apply`'s pointer is
    # us-east-1.data.example.com.
    [failover.primary]
    bucket = "my-app-data-us-east-1"
    region = "us-east-1"
    target = "pointer"

    # Today the name leads here by way of eu.example.com, which stays as it is. `apply`'s pointer is
    # eu-west-1.data.example.com.
    [failover.secondary]
    bucket = "my-app-data-eu-west-1"
    region = "eu-west-1"
    target = "pointer"
    "#);

    let watch = Watch::start(&lab.lab.ready().nameservers, NAME);
    let ran = program.run(&["--config", "imported.toml", "apply", "--yes", "--adopt", NAME]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(watch.answers().await.into_iter().collect::<Vec<_>>(), [ENDPOINTS[0]]);
    nothing_to_do(&program, "imported.toml").await;
    let now = held(&lab.route53()).await;
    assert_eq!(now.described(NAME), RECORDS);
    assert!(now.record("us.example.com", "CNAME", None).is_some(), "what was led through stays");
    lab.stop().await;
}

/// A distribution and a website: what Route 53 does not know is said to be unknown.
#[tokio::test]
async fn a_distribution_and_a_website_are_imported_as_aliases() {
    let lab = TestLab::start(quick()).await;
    let checks = foreign(&lab, "website").await;
    let zone = held(&lab.route53()).await.zone;
    let (program, name) = (lab.program(), "site.example.com");
    let ran = left_alone(&lab, async || program.run(&["import", name, "--out", "imported.toml"]).await).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    insta::assert_snapshot!(masked(&lab, &format!("{}{}", ran.stderr, written(&lab, "imported.toml")), &zone, &checks), @r#"
    Wrote imported.toml. The next plan changes 7 things: `s3-failover plan --adopt site.example.com` shows what. These records are not marked as s3-failover's own, so it takes their place only with `--adopt`.
    # Written by `s3-failover import site.example.com` from the records and health checks that stood in
    # example.com (ZONE).
    # The next plan changes 7 things: `s3-failover plan --adopt site.example.com` shows what. These
    # records are not marked as s3-failover's own, so it takes their place only with `--adopt`. (Said
    # when this was written.)
    hosted_zone = "example.com"

    # The A records "cdn" (primary) and "sorry" (secondary) in example.com (ZONE, public).
    [[failover]]
    name = "site.example.com"

    # The secondary has no health check today: when the primary fails it is answered, alive or dead.
    # `apply` creates one.
    # Today's health checks were not created by s3-failover: CHECK-1. `apply` creates its
    # own, waits until they have looked, and only then has the records use them; these stay (and cost)
    # until whoever manages them removes them.
    [failover.health_check]
    object = "failover/health.txt"
    contains = "ok"
    interval = 10
    failure_threshold = 2
    protocol = "http"
    port = PORT

    [failover.primary]
    # Not known: Route 53 does not say which bucket lies behind d111111abcdef8.cloudfront.net. Write its
    # name here. `plan` and `apply` work without it; whatever asks the bucket itself does not.
    bucket = "not-known-10f4383100ae6473f93f893d7fd3025b"
    region = "us-east-1"
    # This is the bucket that the health check asks. If it is the one behind
    # d111111abcdef8.cloudfront.net, write it as `bucket` and leave this line out: the check then asks
    # d111111abcdef8.cloudfront.net.
    sentinel_bucket = "my-app-data-us-east-1"

    [failover.primary.target]
    alias = "d111111abcdef8.cloudfront.net"
    hosted_zone_id = "Z2FDTNDATAQYW2"

    # The health of s3-website-eu-west-1.amazonaws.com itself counts not today; with `apply` it does.
    [failover.secondary]
    bucket = "site.example.com"
    region = "eu-west-1"
    target = "website"
    "#);

    let server = lab.lab.ready().nameservers[0];
    let before = short(server, &format!("{name} A")).await;
    let adopt = ["--config", "imported.toml", "apply", "--yes", "--allow-unhealthy", "--adopt", name];
    let ran = program.run(&adopt).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    nothing_to_do(&program, "imported.toml").await;
    assert_eq!(short(server, &format!("{name} A")).await.is_empty(), before.is_empty());
    lab.stop().await;
}
