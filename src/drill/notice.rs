//! Who drills a failover at present? Told by an object in the secondary's bucket, where every machine can read it.
//!
//! ```text
//!   post  ──▶ put, if nothing is there ("If-None-Match: *"): of two drills anywhere, one is refused
//!   update ─▶ put, if it is still what we put: each step stands in it before it is taken
//!   take_down ──▶ deleted at the end; where versions are kept, a delete marker stays
//! ```
//!
//! Whoever finds one, on whatever machine, has in it all that undoes what was broken. That it lies with the
//! secondary and not with the primary is no accident: the primary is what is going to be broken. Where a whole bucket
//! is public, the notice is public too: it names machines and users, and no secrets.

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{BucketPlace, Undo};
use crate::{
    account::{AccountError, Buckets, Conditional, ETag, PutWhen},
    model::{Fqdn, Side, drill_notice_key},
    spec::Failover,
};

/// The kind and version of the document.
const SCHEMA: &str = "s3-failover/drill-notice/v1";

/// The document. Keys may be added, never renamed: versions of this tool read each other's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// `s3-failover/drill-notice/v1`.
    pub schema: String,
    /// The name of the drill's run.
    pub run: String,
    /// What is drilled.
    pub failover: Fqdn,
    /// How it is broken.
    pub fault: String,
    /// The machine that drills.
    pub host: String,
    /// The number of the process there.
    pub process: u32,
    /// Whoever started it.
    pub who: String,
    /// When it began, by the clock of the world.
    pub since: Timestamp,
    /// When it will have ended at the latest.
    pub until: Timestamp,
    /// Every step, written down before it is taken.
    pub steps: Vec<NoticeStep>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoticeStep {
    /// In words, as a phrase.
    pub what: String,
    /// What undoes it.
    pub undo: Undo,
    /// Whether it was undone.
    #[serde(default)]
    pub undone: bool,
}

/// What came of posting one.
#[derive(Clone, Debug, PartialEq)]
pub enum Posted {
    /// It stands, at this version.
    Ours(ETag),
    /// Somebody else's stood there already.
    Theirs(Box<Notice>),
}

/// What became of one that was to be taken down.
#[derive(Clone, Debug, PartialEq)]
pub enum TakenDown {
    /// It is gone now.
    Gone,
    /// None was there.
    Absent,
    /// It is another run's, and stays.
    Theirs(Box<Notice>),
}

/// A notice could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum NoticeError {
    /// S3 refused, or could not be asked.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// Something is there, of a version that we do not know or of somebody else.
    #[error("s3://{bucket}/{key} is no notice of a drill that this version can read: {why}", bucket = at.bucket)]
    Unreadable {
        /// Where.
        at: Box<BucketPlace>,
        /// Which object.
        key: String,
        /// Why not.
        why: String,
    },
    /// It came and went, or changes again and again.
    #[error("the notice s3://{bucket}/{key} was changed by somebody else at the same time", bucket = at.bucket)]
    Changed {
        /// Where.
        at: Box<BucketPlace>,
        /// Which object.
        key: String,
    },
}

impl NoticeError {
    /// What the person at the terminal can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Account(error) => error.hint(),
            Self::Unreadable { .. } => {
                "Look at the object: a newer version of this tool may have written it, and can recover from it. Delete \
                 it by hand if nothing is drilled."
            }
            Self::Changed { .. } => {
                "Somebody else drills or recovers the same failover: wait, and look again."
            }
        }
    }
}

impl Notice {
    /// The schema that this version writes.
    pub fn schema() -> String {
        SCHEMA.to_owned()
    }

    /// The key of the notice of this failover.
    pub fn key(failover: &Fqdn) -> String {
        drill_notice_key(failover)
    }

    /// The bucket that holds it: the secondary's own.
    pub fn place(failover: &Failover) -> BucketPlace {
        BucketPlace::of(failover, Side::Secondary)
    }

    /// What takes it down.
    pub fn undo(&self, at: &BucketPlace) -> Undo {
        Undo::Object { at: at.clone(), key: Self::key(&self.failover), holds: Some(self.run.clone()) }
    }

