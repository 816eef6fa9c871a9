//! What Python's HTTP client, which shares no code with us, gets from the distribution of a started lab.
//!
//! Holds the issue's sentence: "A distribution with an origin group over both buckets, switching per request on
//! the statuses and timeouts configured, GET, HEAD and OPTIONS only, caching included." How long each failure
//! takes is tested in paused time, in `src/lab/cloudfront/tests`.

use std::time::Duration;

use s3_failover::lab::{
    Options,
    cloudfront::{
        AllowedMethods, CachePolicy, ConnectionAttempts, DistributionConfig, OriginAccess, ResponseTimeout,
    },
};
use serde_json::Value;

use super::support::{TestLab, judge, quick};

/// A lab in which each side has its own text under one key, and the secondary a key more.
async fn lab() -> TestLab {
    let never = Duration::from_hours(24);
    // Errors are kept for 10 s of the lab: not so fast that they pass between two requests.
    let lab = TestLab::start(Options { replication_delay: never, speed: 1.0, ..quick() }).await;
    for (region, keys) in [("us-east-1", &["here"][..]), ("eu-west-1", &["here", "only-there"])] {
        for key in keys {
            let put = lab.s3(region).put_object().bucket(format!("my-app-data-{region}"));
            let put =
                put.key(format!("data/{key}.txt")).body(format!("{key} in {region}").into_bytes().into());
            put.send().await.expect("an object");
        }
    }
    lab
}

fn configure(lab: &TestLab, change: impl FnOnce(&mut DistributionConfig)) {
    let mut config = lab.lab.cloudfront().config();
    change(&mut config);
    lab.lab.cloudfront().configure(config).expect("a configuration");
}

async fn told(lab: &TestLab, scenario: &str) -> String {
    let ready = lab.folder().join("ready.json");
    let output = judge("cloudfront.py", &[], &[scenario, ready.to_str().expect("a path")]).await;
    let line = |line: &str| {
        let found: Value = serde_json::from_str(line).expect("a JSON document a line");
        let text = |key: &str| found[key].as_str().unwrap_or("-").to_owned();
        let (case, cache, from) = (text("case"), text("cache"), text("from"));
        let (range, said) = (text("range"), text("said"));
        format!("{case}: {} {cache}, of {from}, {range} {said:?}", found["status"])
    };
    output.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_request_finds_the_origin_that_answers() {
    let lab = lab().await;
    configure(&lab, |config| {
        config.policy = CachePolicy::CACHING_DISABLED;
        config.methods = AllowedMethods::GetHeadOptions;
    });
    insta::assert_snapshot!(told(&lab, "uncached").await, @r#"
    healthy: 200 Miss from cloudfront, of us-east-1, - "here in us-east-1"
    503: 200 Miss from cloudfront, of eu-west-1, - "here in eu-west-1"
    503, HEAD: 200 Miss from cloudfront, of eu-west-1, - ""
    503, range: 206 Miss from cloudfront, of eu-west-1, bytes 3-6/17 "e in"
    503, OPTIONS: 501 Error from cloudfront, of eu-west-1, - ""
    block-public, Origin Access Control: 200 Miss from cloudfront, of us-east-1, - "here in us-east-1"
    missing on the primary: 200 Miss from cloudfront, of eu-west-1, - "only-there in eu-west-1"
    missing on both: 403 Error from cloudfront, of eu-west-1, - ""
    POST: 403 Error from cloudfront, of cloudfront, - "This distribution is not configured to allow the HTTP request method that was used for this request. The distribution supports only cachable requests."
    PUT: 403 Error from cloudfront, of cloudfront, - "This distribution is not configured to allow the HTTP request method that was used for this request. The distribution supports only cachable requests."
    another host: 403 Error from cloudfront, of cloudfront, - "Bad request."
    "#);

    configure(&lab, |config| {
        config.origins[0].attempts = ConnectionAttempts::new(1).expect("one");
        config.origins[0].response_timeout = ResponseTimeout::from_seconds(1).expect("a second");
    });
    insta::assert_snapshot!(told(&lab, "impatient").await, @r#"timeout: 200 Miss from cloudfront, of eu-west-1, - "here in eu-west-1""#);
    let visit = lab.lab.cloudfront().visits().pop().expect("a request");
    let tried: Vec<&str> = visit.attempts.iter().map(|attempt| attempt.result.as_str()).collect();
    assert_eq!(tried, ["the response timed out", "status 200"]);
    assert!(visit.attempts[0].seconds >= 1.0, "{visit:?}");

    configure(&lab, |config| {
        for origin in &mut config.origins {
            origin.access = OriginAccess::Public;
            origin.response_timeout = ResponseTimeout::default();
        }
    });
    insta::assert_snapshot!(told(&lab, "public").await, @r#"
    block-public, public object: 200 Miss from cloudfront, of eu-west-1, - "ok"
    block-public, private object: 403 Error from cloudfront, of eu-west-1, - ""
    "#);

    configure(&lab, |config| {
        for origin in &mut config.origins {
            origin.access = OriginAccess::Signed;
        }
    });
    insta::assert_snapshot!(told(&lab, "refuse").await, @r#"
    refuse: 200 Miss from cloudfront, of eu-west-1, - "here in eu-west-1"
    both refuse: 502 Error from cloudfront, of cloudfront, - "CloudFront wasn't able to connect to the origin."
    "#);
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_cached_outlives_both_regions() {
    let lab = lab().await;
    insta::assert_snapshot!(told(&lab, "cached").await, @r#"
    first: 200 Miss from cloudfront, of us-east-1, - "here in us-east-1"
    second: 200 Hit from cloudfront, of us-east-1, - "here in us-east-1"
    both regions down: 200 Hit from cloudfront, of us-east-1, - "here in us-east-1"
    both regions down, HEAD: 200 Hit from cloudfront, of us-east-1, - ""
    both regions down, range: 206 Hit from cloudfront, of us-east-1, bytes 15-16/17 "-1"
    not cached: 502 Error from cloudfront, of cloudfront, - "CloudFront wasn't able to connect to the origin."
    the error is kept: 502 Error from cloudfront, of cloudfront, - "CloudFront wasn't able to connect to the origin."
    "#);
    lab.stop().await;
}

/// The name that the spec of the lab gives leads to the distribution, by the lab's resolver and at the port of
/// the lab's S3.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_name_resolves_and_is_in_the_spec() {
    let lab = TestLab::start(quick()).await;
    let ready = lab.lab.ready();
    let domain = ready.cloudfront_domain.clone().expect("a domain");
    assert!(lab.lab.spec_toml().contains(&format!("[failover.cloudfront]\ndomain = \"{domain}\"\n")));
    let (address, port) = (format!("@{}", ready.resolver.ip()), ready.resolver.port().to_string());
    let mut dig = tokio::process::Command::new(super::support::tool("dig"));
    dig.args([&address, "-p", &port, "+short", "+tries=1", &domain, "A"]);
    let output = dig.output().await.expect("dig runs");
    let found = String::from_utf8(output.stdout).expect("text");
    let url = ready.cloudfront.as_deref().expect("a URL");
    let host = url.strip_prefix("http://").and_then(|rest| rest.split_once(':')).expect("an address").0;
    assert_eq!(found.trim(), host);
}
