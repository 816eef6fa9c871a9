//! What `plan`, `apply` and `destroy` do to an account, seen from outside: over DNS, through the AWS SDK,
//! and in the calls that they make.

use std::{collections::BTreeSet, time::Duration};

use aws_sdk_route53::types::{
    AliasTarget, Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet, RrType,
};
use s3_failover::lab::Options;
use serde_json::{Value, json};

use crate::support::{
    Action, Call, ENDPOINTS, Held, NAME, Proxy, RECORDS, ROLES, Ran, TestLab, Watch, answered, held, quick,
};

/// `plan` says that there is nothing to do, in both of its ways.
pub(crate) async fn nothing_to_do(lab: &TestLab) {
    let check = lab.program().run(&["plan", "--check", "--output", "json"]).await;
    assert_eq!((check.code, &check.json()["changes"]), (Some(0), &json!([])), "{check}");
}

/// Applies the spec as it is now, while every name server is asked all the time; then nothing is left to
/// do. The answers that were seen.
pub(crate) async fn applied_under_watch(lab: &TestLab, flags: &[&str]) -> BTreeSet<String> {
    let watch = Watch::start(&lab.lab.ready().nameservers, NAME);
    let ran = lab.program().run(&[&["apply", "--yes"], flags].concat()).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let answers = watch.answers().await;
    nothing_to_do(lab).await;
    answers
}

pub(crate) fn texts(values: &[&str]) -> BTreeSet<String> {
    values.iter().map(|text| (*text).to_owned()).collect()
}

