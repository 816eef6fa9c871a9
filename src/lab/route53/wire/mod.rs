//! How do requests and answers look on the wire?
//!
//! [`xml`] reads and writes any document; [`records`] and [`checks`] know the shapes of the two things
//! that travel in both directions, and [`policy`] those of the routing policies.

pub(crate) mod checks;
mod policy;
pub(crate) mod records;
pub(crate) mod xml;
