//! The pure plan against an account that keeps Route 53's rules.
//!
//! `account` is the account: values, no network. `specs` draws specs, all of them valid. `properties`
//! plans and carries out, kills it anywhere, and looks at every state on the way; what was once found
//! wrong stays in `regressions`, by name. `reasons` shows what people read. `links` has failovers that lead to
//! each other, `removed` those that a spec lost.

use super::{Guard, Terms};

/// Specs are drawn with TTLs and intervals of all sorts.
pub(crate) const TERMS: Terms<'_> =
    Terms { spec_name: "failover.toml", adopt: &[], remove: &[], cut_down: false, allow: &Guard::ALL };

pub(crate) mod account;
mod agreement;
mod links;
mod properties;
mod reasons;
mod regressions;
mod removed;
pub(crate) mod specs;
