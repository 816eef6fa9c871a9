//! How do requests and answers look on the wire?
//!
//! [`xml`] reads and writes any document; [`records`] and [`checks`] know the shapes of the two things
//! that travel in both directions.

pub(crate) mod checks;
pub(crate) mod records;
pub(crate) mod xml;
