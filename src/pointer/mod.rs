//! Which bucket, region and endpoint are active now? For programs that go by the name themselves.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use s3_failover::{clock::Clock, pointer::Pointer, probe::ServerList, spec::Spec};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let spec = Spec::load("failover.toml".as_ref())?.spec;
//! let clock = Clock::system();
//! // None named: the system's resolvers.
//! let servers = ServerList::parse(&[], &[], Duration::from_secs(5))?.located(&clock).await?;
//! let pointer = Pointer::new(clock, servers, spec.failovers[0].clone());
//!
//! let active = pointer.active().await?; // before each request: mostly a look into the cache
//! println!("s3://{} in {}", active.bucket, active.region);
//!
//! let active = pointer.refresh().await?; // after a request that failed: may be elsewhere by now
//! # Ok(()) }
//! ```
//!
//! A whole program that puts and gets an object by it is `scripts/clients/pointer_rust.rs`.
//!
//! 1. An answer is kept for as long as its TTL says, counted from when it was asked for, and no longer; one with
//!    a TTL of 0 serves those who wait for it, and is not kept (RFC 1035, 3.2.1: zero values "can only be used
//!    for the transaction in progress, and should not be cached").
//! 2. However many callers ask at once, one look-up goes out, and all get what it brings, a failure too.
//! 3. [`Pointer::refresh`] is not content with a look-up that began before it was called. The resolver may still
//!    answer from its own cache, as long as that answer's TTL runs; who gives [`Servers`] with the zone's name
//!    servers gets the answer of the moment.
//! 4. An answer that has run out is used only where [`Pointer::serve_stale_for`] allows it, and while nobody
//!    answers; a name that answers neither side is an answer (RFC 8767, 4 and 5).

mod cache;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use cache::{Cache, Held, Kept};

use crate::{
    clock::Clock,
    model::Ttl,
    probe::{Active, ResolveError, Servers, resolve_active},
    spec::Failover,
};

/// A failover's name, looked up whenever that is due. Clones share what is kept.
#[derive(Clone, Debug)]
pub struct Pointer {
    clock: Clock,
    servers: Servers,
    failover: Arc<Failover>,
    stale_for: Duration,
    cache: Arc<Cache<Active, ResolveError>>,
}

impl Pointer {
    /// Nothing has been looked up yet.
    pub fn new(clock: Clock, servers: Servers, failover: Failover) -> Self {
        let cache = Arc::new(Cache::default());
        Self { clock, servers, failover: Arc::new(failover), stale_for: Duration::ZERO, cache }
    }

    /// While nobody answers, goes on with the old answer for so long after it has run out. The old side may be
    /// the dead one; but without name servers nobody can say so, and it is mostly the right one.
    pub fn serve_stale_for(mut self, limit: Duration) -> Self {
        self.stale_for = limit;
        self
    }

    /// The active side. Its `ttl` is the time for which this may still be relied on, from now.
    pub async fn active(&self) -> Result<Active, Arc<ResolveError>> {
        Ok(of_now(self.cache.get(&self.clock, self.stale_for, is_silence, || self.look_up()).await?))
    }

    /// The active side, by a look-up that begins now: after a request that failed.
    pub async fn refresh(&self) -> Result<Active, Arc<ResolveError>> {
        Ok(of_now(self.cache.renew(&self.clock, self.stale_for, is_silence, || self.look_up()).await?))
    }

    async fn look_up(&self) -> Result<Kept<Active>, ResolveError> {
        let active = resolve_active(&self.clock, &self.servers, &self.failover).await?;
        // An answer that says nothing of its lifetime is good for whoever waits for it.
        let lifetime = active.ttl.map_or(Duration::ZERO, Ttl::duration);
        Ok(Kept { value: active, lifetime })
    }
}

fn of_now(held: Held<Active>) -> Active {
    let left = i64::try_from(held.left.as_secs()).ok().and_then(|seconds| Ttl::from_seconds(seconds).ok());
    Active { ttl: left.or(held.value.ttl), ..held.value }
}

/// Whether nobody has answered, which is no answer.
fn is_silence(error: &ResolveError) -> bool {
    match error {
        ResolveError::Servers(_) | ResolveError::NameServers { .. } => true,
        ResolveError::NeitherSide { .. } => false,
    }
}
