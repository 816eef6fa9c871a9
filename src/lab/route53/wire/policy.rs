//! Which routing policy does a record set ask for?
//!
//! The element that chooses the policy is judged by itself here; which sets may stand beside each other
//! is the business of `rules`. Policies that the lab does not answer are kept as the XML that came. The
//! limits are those of the model; the wording of a refusal that is not the model's own is unverified.

use super::{
    super::{
        errors::{ApiError, not_in},
        geo,
        types::Routing,
    },
    xml::Element,
};
use crate::model::{Region, Side};

/// What a record set can hold (Route 53 model, `ResourceRecordSet`).
pub(super) const MEMBERS: [&str; 15] = [
    "Name",
    "Type",
    "SetIdentifier",
    "Weight",
    "Region",
    "GeoLocation",
    "Failover",
    "MultiValueAnswer",
    "TTL",
    "ResourceRecords",
    "AliasTarget",
    "HealthCheckId",
    "TrafficPolicyInstanceId",
    "CidrRoutingConfig",
    "GeoProximityLocation",
];

/// Those of them that choose a routing policy.
pub(super) const POLICIES: [&str; 7] = [
    "Weight",
    "Region",
    "Failover",
    "GeoLocation",
    "MultiValueAnswer",
    "GeoProximityLocation",
    "CidrRoutingConfig",
];

/// The policy that `chosen`, an element of change `number` of a batch, stands for.
pub(super) fn policy(chosen: &Element, number: usize) -> Result<Routing, ApiError> {
    let field = |name: &str| format!("changeBatch.changes.{number}.member.resourceRecordSet.{name}");
    let text = chosen.text.trim();
    match (chosen.name.as_str(), text) {
        ("Failover", "PRIMARY") => return Ok(Routing::Failover(Side::Primary)),
        ("Failover", "SECONDARY") => return Ok(Routing::Failover(Side::Secondary)),
        ("Failover", other) => return Err(not_in(other, &field("failover"), "[PRIMARY, SECONDARY]")),
        ("Weight", weight) => return weighted(weight, &field("weight")),
        // The model lists the regions of the day; the lab takes every text of their form.
        ("Region", region) if region.parse::<Region>().is_err() => {
            return Err(not_in(region, &field("region"), "the regions of Amazon EC2"));
        }
        ("GeoLocation", _) => location(chosen)?,
        ("MultiValueAnswer", "true" | "1") => {}
        ("MultiValueAnswer", other) => {
            return Err(ApiError::input(format!("MultiValueAnswer must be true, not '{other}'.")));
        }
        ("GeoProximityLocation", _) => proximity(chosen)?,
        ("CidrRoutingConfig", _) => cidr(chosen)?,
        _ => {}
    }
    Ok(Routing::Stored { element: chosen.name.clone(), xml: chosen.inner_xml() })
}

/// `ResourceRecordSetWeight`: 0 to 255.
fn weighted(weight: &str, field: &str) -> Result<Routing, ApiError> {
    match weight.parse::<i64>().map(u8::try_from) {
        Ok(Ok(weight)) => Ok(Routing::Weighted(weight)),
        Ok(Err(_)) => Err(ApiError::input(format!(
            "1 validation error detected: Value '{weight}' at '{field}' failed to satisfy constraint: Member must \
             have value between 0 and 255, inclusive"
        ))),
        Err(_) => {
            Err(ApiError::input(format!("Invalid XML ; '{weight}' is not a valid value of element 'Weight'")))
        }
    }
}

/// A continent, or a country with or without a subdivision: "Specifying `ContinentCode` with either
/// `CountryCode` or `SubdivisionCode` returns an `InvalidInput` error" (`GeoLocation`).
fn location(element: &Element) -> Result<(), ApiError> {
    let code = |name: &str| element.text_of(name).filter(|code| !code.is_empty());
    let codes = (code("ContinentCode"), code("CountryCode"), code("SubdivisionCode"));
    if geo::place(codes).is_some() {
        return Ok(());
    }
    let told = |code: Option<&str>| code.unwrap_or("null").to_owned();
    Err(ApiError::input(format!(
        "The geolocation ContinentCode={}, CountryCode={}, SubdivisionCode={} is not one that Amazon Route 53 supports.",
        told(codes.0),
        told(codes.1),
        told(codes.2)
    )))
}

/// "Only one of `LocalZoneGroup`, `Coordinates`, or `AWSRegion` is allowed per request at a time"
/// (`GeoProximityLocation`); a bias from -99 to 99.
fn proximity(element: &Element) -> Result<(), ApiError> {
    let places = ["AWSRegion", "LocalZoneGroup", "Coordinates"];
    if places.iter().filter(|place| element.child(place).is_some()).count() != 1 {
        return Err(ApiError::input(
            "A GeoProximityLocation has exactly one of AWSRegion, LocalZoneGroup and Coordinates.",
        ));
    }
    if let Some(region) = element.text_of("AWSRegion").filter(|region| region.parse::<Region>().is_err()) {
        return Err(ApiError::input(format!("'{region}' is not an AWS Region.")));
    }
    if let Some(coordinates) = element.child("Coordinates") {
        degrees(coordinates.required("Latitude")?, 90.0)?;
        degrees(coordinates.required("Longitude")?, 180.0)?;
    }
    match element.number::<i64>("Bias")? {
        Some(bias) if !(-99..=99).contains(&bias) => {
            Err(ApiError::input(format!("The Bias is a number from -99 to 99, not {bias}.")))
        }
        _ => Ok(()),
    }
}

