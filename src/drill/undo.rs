//! What mends again what a drill broke, whole: whoever has it needs nothing else, on any machine.

use serde::{Deserialize, Serialize};

use crate::model::{AssumedRole, BucketName, HealthCheckId, Region};

/// A bucket, as it is written into a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BucketPlace {
    /// The bucket.
    pub bucket: BucketName,
    /// Where it is.
    pub region: Region,
    /// As whom it is asked, if not as the own identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<AssumedRole>,
}

/// How to undo one step of a drill. Each may be done again and again, and by anybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "undo", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Undo {
    /// The health check's `Inverted` is set back to this.
    Inverted {
        /// Which check.
        check: HealthCheckId,
        /// What it was.
        inverted: bool,
        /// As whom Route 53 is asked, if not as the own identity.
        #[serde(skip_serializing_if = "Option::is_none")]
        role: Option<AssumedRole>,
    },
    /// Block Public Access of a bucket is set back to this; nothing: there was no setting.
    PublicAccess {
        /// Which bucket.
        at: BucketPlace,
        /// `BlockPublicAcls`, `IgnorePublicAcls`, `BlockPublicPolicy`, `RestrictPublicBuckets`.
        before: Option<[bool; 4]>,
    },
    /// The statement with this id is taken out of a bucket's policy.
    Statement {
        /// Which bucket.
        at: BucketPlace,
        /// The statement's `Sid`.
        sid: String,
    },
    /// An object that we put is deleted.
    Object {
        /// Which bucket.
        at: BucketPlace,
        /// Its key.
        key: String,
    },
    /// Everything that we put below a prefix of our own is deleted.
    Prefix {
        /// Which bucket.
        at: BucketPlace,
        /// The prefix.
        prefix: String,
    },
    /// A fault of the lab is set back to this.
    LabFault {
        /// The lab's admin address.
        admin: String,
        /// Which part of it.
        target: String,
        /// What it was.
        before: String,
    },
}
