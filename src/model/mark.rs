//! How this tool marks what is its own.
//!
//! A health check carries tags. But `CreateHealthCheck` takes no tags, so between the two calls there
//! is a moment in which a crash would leave a check that nobody knows. Therefore the caller
//! reference alone already says whose it is:
//!
//! ```text
//! s3-failover:OWNER:SETTINGS:GENERATION
//!             │     │        └ 0, or, when Route 53 says that a deleted check had that, a number of this hour
//!             │     └ hash of the settings that cannot be changed in place
//!             └ hash of hosted zone, failover and role
//! ```
//!
//! The same wish gives the same reference, so a creation can be repeated without a second check
//! (Route 53 API reference, `CreateHealthCheck`, `CallerReference`).
//!
//! Records carry no tags. Beside each failover lies a plain TXT record, the marker, written and
//! removed in the same atomic batch as the records for whose names it speaks. It is not of the failover
//! policy, since a copy of that policy would need a health check of its own.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::{CallerReference, Fqdn, HostedZoneId, digest};

/// The first label of a record that is put into a zone and taken away again, to wait for all that was changed
/// before it.
pub const FENCE_LABEL: &str = "_s3-failover-fence";

/// First part of every caller reference of ours.
const REFERENCE_PREFIX: &str = "s3-failover:";
/// How a marker's value begins, its quotation mark included.
const MARKER_BEGIN: &str = "\"s3-failover v1 owns ";
/// How it ends.
const MARKER_END: &str = "\"";
const TAG_FAILOVER: &str = "s3-failover:failover";
const TAG_ROLE: &str = "s3-failover:role";
const TAG_ZONE: &str = "s3-failover:hosted-zone";
const TAG_SPEC: &str = "s3-failover:spec";
/// Says that a drill has changed the check on purpose, and which: its value is the name of the run. `apply` leaves it.
pub const TAG_DRILL: &str = "s3-failover:drill";
/// The tag that the Route 53 console shows as the check's name.
const TAG_NAME: &str = "Name";

/// What a health check does for its failover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckRole {
    /// Looks at the primary's endpoint, or follows its alarm.
    Primary,
    /// Looks at the secondary's endpoint, or follows its alarm.
    Secondary,
    /// Inverted; looks for the switch object in the secondary's bucket.
    Switch,
    /// Calculated: the primary's own check, the switch that is not thrown, and the checks of others that
    /// the spec counts.
    Combined,
    /// Calculated: the secondary's own check, and the checks of others that the spec counts.
    #[serde(rename = "secondary-combined")]
    SecondaryCombined,
}

impl CheckRole {
    /// Every role; one that is made of others comes after them.
    pub const ALL: [CheckRole; 5] = [
        CheckRole::Primary,
        CheckRole::Secondary,
        CheckRole::Switch,
        CheckRole::Combined,
        CheckRole::SecondaryCombined,
    ];

