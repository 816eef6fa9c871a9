//! What is left of S3 Control and of a Multi-Region Access Point when regions are lost, and what their servers
//! make of requests that are meant for others, or are none.

use std::time::Duration;

use aws_sdk_s3::{error::ProvideErrorMetadata as _, presigning::PresigningConfig, primitives::ByteStream};
use aws_sdk_s3control::types::MultiRegionAccessPointRoute;
use s3_failover::{
    lab::{Fault, Options, S3ControlFault, credentials::ACCOUNT_ID},
    model::Region,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    process::Command,
};

use crate::{
    mrap::{BUCKETS, REGIONS, SOON, arn, lab},
    support::{TestLab, eventually, quick, tool},
};

const FIVE: [&str; 5] = ["us-east-1", "us-west-2", "ap-southeast-2", "ap-northeast-1", "eu-west-1"];

fn region(name: &str) -> Region {
    name.parse().expect("a region")
}

/// "use the Amazon S3 failover control infrastructure endpoints in these five AWS Regions" (model): any one
/// of them is enough, whichever four are lost.
#[tokio::test]
async fn one_of_the_five_control_regions_is_enough() {
    let lab = lab().await;
    let arn = arn(&lab);
    let ready = lab.lab.ready().clone();
    assert_eq!(ready.s3control_regions.len(), 5);
    for survivor in FIVE {
        for name in FIVE {
            let fault = if name == survivor { S3ControlFault::None } else { S3ControlFault::Down };
            lab.lab.set_s3control_fault(&region(name), fault).expect("a control region");
        }
        for name in FIVE {
            let own = ready.s3control_regions[&region(name)].clone();
            let shared = ready.s3control.clone().expect("an address");
            for url in [own, shared] {
                let client = control(&url, name);
                let asked = async || {
                    client
                        .get_multi_region_access_point_routes()
                        .account_id(ACCOUNT_ID)
                        .mrap(&arn)
                        .send()
                        .await
                };
                if name == survivor {
                    // Its address may be taken a moment later than its fault is mended.
                    eventually(&format!("{name} answers at {url}"), SOON, async || {
                        asked().await.map_err(|e| format!("{e:?}"))
                    })
                    .await;
                } else {
                    let error = asked().await.expect_err("the region is down");
                    assert!(error.as_service_error().is_none(), "{name} at {url}: {error:?}");
                }
            }
        }
    }
    let last = region(FIVE[4]);
    lab.lab.set_s3control_fault(&last, S3ControlFault::SlowDown).expect("a control region");
    assert_eq!(lab.lab.s3control_fault(&last), Some(S3ControlFault::SlowDown));
    let client = control(&ready.s3control_regions[&last], last.as_str());
    let error =
        client.list_multi_region_access_points().account_id(ACCOUNT_ID).send().await.expect_err("503");
    let status = error.raw_response().map(|answer| answer.status().as_u16());
    assert_eq!((error.code(), status), (Some("SlowDown"), Some(503)));
    assert!(lab.lab.set_s3control_fault(&region("us-east-2"), S3ControlFault::Down).is_err());
}

/// A request to one region's own address that is signed for another is refused there.
#[tokio::test]
async fn a_control_regions_own_address_wants_its_own_signature() {
    let lab = lab().await;
    let client = control(&lab.lab.ready().s3control_regions[&region("eu-west-1")], "us-west-2");
    let error =
        client.list_multi_region_access_points().account_id(ACCOUNT_ID).send().await.expect_err("a refusal");
    assert_eq!(error.code(), Some("AuthorizationHeaderMalformed"));
    assert_eq!(
        error.message(),
        Some("The authorization header is malformed; the region 'us-west-2' is wrong; expecting 'eu-west-1'")
    );
}

/// A client of S3 Control at an address, for a region.
fn control(url: &str, region: &str) -> aws_sdk_s3control::Client {
    use aws_sdk_s3control::config::{BehaviorVersion, Builder, Credentials, Region, retry::RetryConfig};
    use s3_failover::lab::credentials::{ACCESS_KEY_ID, SECRET_ACCESS_KEY};
    let config = Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .credentials_provider(Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY, None, None, "the lab's"))
        .retry_config(RetryConfig::disabled())
        .endpoint_url(url.replacen("://", "://lab@", 1))
        .build();
    aws_sdk_s3control::Client::from_conf(config)
}

