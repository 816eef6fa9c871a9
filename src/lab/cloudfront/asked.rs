//! What does a viewer want of an object, what is an origin asked for it, and what becomes of the answer?

use bytes::Bytes;
use hyper::{
    HeaderMap, Method, Request, StatusCode, header,
    header::{HeaderName, HeaderValue},
};

use super::{
    cache::{Entry, Key, Part},
    condition::{self, Verdict},
    config::{CachePolicy, ForwardedQuery},
    fetch::Order,
    range::{self, Wanted},
};
use crate::lab::encoding::{percent_decoded, percent_encoded};

/// Headers of a viewer that an origin gets with a request that writes. Of a read it gets none but the range:
/// what a policy does not name stays with CloudFront (CloudFront Developer Guide,
/// `controlling-origin-requests`).
const WRITTEN: [HeaderName; 7] = [
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::CONTENT_ENCODING,
    header::CONTENT_LANGUAGE,
    header::CONTENT_DISPOSITION,
    header::CACHE_CONTROL,
    header::EXPIRES,
];

/// Headers that speak of one connection, or that CloudFront sets anew (CloudFront Developer Guide,
/// `RequestAndResponseBehaviorS3Origin`, "HTTP response headers that CloudFront removes or updates").
const NOT_PASSED_ON: [HeaderName; 9] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    header::SET_COOKIE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::VIA,
    header::AGE,
    HeaderName::from_static("x-cache"),
];

/// A GET or HEAD for an object.
pub(super) struct Asked {
    pub(super) key: Key,
    head: bool,
    viewer: HeaderMap,
}

impl Asked {
    pub(super) fn by<B>(request: &Request<B>, policy: &CachePolicy) -> Self {
        let viewer = request.headers().clone();
        let head = request.method() == Method::HEAD;
        let range = viewer.get(header::RANGE).and_then(|value| value.to_str().ok());
        let part = match range.and_then(range::single) {
            _ if head => Part::Head,
            // Whether the range is wanted is known when the object is.
            Some(range) if !viewer.contains_key(header::IF_RANGE) => Part::Range(range.to_owned()),
            _ => Part::Whole,
        };
        Self {
            key: Key { path: request.uri().path().to_owned(), query: query(request, policy), part },
            head,
            viewer,
        }
    }

    /// What an origin is asked: for the part, unless an object that has expired can be confirmed whole.
    pub(super) fn order(&self, expired: Option<&Entry>, more: HeaderMap) -> Order {
        let mut headers = more;
        let mut method = if self.head { Method::HEAD } else { Method::GET };
        match expired {
            Some(entry) if !entry.is_error() && entry.status == StatusCode::OK => {
                // "CloudFront adds one or both of the following" (RequestAndResponseBehaviorS3Origin).
                for (of_the_object, asked) in [
                    (header::ETAG, header::IF_NONE_MATCH),
                    (header::LAST_MODIFIED, header::IF_MODIFIED_SINCE),
                ] {
                    if let Some(value) = entry.headers.get(of_the_object) {
                        headers.insert(asked, value.clone());
                    }
                }
                if self.key.part != Part::Head || !entry.body.is_empty() {
                    method = Method::GET;
                }
            }
            _ => {
                if let Part::Range(range) = &self.key.part
                    && let Ok(range) = range.parse()
                {
                    headers.insert(header::RANGE, range);
                }
            }
        }
        Order { method, target: target(&self.key.path, self.key.query.as_deref()), headers, body: None }
    }

    /// The key under which the answer to an order is kept.
    pub(super) fn kept_as(&self, order: &Method, status: StatusCode) -> Key {
        let part = match &self.key.part {
            _ if order == Method::HEAD => Part::Head,
            Part::Range(range) if status == StatusCode::PARTIAL_CONTENT => Part::Range(range.clone()),
            _ => Part::Whole,
        };
        Key { part, ..self.key.clone() }
    }