    /// Whether its drill should have ended by now.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.until < now
    }

    /// Puts it up, unless somebody's is there. Put up again, it is found to be ours.
    pub async fn post(&self, buckets: &Buckets, at: &BucketPlace) -> Result<Posted, NoticeError> {
        let key = Self::key(&self.failover);
        let put = buckets.put(&at.store(), &key, self.body(), &PutWhen::Absent).await?;
        if let Conditional::Done(etag) = put {
            return Ok(Posted::Ours(etag));
        }
        match Self::read(buckets, at, &self.failover).await? {
            // The answer to an earlier try was lost.
            Some((theirs, etag)) if theirs == *self => Ok(Posted::Ours(etag)),
            Some((theirs, _)) => Ok(Posted::Theirs(Box::new(theirs))),
            None => Err(NoticeError::Changed { at: Box::new(at.clone()), key }),
        }
    }

    /// Writes it anew, if it is still the version that we put.
    pub async fn update(
        &self,
        buckets: &Buckets,
        at: &BucketPlace,
        etag: &ETag,
    ) -> Result<ETag, NoticeError> {
        let key = Self::key(&self.failover);
        match buckets.put(&at.store(), &key, self.body(), &PutWhen::Same(etag.clone())).await? {
            Conditional::Done(etag) => Ok(etag),
            Conditional::Changed => match Self::read(buckets, at, &self.failover).await? {
                Some((now, etag)) if now == *self => Ok(etag),
                _ => Err(NoticeError::Changed { at: Box::new(at.clone()), key }),
            },
        }
    }

    /// The notice of a failover, if there is one.
    pub async fn read(
        buckets: &Buckets,
        at: &BucketPlace,
        failover: &Fqdn,
    ) -> Result<Option<(Self, ETag)>, NoticeError> {
        let key = Self::key(failover);
        let Some((body, etag)) = buckets.take(&at.store(), &key).await? else { return Ok(None) };
        let unreadable =
            |why: String| NoticeError::Unreadable { at: Box::new(at.clone()), key: key.clone(), why };
        let notice: Self = serde_json::from_slice(&body).map_err(|error| unreadable(error.to_string()))?;
        if notice.schema != SCHEMA {
            return Err(unreadable(format!("its schema is `{}`", notice.schema)));
        }
        Ok(Some((notice, etag)))
    }

    /// Takes down the notice of a failover, if it is this run's.
    pub async fn take_down(
        buckets: &Buckets,
        at: &BucketPlace,
        failover: &Fqdn,
        run: &str,
    ) -> Result<TakenDown, NoticeError> {
        match Self::read(buckets, at, failover).await? {
            None => Ok(TakenDown::Absent),
            Some((theirs, _)) if theirs.run != run => Ok(TakenDown::Theirs(Box::new(theirs))),
            Some(_) => {
                buckets.remove(&at.store(), &Self::key(failover)).await?;
                Ok(TakenDown::Gone)
            }
        }
    }

    fn body(&self) -> Bytes {
        let text = serde_json::to_string_pretty(self).expect("a document of texts, numbers and lists");
        Bytes::from(text + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice() -> Notice {
        Notice {
            schema: Notice::schema(),
            run: "20261122T010000Z-0badcafe".to_owned(),
            failover: "data.example.com".parse().expect("a name"),
            fault: "invert".to_owned(),
            host: "alpha".to_owned(),
            process: 7,
            who: "ops".to_owned(),
            since: "2026-11-22T01:00:00Z".parse().expect("a time"),
            until: "2026-11-22T01:30:00Z".parse().expect("a time"),
            steps: Vec::new(),
        }
    }

    #[test]
    fn a_notice_lies_below_a_prefix_of_ours() {
        assert_eq!(Notice::key(&notice().failover), "s3-failover/drill/data.example.com.json");
    }

    #[test]
    fn a_notice_is_good_until_its_time_has_passed() {
        let notice = notice();
        assert!(!notice.is_expired(notice.until));
        assert!(notice.is_expired(notice.until + jiff::SignedDuration::from_millis(1)));
    }

    /// What a later version adds, this one does not stumble over.
    #[test]
    fn keys_may_be_added() {
        let mut text: serde_json::Value = serde_json::from_slice(&notice().body()).expect("JSON");
        text["colour"] = "red".into();
        assert_eq!(serde_json::from_value::<Notice>(text).expect("a notice"), notice());
    }
}
