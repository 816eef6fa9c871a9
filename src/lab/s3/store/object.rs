//! An object, and the versions that one key has.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use jiff::Timestamp;
use s3s::{
    crypto::{Checksum as _, Md5},
    dto,
};
use serde::{Deserialize, Serialize};

use super::{Attributes, Versioning, modification::Stamps};
use crate::lab::{
    encoding::hex,
    s3::checksum::{Algorithm, Checksum},
    state::arc,
};

/// The version id of what was written without versioning (S3 User Guide, `Versioning`).
pub(crate) const NULL_VERSION: &str = "null";

/// What was uploaded: the bytes and everything that is handed out with them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Object {
    /// The content. Kept by `kept`.
    #[serde(skip)]
    pub bytes: Bytes,
    /// S3's entity tag: the MD5 of the content in hex, or that of the parts' MD5s with their number.
    pub etag: String,
    /// The checksum that the client sent, or the one that S3 adds.
    pub checksum: Option<Checksum>,
    /// How it was uploaded, when that was in parts.
    pub parts: Vec<ObjectPart>,
    /// What is told about it.
    pub attributes: Attributes,
}

/// One part of an object that was uploaded in parts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ObjectPart {
    /// Its number, as the client chose it.
    pub number: i32,
    /// How many bytes it has.
    pub size: usize,
    /// Its own checksum, when the upload has one for each part.
    pub checksum: Option<Checksum>,
}

impl Object {
    /// An object of which nothing is known but its content.
    pub(crate) fn new(bytes: Bytes) -> Self {
        Self::with_checksum(bytes, None)
    }

    /// An object with the checksum that its client sent; without one S3 adds a CRC-64/NVME itself (S3
    /// User Guide, `checking-object-integrity`).
    pub(crate) fn with_checksum(bytes: Bytes, checksum: Option<Checksum>) -> Self {
        let checksum = checksum.unwrap_or_else(|| Checksum::of(Algorithm::Crc64Nvme, &bytes));
        Self { etag: entity_tag(&bytes), bytes, checksum: Some(checksum), ..Self::default() }
    }

    /// Its size, as the protocol wants it.
    pub(crate) fn size(&self) -> i64 {
        i64::try_from(self.bytes.len()).unwrap_or(i64::MAX)
    }
}

/// The entity tag of what is uploaded at once: its MD5, in hex.
pub(crate) fn entity_tag(bytes: &[u8]) -> String {
    hex(Md5::checksum(bytes).as_ref())
}

/// What a version is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Content {
    /// An object.
    Object(#[serde(with = "arc")] Arc<Object>),
    /// The mark that the key was deleted.
    DeleteMarker,
}

/// How far something got on its way to one bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Progress {
    /// It waits.
    Pending,
    /// It arrived.
    Completed,
    /// It never will.
    Failed,
}

/// How far the replication of one version got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ReplicationState {
    /// No rule applied when it was written.
    NotReplicated,
    /// It was written here, and these are the buckets that it goes to.
    Source(BTreeMap<String, Progress>),
    /// It came from another bucket, and goes nowhere from here (S3 User Guide,
    /// `replication-what-is-isnot-replicated`); but what was changed on it here goes back to these.
    Replica(BTreeMap<String, Progress>),
}

impl ReplicationState {
    /// The value of `x-amz-replication-status`. "The header of the source object will only return a value
    /// of COMPLETED when replication is successful to all destinations. The header will remain at value
    /// PENDING until replication has completed for all destinations. If one or more destinations fails
    /// replication the header will return FAILED." A replica says REPLICA when "there is no replica
    /// modification replication in progress" (S3 API reference, `HeadObject`).
    pub(crate) fn status(&self) -> Option<&'static str> {
        let (ways, done) = match self {
            Self::NotReplicated => return None,
            Self::Source(ways) => (ways, dto::ReplicationStatus::COMPLETED),
            Self::Replica(ways) => (ways, dto::ReplicationStatus::REPLICA),
        };
        let any = |progress| ways.values().any(|way| *way == progress);
        Some(match (any(Progress::Failed), any(Progress::Pending)) {
            (true, _) => dto::ReplicationStatus::FAILED,
            (false, true) => dto::ReplicationStatus::PENDING,
            (false, false) => done,
        })
    }
}

