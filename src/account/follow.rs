//! More of a zone than was asked for at first: the records to which others lead.

use std::ops::ControlFlow;

use super::{Account, AccountError, Snapshot, Zone, convert};
use crate::model::{Fqdn, RecordSet};

impl Snapshot {
    /// Reads the records of one more name of a zone that was looked at, of that name alone. One call.
    pub async fn follow(&mut self, account: &Account, zone: &Zone, name: &Fqdn) -> Result<(), AccountError> {
        let found = account.records_at(zone, name).await?;
        if let Some(held) = self.zones.iter_mut().find(|held| held.zone == *zone) {
            // What is there already was read in the same look.
            let new: Vec<RecordSet> = found.into_iter().filter(|set| !held.records.contains(set)).collect();
            held.records.extend(new);
        }
        Ok(())
    }
}

impl Account {
    /// The record sets of this name, and not of those below it, of which there may be many.
    async fn records_at(&self, zone: &Zone, name: &Fqdn) -> Result<Vec<RecordSet>, AccountError> {
        let what = || format!("list the records of {name} in the hosted zone {}", zone.id);
        let mut found = Vec::new();
        self.each_record(zone, Some(name), &what, |set| {
            let owner: Fqdn = set.name().parse().map_err(|e| AccountError::not_understood(what(), e))?;
            if owner != *name {
                return Ok(ControlFlow::Break(()));
            }
            let set = convert::record_set_from_sdk(set);
            found.push(set.map_err(|e| AccountError::not_understood(what(), e))?);
            Ok(ControlFlow::Continue(()))
        })
        .await?;
        Ok(found)
    }
}
