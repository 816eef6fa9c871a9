//! What other people's clients get from the lab's S3 Control and from its Multi-Region Access Point, with
//! nothing but the variables that `lab env` prints.
//!
//! The judges in Python are `tests/judges/mrap_*.py`: boto3, with awscrt for `SigV4A`. The AWS SDK for
//! Rust reads its proxy and its certificates from the environment too, so it is run in a process of its
//! own: this very binary, told to run the one test that is ignored otherwise.

use std::{process::Stdio, time::Duration};

use aws_sdk_s3::{error::ProvideErrorMetadata as _, operation::RequestId as _, primitives::ByteStream};
use aws_sdk_s3control::types::{
    CreateMultiRegionAccessPointInput, MultiRegionAccessPointRoute, MultiRegionAccessPointStatus,
    Region as Wanted,
};
use s3_failover::lab::{Options, credentials::ACCOUNT_ID};
use tokio::process::Command;

use crate::support::{TestLab, eventually, judge, judges_tool, quick};

pub(crate) const SOON: Duration = Duration::from_secs(20);
pub(crate) const BUCKETS: [&str; 2] = ["my-app-data-us-east-1", "my-app-data-eu-west-1"];
pub(crate) const REGIONS: [&str; 2] = ["us-east-1", "eu-west-1"];

/// Orders and routes that take a second of ours.
pub(crate) async fn lab() -> TestLab {
    let delay = Duration::from_secs(20);
    let options = Options { mrap_operation_delay: delay, mrap_route_delay: delay, ..quick() };
    TestLab::start(options).await
}

/// The ARN of the access point that the lab's spec names.
pub(crate) fn arn(lab: &TestLab) -> String {
    let spec: toml::Table = lab.lab.spec_toml().parse().expect("TOML");
    let mrap = &spec["failover"][0]["mrap"];
    let text = |key: &str| mrap[key].as_str().expect("a text");
    format!("arn:aws:s3::{}:accesspoint/{}", text("account"), text("alias"))
}

