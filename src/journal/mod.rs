//! What was done, and what is still broken on purpose? Kept in a file that survives whoever was writing it.
//!
//! ```text
//!   drill ──▶ Journal::intend ──▶ (breaks something) ──▶ (mends it) ──▶ Journal::undone
//!                   │                                                        ▲
//!                   ╰── kill -9, power off ──▶ Journal::pending ──▶ recover ─╯
//! ```
//!
//! 1. What is going to be broken is written down first, with all that is needed to undo it. It is on the disk
//!    when [`Journal::intend`] returns: the row, the file, and the folders' entries that lead to it.
//! 2. Whatever ended is a [`Record`]: drills, switches, applies, each with the document that it printed.
//! 3. A file that cannot be used (damaged, of a newer version, of another program) is moved beside with the
//!    date, and what can be read of it is taken over; an older one is copied before it is changed. Nothing is
//!    ever overwritten ([`Notice`]).
//!
//! Why `SQLite` and not a file of lines: several processes write at once, any of them may be killed in the
//! middle of a write, and what `SQLite` leaves behind then is known and tested. Why its rollback journal and not
//! the write-ahead log: a log needs memory that processes share, so it cannot be read in a folder that is
//! read-only, and not at all on a home directory over a network; and few write here, and seldom.

mod error;
mod file;
mod process;
mod record;
mod rows;
mod salvage;
mod schema;
mod step;
mod store;
#[cfg(test)]
mod tests;

pub use error::{JournalError, Notice};
pub use process::{Life, Writer};
pub use record::{Deed, Figures, Line, Record};
pub use step::{NewStep, RunId, Step};
pub use store::{Glance, Journal};
