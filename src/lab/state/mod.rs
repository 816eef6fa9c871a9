//! How does the lab's world outlive the lab?
//!
//! With a state folder, everything that calls can make and change is kept in one `SQLite` database in it:
//! zones and records, private ones with their VPCs too, changes on their way, health checks, buckets with
//! their settings, every version of every object with its bytes and what is told about it, uploads with
//! their parts, what waits for replication and how long that takes, the account's Block Public Access,
//! access points with their routes, policies and requests, and alarms. `SQLite`, because what is true of its files
//! after `kill -9` is known and tested, and because everybody can read them.
//!
//! ```text
//!   a store ──documents──▶ keeper ──what differs, one transaction──▶ database
//!   an API ──durable?────▶   │ ◀── done                                 │
//!   a store ◀──restore─────────────────── at the start ─────────────────┘
//! ```
//!
//! 1. A part of the lab that has something to keep is a [`Kept`]: it hands out all it has as documents,
//!    each with a kind and a key, and takes them back at the next start. A new part needs nothing else but
//!    its place in the list of `world`.
//! 2. A call that may have changed something is answered when a transaction that began after it has ended
//!    ([`Durable`]). Calls that wait together share a transaction. What is written is compared with what was
//!    written before, so a part need not tell what it changed.
//! 3. What changes by itself is written every few seconds. All of it comes about again: a version that
//!    arrived at its replica, and was not written, arrives once more.
//! 4. The lab's clock goes on where it was, or at our date where that is later, so that no date goes back.
//!
//! What is known by looking is not kept: what checkers saw, metrics (callers' own and the meters of
//! replication included), caches, throttles, and faults with the orders whose time has not come. Nor is what
//! each start sets: quotas, delays, the distribution with its cache, and where clients are. Name servers
//! that start read what is there: a change that was on its way is served by all of them at once, while
//! `GetChange` says PENDING until its time. Meters begin anew with what waits. Ports differ from run to run,
//! identifiers do not. After a failure of power, rather than of the process, the last transactions may be
//! missing, never a part of one (`SQLite`, `PRAGMA synchronous`, NORMAL with a WAL).

pub(crate) mod arc;
mod database;
mod difference;
mod document;
mod durable;
mod folder;
mod guard;
mod keeper;
#[cfg(test)]
mod tests;

pub(crate) use document::{Document, Kept, RestoreError, Taker};
pub(crate) use durable::Durable;
pub use folder::StateError;
pub(crate) use guard::guard;
pub(crate) use keeper::{Keeper, KeptState};