/// What `plan` says of the spec as it is now: action, kind, name and role of each change.
async fn planned(lab: &TestLab) -> Vec<[String; 4]> {
    let ran = lab.program().run(&["plan", "--output", "json"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let keys = ["action", "kind", "name", "role"];
    let line = |change: &Value| keys.map(|key| change[key].as_str().expect("a text").to_owned());
    ran.json()["changes"].as_array().expect("a list").iter().map(line).collect()
}

async fn change_zone(lab: &TestLab, action: ChangeAction, set: ResourceRecordSet) {
    let client = lab.route53();
    let zone = held(&client).await.zone;
    let change = Change::builder().action(action).resource_record_set(set).build().expect("a change");
    let batch = ChangeBatch::builder().changes(change).build().expect("a batch");
    let request = client.change_resource_record_sets().hosted_zone_id(zone).change_batch(batch);
    request.send().await.expect("the lab changes its zone");
}

fn values(name: &str, rtype: RrType, ttl: i64, value: &str) -> ResourceRecordSet {
    let value = ResourceRecord::builder().value(value).build().expect("a value");
    let set = ResourceRecordSet::builder().name(name).r#type(rtype).ttl(ttl).resource_records(value);
    set.build().expect("a record set")
}

/// interface.md, "JSON that scripts read": the keys of `plan` and of `apply`. The issue: "`plan` reads the
/// zone, the health checks and their tags once" and "After apply, plan is empty".
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plan_apply_plan() {
    let lab = TestLab::start(quick()).await;
    let before = held(&lab.route53()).await;

    let plan = lab.program().run(&["plan", "--check", "--output", "json"]).await;
    assert_eq!((plan.code, plan.stderr.as_str()), (Some(1), ""), "{plan}");
    let mut document = plan.json();
    let digest = document["digest"].take();
    let digest = digest.as_str().expect("a digest");
    assert!(digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{digest}");
    let create = |kind: &str, name: &str, role: &str| json!({"action": "create", "kind": kind, "name": name, "role": role, "reason": "there is none yet"});
    let changes = json!([
        create("health_check", NAME, "primary"),
        create("health_check", NAME, "secondary"),
        create("health_check", NAME, "switch"),
        create("health_check", NAME, "combined"),
        create("record", "_s3-failover.data.example.com", "marker"),
        create("record", "us-east-1.data.example.com", "primary-pointer"),
        create("record", "eu-west-1.data.example.com", "secondary-pointer"),
        create("record", NAME, "primary"),
        create("record", NAME, "secondary"),
    ]);
    let summary = json!({"create": 9, "update": 0, "replace": 0, "delete": 0});
    let expected = json!({
        "schema": "s3-failover/plan/v1", "digest": null, "changes": changes, "summary": summary,
        "api_calls": {"planned": 15, "least_seconds": 1.0},
    });
    assert_eq!(document, expected);

    let proxy = Proxy::start(&lab).await;
    let through = lab.program().with("AWS_ENDPOINT_URL_ROUTE_53", proxy.url());
    let apply = through.start(&["apply", "--yes", "--output", "json", "--quiet"]).ended().await;
    assert_eq!((apply.code, apply.stderr.as_str()), (Some(0), ""), "{apply}");
    let document = apply.json();
    assert_eq!(document["schema"], "s3-failover/apply/v1");
    assert_eq!(document["digest"], digest, "apply did what plan had shown");
    assert_eq!((&document["changes"], &document["summary"]), (&changes, &summary));
    assert_eq!(document["insync"], true);
    assert_eq!(
        document["api_calls"],
        json!({"planned": 15, "least_seconds": 1.0, "made": proxy.calls().len()})
    );
    let done = document["applied"].as_array().expect("a list");
    let done: Vec<&str> = done.iter().map(|one| one["done"].as_str().expect("a text")).collect();
    let created = "check_created";
    assert_eq!(done, [created, created, created, created, "records_changed"]);
    // Four checks, each tagged, and one batch.
    assert_eq!(proxy.mutating().len(), 9, "{:#?}", proxy.mutating());

    let after = held(&lab.route53()).await;
    assert_eq!(after.described(NAME), RECORDS);
    assert_eq!(after.roles(), ROLES);
    assert_eq!(after.records_beside(NAME), before.records_beside(NAME));
    answered(&lab, NAME, ENDPOINTS[0]).await;
    nothing_to_do(&lab).await;
}

/// interface.md: `plan --check` is 0 when nothing differs; a second run does nothing twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_apply_and_a_second_destroy_do_nothing() {
    let lab = TestLab::applied(quick()).await;
    let proxy = Proxy::start(&lab).await;
    let through = lab.program().with("AWS_ENDPOINT_URL_ROUTE_53", proxy.url());
    let again = through.run(&["apply", "--yes"]).await;
    insta::assert_snapshot!(again, @r"
    ── stdout
    Nothing to do: health checks and records are as the spec says.
    ── stderr
    ── ended with 0
    ");
    assert_eq!(proxy.mutating(), []);

    let destroy = through.run(&["destroy", "--yes", "--quiet"]).await;
    assert_eq!(destroy.code, Some(0), "{destroy}");
    let sent = proxy.mutating().len();
    assert_eq!(sent, 5, "the records in one batch, and four checks: {:#?}", proxy.mutating());
    let again = through.run(&["destroy", "--yes"]).await;
    insta::assert_snapshot!(again, @r"
    ── stdout
    Nothing to do: nothing of the spec's failovers is there.
    ── stderr
    ── ended with 0
    ");
    assert_eq!(proxy.mutating().len(), sent);
}

/// interface.md: "Nothing without our mark is ever changed", and exit code 4. Records of others at each
/// place where one of ours would go.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_of_others_in_the_way_is_refused() {
    let lab = TestLab::start(quick()).await;
    let target = AliasTarget::builder()
        .hosted_zone_id("Z-LAB-1")
        .dns_name("www.example.com")
        .evaluate_target_health(false);
    let alias = ResourceRecordSet::builder()
        .name(NAME)
        .r#type(RrType::A)
        .alias_target(target.build().expect("an alias"));
    let mut said = Vec::new();
    for foreign in [
        values(NAME, RrType::Cname, 300, "www.example.com"),
        values(NAME, RrType::A, 300, "192.0.2.99"),
        alias.build().expect("a record set"),
        values("us-east-1.data.example.com", RrType::Txt, 300, "\"not yours\""),
        values("eu-west-1.data.example.com", RrType::A, 300, "192.0.2.99"),
        values("_s3-failover.data.example.com", RrType::Txt, 300, "\"not yours\""),
    ] {
        change_zone(&lab, ChangeAction::Create, foreign.clone()).await;
        let before = held(&lab.route53()).await;
        let proxy = Proxy::start(&lab).await;
        let through = lab.program().with("AWS_ENDPOINT_URL_ROUTE_53", proxy.url());
        let Ran { stdout, stderr, code } = through.run(&["apply", "--yes"]).await;
        assert_eq!((code, stdout.as_str()), (Some(4), ""), "{stderr}");
        assert_eq!(proxy.mutating(), [], "{foreign:?}");
        assert_eq!(held(&lab.route53()).await, before);
        said.push(stderr);
        change_zone(&lab, ChangeAction::Delete, foreign).await;
    }
    insta::assert_snapshot!(said.join("\n"), @r"
    refused: the plan was refused for safety
      because: foreign-record: the record data.example.com CNAME is in the way of data.example.com, and nothing says that s3-failover created it
    hint: Nothing was changed. Choose another name than data.example.com, or remove the record by the tool that manages it, or let s3-failover take its place with `--adopt data.example.com`.

    refused: the plan was refused for safety
      because: foreign-record: the record data.example.com A is in the way of data.example.com, and nothing says that s3-failover created it
    hint: Nothing was changed. Choose another name than data.example.com, or remove the record by the tool that manages it, or let s3-failover take its place with `--adopt data.example.com`.

    refused: the plan was refused for safety
      because: foreign-record: the record data.example.com A is in the way of data.example.com, and nothing says that s3-failover created it
    hint: Nothing was changed. Choose another name than data.example.com, or remove the record by the tool that manages it, or let s3-failover take its place with `--adopt data.example.com`.

    refused: the plan was refused for safety
      because: foreign-record: the record us-east-1.data.example.com TXT is in the way of data.example.com, and nothing says that s3-failover created it
    hint: Nothing was changed. Choose another name than data.example.com, or remove the record by the tool that manages it, or let s3-failover take its place with `--adopt data.example.com`.

    refused: the plan was refused for safety
      because: foreign-record: the record eu-west-1.data.example.com A is in the way of data.example.com, and nothing says that s3-failover created it
    hint: Nothing was changed. Choose another name than data.example.com, or remove the record by the tool that manages it, or let s3-failover take its place with `--adopt data.example.com`.

    refused: the plan was refused for safety
      because: foreign-record: the record _s3-failover.data.example.com TXT is in the way of data.example.com, and nothing says that s3-failover created it
    hint: Nothing was changed. Choose another name than data.example.com, or remove the record by the tool that manages it, or let s3-failover take its place with `--adopt data.example.com`.
    ");
}

/// The issue: drift is seen and mended. A record of ours whose TTL somebody changed, and health checks
/// that somebody disabled and inverted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_changed_by_hand_is_mended() {
    let lab = TestLab::applied(quick()).await;
    let client = lab.route53();
    let pointer = values("us-east-1.data.example.com", RrType::Cname, 300, ENDPOINTS[0]);
    change_zone(&lab, ChangeAction::Upsert, pointer).await;
    assert_eq!(planned(&lab).await, [["update", "record", "us-east-1.data.example.com", "primary-pointer"]]);
    mended(&lab).await;

    let id = held(&client).await.check("secondary").id().to_owned();
    client.update_health_check().health_check_id(&id).disabled(true).send().await.expect("an update");
    assert_eq!(planned(&lab).await, [["update", "health_check", NAME, "secondary"]]);
    mended(&lab).await;

    let id = held(&client).await.check("secondary").id().to_owned();
    client.update_health_check().health_check_id(&id).inverted(true).send().await.expect("an update");
    assert_eq!(planned(&lab).await, [["update", "health_check", NAME, "secondary"]]);
    mended(&lab).await;
}

async fn mended(lab: &TestLab) {
    let check = lab.program().run(&["plan", "--check"]).await;
    assert_eq!(check.code, Some(1), "{check}");
    assert_eq!(applied_under_watch(lab, &[]).await, texts(&ENDPOINTS[..1]));
    let Held { checks, .. } = &held(&lab.route53()).await;
    for (check, _) in checks {
        let config = check.health_check_config().expect("settings");
        let switch = config.resource_path() == Some("/failover/force-secondary");
        assert_eq!((config.disabled(), config.inverted()), (Some(false), Some(switch)), "{check:?}");
    }
}

/// The issue: apply "waits until their checkers report", and interface.md: exit code 4 for "a secondary
/// that is not healthy". The program lives in our own time and waits for new checkers for 80 s, so this is
/// the slowest test of all; the lab is slow, too, and costs little meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_sentinel_the_records_are_not_changed() {
    let lab = TestLab::start(Options { speed: 2.0, insync_delay: Duration::from_secs(2), ..quick() }).await;
    let s3 = lab.s3("eu-west-1");
    let sentinel = s3.delete_object().bucket("my-app-data-eu-west-1").key("failover/health.txt");
    sentinel.send().await.expect("the sentinel goes");
    let before = held(&lab.route53()).await.records;
    let refused = lab.program().run(&["apply", "--yes", "--quiet"]).await;
    insta::assert_snapshot!(refused.stderr, @"
    refused: what was planned was refused for safety
      because: unhealthy: the secondary health check of data.example.com (lab-healthcheck-0002) is not healthy: 0 of 16 checkers report success; one says: Failure: HTTP Status Code 403, Forbidden. The records were not changed
    hint: Put the object where the health check looks (and let it be read by everybody), then run the same command again. `--allow unhealthy` changes the records all the same.
    ");
    assert_eq!(refused.code, Some(4), "{refused}");
    assert_eq!(held(&lab.route53()).await.records, before);
    let allowed = lab.program().run(&["apply", "--yes", "--allow-unhealthy"]).await;
    assert_eq!(allowed.code, Some(0), "{allowed}");
    assert_eq!(held(&lab.route53()).await.described(NAME), RECORDS);
    nothing_to_do(&lab).await;
}

fn is_batch(call: &Call) -> bool {
    call.method == "POST" && call.path.ends_with("/rrset")
}

/// The issue: "nothing half-done that a second run cannot finish". Somebody changes a record of ours after
/// the plan was made and before its batch arrives.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_zone_that_changed_since_the_plan_is_not_changed_blindly() {
    let lab = TestLab::applied(quick()).await;
    lab.edit_spec("ttl = 60", "ttl = 30");
    let mut proxy =
        Proxy::with(&lab, |call| if is_batch(call) { Action::Hold } else { Action::Forward }).await;
    let through = lab.program().with("AWS_ENDPOINT_URL_ROUTE_53", proxy.url());
    let meddle = async {
        proxy.reached().await;
        change_zone(
            &lab,
            ChangeAction::Upsert,
            values("eu-west-1.data.example.com", RrType::Cname, 300, ENDPOINTS[1]),
        )
        .await;
        let changed = held(&lab.route53()).await;
        proxy.release();
        changed
    };
    let (ran, changed) = tokio::join!(through.run(&["apply", "--yes", "--quiet"]), meddle);
    insta::assert_snapshot!(ran.stderr, @r"
    error: could not change 10 records in the hosted zone Z-LAB-1
      because: AWS refused it with InvalidChangeBatch: [Tried to delete resource record set [name='eu-west-1.data.example.com.', type='CNAME'] but the values provided do not match the current values, Tried to create resource record set [name='eu-west-1.data.example.com.', type='CNAME'] but it already exists]
    hint: Run `s3-failover plan` to see what there is now, and the same command again.
    hint: The zone may have changed since the plan was made: plan again.
    ");
    assert_eq!(ran.code, Some(3), "{ran}");
    assert_eq!(held(&lab.route53()).await, changed);
    let again = lab.program().run(&["apply", "--yes", "--quiet"]).await;
    assert_eq!(again.code, Some(0), "{again}");
    nothing_to_do(&lab).await;
}

/// interface.md: "Without a terminal and without `--yes` they end with 4 and change nothing."
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_yes_nothing_is_changed() {
    let lab = TestLab::start(quick()).await;
    for command in ["apply", "destroy"] {
        let proxy = Proxy::start(&lab).await;
        let through = lab.program().with("AWS_ENDPOINT_URL_ROUTE_53", proxy.url());
        let before = held(&lab.route53()).await;
        let ran = through.run(&[command, "--quiet"]).await;
        assert_eq!(
            (ran.code, ran.stderr.as_str()),
            (
                Some(4),
                "refused: nobody can be asked, and nobody has said yes; nothing was changed\nhint: `--yes` answers for you.\n"
            ),
            "{ran}"
        );
        assert_eq!(proxy.mutating(), []);
        assert_eq!(held(&lab.route53()).await, before);
        if command == "apply" {
            let ran = lab.program().run(&["apply", "--yes", "--quiet"]).await;
            assert_eq!(ran.code, Some(0), "{ran}");
        }
    }
}
