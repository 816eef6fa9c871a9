//! The regions as clients meet them, over the wire: the AWS SDK for what is signed, bare TCP for what
//! is not. Time is paused and moves when everybody waits, so that lab seconds cost nothing.

mod anonymous;
mod faults;
mod lifecycle;
mod many;
mod odd;
mod parts;
mod probes;
mod replication;
mod signed;

use std::{net::SocketAddr, time::Duration};

use aws_sdk_s3::config::{BehaviorVersion, Credentials, retry::RetryConfig};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{BlockPublicAccess, Fault, Regions, S3Settings};
use crate::{
    clock::Clock,
    lab::credentials::{ACCESS_KEY_ID, SECRET_ACCESS_KEY},
    model::{BucketName, Region},
};

const HEALTH: &str = "failover/health.txt";

/// Two regions with a bucket each, whose sentinel object everyone may read.
struct World {
    regions: Regions,
    clock: Clock,
}

fn region(text: &str) -> Region {
    text.parse().expect("a region")
}

fn bucket(text: &str) -> BucketName {
    text.parse().expect("a bucket name")
}

fn us() -> Region {
    region("us-east-1")
}

fn eu() -> Region {
    region("eu-west-1")
}

impl World {
    async fn start() -> Self {
        let clock = Clock::system();
        let started = Regions::start(clock.clone(), &[us(), eu()], S3Settings::default()).await;
        let regions = started.expect("two regions");
        for (region, name) in [(us(), "data-us"), (eu(), "data-eu")] {
            let name = bucket(name);
            regions.create_bucket(&region, &name).expect("a new bucket");
            regions.put_object(&name, HEALTH, "ok").expect("an object");
            regions.put_object(&name, "secret.txt", "secret").expect("an object");
            regions.set_public_access_block(&name, BlockPublicAccess::OFF).expect("a bucket");
            let policy = json!({"Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
                "Resource": format!("arn:aws:s3:::{name}/failover/*")}]});
            regions.set_policy(&name, &policy.to_string()).expect("a policy");
        }
        Self { regions, clock }
    }

    fn address(&self, region: &Region) -> SocketAddr {
        self.regions.address(region).expect("a region of the lab")
    }

    fn fault(&self, region: &Region, fault: Fault) {
        self.regions.set_fault(region, fault).expect("a region of the lab");
    }

    /// A client of one region, signing with the lab's key.
    fn client(&self, region: &Region) -> aws_sdk_s3::Client {
        client(self.address(region), region.as_str(), SECRET_ACCESS_KEY)
    }

    /// An anonymous request to a region, on a connection of its own.
    async fn ask(&self, region: &Region, method: &str, host: &str, path: &str) -> Answer {
        let mut connection = Connection::open(self.address(region)).await;
        connection.send(method, host, path).await;
        connection.answer(method).await.expect("an answer")
    }

    /// The anonymous read of the sentinel object, as a health checker does it.
    async fn probe(&self, region: &Region, name: &str) -> Answer {
        let host = format!("{name}.s3.{region}.amazonaws.com");
        self.ask(region, "GET", &host, &format!("/{HEALTH}")).await
    }

    async fn seconds(&self, seconds: u64) {
        self.clock.sleep(Duration::from_secs(seconds)).await;
    }
}

fn client(address: SocketAddr, region: &str, secret: &str) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(aws_sdk_s3::config::Region::new(region.to_owned()))
        .endpoint_url(format!("http://{address}"))
        .credentials_provider(Credentials::new(ACCESS_KEY_ID, secret, None, None, "lab"))
        .retry_config(RetryConfig::disabled())
        .build();
    aws_sdk_s3::Client::from_conf(config)
}

/// An answer off the wire.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The error code in the body.
    fn code(&self) -> Option<&str> {
        self.body.split_once("<Code>")?.1.split_once("</Code>").map(|(code, _)| code)
    }
}

/// One connection that stays open.
struct Connection(TcpStream);

impl Connection {
    async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("a listener");
        stream.set_nodelay(true).expect("a TCP socket");
        Self(stream)
    }

    async fn send(&mut self, method: &str, host: &str, path: &str) {
        let request = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n");
        self.0.write_all(request.as_bytes()).await.expect("an open connection");
    }

    /// The next answer; nothing when the connection ends instead.
    async fn answer(&mut self, method: &str) -> Option<Answer> {
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\r\n\r\n") {
            bytes.push(self.0.read_u8().await.ok()?);
        }
        let head = String::from_utf8(bytes).expect("headers in ASCII");
        let status = head.split(' ').nth(1).and_then(|text| text.parse().ok()).expect("a status line");
        let mut answer = Answer { status, head, body: String::new() };
        if method != "HEAD" && !matches!(status, 204 | 304) {
            let length = answer.header("content-length").map_or(0, |text| text.parse().expect("a length"));
            let mut body = vec![0; length];
            self.0.read_exact(&mut body).await.ok()?;
            answer.body = String::from_utf8(body).expect("text");
        }
        Some(answer)
    }
}
