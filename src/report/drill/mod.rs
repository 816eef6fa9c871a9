//! What came of a drill? One document, which is what JSON shows, what the history keeps, and of what every other
//! form is made.
//!
//! ```text
//!   timeline::DrillFigures ──▶ DrillDocument ──▶ JSON, HTML, Markdown, JUnit, text
//!                                    ╰──▶ history ──▶ the trend of the next report
//! ```

mod data_loss;
mod document;
mod measured;

pub use document::*;