/// S3 User Guide, `mrap-failover-errors`, and the S3 Control model: what is made, what is switched, and
/// what is refused in which words.
#[tokio::test]
async fn boto3_makes_switches_and_deletes_access_points() {
    let lab = lab().await;
    let output = judge("mrap_control.py", lab.environment(), &[]).await;
    insta::assert_snapshot!(output, @r#"
    {"found": "404 NoSuchPublicAccessBlockConfiguration: The public access block configuration was not found", "step": "nothing blocked", "stranger": 200}
    {"found": {"BlockPublicAcls": true, "BlockPublicPolicy": false, "IgnorePublicAcls": true, "RestrictPublicBuckets": true}, "step": "blocked", "stranger": 403}
    {"found": "404 NoSuchPublicAccessBlockConfiguration: The public access block configuration was not found", "step": "blocked no more", "stranger": 200}
    {"alias": "lab-fbbjyi5ai.mrap", "block": {"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true}, "regions": [{"Bucket": "my-app-data-us-east-1", "BucketAccountId": "000000000000", "Region": "us-east-1"}, {"Bucket": "my-app-data-eu-west-1", "BucketAccountId": "000000000000", "Region": "eu-west-1"}], "status": "READY", "step": "the seeded one"}
    {"found": {"eu-west-1": 0, "us-east-1": 100}, "same": true, "step": "routes, in each of the five regions"}
    {"found": "400 InvalidRequest: At least one Region must be active at all times.", "step": "all passive"}
    {"found": "400 InvalidRequest: TrafficDialPercentage must be 0 (passive) or 100 (active), but was 50.", "step": "a dial between"}
    {"found": "400 InvalidRequest: TrafficDialPercentage must be 0 (passive) or 100 (active), but was 101.", "step": "a dial beyond"}
    {"found": "400 InvalidRequest: The request must contain at least one route.", "step": "no route"}
    {"found": "400 InvalidRequest: Each route must name a bucket or a Region.", "step": "nameless"}
    {"found": "400 InvalidRequest: The Multi-Region Access Point has no route for nobody.", "step": "an unknown bucket"}
    {"found": "400 InvalidRequest: The Multi-Region Access Point has no route for us-west-2.", "step": "an unknown region"}
    {"found": "400 InvalidRequest: The bucket my-app-data-eu-west-1 is not the one of the Region us-east-1.", "step": "bucket and region that disagree"}
    {"found": "400 InvalidRequest: The route of the Region eu-west-1 is named more than once.", "step": "twice"}
    {"found": "400 InvalidRequest: `my-app-data` is not the ARN of a Multi-Region Access Point.", "step": "a name in place of the ARN"}
    {"found": "400 InvalidRequest: `lab-fbbjyi5ai.mrap` is not the ARN of a Multi-Region Access Point.", "step": "an alias in place of the ARN"}
    {"found": "400 InvalidRequest: `arn:aws:s3::111122223333:accesspoint/lab-fbbjyi5ai.mrap` is not the ARN of a Multi-Region Access Point.", "step": "another account's ARN"}
    {"found": "404 NoSuchMultiRegionAccessPoint: The specified Multi-Region Access Point does not exist: arn:aws:s3::000000000000:accesspoint/lab-xfbbjyi5ai.mrap", "step": "an ARN of nobody"}
    {"found": "301 PermanentRedirect: This API operation is only available in the following Regions: us-east-1, us-west-2, ap-southeast-2, ap-northeast-1, eu-west-1. Make sure to send all future requests to a supported Region.", "step": "elsewhere"}
    {"found": "301 PermanentRedirect: This API operation is only available in the following Regions: us-east-1, us-west-2, ap-southeast-2, ap-northeast-1, eu-west-1. Make sure to send all future requests to a supported Region.", "step": "routes elsewhere"}
    {"found": "301 PermanentRedirect: This API operation is only available in the following Regions: us-west-2. Make sure to send all future requests to a supported Region.", "step": "creating in us-east-1"}
    {"found": "301 PermanentRedirect: This API operation is only available in the following Regions: us-west-2. Make sure to send all future requests to a supported Region.", "step": "creating in eu-west-1"}
    {"found": "301 PermanentRedirect: This API operation is only available in the following Regions: us-west-2. Make sure to send all future requests to a supported Region.", "step": "listing elsewhere"}
    {"found": "400 InvalidRequest: The Multi-Region Access Point name 'Bad.Name' is not valid: 3 to 50 lower-case letters, digits and hyphens, with no hyphen at either end.", "step": "a bad name"}
    {"found": "400 InvalidRequest: A Multi-Region Access Point has 1 to 17 Regions, but 0 were given.", "step": "no bucket"}
    {"found": "400 InvalidRequest: A Multi-Region Access Point has 1 to 17 Regions, but 18 were given.", "step": "18 buckets"}
    {"found": "400 InvalidRequest: ClientToken must have 1 to 64 characters.", "step": "no token"}
    {"found": "404 NoSuchMultiRegionAccessPoint: The specified Multi-Region Access Point does not exist: nobody", "step": "getting nobody"}
    {"found": "404 NoSuchMultiRegionAccessPoint: The specified Multi-Region Access Point does not exist: nobody", "step": "deleting nobody"}
    {"found": "404 NoSuchAsyncRequest: The specified async request does not exist: arn:aws:s3:us-west-2:000000000000:async-request/mrap/create/x", "step": "describing nothing"}
    {"found": "400 MalformedPolicy: Policy has invalid resource", "step": "a policy of something else"}
    {"found": "501 NotImplemented: A header or query you provided implies functionality that is not implemented", "step": "another operation"}
    {"found": "403 SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your key and signing method.", "step": "wrong secret"}
    {"found": "403 InvalidAccessKeyId: The AWS Access Key Id you provided does not exist in our records.", "step": "unknown key"}
    {"found": "AccessDenied", "step": "another account"}
    {"found": {"eu-west-1": 0, "us-east-1": 100}, "step": "routes after all that"}
    {"found": {"eu-west-1": 100, "us-east-1": 0}, "status": 200, "step": "failover"}
    {"found": "409 OperationAborted: An update of these routes is in progress already.", "step": "failback at once"}
    {"found": {"eu-west-1": 0, "us-east-1": 100}, "step": "failback"}
    {"found": ["NoSuchBucket", "The specified bucket does not exist", "nobody"], "status": "FAILED", "step": "a bucket that is not there"}
    {"found": ["InvalidRequest", "A Multi-Region Access Point can have only one bucket in each Region.", "my-app-data-us-east-1"], "status": "FAILED", "step": "two buckets in a region"}
    {"found": ["MultiRegionAccessPointAlreadyOwnedByYou", "You already have a Multi-Region Access Point of this name.", "my-app-data"], "status": "FAILED", "step": "a name that is taken"}
    {"found": "404 NoSuchMultiRegionAccessPoint: The specified Multi-Region Access Point does not exist: ghost", "step": "nothing is left of them"}
    {"again": true, "status": "CREATING", "step": "ordered"}
    {"found": "400 IdempotencyException: The ClientToken has been used for another request.", "step": "the token for another"}
    {"found": "409 OperationAborted: A conflicting operation is in progress on the Multi-Region Access Point judge. Try again.", "step": "changed too early"}
    {"details": {"MultiRegionAccessPointDetails": {"Regions": [{"Name": "us-east-1", "RequestStatus": "SUCCEEDED"}, {"Name": "eu-west-1", "RequestStatus": "SUCCEEDED"}]}}, "operation": "CreateMultiRegionAccessPoint", "parameters": {"CreateMultiRegionAccessPointRequest": {"Name": "judge", "PublicAccessBlock": {"BlockPublicAcls": true, "BlockPublicPolicy": false, "IgnorePublicAcls": true, "RestrictPublicBuckets": true}, "Regions": [{"Bucket": "judge-us-east-1"}, {"Bucket": "judge-eu-west-1"}]}}, "status": "SUCCEEDED", "step": "created"}
    {"alias_is_new": true, "block": {"BlockPublicAcls": true, "BlockPublicPolicy": false, "IgnorePublicAcls": true, "RestrictPublicBuckets": true}, "status": "READY", "step": "ready"}
    {"found": [["alone", "judge"], ["my-app-data"]], "more": false, "step": "pages"}
    {"found": "400 InvalidRequest: The nextToken is not valid.", "step": "a wrong token"}
    {"found": "BucketHasAccessPointsAttached", "step": "a bucket behind it"}
    {"after": true, "before": {}, "meanwhile": true, "public": {"IsPublic": true}, "status": "SUCCEEDED", "step": "policy"}
    {"found": "405 MethodNotAllowed: The Multi-Region Access Point has only one Region.", "step": "the routes of one region"}
    {"bucket": 204, "found": "404 NoSuchMultiRegionAccessPoint: The specified Multi-Region Access Point does not exist: judge", "meanwhile": "DELETING", "status": "SUCCEEDED", "step": "deleted"}
    "#);
}

/// S3 User Guide, `MultiRegionAccessPointRequests` and `MultiRegionAccessPointRestrictions`.
#[tokio::test]
async fn boto3_uses_objects_through_an_access_point() {
    let lab = lab().await;
    let output = judge("mrap_data.py", lab.environment(), &[&arn(&lab)]).await;
    insta::assert_snapshot!(output, @r#"
    {"body": "through the access point", "metadata": {"who": "judge"}, "same": true, "step": "object", "type": "text/plain"}
    {"primary": "through the access point", "step": "in the region that is active"}
    {"length": 24, "step": "head"}
    {"body": "through", "step": "range"}
    {"keys": ["data/hello.txt", "data/\u00fc & <b> + 1.txt"], "step": "listing"}
    {"length": 3000000, "step": "big"}
    {"length": 5242883, "step": "parts and tags", "tags": [{"Key": "a", "Value": "b"}]}
    {"found": "404 NoSuchKey: The specified key does not exist.", "step": "missing"}
    {"changed": "403 SignatureDoesNotMatch", "found": "200 through the access point", "plain": "403 AccessDenied", "step": "a signed address"}
    {"found": "400 InvalidRequest", "other": "400 AuthorizationQueryParametersError", "step": "an address signed for one region"}
    {"found": "400 InvalidRequest: The authorization mechanism you have provided is not supported. Please use AWS4-ECDSA-P256-SHA256.", "step": "signed for one region"}
    {"found": "403 AccessDenied: Anonymous access is not supported for this resource", "step": "anonymous"}
    {"found": "403 SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your key and signing method.", "step": "wrong secret"}
    {"found": "403 InvalidAccessKeyId: The AWS Access Key Id you provided does not exist in our records.", "step": "unknown key"}
    {"found": "400 AuthorizationHeaderMalformed: The authorization header is malformed; the region set 'eu-west-1,ap-*' is wrong; expecting 'us-east-1'", "step": "signed for another region"}
    {"length": 3000000, "step": "signed for some regions"}
    {"found": "405 MethodNotAllowed: The specified method is not allowed against this resource.", "step": "copy to it"}
    {"found": "405 MethodNotAllowed: The specified method is not allowed against this resource.", "step": "its versioning"}
    {"found": "405 MethodNotAllowed: The specified method is not allowed against this resource.", "step": "many deletions"}
    {"found": "404 NoSuchMultiRegionAccessPoint: The specified Multi-Region Access Point does not exist.", "step": "nobody's"}
    {"found": "<urlopen error Tunnel connection failed: 403 Forbidden>", "step": "the rest of the world"}
    {"directly": "AccessDenied", "step": "delegated", "through": 24}
    {"found": "404 NoSuchKey", "status": 204, "step": "deleted"}
    "#);
}

/// The aws command, told nothing but a region: a failover, and an object before and after.
#[tokio::test]
async fn the_aws_command_fails_over() {
    let lab = lab().await;
    let (arn, file) = (arn(&lab), lab.folder().join("object"));
    let file = file.to_str().expect("UTF-8").to_owned();
    let aws = async |ignored: &str, arguments: &[&str]| {
        let mut command = Command::new(judges_tool("aws"));
        command.args(arguments).args(["--output", "text"]).env_clear();
        command.envs(lab.environment().iter().cloned()).env("AWS_MAX_ATTEMPTS", "1");
        command.env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", ignored);
        let output = command.kill_on_drop(true).output().await.expect("the aws command runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        assert!(output.status.success(), "{arguments:?}: {}", text(output.stderr));
        text(output.stdout)
    };
    let routes = ["s3control", "get-multi-region-access-point-routes", "--account-id", ACCOUNT_ID];
    let routes =
        [&routes[..], &["--mrap", &arn, "--query", "Routes[].[Region,TrafficDialPercentage]"]].concat();
    let get = ["s3api", "get-object", "--bucket", &arn, "--key", "data/hello.txt", file.as_str()];
    // Through AWS's own host names, all endpoints of `lab env` ignored: the proxy is enough.
    aws("true", &get).await;
    assert_eq!(std::fs::read_to_string(&file).expect("the object"), "hello from the primary\n");

    let submit =
        ["s3control", "submit-multi-region-access-point-routes", "--account-id", ACCOUNT_ID, "--mrap"];
    let updates = ["--route-updates", "Region=us-east-1,TrafficDialPercentage=0"];
    let more = ["Bucket=my-app-data-eu-west-1,TrafficDialPercentage=100", "--region", "ap-northeast-1"];
    aws("false", &[&submit[..], &[arn.as_str()], &updates, &more].concat()).await;
    let found = aws("true", &[&routes[..], &["--region", "us-west-2"]].concat()).await;
    assert_eq!(found, "us-east-1\t0\neu-west-1\t100\n");
}

/// The AWS SDK for Rust with the environment of `lab env`, its default client, and no code of ours.
#[tokio::test]
async fn the_rust_sdk_needs_nothing_but_the_environment() {
    let lab = lab().await;
    let mut command = Command::new(std::env::current_exe().expect("this binary"));
    command.args(["--exact", "mrap::the_rust_sdk_itself", "--ignored", "--nocapture"]);
    command.env_clear().envs(lab.environment().iter().cloned()).env("LAB_MRAP", arn(&lab));
    command.stdin(Stdio::null()).kill_on_drop(true);
    let output = command.output().await.expect("this binary runs");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success() && stdout.contains("1 passed"), "{stdout}\n{stderr}");
}

/// Creates, describes, gets, lists, reads routes and switches, and reads what each route leads to.
#[tokio::test]
#[ignore = "run by the_rust_sdk_needs_nothing_but_the_environment, in an environment of its own"]
async fn the_rust_sdk_itself() {
    let arn = std::env::var("LAB_MRAP").expect("the ARN of the lab's access point");
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest()).load().await;
    let oregon = aws_sdk_s3control::config::Builder::from(&config)
        .region(aws_sdk_s3control::config::Region::new("us-west-2"))
        .build();
    let control = aws_sdk_s3control::Client::from_conf(oregon);

    let wanted = |bucket: &str| Wanted::builder().bucket(bucket).build().expect("a bucket");
    let details = CreateMultiRegionAccessPointInput::builder().name("from-rust");
    let details = details.regions(wanted(BUCKETS[0])).regions(wanted(BUCKETS[1])).build().expect("details");
    let created = control.create_multi_region_access_point().account_id(ACCOUNT_ID).details(details);
    let token = created.send().await.expect("a token").request_token_arn.expect("a token");
    eventually("it is created", SOON, async || {
        let asked = control.describe_multi_region_access_point_operation().account_id(ACCOUNT_ID);
        let operation = asked.request_token_arn(&token).send().await.expect("an operation").async_operation;
        let status = operation.and_then(|operation| operation.request_status);
        if status.as_deref() == Some("SUCCEEDED") { Ok(()) } else { Err(format!("{status:?}")) }
    })
    .await;
    let got = control.get_multi_region_access_point().account_id(ACCOUNT_ID).name("from-rust");
    let report = got.send().await.expect("a report").access_point.expect("a report");
    assert_eq!(report.status.as_ref().map(MultiRegionAccessPointStatus::as_str), Some("READY"));
    assert_eq!(report.regions().len(), 2);
    assert!(report.created_at.is_some());
    let mut pages = control
        .list_multi_region_access_points()
        .account_id(ACCOUNT_ID)
        .max_results(1)
        .into_paginator()
        .send();
    let mut names = Vec::new();
    while let Some(page) = pages.next().await {
        names.extend(page.expect("a page").access_points().iter().filter_map(|point| point.name.clone()));
    }
    assert_eq!(names, ["from-rust", "my-app-data"]);
    let unknown = control.get_multi_region_access_point().account_id(ACCOUNT_ID).name("nobody").send().await;
    assert_eq!(unknown.expect_err("nobody").code(), Some("NoSuchMultiRegionAccessPoint"));

    let s3 = aws_sdk_s3::Client::new(&config);
    // The lab's regions name themselves in the ids that they give to requests: LAB-REGION-NUMBER.
    let read = async || {
        let answer = s3.get_object().bucket(&arn).key("failover/health.txt").send().await.expect("an object");
        let id = answer.request_id().expect("an id").to_owned();
        assert_eq!(answer.body.collect().await.expect("a body").to_vec(), b"ok\n");
        id.trim_start_matches("LAB-").rsplit_once('-').expect("a number").0.to_owned()
    };
    assert_eq!(read().await, REGIONS[0]);
    let missing = s3.get_object().bucket(&arn).key("nothing").send().await.expect_err("nothing");
    assert_eq!(missing.code(), Some("NoSuchKey"));

    let route = |region: &str, percentage| {
        let route = MultiRegionAccessPointRoute::builder().region(region).traffic_dial_percentage(percentage);
        route.build().expect("a route")
    };
    let submit = control.submit_multi_region_access_point_routes().account_id(ACCOUNT_ID).mrap(&arn);
    let submit = submit.route_updates(route(REGIONS[0], 0)).route_updates(route(REGIONS[1], 100));
    submit.send().await.expect("accepted");
    let routes = control.get_multi_region_access_point_routes().account_id(ACCOUNT_ID).mrap(&arn);
    let routes = routes.send().await.expect("routes").routes.expect("routes");
    let dials: Vec<_> = routes.iter().map(|route| route.traffic_dial_percentage).collect();
    assert_eq!(dials, [0, 100], "told at once");
    eventually("the other region answers", SOON, async || match read().await {
        answer if answer == REGIONS[1] => Ok(()),
        answer => Err(answer),
    })
    .await;
    let put = s3.put_object().bucket(&arn).key("data/from rust & ü").body(ByteStream::from_static(b"rust"));
    put.send().await.expect("written");
    let head = s3.head_object().bucket(&arn).key("data/from rust & ü").send().await.expect("a head");
    assert_eq!(head.content_length, Some(4));
}
