//! Which hosted zone holds a name?
//!
//! The zone with the longest name above it, as Route 53 itself would serve it. A public and a private zone may
//! have one name, several private ones too: only a person knows which is meant.

use crate::{account::Zone, model::Fqdn, spec::ZoneRef};

/// No zone, or not one zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ZoneUnknown {
    /// No zone of the account lies above the name.
    #[error("no hosted zone of the account holds {name}")]
    None {
        /// The name.
        name: Fqdn,
    },
    /// Several zones have the longest name.
    #[error("{name} may stand in several hosted zones: {}", .zones.join(", "))]
    Several {
        /// The name.
        name: Fqdn,
        /// Their ids, and whether they are public.
        zones: Vec<String>,
    },
    /// The zone that was named is not there.
    #[error("the account has no hosted zone {zone}")]
    NotThere {
        /// As it was named.
        zone: String,
    },
    /// The name lies outside the zone that was named.
    #[error("{name} lies outside the hosted zone {zone}")]
    Outside {
        /// The name.
        name: Fqdn,
        /// The zone and its id.
        zone: String,
    },
}

/// The zone of the account that holds `name`, and how a spec names it: by its name where that is enough.
/// `wanted` is the zone that a person has named.
pub fn zone_for(
    name: &Fqdn,
    zones: &[Zone],
    wanted: Option<&ZoneRef>,
) -> Result<(Zone, ZoneRef), ZoneUnknown> {
    let mut candidates: Vec<&Zone> = match wanted {
        Some(ZoneRef::Id(id)) => zones.iter().filter(|zone| zone.id == *id).collect(),
        Some(ZoneRef::Name(apex)) => zones.iter().filter(|zone| zone.name == *apex).collect(),
        None => zones.iter().filter(|zone| name.is_within(&zone.name)).collect(),
    };
    if let Some(wanted) = wanted {
        let Some(first) = candidates.first() else {
            return Err(ZoneUnknown::NotThere { zone: told(wanted) });
        };
        if !name.is_within(&first.name) {
            return Err(ZoneUnknown::Outside { name: name.clone(), zone: describe(first) });
        }
    }
    let longest = candidates.iter().map(|zone| zone.name.labels().count()).max();
    candidates.retain(|zone| Some(zone.name.labels().count()) == longest);
    match candidates.as_slice() {
        [] => Err(ZoneUnknown::None { name: name.clone() }),
        [zone] => {
            let alone = zones.iter().filter(|other| other.name == zone.name).count() == 1;
            let by = if alone { ZoneRef::Name(zone.name.clone()) } else { ZoneRef::Id(zone.id.clone()) };
            Ok(((*zone).clone(), by))
        }
        several => {
            let zones = several.iter().map(|zone| describe(zone)).collect();
            Err(ZoneUnknown::Several { name: name.clone(), zones })
        }
    }
}

/// A zone in words, with its id.
pub(super) fn describe(zone: &Zone) -> String {
    format!("{} ({}, {})", zone.name, zone.id, if zone.private { "private" } else { "public" })
}

fn told(zone: &ZoneRef) -> String {
    match zone {
        ZoneRef::Name(name) => name.to_string(),
        ZoneRef::Id(id) => id.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(id: &str, name: &str, private: bool) -> Zone {
        Zone { id: id.parse().expect("an id"), name: name.parse().expect("a name"), private }
    }

    fn found(name: &str, zones: &[Zone], wanted: Option<&str>) -> Result<(String, ZoneRef), ZoneUnknown> {
        let wanted = wanted.map(|text| text.parse().expect("a zone"));
        let found = zone_for(&name.parse().expect("a name"), zones, wanted.as_ref());
        found.map(|(zone, by)| (zone.id.to_string(), by))
    }

    #[test]
    fn the_longest_name_above_wins() {
        let zones = [
            zone("Z1", "com", false),
            zone("Z2", "example.com", false),
            zone("Z3", "data.example.com", true),
        ];
        let by = |name: &str| ZoneRef::Name(name.parse().expect("a name"));
        assert_eq!(found("a.data.example.com", &zones, None), Ok(("Z3".to_owned(), by("data.example.com"))));
        assert_eq!(found("baddata.example.com", &zones, None), Ok(("Z2".to_owned(), by("example.com"))));
        assert_eq!(found("a.data.example.com", &zones, Some("Z2")), Ok(("Z2".to_owned(), by("example.com"))));
        assert_eq!(
            found("a.example.org", &zones, None).expect_err("none").to_string(),
            "no hosted zone of the account holds a.example.org"
        );
        assert_eq!(
            found("a.example.org", &zones, Some("example.com")).expect_err("outside").to_string(),
            "a.example.org lies outside the hosted zone example.com (Z2, public)"
        );
        assert_eq!(
            found("a.example.org", &zones, Some("Z9")).expect_err("gone").to_string(),
            "the account has no hosted zone Z9"
        );
    }

    #[test]
    fn two_of_one_name_are_told_by_their_ids() {
        let zones = [zone("Z1", "example.com", false), zone("Z2", "example.com", true)];
        assert_eq!(
            found("data.example.com", &zones, None).expect_err("two").to_string(),
            "data.example.com may stand in several hosted zones: example.com (Z1, public), example.com (Z2, private)"
        );
        assert!(found("data.example.com", &zones, Some("example.com")).is_err());
        let by_id = ZoneRef::Id("Z2".parse().expect("an id"));
        assert_eq!(found("data.example.com", &zones, Some("Z2")), Ok(("Z2".to_owned(), by_id)));
    }
}