/// One version of a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Version {
    /// Its id, or [`NULL_VERSION`].
    pub id: String,
    /// When it was written first; a replica keeps its original's (S3 User Guide, `replication`).
    pub modified: Timestamp,
    /// What it is.
    pub content: Content,
    /// When what can change did.
    pub stamps: Stamps,
    /// How far its replication got.
    pub replication: ReplicationState,
}

impl Version {
    /// The object, unless this is a delete marker.
    pub(crate) fn object(&self) -> Option<&Arc<Object>> {
        match &self.content {
            Content::Object(object) => Some(object),
            Content::DeleteMarker => None,
        }
    }

    /// The object, to be changed, unless this is a delete marker.
    pub(crate) fn object_mut(&mut self) -> Option<&mut Object> {
        match &mut self.content {
            Content::Object(object) => Some(Arc::make_mut(object)),
            Content::DeleteMarker => None,
        }
    }
}

/// What a DELETE did.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Deleted {
    /// A delete marker was made, or was what got removed.
    pub delete_marker: bool,
    /// The version that was made or removed.
    pub version_id: Option<String>,
}

/// The versions of one key, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct History {
    pub(super) versions: Vec<Version>,
}

impl History {
    /// The newest version.
    pub(crate) fn current(&self) -> Option<&Version> {
        self.versions.last()
    }

    /// The newest version, when it is an object.
    pub(crate) fn current_object(&self) -> Option<(&Version, &Arc<Object>)> {
        self.current().and_then(|version| version.object().map(|object| (version, object)))
    }

    /// The version with this id.
    pub(crate) fn version(&self, id: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.id == id)
    }

    /// The same, to be changed.
    pub(crate) fn version_mut(&mut self, id: &str) -> Option<&mut Version> {
        self.versions.iter_mut().find(|version| version.id == id)
    }

    /// All versions, the newest first.
    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &Version> {
        self.versions.iter().rev()
    }

    /// The newest version, to be changed.
    pub(crate) fn current_mut(&mut self) -> Option<&mut Version> {
        self.versions.last_mut()
    }

    /// Whether nothing is left of the key.
    pub(crate) fn is_empty(&self) -> bool {
        self.versions.is_empty()
    }

    /// All versions, the oldest first.
    #[cfg(test)]
    pub(super) fn oldest_first(&self) -> impl Iterator<Item = &Version> {
        self.versions.iter()
    }

    /// Adds a version that is written now. Without versioning, and while it is suspended, it takes
    /// the place of the null version (S3 User Guide, `AddingObjectstoVersionSuspendedBuckets`).
    pub(crate) fn push(&mut self, versioning: Versioning, version: Version) {
        if versioning != Versioning::Enabled {
            self.remove(NULL_VERSION);
        }
        self.versions.push(version);
    }

    /// Adds a version that was written earlier, elsewhere. It stands where its date puts it, and of two
    /// that were written at one moment the one with the greater id is the later: so both sides agree on
    /// the current version after both wrote the same key. What S3 does then is unverified; that the
    /// latest write wins is plausible, and it is what S3 says of writes to one bucket.
    pub(crate) fn insert_replica(&mut self, replica: Version) {
        self.remove(&replica.id);
        let age = |version: &Version| (version.modified, version.id.len(), version.id.clone());
        let place = self.versions.partition_point(|version| age(version) <= age(&replica));
        self.versions.insert(place, replica);
    }

    /// Removes the version with this id.
    pub(crate) fn remove(&mut self, id: &str) -> Option<Version> {
        let place = self.versions.iter().position(|version| version.id == id)?;
        Some(self.versions.remove(place))
    }
}
