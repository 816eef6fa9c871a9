//! `s3-failover/drill/v1`. Keys may be added, never renamed; a missing key of an older drill reads as nothing.
//!
//! All moments are in seconds since the fault was injected, on the clock of the world that was drilled; before it,
//! they are negative.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a drill came to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DrillDocument {
    /// `s3-failover/drill/v1`.
    pub schema: String,
    /// The run, as the history knows it.
    pub id: String,
    /// When the fault was injected: a date of the world that was drilled.
    pub began: String,
    /// The failover's name.
    pub name: String,
    /// `dns`, `mrap` or `cloudfront`.
    pub strategy: String,
    /// What was done to the primary.
    pub fault: String,
    /// `measured` or `modelled`.
    pub basis: String,
    /// Everything that happened, in its order.
    pub timeline: Vec<TimelineEntry>,
    /// `detect`, `publish`, `cache`, `client` of the failover, in seconds.
    pub phases: BTreeMap<String, Option<f64>>,
    /// The least that each phase of the failover could have taken.
    pub floors: BTreeMap<String, Option<f64>>,
    /// What explains how much longer than its floor each phase of the failover took.
    pub explained: BTreeMap<String, String>,
    /// Of the failback, in seconds.
    pub failback_phases: BTreeMap<String, Option<f64>>,
    /// The least that each phase of the failback could have taken.
    pub failback_floors: BTreeMap<String, Option<f64>>,
    /// What explains the rest, of the failback.
    pub failback_explained: BTreeMap<String, String>,
    /// From the fault to the first of our own requests to the primary that failed.
    pub effective_seconds: Option<f64>,
    /// From the fault to the last name server that switched.
    pub authoritative_seconds: Option<f64>,
    /// From the fault to the last resolver that let go of the primary; nothing if one never did.
    pub cached_seconds: Option<f64>,
    /// From the fault to the first bytes through the name, of the client that looks it up each time.
    pub recovery_seconds: Option<f64>,
    /// From the repair to the first bytes from the primary.
    pub failback_seconds: Option<f64>,
    /// From the repair to the last name server that switched back.
    pub failback_authoritative_seconds: Option<f64>,
    /// From the repair to the last resolver that let go of the secondary.
    pub failback_cached_seconds: Option<f64>,
    /// When the primary was mended.
    pub restored_at: Option<f64>,
    /// What all clients made.
    pub requests: RequestCounts,
    /// Each kind of client.
    pub clients: Vec<ClientFigures>,
    /// Requests of all clients, second by second.
    pub traffic: Vec<TrafficSecond>,
    /// What each vantage point saw, over time.
    pub lanes: Vec<Lane>,
    /// Each health checker of the primary.
    pub checkers: Vec<CheckerFigures>,
    /// What was lost.
    pub data_loss: DataLossFigures,
    /// What was broken, and mended.
    pub actions: Vec<Action>,
    /// Whether everything that was broken was mended.
    pub restored: bool,
    /// The recovery time that was asked for.
    pub target_seconds: Option<f64>,
    /// Whether the drill reached its ends, and within the target.
    pub ok: bool,
    /// `within-target`, `no-target`, `over-target`, `not-recovered`, `not-restored`, `interrupted`.
    pub outcome: String,
    /// What did not come to its end, and who never switched: sentences.
    pub problems: Vec<String>,
    /// Where, with what, and by whose clock.
    pub environment: Environment,
    /// Of several drills in a row; this document is then the slowest one's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repetitions: Option<Repetitions>,
}

/// One entry of a timeline.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// When.
    pub at: f64,
    /// `failover.detected`, `failback.client`, …
    pub event: String,
    /// Who saw it.
    pub source: String,
    /// In words.
    pub detail: String,
}

/// Requests, and those that brought no bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the words above")]
pub struct RequestCounts {
    pub total: u64,
    pub failed: u64,
}

/// One kind of client.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientFigures {
    /// `pointer`, `keep-alive`, `pinned`, `https`.
    pub kind: String,
    /// From the fault to its first bytes from the secondary; nothing if it never got any.
    pub recovery_seconds: Option<f64>,
    /// From the repair to its first bytes from the primary.
    pub failback_seconds: Option<f64>,
    /// All its requests.
    pub requests: RequestCounts,
    /// For how long it got nothing, all together.
    pub without_bytes_seconds: f64,
    /// What explains it.
    pub note: String,
}

/// One second of traffic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TrafficSecond {
    /// Which second: its beginning.
    pub at: f64,
    /// Requests that brought bytes from the primary.
    pub primary: u32,
    /// And from the secondary.
    pub secondary: u32,
    /// That brought none.
    pub failed: u32,
}

