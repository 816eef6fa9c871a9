//! The VPCs of private hosted zones.

use super::super::{
    errors::{ApiError, Code},
    rules::shown,
    store::Store,
    types::Vpc,
    vpc,
    wire::{
        records::{comment, expect_root},
        xml::{Element, Writer},
    },
};
use super::{Request, records::write_change_info};
use crate::lab::credentials::ACCOUNT_ID;

/// Zones on one page (Route 53 model, `ListHostedZonesByVPCRequest.MaxItems`: none given there; modelled
/// as for the other listings of zones).
const PAGE: usize = 100;

pub(super) fn list(store: &Store, request: &Request<'_>) -> Result<String, ApiError> {
    let wanted =
        |name: &str| request.query(name).ok_or_else(|| ApiError::input(format!("{name} is missing.")));
    // This operation has no `InvalidVPCId` in the model.
    let vpc = vpc::named(wanted("vpcregion")?, wanted("vpcid")?).map_err(|e| ApiError::input(e.message))?;
    let max = request.max_items(PAGE, PAGE)?;
    let state = store.state();
    let start = request.query("nexttoken");
    if let Some(unknown) = start.filter(|token| state.zones.get(token).is_err()) {
        let message = format!("The pagination token {unknown} is not one that the listing gave.");
        return Err(ApiError::new(Code::InvalidPaginationToken, message));
    }
    let mut zones = state.zones.all().filter(|hosted| {
        hosted.vpcs.contains(&vpc) && start.is_none_or(|start| hosted.zone.id.as_str() >= start)
    });
    let page: Vec<_> = zones.by_ref().take(max).collect();
    let next = zones.next().map(|hosted| &hosted.zone.id);
    Ok(Writer::document("ListHostedZonesByVPCResponse", |out| {
        out.element("HostedZoneSummaries", |out| {
            for hosted in &page {
                out.element("HostedZoneSummary", |out| {
                    out.leaf("HostedZoneId", &hosted.zone.id);
                    out.leaf("Name", shown(&hosted.zone.name));
                    out.element("Owner", |out| out.leaf("OwningAccount", ACCOUNT_ID));
                });
            }
        });
        out.leaf("MaxItems", max);
        out.optional("NextToken", next);
    }))
}

pub(super) fn associate(store: &Store, id: &str, request: &Request<'_>) -> Result<String, ApiError> {
    let root = request.xml()?;
    expect_root(&root, "AssociateVPCWithHostedZoneRequest")?;
    let now = store.now();
    let mut state = store.state();
    state.zones.get(id)?;
    let vpc = required(&root)?;
    let info = vpc::associate(&mut state.zones, id, vpc, comment(&root)?, now)?;
    let insync = state.zones.is_insync(&info, now.elapsed);
    Ok(Writer::document("AssociateVPCWithHostedZoneResponse", |out| write_change_info(out, &info, insync)))
}

pub(super) fn disassociate(store: &Store, id: &str, request: &Request<'_>) -> Result<String, ApiError> {
    let root = request.xml()?;
    expect_root(&root, "DisassociateVPCFromHostedZoneRequest")?;
    let now = store.now();
    let mut state = store.state();
    state.zones.get(id)?;
    let vpc = required(&root)?;
    let info = vpc::disassociate(&mut state.zones, id, &vpc, comment(&root)?, now)?;
    let insync = state.zones.is_insync(&info, now.elapsed);
    Ok(Writer::document("DisassociateVPCFromHostedZoneResponse", |out| write_change_info(out, &info, insync)))
}

fn required(root: &Element) -> Result<Vpc, ApiError> {
    read(root.child("VPC").ok_or_else(|| root.incomplete("VPC"))?)
}

/// Reads a `VPC` element.
pub(super) fn read(vpc: &Element) -> Result<Vpc, ApiError> {
    vpc::named(vpc.required("VPCRegion")?, vpc.required("VPCId")?)
}

/// Writes a `VPC` element.
pub(super) fn write(out: &mut Writer, vpc: &Vpc) {
    out.element("VPC", |out| {
        out.leaf("VPCRegion", &vpc.region);
        out.leaf("VPCId", &vpc.id);
    });
}
