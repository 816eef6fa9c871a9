//! Hosted zones.

use crate::model::Fqdn;

use super::super::{
    errors::{ApiError, Code, not_in},
    names,
    rules::shown,
    store::Store,
    wire::{
        records::{comment, expect_root},
        xml::Writer,
    },
    zones::{ChangeInfo, HostedZone, NewZone, name_servers},
};
use super::{Answered, Request, records::write_change_info, vpcs};

/// Zones on one page (Route 53 model, `ListHostedZonesRequest.MaxItems`).
const PAGE: usize = 100;

pub(super) fn create(store: &Store, request: &Request<'_>) -> Result<Answered, ApiError> {
    let root = request.xml()?;
    expect_root(&root, "CreateHostedZoneRequest")?;
    root.only(&["Name", "VPC", "CallerReference", "HostedZoneConfig", "DelegationSetId"])?;
    let config = root.child("HostedZoneConfig");
    let private = config.map(|config| config.flag("PrivateZone")).transpose()?.flatten();
    let vpc = root.child("VPC").map(vpcs::read).transpose()?;
    // That a private zone is one with a VPC is documented (`CreateHostedZoneRequest.VPC`); the wording of
    // these refusals is unverified.
    match (private, &vpc) {
        (Some(true), None) => {
            return Err(ApiError::input(
                "When you're creating a private hosted zone, you must specify a VPC.",
            ));
        }
        (Some(false), Some(_)) => {
            return Err(ApiError::input("You can't associate a VPC with a public hosted zone."));
        }
        _ => {}
    }
    if let Some(set) = root.text_of("DelegationSetId") {
        if vpc.is_some() {
            let message = "You can't specify a reusable delegation set for a private hosted zone.";
            return Err(ApiError::input(message));
        }
        return Err(no_such_delegation_set(set));
    }
    let name = parse_name(root.required("Name")?)?;
    if name.is_wildcard() {
        return Err(ApiError::new(
            Code::InvalidDomainName,
            "The name of a hosted zone cannot be a wildcard.",
        ));
    }
    let comment = config.map(comment).transpose()?.flatten();
    let reference = root.required("CallerReference")?;
    let now = store.now();
    let mut state = store.state();
    state.zones.room_for(reference)?;
    let new = NewZone { name: &name, reference, comment, vpc };
    let (id, info) = state.zones.create(new, now)?;
    let hosted = state.zones.get(&id)?;
    let insync = state.zones.is_insync(&info, now.elapsed);
    let body = Writer::document("CreateHostedZoneResponse", |out| {
        write_zone(out, hosted);
        write_change_info(out, &info, insync);
        write_delegation_set(out);
        if let Some(vpc) = hosted.vpcs.first() {
            vpcs::write(out, vpc);
        }
    });
    Ok(Answered { body, location: Some(format!("/2013-04-01/hostedzone/{id}")) })
}

pub(super) fn get(store: &Store, id: &str) -> Result<String, ApiError> {
    let state = store.state();
    let hosted = state.zones.get(id)?;
    Ok(Writer::document("GetHostedZoneResponse", |out| {
        write_zone(out, hosted);
        if hosted.is_private() {
            out.element("VPCs", |out| hosted.vpcs.iter().for_each(|vpc| vpcs::write(out, vpc)));
        } else {
            write_delegation_set(out);
        }
    }))
}

/// The lab signs no zone. "You can't use DNSSEC signing with a private hosted zone": such a zone is asked
/// for in vain (Route 53 model, `GetDNSSEC`, `InvalidArgument`; the wording is unverified).
pub(super) fn dnssec(store: &Store, id: &str) -> Result<String, ApiError> {
    if store.state().zones.get(id)?.is_private() {
        return Err(ApiError::new(Code::InvalidArgument, "A private hosted zone cannot be signed."));
    }
    Ok(Writer::document("GetDNSSECResponse", |out| {
        out.element("Status", |out| out.leaf("ServeSignature", "NOT_SIGNING"));
        out.element("KeySigningKeys", |_| {});
    }))
}

pub(super) fn update_comment(store: &Store, id: &str, request: &Request<'_>) -> Result<String, ApiError> {
    // "If you don't specify a value for Comment, Amazon Route 53 deletes the existing value" (Route 53 model,
    // `UpdateHostedZoneCommentRequest`), and botocore then sends no body at all.
    let comment = if request.body.is_empty() {
        None
    } else {
        let root = request.xml()?;
        expect_root(&root, "UpdateHostedZoneCommentRequest")?;
        comment(&root)?
    };
    let mut state = store.state();
    let hosted = state.zones.get_mut(id)?;
    hosted.comment = comment;
    Ok(Writer::document("UpdateHostedZoneCommentResponse", |out| write_zone(out, hosted)))
}