/// A region of S3 that is lost: an active-passive access point goes down with it, an active-active one
/// answers from the other side (S3 User Guide, `FailoverConfiguration`); an error of S3 moves nothing.
#[tokio::test]
async fn only_active_active_survives_the_loss_of_a_region() {
    let lab = lab().await;
    let ask = async || answered_by(&lab, "failover/health.txt").await;
    let fault = |fault| lab.lab.set_fault(&region(REGIONS[0]), fault).expect("a region");
    assert_eq!(ask().await, "200 us-east-1");
    lab.lab.set_client_location(region("eu-central-1"));
    assert_eq!(ask().await, "200 us-east-1", "the closest region is passive");
    fault(Fault::Refuse);
    assert_eq!(ask().await, "no answer", "active-passive does not reroute");
    fault(Fault::None);

    let client = control(&lab.lab.ready().s3control_regions[&region("us-west-2")], "us-west-2");
    let both = MultiRegionAccessPointRoute::builder().region(REGIONS[1]).traffic_dial_percentage(100);
    let submit = client.submit_multi_region_access_point_routes().account_id(ACCOUNT_ID).mrap(arn(&lab));
    submit.route_updates(both.build().expect("a route")).send().await.expect("accepted");
    // Clients near the second region show when both routes are open.
    eventually("both regions are active", SOON, async || match ask().await {
        answer if answer == "200 eu-west-1" => Ok(()),
        answer => Err(answer),
    })
    .await;
    lab.lab.set_client_location(region("us-east-2"));
    assert_eq!(ask().await, "200 us-east-1", "the closest");
    fault(Fault::Refuse);
    assert_eq!(ask().await, "200 eu-west-1", "active-active reroutes");
    fault(Fault::Http503);
    assert_eq!(ask().await, "503 us-east-1", "an error is an answer");
    fault(Fault::None);

    // "It does not consider the contents of the request when making this decision."
    let alone = lab.s3(REGIONS[1]).put_object().bucket(BUCKETS[1]).key("failover/new");
    lab.lab.set_fault(&region(REGIONS[1]), Fault::None).expect("a region");
    alone.body(ByteStream::from_static(b"new")).send().await.expect("an object");
    assert_eq!(answered_by(&lab, "failover/new").await, "404 us-east-1", "the replica is on its way");
}

/// "Any in-progress operations […] to formerly active Regions will continue to run to their final
/// completion state" (S3 Control model, `SubmitMultiRegionAccessPointRoutes`).
#[tokio::test]
async fn a_request_under_way_ends_where_it_began() {
    let lab = TestLab::start(Options { mrap_route_delay: Duration::ZERO, ..quick() }).await;
    let primary = region(REGIONS[0]);
    lab.lab.set_fault(&primary, Fault::Slow).expect("a region"); // answers late, but it does
    let client = control(&lab.lab.ready().s3control_regions[&region("eu-west-1")], "eu-west-1");
    let route = |region: &str, percentage| {
        let route = MultiRegionAccessPointRoute::builder().region(region).traffic_dial_percentage(percentage);
        route.build().expect("a route")
    };
    let switch = async || {
        // The first request was sent before these are; when they have gone there and back, so has it gone there.
        for _ in 0..5 {
            let routes = client.get_multi_region_access_point_routes().account_id(ACCOUNT_ID).mrap(arn(&lab));
            routes.send().await.expect("routes");
        }
        let submit = client.submit_multi_region_access_point_routes().account_id(ACCOUNT_ID).mrap(arn(&lab));
        let submit = submit.route_updates(route(REGIONS[0], 0)).route_updates(route(REGIONS[1], 100));
        submit.send().await.expect("accepted");
        answered_by(&lab, "failover/health.txt").await
    };
    let (began_before, began_after) = tokio::join!(answered_by(&lab, "failover/health.txt"), switch());
    assert_eq!([began_before.as_str(), &began_after], ["200 us-east-1", "200 eu-west-1"]);
}

/// The lab's resolver knows the hosts of access points and of S3 Control, there or not, as AWS's DNS does.
#[tokio::test]
async fn the_resolver_knows_the_hosts() {
    let lab = lab().await;
    let resolver = lab.lab.ready().resolver;
    let (address, port) = (format!("@{}", resolver.ip()), resolver.port().to_string());
    let dug = async |host: &str| {
        let mut dig = Command::new(tool("dig"));
        dig.args([&address, "-p", &port, "+short", "+tries=1", host, "A"]);
        String::from_utf8(dig.output().await.expect("dig runs").stdout).expect("text")
    };
    let alias = arn(&lab).rsplit_once('/').expect("an alias").1.to_owned();
    for host in [
        format!("{alias}.accesspoint.s3-global.amazonaws.com"),
        "nobody.mrap.accesspoint.s3-global.amazonaws.com".to_owned(),
        "000000000000.s3-control.us-west-2.amazonaws.com".to_owned(),
        "s3-control.dualstack.eu-west-1.amazonaws.com".to_owned(),
    ] {
        assert_eq!(dug(&host).await, "127.0.0.1\n", "{host}");
    }
    assert_eq!(dug("accesspoint.s3-global.amazonaws.com").await, "");
}

