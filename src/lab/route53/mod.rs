//! What would Route 53 say? Its API over HTTP, and what it keeps.
//!
//! ```text
//!   request ─▶ http ─▶ auth ─▶ operation ─▶ throttle ─▶ api (XML: wire) ─▶ store
//!                                                                           │
//!              name servers ──▶ zones ─▶ served            zones ◀──────────┴──────▶ checks
//!              checkers ──────▶ checks                       │                          │
//!                                       batch ─▶ rules, alias, values     check_request, _config, _address
//! ```
//!
//! The last row and `served` are pure: they take what they judge, and the time. `zones` and `checks` hold
//! state, `store` locks it. The Smithy model decides shapes and limits; what AWS does beyond it comes from
//! its guides and from public reports, named in place; what could not be verified says so.

mod alias;
mod api;
mod auth;
mod batch;
mod check_address;
mod check_config;
mod check_request;
mod checks;
mod errors;
mod http;
mod kept;
mod operation;
mod rules;
mod served;
pub(crate) mod store;
mod throttle;
pub(crate) mod types;
mod values;
mod wire;
mod zones;

#[cfg(test)]
mod batch_tests;
#[cfg(test)]
mod wire_tests;

pub(crate) use http::router;
pub(crate) use served::NAME_SERVERS;
