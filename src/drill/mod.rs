//! What happens when one side breaks, and when it is mended again?
//!
//! ```text
//!             inject                                                        restore
//!   steady ───────────▶ turning to the secondary ──▶ steady on it ───────────────────▶ turning back ──▶ steady
//!                          │ effective                                                   │ the same
//!                          │ detected   the checkers' verdict turns                      │ milestones
//!                          │ published  every name server answers the other side
//!                          │ cached     the resolver does
//!                          ▼ client     a request through the name brings bytes
//! ```
//!
//! The caller breaks and mends; a [`Run`] watches. [`Watch`] looks at everything at once, each vantage
//! point on its own schedule, and sends what it sees down one channel; [`Turn`] is the pure machine that
//! finds the milestones in it. Nothing here decides whether a failover is good: that is for the timeline
//! and the reader.

mod drive;
mod event;
mod fault;
pub mod heartbeat;
mod minds;
pub mod phase;
#[cfg(test)]
mod phase_tests;
mod run;
mod saboteur;
mod turn;
mod undo;
mod watch;

pub use drive::{Crew, Voice, drive};
pub use event::{DrillEvent, Milestone, Way};
pub use fault::{FaultError, FaultKind, Prepared, PreparedStep, Undone};
pub use minds::Minds;
pub use run::{Requests, Run, RunError};
pub use saboteur::{Saboteur, mend};
pub use turn::Turn;
pub use undo::{BucketPlace, Undo};
pub use watch::{Scene, Watch};
