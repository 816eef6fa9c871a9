//! The distribution as viewers meet it, over the wire, before two regions of S3 that really break. Time is
//! paused and moves when everybody waits, so that 90 seconds of a hanging origin cost nothing.

mod caching;
mod failover;
mod origins;
mod viewers;

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use hyper::{Request, header};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, task::JoinSet};

use super::*;
use crate::{
    clock::Clock,
    lab::{
        aws_hosts::DISTRIBUTION_HOST,
        credentials::DISTRIBUTION_ARN,
        s3::{BlockPublicAccess, Fault, Regions, S3Settings},
    },
    model::{BucketName, Fqdn, Region},
};

/// Both buckets hold it, each with its own text.
const OBJECT: &str = "/data/hello.txt";

struct World {
    clock: Clock,
    regions: Arc<Regions>,
    distribution: Distribution,
}

/// The regions as origins, unless a test has put something else at a name.
struct Hosts {
    regions: Arc<Regions>,
    others: BTreeMap<String, SocketAddr>,
}

impl OriginHosts for Hosts {
    fn address(&self, host: &Fqdn) -> Option<SocketAddr> {
        let other = self.others.get(host.as_str()).copied();
        other.or_else(|| {
            let region = if host.as_str().contains("us-east-1") { us() } else { eu() };
            self.regions.address(&region)
        })
    }
}

fn us() -> Region {
    "us-east-1".parse().expect("a region")
}

fn eu() -> Region {
    "eu-west-1".parse().expect("a region")
}

fn bucket(text: &str) -> BucketName {
    text.parse().expect("a bucket name")
}

fn seconds(number: u64) -> Duration {
    Duration::from_secs(number)
}

/// Every object is for CloudFront, those below `public/` are for everybody.
fn policy(bucket: &BucketName) -> String {
    let resource = |below: &str| format!("arn:aws:s3:::{bucket}/{below}*");
    serde_json::json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:GetObject",
         "Resource": resource(""), "Condition": {"StringEquals": {"AWS:SourceArn": DISTRIBUTION_ARN}}},
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": resource("public/")},
    ]})
    .to_string()
}

impl World {
    async fn start(settings: PairSettings) -> Self {
        Self::with_others(settings, BTreeMap::new()).await
    }

    async fn with_others(settings: PairSettings, others: BTreeMap<String, SocketAddr>) -> Self {
        let clock = Clock::system();
        let regions = Regions::start(clock.clone(), &[us(), eu()], S3Settings::default()).await;
        let regions = Arc::new(regions.expect("two regions"));
        for (region, name) in [(us(), "data-us"), (eu(), "data-eu")] {
            let name = bucket(name);
            regions.create_bucket(&region, &name).expect("a new bucket");
            regions.set_public_access_block(&name, BlockPublicAccess::OFF).expect("a bucket");
            regions.set_policy(&name, &policy(&name)).expect("a policy");
            for key in [&OBJECT[1..], "public/hello.txt"] {
                regions.put_object(&name, key, format!("hello from {region}")).expect("an object");
            }
        }
        let config = settings.over((&bucket("data-us"), &us()), (&bucket("data-eu"), &eu()));
        let hosts = Arc::new(Hosts { regions: Arc::clone(&regions), others });
        let distribution =
            Distribution::start(clock.clone(), hosts, config, 0).await.expect("a distribution");
        Self { clock, regions, distribution }
    }

    fn fault(&self, region: &Region, fault: Fault) {
        self.regions.set_fault(region, fault).expect("a region of the lab");
    }

    fn put(&self, name: &str, key: &str, text: &str) {
        self.regions.put_object(&bucket(name), key, text.to_owned()).expect("an object");
    }

    fn change(&self, change: impl FnOnce(&mut DistributionConfig)) {
        let mut config = self.distribution.config();
        change(&mut config);
        self.distribution.configure(config).expect("a configuration");
    }

    async fn wait(&self, number: u64) {
        self.clock.sleep(seconds(number)).await;
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[]).await
    }

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(method, path, headers, "").await
    }

    /// A request on a connection of its own, for the distribution's host.
    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header(header::HOST, DISTRIBUTION_HOST);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(http_body_util::Full::new(bytes::Bytes::from(body.to_owned())));
        let begun = self.clock.elapsed();
        let stream = TcpStream::connect(self.distribution.address()).await.expect("the distribution listens");
        stream.set_nodelay(true).expect("a TCP socket");
        let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
        let (mut sender, driver) = handshake.expect("a connection");
        let mut connection = JoinSet::new();
        connection.spawn(driver);
        let response = sender.send_request(request.expect("a request")).await.expect("an answer");
        let took = self.clock.elapsed().saturating_sub(begun).as_secs_f64();
        let (parts, body) = response.into_parts();
        let body = http_body_util::BodyExt::collect(body).await.expect("a body").to_bytes();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).expect("text"),
            took,
        }
    }

    /// The last request in the log: cache result, origin, and what was tried.
    fn last(&self) -> (CacheResult, Option<String>, Vec<String>) {
        let visit = self.distribution.visits().pop().expect("a request");
        let tried = visit.attempts.iter().map(|attempt| format!("{}: {}", attempt.origin, attempt.result));
        (visit.cache, visit.origin, tried.collect())
    }

    /// How often an origin was asked so far.
    fn asked(&self) -> usize {
        self.distribution.visits().iter().map(|visit| visit.attempts.len()).sum()
    }
}

#[derive(Debug)]
struct Answer {
    status: u16,
    headers: hyper::HeaderMap,
    body: String,
    /// Until the answer began.
    took: f64,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("text"))
    }

    fn x_cache(&self) -> &str {
        self.header("x-cache")
            .expect("every answer has it")
            .strip_suffix(" from cloudfront")
            .expect("its end")
    }

    fn brief(&self) -> (u16, &str, &str) {
        (self.status, self.x_cache(), &self.body)
    }
}
