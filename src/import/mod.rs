//! Which spec do records say that stand already, whoever made them?
//!
//! ```text
//!   names, zones of the account ──▶ zones ──▶ which zone holds a name      (ambiguous: refused, with the ids)
//!                                                │
//!   Snapshot ──▶ records: the pair, and where each of its sides leads ──┐
//!                guard:   what guards each side ────────────────────────┼──▶ failover and notes, or refusals
//!                endpoint: the bucket in a host name of S3 ─────────────┘
//!                                                │
//!                                                ▼
//!                                write: the spec's text, each note beside its line
//! ```
//!
//! Pure, as a plan is: the same look gives the same text. A spec says less than an account can hold, so there
//! are three kinds of things. What the spec can say is said exactly. What it cannot say and what apply would
//! set in its own way (another form of an endpoint, a latency graph) is a [`Note`], which becomes a comment
//! beside the line in question. And where the spec would decide otherwise than the records do now (weights, a
//! third side, addresses, a check of another kind), there is no spec, but a [`Refusal`]: a file that looks
//! like what stands and answers differently would be worse than none.
//!
//! What Route 53 does not hold at all (the bucket behind a load balancer, the object of a check that only
//! connects) is filled in and noted. A bucket that is not known gets a name that nobody can have taken
//! beforehand, since requests may be sent to it.

mod checks;
mod endpoint;
mod failover;
mod follow;
mod guard;
mod note;
mod ownership;
mod records;
mod refusal;
mod sides;
mod write;
mod zones;

pub use failover::{Asked, Imported, import};
pub use follow::further;
pub use note::Note;
pub use refusal::Refusal;
pub use write::text;
pub use zones::{ZoneUnknown, zone_for};
