//! Record sets and their changes.

use crate::model::{Fqdn, RecordType};

use super::super::{
    errors::ApiError,
    names,
    rules::shown,
    store::Store,
    types::RecordSet,
    wire::{
        records::{change_batch, record_type, write},
        xml::Writer,
    },
    zones::ChangeInfo,
};
use super::Request;

/// Record sets on one page (Route 53 model, `ListResourceRecordSetsRequest.MaxItems`).
const PAGE: usize = 300;

/// Lists from a name, a type and an identifier on; each needs the one before it.
pub(super) fn list(store: &Store, id: &str, request: &Request<'_>) -> Result<String, ApiError> {
    let max = request.max_items(PAGE, PAGE)?;
    let start = Cursor::of(request)?;
    let zone = store.state().zones.get(id)?.zone.clone();
    let mut sets = zone.sets().filter(|set| start.reached_by(set));
    let page: Vec<&RecordSet> = sets.by_ref().take(max).collect();
    let next = sets.next();
    Ok(Writer::document("ListResourceRecordSetsResponse", |out| {
        out.element("ResourceRecordSets", |out| {
            for set in &page {
                write(out, set);
            }
        });
        out.leaf("IsTruncated", next.is_some());
        out.optional("NextRecordName", next.map(|set| shown(&set.name)));
        out.optional("NextRecordType", next.map(|set| set.rtype));
        out.optional("NextRecordIdentifier", next.and_then(|set| set.set_identifier.as_ref()));
        out.leaf("MaxItems", max);
    }))
}

/// Where a listing starts.
struct Cursor {
    name: Option<Fqdn>,
    rtype: Option<RecordType>,
    identifier: Option<String>,
}

impl Cursor {
    fn of(request: &Request<'_>) -> Result<Self, ApiError> {
        let name = request.query("name").map(names::parse).transpose().map_err(ApiError::input)?;
        let rtype = request.query("type").map(|text| record_type(text, "type")).transpose()?;
        let identifier = request.query("identifier").map(str::to_owned);
        // "Specifying type without specifying name returns an InvalidInput error"
        // (Route 53 model, `ListResourceRecordSetsRequest.StartRecordType`).
        if rtype.is_some() && name.is_none() {
            return Err(ApiError::input("The input is not valid: a type needs a name beside it."));
        }
        if identifier.is_some() && rtype.is_none() {
            return Err(ApiError::input(
                "The input is not valid: an identifier needs a name and a type beside it.",
            ));
        }
        Ok(Self { name, rtype, identifier })
    }

    /// Whether a set stands at the cursor or after it.
    fn reached_by(&self, set: &RecordSet) -> bool {
        let Some(name) = &self.name else { return true };
        let Some(rtype) = self.rtype else { return set.name >= *name };
        (&set.name, set.rtype, &set.set_identifier) >= (name, rtype, &self.identifier)
    }
}

pub(super) fn change(store: &Store, id: &str, request: &Request<'_>) -> Result<String, ApiError> {
    let root = request.xml()?;
    let now = store.now();
    let mut guard = store.state();
    guard.zones.get(id)?;
    let batch = change_batch(&root)?;
    let state = &mut *guard;
    let check_exists = |check: &str| state.checks.get(check).is_ok();
    let info = state.zones.change(id, &batch.changes, batch.comment, &check_exists, now)?;
    let insync = state.zones.is_insync(&info, now.elapsed);
    Ok(Writer::document("ChangeResourceRecordSetsResponse", |out| write_change_info(out, &info, insync)))
}

pub(super) fn get_change(store: &Store, id: &str) -> Result<String, ApiError> {
    let now = store.clock().elapsed();
    let state = store.state();
    let info = state.zones.change_info(id)?;
    let insync = state.zones.is_insync(info, now);
    Ok(Writer::document("GetChangeResponse", |out| write_change_info(out, info, insync)))
}

pub(super) fn write_change_info(out: &mut Writer, info: &ChangeInfo, insync: bool) {
    out.element("ChangeInfo", |out| {
        out.leaf("Id", format!("/change/{}", info.id));
        out.leaf("Status", if insync { "INSYNC" } else { "PENDING" });
        out.leaf("SubmittedAt", format!("{:.3}", info.submitted_at));
        out.optional("Comment", info.comment.as_ref());
    });
}
