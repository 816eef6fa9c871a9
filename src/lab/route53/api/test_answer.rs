//! What would Route 53 answer?
//!
//! One of the zone's four name servers is asked, each in its turn, and answers from what it has: while a
//! change or a verdict is on its way, two calls can be told two things, as two resolvers can be. Where the
//! resolver and its client stand does not matter yet, since the lab answers no policy that asks; the
//! addresses are judged all the same.

use std::net::IpAddr;

use super::super::{
    errors::ApiError,
    names,
    rules::shown,
    served::NAME_SERVERS,
    store::Store,
    types::{NameServers, Said},
    wire::{records::record_type, xml::Writer},
    zones,
};
use super::Request;
use crate::lab::chance;

pub(super) fn test(
    store: &Store,
    name_servers: &dyn NameServers,
    request: &Request<'_>,
) -> Result<String, ApiError> {
    let required = |name: &str| {
        request.query(name).ok_or_else(|| ApiError::input(format!("The parameter {name} is required.")))
    };
    let id = required("hostedzoneid")?;
    let id = id.strip_prefix("/hostedzone/").unwrap_or(id);
    let name = names::parse(required("recordname")?).map_err(ApiError::input)?;
    let rtype = record_type(required("recordtype")?, "recordType")?;
    client(request)?;
    let number = usize::try_from(request.number).unwrap_or_default() % NAME_SERVERS;
    let (zone_name, served) = {
        let state = store.state();
        let hosted = state.zones.get(id)?;
        if hosted.is_private() {
            // "This call only supports querying public hosted zones" (Route 53 model, `TestDNSAnswer`); which
            // error says so is unverified.
            return Err(ApiError::input(
                "TestDNSAnswer only supports querying public hosted zones, and this one is private.",
            ));
        }
        let served = state.zones.zone_as_served(number, id, store.clock().elapsed());
        (hosted.zone.name.clone(), served)
    };
    if !name.is_within(&zone_name) {
        // Unverified, code and wording.
        return Err(ApiError::input(format!(
            "{} is not within the zone {}",
            shown(&name),
            shown(&zone_name)
        )));
    }
    // A server that does not serve the zone yet refuses questions about it.
    let draw = chance::mix(request.number);
    let said = served.map(|zone| name_servers.say(number, &zone, (&name, rtype), draw));
    let said = said.unwrap_or(Said { code: "REFUSED", values: Vec::new() });
    Ok(Writer::document("TestDNSAnswerResponse", |out| {
        out.leaf("Nameserver", &zones::name_servers()[number]);
        out.leaf("RecordName", shown(&name));
        out.leaf("RecordType", rtype);
        out.element("RecordData", |out| {
            for value in &said.values {
                out.leaf("RecordDataEntry", value);
            }
        });
        out.leaf("ResponseCode", said.code);
        out.leaf("Protocol", "UDP");
    }))
}

/// Judges who is said to ask. "IPv4: Specify a value between 0 and 32. IPv6: Specify a value between 0
/// and 128" (Route 53 model, `EDNS0ClientSubnetMask`).
fn client(request: &Request<'_>) -> Result<(), ApiError> {
    let address = |name: &str| match request.query(name).map(|text| (text, text.parse::<IpAddr>())) {
        None => Ok(None),
        Some((_, Ok(address))) => Ok(Some(address)),
        Some((text, Err(_))) => Err(ApiError::input(format!("The {name} '{text}' is not an IP address."))),
    };
    address("resolverip")?;
    let subnet = address("edns0clientsubnetip")?;
    let Some(mask) = request.query("edns0clientsubnetmask") else { return Ok(()) };
    let longest = match subnet {
        None => return Err(ApiError::input("edns0clientsubnetmask needs edns0clientsubnetip beside it.")),
        Some(IpAddr::V4(_)) => 32,
        Some(IpAddr::V6(_)) => 128,
    };
    match mask.parse::<u8>() {
        Ok(bits) if bits <= longest => Ok(()),
        _ => Err(ApiError::input(format!(
            "edns0clientsubnetmask is a number from 0 to {longest}, not '{mask}'."
        ))),
    }
}
