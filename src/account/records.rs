//! Record sets and their changes.

use std::ops::ControlFlow;

use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, ChangeStatus, ResourceRecordSet};
use serde::{Deserialize, Serialize};

use super::{Account, AccountError, Zone, convert, pace::Call};
use crate::model::{ChangeId, Fqdn, HealthCheckId, HostedZoneId, RecordSet};

/// Most record sets of one `ListResourceRecordSets` page (Route 53 API reference, `MaxItems`: "a
/// maximum of 300").
const PAGE: i32 = 300;

/// One change of a batch. There is no upsert: an update is a DELETE of exactly what was seen and a
/// CREATE, so that the batch fails, whole, when somebody else changed the record in between.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordChange<C = HealthCheckId> {
    /// The set must not exist.
    Create(RecordSet<C>),
    /// The set must exist and be exactly this.
    Delete(RecordSet<HealthCheckId>),
}

impl Account {
    /// The record sets at `name` and below it.
    pub(super) async fn records_below(
        &self,
        zone: &Zone,
        name: &Fqdn,
    ) -> Result<Vec<RecordSet>, AccountError> {
        let what = || format!("list the records of {name} in the hosted zone {}", zone.id);
        let mut found = Vec::new();
        self.each_record(zone, Some(name), &what, |set| {
            let owner: Fqdn = set.name().parse().map_err(|e| AccountError::not_understood(what(), e))?;
            if owner.is_within(name) {
                let set = convert::record_set_from_sdk(set);
                found.push(set.map_err(|e| AccountError::not_understood(what(), e))?);
            } else if owner > *name {
                // In Route 53's order everything below a name comes right after it.
                return Ok(ControlFlow::Break(()));
            }
            Ok(ControlFlow::Continue(()))
        })
        .await?;
        Ok(found)
    }

    /// Shows `look` the zone's record sets, page by page and in Route 53's order, from `start` on, until it
    /// has seen enough.
    pub(super) async fn each_record(
        &self,
        zone: &Zone,
        start: Option<&Fqdn>,
        what: &impl Fn() -> String,
        mut look: impl FnMut(&ResourceRecordSet) -> Result<ControlFlow<()>, AccountError>,
    ) -> Result<(), AccountError> {
        let mut from = (start.map(Fqdn::absolute), None, None);
        loop {
            let (name, rtype, identifier) = from;
            let request = self
                .route53(Call::Other)
                .await
                .list_resource_record_sets()
                .hosted_zone_id(zone.id.as_str())
                .set_start_record_name(name)
                .set_start_record_type(rtype)
                .set_start_record_identifier(identifier)
                .max_items(PAGE);
            let answer = request.send().await.map_err(|e| AccountError::from_sdk(what(), e))?;
            for set in answer.resource_record_sets() {
                if look(set)?.is_break() {
                    return Ok(());
                }
            }
            if !answer.is_truncated() {
                return Ok(());
            }
            from = (answer.next_record_name, answer.next_record_type, answer.next_record_identifier);
        }
    }

    /// Sends one atomic batch. `comment` (at most 256 characters) is kept with the change.
    pub async fn change_records(
        &self,
        zone: &HostedZoneId,
        changes: &[RecordChange],
        comment: &str,
    ) -> Result<ChangeId, AccountError> {
        let what = || format!("change {} records in the hosted zone {zone}", changes.len());
        let built: Result<Vec<Change>, _> = changes.iter().map(change).collect();
        let batch = ChangeBatch::builder()
            .comment(comment)
            .set_changes(Some(built.map_err(|e| AccountError::unsendable(what(), e))?))
            .build()
            .map_err(|e| AccountError::unsendable(what(), e))?;
        let request = self
            .route53(Call::Other)
            .await
            .change_resource_record_sets()
            .hosted_zone_id(zone.as_str())
            .change_batch(batch);
        let answer = request.send().await.map_err(|e| AccountError::from_sdk(what(), e))?;
        let info =
            answer.change_info().ok_or_else(|| AccountError::not_understood(what(), "no change in it"))?;
        info.id().parse().map_err(|e| AccountError::not_understood(what(), e))
    }

    /// Whether every name server of Route 53 has the change.
    pub async fn is_in_sync(&self, change: &ChangeId) -> Result<bool, AccountError> {
        let what = || format!("read the state of the change {change}");
        let answer = self.route53(Call::Other).await.get_change().id(change.as_str()).send().await;
        let answer = answer.map_err(|e| AccountError::from_sdk(what(), e))?;
        let info =
            answer.change_info().ok_or_else(|| AccountError::not_understood(what(), "no change in it"))?;
        Ok(*info.status() == ChangeStatus::Insync)
    }
}

fn change(change: &RecordChange) -> Result<Change, aws_sdk_route53::error::BuildError> {
    let (action, set) = match change {
        RecordChange::Create(set) => (ChangeAction::Create, set),
        RecordChange::Delete(set) => (ChangeAction::Delete, set),
    };
    Change::builder().action(action).resource_record_set(convert::record_set_to_sdk(set)?).build()
}