    /// In lower case, as tags and reports write it.
    pub fn as_str(self) -> &'static str {
        match self {
            CheckRole::Primary => "primary",
            CheckRole::Secondary => "secondary",
            CheckRole::Switch => "switch",
            CheckRole::Combined => "combined",
            CheckRole::SecondaryCombined => "secondary-combined",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

impl fmt::Display for CheckRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Whose a health check is: the failover of a hosted zone, and the role in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CheckOwner {
    /// The zone that holds the failover's records.
    pub zone: HostedZoneId,
    /// The failover's name.
    pub failover: Fqdn,
    /// What the check does for it.
    pub role: CheckRole,
}

impl CheckOwner {
    /// The tags of a check with this owner. `spec` is the name of the file that declared it, for
    /// people to read; nothing is decided by it.
    pub fn tags(&self, spec: &str) -> BTreeMap<String, String> {
        BTreeMap::from([
            (TAG_NAME.to_owned(), format!("{} {}", self.failover, self.role)),
            (TAG_FAILOVER.to_owned(), self.failover.to_string()),
            (TAG_ROLE.to_owned(), self.role.to_string()),
            (TAG_ZONE.to_owned(), self.zone.to_string()),
            (TAG_SPEC.to_owned(), spec.to_owned()),
        ])
    }

    /// Those of the tags by which [`CheckOwner::from_tags`] knows the owner.
    pub fn telling_tags(&self) -> BTreeMap<String, String> {
        let mut tags = self.tags("");
        tags.retain(|tag, _| [TAG_FAILOVER, TAG_ROLE, TAG_ZONE].contains(&tag.as_str()));
        tags
    }

    /// The owner that a check's tags name, if it is one of ours.
    pub fn from_tags(tags: &BTreeMap<String, String>) -> Option<Self> {
        Some(Self {
            zone: tags.get(TAG_ZONE)?.parse().ok()?,
            failover: tags.get(TAG_FAILOVER)?.parse().ok()?,
            role: CheckRole::parse(tags.get(TAG_ROLE)?)?,
        })
    }

    /// The name of the spec that declared the check with these tags.
    pub fn spec_of(tags: &BTreeMap<String, String>) -> Option<&str> {
        tags.get(TAG_SPEC).map(String::as_str)
    }

    /// The reference for a check of this owner with the given immutable settings (any text that is
    /// equal exactly when they are).
    pub fn reference(&self, settings: &str, generation: u32) -> CallerReference {
        format!("{}{}:{generation}", self.reference_prefix(), short_hash(settings))
            .parse()
            .expect("a prefix, two short hashes and a number are visible and short")
    }

    /// Whether a caller reference was made for this owner, whatever the settings.
    pub fn made(&self, reference: &CallerReference) -> bool {
        reference.as_str().starts_with(&self.reference_prefix())
    }

    fn reference_prefix(&self) -> String {
        format!("{REFERENCE_PREFIX}{}:", self.mark())
    }

    /// What of a caller reference says whose it is; see [`mark_of`].
    pub fn mark(&self) -> String {
        short_hash(&format!("{} {} {}", self.zone, self.failover, self.role))
    }
}

/// The mark of the owner for whom a caller reference of ours was made.
pub fn mark_of(reference: &CallerReference) -> Option<&str> {
    Some(reference.as_str().strip_prefix(REFERENCE_PREFIX)?.split_once(':')?.0)
}

/// The run of the drill that has changed the check with these tags, if one has.
pub fn drilled_by(tags: &BTreeMap<String, String>) -> Option<&str> {
    tags.get(TAG_DRILL).map(String::as_str)
}

/// Below this lie the objects by which drills measure what is lost, in both data buckets. Each is removed again.
pub const HEARTBEAT_PREFIX: &str = "s3-failover/heartbeat/";

/// The key of the object that says in the secondary's bucket that this failover is drilled.
pub fn drill_notice_key(failover: &Fqdn) -> String {
    format!("s3-failover/drill/{failover}.json")
}

/// Whether a health check with this caller reference was created by this tool.
pub fn is_ours(reference: &CallerReference) -> bool {
    reference.as_str().starts_with(REFERENCE_PREFIX)
}

/// One value of a failover's marker record, in presentation format: the records of ours at this name
/// are ours. A marker has a value for the failover's own name and one for each pointer.
pub fn marker_value(name: &Fqdn) -> String {
    format!("{MARKER_BEGIN}{name}{MARKER_END}")
}

/// The name for which a value of a marker record speaks, if it is one.
pub fn marked_name(value: &str) -> Option<Fqdn> {
    value.strip_prefix(MARKER_BEGIN)?.strip_suffix(MARKER_END)?.parse().ok()
}

/// The first 16 hex digits of a SHA-256: 64 bits, enough to tell an account's checks apart.
fn short_hash(text: &str) -> String {
    digest(text.as_bytes())[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(role: CheckRole) -> CheckOwner {
        CheckOwner {
            zone: "Z1".parse().expect("an id"),
            failover: "data.example.com".parse().expect("a name"),
            role,
        }
    }

    #[test]
    fn the_same_wish_gives_the_same_reference() {
        let reference = owner(CheckRole::Primary).reference("https x /y", 0);
        assert_eq!(reference, owner(CheckRole::Primary).reference("https x /y", 0));
        assert!(reference.as_str().len() <= 64);
        assert!(is_ours(&reference));
        assert!(owner(CheckRole::Primary).made(&reference));
        assert!(owner(CheckRole::Primary).made(&owner(CheckRole::Primary).reference("other", 3)));
        assert!(!owner(CheckRole::Secondary).made(&reference));
        assert_eq!(mark_of(&reference), Some(owner(CheckRole::Primary).mark().as_str()));
        assert_eq!(mark_of(&"of somebody else: 1".parse().expect("a reference")), None);
    }

    #[test]
    fn tags_name_their_owner() {
        for role in CheckRole::ALL {
            assert_eq!(CheckOwner::from_tags(&owner(role).tags("failover.toml")), Some(owner(role)));
            assert_eq!(CheckOwner::from_tags(&owner(role).telling_tags()), Some(owner(role)));
        }
        assert_eq!(CheckOwner::from_tags(&BTreeMap::new()), None);
    }

    #[test]
    fn a_marker_names_what_it_speaks_for() {
        let name: Fqdn = "us-east-1.data.example.com".parse().expect("a name");
        assert_eq!(marked_name(&marker_value(&name)), Some(name));
        assert_eq!(marked_name("\"v=spf1 -all\""), None);
    }
}
