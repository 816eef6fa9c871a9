//! What would the spec be in the words of another tool?

pub mod iam;
