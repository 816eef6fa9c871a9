//! What is watched, as numbers: the metrics that `watch --metrics` gives Prometheus, and pushes to collectors.
//!
//! ```text
//!   watch::State ──▶ families ──▶ Family… ──▶ text (Prometheus's own format, or OpenMetrics)
//!                                        ╰──▶ otlp (OpenTelemetry's protocol)
//! ```
//!
//! The state counts by itself, so a scrape is a picture of it and needs no registry beside it. The official crate
//! `prometheus-client` was looked at: it keeps metrics of its own that would have to be brought up to date with each
//! scrape, and writes OpenMetrics only, which scrapers before Prometheus 2.5 and many others do not read. What
//! it would spare are the lines of `text.rs`; Prometheus's own parsers judge them in the tests.
//!
//! Every label has few values: names and vantage points are those that somebody has listed, and an answer is
//! one of five words. What a server says, or why it does not answer, is never a label.

mod families;
mod family;
mod otlp;
mod text;

pub use families::families;
pub use family::{Buckets, Family, Kind, Sample, Value};
pub use otlp::Export;
pub use text::{Format, render};
