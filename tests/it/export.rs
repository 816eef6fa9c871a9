//! What `export` writes, in the eyes of those who read such files for a living.
//!
//! cfn-lint judges every template, OpenTofu's own formatter and parser every configuration. And a program that
//! reads the files with the parsers of others and carries them out with boto3, `tests/judges/deploy.py`, shows that
//! what they create is what `apply` creates: afterwards a plan finds nothing to do.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use aws_sdk_route53::types::{HealthCheckConfig, HealthCheckType};
use s3_failover::lab::{Options, Quotas};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use super::support::{
    ENDPOINTS, NAME, Program, ROLES, Ran, TestLab, answered, eventually, held, judge, judges_tool, quick,
};

/// Of the primary, where the buckets have names of their own.
const STACKED: &str = "stacked-us-east-1.s3.us-east-1.amazonaws.com";

/// Every spec that is valid, with its exports of one format, each in a folder of its own.
async fn every_export(format: &str, file: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/specs/valid");
    for entry in fs::read_dir(specs).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().replace('.', "-");
        let out = folder.path().join(name).join(file).display().to_string();
        export(&Program::bare(folder.path()), &path.display().to_string(), format, &out).await;
    }
    folder
}

/// Exports a spec, with its buckets.
async fn export(program: &Program, spec: &str, format: &str, out: &str) {
    let parent = Path::new(out).parent().expect("it lies in a folder");
    fs::create_dir_all(parent).expect("a folder");
    let ran = program.run(&["-c", spec, "export", "--format", format, "--buckets", "--out", out]).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{spec} as {format}: {ran}");
}

/// The files of a folder and of those in it with this ending.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|it| it == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Runs a judge that is a program of its own.
async fn ran(tool: &str, arguments: &[&str], folder: &Path) -> Ran {
    let mut command = Command::new(judges_tool(tool));
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .env("CHECKPOINT_DISABLE", "1");
    command.kill_on_drop(true).output().await.expect("it starts").into()
}

/// Issue: "cfn-lint (`PyPI`) over every CloudFormation export".
#[tokio::test]
async fn cfn_lint_has_nothing_to_say() {
    let folder = every_export("cloudformation", "").await;
    let templates = files(folder.path(), "yaml");
    assert!(templates.len() > 50, "{}", templates.len());
    let names: Vec<&str> = templates.iter().map(|path| path.to_str().expect("UTF-8")).collect();
    let judged = ran("cfn-lint", &names, folder.path()).await;
    assert_eq!((judged.code, judged.stdout.as_str()), (Some(0), ""), "{judged}");

    // It would have something to say.
    let broken = folder.path().join("broken.yaml");
    let text = fs::read_to_string(&templates[0]).expect("a template");
    fs::write(&broken, text.replace("Status: Enabled", "Status: Yes, please")).expect("a file");
    let judged = ran("cfn-lint", &[broken.to_str().expect("UTF-8")], folder.path()).await;
    assert_eq!(judged.code, Some(2), "{judged}");
}

/// Issue: "an HCL parser, and OpenTofu's `fmt` and parser […] over every Terraform export". A provider cannot be
/// had without a registry, so validation ends where it would ask one; everything before that has passed.
#[tokio::test]
async fn opentofu_would_write_it_no_other_way() {
    let folder = every_export("terraform", "main.tf").await;
    let formatted = ran("tofu", &["fmt", "-check", "-diff", "-recursive"], folder.path()).await;
    assert_eq!((formatted.code, formatted.stdout.as_str()), (Some(0), ""), "{formatted}");
    for file in files(folder.path(), "tf") {
        let validated = ran("tofu", &["validate", "-json"], file.parent().expect("a folder")).await;
        let document = validated.json();
        let found = document["diagnostics"].as_array().expect("a list");
        let found: BTreeSet<&str> = found.iter().filter_map(|found| found["summary"].as_str()).collect();
        assert_eq!(found, BTreeSet::from(["Missing required provider"]), "{}: {validated}", file.display());
    }

    // It would find a fault of form, and one of syntax.
    let file = files(folder.path(), "tf").remove(0);
    let text = fs::read_to_string(&file).expect("a configuration");
    fs::write(&file, text.replacen("source  = ", "source = ", 1)).expect("a file");
    let formatted = ran("tofu", &["fmt", "-check", "-recursive"], folder.path()).await;
    assert_eq!(formatted.code, Some(3), "{formatted}");
    fs::write(&file, text.replacen("locals {", "locals", 1)).expect("a file");
    let validated = ran("tofu", &["validate", "-json"], file.parent().expect("a folder")).await;
    assert_ne!(validated.json()["diagnostics"][0]["summary"], "Missing required provider", "{validated}");
}

