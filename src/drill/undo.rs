//! What mends again what a drill broke, whole: whoever has it needs nothing else, on any machine.

use serde::{Deserialize, Serialize};

use crate::{
    account::{Role, Store},
    model::{AssumedRole, BucketName, HealthCheckId, Region, Side},
    spec::Failover,
};

/// A bucket, as it is written into a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BucketPlace {
    /// The bucket.
    pub bucket: BucketName,
    /// Where it is.
    pub region: Region,
    /// As whom it is asked, if not as the own identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<AssumedRole>,
}

impl BucketPlace {
    /// The bucket that holds the health object of a side, and of the secondary the switch.
    pub fn of_sentinel(failover: &Failover, side: Side) -> Self {
        Self { bucket: failover.sentinel(side).clone(), ..Self::of(failover, side) }
    }

    /// The bucket of a side.
    pub fn of(failover: &Failover, side: Side) -> Self {
        let side = failover.side(side);
        Self { bucket: side.bucket.clone(), region: side.region.clone(), role: side.role.clone() }
    }

    /// The same, as it is asked.
    pub fn store(&self) -> Store {
        let named = format!("the role of the bucket {}", self.bucket);
        let role = self.role.clone().map(|role| Role { role, named });
        Store { bucket: self.bucket.clone(), region: self.region.clone(), role }
    }
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
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<AssumedRole>,
        /// The run whose tag it carries. With the tag of another one it is no longer this one's to mend.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        run: Option<String>,
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
        /// The whole text of the policy before; nothing: there was none. It comes back, letter by letter, when
        /// nothing else was changed meanwhile.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<String>,
    },
    /// An object that we put is deleted.
    Object {
        /// Which bucket.
        at: BucketPlace,
        /// Its key.
        key: String,
        /// What stands in it, if it is ours; with anything else in it, it stays.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        holds: Option<String>,
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
        /// What it was set to; at anything else it is somebody else's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        set: Option<String>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a version of this tool wrote, every later one must be able to undo.
    #[test]
    fn what_was_written_down_is_read_again() {
        for text in [
            r#"{"undo":"inverted","check":"abc","inverted":false,"run":"r"}"#,
            r#"{"undo":"inverted","check":"abc","inverted":true,"role":{"role_arn":"arn:aws:iam::111122223333:role/dns"}}"#,
            r#"{"undo":"public-access","at":{"bucket":"my-bucket","region":"us-east-1"},"before":null}"#,
            r#"{"undo":"public-access","at":{"bucket":"my-bucket","region":"us-east-1"},"before":[true,false,true,false]}"#,
            r#"{"undo":"statement","at":{"bucket":"my-bucket","region":"us-east-1"},"sid":"S","before":"{}"}"#,
            r#"{"undo":"object","at":{"bucket":"my-bucket","region":"us-east-1"},"key":"k","holds":"r"}"#,
            r#"{"undo":"prefix","at":{"bucket":"my-bucket","region":"us-east-1"},"prefix":"p/"}"#,
            r#"{"undo":"lab-fault","admin":"http://127.0.0.1:1","target":"us-east-1","before":"none","set":"refuse"}"#,
        ] {
            let undo: Undo = serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(serde_json::to_string(&undo).expect("JSON"), text);
        }
    }
}