/// `Latitude`, `Longitude`: at most two digits behind the point.
fn degrees(text: &str, most: f64) -> Result<(), ApiError> {
    let behind_the_point = text.split_once('.').map_or(0, |(_, digits)| digits.len());
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b"+-.".contains(&b));
    match text.parse::<f64>() {
        Ok(degrees) if plain && degrees.abs() <= most && behind_the_point <= 2 => Ok(()),
        _ => Err(ApiError::input(format!("'{text}' is not a coordinate from -{most} to {most}."))),
    }
}

/// `UUID` and `CidrLocationNameDefaultAllowed`. The lab has no CIDR collections, so it takes every id
/// of their form.
fn cidr(element: &Element) -> Result<(), ApiError> {
    let (collection, location) = (element.required("CollectionId")?, element.required("LocationName")?);
    let groups: Vec<usize> = collection.split('-').map(str::len).collect();
    let hex = collection.bytes().all(|b| b == b'-' || b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if groups != [8, 4, 4, 4, 12] || !hex {
        return Err(ApiError::input(format!("'{collection}' is not the id of a CIDR collection.")));
    }
    let known = |b: u8| b.is_ascii_alphanumeric() || b"_-*".contains(&b);
    if !(1..=16).contains(&location.len()) || !location.bytes().all(known) {
        return Err(ApiError::input(format!("'{location}' is not the name of a CIDR location.")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(xml: &str) -> Result<Routing, ApiError> {
        policy(&Element::parse(xml.as_bytes()).expect("XML"), 1)
    }

    #[test]
    fn good_policies_are_kept() {
        for (xml, routing) in [
            ("<Weight>0</Weight>", Routing::Weighted(0)),
            ("<Weight>255</Weight>", Routing::Weighted(255)),
            ("<Failover>SECONDARY</Failover>", Routing::Failover(Side::Secondary)),
        ] {
            assert_eq!(of(xml), Ok(routing), "{xml}");
        }
        for (element, xml) in [
            ("Region", "eu-west-1"),
            ("MultiValueAnswer", "true"),
            ("GeoLocation", "<ContinentCode>EU</ContinentCode>"),
            ("GeoLocation", "<CountryCode>*</CountryCode>"),
            ("GeoLocation", "<CountryCode>US</CountryCode><SubdivisionCode>WA</SubdivisionCode>"),
            ("GeoProximityLocation", "<AWSRegion>eu-west-1</AWSRegion><Bias>-99</Bias>"),
            (
                "GeoProximityLocation",
                "<Coordinates><Latitude>-49.22</Latitude><Longitude>+180</Longitude></Coordinates>",
            ),
            (
                "CidrRoutingConfig",
                "<CollectionId>0a1b2c3d-0000-1111-2222-333344445555</CollectionId><LocationName>*</LocationName>",
            ),
        ] {
            let stored = Routing::Stored { element: element.to_owned(), xml: xml.to_owned() };
            assert_eq!(of(&format!("<{element}>{xml}</{element}>")), Ok(stored), "{xml}");
        }
    }

    #[test]
    fn bad_policies_are_refused() {
        for xml in [
            "<Weight>256</Weight>",
            "<Weight>-1</Weight>",
            "<Weight>x</Weight>",
            "<Failover>primary</Failover>",
            "<Region>Europe</Region>",
            "<MultiValueAnswer>false</MultiValueAnswer>",
            "<GeoLocation/>",
            "<GeoLocation><ContinentCode>XX</ContinentCode></GeoLocation>",
            "<GeoLocation><ContinentCode>EU</ContinentCode><CountryCode>FR</CountryCode></GeoLocation>",
            "<GeoLocation><SubdivisionCode>WA</SubdivisionCode></GeoLocation>",
            "<GeoLocation><CountryCode>FR</CountryCode><SubdivisionCode>WA</SubdivisionCode></GeoLocation>",
            "<GeoProximityLocation><Bias>1</Bias></GeoProximityLocation>",
            "<GeoProximityLocation><AWSRegion>eu-west-1</AWSRegion><Bias>100</Bias></GeoProximityLocation>",
            "<GeoProximityLocation><AWSRegion>eu-west-1</AWSRegion><LocalZoneGroup>x</LocalZoneGroup>\
             </GeoProximityLocation>",
            "<GeoProximityLocation><Coordinates><Latitude>91</Latitude><Longitude>0</Longitude></Coordinates>\
             </GeoProximityLocation>",
            "<GeoProximityLocation><Coordinates><Latitude>1.234</Latitude><Longitude>0</Longitude></Coordinates>\
             </GeoProximityLocation>",
            "<CidrRoutingConfig><CollectionId>x</CollectionId><LocationName>a</LocationName></CidrRoutingConfig>",
            "<CidrRoutingConfig><CollectionId>0a1b2c3d-0000-1111-2222-333344445555</CollectionId>\
             <LocationName>a b</LocationName></CidrRoutingConfig>",
        ] {
            assert_eq!(
                of(xml).map_err(|e| e.code),
                Err(super::super::super::errors::Code::InvalidInput),
                "{xml}"
            );
        }
    }
}
