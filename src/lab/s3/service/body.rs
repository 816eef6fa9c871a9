//! A body arrives: it is read within limits, and compared with the checksums that its client claims.

use aws_smithy_types::base64;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use hyper::{HeaderMap, StatusCode};
use s3s::{
    S3Error, S3Result, TrailingHeaders,
    crypto::{Checksum as _, Md5},
    dto, s3_error,
};

use super::errors::custom;
use crate::lab::s3::checksum::{Algorithm, Checksum};

/// "The largest object that can be uploaded in a single PUT is 5 GB", which S3 means as 5 GiB; a part
/// has the same limit (S3 User Guide, `upload-objects` and `qfacts`).
const LARGEST_UPLOAD: u64 = 5 << 30;

/// What the lab keeps in memory of one body (modelled).
const LARGEST_IN_MEMORY: usize = 256 << 20;

/// What arrived.
pub(super) struct Received {
    pub bytes: Bytes,
    /// The checksum that the client sent, and that is right.
    pub checksum: Option<Checksum>,
}

/// Reads a body and checks it. What is too long by its own account is refused before it is read.
pub(super) async fn receive(
    body: Option<dto::StreamingBlob>,
    headers: &HeaderMap,
    trailers: Option<&TrailingHeaders>,
) -> S3Result<Received> {
    let number = |name: &str| text(headers, name).map(|value| value.parse::<u64>().ok());
    let length = number("x-amz-decoded-content-length").or_else(|| number("content-length"));
    let Some(length) = length else {
        return Err(s3_error!(MissingContentLength, "You must provide the Content-Length HTTP header."));
    };
    if length.is_none_or(|length| length > LARGEST_UPLOAD) {
        return Err(s3_error!(EntityTooLarge, "Your proposed upload exceeds the maximum allowed size"));
    }
    check_announcement(headers)?;
    let bytes = collect(body).await?;
    if length != Some(bytes.len() as u64) {
        return Err(too_short());
    }
    check_md5(headers, &bytes)?;
    let claim = claimed(headers, trailers)?;
    let checksum = claim.map(|(algorithm, value)| verified(algorithm, &value, &bytes)).transpose()?;
    Ok(Received { bytes, checksum })
}

/// A header's text.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

