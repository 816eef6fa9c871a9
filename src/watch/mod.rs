//! What goes on? Sightings from many vantage points are folded into one state, and what is new in it
//! into events.
//!
//! ```text
//!   probe::Prober ──────────┐
//!   endpoints, clients ─────┼──▶ Sight ──▶ State::see ──▶ Event    (what is news: lines, files, alerts)
//!   what ought to be ───────┘                  │
//!                                              ▼
//!                                            State                 (what is so: live view, metrics, Until)
//! ```
//!
//! 1. [`Looks`] looks: each vantage point, endpoint and client on its own schedule, down one channel.
//! 2. [`State::see`] folds. It is pure: it takes each moment from the sight and asks no clock.
//! 3. [`Until`] says whether what somebody waits for has come.
//!
//! A watch may run for weeks. So nothing here grows with its length: a [`Point`] counts, keeps its last
//! answer, a histogram of fixed buckets, and a ring of the last [`History::CELLS`] cells.

mod age;
mod change;
mod client;
mod event;
mod exposed;
mod failover;
mod history;
mod latencies;
mod looks;
mod point;
mod side;
mod sight;
mod state;
#[cfg(test)]
mod tests;
mod until;

pub use change::{Change, Phase};
pub use client::ClientState;
pub use event::{Event, News};
pub use exposed::Exposed;
pub use failover::FailoverState;
pub use history::{Cell, History};
pub use latencies::Latencies;
pub use looks::{FetchSide, Looks, Scene, SignFor, Watched, fetch_publicly};
pub use point::{Answer, Point, Stale};
pub use side::SideState;
pub use sight::{Seen, Sight};
pub use state::State;
pub use until::{Condition, Until};
