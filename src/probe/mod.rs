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
pub mod delegation;
mod expect;
mod freshness;
mod http;
mod names;
mod observation;
mod prober;
mod resolve;
mod server_list;
mod servers;
#[cfg(test)]
mod tests;
mod trust;
mod vantage;
mod verify;
mod wire;

pub use answer::{Answered, PointerAnswer, SideAddresses, read_answer};
pub use asker::{Asked, Asker};
pub use delegation::{Delegation, Walk, walk};
pub use expect::{Basis, Expectation, KnownCheck, SideHealth, choose, expect};
pub use freshness::{Freshness, Look, Overdue, ROUNDING, Stale, Tracker, TtlHabit};
pub use http::{Endpoint, FetchError, Fetched, Signed, fetch};
pub use observation::{Observation, Seen};
pub use prober::{Lookup, Prober, Sighting};
pub use resolve::{Active, ResolveError, resolve_active};
pub use server_list::ServerList;
pub use servers::{ServerError, Servers};
pub use vantage::{Role, Transport, Vantage};
pub use verify::{
    DnsEvidence, Evidence, Finding, Observed, ResolverAnswer, ServerAnswer, Severity, SideData, Verdict,
    judge,
};
pub use wire::{
    ClientSubnet, Connection, ExtendedError, Query, QueryError, Reply, SubnetError, first_answer, query,
};
