//! What does DNS say? Four name servers and a recursive resolver, on loopback, with real packets.
//!
//! ```text
//! records, verdicts ─▶ answer (choice) ─▶ nameserver ─┐
//!                                                     ├─▶ server: UDP and TCP
//!              cache, upstream, S3 hosts ─▶ resolver ─┘
//! ```
//!
//! Every decision is a pure function of values (`answer`, `cache`); the rest turns values into packets
//! (`wire`) and moves them.

mod answer;
mod cache;
mod choice;
pub(crate) mod fuzzing;
pub(crate) mod knowledge;
mod nameserver;
mod packet;
mod question;
mod resolver;
mod server;
mod tcp;
#[cfg(test)]
mod tests;
mod udp;
mod upstream;
mod wire;

#[cfg(test)]
pub(crate) use answer::answer;
pub(crate) use nameserver::{NameServer, ZoneSource};
pub(crate) use resolver::{Resolver, S3Hosts};
pub(crate) use server::DnsServer;
pub(crate) use upstream::Upstream;
