//! A world of its own on loopback: Route 53, its health checkers and name servers, and S3 in two
//! regions, so that a failover can be tried, taught and tested with no AWS account.
//!
//! ```text
//!            API (HTTP)                    DNS (UDP, TCP)            S3 (HTTP), an address a region
//!               │                              ▲                          ▲           │
//!               ▼      records, PENDING→INSYNC │                          │ probes    │ objects
//!        route53::Store ───────────────▶ dns::answer ◀── verdicts ── health::Board    ▼ replicated
//!               └───────── health checks ─────────────────────────▶ health::checkers  s3
//! ```
//!
//! The lab is an oracle: it decides what Route 53 would have done, from the documentation, with no
//! line of the code that it judges. It may use [`crate::model`] (nouns) and [`crate::clock`], and
//! nothing else of ours.
//!
//! Nothing in it can be mistaken for the real thing: its identifiers hold characters that AWS never
//! gives out, its access key is no AWS key, and it listens on loopback alone.

mod admin;
mod chance;
pub mod control;
pub mod credentials;
pub(crate) mod dns;
pub(crate) mod health;
mod http;
mod options;
mod ready;
pub(crate) mod route53;
pub(crate) mod s3;
mod seeds;
#[cfg(test)]
mod tests;
mod world;

pub use health::{HealthEvent, HealthEventKind};
pub use options::{Options, Place};
pub use ready::Ready;
pub use s3::{Fault, UnknownFault, UnknownRegion};
pub use world::{Lab, StartError};
