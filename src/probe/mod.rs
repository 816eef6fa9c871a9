//! What the world sees: which side DNS answers, and whether bytes come from there.
//!
//! ```text
//!   servers ──▶ dns ──▶ Reply ──┐
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
mod dns;
mod expect;
mod http;
mod observation;
mod prober;
mod resolve;
mod servers;
#[cfg(test)]
mod tests;
mod vantage;
mod verify;

pub use answer::{Answered, PointerAnswer, SideAddresses, read_answer};
pub use dns::{Query, QueryError, Reply, first_answer, query};
pub use expect::{Basis, Expectation, KnownCheck, SideHealth, choose, expect};
pub use http::{Endpoint, FetchError, Fetched, Signed, fetch};
pub use observation::{Observation, Seen};
pub use prober::{Lookup, Prober, Sighting};
pub use resolve::{Active, ResolveError, resolve_active};
pub use servers::{ServerError, Servers};
pub use vantage::{Role, Transport, Vantage};
pub use verify::{
    Behind, Bucket, Evidence, ExpectedRecovery, Finding, Guard, Observed, Owner, Part, ServerAnswer,
    Severity, SideData, Verdict, judge,
};
