//! The report as one page that needs nothing beside it: no script, no font, no request to anywhere.
//!
//! ```text
//!   DrillDocument, earlier runs ──▶ Page (what is shown, in its order) ──▶ templates/drill/ ──▶ HTML
//!                                     ╰── chart::* (pictures, for a wide page and for a phone)
//! ```
//!
//! Without a script there is nothing to wait for, nothing to forbid, and nothing that differs in print: the
//! browser's own parts (`details`, media queries, the tips of SVG) do what is left to do. Each picture has the
//! same figures as a table beside it, for those who listen and for those who want to copy them.

mod escape;
mod figure;
mod page;
mod template;
#[cfg(test)]
mod tests;

use figure::Figures;
use page::Page;

use super::{DrillDocument, RunLine};

/// The page of a drill, with `earlier` ones of the same failover, oldest first.
pub(super) fn html(document: &DrillDocument, earlier: &[RunLine]) -> String {
    let figures = Figures::of(document);
    template::page(Page::of(document, earlier, figures), figures)
}
