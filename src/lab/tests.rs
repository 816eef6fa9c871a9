//! The whole lab: records and checks made by the AWS SDK, a region broken, real packets asked.
//!
//! Most of it in paused time, where the clock jumps whenever nobody has anything to do: the lab, the SDK
//! and the test share one thread, so minutes of the lab pass in a moment, and the machine's load moves
//! no figure. Once more by a scaled clock and two threads, as users run it.

use std::{net::SocketAddr, time::Duration};

use aws_credential_types::Credentials;
use aws_sdk_route53::{
    Client,
    config::{BehaviorVersion, Region as SdkRegion},
    types::{
        AliasTarget, Change, ChangeAction, ChangeBatch, ChangeStatus, HealthCheckConfig, HealthCheckType,
        ResourceRecord, ResourceRecordSet, ResourceRecordSetFailover, RrType,
    },
};
use hickory_proto::{
    op::{Message, MessageType, OpCode, Query},
    rr::{Name, RecordType},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
};

use super::*;
use crate::model::Region;

const NAME: &str = "data.example.com";
/// Far longer than anything in these tests may take, in the lab's seconds.
const DEADLINE: Duration = Duration::from_mins(10);

async fn lab() -> Lab {
    Lab::start(Options::default()).await.expect("a lab")
}

async fn fast_lab() -> Lab {
    // Not faster: a checker's 2 s for a response are 40 ms of ours, and machines have hiccups.
    Lab::start(Options { speed: 50.0, ..Options::default() }).await.expect("a lab")
}

fn client(lab: &Lab) -> Client {
    let key = (credentials::ACCESS_KEY_ID, credentials::SECRET_ACCESS_KEY);
    let config = aws_sdk_route53::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(SdkRegion::new("us-east-1"))
        .credentials_provider(Credentials::new(key.0, key.1, None, None, "lab"))
        .endpoint_url(&lab.ready().route53);
    Client::from_conf(config.build())
}

/// A client of one region: the endpoint for all serves the region that a request is signed for.
fn s3_client(lab: &Lab, region: &Region) -> aws_sdk_s3::Client {
    let key = (credentials::ACCESS_KEY_ID, credentials::SECRET_ACCESS_KEY);
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
        .region(aws_sdk_s3::config::Region::new(region.to_string()))
        .credentials_provider(Credentials::new(key.0, key.1, None, None, "lab"))
        .endpoint_url(&lab.ready().s3_endpoint);
    aws_sdk_s3::Client::from_conf(config.build())
}

/// A string-matching check of a side's sentinel.
async fn create_check(client: &Client, lab: &Lab, place: &Place) -> String {
    let config = HealthCheckConfig::builder()
        .r#type(HealthCheckType::HttpStrMatch)
        .fully_qualified_domain_name(place.bucket.rest_endpoint(&place.region).to_string())
        .port(i32::from(s3_port(lab)))
        .resource_path("/failover/health.txt")
        .search_string("ok")
        .request_interval(10)
        .failure_threshold(3)
        .build()
        .expect("a configuration");
    create_config(client, place.bucket.as_str(), config).await
}

async fn create_config(client: &Client, reference: &str, config: HealthCheckConfig) -> String {
    let created = client.create_health_check().caller_reference(reference).health_check_config(config);
    created.send().await.expect("a check").health_check.expect("a check").id
}

fn s3_port(lab: &Lab) -> u16 {
    let url = lab.ready().s3.values().next().expect("a region");
    url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port")
}

fn create(set: ResourceRecordSet) -> Change {
    Change::builder().action(ChangeAction::Create).resource_record_set(set).build().expect("a change")
}

/// A side's CNAME and its alias in the failover pair.
fn records(zone_id: &str, place: &Place, check: &str, failover: ResourceRecordSetFailover) -> [Change; 2] {
    let pointer = format!("{}.{NAME}", place.region);
    let host = place.bucket.rest_endpoint(&place.region).to_string();
    let cname = ResourceRecordSet::builder()
        .name(&pointer)
        .r#type(RrType::Cname)
        .ttl(60)
        .resource_records(ResourceRecord::builder().value(host).build().expect("a value"));
    let target =
        AliasTarget::builder().hosted_zone_id(zone_id).dns_name(&pointer).evaluate_target_health(true);
    let alias = ResourceRecordSet::builder()
        .name(NAME)
        .r#type(RrType::Cname)
        .set_identifier(failover.as_str())
        .failover(failover)
        .health_check_id(check)
        .alias_target(target.build().expect("a target"));
    [create(cname.build().expect("a set")), create(alias.build().expect("a set"))]
}

/// Makes the pair with a check a side, and waits until it is INSYNC.
async fn apply(lab: &Lab, options: &Options) -> Client {
    let client = client(lab);
    let primary = create_check(&client, lab, &options.primary).await;
    let secondary = create_check(&client, lab, &options.secondary).await;
    create_records(&client, lab, options, &primary, &secondary).await;
    client
}

