//! What came of a drill? One document, which is what JSON shows, what the history keeps, and of what every other
//! form is made.
//!
//! ```text
//!   timeline::DrillFigures ──▶ DrillDocument ──▶ JSON, HTML, Markdown, JUnit, text
//!                                    ╰──▶ history ──▶ the trend of the next report
//! ```

mod chart;
mod data_loss;
mod document;
mod format;
mod html;
mod junit;
mod line;
mod markdown;
mod measured;
mod promises;
mod repeated;
mod visible;
pub(super) mod words;

pub use document::*;
pub use format::{Format, UnknownEnding};
pub use line::{Dates, DrillLine};

use super::json;

/// A drill in one form. `earlier` are drills of the same failover from before it, oldest first: HTML and Markdown
/// show how it became.
pub fn render(document: &DrillDocument, earlier: &[RunLine], format: Format) -> String {
    match format {
        Format::Html => html::html(document, earlier),
        Format::Markdown => markdown::markdown(document, earlier),
        Format::Json => json::render(document),
        Format::Junit => junit::junit(document),
    }
}
