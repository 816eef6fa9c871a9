//! A change whose answer is lost comes a second time, and meets itself; or somebody else.
//!
//! misbehaviour.rs shows that every such run ends well. Here: by which calls, and that somebody else's change is
//! never taken for ours.

use aws_sdk_route53::types::{
    Change, ChangeAction, ChangeBatch, HealthCheck, ResourceRecord, ResourceRecordSet, RrType,
};
use s3_failover::lab::{Options, Quotas};

use crate::support::{Action, Call, ENDPOINTS, Flow, Inside, NAME, Proxy, ROLES, TestLab, held, quick};

fn is_batch(call: &Call) -> bool {
    call.method == "POST" && call.path.ends_with("/rrset")
}

/// Each batch as its changes: `CREATE name`, `DELETE name`.
fn batches(proxy: &Proxy) -> Vec<Vec<String>> {
    let word = |text: &str, tag: &str| {
        let start = text.split_once(&format!("<{tag}>"))?.1;
        Some(start.split_once('<')?.0.to_owned())
    };
    let changes = |call: &Call| {
        let each = call.body.split("<Change>").skip(1);
        each.map(|change| {
            let name = word(change, "Name").expect("a name");
            format!("{} {}", word(change, "Action").expect("an action"), name.trim_end_matches('.'))
        })
        .collect()
    };
    proxy.calls().iter().filter(|call| is_batch(call)).map(changes).collect()
}

/// A proxy that loses the answer to the first call that `which` names.
async fn losing(lab: &TestLab, which: fn(&Call) -> bool) -> Proxy {
    let mut lost = false;
    let rule = move |call: &Call| {
        if which(call) && !std::mem::replace(&mut lost, true) { Action::LoseAnswer } else { Action::Forward }
    };
    Proxy::with(lab, rule).await
}

/// The batch's id is lost with its answer; INSYNC is still waited for, by a batch that has no effect.
#[tokio::test(start_paused = true)]
async fn a_batch_that_meets_itself_is_waited_for() {
    let marker = "_s3-failover.data.example.com";
    let lab = TestLab::without_programs(Flow::options(1.0)).await;
    let before = Flow::Apply.prepare(&lab).await;
    let proxy = losing(&lab, is_batch).await;
    Inside::new(&lab, proxy.url()).await.run(&Flow::Apply.errand()).await.expect("it gets through");
    let sent = batches(&proxy);
    assert_eq!(sent.len(), 3, "{sent:#?}");
    assert_eq!(sent[0], sent[1]);
    assert_eq!(sent[2], [format!("DELETE {marker}"), format!("CREATE {marker}")]);
    let looks: Vec<_> = proxy.calls().into_iter().filter(|call| call.path.starts_with("/change/")).collect();
    assert!(looks.len() >= 2, "4 s pass until INSYNC: {looks:#?}");
    Flow::Apply.settled(&lab, &before, "then").await;

    // What takes everything away leaves nothing that could be put back but its own marker.
    let proxy = losing(&lab, is_batch).await;
    Inside::new(&lab, proxy.url()).await.run(&Flow::Destroy.errand()).await.expect("it gets through");
    let sent = batches(&proxy);
    assert_eq!(sent.len(), 4, "{sent:#?}");
    assert_eq!(sent[2..], [[format!("CREATE {marker}")], [format!("DELETE {marker}")]]);
    let order: Vec<Call> = proxy
        .calls()
        .into_iter()
        .filter(|c| c.method == "DELETE" || c.path.starts_with("/change/"))
        .collect();
    assert!(order[0].path.starts_with("/change/"), "no check goes before INSYNC: {order:#?}");
    Flow::Destroy.settled(&lab, &before, "then").await;
    lab.stop().await;
}

/// Between the two, somebody changes one of our records: the second refusal is told, not taken for success.
#[tokio::test(start_paused = true)]
async fn somebody_elses_change_is_not_taken_for_ours() {
    let lab = TestLab::without_programs(Flow::options(1.0)).await;
    let before = Flow::Apply.prepare(&lab).await;
    let mut batches = 0;
    let rule = move |call: &Call| {
        batches += usize::from(is_batch(call));
        match (is_batch(call), batches) {
            (true, 1) => Action::LoseAnswer,
            (true, 2) => Action::Hold,
            _ => Action::Forward,
        }
    };
    let mut proxy = Proxy::with(&lab, rule).await;
    let inside = Inside::new(&lab, proxy.url()).await;
    let client = lab.route53();
    let meddle = async {
        proxy.reached().await;
        let value = ResourceRecord::builder().value(ENDPOINTS[1]).build().expect("a value");
        let name = "us-east-1.data.example.com";
        let set =
            ResourceRecordSet::builder().name(name).r#type(RrType::Cname).ttl(60).resource_records(value);
        let change = Change::builder().action(ChangeAction::Upsert);
        let change = change.resource_record_set(set.build().expect("a set")).build().expect("a change");
        let batch = ChangeBatch::builder().changes(change).build().expect("a batch");
        let request = client.change_resource_record_sets().hosted_zone_id(&before.zone).change_batch(batch);
        request.send().await.expect("the lab changes its zone");
        let changed = held(&client).await;
        proxy.release();
        changed
    };
    let errand = Flow::Apply.errand();
    let (ran, changed) = tokio::join!(inside.run(&errand), meddle);
    let error = ran.expect_err("it is told");
    assert!(error.contains("AWS refused it with InvalidChangeBatch"), "{error}");
    assert_eq!(held(&client).await, changed);
    Inside::direct(&lab).await.run(&errand).await.expect("it mends the record");
    Flow::Apply.settled(&lab, &before, "then").await;
    lab.stop().await;
}

