//! What does DNS say? Four name servers and a recursive resolver of each character, on loopback, with
//! real packets.
//!
//! ```text
//! records, verdicts ─▶ answer (choice, node, sections) ─▶ nameserver ─┐
//!                                          fault, frozen, lies ──┘    ├─▶ server: UDP and TCP
//!        cache, character, upstream, AWS's own hosts ─▶ resolver ─────┘
//! ```
//!
//! Every decision is a pure function of values (`answer`, `cache`); the rest turns values into packets
//! (`wire`) and moves them. What the routing policies beside failover and weight mean here, where every
//! client is on loopback, stands in `routing`.
//!
//! All zones of the lab are on all four servers, so a zone inside another is answered from itself, and
//! the outer zone's NS records for it are seen only by those who ask a server that has not got the inner
//! zone yet. What the outer zone hands to servers elsewhere is answered with a referral.

mod answer;
mod aws_names;
mod cache;
mod character;
mod choice;
mod fault;
mod frozen;
pub(crate) mod fuzzing;
pub(crate) mod knowledge;
mod lies;
mod nameserver;
mod nameservers;
mod node;
mod packet;
mod question;
mod rare_values;
#[cfg(test)]
mod reference_tests;
mod reply;
mod resolver;
mod resolvers;
mod routing;
mod sections;
mod server;
mod strings;
mod tcp;
#[cfg(test)]
mod tests;
mod udp;
mod upstream;
mod wire;

#[cfg(test)]
pub(crate) use answer::answer;
pub(crate) use aws_names::{AwsName, aws_name, website_name};
pub use character::{Character, UnknownCharacter};
pub use fault::{NameServerFault, UnknownNameServer, UnknownNameServerFault};
pub(crate) use knowledge::ZoneSource;
pub(crate) use nameserver::say;
pub(crate) use nameservers::NameServers;
pub(crate) use resolver::{AwsHost, S3Hosts};
pub(crate) use resolvers::Resolvers;