async fn collect(body: Option<dto::StreamingBlob>) -> S3Result<Bytes> {
    let Some(mut body) = body else { return Ok(Bytes::new()) };
    let mut bytes = BytesMut::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|error| {
            tracing::debug!(%error, "a request's body broke off");
            broken(&error.to_string())
        })?;
        if bytes.len() + chunk.len() > LARGEST_IN_MEMORY {
            return Err(s3_error!(
                EntityTooLarge,
                "The lab keeps objects of up to {LARGEST_IN_MEMORY} bytes."
            ));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

/// What is wrong with a body that could not be read to its end. `s3s` keeps the types of these errors to
/// itself, so their texts are looked at.
fn broken(error: &str) -> S3Error {
    if error.ends_with("Sha256Mismatch") {
        let message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
        return custom("XAmzContentSHA256Mismatch", StatusCode::BAD_REQUEST, message);
    }
    if error.ends_with("SignatureMismatch") {
        let message = "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
        return s3_error!(SignatureDoesNotMatch, "{message}");
    }
    too_short()
}

fn too_short() -> S3Error {
    let message = "You did not provide the number of bytes specified by the Content-Length HTTP header";
    s3_error!(IncompleteBody, "{message}")
}

fn check_md5(headers: &HeaderMap, bytes: &[u8]) -> S3Result<()> {
    let Some(claimed) = text(headers, "content-md5") else { return Ok(()) };
    let digest = base64::decode(claimed).ok().filter(|digest| digest.len() == Algorithm::Md5.length());
    let Some(digest) = digest else {
        return Err(s3_error!(InvalidDigest, "The Content-MD5 you specified was invalid."));
    };
    if digest != Md5::checksum(bytes).as_ref() {
        return Err(s3_error!(BadDigest, "The Content-MD5 you specified did not match what we received."));
    }
    Ok(())
}

/// A client that says which algorithm it uses must also send the checksum.
fn check_announcement(headers: &HeaderMap) -> S3Result<()> {
    let Some(name) = text(headers, "x-amz-sdk-checksum-algorithm") else { return Ok(()) };
    let Some(algorithm) = Algorithm::named(name) else {
        return Err(s3_error!(InvalidRequest, "Value for x-amz-sdk-checksum-algorithm header is invalid."));
    };
    let trailer = text(headers, "x-amz-trailer").unwrap_or_default();
    if headers.contains_key(algorithm.header()) || trailer.eq_ignore_ascii_case(algorithm.header().as_str()) {
        return Ok(());
    }
    let message = "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.";
    Err(s3_error!(InvalidRequest, "{message}"))
}

/// The one checksum that the client claims, in a header or in a trailer behind the body.
fn claimed(headers: &HeaderMap, trailers: Option<&TrailingHeaders>) -> S3Result<Option<(Algorithm, String)>> {
    let find = |headers: &HeaderMap| -> Vec<(Algorithm, String)> {
        let one = |algorithm: Algorithm| {
            text(headers, algorithm.header().as_str()).map(|value| (algorithm, value.to_owned()))
        };
        Algorithm::ALL.into_iter().filter_map(one).collect()
    };
    let mut found = find(headers);
    found.extend(trailers.and_then(|trailers| trailers.read(find)).unwrap_or_default());
    let announced = text(headers, "x-amz-trailer").filter(|name| name.starts_with("x-amz-checksum-"));
    if announced.is_some_and(|name| !found.iter().any(|(algorithm, _)| algorithm.header() == name)) {
        let message = "The request contained trailing data that was not well-formed or did not conform to our published schema.";
        return Err(custom("MalformedTrailerError", StatusCode::BAD_REQUEST, message));
    }
    if found.len() > 1 {
        let message = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.";
        return Err(s3_error!(InvalidRequest, "{message}"));
    }
    Ok(found.pop())
}

fn verified(algorithm: Algorithm, claimed: &str, bytes: &[u8]) -> S3Result<Checksum> {
    let digest = base64::decode(claimed).ok().filter(|digest| digest.len() == algorithm.length());
    if digest.is_none() {
        return Err(s3_error!(InvalidRequest, "Value for {} header is invalid.", algorithm.header()));
    }
    let found = Checksum::of(algorithm, bytes);
    if found.value != claimed {
        let name = algorithm.name();
        return Err(s3_error!(BadDigest, "The {name} you specified did not match the calculated checksum."));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use hyper::header::{HeaderName, HeaderValue};

    use super::*;

    /// What is said of three bytes, in headers.
    async fn three_bytes(said: &[(&'static str, &'static str)]) -> Result<usize, String> {
        let header = |&(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        let headers = said.iter().map(header).collect();
        let body = dto::StreamingBlob::from(s3s::Body::from(Bytes::from_static(b"abc")));
        let received = receive(Some(body), &headers, None).await;
        received.map(|received| received.bytes.len()).map_err(|error| error.code().as_str().to_owned())
    }

    #[tokio::test]
    async fn what_was_announced_must_come() {
        const DECODED: &str = "x-amz-decoded-content-length";
        assert_eq!(three_bytes(&[("content-length", "3")]).await, Ok(3));
        assert_eq!(three_bytes(&[("content-length", "50"), (DECODED, "3")]).await, Ok(3));
        for wrong in ["2", "4"] {
            let refused = Err("IncompleteBody".to_owned());
            assert_eq!(three_bytes(&[("content-length", "50"), (DECODED, wrong)]).await, refused);
        }
        let trailer = ("x-amz-trailer", "x-amz-checksum-crc32");
        let refused = Err("MalformedTrailerError".to_owned());
        assert_eq!(three_bytes(&[("content-length", "3"), trailer]).await, refused);
        let other = ("x-amz-trailer", "x-amz-trailer-signature");
        assert_eq!(three_bytes(&[("content-length", "3"), other]).await, Ok(3));
    }
}
