//! What does a bucket policy say? Reads the document and matches its statements.
//!
//! A document is checked when it is put, and refused as S3 refuses it (`MalformedPolicy`), so that
//! matching later cannot fail. Understood are principals, actions and resources with their negations
//! and wildcards, and all condition operators of IAM.
//!
//! - [`document`]: the JSON, and what makes it a bucket policy;
//! - [`statement`]: the policy, and whether a statement applies to a request;
//! - [`condition`]: whether a condition of a statement holds;
//! - [`facts`]: what a request says of itself, for conditions;
//! - [`error`]: why a text is no policy;
//! - [`wildcard`]: patterns with `*` and `?`.

mod condition;
mod document;
mod error;
mod facts;
mod statement;
mod wildcard;

pub(crate) use error::PolicyError;
pub(crate) use facts::{DataAccessPoint, Facts};
pub(crate) use statement::{Attempt, Caller, Effect, Policy};

/// What the names of buckets and objects begin with in policies and in replication rules.
pub(crate) const BUCKET_ARN: &str = "arn:aws:s3:::";