pub(super) fn delete(store: &Store, id: &str) -> Result<String, ApiError> {
    let now = store.now();
    let mut state = store.state();
    let info: ChangeInfo = state.zones.delete(id, now)?;
    let insync = state.zones.is_insync(&info, now.elapsed);
    Ok(Writer::document("DeleteHostedZoneResponse", |out| write_change_info(out, &info, insync)))
}

pub(super) fn count(store: &Store) -> String {
    let count = store.state().zones.all().count();
    Writer::document("GetHostedZoneCountResponse", |out| out.leaf("HostedZoneCount", count))
}

pub(super) fn list(store: &Store, request: &Request<'_>) -> Result<String, ApiError> {
    let max = request.max_items(PAGE, PAGE)?;
    let marker = request.query("marker").unwrap_or_default();
    if let Some(set) = request.query("delegationsetid") {
        return Err(no_such_delegation_set(set));
    }
    let private = match request.query("hostedzonetype") {
        None => false,
        Some("PrivateHostedZone") => true,
        Some(other) => return Err(not_in(other, "hostedZoneType", "[PrivateHostedZone]")),
    };
    let state = store.state();
    let listed =
        |hosted: &&HostedZone| hosted.zone.id.as_str() >= marker && (!private || hosted.is_private());
    let mut zones = state.zones.all().filter(listed);
    let page: Vec<&HostedZone> = zones.by_ref().take(max).collect();
    let next = zones.next().map(|hosted| &hosted.zone.id);
    Ok(Writer::document("ListHostedZonesResponse", |out| {
        write_zones(out, &page);
        out.leaf("Marker", marker);
        out.leaf("IsTruncated", next.is_some());
        out.optional("NextMarker", next);
        out.leaf("MaxItems", max);
    }))
}

/// Starts at a name, in the order of reversed labels, and goes on to the end: a caller that looks for a
/// zone must compare the names that it gets (Route 53 model, `ListHostedZonesByName`).
pub(super) fn list_by_name(store: &Store, request: &Request<'_>) -> Result<String, ApiError> {
    let max = request.max_items(PAGE, PAGE)?;
    let start = request.query("dnsname").map(parse_name).transpose()?;
    let start_id = request.query("hostedzoneid").map(|id| id.strip_prefix("/hostedzone/").unwrap_or(id));
    if start_id.is_some() && start.is_none() {
        return Err(ApiError::input("HostedZoneId needs a DNSName beside it."));
    }
    let state = store.state();
    let mut zones: Vec<&HostedZone> = state.zones.all().collect();
    zones.sort_by(|a, b| (&a.zone.name, &a.zone.id).cmp(&(&b.zone.name, &b.zone.id)));
    let cursor = start.as_ref().map(|name| (name, start_id.unwrap_or_default()));
    let mut rest =
        zones.into_iter().filter(|h| cursor.is_none_or(|c| (&h.zone.name, h.zone.id.as_str()) >= c));
    let page: Vec<&HostedZone> = rest.by_ref().take(max).collect();
    let next = rest.next();
    Ok(Writer::document("ListHostedZonesByNameResponse", |out| {
        write_zones(out, &page);
        out.optional("DNSName", start.as_ref().map(shown));
        out.optional("HostedZoneId", start_id);
        out.leaf("IsTruncated", next.is_some());
        out.optional("NextDNSName", next.map(|hosted| shown(&hosted.zone.name)));
        out.optional("NextHostedZoneId", next.map(|hosted| &hosted.zone.id));
        out.leaf("MaxItems", max);
    }))
}

fn parse_name(text: &str) -> Result<Fqdn, ApiError> {
    names::parse(text).map_err(|problem| ApiError::new(Code::InvalidDomainName, problem))
}

/// The lab has no reusable delegation sets, so every id is one that is not there.
fn no_such_delegation_set(id: &str) -> ApiError {
    ApiError::new(Code::NoSuchDelegationSet, format!("The specified delegation set {id} does not exist."))
}

fn write_zones(out: &mut Writer, page: &[&HostedZone]) {
    out.element("HostedZones", |out| {
        for hosted in page {
            write_zone(out, hosted);
        }
    });
}

fn write_zone(out: &mut Writer, hosted: &HostedZone) {
    out.element("HostedZone", |out| {
        out.leaf("Id", format!("/hostedzone/{}", hosted.zone.id));
        out.leaf("Name", shown(&hosted.zone.name));
        out.leaf("CallerReference", &hosted.caller_reference);
        out.element("Config", |out| {
            out.optional("Comment", hosted.comment.as_ref());
            out.leaf("PrivateZone", hosted.is_private());
        });
        out.leaf("ResourceRecordSetCount", hosted.zone.sets().count());
    });
}

fn write_delegation_set(out: &mut Writer) {
    out.element("DelegationSet", |out| {
        out.element("NameServers", |out| {
            for server in name_servers() {
                out.leaf("NameServer", server);
            }
        });
    });
}