/// The buckets that the exports create, which the lab has not.
const BUCKETS: [&str; 2] = ["stacked-us-east-1@us-east-1", "stacked-eu-west-1@eu-west-1"];
/// A text and a key that would break out of any quotation marks that are not looked after.
const ODD_TEXT: &str = r#"it's "ok" ${local.x} %{if} \n # é 😀"#;
const ODD_KEY: &str = r#"fail over/h"e'alth ${x} *.txt"#;

/// A lab with a spec for buckets that are not there yet, in which all is odd that can be.
async fn lab() -> TestLab {
    let lab = TestLab::start(quick()).await;
    let spec = lab.lab.spec_toml().replace("my-app-data-", "stacked-");
    let odd = spec
        .replace("contains = \"ok\"", &format!("contains = '''{ODD_TEXT}'''"))
        .replace("object = \"failover/health.txt\"", &format!("object = '''{ODD_KEY}'''"));
    assert!(odd.contains(ODD_TEXT) && odd.contains(ODD_KEY), "{odd}");
    lab.write_spec(&odd);
    for (format, out) in [("cloudformation", "."), ("terraform", "main.tf"), ("json", "requests.json")] {
        let out = lab.folder().join(out).display().to_string();
        export(&lab.program(), "failover.toml", format, &out).await;
    }
    lab
}

async fn deploy(lab: &TestLab, arguments: &[&str]) -> String {
    let path = |name: &str| lab.folder().join(name).display().to_string();
    let file = path(arguments[1]);
    let arguments: Vec<&str> =
        [arguments[0], &file].into_iter().chain(arguments[2..].iter().copied()).collect();
    judge("deploy.py", lab.environment(), &arguments).await
}

/// Each line once, in order.
fn sorted<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    lines.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join("\n")
}

/// What the buckets are like, which no format may see differently.
async fn buckets(lab: &TestLab) -> String {
    judge("deploy.py", lab.environment(), &[&["buckets"], BUCKETS.as_slice()].concat()).await
}

/// Nothing is left to do for apply, and DNS and S3 answer as the spec says.
async fn stands(lab: &TestLab, endpoint: &str) {
    let planned = lab.program().run(&["plan", "--check"]).await;
    assert_eq!(planned.code, Some(0), "{planned}");
    verified(lab, endpoint).await;
}

/// Not before the name servers know the records: what created them did not wait for INSYNC, and a resolver that is
/// asked too early keeps its negative answer for as long as the SOA says.
async fn verified(lab: &TestLab, endpoint: &str) {
    answered(lab, NAME, endpoint).await;
    eventually("the checkers have looked", std::time::Duration::from_mins(1), async || {
        let verified = lab.program().run(&["verify"]).await;
        if verified.code == Some(0) { Ok(()) } else { Err(verified.to_string()) }
    })
    .await;
}

#[tokio::test]
async fn what_terraform_creates_is_what_apply_creates() {
    let lab = lab().await;
    let roles = deploy(&lab, &["terraform", "main.tf"]).await;
    insta::assert_snapshot!("roles", sorted(roles.lines()));
    insta::assert_snapshot!("buckets", buckets(&lab).await);
    stands(&lab, STACKED).await;
    lab.stop().await;
}

