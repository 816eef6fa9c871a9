//! Records and health checks made through the API of a lab, by the AWS SDK and not by the program's code.

use std::time::Duration;

use aws_sdk_route53::{
    Client,
    error::ProvideErrorMetadata,
    types::{
        AliasTarget, Change, ChangeAction, ChangeBatch, HealthCheckConfig, HealthCheckType, ResourceRecord,
        ResourceRecordSet, ResourceRecordSetFailover, RrType, builders::ResourceRecordSetBuilder,
    },
};
use s3_failover::lab::Options;

use super::{TestLab, quick};

/// A quick lab in which every name server has every change at once.
pub(crate) fn instant() -> Options {
    Options { insync_delay: Duration::ZERO, ..quick() }
}

/// A hosted zone.
pub(crate) struct Zone {
    pub(crate) client: Client,
    pub(crate) id: String,
}

impl Zone {
    /// The lab's one zone.
    pub(crate) async fn of(lab: &TestLab) -> Self {
        let client = lab.route53();
        let zones = client.list_hosted_zones().send().await.expect("the zones");
        let id = zones.hosted_zones()[0].id().trim_start_matches("/hostedzone/").to_owned();
        Self { client, id }
    }

    /// Another one.
    pub(crate) async fn create(lab: &TestLab, name: &str) -> Self {
        let client = lab.route53();
        let made = client.create_hosted_zone().name(name).caller_reference(name).send().await;
        let id = made.expect("a zone").hosted_zone.expect("a zone").id;
        Self { client, id: id.trim_start_matches("/hostedzone/").to_owned() }
    }

    /// Creates records in one batch.
    pub(crate) async fn put(&self, sets: impl IntoIterator<Item = ResourceRecordSetBuilder>) {
        // Boxed: record sets are large, and some tests hold many.
        if let Err(refusal) = Box::pin(self.try_put(sets)).await {
            panic!("Route 53 refuses the records: {refusal}");
        }
    }

    /// Creates or replaces records in one batch.
    pub(crate) async fn replace(&self, sets: impl IntoIterator<Item = ResourceRecordSetBuilder>) {
        if let Err(refusal) = self.change(ChangeAction::Upsert, sets).await {
            panic!("Route 53 refuses the records: {refusal}");
        }
    }

    /// Creates records in one batch, or tells code and message of the refusal.
    pub(crate) async fn try_put(
        &self,
        sets: impl IntoIterator<Item = ResourceRecordSetBuilder>,
    ) -> Result<(), String> {
        self.change(ChangeAction::Create, sets).await
    }

    async fn change(
        &self,
        action: ChangeAction,
        sets: impl IntoIterator<Item = ResourceRecordSetBuilder>,
    ) -> Result<(), String> {
        let change = |set: ResourceRecordSetBuilder| {
            let set = set.build().expect("a record set");
            Change::builder().action(action.clone()).resource_record_set(set).build().expect("a change")
        };
        let batch = ChangeBatch::builder().set_changes(Some(sets.into_iter().map(change).collect()));
        let request = self.client.change_resource_record_sets().hosted_zone_id(&self.id);
        let answer = request.change_batch(batch.build().expect("a batch")).send().await;
        answer.map(|_| ()).map_err(|error| {
            let told = error.as_service_error().map(ToString::to_string);
            format!(
                "{}: {}",
                error.code().unwrap_or("no code"),
                error.message().map_or_else(|| told.unwrap_or_default(), str::to_owned)
            )
        })
    }

    /// A check whose verdict stands at once and for ever. "After you disable a health check, Route 53
    /// considers the status of the health check to always be healthy. … If you want to stop routing traffic to
    /// a resource, change the value of Inverted" (Route 53 model, `Disabled`).
    pub(crate) async fn check(&self, reference: &str, healthy: bool) -> String {
        let config = Self::endpoint().disabled(true).inverted(!healthy);
        self.create_check(reference, config.build().expect("a configuration")).await
    }

    /// A check of something that does not exist in the lab's S3, once in 30 s, believed after ten looks.
    pub(crate) fn endpoint() -> aws_sdk_route53::types::builders::HealthCheckConfigBuilder {
        HealthCheckConfig::builder()
            .r#type(HealthCheckType::Http)
            .fully_qualified_domain_name("my-app-data-us-east-1.s3.us-east-1.amazonaws.com")
            .port(80)
            .resource_path("/nothing")
            .request_interval(30)
            .failure_threshold(10)
    }

    /// Creates a check, and gives its id.
    pub(crate) async fn create_check(&self, reference: &str, config: HealthCheckConfig) -> String {
        let request = self.client.create_health_check().caller_reference(reference);
        let made = request.health_check_config(config).send().await;
        made.expect("a check").health_check.expect("a check").id
    }

    /// Makes a check that [`Zone::check`] made healthy or unhealthy.
    pub(crate) async fn turn(&self, check: &str, healthy: bool) {
        let request = self.client.update_health_check().health_check_id(check).inverted(!healthy);
        request.send().await.expect("an update");
    }

    /// A record set that is an alias of another record of this zone.
    pub(crate) fn alias(
        &self,
        name: &str,
        rtype: &str,
        target: &str,
        evaluated: bool,
    ) -> ResourceRecordSetBuilder {
        alias(name, rtype, (&self.id, target), evaluated)
    }
}

/// A record set with values of its own.
pub(crate) fn values(name: &str, rtype: &str, ttl: i64, values: &[&str]) -> ResourceRecordSetBuilder {
    let records =
        values.iter().map(|value| ResourceRecord::builder().value(*value).build().expect("a value"));
    let set = ResourceRecordSet::builder().name(name).r#type(RrType::from(rtype)).ttl(ttl);
    set.set_resource_records(Some(records.collect()))
}

/// A record set that is an alias of something in the zone of an id.
pub(crate) fn alias(
    name: &str,
    rtype: &str,
    (zone, target): (&str, &str),
    evaluated: bool,
) -> ResourceRecordSetBuilder {
    let target =
        AliasTarget::builder().hosted_zone_id(zone).dns_name(target).evaluate_target_health(evaluated);
    let set = ResourceRecordSet::builder().name(name).r#type(RrType::from(rtype));
    set.alias_target(target.build().expect("a target"))
}

/// One side of a failover pair.
pub(crate) fn failover(
    set: ResourceRecordSetBuilder,
    side: ResourceRecordSetFailover,
    check: Option<&str>,
) -> ResourceRecordSetBuilder {
    let identifier = side.as_str().to_owned();
    routed(set, &identifier, check).failover(side)
}

/// One of several sets of a name and type; its routing is still to be said.
pub(crate) fn routed(
    set: ResourceRecordSetBuilder,
    identifier: &str,
    check: Option<&str>,
) -> ResourceRecordSetBuilder {
    set.set_identifier(identifier).set_health_check_id(check.map(str::to_owned))
}