async fn create_records(client: &Client, lab: &Lab, options: &Options, primary: &str, secondary: &str) {
    let zones = client.list_hosted_zones().send().await.expect("zones");
    let zone_id = zones.hosted_zones[0].id.trim_start_matches("/hostedzone/").to_owned();
    let [first, second] = records(&zone_id, &options.primary, primary, ResourceRecordSetFailover::Primary);
    let [third, fourth] =
        records(&zone_id, &options.secondary, secondary, ResourceRecordSetFailover::Secondary);
    let batch = ChangeBatch::builder().set_changes(Some(vec![first, third, second, fourth]));
    let change = client
        .change_resource_record_sets()
        .hosted_zone_id(&zone_id)
        .change_batch(batch.build().expect("a batch"))
        .send()
        .await
        .expect("a change")
        .change_info
        .expect("a change");
    let deadline = lab.clock().elapsed() + DEADLINE;
    loop {
        let change = client.get_change().id(&change.id).send().await.expect("a change");
        if change.change_info.expect("a change").status == ChangeStatus::Insync {
            return;
        }
        assert!(lab.clock().elapsed() < deadline, "still PENDING");
        lab.clock().sleep(Duration::from_secs(1)).await;
    }
}

/// The values in the answer section.
async fn ask(server: SocketAddr, name: &str, rtype: RecordType) -> Vec<String> {
    let mut question = Message::new(1, MessageType::Query, OpCode::Query);
    question.add_query(Query::query(Name::from_ascii(name).expect("a name"), rtype));
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
    socket.connect(server).await.expect("a server");
    socket.send(&question.to_vec().expect("a packet")).await.expect("sent");
    let mut bytes = vec![0; 4_096];
    let length = socket.recv(&mut bytes).await.expect("an answer");
    let answer = Message::from_vec(&bytes[..length]).expect("a message");
    answer.answers.iter().map(|record| record.data.to_string()).collect()
}

/// Waits until every name server answers with a place's bucket; returns after how many seconds of the
/// lab that was.
async fn wait_for(lab: &Lab, place: &Place) -> f64 {
    let expected = place.bucket.rest_endpoint(&place.region).absolute();
    let started = lab.clock().elapsed();
    loop {
        let mut answers = Vec::new();
        for server in &lab.ready().nameservers {
            answers.extend(ask(*server, NAME, RecordType::CNAME).await);
        }
        let waited = lab.clock().elapsed().saturating_sub(started);
        if answers.len() == 4 && answers.iter().all(|answer| *answer == expected) {
            return waited.as_secs_f64();
        }
        assert!(waited < DEADLINE, "the name servers answer {answers:?}, not {expected}");
        lab.clock().sleep(Duration::from_millis(250)).await;
    }
}

/// When each checker turned to a state, of those that did after a moment.
fn turns(lab: &Lab, after: f64, to: bool) -> Vec<f64> {
    let turned = |event: &HealthEvent| match event.kind {
        HealthEventKind::Checker { healthy, .. } => healthy == to && event.at_seconds > after,
        _ => false,
    };
    lab.health_log().iter().filter(|event| turned(event)).map(|event| event.at_seconds).collect()
}

