//! The places of geolocation records.

use super::super::{
    errors::{ApiError, Code},
    geo::{self, Codes, Place},
    wire::xml::Writer,
};
use super::Request;

/// Places on one page (modelled; the model has no figure).
const PAGE: usize = 100;

pub(super) fn get(request: &Request<'_>) -> Result<String, ApiError> {
    let codes = ("continentcode", "countrycode", "subdivisioncode");
    let place = match asked(request, codes) {
        // Without any code it is the default that is asked for (unverified).
        (None, None, None) => Some(Place::Default),
        codes => geo::place(codes),
    };
    let place = place.ok_or_else(|| {
        // The model's words.
        ApiError::new(
            Code::NoSuchGeoLocation,
            "Amazon Route 53 doesn't support the specified geographic location.",
        )
    })?;
    Ok(Writer::document("GetGeoLocationResponse", |out| write(out, place)))
}

pub(super) fn list(request: &Request<'_>) -> Result<String, ApiError> {
    let max = request.max_items(PAGE, PAGE)?;
    let start = match asked(request, ("startcontinentcode", "startcountrycode", "startsubdivisioncode")) {
        (None, None, None) => 0,
        codes => geo::places().position(|place| place.codes() == codes).ok_or_else(|| {
            ApiError::input("The place to start with is not one that Amazon Route 53 supports.")
        })?,
    };
    let mut places = geo::places().skip(start);
    let page: Vec<Place> = places.by_ref().take(max).collect();
    let next = places.next();
    let (continent, country, subdivision) = next.map(Place::codes).unwrap_or_default();
    Ok(Writer::document("ListGeoLocationsResponse", |out| {
        out.element("GeoLocationDetailsList", |out| page.iter().for_each(|place| write(out, *place)));
        out.leaf("IsTruncated", next.is_some());
        out.optional("NextContinentCode", continent);
        out.optional("NextCountryCode", country);
        out.optional("NextSubdivisionCode", subdivision);
        out.leaf("MaxItems", max);
    }))
}

fn asked<'a>(request: &'a Request<'_>, names: (&str, &str, &str)) -> Codes<&'a str> {
    (request.query(names.0), request.query(names.1), request.query(names.2))
}

fn write(out: &mut Writer, place: Place) {
    let (continent, country, subdivision) = place.codes();
    let (continent_name, country_name, subdivision_name) = match place {
        Place::Default => (None, Some("Default"), None),
        Place::Continent(_, name) => (Some(name), None, None),
        Place::Country(_, name) => (None, Some(name), None),
        Place::State(_, name) => (None, Some(geo::country_of_states()), Some(name)),
    };
    out.element("GeoLocationDetails", |out| {
        out.optional("ContinentCode", continent);
        out.optional("ContinentName", continent_name);
        out.optional("CountryCode", country);
        out.optional("CountryName", country_name);
        out.optional("SubdivisionCode", subdivision);
        out.optional("SubdivisionName", subdivision_name);
    });
}
