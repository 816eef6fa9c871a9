//! Which requests does CloudFront answer by itself, without a look at cache or origins?
//!
//! 1. One that is too long: 413, and the connection ends (CloudFront Developer Guide,
//!    `RequestAndResponseBehaviorS3Origin`: 20,480 bytes of request, 8,192 of URL).
//! 2. One for another host: 403 "Bad request".
//! 3. One whose method the distribution does not allow: 403.
//! 4. A GET with a body: 403 (same page of the guide); the lab does the same for HEAD.

use hyper::{HeaderMap, Method, Request, StatusCode, header};

use super::{config::AllowedMethods, pages};

/// "The maximum length of a request, including the path, the query string (if any), and headers".
const MOST_REQUEST_BYTES: usize = 20_480;
/// "CloudFront constructs a URL from the request. The maximum length of this URL is 8192 bytes."
const MOST_URL_BYTES: usize = 8_192;

/// The refusal of a request, by the numbered rules above.
pub(super) fn refusal<B: hyper::body::Body>(
    request: &Request<B>,
    is_ours: impl Fn(&str) -> bool,
    methods: AllowedMethods,
) -> Option<(StatusCode, &'static str)> {
    let uri = request.uri().to_string();
    let host = host(request).unwrap_or_default();
    let headers: usize =
        request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    let method = request.method();
    let reads = [Method::GET, Method::HEAD].contains(method);
    if uri.len() + host.len() > MOST_URL_BYTES || uri.len() + headers > MOST_REQUEST_BYTES {
        Some((StatusCode::PAYLOAD_TOO_LARGE, pages::TOO_LARGE))
    } else if !is_ours(without_port(host)) {
        Some((StatusCode::FORBIDDEN, pages::BAD_REQUEST))
    } else if !methods.include(method) {
        Some((StatusCode::FORBIDDEN, pages::METHOD))
    } else if reads && has_body(request.headers()) {
        Some((StatusCode::FORBIDDEN, pages::BAD_REQUEST))
    } else {
        None
    }
}

/// The host of a request: of its target when that is a whole URL (RFC 9112, section 3.2.2), else of its
/// header.
fn host<B>(request: &Request<B>) -> Option<&str> {
    let by_header = || request.headers().get(header::HOST)?.to_str().ok();
    request.uri().authority().map(hyper::http::uri::Authority::as_str).or_else(by_header)
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

fn has_body(headers: &HeaderMap) -> bool {
    headers.contains_key(header::TRANSFER_ENCODING)
        || headers.get(header::CONTENT_LENGTH).is_some_and(|length| length != "0")
}

#[cfg(test)]
mod tests {
    use http_body_util::Empty;

    use super::*;

    fn refused(method: &str, uri: &str, headers: &[(&str, &str)]) -> Option<(u16, &'static str)> {
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Empty::<bytes::Bytes>::new()).expect("a request");
        let found = refusal(&request, |host| host == "ours", AllowedMethods::GetHead);
        found.map(|(status, sentence)| (status.as_u16(), sentence))
    }

    #[test]
    fn what_is_not_even_begun() {
        let ours = ("host", "ours:8080");
        assert_eq!(refused("GET", "/a", &[ours]), None);
        assert_eq!(refused("GET", "http://ours/a", &[("host", "other")]), None);
        assert_eq!(refused("GET", "/a", &[("host", "ours")]), None);
        assert_eq!(refused("GET", "/a", &[]), Some((403, pages::BAD_REQUEST)));
        assert_eq!(refused("GET", "/a", &[("host", "other")]), Some((403, pages::BAD_REQUEST)));
        for method in ["POST", "OPTIONS", "TRACE"] {
            assert_eq!(refused(method, "/a", &[ours]), Some((403, pages::METHOD)));
        }
        assert_eq!(refused("GET", "/a", &[ours, ("content-length", "1")]), Some((403, pages::BAD_REQUEST)));
        assert_eq!(refused("GET", "/a", &[ours, ("content-length", "0")]), None);
    }

    #[test]
    fn what_is_too_long() {
        let ours = ("host", "ours");
        let path = |length: usize| format!("/{}", "a".repeat(length - 1));
        assert_eq!(refused("GET", &path(8_192 - 4), &[ours]), None);
        assert_eq!(refused("GET", &path(8_192 - 3), &[ours]), Some((413, pages::TOO_LARGE)));
        let header = "a".repeat(20_480);
        assert_eq!(refused("GET", "/", &[ours, ("x", &header)]), Some((413, pages::TOO_LARGE)));
    }
}
