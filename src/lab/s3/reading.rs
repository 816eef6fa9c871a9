//! What does a request say of itself before anybody looks closer? Bucket, region, body.

use hyper::{HeaderMap, Method, Request, Uri, header};
use s3s::dto;

use super::host::Host;

/// How many names there are: the bucket's, and those of which the key consists.
pub(super) fn segments(uri: &Uri, headers: &HeaderMap) -> usize {
    let in_path = uri.path().split('/').filter(|segment| !segment.is_empty()).count();
    in_path + usize::from(host(headers).bucket().is_some())
}

/// The bucket that a request names, by its host or by the first segment of its path.
pub(super) fn bucket(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    if let Some(bucket) = host(headers).bucket() {
        return Some(bucket.to_owned());
    }
    let segment = uri.path().trim_start_matches('/').split('/').next()?;
    (!segment.is_empty()).then(|| segment.to_owned())
}

/// Whether a body comes behind the headers.
pub(super) fn has_body(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH);
    headers.contains_key(header::TRANSFER_ENCODING) || length.is_some_and(|length| length.as_bytes() != b"0")
}

/// What the Host header says.
pub(super) fn host(headers: &HeaderMap) -> Host {
    headers.get(header::HOST).and_then(|value| value.to_str().ok()).map_or(Host::Address, Host::parse)
}

/// Whether a request creates a bucket: then its bucket lives nowhere yet.
pub(super) fn creates_bucket(method: &Method, uri: &Uri, headers: &HeaderMap) -> bool {
    method == Method::PUT
        && segments(uri, headers) == 1
        && uri.query().is_none_or(|query| query.is_empty() || query == "x-id=CreateBucket")
}

/// The region that a request was signed for, by header or by query (the credential scope of `SigV4`,
/// `KEY/DATE/REGION/s3/aws4_request`).
pub(super) fn signed_region(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    signed_scope(uri, headers)?.split('/').nth(2).map(str::to_owned)
}

/// The credential and the scope that a request was signed with.
pub(super) fn signed_scope(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let by_header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let by_header =
        by_header.and_then(|text| text.split_once("Credential=")).map(|(_, scope)| scope.to_owned());
    let by_query = || {
        let scope = uri.query()?.split('&').find_map(|pair| pair.strip_prefix("X-Amz-Credential="))?;
        Some(scope.replace("%2F", "/").replace("%2f", "/"))
    };
    let scope = by_header.or_else(by_query)?;
    scope.split(',').next().map(str::to_owned)
}

/// Whether the Range header says no range that S3 looks at: what is none, and what are several, it takes
/// for a question for the whole (seen on AWS: `noobaa/noobaa-core#9889`, `basho/riak_cs#304`). A signed header
/// must stay for the signature's sake, so that such a request is refused by `s3s`.
pub(super) fn has_strange_range<B>(request: &Request<B>) -> bool {
    let Some(range) = request.headers().get(header::RANGE) else { return false };
    // `s3s` reads a suffix without a length as one of no bytes.
    let is_one = range.to_str().is_ok_and(|range| range != "bytes=-" && dto::Range::parse(range).is_ok());
    !is_one && !signs(request.uri(), request.headers(), header::RANGE.as_str())
}

/// Whether a request's signature, in header or query, covers a header.
fn signs(uri: &Uri, headers: &HeaderMap, name: &str) -> bool {
    let by_header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let by_header = by_header.and_then(|text| text.split_once("SignedHeaders=")).map(|(_, names)| names);
    let mut pairs = uri.query().unwrap_or_default().split('&');
    let names = by_header.or_else(|| pairs.find_map(|pair| pair.strip_prefix("X-Amz-SignedHeaders=")));
    let names = names.and_then(|names| names.split(',').next()).unwrap_or_default();
    names.replace("%3B", ";").replace("%3b", ";").split(';').any(|signed| signed == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &'static str) -> HeaderMap {
        [(name, header::HeaderValue::from_static(value))].into_iter().collect()
    }

    #[test]
    fn the_signed_region_is_in_header_or_query() {
        let header = headers(
            header::AUTHORIZATION,
            "AWS4-HMAC-SHA256 Credential=K/20260101/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=0",
        );
        let plain = Uri::from_static("/b");
        let presigned = Uri::from_static(
            "/b/k?X-Amz-Credential=K%2F20260101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=0",
        );
        assert_eq!(signed_region(&plain, &header).as_deref(), Some("eu-west-1"));
        assert_eq!(signed_region(&presigned, &HeaderMap::new()).as_deref(), Some("us-east-1"));
        assert_eq!(signed_region(&plain, &HeaderMap::new()), None);
        assert_eq!(signed_region(&plain, &headers(header::AUTHORIZATION, "Basic eDp5")), None);
        assert_eq!(signed_region(&plain, &headers(header::AUTHORIZATION, "x Credential=K")), None);
    }

    #[test]
    fn only_a_bare_put_creates_a_bucket() {
        let creates = |method: Method, uri: &'static str, host: &'static str| {
            creates_bucket(&method, &Uri::from_static(uri), &headers(header::HOST, host))
        };
        assert!(creates(Method::PUT, "/b", "127.0.1.1:80"));
        assert!(creates(Method::PUT, "/", "b.s3.us-east-1.amazonaws.com"));
        assert!(!creates(Method::PUT, "/b/k", "127.0.1.1:80"));
        assert!(!creates(Method::PUT, "/k", "b.s3.us-east-1.amazonaws.com"));
        assert!(!creates(Method::PUT, "/b?policy", "127.0.1.1:80"));
        assert!(!creates(Method::HEAD, "/b", "127.0.1.1:80"));
    }
}