/// The same for a health check that is changed in place, at a version.
#[tokio::test(start_paused = true)]
async fn an_update_that_meets_itself_is_done_and_one_that_meets_another_is_not() {
    let is_update = |call: &Call| {
        let id = call.path.strip_prefix("/healthcheck/");
        call.method == "POST" && id.is_some_and(|id| !id.contains('/'))
    };
    let lab = TestLab::without_programs(Flow::options(1.0)).await;
    let before = Flow::Update.prepare(&lab).await;
    let mut updates = 0;
    let rule = move |call: &Call| {
        updates += usize::from(is_update(call));
        match (is_update(call), updates) {
            (true, 1) => Action::LoseAnswer,
            (true, 3) => Action::Hold,
            _ => Action::Forward,
        }
    };
    let mut proxy = Proxy::with(&lab, rule).await;
    let inside = Inside::new(&lab, proxy.url()).await;
    let client = lab.route53();
    let meddle = async {
        let call = proxy.reached().await;
        let id = call.path.trim_start_matches("/healthcheck/").to_owned();
        client
            .update_health_check()
            .health_check_id(id)
            .failure_threshold(9)
            .send()
            .await
            .expect("an update");
        proxy.release();
    };
    let errand = Flow::Update.errand();
    let (ran, ()) = tokio::join!(inside.run(&errand), meddle);
    let error = ran.expect_err("it is told");
    assert!(error.contains("AWS refused it with HealthCheckVersionMismatch"), "{error}");
    let sent = proxy.calls().iter().filter(|call| is_update(call)).count();
    assert_eq!(sent, 3, "the first went on after it had met itself");
    Inside::direct(&lab).await.run(&errand).await.expect("it mends the check");
    Flow::Update.settled(&lab, &before, "then").await;
    lab.stop().await;
}

/// "TooManyHealthChecks": what was made stays, the way out is told, and the next run goes on.
#[tokio::test]
async fn a_full_account_is_told_with_the_way_out() {
    let quotas = Quotas { health_checks: 2, ..Quotas::default() };
    let lab = TestLab::start(Options { quotas, ..quick() }).await;
    let ran = lab.program().run(&["apply", "--yes"]).await;
    let told = &ran.stderr[ran.stderr.find("error: ").expect("a failure")..];
    insta::assert_snapshot!(told, @"
    error: could not create a health check
      because: AWS refused it with TooManyHealthChecks: You have reached the maximum number of active health checks for an Amazon Web Services account. To request a higher limit, create a case with the Amazon Web Services Support Center.
    hint: The account has as many as it may. `s3-failover status --orphans --all` shows health checks that nothing uses, `s3-failover destroy --orphans` removes ours among them; AWS raises the quota when asked (Service Quotas, Amazon Route 53). Then run the same command again: it goes on from what is there.
    ");
    assert_eq!(ran.code, Some(3), "{ran}");
    let left = held(&lab.route53()).await;
    assert_eq!(
        (left.roles(), left.records_of(NAME).len()),
        (ROLES[1..3].iter().map(|r| (*r).to_owned()).collect(), 0)
    );
    let removed = lab.program().run(&["destroy", "--orphans", "--yes"]).await;
    assert_eq!((removed.code, held(&lab.route53()).await.checks.len()), (Some(0), 0), "{removed}");
    lab.stop().await;
}

/// "Route 53 stores the `CallerReference` for a deleted health check for a number of days" (API reference,
/// `CreateHealthCheck`). A failover that was put up and taken down before does not ask once for each of the
/// checks that it had then.
#[tokio::test]
async fn what_was_often_taken_down_comes_back_by_few_calls() {
    let lab = TestLab::start(quick()).await;
    let client = lab.route53();
    let carried_out = async |command: &str| {
        let ran = lab.program().run(&[command, "--yes"]).await;
        assert_eq!(ran.code, Some(0), "{ran}");
    };
    carried_out("apply").await;
    let checks = held(&client).await.checks;
    carried_out("destroy").await;
    // A calculated one, which is made of deleted ones, could not be made again.
    let made_of_others = |check: &HealthCheck| {
        check.health_check_config().is_some_and(|config| !config.child_health_checks().is_empty())
    };
    for (check, _) in checks.iter().filter(|(check, _)| !made_of_others(check)) {
        for generation in 1..20 {
            let reference = check.caller_reference().replace(":0", &format!(":{generation}"));
            let request = client.create_health_check().caller_reference(reference);
            let request = request.set_health_check_config(check.health_check_config.clone());
            let made = request.send().await.expect("a check").health_check.expect("a check");
            client.delete_health_check().health_check_id(made.id).send().await.expect("it goes");
        }
    }
    lab.lab.forget_calls();
    carried_out("apply").await;
    assert_eq!(checks.len(), 4);
    let created = &lab.lab.call_counts()["route53:CreateHealthCheck"];
    assert_eq!((created.calls, created.refused), (8, 4), "one that is refused, and one that is not");
    lab.stop().await;
}
