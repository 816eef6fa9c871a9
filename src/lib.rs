//! Route 53 DNS failover for two S3 buckets.

pub mod account;
pub mod apply;
pub mod causes;
pub mod cli;
pub mod clock;
pub mod drill;
#[cfg(test)]
mod evaluators_agree;
pub mod lab;
pub mod model;
pub mod plan;
pub mod probe;
pub mod report;
pub mod spec;
pub mod timeline;
