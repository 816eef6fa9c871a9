//! What may be chosen about a lab before it starts?

use std::{path::PathBuf, time::Duration};

use super::{cloudwatch, route53::store::StoreSettings, s3::S3Settings};
use crate::model::{BucketName, FailureThreshold, Fqdn, Interval, Region, Ttl};

/// A bucket and where it lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The bucket.
    pub bucket: BucketName,
    /// Its region.
    pub region: Region,
}

/// The settings of a lab.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Seconds of the lab that pass in one of ours.
    pub speed: f64,
    /// The hosted zone that is there from the start.
    pub zone: Fqdn,
    /// The bucket that the lab's spec names as the primary's.
    pub primary: Place,
    /// The bucket that it names as the secondary's; in another region.
    pub secondary: Place,
    /// For the health checks of the lab's spec.
    pub interval: Interval,
    /// For the health checks of the lab's spec.
    pub failure_threshold: FailureThreshold,
    /// For the pointer records of the lab's spec.
    pub ttl: Ttl,
    /// Time from a change of records to INSYNC, in the lab's seconds.
    pub insync_delay: Duration,
    /// Time after which an object appears on the other side, in the lab's seconds.
    pub replication_delay: Duration,
    /// A folder in which the lab's world is kept; without one nothing is left when the lab ends.
    pub state: Option<PathBuf>,
    /// Time from the end of a minute until CloudWatch shows what was measured in it, in the lab's seconds.
    pub metric_delay: Duration,
    /// Whether the Route 53 API refuses callers that ask too often, as AWS does.
    pub throttling: bool,
}

impl Default for Options {
    /// The example pair, at the speed of our own world, with the delays that Route 53 and S3 of the lab
    /// have by themselves.
    fn default() -> Self {
        let place = |bucket: &str, region: &str| Place {
            bucket: bucket.parse().expect("the example is a bucket name"),
            region: region.parse().expect("the example is a region"),
        };
        let (records, objects) = (StoreSettings::default(), S3Settings::default());
        Self {
            speed: 1.0,
            zone: "example.com".parse().expect("the example is a domain name"),
            primary: place("my-app-data-us-east-1", "us-east-1"),
            secondary: place("my-app-data-eu-west-1", "eu-west-1"),
            interval: Interval::Ten,
            failure_threshold: FailureThreshold::new(3).expect("3 is between 1 and 10"),
            ttl: Ttl::from_seconds(60).expect("60 is a TTL"),
            insync_delay: records.insync_delay,
            replication_delay: objects.replication_delay,
            metric_delay: cloudwatch::DELAY,
            state: None,
            throttling: records.throttling,
        }
    }
}

impl Options {
    /// The spec of the pair of buckets that the lab starts with, for an S3 that listens on `s3_port`.
    pub(super) fn spec_toml(&self, s3_port: u16) -> String {
        let values = [
            ("{zone}", self.zone.to_string()),
            ("{ttl}", self.ttl.to_string()),
            ("{interval}", self.interval.seconds().to_string()),
            ("{failure_threshold}", self.failure_threshold.get().to_string()),
            ("{s3_port}", s3_port.to_string()),
            ("{primary_bucket}", self.primary.bucket.to_string()),
            ("{primary_region}", self.primary.region.to_string()),
            ("{secondary_bucket}", self.secondary.bucket.to_string()),
            ("{secondary_region}", self.secondary.region.to_string()),
        ];
        let template = include_str!("../../templates/lab-spec.toml").to_owned();
        values.iter().fold(template, |text, (placeholder, value)| text.replace(placeholder, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spec_is_toml_without_gaps_and_names_the_pair() {
        let text = Options::default().spec_toml(8_080);
        assert!(!text.contains(['{', '}']), "a placeholder is left in:\n{text}");
        let spec: toml::Table = text.parse().expect("TOML");
        let failover = &spec["failover"][0];
        assert_eq!(failover["name"].as_str(), Some("data.example.com"));
        assert_eq!(failover["health_check"]["port"].as_integer(), Some(8_080));
        assert_eq!(failover["secondary"]["bucket"].as_str(), Some("my-app-data-eu-west-1"));
    }
}
