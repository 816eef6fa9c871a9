//! The API as a real client sees it: the AWS SDK over HTTP to a socket on loopback.

use std::{sync::Arc, time::Duration};

use aws_sdk_route53::{
    Client,
    config::{BehaviorVersion, Credentials, Region, retry::RetryConfig},
    error::{ProvideErrorMetadata, SdkError},
    types::{
        AliasTarget, Change, ChangeAction, ChangeBatch, ChangeStatus, HealthCheckConfig, HealthCheckType,
        ResettableElementName, ResourceRecord, ResourceRecordSet, ResourceRecordSetFailover, RrType, Tag,
        TagResourceType,
    },
};
use tokio::task::JoinSet;

use super::{
    http::router,
    store::{Store, StoreSettings},
    types::{NameServers, Observation, Observations, Said, Zone},
};
use crate::{
    clock::Clock,
    lab::{calls::CallLog, principals::Keyring},
    model::{Fqdn, RecordType},
};

struct OneChecker;

impl Observations for OneChecker {
    fn observations(&self, _: &str) -> Vec<Observation> {
        vec![Observation {
            region: "us-east-1".to_owned(),
            ip_address: "127.0.0.1".to_owned(),
            status: "Success: HTTP Status Code 200, OK".to_owned(),
            checked_at: jiff::Timestamp::UNIX_EPOCH,
            last_failure: Some(("Failure: Connection refused.".to_owned(), jiff::Timestamp::UNIX_EPOCH)),
        }]
    }
}

/// Name servers that know the first value of each set.
struct FirstValue;

impl NameServers for FirstValue {
    fn say(&self, _: usize, zone: &Zone, (name, rtype): (&Fqdn, RecordType), _: u64) -> Said {
        let sets = zone.records.get(&(name.clone(), rtype));
        let values = sets.into_iter().flatten().filter_map(|set| match &set.answer {
            super::types::Answer::Values { values, .. } => values.first().cloned(),
            super::types::Answer::Alias { .. } => None,
        });
        Said { code: if sets.is_some() { "NOERROR" } else { "NXDOMAIN" }, values: values.collect() }
    }
}

struct Lab {
    store: Arc<Store>,
    clock: Clock,
    client: Client,
    endpoint: String,
    _tasks: JoinSet<()>,
}

const KEY: (&str, &str) = ("LAB-ACCESS-KEY", "lab-secret-key");

async fn lab() -> Lab {
    // Ten times our speed: a change is INSYNC after two seconds of ours, time enough to see it PENDING.
    start(Clock::scaled(10.0).expect("a speed"), false).await
}

async fn start(clock: Clock, throttling: bool) -> Lab {
    let settings = StoreSettings { throttling, ..StoreSettings::default() };
    let store = Arc::new(Store::new(clock.clone(), settings));
    let keys = Arc::new(Keyring::new(clock.clone(), Vec::new()));
    let service =
        router(Arc::clone(&store), Arc::new(OneChecker), Arc::new(FirstValue), keys, CallLog::default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let endpoint = format!("http://{}", listener.local_addr().expect("bound"));
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { axum::serve(listener, service).await.expect("served") });
    let client = client(&endpoint, KEY.0, KEY.1);
    Lab { store, clock, client, endpoint, _tasks: tasks }
}

