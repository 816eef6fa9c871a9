//! What if our own change is in the way?
//!
//! 1. A change is sent. Route 53 carries it out, and the answer is lost on the way.
//! 2. The SDK sends it again, as it must: for all that it knows, nothing has happened.
//! 3. Creating, tagging and deleting a health check can be said twice. A batch of records cannot, since it
//!    deletes exactly what was there and creates what was not (`InvalidChangeBatch`), nor can the update of a
//!    health check at a version (`HealthCheckVersionMismatch`).
//! 4. Whether it was our change or somebody else's that came in between is seen by looking: when everything is
//!    as the change makes it, it is done, whoever did it. Otherwise the refusal stands.
//! 5. The batch's id went with its answer, so nobody can be asked whether every name server has it. But
//!    changes of a zone take effect in their order (see [`crate::plan`]): a batch without effect is
//!    sent after it, and when that one is INSYNC, so is ours.

use std::slice;

use crate::{
    account::{Account, AccountError, RecordChange, Zone, ZoneRecords},
    model::{Answer, ChangeId, CheckConfig, Fqdn, HealthCheckId, RecordSet, RecordType, Routing},
    plan::{is_as_wanted, is_carried_out},
};

/// Kept with every change, for people who read the zone's history.
const COMMENT: &str = "s3-failover";

/// Sends a batch that may have been sent before. When the change of the returned id is INSYNC, the
/// batch is.
pub(super) async fn change_records(
    account: &Account,
    zone: &Zone,
    batch: &[RecordChange],
) -> Result<ChangeId, AccountError> {
    match account.change_records(&zone.id, batch, COMMENT).await {
        Err(refusal) if refusal.has_code("InvalidChangeBatch") => {
            if is_done(account, zone, batch).await? {
                fence(account, zone, batch, refusal).await
            } else {
                Err(refusal)
            }
        }
        answered => answered,
    }
}

/// Updates a health check that may have been updated before.
pub(super) async fn update_check(
    account: &Account,
    id: &HealthCheckId,
    version: i64,
    config: &CheckConfig,
) -> Result<(), AccountError> {
    match account.update_health_check(id, version, config).await {
        Err(refusal) if refusal.has_code("HealthCheckVersionMismatch") => {
            let is = account.check_settings(id).await?;
            if is.is_some_and(|is| is_as_wanted(&is, config)) { Ok(()) } else { Err(refusal) }
        }
        answered => answered,
    }
}

async fn is_done(account: &Account, zone: &Zone, batch: &[RecordChange]) -> Result<bool, AccountError> {
    let mut names: Vec<Fqdn> = batch.iter().map(|change| set_of(change).name.clone()).collect();
    names.sort();
    names.dedup();
    let held = ZoneRecords::read(account, zone.clone(), names).await?;
    Ok(is_carried_out(batch, &held.records))
}

/// Changes the zone without effect, after a batch that was carried out.
///
/// A record that stands is taken away and put back, in one batch, which can be said as often as one
/// likes. Where the batch has only taken away, something of it is put back first and taken away again: a TXT
/// record, which nobody follows. If the run ends in between, the next one finds it as something of ours
/// that has to go.
async fn fence(
    account: &Account,
    zone: &Zone,
    batch: &[RecordChange],
    refusal: AccountError,
) -> Result<ChangeId, AccountError> {
    let stands = |change: &RecordChange| matches!(change, RecordChange::Create(_));
    let Some((change, set)) =
        plainest(batch.iter().filter(|change| stands(change))).or_else(|| plainest(batch.iter()))
    else {
        return Err(refusal);
    };
    let (put, taken) = (RecordChange::Create(set.clone()), RecordChange::Delete(set.clone()));
    let both = [taken.clone(), put.clone()];
    if stands(change) {
        return account.change_records(&zone.id, &both, COMMENT).await;
    }
    let there = match account.change_records(&zone.id, slice::from_ref(&put), COMMENT).await {
        Err(refusal) if refusal.has_code("InvalidChangeBatch") => {
            if !is_done(account, zone, slice::from_ref(&put)).await? {
                return Err(refusal);
            }
            account.change_records(&zone.id, &both, COMMENT).await?
        }
        answered => answered?,
    };
    match account.change_records(&zone.id, slice::from_ref(&taken), COMMENT).await {
        Err(refusal) if refusal.has_code("InvalidChangeBatch") => {
            // Gone by the first of several tries; and what had to be waited for came before.
            if is_done(account, zone, slice::from_ref(&taken)).await? { Ok(there) } else { Err(refusal) }
        }
        answered => answered,
    }
}

/// The change whose record matters least to who asks: a text, else anything that has no siblings.
fn plainest<'a>(
    changes: impl Iterator<Item = &'a RecordChange>,
) -> Option<(&'a RecordChange, &'a RecordSet)> {
    let rank = |set: &RecordSet| match (&set.routing, &set.answer) {
        (Routing::Simple, Answer::Values { .. }) if set.record_type == RecordType::Txt => 0,
        (Routing::Simple, Answer::Values { .. }) => 1,
        _ => 2,
    };
    changes.map(|change| (change, set_of(change))).min_by_key(|(_, set)| rank(set))
}

fn set_of(change: &RecordChange) -> &RecordSet {
    match change {
        RecordChange::Create(set) | RecordChange::Delete(set) => set,
    }
}
