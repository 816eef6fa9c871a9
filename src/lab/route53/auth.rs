//! Did the holder of the lab's key send this request?
//!
//! The lab signs what it received, with its own key and by AWS's own signing code, over the headers that
//! the caller says to have signed, and compares. It does not ask how old the signature is: the lab's
//! date runs ahead of ours when its clock is scaled, and callers sign with ours. Nor does it ask for a
//! region: AWS wants us-east-1, which an SDK takes from the endpoint rules, but whoever overrides the
//! endpoint, as everybody does who talks to the lab, overrides the rules too, and signs for the region
//! of the client (seen with the Rust SDK).

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use axum::http::{HeaderMap, request::Parts};

use super::errors::{ApiError, Code};

/// The name that requests are signed for (Route 53 model, `aws.auth#sigv4`).
const SERVICE: &str = "route53";

/// An access key: its id, and the secret that never travels.
#[derive(Clone)]
pub(crate) struct AccessKey {
    /// Sent with each request.
    pub(crate) id: String,
    /// Known to both sides.
    pub(crate) secret: String,
}

/// What an `Authorization` header says (AWS Signature Version 4).
struct Claim<'a> {
    key_id: &'a str,
    region: &'a str,
    service: &'a str,
    signed_headers: Vec<&'a str>,
    signature: &'a str,
}

/// Checks the signature of a request.
pub(crate) fn check(key: &AccessKey, parts: &Parts, body: &[u8]) -> Result<(), ApiError> {
    let claim = header(&parts.headers, "authorization").and_then(claim).ok_or_else(|| {
        ApiError::new(Code::MissingAuthenticationToken, "Request is missing Authentication Token")
    })?;
    if claim.key_id != key.id {
        let message = "The security token included in the request is invalid.";
        return Err(ApiError::new(Code::InvalidClientTokenId, message));
    }
    if claim.service != SERVICE {
        let message = format!("Credential should be scoped to correct service: '{SERVICE}'.");
        return Err(ApiError::new(Code::SignatureDoesNotMatch, message));
    }
    match signature(key, &claim, parts, body) {
        Some(expected) if expected == claim.signature => Ok(()),
        _ => Err(ApiError::new(
            Code::SignatureDoesNotMatch,
            "The request signature we calculated does not match the signature you provided. Check your AWS \
             Secret Access Key and signing method. Consult the service documentation for details.",
        )),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn claim(authorization: &str) -> Option<Claim<'_>> {
    let fields = authorization.strip_prefix("AWS4-HMAC-SHA256")?;
    let field = |name: &str| fields.split(',').find_map(|f| f.trim().strip_prefix(name)?.strip_prefix('='));
    let (key_id, scope) = field("Credential")?.split_once('/')?;
    let [_date, region, service, "aws4_request"] = scope.split('/').collect::<Vec<_>>()[..] else {
        return None;
    };
    Some(Claim {
        key_id,
        region,
        service,
        signed_headers: field("SignedHeaders")?.split(';').collect(),
        signature: field("Signature")?,
    })
}

/// The signature that this request would have from the holder of `key`; nothing when it lacks what a
/// signature needs.
fn signature(key: &AccessKey, claim: &Claim<'_>, parts: &Parts, body: &[u8]) -> Option<String> {
    let identity = Credentials::new(&key.id, &key.secret, None, None, "lab").into();
    let mut settings = SigningSettings::default();
    settings.excluded_headers = None; // the caller's list decides
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(claim.region)
        .name(SERVICE)
        .time(signed_at(header(&parts.headers, "x-amz-date")?)?)
        .settings(settings)
        .build()
        .ok()?
        .into();
    let mut headers = Vec::new();
    for name in &claim.signed_headers {
        for value in parts.headers.get_all(*name) {
            headers.push((*name, value.to_str().ok()?));
        }
    }
    let host = header(&parts.headers, "host")?;
    let path = parts.uri.path_and_query().map_or("/", axum::http::uri::PathAndQuery::as_str);
    let uri = format!("http://{host}{path}");
    let body = match header(&parts.headers, "x-amz-content-sha256") {
        Some("UNSIGNED-PAYLOAD") => SignableBody::UnsignedPayload,
        _ => SignableBody::Bytes(body),
    };
    let request = SignableRequest::new(parts.method.as_str(), uri, headers.into_iter(), body).ok()?;
    Some(sign(request, &params).ok()?.into_parts().1)
}

fn signed_at(text: &str) -> Option<SystemTime> {
    let date = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().into())
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn refused(authorization: &str) -> Code {
        let key = AccessKey { id: "LAB".to_owned(), secret: "secret".to_owned() };
        let request = Request::get("/2013-04-01/hostedzone").header("authorization", authorization);
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        check(&key, &parts, b"").expect_err("not signed").code
    }

    #[test]
    fn each_way_to_be_wrong_has_its_code() {
        assert_eq!(refused("Bearer x"), Code::MissingAuthenticationToken);
        assert_eq!(refused("AWS4-HMAC-SHA256 Credential=LAB"), Code::MissingAuthenticationToken);
        let signed = |scope: &str| {
            format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date, Signature=00")
        };
        let scope = "20260101/us-east-1/route53/aws4_request";
        assert_eq!(refused(&signed(&format!("AKIA/{scope}"))), Code::InvalidClientTokenId);
        assert_eq!(refused(&signed(&format!("LAB/{scope}"))), Code::SignatureDoesNotMatch);
        assert_eq!(refused(&signed("LAB/20260101/us-east-1/s3/aws4_request")), Code::SignatureDoesNotMatch);
    }
}
