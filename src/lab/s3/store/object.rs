//! An object, and the versions that one key has.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use jiff::Timestamp;
use s3s::{
    crypto::{Checksum as _, Md5},
    dto,
};

use super::{Attributes, Versioning};
use crate::lab::{
    encoding::hex,
    s3::checksum::{Algorithm, Checksum},
};

/// The version id of what was written without versioning (S3 User Guide, `Versioning`).
pub(crate) const NULL_VERSION: &str = "null";

/// What was uploaded: the bytes and everything that is handed out with them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Object {
    /// The content.
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
#[derive(Clone, Debug)]
pub(crate) struct ObjectPart {
    /// Its number, as the client chose it.
    pub number: i32,
    /// How many bytes it has.
    pub size: usize,
    /// Its own checksum, when the upload has one for each part.
    pub checksum: Option<Checksum>,
}

impl Object {
    /// An object of which nothing is known but its content. S3 adds a checksum itself (S3 User Guide,
    /// `checking-object-integrity`).
    pub(crate) fn new(bytes: Bytes) -> Self {
        let etag = hex(Md5::checksum(&bytes).as_ref());
        let checksum = Some(Checksum::of(Algorithm::Crc64Nvme, &bytes));
        Self { bytes, etag, checksum, ..Self::default() }
    }

    /// Its size, as the protocol wants it.
    pub(crate) fn size(&self) -> i64 {
        i64::try_from(self.bytes.len()).unwrap_or(i64::MAX)
    }
}

/// What a version is.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// An object.
    Object(Arc<Object>),
    /// The mark that the key was deleted.
    DeleteMarker,
}

/// How far the replication of one version got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ReplicationState {
    /// No rule applied when it was written.
    NotReplicated,
    /// On its way to these buckets; `true` once it arrived, `false` when it never can.
    Source(BTreeMap<String, Option<bool>>),
    /// It came from another bucket, and goes nowhere from here (S3 User Guide,
    /// `replication-what-is-isnot-replicated`).
    Replica,
}

impl ReplicationState {
    /// The value of `x-amz-replication-status`. COMPLETED means at all destinations (S3 User Guide,
    /// `replication-status`).
    pub(crate) fn status(&self) -> Option<&'static str> {
        match self {
            Self::NotReplicated => None,
            Self::Replica => Some(dto::ReplicationStatus::REPLICA),
            Self::Source(to) if to.values().any(|arrived| *arrived == Some(false)) => {
                Some(dto::ReplicationStatus::FAILED)
            }
            Self::Source(to) if to.values().any(Option::is_none) => Some(dto::ReplicationStatus::PENDING),
            Self::Source(_) => Some(dto::ReplicationStatus::COMPLETED),
        }
    }
}

/// One version of a key.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    /// Its id, or [`NULL_VERSION`].
    pub id: String,
    /// When it was written first; a replica keeps its original's (S3 User Guide, `replication`).
    pub modified: Timestamp,
    /// What it is.
    pub content: Content,
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
    versions: Vec<Version>,
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

    /// Adds a version that is written now. Without versioning, and while it is suspended, it takes
    /// the place of the null version (S3 User Guide, `AddingObjectstoVersionSuspendedBuckets`).
    pub(crate) fn push(&mut self, versioning: Versioning, version: Version) {
        if versioning != Versioning::Enabled {
            self.remove(NULL_VERSION);
        }
        self.versions.push(version);
    }

    /// Adds a version that was written earlier, elsewhere. It stands where its date puts it: which
    /// version is the current one after both sides wrote the same key is unverified, and the latest
    /// write is the plausible answer.
    pub(crate) fn insert_replica(&mut self, replica: Version) {
        self.remove(&replica.id);
        let place = self.versions.partition_point(|version| version.modified <= replica.modified);
        self.versions.insert(place, replica);
    }

    /// Removes the version with this id.
    pub(crate) fn remove(&mut self, id: &str) -> Option<Version> {
        let place = self.versions.iter().position(|version| version.id == id)?;
        Some(self.versions.remove(place))
    }
}
