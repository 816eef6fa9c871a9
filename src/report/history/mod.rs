//! What was done here before? The list, its trends, one run, and the same for other programs.
//!
//! ```text
//!   journal::Line ──┬──▶ list (text), Document (JSON), csv
//!                   ├──▶ trends: per failover and fault, how recovery times went
//!                   ╰──▶ run_lines ──▶ the trend in a drill's report
//! ```

mod csv;
mod document;
mod one;
mod said;
mod table;
mod trend;

pub use csv::csv;
pub use document::{Document, Run, run_lines};
pub use one::one;
pub use said::{Tense, changes, clock_name, notice, still_broken};
pub use table::list;
pub use trend::{Trend, trends};
