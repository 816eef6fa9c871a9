//! Each way to break a primary, in a file of its own: what there is before, how it is broken, how it is mended.
//!
//! ```text
//!   prepare ──▶ what there is, and whether the undo is permitted ──▶ Undo (written down by the caller)
//!   inject  ──▶ looks again, and breaks what is still as it was
//!   mend    ──▶ looks again, and mends what is still as the drill left it; anything else is somebody else's
//! ```
//!
//! None of them touches the secondary but for the switch, whose object has to be there.

pub(super) mod invert;
mod kind;
pub(super) mod lab;
pub(super) mod object;
pub(super) mod public_access;
mod refused;
pub(super) mod statement;

pub use kind::{FaultKind, Prepared, PreparedStep, Undone};
pub use refused::FaultError;
