//! What can still change on a version once it is written?
//!
//! Its bytes never do. Its tags, its ACL and its object lock do, and such a change travels by itself:
//! from a source to its replicas always, and from a replica back where both sides have replica
//! modification sync (S3 User Guide, `replication-for-metadata-changes`).
//!
//! Each kind of change carries a [`Stamp`]. When both sides change the same kind while they cannot
//! reach each other, the later stamp wins on both, so that they end alike; S3 does not say what it
//! does then (unverified).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Version;

/// A kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum Modification {
    /// `PutObjectTagging`, `DeleteObjectTagging`.
    Tags,
    /// `PutObjectAcl`. The lab's buckets have ACLs disabled, so there is nothing to carry over.
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

/// When something was changed; the number orders what happened at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Stamp {
    pub at: Timestamp,
    pub number: u64,
}

/// When each kind was changed last; what was given with the upload has no stamp.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stamps(BTreeMap<Modification, Stamp>);

impl Stamps {
    /// Notes that one kind was changed.
    pub(super) fn set(&mut self, what: Modification, stamp: Stamp) {
        self.0.insert(what, stamp);
    }
}

impl Version {
    /// Takes over what was changed later on another copy of the same version.
    pub(super) fn take_later_changes(&mut self, other: &Self) {
        let later = |what: &Modification| other.stamps.0.get(what) > self.stamps.0.get(what);
        let later: Vec<Modification> = Modification::ALL.into_iter().filter(later).collect();
        for what in later {
            if let (Some(ours), Some(theirs)) = (self.object_mut(), other.object()) {
                let (ours, theirs) = (&mut ours.attributes, &theirs.attributes);
                match what {
                    Modification::Tags => ours.tags.clone_from(&theirs.tags),
                    Modification::Acl => {}
                    Modification::Retention => ours.retention.clone_from(&theirs.retention),
                    Modification::LegalHold => ours.legal_hold = theirs.legal_hold,
                }
            }
            self.stamps.0.extend(other.stamps.0.get(&what).map(|stamp| (what, *stamp)));
        }
    }
}
