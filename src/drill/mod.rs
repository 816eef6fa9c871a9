//! What happens when one side breaks, and when it is mended again?
//!
//! ```text
//!             inject                                                        restore
//!   steady ───────────▶ turning to the secondary ──▶ steady on it ───────────────────▶ turning back ──▶ steady
//!                          │ effective                                                   │ the same
//!                          │ detected   the checkers' verdict turns                      │ milestones
//!                          │ published  every name server answers the other side
//!                          │ cached     every resolver does
//!                          ▼ client     a request through the name brings bytes
//! ```
//!
//! The caller breaks and mends; a [`Run`] watches. [`Watch`] looks at everything at once, each vantage
//! point on its own schedule, and sends what it sees down one channel; [`Turn`] is the pure machine that
//! finds the milestones in it, and [`Ledger`] writes the rest down: lanes, traffic, clients, checkers. By what
//! Route 53 learns of the fault differs from fault to fault, and with it how soon it can: that is [`Signal`].
//! Nothing here decides whether a failover is good: that is for the timeline and the reader.

mod arrivals;
mod by_hand;
mod drive;
mod event;
mod fault;
pub mod heartbeat;
mod ledger;
mod minds;
mod notice;
mod observation;
pub mod phase;
#[cfg(test)]
mod phase_tests;
mod run;
mod saboteur;
mod scene;
mod signal;
mod turn;
mod undo;
mod watch;

pub use drive::{Crew, Voice, drive};
pub use event::{DrillEvent, Milestone, Way};
pub use fault::{FaultError, FaultKind, Prepared, PreparedStep, Undone};
pub use ledger::{
    CheckerRecord, ClientRecord, Lane, LaneRole, Ledger, Outage, Requests, Second, Shown, Traffic,
};
pub use minds::Minds;
pub use notice::{Notice, NoticeError, NoticeStep, Posted, TakenDown};
pub use observation::{Looked, Observation, Seen};
pub use run::{Run, RunError};
pub use saboteur::{Saboteur, mend};
pub use scene::{Periods, Scene};
pub use signal::{Floor, NoSignal, Signal, Watched};
pub use turn::{Ended, Start, Turn};
pub use undo::{BucketPlace, Undo};
pub use watch::Watch;
