//! Route 53 DNS failover for two S3 buckets: planned, applied, proved by real DNS and real requests,
//! drilled on an embedded lab.
//!
//! # The flow
//!
//! Data flows one way; a room imports only from rooms before it. A test (`tests/it/layering.rs`) holds
//! this picture.
//!
//! ```text
//!   spec ──▶ plan ──▶ apply, export              (intent)   (difference)   (write)
//!     │  ▲     ▲        │
//!     │  │  account ◀───┘                         the only door to AWS's API
//!     │  └──import                                what stands, as intent
//!     ▼
//!   probe ──▶ watch ──▶ switch ──▶ drill ──▶ timeline ──▶ report ──▶ cli ──▶ main
//!  ─────────────────────────────────────────────────────────────────────────────────
//!   model · clock · causes · journal    lab (Route 53 + DNS + checkers + S3; only cli and tests see it)
//! ```
//!
//! # The life of a failover
//!
//! 1. [`spec`]: a person declares a name and two buckets. Whatever Route 53 would refuse, and whatever
//!    would resolve and deliver nothing, is refused here, with the reason and a way out.
//! 2. [`account`]: one look at the zone and the health checks.
//!    [`import`] writes the spec of what stands there already, whoever made it.
//! 3. [`plan`]: the difference, as data; pure. What is not ours is never touched.
//! 4. [`apply`]: health checks first, until their checkers have looked; then the records, in one atomic
//!    batch; what is left over last. Killed anywhere, it goes on from what is there.
//! 5. [`probe`]: which side do the name servers answer, which ought they to answer, and do bytes come
//!    from there? ([`pointer`] keeps the answer for programs of others, as long as its TTL allows.)
//!    [`watch`] goes on looking, from many vantage points, and tells what is new.
//! 6. [`drill`]: one side is broken, and everything is watched at once until clients are on the other;
//!    then it is mended, and watched again. What undoes it was in the [`journal`] before it was done.
//!    ([`switch`] does by hand, through S3 alone, what a health check does by itself.)
//! 7. [`timeline`]: how long each phase took, beside the least that arithmetic allows.
//! 8. [`report`]: text and pages for people, JSON for programs; the journal keeps it for the next one to compare with.
//!
//! [`export`] writes what a plan desires for other tools: CloudFormation, Terraform, plain requests.
//!
//! [`lab`] is the world in which all this can be done without an AWS account. It is an oracle: it shares
//! nouns ([`model`]) and the [`clock`] with the rest, and no logic.

pub mod account;
pub mod apply;
pub mod causes;
pub mod cli;
pub mod clock;
pub mod drill;
#[cfg(test)]
mod evaluators_agree;
pub mod export;
pub mod import;
#[cfg(test)]
mod imports_agree;
pub mod journal;
pub mod lab;
pub mod model;
pub mod plan;
pub mod pointer;
pub mod probe;
pub mod report;
pub mod spec;
pub mod switch;
pub mod timeline;
pub mod watch;
