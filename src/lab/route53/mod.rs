//! What would Route 53 say? Its API over HTTP, and what it keeps.
//!
//! ```text
//!   request ─▶ http ─▶ fault ─▶ auth ─▶ operation ─▶ throttle, intake ─▶ api (XML: wire) ─▶ store (quotas)
//!                                                                      │                     │
//!              name servers ◀── TestDNSAnswer ─────────────────────────┘                     │
//!              name servers ──▶ zones ─▶ served              zones, vpc ◀────────────────────┴──▶ checks
//!              checkers ──────▶ checks                         │                                    │
//!                               batch ─▶ rules, alias, values, service_binding    check_request, _config,
//!                                        names, geo                               _address
//! ```
//!
//! The last row and `served` are pure: they take what they judge, and the time. `zones` and `checks` hold
//! state, `store` locks it. The Smithy model decides shapes and limits; what AWS does beyond it comes from
//! its guides and from public reports, named in place; what could not be verified says so.
//!
#![doc = include_str!("operations.md")]

mod alias;
mod api;
mod asked;
mod auth;
mod batch;
mod check_address;
mod check_config;
mod check_request;
mod checks;
mod errors;
pub(crate) mod fault;
pub(crate) mod fuzzing;
mod geo;
mod http;
mod intake;
mod kept;
mod names;
mod operation;
mod quotas;
mod rules;
mod served;
pub(crate) mod service_binding;
pub(crate) mod store;
mod throttle;
pub(crate) mod types;
mod values;
mod vpc;
mod wire;
mod zones;

#[cfg(test)]
mod batch_tests;
#[cfg(test)]
mod wire_tests;

pub(crate) use http::router;
pub use quotas::Quotas;
pub(crate) use served::NAME_SERVERS;
#[cfg(test)]
pub(crate) use values::problems as value_problems;
