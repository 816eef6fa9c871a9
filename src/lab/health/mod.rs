//! Sixteen checkers in eight regions, and what they make of what they see.

pub(crate) mod state;
