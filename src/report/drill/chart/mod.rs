//! Where does each line of a picture go? Pure layout: figures in, marks with their places out, which a template
//! writes as SVG.
//!
//! ```text
//!   DrillDocument ──▶ window (which stretch) ──▶ timeline: markers, phases, lanes, traffic ──╮
//!                                                                                            ├──▶ Chart ──▶ SVG
//!   RunLine… ───────────────────────────────▶ trend ─────────────────────────────────────────╯
//! ```
//!
//! No charting crate: those that draw bars and lanes draw them at one size, in their own colours, and know
//! nothing of patterns, of dark pages, or of a reader's font. What is wanted here is rectangles at the right
//! places, and the proof that nothing leaves the picture and no text stands on another, which is a property of
//! the marks below.

mod frame;
mod label;
mod lanes;
mod mark;
mod markers;
mod phases;
mod scale;
#[cfg(test)]
mod tests;
mod timeline;
mod traffic;
mod trend;
mod window;

pub(super) use frame::Size;
pub(super) use lanes::by_role;
pub(super) use mark::Chart;
pub(super) use markers::{Marker, markers};
pub(super) use timeline::timeline;
pub(super) use traffic::{Bin, bins};
pub(super) use trend::trend;
pub(super) use window::{Leg, Window, close, whole};