#[tokio::test]
async fn what_the_requests_create_is_what_apply_creates() {
    let lab = lab().await;
    let roles = deploy(&lab, &["requests", "requests.json"]).await;
    insta::assert_snapshot!("roles", sorted(roles.lines()));
    insta::assert_snapshot!("buckets", buckets(&lab).await);
    stands(&lab, STACKED).await;
    lab.stop().await;
}

/// CloudFormation makes up the caller references, so its health checks are not apply's. Those that apply then
/// creates beside them are the same but for that.
#[tokio::test]
async fn what_cloudformation_creates_is_what_apply_creates() {
    let lab = lab().await;
    let templates = [("buckets-us-east-1.yaml", "us-east-1"), ("buckets-eu-west-1.yaml", "eu-west-1")];
    let mut said = String::new();
    for round in ["Replicate=false", "Replicate=true"] {
        for (file, region) in templates {
            said += &deploy(&lab, &["cloudformation", file, region, round]).await;
        }
    }
    insta::assert_snapshot!("roles", sorted(said.lines().filter(|line| line.contains("\"role\""))));
    put_objects(&lab).await;
    insta::assert_snapshot!("buckets", buckets(&lab).await);
    let zones = lab.route53().list_hosted_zones().send().await.expect("the zones");
    let zone = zones.hosted_zones[0].id.trim_start_matches("/hostedzone/");
    deploy(&lab, &["cloudformation", "dns.yaml", "us-east-1", &format!("ExampleComZone={zone}")]).await;
    verified(&lab, STACKED).await;

    let planned = lab.program().run(&["plan", "--output", "json"]).await;
    let changes = planned.json()["changes"].as_array().expect("a list").clone();
    let told = |change: &Value| {
        ["action", "kind", "role", "reason"]
            .map(|key| change[key].as_str().expect("a text").to_owned())
            .join(" ")
    };
    insta::assert_snapshot!(changes.iter().map(told).collect::<Vec<_>>().join("\n"), @"
    create health_check primary there is none yet
    create health_check secondary there is none yet
    create health_check switch there is none yet
    create health_check combined there is none yet
    update record primary its health check is another
    update record secondary its health check is another
    ");
    let applied = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(applied.code, Some(0), "{applied}");
    stands(&lab, STACKED).await;
    let checks = held(&lab.route53()).await.checks;
    let role = |id: &String| {
        let (_, tags) = checks.iter().find(|(check, _)| check.id == *id).expect("a child is there");
        tags["s3-failover:role"].clone()
    };
    let mut pairs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (check, tags) in &checks {
        let mut config = check.health_check_config.clone().expect("it has settings");
        config.child_health_checks.iter_mut().flatten().for_each(|id| *id = role(id));
        let pair = pairs.entry(tags["s3-failover:role"].clone()).or_default();
        pair.push(format!("{config:?} {tags:?}"));
    }
    assert_eq!(pairs.keys().collect::<Vec<_>>(), ROLES.iter().collect::<Vec<_>>());
    for pair in pairs.values() {
        assert_eq!((pair.len(), &pair[0]), (2, &pair[1]));
    }
    lab.stop().await;
}

/// As the header of each template says it: by the aws command, out of bash.
async fn put_objects(lab: &TestLab) {
    for file in ["buckets-us-east-1.yaml", "buckets-eu-west-1.yaml"] {
        let text = fs::read_to_string(lab.folder().join(file)).expect("a template");
        let told = text.lines().find_map(|line| line.strip_prefix("#   printf")).expect("it says how");
        let mut command = Command::new("bash");
        let path = judges_tool("aws").parent().expect("a folder").display().to_string();
        let path = format!("{path}:{}", std::env::var("PATH").expect("a PATH"));
        command.args(["-euo", "pipefail", "-c", &format!("printf{told}")]).current_dir(lab.folder());
        command.env_clear().envs(lab.environment().iter().cloned());
        command.env("HOME", lab.folder()).env("PATH", path).env("LC_ALL", "C.UTF-8");
        let put: Ran = command.kill_on_drop(true).output().await.expect("bash starts").into();
        assert_eq!(put.code, Some(0), "{put}");
    }
}

/// The shapes are those of the aws command, and of the requests that apply sends.
#[tokio::test]
async fn the_aws_command_takes_every_request() {
    let lab = TestLab::start(quick()).await;
    let spec = lab.lab.spec_toml();
    let (head, tail) = spec.split_once("[failover.switch]").expect("a switch");
    let (_, tail) = tail.split_once("[failover.primary]").expect("a side");
    lab.write_spec(&format!("{head}[failover.primary]{tail}"));
    let ran = lab.program().run(&["export", "--format", "json"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    fs::write(lab.folder().join("requests.json"), &ran.stdout).expect("a file");
    let aws = judges_tool("aws").display().to_string();
    let said = deploy(&lab, &["commands", "requests.json", &aws]).await;
    let commands: Vec<&str> = said.lines().collect();
    assert_eq!(commands.len(), 6, "{said}");
    stands(&lab, ENDPOINTS[0]).await;
    lab.stop().await;
}

/// The failovers of a spec of the folder of valid ones, at names of their own and in the lab's zones; roles left
/// out, which nobody there could give.
fn at_their_own_names(path: &Path, label: &str, zone: &str, children: &[String; 2]) -> Vec<Value> {
    let text = fs::read_to_string(path).expect("a spec");
    let is_json = path.extension().is_some_and(|ending| ending == "json");
    let read = |text: &str| if is_json { serde_json::from_str(text).ok() } else { toml::from_str(text).ok() };
    let spec: Value = read(&text).expect("a spec that can be read");
    let mut failovers = spec["failover"].as_array().expect("a list").clone();
    let names: Vec<Value> = failovers.iter().map(|failover| failover["name"].clone()).collect();
    for failover in &mut failovers {
        if failover["hosted_zone"].is_null() {
            failover["hosted_zone"] = spec["hosted_zone"].clone();
        }
        adapt(failover, &|text| match text {
            text if text.starts_with("Z0123456789") => Some(zone.to_owned()),
            text if text.starts_with("1bc7a5c2-") => Some(children[0].clone()),
            text if text.starts_with("2cd8b6d3-") => Some(children[1].clone()),
            text if names.iter().any(|name| name == text) => Some(format!("{label}.{text}")),
            _ => None,
        });
    }
    failovers
}

fn adapt(value: &mut Value, replaced: &impl Fn(&str) -> Option<String>) {
    match value {
        Value::String(text) => *text = replaced(text).unwrap_or_else(|| text.clone()),
        Value::Array(items) => items.iter_mut().for_each(|item| adapt(item, replaced)),
        Value::Object(entries) => {
            entries.retain(|key, _| key != "role_arn" && key != "external_id");
            entries.values_mut().for_each(|item| adapt(item, replaced));
        }
        _ => {}
    }
}

/// A health check that somebody has.
async fn somebodys_check(lab: &TestLab, reference: &str) -> String {
    let config = HealthCheckConfig::builder().r#type(HealthCheckType::Tcp).port(443);
    let config = config.fully_qualified_domain_name("www.example.com").build().expect("a type");
    let create = lab.route53().create_health_check().caller_reference(reference);
    let made = create.health_check_config(config).send().await.expect("a health check");
    made.health_check.expect("it is in the answer").id
}

/// Every valid spec in every format, all in one account.
#[tokio::test]
async fn every_spec_is_created_as_apply_would_create_it() {
    // Nobody waits for the checkers, of which there are thousands.
    let lab = TestLab::start(Options { quotas: Quotas::RAISED, speed: 1.0, ..quick() }).await;
    let client = lab.route53();
    let made = client.create_hosted_zone().name("example.org").caller_reference("second").send().await;
    made.expect("a zone");
    let zones = client.list_hosted_zones_by_name().dns_name("example.com").send().await.expect("zones");
    let zone = zones.hosted_zones[0].id.trim_start_matches("/hostedzone/").to_owned();
    let children = [somebodys_check(&lab, "one").await, somebodys_check(&lab, "two").await];
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/specs/valid");
    let specs: Vec<PathBuf> = [files(&specs, "toml"), files(&specs, "json")].concat();
    assert!(specs.len() > 15, "{specs:?}");
    for format in ["cloudformation", "terraform", "json"] {
        let own = |(index, path): (usize, &PathBuf)| {
            at_their_own_names(path, &format!("{}{index}", &format[..1]), &zone, &children)
        };
        let failovers: Vec<Value> = specs.iter().enumerate().flat_map(own).collect();
        let spec = serde_json::json!({ "hosted_zone": "example.com", "failover": failovers });
        let (name, out) = (format!("{format}.json"), format!("{format}.out"));
        fs::write(lab.folder().join(&name), spec.to_string()).expect("a file");
        let program = lab.program();
        let exported = program.run(&["-q", "-c", &name, "export", "--format", format, "--out", &out]).await;
        assert_eq!(exported.code, Some(0), "{exported}");
        let out = lab.folder().join(out).display().to_string();
        judge("deploy.py", lab.environment(), &["every", format, &out]).await;

        let planned = program.run(&["-q", "-c", &name, "plan", "--output", "json"]).await;
        assert_eq!(planned.code, Some(0), "{planned}");
        let changes = planned.json()["changes"].clone();
        let expected = |change: &&Value| {
            // See `what_cloudformation_creates_is_what_apply_creates`.
            let checks = change["kind"] == "health_check" && change["action"] == "create";
            format == "cloudformation" && (checks || change["reason"] == "its health check is another")
        };
        let others: Vec<&Value> =
            changes.as_array().expect("a list").iter().filter(|change| !expected(change)).collect();
        assert_eq!(others, Vec::<&Value>::new(), "{format}");
    }
    lab.stop().await;
}

#[tokio::test]
async fn what_cannot_be_exported_is_said() {
    let lab = TestLab::start(quick()).await;
    let several = lab.program().run(&["export", "--format", "cloudformation", "--buckets"]).await;
    insta::assert_snapshot!(several, @"
    ── stdout
    ── stderr
    error: this takes several templates: dns.yaml, buckets-eu-west-1.yaml, buckets-us-east-1.yaml
    hint: `--out FOLDER` writes them all.
    ── ended with 2
    ");
    let elsewhere = lab.program().run(&["export", "--format", "terraform", "--for", "plan"]).await;
    insta::assert_snapshot!(elsewhere, @"
    ── stdout
    ── stderr
    error: `--for` says which command a policy is for
    hint: `--format iam --for plan` prints the policy that plan needs.
    ── ended with 2
    ");
    let spec = lab.lab.spec_toml();
    let at = spec.find("[[failover]]").expect("a failover");
    let second = spec[at..]
        .replace("data.example.com", "media.example.com")
        .replace("us-east-1\"\nregion = \"us-east-1", "us-east-1\"\nregion = \"us-west-2");
    lab.write_spec(&format!("{spec}\n{second}"));
    let two = lab.program().run(&["export", "--format", "json", "--buckets"]).await;
    insta::assert_snapshot!(two, @"
    ── stdout
    ── stderr
    error: the bucket my-app-data-us-east-1 is said to lie in us-east-1 and in us-west-2
    hint: A bucket lies in one region of one account: say so alike wherever the spec names it.
    ── ended with 2
    ");
    lab.stop().await;
}
