//! For people at a terminal.

mod drill;
mod plan;
mod verify;
mod watch;

pub use drill::drill;
pub use plan::{apply_event, plan};
pub use verify::verify;
pub use watch::{watch_event, watch_summary};
