//! What an account holds, read by the AWS SDK and not by the program's own code.

use std::collections::BTreeMap;

use aws_sdk_route53::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
    types::{HealthCheck, ResourceRecordSet, ResourceRecordSetFailover, TagResourceType},
};
use s3_failover::lab::credentials;

/// A zone's records and the account's health checks with their tags.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Held {
    /// The lab's one zone.
    pub(crate) zone: String,
    pub(crate) records: Vec<ResourceRecordSet>,
    pub(crate) checks: Vec<(HealthCheck, BTreeMap<String, String>)>,
}

/// A client of a lab's Route 53, or of a proxy before it.
pub(crate) fn route53(url: &str) -> Client {
    let keys =
        Credentials::new(credentials::ACCESS_KEY_ID, credentials::SECRET_ACCESS_KEY, None, None, "the lab's");
    let config = aws_sdk_route53::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(credentials::DEFAULT_REGION))
        .credentials_provider(keys)
        .endpoint_url(url)
        .build();
    Client::from_conf(config)
}

/// A client of a lab's S3.
pub(crate) fn s3(url: &str, region: &str) -> aws_sdk_s3::Client {
    let keys = aws_sdk_s3::config::Credentials::new(
        credentials::ACCESS_KEY_ID,
        credentials::SECRET_ACCESS_KEY,
        None,
        None,
        "the lab's",
    );
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
        .region(aws_sdk_s3::config::Region::new(region.to_owned()))
        .credentials_provider(keys)
        .endpoint_url(url)
        .force_path_style(true)
        .build();
    aws_sdk_s3::Client::from_conf(config)
}

/// Everything there is now.
pub(crate) async fn held(client: &Client) -> Held {
    let zones = client.list_hosted_zones().send().await.expect("the zones");
    let [zone] = zones.hosted_zones() else { panic!("the lab has one zone") };
    let zone = zone.id().trim_start_matches("/hostedzone/").to_owned();
    let answer = client.list_resource_record_sets().hosted_zone_id(&zone).send().await.expect("the records");
    assert!(!answer.is_truncated(), "more records than a page holds");
    let listed = client.list_health_checks().send().await.expect("the health checks");
    assert!(!listed.is_truncated(), "more health checks than a page holds");
    let mut checks = Vec::new();
    for check in listed.health_checks() {
        let request = client.list_tags_for_resource().resource_type(TagResourceType::Healthcheck);
        let tags = request.resource_id(check.id()).send().await.expect("the tags");
        let tags =
            tags.resource_tag_set().map(aws_sdk_route53::types::ResourceTagSet::tags).unwrap_or_default();
        let pair = |tag: &aws_sdk_route53::types::Tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned()));
        checks.push((check.clone(), tags.iter().filter_map(pair).collect()));
    }
    Held { zone, records: answer.resource_record_sets().to_vec(), checks }
}

impl Held {
    /// The record at this name (no final dot), type and set identifier.
    pub(crate) fn record(&self, name: &str, rtype: &str, set: Option<&str>) -> Option<&ResourceRecordSet> {
        let absolute = format!("{name}.");
        let here = |record: &&ResourceRecordSet| {
            record.name() == absolute && record.r#type().as_str() == rtype && record.set_identifier() == set
        };
        self.records.iter().find(here)
    }

    /// The records at and below the failover's name: ours, once it is applied.
    pub(crate) fn records_of(&self, name: &str) -> Vec<&ResourceRecordSet> {
        let absolute = format!("{name}.");
        let within = |record: &&ResourceRecordSet| {
            record.name() == absolute || record.name().ends_with(&format!(".{absolute}"))
        };
        self.records.iter().filter(within).collect()
    }

    /// [`Held::records_of`] in words, the health checks by their roles, which are the same in every lab.
    pub(crate) fn described(&self, name: &str) -> Vec<String> {
        let bare = |name: &str| name.trim_end_matches('.').to_owned();
        let line = |record: &ResourceRecordSet| {
            let mut words = vec![bare(record.name()), record.r#type().to_string()];
            if let Some(set) = record.set_identifier() {
                let side = record.failover().map_or("no side", ResourceRecordSetFailover::as_str);
                words.push(format!("{side} `{set}`"));
            }
            words.extend(record.ttl().map(|ttl| ttl.to_string()));
            words.extend(record.resource_records().iter().map(|value| value.value().to_owned()));
            if let Some(alias) = record.alias_target() {
                let evaluated = if alias.evaluate_target_health() { ", evaluated" } else { "" };
                words.push(format!("-> {}{evaluated}", bare(alias.dns_name())));
            }
            let guard = record.health_check_id().map(|id| format!(", guarded by {}", self.role(id)));
            words.join(" ") + &guard.unwrap_or_default()
        };
        self.records_of(name).into_iter().map(line).collect()
    }

    /// The role that the tags of a health check name.
    fn role(&self, id: &str) -> String {
        let check = self.checks.iter().find(|(check, _)| check.id() == id);
        let role = check.map(|(_, tags)| tags.get("s3-failover:role").cloned());
        role.map_or_else(|| "nothing".to_owned(), |role| role.unwrap_or_else(|| "no role".to_owned()))
    }

    /// The role of each health check, in alphabetical order.
    pub(crate) fn roles(&self) -> Vec<String> {
        let mut roles: Vec<String> = self.checks.iter().map(|(check, _)| self.role(check.id())).collect();
        roles.sort();
        roles
    }

    /// The health check of this role; the only one.
    pub(crate) fn check(&self, role: &str) -> &HealthCheck {
        let mut found = self.checks.iter().filter(|(check, _)| self.role(check.id()) == role);
        let (Some((check, _)), None) = (found.next(), found.next()) else {
            panic!("there is not one {role} health check: {:?}", self.roles())
        };
        check
    }

    /// All the others.
    pub(crate) fn records_beside(&self, name: &str) -> Vec<ResourceRecordSet> {
        let ours = self.records_of(name);
        self.records.iter().filter(|record| !ours.contains(record)).cloned().collect()
    }
}
