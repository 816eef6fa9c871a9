//! What the world sees: which side DNS answers, and whether bytes come from there.
//!
//! ```text
//!   servers ──▶ wire ─▶ Reply ──┐
//!                               ├──▶ answer (which side is that?) ──┐
//!   spec ───────────────────────┘                                  ├──▶ verify: findings
//!   records, checks ──▶ expect (which side ought it to be?) ────────┤
//!   http: the sentinel object, as a pointer client fetches it ──────┘
//! ```
//!
//! Queries are sent over sockets of our own and only packed and read by a library: resolver libraries
//! merge equal queries, repeat lost ones by themselves and hide a closed port behind a time-out, and
//! each of these would spoil a measurement.

mod answer;
mod asker;
mod chain;
pub mod client;
mod connection;
pub mod delegation;
mod endpoint;
mod expect;
mod freshness;
pub mod fuzzing;
mod http;
mod names;
mod prober;
mod resolve;
mod server_list;
mod servers;
mod tested;
#[cfg(test)]
mod tests;
mod trust;
mod vantage;
mod verify;
mod wire;

pub use answer::{Answered, PointerAnswer, SideAddresses, read_answer};
pub use asker::{Asked, Asker};
pub use connection::{FetchError, Phases};
pub use delegation::{Delegation, Walk, walk};
pub use endpoint::Endpoint;
pub use expect::{
    Basis, Expectation, Known, KnownCheck, KnownChecks, Leaf, SideHealth, choose, expect, health_of, possible,
};
pub use freshness::{Freshness, Look, Overdue, ROUNDING, Stale, Tracker, TtlHabit};
pub use http::{Fetched, Signed, fetch};
pub use prober::{Lookup, Prober, Sighting};
pub use resolve::{Active, ResolveError, resolve_active};
pub use server_list::ServerList;
pub use servers::{ServerError, Servers};
pub use tested::read_values;
pub use trust::{TrustError, trusted, trusting};
pub use vantage::{Role, Transport, Vantage};
pub use verify::{
    Behind, Bucket, CheckEvidence, CheckState, DnsEvidence, Evidence, ExpectedRecovery, Finding, Guard, IDS,
    Observed, Owner, Part, ResolverAnswer, Route53Says, ServerAnswer, Severity, SideData, Verdict, judge,
};
pub use wire::{
    ClientSubnet, Connection, ExtendedError, Query, QueryError, Reply, SubnetError, first_answer, query,
};
