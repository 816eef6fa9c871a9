//! `import`: the spec of what stands, whoever made it. Other hands make the records; the plan judges the spec.

use std::{collections::BTreeSet, fs, path::Path};

use aws_sdk_route53::types::{HostedZoneConfig, Vpc, VpcRegion};
use serde_json::{Value, json};

use crate::support::{
    ENDPOINTS, NAME, Program, RECORDS, Ran, TestLab, Watch, Zone, held, instant, judge, quick, short,
};

/// The port on which the lab's S3 speaks plain HTTP, in the spec of the lab.
fn port(lab: &TestLab) -> String {
    let url = &lab.lab.ready().s3[&"us-east-1".parse().expect("a region")];
    url.rsplit_once(':').expect("a port").1.to_owned()
}

/// Has other hands make records, and gives the ids of their health checks.
async fn foreign(lab: &TestLab, scenario: &str) -> Vec<String> {
    let ids = judge("foreign_failovers.py", lab.environment(), &[scenario, &port(lab)]).await;
    ids.lines().map(str::to_owned).collect()
}

/// What was said, with ids and ports by what they are.
fn masked(lab: &TestLab, text: &str, zone: &str, ids: &[String]) -> String {
    let text = text.replace(zone, "ZONE").replace(&port(lab), "PORT");
    ids.iter().enumerate().fold(text, |text, (index, id)| text.replace(id, &format!("CHECK-{}", index + 1)))
}

async fn nothing_to_do(program: &Program, spec: &str) {
    let check = program.run(&["--config", spec, "plan", "--check", "--output", "json"]).await;
    assert_eq!((check.code, &check.json()["changes"]), (Some(0), &json!([])), "{check}");
}

fn written(lab: &TestLab, file: &str) -> String {
    fs::read_to_string(lab.folder().join(file)).expect("import wrote it")
}

/// Everything in the account, whoever made it.
async fn left_alone(lab: &TestLab, run: impl AsyncFnOnce() -> Ran) -> Ran {
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
    insta::assert_snapshot!(masked(&lab, &ran.to_string(), &zone, &[]), @"");
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
    insta::assert_snapshot!(masked(&lab, &format!("{}{}", ran.stderr, written(&lab, "imported.toml")), &zone, &checks), @"");

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
    insta::assert_snapshot!(masked(&lab, &format!("{}{}", ran.stderr, written(&lab, "imported.toml")), &zone, &checks), @"");

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
    insta::assert_snapshot!(masked(&lab, &format!("{}{}", ran.stderr, written(&lab, "imported.toml")), &zone, &checks), @"");

    let server = lab.lab.ready().nameservers[0];
    let before = short(server, &format!("{name} A")).await;
    let adopt = ["--config", "imported.toml", "apply", "--yes", "--allow-unhealthy", "--adopt", name];
    let ran = program.run(&adopt).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    nothing_to_do(&program, "imported.toml").await;
    assert_eq!(short(server, &format!("{name} A")).await.is_empty(), before.is_empty());
    lab.stop().await;
}

/// "is a refusal …: sentence with the record, the reason, the nearest thing that works"; all of them at once.
#[tokio::test]
async fn what_no_spec_can_say_is_refused_by_name() {
    let lab = TestLab::start(instant()).await;
    let checks = foreign(&lab, "impossible").await;
    let zone = held(&lab.route53()).await.zone;
    let program = lab.program();
    let names = [
        "weighted",
        "simple",
        "lonely",
        "text",
        "addresses",
        "elsewhere",
        "path",
        "fast",
        "never",
        "nested",
        "nothing",
    ];
    let names: Vec<String> = names.iter().map(|name| format!("{name}.example.com")).collect();
    let mut arguments = vec!["import", "--out", "imported.toml"];
    arguments.extend(names.iter().map(String::as_str));
    let ran = left_alone(&lab, async || program.run(&arguments).await).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran}");
    assert!(!lab.folder().join("imported.toml").exists());
    insta::assert_snapshot!(masked(&lab, &ran.stderr, &zone, &checks), @"");

    arguments.extend(["--output", "json"]);
    let document = program.run(&arguments).await.json();
    let ids: Vec<&Value> =
        document["findings"].as_array().expect("a list").iter().map(|f| &f["id"]).collect();
    let expected = [
        "other-policy",
        "simple-record",
        "half-a-pair",
        "record-type",
        "addresses",
        "no-bucket",
        "no-bucket",
        "region-unknown",
        "calculated-check",
        "more-than-two-sides",
        "no-record",
    ];
    assert_eq!(
        (document["ok"].as_bool(), ids),
        (Some(false), expected.iter().map(|id| json!(id)).collect::<Vec<_>>().iter().collect())
    );
    lab.stop().await;
}