fn client(endpoint: &str, id: &str, secret: &str) -> Client {
    let config = aws_sdk_route53::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new(id, secret, None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .endpoint_url(endpoint)
        .build();
    Client::from_conf(config)
}

impl Lab {
    fn zone(&self) -> String {
        self.store.create_zone(&"example.com".parse().expect("a name"))
    }

    async fn check(&self, reference: &str) -> String {
        let made = self.client.create_health_check().caller_reference(reference);
        let made = made.health_check_config(http_check()).send().await.expect("a check");
        made.health_check.expect("it is in the answer").id
    }

    async fn change(&self, zone: &str, changes: Vec<Change>) -> Result<String, (String, String)> {
        let batch = ChangeBatch::builder().set_changes(Some(changes)).build().expect("a batch");
        let call = self.client.change_resource_record_sets().hosted_zone_id(zone).change_batch(batch);
        match call.send().await {
            Ok(output) => Ok(output.change_info.expect("it is in the answer").id),
            Err(error) => Err(told(&error)),
        }
    }
}

/// Code and message of a refusal.
fn told<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> (String, String) {
    (error.code().unwrap_or_default().to_owned(), error.message().unwrap_or_default().to_owned())
}

fn http_check() -> HealthCheckConfig {
    let config = HealthCheckConfig::builder().r#type(HealthCheckType::Http);
    config.fully_qualified_domain_name("a.example.net").build().expect("a config")
}

fn value(text: &str) -> ResourceRecord {
    ResourceRecord::builder().value(text).build().expect("a record")
}

fn cname(name: &str, target: &str) -> ResourceRecordSet {
    let set = ResourceRecordSet::builder().name(name).r#type(RrType::Cname).ttl(60);
    set.resource_records(value(target)).build().expect("a set")
}

fn pointer(side: ResourceRecordSetFailover, target: &str, zone: &str) -> ResourceRecordSet {
    let alias = AliasTarget::builder().hosted_zone_id(zone).dns_name(target).evaluate_target_health(false);
    ResourceRecordSet::builder()
        .name("data.example.com")
        .r#type(RrType::Cname)
        .set_identifier(side.as_str())
        .failover(side)
        .alias_target(alias.build().expect("an alias"))
        .build()
        .expect("a set")
}

fn to(action: ChangeAction, set: ResourceRecordSet) -> Change {
    Change::builder().action(action).resource_record_set(set).build().expect("a change")
}

#[tokio::test]
async fn a_pointer_pair_is_made_listed_and_taken_away() {
    let lab = lab().await;
    let zone = lab.zone();
    let check = lab.check("primary").await;
    let mut primary = pointer(ResourceRecordSetFailover::Primary, "us.data.example.com", &zone);
    primary.health_check_id = Some(check.clone());
    let sets = [
        cname("us.data.example.com", "b1.s3.us-east-1.amazonaws.com"),
        cname("eu.data.example.com", "b2.s3.eu-west-1.amazonaws.com"),
        primary,
        pointer(ResourceRecordSetFailover::Secondary, "eu.data.example.com", &zone),
    ];
    let all =
        |action: ChangeAction| sets.iter().map(|set| to(action.clone(), set.clone())).collect::<Vec<_>>();
    let change = lab.change(&zone, all(ChangeAction::Create)).await.expect("a valid batch");

    let state = lab.client.get_change().id(&change).send().await.expect("the change");
    assert_eq!(state.change_info.expect("it is there").status, ChangeStatus::Pending);
    lab.clock.sleep(Duration::from_secs(21)).await;
    let state = lab.client.get_change().id(&change).send().await.expect("the change");
    assert_eq!(state.change_info.expect("it is there").status, ChangeStatus::Insync);

    let listed = lab.client.list_resource_record_sets().hosted_zone_id(&zone).send().await.expect("a list");
    let names: Vec<_> = listed
        .resource_record_sets
        .iter()
        .map(|set| format!("{} {} {}", set.name, set.r#type, set.set_identifier().unwrap_or("-")))
        .collect();
    assert_eq!(
        names,
        [
            "example.com. NS -",
            "example.com. SOA -",
            "data.example.com. CNAME PRIMARY",
            "data.example.com. CNAME SECONDARY",
            "eu.data.example.com. CNAME -",
            "us.data.example.com. CNAME -",
        ]
    );
    let alias = listed.resource_record_sets[2].alias_target.as_ref().expect("an alias");
    assert_eq!((alias.dns_name.as_str(), alias.hosted_zone_id.as_str()), ("us.data.example.com.", &*zone));
    assert_eq!(listed.resource_record_sets[2].health_check_id.as_deref(), Some(&*check));

    // Targets first is the wrong order only while aliases are left at the end, and none are.
    lab.change(&zone, all(ChangeAction::Delete)).await.expect("a valid batch");
    lab.client.delete_hosted_zone().id(&zone).send().await.expect("the zone is empty");
}

#[tokio::test]
async fn all_errors_of_a_batch_come_in_one_message() {
    let lab = lab().await;
    let zone = lab.zone();
    let changes = vec![
        to(ChangeAction::Create, cname("example.com", "a.example.net")),
        to(ChangeAction::Delete, cname("gone.example.com", "a.example.net")),
        to(ChangeAction::Create, cname("a.elsewhere.net", "a.example.net")),
    ];
    let (code, message) = lab.change(&zone, changes).await.expect_err("three faults");
    assert_eq!(code, "InvalidChangeBatch");
    assert_eq!(
        message,
        "[RRSet of type CNAME with DNS name example.com. is not permitted at apex in zone example.com., RRSet \
         of type CNAME with DNS name example.com. is not permitted as it conflicts with other records with the \
         same DNS name in zone example.com., Tried to delete resource record set [name='gone.example.com.', \
         type='CNAME'] but it was not found, RRSet with DNS name a.elsewhere.net. is not permitted in zone \
         example.com.]"
    );
    let mut unchecked = pointer(ResourceRecordSetFailover::Primary, "a.example.com", &zone);
    unchecked.health_check_id = Some("gone".to_owned());
    let unchecked = vec![to(ChangeAction::Create, unchecked)];
    assert_eq!(lab.change(&zone, unchecked).await.expect_err("no check").0, "NoSuchHealthCheck");
    assert_eq!(lab.change("Z-LAB-9", vec![]).await.expect_err("no zone").0, "NoSuchHostedZone");
    let change = lab.client.get_change().id("C-LAB-9999").send().await.expect_err("no change");
    assert_eq!(told(&change).0, "NoSuchChange");
}

#[tokio::test]
async fn a_malformed_set_is_invalid_input_in_route_53s_words() {
    let lab = lab().await;
    let zone = lab.zone();
    let mut no_ttl = cname("a.example.com", "a.example.net");
    no_ttl.ttl = None;
    let (code, message) =
        lab.change(&zone, vec![to(ChangeAction::Create, no_ttl)]).await.expect_err("no TTL");
    assert_eq!(code, "InvalidInput");
    assert_eq!(
        message,
        "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or \
         TrafficPolicyInstanceId], but found none in Change with [Action=CREATE, Name=a.example.com, \
         Type=CNAME, SetIdentifier=null]"
    );
    let told_of = |change: fn(&mut ResourceRecordSet)| {
        let mut set = cname("a.example.com", "a.example.net");
        change(&mut set);
        vec![to(ChangeAction::Create, set)]
    };
    let unidentified = told_of(|set| set.failover = Some(ResourceRecordSetFailover::Primary));
    let (_, message) = lab.change(&zone, unidentified).await.expect_err("no identifier");
    assert!(
        message.starts_with("Invalid request: Missing field 'SetIdentifier' in Change with ["),
        "{message}"
    );
    let unrouted = told_of(|set| set.set_identifier = Some("x".to_owned()));
    let (_, message) = lab.change(&zone, unrouted).await.expect_err("no policy");
    assert!(message.contains("CidrRoutingConfig], but found none in Change"), "{message}");
    let both = told_of(|set| {
        set.set_identifier = Some("x".to_owned());
        set.weight = Some(1);
        set.failover = Some(ResourceRecordSetFailover::Primary);
    });
    let (_, message) = lab.change(&zone, both).await.expect_err("two policies");
    assert!(message.contains("CidrRoutingConfig], but found more than one in Change"), "{message}");
}

#[tokio::test]
async fn a_health_check_lives_through_its_operations() {
    let lab = lab().await;
    let mut changes = lab.store.health_check_changes();
    let create = |name: &str| {
        let config =
            HealthCheckConfig::builder().r#type(HealthCheckType::Http).fully_qualified_domain_name(name);
        let config = config.build().expect("a config");
        lab.client.create_health_check().caller_reference("ref").health_check_config(config).send()
    };
    let made = create("a.example.net").await.expect("a check");
    assert!(made.location.ends_with("/2013-04-01/healthcheck/lab-healthcheck-0001"), "{}", made.location);
    let again = create("a.example.net").await.expect("the same check");
    assert_eq!(again.health_check, made.health_check);
    let other = create("b.example.net").await.expect_err("other settings");
    assert_eq!(told(&other).0, "HealthCheckAlreadyExists");
    assert_eq!(*changes.borrow_and_update(), 1);

    let id = made.health_check.expect("it is in the answer").id;
    let update = || lab.client.update_health_check().health_check_id(&id).health_check_version(1);
    let updated = update().inverted(true).resource_path("x").send().await.expect("an update");
    let check = updated.health_check.expect("it is in the answer");
    let config = check.health_check_config.expect("it is in the answer");
    assert_eq!((check.health_check_version, config.inverted, config.port), (2, Some(true), Some(80)));
    assert_eq!(config.resource_path.as_deref(), Some("/x"));
    let stale = update().inverted(false).send().await.expect_err("version 1 is gone");
    assert_eq!(told(&stale).0, "HealthCheckVersionMismatch");
    let reset = lab.client.update_health_check().health_check_id(&id);
    let reset = reset.reset_elements(ResettableElementName::ResourcePath).send().await.expect("a reset");
    let config = reset.health_check.and_then(|check| check.health_check_config).expect("in the answer");
    assert_eq!(config.resource_path, None);

    let status = lab.client.get_health_check_status().health_check_id(&id).send().await.expect("a status");
    let report = status.health_check_observations[0].status_report.as_ref().expect("a report");
    assert_eq!(report.status.as_deref(), Some("Success: HTTP Status Code 200, OK"));
    let reason = lab.client.get_health_check_last_failure_reason().health_check_id(&id).send().await;
    assert_eq!(reason.expect("a reason").health_check_observations.len(), 1);

    let parent = HealthCheckConfig::builder().r#type(HealthCheckType::Calculated).health_threshold(1);
    let parent = parent.child_health_checks(&id).build().expect("a config");
    let parent = lab.client.create_health_check().caller_reference("parent").health_check_config(parent);
    let parent = parent.send().await.expect("a check").health_check.expect("it is in the answer");
    let status = lab.client.get_health_check_status().health_check_id(&parent.id).send().await;
    assert_eq!(told(&status.expect_err("calculated")).0, "InvalidInput");

    lab.client
        .delete_health_check()
        .health_check_id(&id)
        .send()
        .await
        .expect("used, and deleted all the same");
    let gone = lab.client.get_health_check().health_check_id(&id).send().await.expect_err("deleted");
    assert_eq!(told(&gone).0, "NoSuchHealthCheck");
    assert_eq!(told(&create("a.example.net").await.expect_err("spent")).0, "HealthCheckAlreadyExists");
}

#[tokio::test]
async fn lists_have_pages() {
    let lab = lab().await;
    let zone = lab.zone();
    for number in 0..5 {
        lab.check(&format!("ref-{number}")).await;
    }
    let (mut marker, mut ids) = (None, Vec::new());
    loop {
        let call = lab.client.list_health_checks().max_items(2).set_marker(marker);
        let page = call.send().await.expect("a page");
        ids.extend(page.health_checks.into_iter().map(|check| check.id));
        marker = page.next_marker;
        assert_eq!(page.is_truncated, marker.is_some());
        if marker.is_none() {
            break;
        }
    }
    assert_eq!(ids.len(), 5);

    let sets =
        (0..320).map(|n| to(ChangeAction::Create, cname(&format!("n{n}.example.com"), "a.example.net")));
    lab.change(&zone, sets.collect()).await.expect("a valid batch");
    let first = lab.client.list_resource_record_sets().hosted_zone_id(&zone).send().await.expect("a page");
    assert_eq!((first.resource_record_sets.len(), first.is_truncated), (300, true));
    let next = lab.client.list_resource_record_sets().hosted_zone_id(&zone);
    let next =
        next.set_start_record_name(first.next_record_name).set_start_record_type(first.next_record_type);
    let last = next.send().await.expect("a page");
    assert_eq!((last.resource_record_sets.len(), last.is_truncated), (22, false));
    let untyped = lab.client.list_resource_record_sets().hosted_zone_id(&zone);
    let untyped = untyped.start_record_type(RrType::A).send().await.expect_err("a type without a name");
    assert_eq!(told(&untyped).0, "InvalidInput");
}

#[tokio::test]
async fn zones_are_made_found_by_name_and_deleted() {
    let lab = lab().await;
    for name in ["b.example.com", "a.example.net", "example.com."] {
        let call = lab.client.create_hosted_zone().name(name).caller_reference(name);
        let made = call.send().await.expect("a zone");
        assert_eq!(made.delegation_set.expect("servers").name_servers.len(), 4);
        let again = lab.client.create_hosted_zone().name(name).caller_reference(name).send().await;
        assert_eq!(told(&again.expect_err("the reference is used")).0, "HostedZoneAlreadyExists");
    }
    let call = lab.client.list_hosted_zones_by_name().dns_name("example.com").max_items(1);
    let page = call.send().await.expect("a page");
    assert_eq!(page.hosted_zones[0].name, "example.com.");
    assert_eq!(page.next_dns_name.as_deref(), Some("b.example.com."));
    let missing =
        lab.client.list_hosted_zones_by_name().dns_name("c.example.com").send().await.expect("a page");
    assert_eq!(missing.hosted_zones[0].name, "a.example.net.");

    let id = &page.hosted_zones[0].id;
    assert!(id.starts_with("/hostedzone/Z-LAB-"), "{id}");
    let name = cname("www.example.com", "a.example.net");
    lab.change(id, vec![to(ChangeAction::Upsert, name)]).await.expect("a valid batch");
    let full = lab.client.delete_hosted_zone().id(id).send().await.expect_err("not empty");
    assert_eq!(told(&full).0, "HostedZoneNotEmpty");
    let count = lab.client.get_hosted_zone_count().send().await.expect("a count");
    assert_eq!(count.hosted_zone_count, 3);
    let zone = lab.client.get_hosted_zone().id(id).send().await.expect("the zone");
    assert_eq!(zone.hosted_zone.and_then(|zone| zone.resource_record_set_count), Some(3));
    assert_eq!(lab.client.list_hosted_zones().send().await.expect("a list").hosted_zones.len(), 3);
}

#[tokio::test]
async fn tags_are_kept_one_by_one_and_in_bulk() {
    let lab = lab().await;
    let ids = [lab.check("one").await, lab.check("two").await];
    for id in &ids {
        let tag = Tag::builder().key("owner").value(id).build();
        let call = lab.client.change_tags_for_resource().resource_type(TagResourceType::Healthcheck);
        call.resource_id(id).add_tags(tag).send().await.expect("a tag");
    }
    let many = lab.client.list_tags_for_resources().resource_type(TagResourceType::Healthcheck);
    let many = many.set_resource_ids(Some(ids.to_vec())).send().await.expect("tags");
    let values: Vec<_> =
        many.resource_tag_sets.iter().map(|set| set.tags()[0].value().unwrap_or("")).collect();
    assert_eq!(values, ids);
    let call = lab.client.change_tags_for_resource().resource_type(TagResourceType::Healthcheck);
    call.resource_id(&ids[0]).remove_tag_keys("owner").send().await.expect("no tag");
    let one = lab.client.list_tags_for_resource().resource_type(TagResourceType::Healthcheck);
    let one = one.resource_id(&ids[0]).send().await.expect("tags").resource_tag_set.expect("in the answer");
    assert_eq!(one.tags(), []);
    assert_eq!(lab.store.health_checks()[1].tags.len(), 1);
    let zone = lab.client.list_tags_for_resource().resource_type(TagResourceType::Hostedzone);
    let zone = zone.resource_id("Z-LAB-7").send().await.expect_err("no zone");
    assert_eq!(told(&zone).0, "NoSuchHostedZone");
}

#[tokio::test]
async fn a_wrong_signature_is_refused() {
    let lab = lab().await;
    for (id, secret, code) in
        [(KEY.0, "another-secret", "SignatureDoesNotMatch"), ("AKIAEXAMPLE", KEY.1, "InvalidClientTokenId")]
    {
        let error = client(&lab.endpoint, id, secret).list_hosted_zones().send().await.expect_err(code);
        assert_eq!(told(&error).0, code);
    }
}

#[tokio::test]
async fn a_caller_that_asks_too_often_is_throttled() {
    let lab = start(Clock::system(), true).await;
    let id = lab.check("ref").await;
    let mut codes = Vec::new();
    // Four calls may come at once, and one more each second.
    let calls = (0..40).map(|_| lab.client.get_health_check_status().health_check_id(&id).send());
    for result in futures_util::future::join_all(calls).await {
        if let Err(error) = result {
            codes.push(told(&error));
        }
    }
    assert!(!codes.is_empty(), "no call was refused");
    assert!(
        codes.iter().all(|told| *told == ("Throttling".to_owned(), "Rate exceeded".to_owned())),
        "{codes:?}"
    );
}
