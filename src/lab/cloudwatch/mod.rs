//! How does a program learn the verdict on a health check? From CloudWatch: on AWS no call of Route 53
//! tells it.
//!
//! ```text
//!   health::Board ─┐ metric::MetricSource, once a minute
//!              s3 ─┴─▶ service ─▶ archive ◀─ api ◀─ protocol (CBOR, JSON, query) ◀─ http ◀─ request
//! ```
//!
//! A region is not a server of its own: a request says by its signature which region's CloudWatch it
//! asks, and Route 53's metrics are in us-east-1 alone, as on AWS. Alarms are judged once a minute; they turn,
//! and only the health checks that follow them (`following`) hear of it. Data appears late, as on AWS, by a
//! delay that can be set.
//!
#![doc = include_str!("operations.md")]

mod alarm;
mod alarms;
mod api;
mod archive;
mod errors;
mod fault;
pub(crate) mod following;
mod http;
pub(crate) mod metric;
mod period;
mod protocol;
mod server;
mod service;

pub(crate) use alarms::Alarms;
pub use fault::{CloudWatchFault, UnknownCloudWatchFault};
pub(crate) use server::CloudWatchServer;
pub(crate) use service::DELAY;
