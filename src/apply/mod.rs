//! Carries out a plan: one attempt that can be repeated.
//!
//! ```text
//!   for each round of the plan ──▶ send ──▶ (checkers report | INSYNC)? ──▶ event ──▶ next
//!                                    └── an error ends the attempt; what was done is said
//! ```
//!
//! There is no journal, because none is needed: every step leaves in the account itself what the
//! next plan needs to go on. A check can be created twice with one result (its caller reference is
//! made from its content), it can be found again before it has tags (by that same reference), a batch
//! of records is atomic and conditional on what the plan saw, and deleting what is gone succeeds. So
//! after a kill -9 anywhere the answer is to run the same command again.

mod again;
mod error;
mod event;
mod generations;
mod readiness;
mod round;
mod run;
mod schedule;
mod sides;
mod stop;
mod waiting;

pub use error::ApplyError;
pub use event::{Applied, Event};
pub use run::{Options, Outcome, apply, apply_until};
pub use stop::Stop;
