//! What does a first spec look like? The commented file that `init` writes.
//!
//! A template with placeholders, not a serialiser, because the comments are what it is for. The answers
//! are typed, so a template filled with them is a spec that can be read; whether it is a good one is for
//! the rules to say.

use crate::model::{BucketName, FailureThreshold, Fqdn, Interval, Region, Ttl};

use super::{Failover, Format, HealthCheckSpec, ObjectKey, Protocol, ZoneRef};

const TOML: &str = include_str!("../../templates/failover.toml");
const JSON: &str = include_str!("../../templates/failover.json");

/// A bucket and its region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StarterSide {
    /// The bucket.
    pub bucket: BucketName,
    /// Its region.
    pub region: Region,
}

/// What a starter spec is filled with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Starter {
    /// The hosted zone.
    pub zone: ZoneRef,
    /// The name that fails over.
    pub name: Fqdn,
    /// How long the pointers may be cached.
    pub ttl: Ttl,
    /// The public object in each bucket.
    pub object: ObjectKey,
    /// The text that its body must hold.
    pub contains: String,
    /// Between two looks of one checker.
    pub interval: Interval,
    /// Equal results in a row until a checker believes them.
    pub failure_threshold: FailureThreshold,
    /// How the checkers reach the buckets.
    pub protocol: Protocol,
    /// The port that they ask.
    pub port: u16,
    /// Answers while it is healthy.
    pub primary: StarterSide,
    /// Answers when the primary is not.
    pub secondary: StarterSide,
}

impl Starter {
    /// Two buckets under a name, with everything else as a first spec should have it: HTTPS, a fast
    /// interval, a text to look for, and Route 53's own threshold.
    pub fn new(zone: ZoneRef, name: Fqdn, primary: StarterSide, secondary: StarterSide) -> Self {
        Self {
            zone,
            name,
            ttl: Failover::default_ttl(),
            object: "failover/health.txt".parse().expect("is a key"),
            contains: "ok".to_owned(),
            interval: Interval::Ten,
            failure_threshold: HealthCheckSpec::default_threshold(),
            protocol: Protocol::Https,
            port: Protocol::Https.default_port(),
            primary,
            secondary,
        }
    }
}

/// The text of a starter spec.
pub fn starter(answers: &Starter, format: Format) -> String {
    let zone = match &answers.zone {
        ZoneRef::Name(name) => name.as_str(),
        ZoneRef::Id(id) => id.as_str(),
    };
    let fill = [
        ("{name}", escaped(answers.name.as_str())),
        ("{ttl}", answers.ttl.to_string()),
        ("{interval}", answers.interval.seconds().to_string()),
        ("{failure_threshold}", answers.failure_threshold.get().to_string()),
        ("{protocol}", answers.protocol.to_string()),
        ("{port}", answers.port.to_string()),
        ("{primary_bucket}", answers.primary.bucket.to_string()),
        ("{primary_region}", answers.primary.region.to_string()),
        ("{secondary_bucket}", answers.secondary.bucket.to_string()),
        ("{secondary_region}", answers.secondary.region.to_string()),
        // Last, because these may hold braces of their own.
        ("{zone}", escaped(zone)),
        ("{object}", escaped(answers.object.as_str())),
        ("{contains}", escaped(&answers.contains)),
    ];
    let template = match format {
        Format::Toml => TOML,
        Format::Json => JSON,
    };
    fill.iter().fold(template.to_owned(), |text, (placeholder, value)| text.replace(placeholder, value))
}

/// The text as it stands between double quotes, by JSON's escapes, which TOML knows too. TOML also wants
/// DEL escaped.
fn escaped(text: &str) -> String {
    let quoted = serde_json::to_string(text).expect("every text can be written as JSON");
    quoted[1..quoted.len() - 1].replace('\u{7f}', "\\u007f")
}
