//! How does a person switch by hand, when Route 53's control plane is down too?
//!
//! By an object. While it exists in the secondary's bucket, the inverted health check that looks for it is
//! unhealthy, and with it the calculated check of the primary: the name servers answer the secondary. Nothing here
//! calls Route 53's API, CloudWatch or (but for roles that the spec names) STS: facts, "Data-plane-only manual
//! trigger", AWS blog creating-disaster-recovery-mechanisms-using-amazon-route-53.
//!
//! ```text
//!   look ──▶ guards (is the other side healthy, current, writable?) ──▶ put or delete ──▶ do strangers see it?
//!                                                                                            │
//!   report ◀── name servers, resolvers, client: who is there, and until when may who stay? ◀─╯
//! ```
//!
//! 1. [`Lever`] is the object: looked at, put if it is absent, deleted if it is still the same.
//! 2. [`Guard`] says what speaks against it, each with its way out. Pure.
//! 3. [`Lag`] says how far the side that takes over may be behind, by what [`Gauge`] found out. Pure.
//! 4. [`Arrival`] says who has arrived and who has not. Pure.

mod arrival;
mod direction;
mod gauge;
mod guard;
mod lag;
mod lever;
mod note;

pub use arrival::{Arrival, Expected, Left};
pub use direction::Direction;
pub use gauge::{Gauge, Patience};
pub use guard::{Guard, Judged};
pub use lag::{Evidence, Lag, Newest, Probe};
pub use lever::{Lever, Position, Strangers};
pub use note::{Note, Thrower};