    /// What the viewer gets of an entry: all, a part, or only word that nothing has changed.
    pub(super) fn reply(&self, entry: &Entry) -> (StatusCode, HeaderMap, Bytes) {
        let mut headers = entry.headers.clone();
        let body = |bytes: Bytes| if self.head { Bytes::new() } else { bytes };
        if !matches!(entry.status, StatusCode::OK | StatusCode::PARTIAL_CONTENT) {
            return (entry.status, headers, body(entry.body.clone()));
        }
        match condition::judge(&self.viewer, &headers) {
            Verdict::Send => {}
            Verdict::NotModified => {
                headers.remove(header::CONTENT_LENGTH);
                headers.remove(header::CONTENT_RANGE);
                return (StatusCode::NOT_MODIFIED, headers, Bytes::new());
            }
            Verdict::Failed => return (StatusCode::PRECONDITION_FAILED, empty(), Bytes::new()),
        }
        let range = self.viewer.get(header::RANGE).and_then(|value| value.to_str().ok());
        let range = range.filter(|_| condition::range_holds(&self.viewer, &entry.headers));
        let (Some(range), StatusCode::OK) = (range, entry.status) else {
            return (entry.status, headers, body(entry.body.clone()));
        };
        let length = length(entry);
        match range::within(range, length) {
            Wanted::Whole => (entry.status, headers, body(entry.body.clone())),
            Wanted::Part(part) => {
                let content_range = format!("bytes {}-{}/{length}", part.start, part.end - 1);
                set(&mut headers, header::CONTENT_RANGE, &content_range);
                set(&mut headers, header::CONTENT_LENGTH, &(part.end - part.start).to_string());
                let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(entry.body.len());
                (
                    StatusCode::PARTIAL_CONTENT,
                    headers,
                    body(entry.body.slice(place(part.start)..place(part.end))),
                )
            }
            Wanted::Unsatisfiable => {
                let mut headers = empty();
                set(&mut headers, header::CONTENT_RANGE, &format!("bytes */{length}"));
                (StatusCode::RANGE_NOT_SATISFIABLE, headers, Bytes::new())
            }
        }
    }
}

/// What an origin is asked in the name of a viewer whose method is not cached.
pub(super) fn passed_on<B>(request: &Request<B>, policy: &CachePolicy, more: HeaderMap) -> Order {
    let mut headers = more;
    for (name, value) in request.headers() {
        let of_s3 = |start| name.as_str().starts_with(start);
        if WRITTEN.contains(name) || of_s3("x-amz-meta-") || of_s3("x-amz-checksum-") {
            headers.append(name, value.clone());
        }
    }
    let target = target(request.uri().path(), query(request, policy).as_deref());
    Order { method: request.method().clone(), target, headers, body: None }
}

/// The headers of an origin's answer that a viewer gets.
pub(super) fn for_the_viewer(mut headers: HeaderMap) -> HeaderMap {
    for name in NOT_PASSED_ON {
        headers.remove(name);
    }
    headers
}

fn query<B>(request: &Request<B>, policy: &CachePolicy) -> Option<String> {
    match policy.query {
        ForwardedQuery::None => None,
        ForwardedQuery::All => request.uri().query().map(str::to_owned),
    }
}

/// The length of the object: that of the body, or what a HEAD has said.
fn length(entry: &Entry) -> u64 {
    let said = entry.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    said.unwrap_or(entry.body.len() as u64)
}

/// The path in the one way in which S3 writes it when it checks a signature.
fn target(path: &str, query: Option<&str>) -> String {
    let path = percent_encoded(&percent_decoded(path));
    match query {
        Some(query) => format!("{path}?{query}"),
        None => path,
    }
}

fn empty() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::SERVER, HeaderValue::from_static("CloudFront"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    headers
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    headers.insert(name, value.parse().expect("numbers and spaces can stand in a header"));
}
