//! The only door to AWS.
