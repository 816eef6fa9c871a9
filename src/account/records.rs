//! Record sets and their changes.

use std::ops::ControlFlow;

use aws_sdk_route53::{
    Client,
    types::{Change, ChangeAction, ChangeBatch, ChangeStatus, ResourceRecordSet, RrType},
};
use serde::{Deserialize, Serialize};

use super::{
    Account, AccountError, Zone, convert,
    cover::{Cover, Start},
    pace::Call,
};
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

/// Where a page of record sets begins: name, type and set identifier, as Route 53 takes them.
type Place = (Option<String>, Option<RrType>, Option<String>);

impl Account {
    /// The record sets at and below `names`, in Route 53's order, by as few calls as can be.
    pub(super) async fn records_below(
        &self,
        zone: &Zone,
        names: &[Fqdn],
    ) -> Result<Vec<RecordSet>, AccountError> {
        let what = || format!("list the records of the hosted zone {}", zone.id);
        let cover = Cover::of(names);
        let mut found = Vec::new();
        let mut ended: Option<Place> = None;
        let mut start = cover.first();
        while let Some(from) = start {
            let place = match from {
                Start::Name(name) => (Some(name.absolute()), None, None),
                Start::There => ended.take().unwrap_or_default(),
            };
            let (sets, next) = self.page_of_records(zone, place, &what).await?;
            for set in sets {
                // A name that is none to us is none of ours.
                if set.name().parse().is_ok_and(|name| cover.holds(&name)) {
                    let set = convert::record_set_from_sdk(&set);
                    found.push(set.map_err(|e| AccountError::not_understood(what(), e))?);
                }
            }
            start = match next.as_ref().map(|(name, ..)| name.as_deref().unwrap_or_default().parse()) {
                None => None,
                Some(Ok(next)) => cover.after(&next),
                // Where that lies nobody knows; what follows it may be wanted.
                Some(Err(_)) => Some(Start::There),
            };
            ended = next;
        }
        Ok(found)
    }

    /// Shows `look` the zone's record sets, page by page and in Route 53's order, from `start` on, until it has
    /// seen enough.
    pub(super) async fn each_record(
        &self,
        zone: &Zone,
        start: Option<&Fqdn>,
        what: &impl Fn() -> String,
        mut look: impl FnMut(&ResourceRecordSet) -> Result<ControlFlow<()>, AccountError>,
    ) -> Result<(), AccountError> {
        let mut from: Place = (start.map(Fqdn::absolute), None, None);
        loop {
            let (sets, next) = self.page_of_records(zone, from, what).await?;
            for set in &sets {
                if look(set)?.is_break() {
                    return Ok(());
                }
            }
            match next {
                Some(next) => from = next,
                None => return Ok(()),
            }
        }
    }

    /// One page, and where the next one begins if there is more.
    async fn page_of_records(
        &self,
        zone: &Zone,
        place: Place,
        what: &impl Fn() -> String,
    ) -> Result<(Vec<ResourceRecordSet>, Option<Place>), AccountError> {
        let request = self
            .route53(Call::Other)
            .await
            .list_resource_record_sets()
            .hosted_zone_id(zone.id.as_str())
            .max_items(PAGE);
        let (name, rtype, identifier) = &place;
        let request = request.set_start_record_name(name.clone()).set_start_record_type(rtype.clone());
        let request = request.set_start_record_identifier(identifier.clone());
        let answer = request.send().await.map_err(|e| AccountError::from_sdk(what(), e))?;
        let next = (answer.next_record_name, answer.next_record_type, answer.next_record_identifier);
        if answer.is_truncated && next == place {
            return Err(AccountError::not_understood(what(), "the next page would be the same one"));
        }
        Ok((answer.resource_record_sets, answer.is_truncated.then_some(next)))
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
        let change = |route53: &Client| {
            let request = route53.change_resource_record_sets().hosted_zone_id(zone.as_str());
            request.change_batch(batch.clone()).send()
        };
        let answer = self.patiently(Call::Other, change).await;
        let answer = answer.map_err(|e| AccountError::from_sdk(what(), e))?;
        let info =
            answer.change_info().ok_or_else(|| AccountError::not_understood(what(), "no change in it"))?;
        info.id().parse().map_err(|e| AccountError::not_understood(what(), e))
    }

    /// Whether every name server of Route 53 has the change.
    pub async fn is_in_sync(&self, change: &ChangeId) -> Result<bool, AccountError> {
        let what = || format!("read the state of the change {change}");
        let read = |route53: &Client| route53.get_change().id(change.as_str()).send();
        let answer = self.patiently(Call::Other, read).await;
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