/// What one vantage point saw.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lane {
    /// Who: `127.0.0.1:5301`, `tls://…`, `pointer client`, `primary endpoint`, `checkers`.
    pub vantage: String,
    /// `authoritative`, `resolver`, `client`, `endpoint` or `verdict`.
    pub role: String,
    /// One after the other, without gaps or overlaps.
    pub spans: Vec<Span>,
}

/// For how long it saw the same.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// From when.
    pub from: f64,
    /// Until when.
    pub to: f64,
    /// `primary`, `secondary`, `none` (an error, a time-out, no record), `up`, `down`.
    pub shown: String,
}

/// One health checker.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckerFigures {
    /// Its region, where Route 53 says it.
    pub region: Option<String>,
    /// Its address.
    pub address: String,
    /// Its first failure after the fault.
    pub first_failure: Option<f64>,
    /// Its first success after the repair.
    pub first_success: Option<f64>,
}

/// Which writes the other side lacked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DataLossFigures {
    /// Objects that S3 acknowledged on the primary before the switch.
    pub written: u64,
    /// Those that the secondary did not have when it took over.
    pub missing: u64,
    /// From the acknowledgement of the oldest missing one to the interruption of the writes (where nothing
    /// interrupted them, to the switch), in seconds: the measured recovery point.
    pub seconds: f64,
    /// How old the oldest missing one was when the secondary took over; the outage is in this.
    pub age_at_switch_seconds: f64,
    /// Their keys, at most a hundred.
    pub missing_keys: Vec<String>,
    /// How many of the missing ones the secondary had at the end of the drill; the others are lost until somebody
    /// acts. Nothing: it could not be asked.
    pub arrived_late: Option<u64>,
    /// Written to the secondary while it was active.
    pub written_secondary: u64,
    /// Those that the primary did not have when it took over again.
    pub missing_after_failback: u64,
    /// Age of the oldest of those.
    pub failback_seconds: f64,
    /// How many of those the primary had at the end of the drill.
    pub failback_arrived_late: Option<u64>,
    /// Keys that were written on both sides since they were last the same.
    pub conflicts: Vec<String>,
    /// How many writes to those keys, on either side, neither knew of each other's.
    pub conflicting_writes: u64,
    /// Writes that got no answer, and so may be there or not: neither written nor missing.
    pub uncertain: u64,
    /// Why nothing is known, when nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_measured: Option<String>,
}

/// Something that was broken, and mended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// In words.
    pub what: String,
    /// When it was done.
    pub at: f64,
    /// When it was undone.
    pub undone_at: Option<f64>,
}

/// Where a drill took place.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Environment {
    /// This tool's version.
    pub version: String,
    /// The digest of the spec's text.
    pub spec_digest: Option<String>,
    /// `AWS` or `the lab`.
    pub world: String,
    /// Seconds of that world in one of ours.
    pub clock_speed: f64,
    /// How the clock was read: `monotonic`.
    pub clock: String,
    /// How far the system's clock moved beside the monotonic one, in seconds.
    pub clock_drift_seconds: Option<f64>,
    /// The host's name.
    pub host: String,
    /// Seconds.
    pub ttl: u32,
    /// Seconds.
    pub interval: u32,
    /// Looks.
    pub failure_threshold: u32,
    /// Bucket and region of both sides.
    pub primary: String,
    /// The other one's.
    pub secondary: String,
    /// Who was asked.
    pub name_servers: Vec<String>,
    /// And who else.
    pub resolvers: Vec<String>,
    /// How often each kind of thing was looked at, in seconds: the precision of its moments.
    pub looked_every_seconds: BTreeMap<String, f64>,
}

/// Several drills in a row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Repetitions {
    /// How many.
    pub count: u32,
    /// How many of them were ok.
    pub ok: u32,
    /// Of those that recovered.
    pub recovery: Option<Percentiles>,
    /// Of those that came back.
    pub failback: Option<Percentiles>,
    /// The measured recovery points.
    pub data_loss: Option<Percentiles>,
    /// One line each.
    pub runs: Vec<RunLine>,
}

/// By nearest rank: each is one of the values that were measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the words")]
pub struct Percentiles {
    pub min: f64,
    pub p50: f64,
    pub p90: f64,
    pub p99: f64,
    pub max: f64,
}

/// One drill of several, or of the history.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunLine {
    /// The run.
    pub id: String,
    /// When.
    pub began: String,
    /// What was done.
    pub fault: String,
    /// Seconds.
    pub recovery_seconds: Option<f64>,
    /// Seconds.
    pub failback_seconds: Option<f64>,
    /// The measured recovery point, in seconds.
    pub data_loss_seconds: Option<f64>,
    /// Whether it was good.
    pub ok: bool,
}
