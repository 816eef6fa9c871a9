//! Zones that vanish: before the plan, between plan and apply, and in the middle of it.

use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, RrType};

use crate::support::{Action, Call, Flow, NAME, Proxy, ROLES, Ran, TestLab, held, quick};

/// Somebody deletes the zone, with all that is in it.
async fn delete_zone(lab: &TestLab) {
    let client = lab.route53();
    let held = held(&client).await;
    let mut sets = held.records.clone();
    sets.retain(|set| !matches!(set.r#type(), RrType::Soa | RrType::Ns));
    sets.sort_by_key(|set| set.alias_target().is_none());
    let change = |set| Change::builder().action(ChangeAction::Delete).resource_record_set(set).build();
    let changes = sets.into_iter().map(|set| change(set).expect("a change")).collect();
    let batch = ChangeBatch::builder().set_changes(Some(changes)).build().expect("a batch");
    let request = client.change_resource_record_sets().hosted_zone_id(&held.zone).change_batch(batch);
    request.send().await.expect("an empty zone");
    client.delete_hosted_zone().id(&held.zone).send().await.expect("no zone");
}

/// Somebody makes a zone of the same name, which is another one.
async fn create_zone(lab: &TestLab) {
    let request = lab.route53().create_hosted_zone().name("example.com").caller_reference("another");
    request.send().await.expect("a zone");
}

async fn checks(lab: &TestLab) -> usize {
    lab.route53().list_health_checks().send().await.expect("the checks").health_checks().len()
}

fn told(ran: &Ran) -> &str {
    let start = ["error: ", "refused: "].iter().find_map(|heading| ran.stderr.find(heading));
    &ran.stderr[start.expect("a failure")..]
}

/// Whatever was applied to the zone that is there now stands, and there is nothing else.
async fn stands(lab: &TestLab) {
    let ran = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let check = lab.program().run(&["plan", "--check"]).await;
    assert_eq!(check.code, Some(0), "{check}");
    let removed = lab.program().run(&["destroy", "--orphans", "--yes"]).await;
    assert_eq!(removed.code, Some(0), "{removed}");
    assert_eq!(held(&lab.route53()).await.roles(), ROLES);
}

/// The records are to be sent, and there is no zone any more. The health checks that were made are found again, or
/// removed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_the_middle_of_apply() {
    let lab = TestLab::start(quick()).await;
    let is_batch = |call: &Call| call.method == "POST" && call.path.ends_with("/rrset");
    let rule = move |call: &Call| if is_batch(call) { Action::Hold } else { Action::Forward };
    let mut proxy = Proxy::with(&lab, rule).await;
    let child = lab.program().with("AWS_ENDPOINT_URL_ROUTE_53", proxy.url()).start(&["apply", "--yes"]);
    proxy.reached().await;
    delete_zone(&lab).await;
    proxy.release();
    let ran = child.ended().await;
    insta::assert_snapshot!(told(&ran), @"
    error: could not change 5 records in the hosted zone Z-LAB-1
      because: AWS knows of none (NoSuchHostedZone: No hosted zone found with ID: Z-LAB-1)
    hint: Check the id or name, and that the credentials belong to the account that owns it.
    hint: The zone was deleted since the plan was made. What is left of the failover are its health checks: `s3-failover destroy --orphans` removes them.
    ");
    assert_eq!((ran.code, checks(&lab).await), (Some(3), 4), "{ran}");

    let again = lab.program().run(&["apply", "--yes"]).await;
    insta::assert_snapshot!(told(&again), @"
    error: could not find the hosted zone example.com
      because: the account has no hosted zone of this name
    hint: Check the id or name, and that the credentials belong to the account that owns it.
    ");
    assert_eq!((again.code, checks(&lab).await), (Some(3), 4), "{again}");
    create_zone(&lab).await;
    stands(&lab).await;
    lab.stop().await;
}

/// `destroy` cannot know of a zone that is gone; what is left are the checks, and they can be removed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_destroy() {
    let lab = TestLab::start(quick()).await;
    let ran = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    delete_zone(&lab).await;
    let ran = lab.program().run(&["destroy", "--yes"]).await;
    assert_eq!((ran.code, checks(&lab).await), (Some(3), 4), "{ran}");
    let removed = lab.program().run(&["destroy", "--orphans", "--yes"]).await;
    assert_eq!((removed.code, checks(&lab).await), (Some(0), 0), "{removed}");
    lab.stop().await;
}

/// A check is deleted, and the zone with it, while `destroy` waits for INSYNC.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_the_middle_of_destroy() {
    let lab = TestLab::start(quick()).await;
    let ran = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let rule = |call: &Call| if call.path.starts_with("/change/") { Action::Hold } else { Action::Forward };
    let mut proxy = Proxy::with(&lab, rule).await;
    let child = lab.program().with("AWS_ENDPOINT_URL_ROUTE_53", proxy.url()).start(&["destroy", "--yes"]);
    proxy.reached().await;
    delete_zone(&lab).await;
    // This look, and each that comes after it.
    let ended = child.ended();
    tokio::pin!(ended);
    let ran = loop {
        proxy.release();
        tokio::select! {
            ran = &mut ended => break ran,
            _ = proxy.reached() => {}
        }
    };
    assert_eq!((ran.code, checks(&lab).await), (Some(0), 0), "{ran}");
    lab.stop().await;
}

/// The plan was reviewed; the zone of that name is another one now.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn between_plan_and_apply() {
    let lab = TestLab::start(Flow::options(20.0)).await;
    let ran = lab.program().run(&["plan", "--out", "plan.json"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    delete_zone(&lab).await;
    let gone = lab.program().run(&["apply", "plan.json", "--yes"]).await;
    insta::assert_snapshot!(told(&gone), @"
    error: could not find the hosted zone example.com
      because: the account has no hosted zone of this name
    hint: Check the id or name, and that the credentials belong to the account that owns it.
    ");
    assert_eq!((gone.code, checks(&lab).await), (Some(3), 0), "{gone}");
    create_zone(&lab).await;
    let other = lab.program().run(&["apply", "plan.json", "--yes"]).await;
    insta::assert_snapshot!(told(&other), @"
    refused: this is not what would be done now
      because: outdated-plan: it was made for the hosted zone example.com (Z-LAB-1), which is another one now, or in another account
    hint: Nothing was sent. Plan again, review, and apply the new plan.
    ");
    assert_eq!((other.code, checks(&lab).await), (Some(4), 0), "{other}");
    assert_eq!(held(&lab.route53()).await.described(NAME), [""; 0]);
    stands(&lab).await;
    lab.stop().await;
}

/// The plan was reviewed for one account, and the keys open another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_of_another_account() {
    let (one, other) = (TestLab::start(quick()).await, TestLab::start(quick()).await);
    // A zone more, so that that of the same name has another id.
    let zone = held(&other.route53()).await.zone;
    delete_zone(&other).await;
    create_zone(&other).await;
    assert_ne!(held(&other.route53()).await.zone, zone);
    let ran = one.program().run(&["plan", "--out", "plan.json"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let spec = std::fs::read_to_string(one.folder().join("failover.toml")).expect("a spec");
    other.write_spec(&spec);
    std::fs::copy(one.folder().join("plan.json"), other.folder().join("plan.json")).expect("a copy");
    let before = held(&other.route53()).await;
    let ran = other.program().run(&["apply", "plan.json", "--yes"]).await;
    assert_eq!(ran.code, Some(4), "{ran}");
    let sentence =
        "outdated-plan: it was made for the hosted zone example.com (Z-LAB-1), which is another one now";
    assert!(ran.stderr.contains(sentence), "{ran}");
    assert_eq!(held(&other.route53()).await, before);
    one.stop().await;
    other.stop().await;
}
