//! Puts an object into the bucket that is active now, and gets it back: `pointer_rust TEXT KEY`.
//!
//! Where to go is looked up anew when the answer's TTL has run out or a request failed.

use std::{error::Error, io::Write, time::Duration};

use aws_config::BehaviorVersion;
use aws_sdk_s3::{Client, config::Region, primitives::ByteStream};
use s3_failover::{
    clock::Clock,
    pointer::Pointer,
    probe::{Active, ServerList},
    spec::Spec,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [text, key] = arguments.as_slice() else { return Err("usage: pointer_rust TEXT KEY".into()) };

    let spec = Spec::load("failover.toml".as_ref())?.spec;
    let failover = spec.failovers.first().ok_or("the spec has no failover")?.clone();
    // None in the variable: the system's resolvers.
    let resolvers: Vec<String> = std::env::var("S3_FAILOVER_RESOLVERS").into_iter().collect();
    let clock = Clock::system();
    let servers = ServerList::parse(&resolvers, &[], Duration::from_secs(5))?.located(&clock).await?;
    let pointer = Pointer::new(clock, servers, failover).serve_stale_for(Duration::from_hours(1));

    let mut active = pointer.active().await?;
    if there_and_back(&active, text, key).await.is_err() {
        active = pointer.refresh().await?;
        there_and_back(&active, text, key).await?;
    }
    writeln!(std::io::stdout(), "{}", active.bucket)?;
    Ok(())
}

async fn there_and_back(active: &Active, text: &str, key: &str) -> Result<(), Box<dyn Error>> {
    // A client for the bucket's own region; a long-lived program keeps one for each side.
    let config = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(active.region.to_string()))
        .load()
        .await;
    let s3 = Client::new(&config);
    let (bucket, body) = (active.bucket.as_str(), ByteStream::from(text.as_bytes().to_vec()));
    s3.put_object().bucket(bucket).key(key).body(body).send().await?;
    let got = s3.get_object().bucket(bucket).key(key).send().await?.body.collect().await?;
    if got.into_bytes() == text.as_bytes() { Ok(()) } else { Err("what came back is something else".into()) }
}
