//! What happened when, folded into phases, each beside the least that arithmetic allows.
//!
//! ```text
//!   injected ──────── detect ────────▶ detected ─ publish ─▶ published ─── cache ───▶ cached ─ client ─▶ client
//!   floor:  the checkers' own phases         0 (not            what the resolver         one request
//!           × interval × threshold           documented)       may still keep
//! ```
//!
//! Pure: turns in, figures out. All times are seconds of the world that was drilled. What explains a phase
//! ([`Explained`]) and what went wrong ([`Problem`]) are data first, and sentences when they are shown.

mod explain;
mod figures;
mod phases;
mod problems;
mod setting;
mod stats;

pub use explain::{Explained, Explanation, Part, Why};
pub use figures::{DataLoss, DrillFigures, Drilled, WayFigures};
pub use phases::{Phase, Phases, seconds};
pub use problems::Problem;
pub use setting::Setting;
pub use stats::{Ranks, percentiles};
