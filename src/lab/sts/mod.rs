//! How does a principal of one account come into another? By STS: it assumes a role there.
//!
//! ```text
//!   request ─▶ http (signature, form) ─▶ assume ─▶ principals::Keyring ─▶ a key with a token, for some time
//!                                  └──▶ who asks ─▶ an ARN
//! ```
//!
//! A role is there from the lab's start ([`Accounts`](crate::lab::Accounts)); who may assume it, its trust policy
//! says. What there is not is refused in the same words as what is forbidden, as on AWS.
//!
#![doc = include_str!("operations.md")]

mod assume;
mod errors;
mod form;
mod http;

pub(crate) use http::router;
