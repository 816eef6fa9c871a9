//! What would the spec be in the words of another tool?
//!
//! ```text
//!   Spec ──▶ plan::desired ──▶ stack ──┬──▶ cloudformation ──▶ YAML   (templates/*.j2)
//!              buckets ────────────────┼──▶ terraform ───────▶ HCL    (templates/*.j2)
//!                                      └──▶ requests ────────▶ JSON
//! ```
//!
//! Everything is a function of the spec: AWS is not asked, so an export can be made and reviewed where no
//! credentials are. What only AWS knows, the ids of zones and of health checks, is a reference in the terms of
//! the format: a parameter, a data source, a placeholder.
//!
//! What a stack creates is what apply creates, because it is made from what plan desires; nothing decides a
//! second time what a failover needs. And whatever a spec holds stays a value: `template` quotes all that is
//! put into a template, by default.

mod align;
mod bucket_requests;
mod buckets;
mod cloudformation;
pub mod iam;
mod names;
mod operand;
mod quote;
mod request;
mod requests;
mod settings;
mod stack;
mod template;
mod terraform;
#[cfg(test)]
mod tests;

pub use buckets::TwoPlaces;
pub use cloudformation::{cloudformation, cloudformation_buckets};
pub use requests::requests;
pub use terraform::terraform;

/// A file that an export consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub text: String,
}
