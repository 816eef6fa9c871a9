//! Guards with names: what is refused (4) until `--allow` says that it is meant. Those of a TTL and of the cost are in
//! `adopt`, that of the last record in `removed`.

use aws_sdk_route53::types::ResourceRecordSetFailover::{Primary, Secondary};
use s3_failover::{lab::Fault, lab::Options, model::Region};

use crate::support::{
    ENDPOINTS, NAME, Ran, TestLab, Zone, answered, eventually, failover, held, instant, values,
};

const REGIONS: &str = "interval = 10\nregions = [\"us-east-1\", \"eu-west-1\", \"ap-southeast-1\"]";

async fn applied(options: Options) -> TestLab {
    let lab = TestLab::start(options).await;
    lab.edit_spec("interval = 10", REGIONS);
    let ran = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    lab
}

fn refused_for(ran: &Ran, guard: &str) {
    assert_eq!(ran.code, Some(4), "{ran}");
    assert!(ran.stderr.contains(&format!("because: {guard}: ")), "{ran}");
    assert!(ran.stderr.contains(&format!("`--allow {guard}`")), "{ran}");
}

/// Also for a change that touches no health check, such as a TTL.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_are_not_changed_while_both_sides_are_down() {
    let lab = applied(instant()).await;
    for region in ["us-east-1", "eu-west-1"] {
        let region: Region = region.parse().expect("a region");
        lab.lab.set_fault(&region, Fault::Http503).expect("a region of the lab");
    }
    let client = lab.route53();
    let checks = held(&client).await;
    for role in ["primary", "secondary"] {
        let id = checks.check(role).id().to_owned();
        eventually(&format!("the {role} is down"), std::time::Duration::from_secs(15), async || {
            let status =
                client.get_health_check_status().health_check_id(&id).send().await.expect("a status");
            let seen = status.health_check_observations().iter();
            let texts = seen.filter_map(|one| one.status_report()?.status().map(str::to_owned));
            let texts: Vec<String> = texts.collect();
            if texts.iter().all(|text| text.starts_with("Failure")) { Ok(()) } else { Err(texts.join(", ")) }
        })
        .await;
    }
    lab.edit_spec("ttl = 60", "ttl = 30");
    let before = held(&client).await;
    refused_for(&lab.program().run(&["apply", "--yes"]).await, "both-down");
    refused_for(&lab.program().run(&["apply", "--yes", "--allow", "unhealthy"]).await, "both-down");
    assert_eq!(held(&client).await, before);
    // One side is enough for that.
    let eu: Region = "eu-west-1".parse().expect("a region");
    lab.lab.set_fault(&eu, Fault::None).expect("a region of the lab");
    answered(&lab, NAME, ENDPOINTS[1]).await;
    let one = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(one.code, Some(0), "{one}");
    // And the leave for all of it.
    lab.lab.set_fault(&eu, Fault::Http503).expect("a region of the lab");
    lab.edit_spec("ttl = 30", "ttl = 20");
    let meant = lab.program().run(&["apply", "--yes", "--allow", "both-down"]).await;
    assert_eq!(meant.code, Some(0), "{meant}");
    let check = lab.program().run(&["plan", "--check"]).await;
    assert_eq!(check.code, Some(0), "{check}");
    lab.stop().await;
}

/// A record far from the failover's names, of another name and in another zone, uses one of our checks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_that_a_record_elsewhere_uses_is_not_deleted() {
    let lab = applied(instant()).await;
    let zone = Zone::create(&lab, "example.org").await;
    let check = held_checks(&zone, "secondary").await;
    let pair = |value: &str, side, check: &str| {
        failover(values("www.example.org", "A", 60, &[value]), side, Some(check))
    };
    zone.put([pair("192.0.2.1", Primary, &check), pair("192.0.2.2", Secondary, &check)]).await;
    let told = format!(
        "because: check-in-use: the health check {check} would be deleted, but the record www.example.org A in {} \
         depends on it",
        zone.id
    );
    lab.edit_spec("interval = 10", "interval = 30");
    for command in [
        &["plan"][..],
        &["apply", "--yes"],
        &["destroy", "--yes"],
        &["destroy", "--yes", "--leave", "primary"],
    ] {
        let ran = lab.program().run(command).await;
        assert_eq!(ran.code, Some(4), "{ran}");
        assert!(ran.stderr.contains(&told), "{ran}");
    }
    assert_eq!(held_checks(&zone, "secondary").await, check);
    // What deletes no check is done, and does not look at every record of the account.
    lab.edit_spec("interval = 30", "interval = 10");
    lab.edit_spec("ttl = 60", "ttl = 30");
    let proxy = crate::support::Proxy::start(&lab).await;
    let program = lab.program().with("AWS_ENDPOINT_URL_ROUTE_53", proxy.url());
    let ran = program.run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let other = format!("/hostedzone/{}/rrset", zone.id);
    assert!(proxy.calls().iter().all(|call| call.path != other), "{:#?}", proxy.calls());
    lab.stop().await;
}

/// Somebody's alias leads to our name: it must not be left without its target.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_an_alias_leads_to_is_not_taken_away() {
    let lab = applied(instant()).await;
    let zone = Zone::of(&lab).await;
    zone.put([zone.alias("files.example.com", "CNAME", NAME, false)]).await;
    let before = held(&lab.route53()).await;
    let refused = lab.program().run(&["destroy", "--yes"]).await;
    let told = "because: target-in-use: the record data.example.com CNAME would go, but files.example.com CNAME in \
                Z-LAB-1 is an alias that leads to it";
    assert!(refused.code == Some(4) && refused.stderr.contains(told), "{refused}");
    assert_eq!(held(&lab.route53()).await, before);
    // What goes on answering may be led to.
    let left = lab.program().run(&["destroy", "--yes", "--leave", "primary"]).await;
    assert_eq!(left.code, Some(0), "{left}");
    answered(&lab, "files.example.com", ENDPOINTS[0]).await;
    lab.stop().await;
}

/// By the tags, since there is a second zone.
async fn held_checks(zone: &Zone, role: &str) -> String {
    let checks = zone.client.list_health_checks().send().await.expect("checks").health_checks;
    for check in checks {
        let tags = zone
            .client
            .list_tags_for_resource()
            .resource_type(aws_sdk_route53::types::TagResourceType::Healthcheck)
            .resource_id(&check.id);
        let tags = tags.send().await.expect("tags").resource_tag_set.expect("a set");
        if tags.tags().iter().any(|tag| tag.key() == Some("s3-failover:role") && tag.value() == Some(role)) {
            return check.id;
        }
    }
    panic!("there is no {role} check")
}

/// interface.md, exit code 4: "`--help` of the command names the flag that allows it".
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn help_names_every_guard_that_can_stand_aside() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = crate::support::Program::bare(folder.path());
    for command in ["plan", "apply"] {
        let help = program.run(&[command, "--help"]).await.stdout;
        for guard in ["long-ttl", "doubled-cost", "last-record", "other-spec", "unhealthy", "both-down"] {
            assert!(help.contains(guard), "{command}: {guard}\n{help}");
        }
        assert!(help.contains("--allow <GUARD>") && help.contains("--adopt <NAME>"), "{help}");
    }
    let help = program.run(&["destroy", "--help"]).await.stdout;
    assert!(help.contains("unhealthy") && help.contains("--leave <SIDE>"), "{help}");
}
