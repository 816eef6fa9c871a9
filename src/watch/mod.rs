//! What goes on? Sightings from many vantage points are folded into one state, and what is new in it
//! into events.
//!
//! ```text
//!   probe::Prober ──▶ Sighting ──▶ State::see ──▶ Event    (what is news: lines, files, alerts)
//!                                     │
//!                                     ▼
//!                                   State                  (what is so: live view, metrics, --until)
//! ```
//!
//! The fold is pure: it takes each moment from the sighting and asks no clock.

mod event;
mod point;
mod state;

pub use event::{Event, News};
pub use point::Point;
pub use state::{FailoverState, State};
