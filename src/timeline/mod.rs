//! What happened when, folded into phases, each beside the least that arithmetic allows.
//!
//! ```text
//!   injected ──────── detect ────────▶ detected ─ publish ─▶ published ─── cache ───▶ cached ─ client ─▶ client
//!   floor:  the checkers' own phases         0 (not            what the resolver         one request
//!           × interval × threshold           documented)       may still keep
//! ```
//!
//! Pure: turns in, figures out. All times are seconds of the world that was drilled.

mod figures;
mod phases;

pub use figures::{DataLoss, DrillFigures};
pub use phases::{Phase, Phases, seconds};