/// Both in one region: there is a spec for it, and its rules say why it would not work.
#[tokio::test]
async fn a_spec_that_breaks_a_rule_is_not_written() {
    let lab = TestLab::start(instant()).await;
    let zone = Zone::of(&lab).await;
    let check = zone.check("theirs", true).await;
    let set = |bucket: &str, side: aws_sdk_route53::types::ResourceRecordSetFailover| {
        let value = format!("{bucket}.s3.eu-west-1.amazonaws.com");
        crate::support::failover(crate::support::values(NAME, "CNAME", 60, &[&value]), side, Some(&check))
    };
    use aws_sdk_route53::types::ResourceRecordSetFailover::{Primary, Secondary};
    zone.put([set("my-app-data-one", Primary), set("my-app-data-two", Secondary)]).await;
    let ran = lab.program().run(&["import", NAME]).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran}");
    assert!(ran.stderr.contains("both buckets are in `eu-west-1`"), "{ran}");
    assert!(ran.stderr.contains("what stands there makes no valid spec; nothing was written"), "{ran}");
    lab.stop().await;
}

/// "public and private told apart; ambiguous refused with the ids and the option that chooses"; and no file is
/// overwritten.
#[tokio::test]
async fn the_zone_and_the_file_are_never_guessed() {
    let lab = TestLab::start(instant()).await;
    let program = lab.program();
    let applied = program.run(&["apply", "--yes", "--allow-unhealthy"]).await;
    assert_eq!(applied.code, Some(0), "{applied}");
    let public = Zone::of(&lab).await;
    let private = HostedZoneConfig::builder().private_zone(true).build();
    let vpc = Vpc::builder().vpc_id("vpc-0a1b2c3d").vpc_region(VpcRegion::UsEast1).build();
    let made = public.client.create_hosted_zone().name("example.com").caller_reference("private");
    let made = made.hosted_zone_config(private).vpc(vpc).send().await.expect("a private zone");
    let private = made.hosted_zone.expect("a zone").id.trim_start_matches("/hostedzone/").to_owned();

    let ran = program.run(&["import", NAME]).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(3), ""), "{ran}");
    for part in
        [format!("({}, public)", public.id), format!("({private}, private)"), "`--zone ID`".to_owned()]
    {
        assert!(ran.stderr.contains(&part), "{part}: {ran}");
    }
    let chosen = program.run(&["import", NAME, "--zone", &public.id, "--out", "imported.json"]).await;
    assert_eq!(chosen.code, Some(0), "{chosen}");
    let spec: Value = serde_json::from_str(&written(&lab, "imported.json")).expect("JSON");
    assert_eq!(spec["hosted_zone"], json!(public.id), "a name that two zones share names neither");
    nothing_to_do(&program, "imported.json").await;
    let empty = program.run(&["import", NAME, "--zone", &private]).await;
    assert_eq!(empty.code, Some(1), "{empty}");
    assert!(
        empty.stderr.contains(&format!("no-record: the hosted zone example.com ({private}, private)")),
        "{empty}"
    );

    let before = written(&lab, "imported.json");
    let again = program.run(&["import", NAME, "--zone", &public.id, "--out", "imported.json"]).await;
    assert_eq!(again.code, Some(2), "{again}");
    assert_eq!(written(&lab, "imported.json"), before);
    for (arguments, code) in [
        (vec!["import"], 2),
        (vec!["import", "data.example.net"], 3),
        (vec!["import", "data.example.net", "--zone", "example.org"], 3),
        (vec!["import", "data.example.net", "--zone", &private], 2),
    ] {
        let ran = program.run(&arguments).await;
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(code), ""), "{arguments:?}: {ran}");
    }
    lab.stop().await;
}
