//! Which places on Earth does Route 53 know?
//!
//! Seven continents, the countries of ISO 3166-1, the states of the United States, and `*` for every
//! place that no other record names (Route 53 model, `GeoLocation`). `geo.txt` has a country a line: its
//! code, its continent, its name. Which countries Route 53 leaves out, and how it writes their names, is
//! unverified.

/// Code and name (Route 53 model, `GeoLocation.ContinentCode`).
const CONTINENTS: [(&str, &str); 7] = [
    ("AF", "Africa"),
    ("AN", "Antarctica"),
    ("AS", "Asia"),
    ("EU", "Europe"),
    ("NA", "North America"),
    ("OC", "Oceania"),
    ("SA", "South America"),
];
const COUNTRIES: &str = include_str!("geo.txt");
/// The one country with subdivisions: "Route 53 doesn't support any other values for `SubdivisionCode`"
/// than those of its states (Route 53 model, `GeoLocation.SubdivisionCode`).
const WITH_STATES: &str = "US";
#[rustfmt::skip]
const STATES: [(&str, &str); 51] = [
    ("AK", "Alaska"), ("AL", "Alabama"), ("AR", "Arkansas"), ("AZ", "Arizona"), ("CA", "California"),
    ("CO", "Colorado"), ("CT", "Connecticut"), ("DC", "District of Columbia"), ("DE", "Delaware"),
    ("FL", "Florida"), ("GA", "Georgia"), ("HI", "Hawaii"), ("IA", "Iowa"), ("ID", "Idaho"), ("IL",
    "Illinois"), ("IN", "Indiana"), ("KS", "Kansas"), ("KY", "Kentucky"), ("LA", "Louisiana"), ("MA",
    "Massachusetts"), ("MD", "Maryland"), ("ME", "Maine"), ("MI", "Michigan"), ("MN", "Minnesota"),
    ("MO", "Missouri"), ("MS", "Mississippi"), ("MT", "Montana"), ("NC", "North Carolina"), ("ND",
    "North Dakota"), ("NE", "Nebraska"), ("NH", "New Hampshire"), ("NJ", "New Jersey"), ("NM", "New
    Mexico"), ("NV", "Nevada"), ("NY", "New York"), ("OH", "Ohio"), ("OK", "Oklahoma"), ("OR",
    "Oregon"), ("PA", "Pennsylvania"), ("RI", "Rhode Island"), ("SC", "South Carolina"), ("SD", "South
    Dakota"), ("TN", "Tennessee"), ("TX", "Texas"), ("UT", "Utah"), ("VA", "Virginia"), ("VT",
    "Vermont"), ("WA", "Washington"), ("WI", "Wisconsin"), ("WV", "West Virginia"), ("WY", "Wyoming"),
];

/// A place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Every place that no other record names.
    Default,
    /// Code and name.
    Country(&'static str, &'static str),
    /// Code and name, in the one country that has them.
    State(&'static str, &'static str),
    /// Code and name.
    Continent(&'static str, &'static str),
}

/// The codes by which a place is told: continent, country, subdivision.
pub(super) type Codes<T> = (Option<T>, Option<T>, Option<T>);

impl Place {
    /// The codes of the place.
    pub(super) fn codes(self) -> Codes<&'static str> {
        match self {
            Self::Default => (None, Some("*"), None),
            Self::Country(code, _) => (None, Some(code), None),
            Self::State(code, _) => (None, Some(WITH_STATES), Some(code)),
            Self::Continent(code, _) => (Some(code), None, None),
        }
    }
}

/// "Countries are listed first, and continents are listed last. If Amazon Route 53 supports
/// subdivisions for a country, the subdivisions for that country are listed in alphabetical order
/// immediately after the corresponding country" (Route 53 model, `ListGeoLocations`). That the default
/// comes before them all is unverified.
pub(super) fn places() -> impl Iterator<Item = Place> {
    let country = |line: &'static str| {
        let (code, rest) = line.split_once(' ')?;
        let (_continent, name) = rest.split_once(' ')?;
        Some(Place::Country(code, name))
    };
    let with_states = |country: Place| {
        let states = if country.codes().1 == Some(WITH_STATES) { &STATES[..] } else { &[] };
        [country].into_iter().chain(states.iter().map(|(code, name)| Place::State(code, name)))
    };
    let countries = COUNTRIES.lines().filter_map(country).flat_map(with_states);
    let continents = CONTINENTS.into_iter().map(|(code, name)| Place::Continent(code, name));
    [Place::Default].into_iter().chain(countries).chain(continents)
}

/// The place with these codes.
pub(super) fn place(codes: Codes<&str>) -> Option<Place> {
    places().find(|place| place.codes() == codes)
}

/// The name of the country that has states.
pub(super) fn country_of_states() -> &'static str {
    match place((None, Some(WITH_STATES), None)) {
        Some(Place::Country(_, name)) => name,
        _ => WITH_STATES,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_place_is_there_once_and_found_by_its_codes() {
        let all: Vec<_> = places().collect();
        assert_eq!(all.len(), 1 + COUNTRIES.lines().count() + STATES.len() + CONTINENTS.len());
        assert_eq!(all.iter().map(|place| place.codes()).collect::<BTreeSet<_>>().len(), all.len());
        assert!(all.iter().all(|found| place(found.codes()) == Some(*found)));
        assert_eq!(place((None, Some("XX"), None)), None);
        assert_eq!(place((None, Some("CA"), Some("BC"))), None);
        assert_eq!(place((Some("EU"), Some("FR"), None)), None);
    }

    #[test]
    fn countries_come_first_their_states_behind_them_and_continents_last() {
        let at = |codes| places().position(|place| place.codes() == codes).expect("a place");
        let us = at((None, Some("US"), None));
        assert_eq!(at((None, Some("US"), Some("AK"))), us + 1);
        assert!(at((None, Some("ZW"), None)) < at((Some("AF"), None, None)));
    }
}
