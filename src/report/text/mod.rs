//! For people at a terminal.

mod drill;
mod plan;
mod verify;

pub use drill::drill;
pub use plan::{apply_event, plan};
pub use verify::verify;
