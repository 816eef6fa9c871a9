//! A world of its own on loopback: Route 53, its health checkers and name servers, and S3 in two
//! regions, so that a failover can be tried, taught and tested with no AWS account.
//!
//! ```text
//!          API (HTTP)                  DNS (UDP, TCP)              S3 (HTTP), an address a region
//!             │                           ▲       ▲                     ▲  ▲          │
//!             ▼                           │       └ dns::resolver       │  │ probes   │ objects
//!      route53::Store ─── zones ───▶ dns::nameserver ◀─ verdicts ─ health::Board      ▼ replicated
//!             └─── health checks ──────────────────────▶ health::checkers ─┘          s3
//! ```
//!
//! Records reach each of four name servers at a moment of its own (the last when the change is INSYNC),
//! and so do the verdicts. Four recursive resolvers stand before them, one of each [`Character`]. [`Lab`]
//! starts it all and says where it is ([`Ready`]); what breaks is said by [`Lab::order`], over HTTP (`admin`) or
//! by a scenario file (`fault`). The parts know each other by small traits only; `world` connects them. All of
//! them live by one clock, so at speed 20 a checker's interval, a TTL and a delay are all 20 times as short,
//! and every figure is in the lab's seconds. Beyond a speed of about 50 the machine's own hiccups become whole
//! seconds of the lab. In a test, a current-thread runtime with paused time needs no speed: see `tests`.
//!
//! The lab is an oracle: it decides what Route 53 would have done, from the documentation, with no
//! line of the code that it judges. It may use [`crate::model`] (nouns), [`crate::clock`] and
//! [`crate::causes`], and nothing else of ours.
//!
//! CloudWatch tells the verdicts, as it does on AWS (`cloudwatch`); the buckets can be those of other accounts,
//! which are opened by roles (`principals`, `sts`); and with a folder for its state the
//! whole world outlives the lab (`state`).
//!
//! Nothing in it can be mistaken for the real thing: its identifiers hold characters that AWS never
//! gives out, its access key is no AWS key, and it listens on loopback alone.

mod admin;
mod advice;
mod aws_hosts;
pub(crate) mod calls;
mod chance;
pub mod cloudfront;
pub(crate) mod cloudwatch;
mod connections;
pub mod control;
pub mod credentials;
pub(crate) mod dns;
mod encoding;
pub(crate) mod fault;
#[doc(hidden)]
pub mod fuzzing;
mod global;
pub(crate) mod health;
mod http;
mod listening;
pub(crate) mod mrap;
mod options;
mod principals;
mod ready;
pub(crate) mod route53;
pub(crate) mod s3;
pub(crate) mod s3control;
mod seeds;
mod signature;
pub(crate) mod state;
pub(crate) mod sts;
#[cfg(test)]
mod tests;
pub(crate) mod tunnel;
mod world;

pub use calls::{Call, CallCount, RecordChange};
pub use cloudwatch::{CloudWatchFault, UnknownCloudWatchFault};
pub use dns::{Character, NameServerFault, UnknownCharacter, UnknownNameServer, UnknownNameServerFault};
pub use fault::{Order, Refused, Scenario, ScenarioError, State, Target, UnknownTarget};
pub use health::{CheckersFault, HealthEvent, HealthEventKind, Turn, UnknownCheckersFault};
pub use options::{Options, Place};
pub use principals::{AccountId, Accounts, NoAccountId, Role};
pub use ready::Ready;
pub use route53::{
    Quotas,
    fault::{Route53Fault, UnknownRoute53Fault},
};
pub use s3::{Fault, ReplicationBacklog, ReplicationDelay, ReplicationMetric, UnknownFault, UnknownRegion};
pub use s3control::{S3ControlFault, UnknownS3ControlFault};
pub use state::StateError;
pub use world::{Lab, ServedCheck, ServedSet, StartError};
