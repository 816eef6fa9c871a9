//! How does a region refuse what never comes to an operation? In S3's own documents.

use std::fmt::Write as _;

use hyper::{HeaderMap, StatusCode, Uri, header};
use quick_xml::escape::escape;
use s3s::{Body, HttpResponse};

use super::reading::segments;
use crate::model::Region;

/// The connection ends without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the lab cut the connection")]
pub(crate) struct Cut;

/// Sub-resources that S3 has and `s3s` does not know: without a refusal here, a question for one would
/// be taken for one about the bucket or the object itself, and a deletion for its deletion.
const NEWER: [&str; 7] = [
    "abac",
    "annotation",
    "metadataAnnotationTable",
    "metadataConfiguration",
    "metadataInventoryTable",
    "metadataJournalTable",
    "renameObject",
];

/// The refusal of a request for one of these.
pub(super) fn newer_than_the_lab(uri: &Uri, headers: &HeaderMap) -> Option<HttpResponse> {
    let mut names = uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split('=').next());
    // Of an object, `?encryption` is as new as the others; of a bucket it is old.
    let newer = |name: &str| NEWER.contains(&name) || (name == "encryption" && segments(uri, headers) > 1);
    // What Object Lambda answers with is no bucket, whose name would have no upper case.
    let object_lambda = uri.path() == "/WriteGetObjectResponse";
    if !object_lambda && !names.any(newer) {
        return None;
    }
    let message = "A header you provided implies functionality that is not implemented";
    Some(refusal(StatusCode::NOT_IMPLEMENTED, "NotImplemented", message, &[], None))
}

/// The regions whose buckets S3 redirects to; for those that were launched after 20 March 2019 it
/// answers 400 (S3 User Guide, `UsingRouting`).
const REDIRECTED_REGIONS: [&str; 21] = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ca-central-1",
    "sa-east-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "cn-north-1",
    "cn-northwest-1",
    "us-gov-east-1",
    "us-gov-west-1",
];

/// The answer to a request for a bucket that lives in another region, `home`. Code and sentence of
/// the 400 are unverified.
pub(super) fn redirect(bucket: &str, home: &Region) -> HttpResponse {
    if !REDIRECTED_REGIONS.contains(&home.as_str()) {
        let message = format!(
            "The {home} location constraint is incompatible for the region specific endpoint this request was sent to."
        );
        let code = "IllegalLocationConstraintException";
        return refusal(StatusCode::BAD_REQUEST, code, &message, &[], Some(home));
    }
    let endpoint = format!("{bucket}.s3.{home}.{}", home.dns_suffix());
    let message = "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.";
    let more = [("Endpoint", endpoint.as_str()), ("Bucket", bucket)];
    refusal(StatusCode::MOVED_PERMANENTLY, "PermanentRedirect", message, &more, Some(home))
}

/// How long a signed address is good at most, in seconds.
const LONGEST: i64 = 604_800;

/// The refusal of a signed address that says to be good for less than a second, or for more than seven
/// days (S3 API reference, `sigv4-query-string-auth`). Zero is left to whoever looks at the time.
pub(super) fn good_for_no_time(uri: &Uri) -> Option<HttpResponse> {
    let seconds = uri.query()?.split('&').find_map(|pair| pair.strip_prefix("X-Amz-Expires="))?;
    let message = match seconds.parse::<i64>() {
        Ok(0..=LONGEST) => return None,
        Ok(i64::MIN..0) => "X-Amz-Expires must be non-negative",
        Ok(_) => {
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds"
        }
        Err(_) => "X-Amz-Expires should be a number",
    };
    Some(refusal(StatusCode::BAD_REQUEST, "AuthorizationQueryParametersError", message, &[], None))
}

/// The refusal of a request that says in two ways who it is from, or in a way that S3 does not have. The
/// sentences are S3's, as its users quote them.
pub(super) fn odd_authorization(uri: &Uri, headers: &HeaderMap) -> Option<HttpResponse> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().unwrap_or_default();
    let in_query =
        |name: &str| uri.query().is_some_and(|query| query.split('&').any(|pair| pair.starts_with(name)));
    let named = [("ArgumentName", "Authorization"), ("ArgumentValue", text)];
    let (code, message) = if in_query("X-Amz-Algorithm=") || in_query("Signature=") {
        (
            "InvalidArgument",
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified",
        )
    } else if !text.starts_with("AWS") {
        ("InvalidArgument", "Unsupported Authorization Type")
    } else if text.starts_with("AWS4-")
        && !["Credential=", "SignedHeaders=", "Signature="].iter().all(|part| text.contains(part))
    {
        (
            "AuthorizationHeaderMalformed",
            "The authorization header is malformed; the authorization header requires three components: Credential, SignedHeaders, and Signature.",
        )
    } else {
        return None;
    };
    let more = if code == "InvalidArgument" { &named[..] } else { &[] };
    Some(refusal(StatusCode::BAD_REQUEST, code, message, more, None))
}

/// The refusal of a body that ended too early.
pub(super) fn too_short() -> HttpResponse {
    let message = "You did not provide the number of bytes specified by the Content-Length HTTP header";
    refusal(StatusCode::BAD_REQUEST, "IncompleteBody", message, &[], None)
}

/// S3's own failures (S3 API reference, `ErrorResponses`).
pub(super) fn failure(status: StatusCode) -> HttpResponse {
    let (code, message) = match status {
        StatusCode::SERVICE_UNAVAILABLE => ("ServiceUnavailable", "Service is unable to handle request."),
        _ => ("InternalError", "We encountered an internal error. Please try again."),
    };
    refusal(status, code, message, &[], None)
}

/// An error's document, with the region of the bucket that was asked for.
pub(crate) fn refusal(
    status: StatusCode,
    code: &str,
    message: &str,
    more: &[(&str, &str)],
    bucket_region: Option<&Region>,
) -> HttpResponse {
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>".to_owned();
    for (name, text) in [("Code", code), ("Message", message)].iter().chain(more) {
        write!(xml, "<{name}>{}</{name}>", escape(*text)).expect("a String takes everything");
    }
    xml += "</Error>";
    let mut response = HttpResponse::new(Body::from(xml));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/xml"));
    if let Some(region) = bucket_region.and_then(|region| region.as_str().parse().ok()) {
        headers.insert("x-amz-bucket-region", region);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn young_regions_are_not_redirected_to() {
        let status = |home: &str| redirect("b", &home.parse().expect("a region")).status().as_u16();
        assert_eq!(status("eu-west-1"), 301);
        assert_eq!(status("me-south-1"), 400);
    }
}
