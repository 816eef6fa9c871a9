//! What does an error of S3 look like in full? The document that `s3s` writes, and what it leaves out.
//!
//! S3 API reference, `ErrorResponses`: an error names, beside code and message, the resource, the
//! request's id and the host's. `s3s` knows the first two only, and for some errors only the code.

use std::fmt::Write as _;

use bytes::Bytes;
use hyper::{StatusCode, header};
use quick_xml::escape::escape;
use s3s::{Body, HttpResponse};

use crate::lab::encoding::percent_decoded;

/// S3's sentences for errors that `s3s` finds by itself and says nothing about.
const SENTENCES: [(&str, &str); 10] = [
    (
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    ),
    ("InvalidBucketName", "The specified bucket is not valid."),
    ("KeyTooLongError", "Your key is too long"),
    ("InvalidURI", "Couldn't parse the specified URI."),
    ("MethodNotAllowed", "The specified method is not allowed against this resource."),
    (
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
    ),
    ("MaxMessageLengthExceeded", "Your request was too big."),
    ("MissingContentLength", "You must provide the Content-Length HTTP header."),
    (
        "XAmzContentSHA256Mismatch",
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
    ),
    ("IncompleteBody", "The request body terminated unexpectedly"),
];

/// What was asked for.
pub(super) struct Asked<'a> {
    pub bucket: Option<&'a str>,
    pub path: &'a str,
    pub range: Option<&'a str>,
    pub id: &'a str,
    pub access_key: Option<&'a str>,
}

/// Completes an error's document; leaves every other answer as it is.
pub(super) fn complete(response: &mut HttpResponse, asked: &Asked<'_>) {
    let status = response.status();
    if status.is_success() || status == StatusCode::NOT_MODIFIED {
        return;
    }
    let Some(document) = response.body().bytes().and_then(text) else { return };
    let Some(start) = document.strip_suffix("</Error>") else { return };
    let mut document = start.to_owned();
    let code = element(start, "Code").unwrap_or_default().to_owned();
    let mut add = |name: &str, value: &str| {
        if element(start, name).is_none() {
            write!(document, "<{name}>{}</{name}>", escape(value)).expect("a String takes everything");
        }
    };
    if let Some((_, sentence)) = SENTENCES.iter().find(|(name, _)| *name == code) {
        add("Message", sentence);
    }
    let key = asked.path.trim_start_matches('/');
    match code.as_str() {
        "NoSuchBucket"
        | "InvalidBucketName"
        | "BucketNotEmpty"
        | "BucketAlreadyOwnedByYou"
        | "NoSuchBucketPolicy"
        | "NoSuchWebsiteConfiguration"
        | "NoSuchTagSet"
        | "NoSuchCORSConfiguration" => add("BucketName", asked.bucket.unwrap_or_default()),
        "NoSuchKey" => add("Key", &percent_decoded(key_of(key, asked.bucket))),
        "InvalidRange" => {
            let length = response.headers().get(header::CONTENT_RANGE).and_then(|range| range.to_str().ok());
            if let Some(length) = length.and_then(|range| range.strip_prefix("bytes */")) {
                add("RangeRequested", asked.range.unwrap_or_default());
                add("ActualObjectSize", length);
            }
        }
        "SignatureDoesNotMatch" | "InvalidAccessKeyId" => {
            add("AWSAccessKeyId", asked.access_key.unwrap_or_default());
        }
        "MethodNotAllowed" => add("ResourceType", if asked.bucket.is_some() { "OBJECT" } else { "SERVICE" }),
        _ => {}
    }
    add("RequestId", asked.id);
    add("HostId", asked.id);
    document += "</Error>";
    if let Ok(length) = document.len().to_string().parse() {
        response.headers_mut().insert(header::CONTENT_LENGTH, length);
    }
    *response.body_mut() = Body::from(document);
}

/// Takes the quotes off the entity tag in what `GetObjectAttributes` answers: there alone S3 writes it
/// without, and `s3s` always writes them.
pub(super) fn without_quotes(response: &mut HttpResponse) {
    let Some(document) = response.body().bytes().and_then(text) else { return };
    let Some(etag) = element(&document, "ETag").filter(|_| document.contains("<GetObjectAttributesResponse"))
    else {
        return;
    };
    let bare = etag.replace("&quot;", "").replace('"', "");
    let document = document.replacen(&format!("<ETag>{etag}</ETag>"), &format!("<ETag>{bare}</ETag>"), 1);
    if let Ok(length) = document.len().to_string().parse() {
        response.headers_mut().insert(header::CONTENT_LENGTH, length);
    }
    *response.body_mut() = Body::from(document);
}

fn text(bytes: Bytes) -> Option<String> {
    String::from_utf8(bytes.into()).ok()
}

/// The content of the first element of this name.
fn element<'a>(document: &'a str, name: &str) -> Option<&'a str> {
    let from = document.find(&format!("<{name}>"))? + name.len() + 2;
    let until = document[from..].find(&format!("</{name}>"))?;
    Some(&document[from..from + until])
}

/// The key in a path, which begins with the bucket when the host does not hold it.
fn key_of<'a>(path: &'a str, bucket: Option<&str>) -> &'a str {
    match path.split_once('/') {
        Some((first, rest)) if Some(first) == bucket => rest,
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_gets_what_it_lacks_and_nothing_twice() {
        let asked =
            Asked { bucket: Some("b"), path: "/b/a%20%26c", range: None, id: "LAB-1", access_key: None };
        let told = |status: u16, body: &'static str| {
            let mut response = HttpResponse::new(Body::from(body.to_owned()));
            *response.status_mut() = StatusCode::from_u16(status).expect("a status");
            complete(&mut response, &asked);
            response.body().bytes().and_then(text).expect("text")
        };
        assert_eq!(
            told(404, "<Error><Code>NoSuchKey</Code><Message>m</Message></Error>"),
            "<Error><Code>NoSuchKey</Code><Message>m</Message><Key>a &amp;c</Key><RequestId>LAB-1</RequestId><HostId>LAB-1</HostId></Error>"
        );
        assert!(
            told(403, "<Error><Code>SignatureDoesNotMatch</Code></Error>")
                .contains("<Message>The request signature")
        );
        assert_eq!(told(200, "<Error></Error>"), "<Error></Error>");
        assert_eq!(told(500, "no document"), "no document");
    }
}
