//! What would CloudFront answer? One distribution over both buckets, whose origin group turns to the
//! secondary request by request.
//!
//! ```text
//!   viewer ─ server ─ edge ─┬─ cache          hit: no origin hears of it
//!      (Host, fault)        └─ fetch ─ TCP ─▶ primary's region      (signed as cloudfront.amazonaws.com)
//!                                └─ TCP ─▶ secondary's region  when the primary failed
//! ```
//!
//! - `config`, `pair` and `limits`: what may be configured, and its bounds;
//! - `server` owns connections; `refusal` says what CloudFront does not even begin;
//! - `edge` tells the story of a request; `asked` is what a viewer wants of an object;
//! - `freshness` decides how long an answer is good for, `cache` keeps it, `condition` and `range`
//!   make a viewer's answer of it;
//! - `failover` decides when the secondary is asked; `fetch` asks one origin; `sign` is the Origin
//!   Access Control;
//! - `pages` are CloudFront's own answers; `visits` remembers what was done for whom.
//!
//! **How long a hanging region holds a request.** A connection that is not answered ends after the
//! connection timeout, and is tried as often as the connection attempts say: 3 × 10 s by default. A
//! connection that is accepted and then silent, which is the lab's fault `timeout`, ends after the
//! response timeout: for years 30 s that nobody could change for an S3 origin, since the newest API model
//! `OriginReadTimeout` of `S3OriginConfig`, 1 to 120 s. And for GET and HEAD "CloudFront tries up to 3
//! times, as determined by the value of the origin connection attempts setting" (CloudFront Developer Guide,
//! `RequestAndResponseBehaviorS3Origin`), so that by default the secondary is asked after 90 s. (The API
//! reference, `Origin`, says of custom origins alone that attempts count responses too; the lab
//! follows the page about S3.)
//!
//! **What differs from AWS.** One edge location, one cache, no regional caches behind it. Requests for the
//! same object are not collapsed into one. `stale-while-revalidate` is not obeyed. Nothing is compressed.
//! Bodies of more than 8 MiB are passed through and not cached (AWS: 30 GB), and the cache holds 64 MiB.
//! Viewers and origins speak plain HTTP. There is no control API: the distribution is configured from Rust.

mod asked;
mod cache;
mod condition;
mod config;
mod distribution;
mod edge;
mod failover;
mod fault;
mod fetch;
mod freshness;
mod limits;
mod pages;
mod pair;
mod range;
mod refusal;
mod server;
mod sign;
#[cfg(test)]
mod tests;
mod visits;

pub use config::{
    AllowedMethods, CachePolicy, ConfigError, DistributionConfig, ForwardedQuery, Origin, OriginAccess,
    OriginGroup,
};
pub use distribution::{Distribution, InvalidationError};
pub use fault::{CloudFrontFault, UnknownCloudFrontFault};
pub(crate) use fetch::OriginHosts;
pub use limits::{ConnectionAttempts, ConnectionTimeout, FailoverStatus, LimitError, ResponseTimeout};
pub use pair::PairSettings;
pub use visits::{Attempt, CacheResult, Visit};
