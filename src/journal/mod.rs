//! What was done, and what is still broken on purpose? Kept in a file that survives whoever was writing it.
//!
//! ```text
//!   drill ──▶ Journal::intend ──▶ (breaks something) ──▶ (mends it) ──▶ Journal::undone
//!                   │                                                        ▲
//!                   ╰── kill -9, power off ──▶ Journal::pending ──▶ recover ─╯
//! ```
//!
//! 1. What is going to be broken is written down first, with all that is needed to undo it.
//! 2. Whatever ended is a [`Record`]: drills, switches, applies, each with the document that it printed.

mod record;
mod step;
mod store;

pub use record::{Deed, Record};
pub use step::{NewStep, RunId, Step};
pub use store::{Journal, JournalError};
