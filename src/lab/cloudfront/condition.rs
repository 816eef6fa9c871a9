//! Does a viewer want the object that is there, by the conditions of the request?

use hyper::{HeaderMap, header, header::HeaderName};

use super::freshness::date;

/// What the conditions come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The object is sent.
    Send,
    /// 304.
    NotModified,
    /// 412.
    Failed,
}

/// Holds a viewer's conditions against an object, in the order of RFC 9110, section 13.2.2.
pub(super) fn judge(viewer: &HeaderMap, object: &HeaderMap) -> Verdict {
    let etag = object.get(header::ETAG).and_then(|value| value.to_str().ok());
    let modified = object.get(header::LAST_MODIFIED).and_then(|value| date(value.as_bytes()));
    let asked = |name: HeaderName| viewer.get(name).and_then(|value| value.to_str().ok());
    let since = |name| Some((asked(name).and_then(|text| date(text.as_bytes()))?, modified?));
    if let Some(list) = asked(header::IF_MATCH) {
        if !names(list, etag) {
            return Verdict::Failed;
        }
    } else if let Some((moment, modified)) = since(header::IF_UNMODIFIED_SINCE)
        && modified > moment
    {
        return Verdict::Failed;
    }
    if let Some(list) = asked(header::IF_NONE_MATCH) {
        if names(list, etag) {
            return Verdict::NotModified;
        }
    } else if let Some((moment, modified)) = since(header::IF_MODIFIED_SINCE)
        && modified <= moment
    {
        return Verdict::NotModified;
    }
    Verdict::Send
}

/// Whether a range is still wanted: `If-Range` names the object that is there, or is absent (RFC 9110,
/// section 13.1.5).
pub(super) fn range_holds(viewer: &HeaderMap, object: &HeaderMap) -> bool {
    viewer.get(header::IF_RANGE).is_none_or(|wanted| {
        Some(wanted) == object.get(header::ETAG) || Some(wanted) == object.get(header::LAST_MODIFIED)
    })
}

/// Whether a list of entity tags holds this one. The weak comparison serves both conditions, since S3's tags
/// are strong and go through unchanged.
fn names(list: &str, etag: Option<&str>) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    etag.is_some_and(|etag| list.trim() == "*" || list.split(',').any(|one| opaque(one) == opaque(etag)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(HeaderName, &'static str)| {
            (name.clone(), header::HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn conditions_in_their_order() {
        let object =
            headers(&[(header::ETAG, "\"a\""), (header::LAST_MODIFIED, "Thu, 01 Jan 2026 00:00:00 GMT")]);
        let (before, after) = ("Wed, 31 Dec 2025 00:00:00 GMT", "Fri, 02 Jan 2026 00:00:00 GMT");
        let table: [(&[(HeaderName, &'static str)], Verdict); 11] = [
            (&[], Verdict::Send),
            (&[(header::IF_NONE_MATCH, "\"a\"")], Verdict::NotModified),
            (&[(header::IF_NONE_MATCH, "\"b\", W/\"a\"")], Verdict::NotModified),
            (&[(header::IF_NONE_MATCH, "*")], Verdict::NotModified),
            (&[(header::IF_NONE_MATCH, "\"b\""), (header::IF_MODIFIED_SINCE, after)], Verdict::Send),
            (&[(header::IF_MODIFIED_SINCE, after)], Verdict::NotModified),
            (&[(header::IF_MODIFIED_SINCE, before)], Verdict::Send),
            (&[(header::IF_MATCH, "\"b\"")], Verdict::Failed),
            (&[(header::IF_MATCH, "\"a\""), (header::IF_UNMODIFIED_SINCE, before)], Verdict::Send),
            (&[(header::IF_UNMODIFIED_SINCE, before)], Verdict::Failed),
            (&[(header::IF_MODIFIED_SINCE, "yesterday")], Verdict::Send),
        ];
        for (viewer, expected) in table {
            assert_eq!(judge(&headers(viewer), &object), expected, "{viewer:?}");
        }
    }
}
