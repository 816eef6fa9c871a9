//! What can still change on a version once it is written?
//!
//! Its bytes never do. Its tags, its ACL and its object lock do, and such a change travels by itself:
//! from a source to its replicas always, and from a replica back where a rule has replica modification
//! sync (S3 User Guide, `replication-for-metadata-changes`).
//!
//! Each kind of change carries a [`Stamp`]. When both sides change the same kind while they cannot
//! reach each other, the later stamp wins on both, so that they end alike; S3 does not say what it
//! does then (unverified).

use std::collections::BTreeMap;

use jiff::Timestamp;
use s3s::dto;

/// What can change on a version after it was written.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Attributes {
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its ACL, when one was put.
    pub acl: Option<dto::AccessControlPolicy>,
    /// Until when it is kept.
    pub retention: Option<dto::ObjectLockRetention>,
    /// Whether it is kept without a date.
    pub legal_hold: Option<dto::ObjectLockLegalHold>,
    stamps: BTreeMap<Modification, Stamp>,
}

/// When something was changed; the number orders what happened at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stamp {
    pub at: Timestamp,
    pub number: u64,
}

/// A kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Modification {
    /// `PutObjectTagging`, `DeleteObjectTagging`.
    Tags,
    /// `PutObjectAcl`.
    Acl,
    /// `PutObjectRetention`.
    Retention,
    /// `PutObjectLegalHold`.
    LegalHold,
}

impl Modification {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Tags, Self::Acl, Self::Retention, Self::LegalHold];
}

impl Attributes {
    /// Those of an upload with these tags.
    pub(crate) fn tagged(tags: BTreeMap<String, String>) -> Self {
        Self { tags, ..Self::default() }
    }

    /// Notes that one kind was changed.
    pub(super) fn stamp(&mut self, what: Modification, stamp: Stamp) {
        self.stamps.insert(what, stamp);
    }

    /// Takes each kind over that was changed later on the other side.
    pub(super) fn take_later(&mut self, other: &Self) {
        for what in Modification::ALL {
            let Some(stamp) = other.stamps.get(&what).filter(|stamp| Some(*stamp) > self.stamps.get(&what))
            else {
                continue;
            };
            match what {
                Modification::Tags => self.tags.clone_from(&other.tags),
                Modification::Acl => self.acl.clone_from(&other.acl),
                Modification::Retention => self.retention.clone_from(&other.retention),
                Modification::LegalHold => self.legal_hold.clone_from(&other.legal_hold),
            }
            self.stamps.insert(what, *stamp);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(tag: &str, second: i64, number: u64) -> Attributes {
        let mut attributes = Attributes::tagged(BTreeMap::from([("side".to_owned(), tag.to_owned())]));
        let at = Timestamp::from_second(second).expect("a date");
        attributes.stamp(Modification::Tags, Stamp { at, number });
        attributes
    }

    #[test]
    fn the_later_change_wins_on_both_sides() {
        for (one, other) in
            [(tags("one", 1, 7), tags("other", 2, 8)), (tags("one", 2, 7), tags("other", 2, 8))]
        {
            let (mut here, mut there) = (one.clone(), other.clone());
            here.take_later(&other);
            there.take_later(&one);
            assert_eq!((&here, &there), (&other, &other));
        }
    }

    #[test]
    fn a_kind_that_nobody_changed_stays() {
        let mut here = Attributes::tagged(BTreeMap::from([("from".to_owned(), "upload".to_owned())]));
        let upload = here.clone();
        here.take_later(&Attributes::default());
        assert_eq!(here, upload);
    }
}
