//! What can be broken in the lab, how, and when?
//!
//! Each part of the lab that can break has a [`Switch`] of its own, over the faults that it knows by
//! name, and acts on it by itself. Here they come together under the names of their [`Target`]s, so that
//! one order, from Rust, over the lab's controls or from a scenario file, reaches any of them:
//!
//! ```text
//!   Lab::order ──────────┐
//!   PUT /faults/TARGET ──┼─▶ Order ─▶ schedule (now, or when its time has come) ─▶ Switchboard ─▶ Switch
//!   scenario file ───────┘
//! ```
//!
//! - [`kinds`]: the faults of a part, by name; [`switch`]: a part's fault, and what a part has to say about its faults;
//! - [`target`]: the parts by name; [`order`]: what shall be broken, how, when and for how long;
//! - [`switchboard`]: all switches by target, and an order's refusal when there is no such;
//! - [`scenario`]: a file of orders; [`schedule`]: orders whose time has not come.

mod kinds;
mod order;
mod scenario;
mod schedule;
mod switch;
mod switchboard;
mod target;

pub(crate) use kinds::{faults, listed};
pub use order::Order;
pub use scenario::{Scenario, ScenarioError};
pub(crate) use schedule::{Schedule, Upcoming};
pub(crate) use switch::{Breakable, FaultKind, Switch};
pub(crate) use switchboard::Switchboard;
pub use switchboard::{Refused, State};
pub use target::{Target, UnknownTarget};