/// Whatever arrives at the three new servers is answered or cut, and the next client is served.
#[tokio::test]
async fn junk_is_refused_and_harms_nobody() {
    let lab = lab().await;
    let ready = lab.lab.ready().clone();
    let [control, mrap, proxy] =
        [ready.s3control, ready.mrap, ready.https_proxy].map(|url| url.expect("an address"));
    let long = format!("CONNECT {}:443 HTTP/1.1\r\n", "a".repeat(20_000));
    let first_line = async |url: &str, sent: &str| {
        let mut stream = TcpStream::connect(url.trim_start_matches("http://")).await.expect("it listens");
        // It may have been cut before all is sent.
        let _ = stream.write_all(sent.as_bytes()).await;
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
    };
    let body = "x".repeat(300_000);
    let large = format!(
        "POST /v20180820/async-requests/mrap/create HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let host = "Host: nobody.mrap.accesspoint.s3-global.amazonaws.com\r\nConnection: close\r\n\r\n";
    for (url, sent, expected) in [
        (&proxy, "\r\n\r\n".to_owned(), "HTTP/1.1 403 Forbidden"),
        (&proxy, "CONNECT example.com:443 HTTP/1.1\r\n\r\n".to_owned(), "HTTP/1.1 403 Forbidden"),
        (&proxy, "GET http://example.com/ HTTP/1.1\r\n\r\n".to_owned(), "HTTP/1.1 403 Forbidden"),
        (&proxy, long, "HTTP/1.1 403 Forbidden"),
        (
            &proxy,
            "CONNECT s3.us-east-1.amazonaws.com:443 HTTP/1.1\r\n\r\nno TLS".to_owned(),
            "HTTP/1.1 200 Connection established",
        ),
        (&mrap, "junk\r\n\r\n".to_owned(), "HTTP/1.1 400 Bad Request"),
        (&mrap, format!("GET /k HTTP/1.1\r\n{host}"), "HTTP/1.1 404 Not Found"),
        (
            &mrap,
            "GET /k HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".to_owned(),
            "HTTP/1.1 404 Not Found",
        ),
        (&control, "junk\r\n\r\n".to_owned(), "HTTP/1.1 400 Bad Request"),
        (
            &control,
            "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_owned(),
            "HTTP/1.1 403 Forbidden",
        ),
        (
            &control,
            "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: junk\r\nConnection: close\r\n\r\n".to_owned(),
            "HTTP/1.1 400 Bad Request",
        ),
    ] {
        let said: String = sent.chars().take(80).collect();
        assert_eq!(first_line(url, &sent).await, expected, "{url} {said:?}");
    }
    // A large body is refused while it is still on its way, so the answer may be lost with the connection.
    let answer = first_line(&control, &large).await;
    assert!(["HTTP/1.1 400 Bad Request", ""].contains(&answer.as_str()), "{answer}");
    assert_eq!(answered_by(&lab, "failover/health.txt").await, "200 us-east-1");
}

/// Reads an object by a signed address at the access point's own server; the status and the region that
/// has answered, which names itself in the id that it gives to the request: LAB-REGION-NUMBER.
async fn answered_by(lab: &TestLab, key: &str) -> String {
    let config = lab.s3("us-east-1").config().to_builder();
    // "Path-style addressing cannot be used with ARN buckets" (the SDK).
    let client = aws_sdk_s3::Client::from_conf(config.force_path_style(false).build());
    let signing = PresigningConfig::expires_in(Duration::from_mins(1)).expect("a time");
    let address = client.get_object().bucket(arn(lab)).key(key).presigned(signing).await.expect("signed");
    let (host, path) = address.uri().trim_start_matches("https://").split_once('/').expect("a path");
    let server = lab.lab.ready().mrap.clone().expect("the access point's address");
    let mut stream = TcpStream::connect(server.trim_start_matches("http://")).await.expect("it listens");
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    if stream.read_to_string(&mut answer).await.is_err() || answer.is_empty() {
        return "no answer".to_owned();
    }
    let status = answer.split(' ').nth(1).expect("a status").to_owned();
    let id = answer.lines().find_map(|line| line.strip_prefix("x-amz-request-id: LAB-")).expect("an id");
    format!("{status} {}", id.rsplit_once('-').expect("a number").0)
}