/// The first verdict after a moment: when, and which.
fn verdict_after(lab: &Lab, after: f64) -> Option<(f64, bool)> {
    lab.health_log().iter().find_map(|event| match event.kind {
        HealthEventKind::Verdict { healthy } if event.at_seconds > after => Some((event.at_seconds, healthy)),
        _ => None,
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_primary_moves_the_answer_and_healing_brings_it_back() {
    there_and_back(fast_lab().await).await;
}

#[tokio::test(start_paused = true)]
async fn the_answer_moves_within_a_second_of_the_arithmetic_floor() {
    let late = there_and_back(lab().await).await;
    assert!(late <= 1.0, "{late} s after the 14th checker's third failure");
}

/// Breaks the primary and mends it; returns how long after the 14th checker's third failure the last
/// name server's answer was seen to have moved, in the lab's seconds.
async fn there_and_back(lab: Lab) -> f64 {
    let options = Options::default();
    let client = apply(&lab, &options).await;
    wait_for(&lab, &options.primary).await;
    // Long enough for every checker to have looked.
    lab.clock().sleep(Duration::from_secs(15)).await;
    assert!(
        !lab.health_log().iter().any(|event| event.kind == HealthEventKind::Verdict { healthy: false }),
        "a healthy pair was called unhealthy: {:#?}",
        lab.health_log()
    );

    let broken = lab.clock().elapsed().as_secs_f64();
    lab.set_fault(&options.primary.region, Fault::Http503).expect("a region of the lab");
    let there = wait_for(&lab, &options.secondary).await;
    // The floor is the third failure of the 14th of 16 checkers; the verdict falls with it, and the
    // answer moves when the news is there. How late this test looks depends on the machine.
    let mut turns = turns(&lab, broken, false);
    turns.sort_by(f64::total_cmp);
    assert_eq!(verdict_after(&lab, broken), Some((turns[13], false)));
    assert!((20.0..35.0).contains(&(turns[13] - broken)), "detected after {} s", turns[13] - broken);
    let late = broken + there - turns[13];
    assert!(late > 0.0 && there < 60.0, "failover after {there} s");
    let pointed = ask(lab.ready().resolver, NAME, RecordType::A).await;
    assert_eq!(pointed, ["my-app-data-eu-west-1.s3.eu-west-1.amazonaws.com.", "127.0.2.1"]);

    // Until the last two checkers have turned as well, so that three have to turn back.
    lab.clock().sleep(Duration::from_secs(15)).await;
    let mended = lab.clock().elapsed().as_secs_f64();
    lab.set_fault(&options.primary.region, Fault::None).expect("a region of the lab");
    let back = wait_for(&lab, &options.primary).await;
    assert!(back < 60.0, "failback after {back} s");
    let mut turns = self::turns(&lab, mended, true);
    turns.sort_by(f64::total_cmp);
    assert_eq!(verdict_after(&lab, mended), Some((turns[2], true)), "3 passing checkers suffice");

    let checks = client.list_health_checks().send().await.expect("checks");
    let seen = client.get_health_check_status().health_check_id(&checks.health_checks[0].id);
    let seen = seen.send().await.expect("observations").health_check_observations;
    assert_eq!(seen.len(), 16);
    lab.stop().await;
    late
}

#[tokio::test(start_paused = true)]
async fn every_fault_that_a_checker_can_see_moves_the_answer() {
    let (lab, options) = (lab().await, Options::default());
    apply(&lab, &options).await;
    for fault in [Fault::Refuse, Fault::Timeout, Fault::Slow, Fault::BlockPublic] {
        lab.set_fault(&options.primary.region, fault).expect("a region of the lab");
        let there = wait_for(&lab, &options.secondary).await;
        // Each of three looks waits up to 2 s for its answer, and the news takes up to 0.6 s more.
        assert!((20.0..37.0).contains(&there), "{fault}: failover after {there} s");
        lab.set_fault(&options.primary.region, Fault::None).expect("a region of the lab");
        wait_for(&lab, &options.primary).await;
    }
    lab.stop().await;
}

/// The primary's own check and the inverted check of the switch object, both needed.
async fn create_switch(client: &Client, lab: &Lab, options: &Options, primary: &str) -> String {
    let host = options.secondary.bucket.rest_endpoint(&options.secondary.region).to_string();
    let switch = HealthCheckConfig::builder()
        .r#type(HealthCheckType::Http)
        .fully_qualified_domain_name(host)
        .port(i32::from(s3_port(lab)))
        .resource_path("/failover/force-secondary")
        .request_interval(10)
        .failure_threshold(1)
        .inverted(true);
    let switch = create_config(client, "switch", switch.build().expect("a configuration")).await;
    let both = HealthCheckConfig::builder()
        .r#type(HealthCheckType::Calculated)
        .health_threshold(2)
        .child_health_checks(primary)
        .child_health_checks(switch);
    create_config(client, "both", both.build().expect("a configuration")).await
}

#[tokio::test(start_paused = true)]
async fn the_switch_object_forces_the_secondary_and_its_absence_lets_go() {
    let (lab, options) = (lab().await, Options::default());
    let client = client(&lab);
    let primary = create_check(&client, &lab, &options.primary).await;
    let both = create_switch(&client, &lab, &options, &primary).await;
    let secondary = create_check(&client, &lab, &options.secondary).await;
    create_records(&client, &lab, &options, &both, &secondary).await;
    // The inverted check is unhealthy until it has data, so at first the secondary may answer.
    wait_for(&lab, &options.primary).await;
    let s3 = s3_client(&lab, &options.secondary.region);
    let (bucket, key) = (options.secondary.bucket.as_str(), "failover/force-secondary");
    s3.put_object().bucket(bucket).key(key).send().await.expect("the switch on");
    wait_for(&lab, &options.secondary).await;
    s3.delete_object().bucket(bucket).key(key).send().await.expect("the switch off");
    wait_for(&lab, &options.primary).await;
    lab.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_pair_of_buckets_is_ready_to_take_over() {
    let (lab, options) = (lab().await, Options::default());
    lab.clock().sleep(options.replication_delay * 2).await;
    for place in [&options.primary, &options.secondary] {
        let s3 = s3_client(&lab, &place.region);
        for (key, body) in [("failover/health.txt", "ok\n"), ("data/hello.txt", "hello from the primary\n")] {
            let object = s3.get_object().bucket(place.bucket.as_str()).key(key).send().await;
            let bytes = object.expect("an object").body.collect().await.expect("its bytes").into_bytes();
            assert_eq!(bytes, body, "{} {key}", place.bucket);
        }
    }
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_there_before_is_served_and_stopping_closes_every_port() {
    let lab = fast_lab().await;
    let ready = lab.ready().clone();
    assert_eq!(ask(ready.nameservers[0], "www.example.com", RecordType::A).await, ["192.0.2.10"]);
    assert_eq!(ask(ready.nameservers[3], "any.apps.example.com", RecordType::A).await, ["192.0.2.80"]);
    assert_eq!(ask(ready.nameservers[1], "example.com", RecordType::NS).await.len(), 4);
    let region: Region = "eu-west-1".parse().expect("a region");
    let urls = [&ready.route53, &ready.admin, &ready.s3[&region], &ready.s3_endpoint];
    let mut addresses: Vec<SocketAddr> = ready.nameservers.clone();
    addresses
        .extend(urls.map(|url| url.trim_start_matches("http://").parse::<SocketAddr>().expect("an address")));
    for address in &addresses {
        assert!(TcpStream::connect(address).await.is_ok(), "nobody listens at {address}");
    }
    lab.stop().await;
    for address in &addresses {
        assert!(TcpStream::connect(address).await.is_err(), "somebody still listens at {address}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropping_a_lab_ends_it_too() {
    let lab = fast_lab().await;
    let (address, clock) = (lab.ready().resolver, lab.clock().clone());
    drop(lab);
    let closed = async {
        while TcpStream::connect(address).await.is_ok() {
            clock.sleep(Duration::from_secs(1)).await;
        }
    };
    clock.timeout(DEADLINE, closed).await.expect("the port is closed");
}

#[tokio::test]
async fn two_buckets_in_one_region_are_no_pair() {
    let mut options = Options::default();
    options.secondary.region = options.primary.region.clone();
    assert!(matches!(Lab::start(options).await, Err(StartError::OnePlace)));
    let too_fast = Options { speed: 1e9, ..Options::default() };
    assert!(matches!(Lab::start(too_fast).await, Err(StartError::Speed(_))));
}

/// One request to the lab's controls: the status line's code and the JSON.
async fn control(lab: &Lab, method: &str, path: &str, body: &str) -> (u16, serde_json::Value) {
    let address = lab.ready().admin.trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address).await.expect("the controls");
    let head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
    let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let code = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status line");
    (code, serde_json::from_str(body).expect("JSON"))
}

#[tokio::test(start_paused = true)]
async fn the_controls_set_a_fault_tell_the_status_and_refuse_with_a_sentence() {
    let (lab, options) = (lab().await, Options::default());
    create_check(&client(&lab), &lab, &options.primary).await;
    let (code, body) = control(&lab, "PUT", "/faults/eu-west-1", r#"{"kind":"http-503"}"#).await;
    assert_eq!((code, &body["targets"]["eu-west-1"]["kind"]), (200, &serde_json::json!("http-503")));
    assert_eq!(lab.fault(&options.secondary.region), Some(Fault::Http503));

    lab.clock().sleep(Duration::from_secs(15)).await;
    let (code, status) = control(&lab, "GET", "/status", "").await;
    assert_eq!((code, &status["schema"]), (200, &serde_json::json!("s3-failover/lab-status/v1")));
    assert_eq!(status["faults"]["eu-west-1"], "http-503");
    assert_eq!(status["faults"]["us-east-1"], "none");
    let check = status["health_checks"].as_object().and_then(|checks| checks.values().next());
    let check = check.expect("the check");
    assert_eq!(check["name_servers"], serde_json::json!([true, true, true, true]));
    assert_eq!(check["checkers"].as_array().map(Vec::len), Some(16));
    assert_eq!(check["checkers"][0]["status"], "Success: HTTP Status Code 200, OK");
    assert_eq!(status["log"][0]["event"], "verdict");

    for (method, path, body, code, sentence) in [
        ("PUT", "/faults/eu-west-2", r#"{"kind":"none"}"#, 404, "the lab has no part `eu-west-2`"),
        ("PUT", "/faults/eu-west-1", r#"{"kind":"fire"}"#, 400, "`fire` is no fault of eu-west-1"),
        ("PUT", "/faults/eu-west-1", "", 400, "The body is not an order"),
        ("GET", "/", "", 404, "The lab's controls are"),
    ] {
        let (found, body) = control(&lab, method, path, body).await;
        let error = body["error"].as_str().expect("a sentence");
        assert!(found == code && error.contains(sentence), "{method} {path}: {found} {error}");
    }
    lab.stop().await;
}
