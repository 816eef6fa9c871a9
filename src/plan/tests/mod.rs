//! The pure plan against an account that keeps Route 53's rules.
//!
//! `account` is the account: values, no network. `specs` draws specs, all of them valid. `properties`
//! plans and carries out, kills it anywhere, and looks at every state on the way; what was once found
//! wrong stays in `regressions`, by name. `reasons` shows what people read.

use super::{Guard, Terms};

/// Specs are drawn with TTLs and intervals of all sorts.
pub(crate) const TERMS: Terms<'_> = Terms { spec_name: "failover.toml", adopt: &[], allow: &Guard::ALL };

pub(crate) mod account;
mod agreement;
mod properties;
mod reasons;
mod regressions;
pub(crate) mod specs;
