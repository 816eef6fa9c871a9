//! Do the conditions of a read hold? By entity tag and by time, in the order that HTTP gives them.
//!
//! S3 API reference, `GetObject`: when `If-Match` holds and `If-Unmodified-Since` does not, the answer
//! is 200; when `If-None-Match` does not hold and `If-Modified-Since` does, it is 304. So an entity tag
//! that is asked for decides alone. Times have seconds only (RFC 9110, section 5.6.7).

use jiff::Timestamp;
use s3s::{S3Error, S3Result, dto, s3_error};

use super::{errors::headers, time};
use crate::lab::s3::store::StoreError;

/// What a request asks for.
pub(super) struct Conditions<'a> {
    pub matches: Option<&'a dto::ETagCondition>,
    pub none_matches: Option<&'a dto::ETagCondition>,
    pub modified_since: Option<&'a dto::Timestamp>,
    pub unmodified_since: Option<&'a dto::Timestamp>,
}

/// Which of them does not hold.
#[derive(Debug, PartialEq, Eq)]
enum Failed {
    Precondition,
    NotModified,
}

impl Conditions<'_> {
    /// The refusal of a GET or HEAD, when there is one.
    pub(super) fn check(&self, etag: &str, modified: Timestamp) -> S3Result<()> {
        match self.failed(etag, modified) {
            None => Ok(()),
            Some(Failed::Precondition) => Err(StoreError::ConditionFailed.into()),
            Some(Failed::NotModified) => Err(not_modified(etag, modified)),
        }
    }

    /// The refusal of a copy: there is no 304 (S3 API reference, `CopyObject`: "412 Precondition
    /// Failed").
    pub(super) fn check_for_copy(&self, etag: &str, modified: Timestamp) -> S3Result<()> {
        match self.failed(etag, modified) {
            None => Ok(()),
            Some(_) => Err(StoreError::ConditionFailed.into()),
        }
    }

    fn failed(&self, etag: &str, modified: Timestamp) -> Option<Failed> {
        let modified = in_seconds(modified);
        let is = |condition: &dto::ETagCondition| match condition {
            dto::ETagCondition::Any => true,
            dto::ETagCondition::ETag(wanted) => wanted.value() == etag,
        };
        let unmodified = |since: &dto::Timestamp| modified <= *since;
        let first = self.matches.map(is).or_else(|| self.unmodified_since.map(unmodified));
        if first == Some(false) {
            return Some(Failed::Precondition);
        }
        let second = self.none_matches.map(|condition| !is(condition));
        let second = second.or_else(|| self.modified_since.map(|since| modified > *since));
        (second == Some(false)).then_some(Failed::NotModified)
    }
}

fn in_seconds(moment: Timestamp) -> dto::Timestamp {
    time(Timestamp::from_second(moment.as_second()).expect("seconds of a time are a time"))
}

fn not_modified(etag: &str, modified: Timestamp) -> S3Error {
    let mut error = s3_error!(NotModified, "Not Modified");
    let mut date = Vec::new();
    // A date that cannot be written is left out.
    let _ = in_seconds(modified).format(dto::TimestampFormat::HttpDate, &mut date);
    let date = String::from_utf8(date).unwrap_or_default();
    error.set_headers(headers(&[("etag", &format!("\"{etag}\"")), ("last-modified", &date)]));
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entity_tag_decides_alone() {
        let modified = Timestamp::from_millisecond(1_000_500).expect("a time");
        let before = in_seconds(Timestamp::from_second(999).expect("a time"));
        let same = in_seconds(modified);
        let tag = |text: &str| dto::ETagCondition::ETag(dto::ETag::Strong(text.to_owned()));
        let (ours, other) = (tag("a"), tag("b"));
        let precondition = Some(Failed::Precondition);
        let not_modified = Some(Failed::NotModified);
        for (name, matches, none_matches, unmodified_since, modified_since, expected) in [
            ("nothing", None, None, None, None, None),
            ("match", Some(&ours), None, None, None, None),
            ("match of another", Some(&other), None, None, None, precondition),
            ("unmodified since before", None, None, Some(&before), None, Some(Failed::Precondition)),
            ("unmodified since the same second", None, None, Some(&same), None, None),
            ("match, though modified", Some(&ours), None, Some(&before), None, None),
            ("none match", None, Some(&ours), None, None, not_modified),
            ("none match of another", None, Some(&other), None, None, None),
            ("modified since before", None, None, None, Some(&before), None),
            ("modified since the same second", None, None, None, Some(&same), Some(Failed::NotModified)),
            (
                "none match, though modified",
                None,
                Some(&ours),
                None,
                Some(&before),
                Some(Failed::NotModified),
            ),
        ] {
            let conditions = Conditions { matches, none_matches, modified_since, unmodified_since };
            assert_eq!(conditions.failed("a", modified), expected, "{name}");
        }
    }
}
