//! How does a request reach the region that shall answer it? Through the region's own door, as a request
//! for the bucket there, signed by the lab.
//!
//! What was signed for the access point (`SigV4A`, its host) says nothing to a region, whose S3 knows `SigV4`
//! and its own host. So the caller's signature, which has been checked, is taken off and the lab's put
//! on. The word about the body stays as it was, so that the body is checked where it is read, in one
//! piece or in chunks, and never held here. The access point's name goes along, for the policy of the
//! bucket.

use hyper::{
    HeaderMap, Request, Uri,
    body::Incoming,
    header::{AUTHORIZATION, HOST, HeaderName, HeaderValue},
};

use super::{
    claim::Claim,
    routes::Route,
    signature::{Signed, UNSIGNED, authorization},
};
use crate::{clock::Clock, lab::s3::DataAccessPoint};

const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const PAYLOAD: HeaderName = HeaderName::from_static("x-amz-content-sha256");
/// Headers that belong to the caller's signature.
const OF_THE_SIGNATURE: [HeaderName; 3] = [
    AUTHORIZATION,
    HeaderName::from_static("x-amz-region-set"),
    HeaderName::from_static("x-amz-security-token"),
];
/// Parameters that do.
const PARAMETERS: [&str; 9] = [
    "X-Amz-Algorithm",
    "X-Amz-Content-Sha256",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Region-Set",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
];

/// The request as the region's door takes it; nothing when it cannot be written so.
pub(super) fn hand_over(
    mut request: Request<Incoming>,
    claim: &Claim,
    route: &Route,
    arn: String,
) -> Option<Request<Incoming>> {
    let host = format!("{}.s3.{}.{}", route.bucket, route.region, route.region.dns_suffix());
    *request.uri_mut() = bare(request.uri())?;
    let headers = request.headers_mut();
    for name in OF_THE_SIGNATURE {
        headers.remove(name);
    }
    headers.insert(HOST, HeaderValue::from_str(&host).ok()?);
    // An address may have been signed days ago, and is good all the same.
    let date = match claim.presigned {
        None => claim.signed_at().to_owned(),
        Some(_) => Clock::system().now().strftime("%Y%m%dT%H%M%SZ").to_string(),
    };
    headers.insert(DATE, HeaderValue::from_str(&date).ok()?);
    headers.entry(PAYLOAD).or_insert(HeaderValue::from_static(UNSIGNED));
    let payload = payload(request.headers()).to_owned();
    let signed = Signed {
        method: request.method(),
        uri: request.uri(),
        headers: request.headers(),
        payload: &payload,
    };
    let authorization = authorization(signed, &host, &route.region, &date)?;
    request.headers_mut().insert(AUTHORIZATION, HeaderValue::from_str(&authorization).ok()?);
    request.extensions_mut().insert(DataAccessPoint(arn));
    Some(request)
}

/// What the caller says about the body; a query that is signed says nothing, which means unsigned.
pub(super) fn payload(headers: &HeaderMap) -> &str {
    headers.get(PAYLOAD).and_then(|value| value.to_str().ok()).unwrap_or(UNSIGNED)
}

/// The address without host and signature.
fn bare(uri: &Uri) -> Option<Uri> {
    let ours = |pair: &&str| !PARAMETERS.contains(&pair.split('=').next().unwrap_or_default());
    let query: Vec<&str> = uri.query().unwrap_or_default().split('&').filter(ours).collect();
    let query = query.join("&");
    let path = uri.path();
    if query.is_empty() { path.parse().ok() } else { format!("{path}?{query}").parse().ok() }
}
