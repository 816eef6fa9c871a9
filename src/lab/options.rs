//! What may be chosen about a lab before it starts?

use std::{path::PathBuf, time::Duration};

use super::{
    aws_hosts::DISTRIBUTION_HOST,
    cloudfront::PairSettings,
    cloudwatch, credentials, global,
    mrap::Delays,
    principals::{AccountId, Accounts},
    route53::{Quotas, store::StoreSettings},
    s3::S3Settings,
};
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
    /// Time that an access point takes to be created, changed or deleted, in the lab's seconds.
    pub mrap_operation_delay: Duration,
    /// Time from new routes of an access point to their effect, in the lab's seconds.
    pub mrap_route_delay: Duration,
    /// The region near which clients of access points are; the primary's when nothing is said.
    pub client_location: Option<Region>,
    /// A folder in which the lab's world is kept; without one nothing is left when the lab ends.
    pub state: Option<PathBuf>,
    /// Time from the end of a minute until CloudWatch shows what was measured in it, in the lab's seconds.
    pub metric_delay: Duration,
    /// Whether the Route 53 API refuses callers that ask too often, and batches for a zone that come
    /// while another one is in the works, as AWS does.
    pub throttling: bool,
    /// For the distribution over both buckets.
    pub cloudfront: PairSettings,
    /// How much the account of the Route 53 API may have.
    pub quotas: Quotas,
    /// Which accounts and roles there are.
    pub accounts: Accounts,
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
        let points = Delays::default();
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
            mrap_operation_delay: points.operation,
            mrap_route_delay: points.routes,
            client_location: None,
            metric_delay: cloudwatch::DELAY,
            state: None,
            throttling: records.throttling,
            cloudfront: PairSettings::default(),
            quotas: records.quotas,
            accounts: Accounts::default(),
        }
    }
}

impl Options {
    /// The spec of the pair of buckets that the lab starts with, for an S3 that listens on `s3_port`.
    pub(super) fn spec_toml(&self, s3_port: u16) -> String {
        let values = [
            ("{dns_role}", self.role_lines(AccountId::LAB)),
            ("{primary_role}", self.role_lines(self.accounts.primary)),
            ("{secondary_role}", self.role_lines(self.accounts.secondary)),
            ("{zone}", self.zone.to_string()),
            ("{ttl}", self.ttl.to_string()),
            ("{interval}", self.interval.seconds().to_string()),
            ("{failure_threshold}", self.failure_threshold.get().to_string()),
            ("{s3_port}", s3_port.to_string()),
            ("{primary_bucket}", self.primary.bucket.to_string()),
            ("{primary_region}", self.primary.region.to_string()),
            ("{secondary_bucket}", self.secondary.bucket.to_string()),
            ("{secondary_region}", self.secondary.region.to_string()),
            ("{cloudfront_domain}", DISTRIBUTION_HOST.to_owned()),
            ("{account}", credentials::ACCOUNT_ID.to_owned()),
            ("{mrap_alias}", global::first_alias().to_string()),
        ];
        let template = include_str!("../../templates/lab-spec.toml").to_owned();
        values.iter().fold(template, |text, (placeholder, value)| text.replace(placeholder, value))
    }

    /// The lines by which a spec names the first role of an account, when there is one.
    fn role_lines(&self, account: AccountId) -> String {
        let Some(role) = self.accounts.roles.iter().find(|role| role.account == account) else {
            return String::new();
        };
        let id = role.external_id.as_ref().map(|id| format!("\nexternal_id = \"{id}\""));
        format!("\nrole_arn = \"{}\"{}", role.arn(), id.unwrap_or_default())
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
        assert!(!text.contains("role_arn"), "one account needs no role:\n{text}");
    }

    #[test]
    fn the_spec_of_several_accounts_names_a_role_for_each() {
        let options = Options { accounts: Accounts::several(), ..Options::default() };
        let spec: toml::Table = options.spec_toml(8_080).parse().expect("TOML");
        let failover = &spec["failover"][0];
        let named = [&spec["role_arn"], &failover["primary"]["role_arn"], &failover["secondary"]["role_arn"]];
        let wanted = ["0:role/dns", "1:role/bucket", "2:role/bucket"];
        let wanted = wanted.map(|end| toml::Value::from(format!("arn:aws:iam::00000000000{end}")));
        assert_eq!(named.map(Clone::clone), wanted);
        assert_eq!(failover["secondary"]["external_id"].as_str(), Some(credentials::EXTERNAL_ID));
    }
}
