//! An object, and the versions that one key has.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use jiff::Timestamp;
use s3s::{
    crypto::{Checksum as _, Md5},
    dto,
};
use serde::{Deserialize, Serialize};

use super::{Versioning, kept::checksum};
use crate::lab::{encoding::hex, state::arc};

/// The version id of what was written without versioning (S3 User Guide, `Versioning`).
pub(crate) const NULL_VERSION: &str = "null";

/// What was uploaded: the bytes and everything that is handed out with them. It never changes.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Object {
    /// The content. Kept by `kept`.
    #[serde(skip)]
    pub bytes: Bytes,
    /// MD5 of the content in hex, as S3's entity tag of a single upload.
    pub etag: String,
    /// The checksum that the client sent, or the one that S3 adds.
    #[serde(with = "checksum")]
    pub checksum: dto::Checksum,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
    /// `Content-Disposition`.
    pub content_disposition: Option<String>,
    /// `Content-Encoding`.
    pub content_encoding: Option<String>,
    /// `Content-Language`.
    pub content_language: Option<String>,
    /// `Expires`.
    pub expires: Option<dto::Timestamp>,
    /// The user's `x-amz-meta-` headers.
    pub metadata: Option<dto::Metadata>,
}

impl Object {
    /// An object of which nothing is known but its content.
    pub(crate) fn new(bytes: Bytes) -> Self {
        let etag = hex(Md5::checksum(&bytes).as_ref());
        Self { bytes, etag, ..Self::default() }
    }
}

/// What a version is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Content {
    /// An object.
    Object(#[serde(with = "arc")] Arc<Object>),
    /// The mark that the key was deleted.
    DeleteMarker,
}

/// How far the replication of one version got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, Serialize, Deserialize)]
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
