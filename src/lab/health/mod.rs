//! Is an endpoint healthy, and who knows it? Sixteen checkers in eight regions, and what they make of
//! what they see.
//!
//! [`probe`] is one look of one checker ([`body`] unpacks what it reads, [`paths`] says what it can
//! reach); [`checkers`] keeps them looking; [`state`] is the arithmetic of thresholds and shares; [`board`] holds the verdicts, passes them on to the name servers after a
//! moment ([`news`]), and remembers everything that happened.

mod board;
mod body;
mod checkers;
mod event;
#[cfg(test)]
mod fake;
mod fault;
mod gauges;
mod news;
mod paths;
mod probe;
mod region;
mod state;
mod tls;

pub(crate) use board::Board;
pub(crate) use checkers::{CheckSource, Checkers};
pub use event::{HealthEvent, HealthEventKind, Turn};
pub(crate) use fault::CheckersFaults;
pub use fault::{CheckersFault, UnknownCheckersFault};
pub(crate) use paths::Paths;
pub(crate) use probe::{Hosts, Prober};
#[cfg(test)]
pub(crate) use state::{CheckerState, enough_healthy, followed, status};
