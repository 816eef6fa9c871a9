//! What would S3 say? Two or more regions, each on a loopback address of its own.
//!
//! It answers what a health checker, a client that follows the DNS pointer, or an SDK would get from
//! S3, as far as failover depends on it: which bucket the Host header means, who may read it, in which
//! region it lives, what replication has brought, and how a region looks from outside when it fails.
//!
//! ```text
//!   127.0.1.1:P ─ listener ─ door(us-east-1) ─┐                          ┌─ store
//!   127.0.2.1:P ─ listener ─ door(eu-west-1) ─┼─ s3s ─ gate ─ operation ─┤    │ replication
//!   127.0.0.1:Q ─ front_door (either door) ───┘  XML,    access          └────┘
//!       connections        faults, redirects     SigV4   policy
//! ```
//!
//! Beside its address for the REST API a region has one for its website endpoint, 127.0.1.2 and so on:
//! at AWS it is the address that tells the two apart when the Host is a name of the user's own.
//!
//! All regions share one port, because a health check and a client know one port and find the
//! region by its address alone, which is what the lab's DNS hands out.
//!
//! - [`regions`] starts and stops it all, seeds it, and sets faults;
//! - [`listener`] and [`front_door`] own connections; [`door`] owns a region's requests, which [`reading`] reads and
//!   [`refusal`] refuses;
//! - [`service`] does the operations on [`store`]; [`access`] and [`policy`] decide who may; [`checksum`]
//!   knows S3's checksums, [`problem`] what an error looks like in full;
//! - [`website`] answers for the website endpoints;
//! - [`host`] reads the Host header, [`fault`] names the faults, [`replication`] moves versions.
//!
//! # Operations
//!
#![doc = include_str!("operations.md")]

mod access;
mod checksum;
mod door;
mod fault;
mod front_door;
pub(crate) mod fuzzing;
mod host;
mod listener;
mod policy;
mod problem;
mod reading;
mod refusal;
mod regions;
mod replication;
mod service;
mod service_key;
mod store;
mod website;

#[cfg(test)]
mod tests;

pub(crate) use access::BlockPublicAccess;
pub(crate) use door::Door;
pub use fault::{Fault, UnknownFault};
pub(crate) use host::Host;
pub(crate) use listener::accept;
pub(crate) use policy::{Caller, DataAccessPoint, Effect, Facts, Policy, PolicyError};
pub(crate) use refusal::{Cut, refusal};
pub use regions::UnknownRegion;
pub(crate) use regions::{Regions, S3Settings, SeedError, StartError};
pub use replication::{ReplicationDelay, ReplicationMetric};
pub(crate) use service_key::CLOUDFRONT;
pub use store::ReplicationBacklog;
pub(crate) use store::{Holder, Store};
