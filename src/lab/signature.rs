//! Who sent this request, and for which region?
//!
//! The lab signs what it received, with the key that the caller names and by AWS's own signing code, over the
//! headers that the caller says to have signed, and compares. A session of a role sends its token too. It does not ask how old the signature is: the lab's
//! date runs ahead of ours when its clock is scaled, and callers sign with ours. The region is told, not
//! judged: each service knows by itself whether it has one. By which code a refusal is said it knows too.

use std::{sync::Arc, time::SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use axum::http::{HeaderMap, request::Parts};

use super::principals::{Key, Keyring, Principal, TokenError};

/// Whose a request is.
#[derive(Clone, Debug)]
pub(crate) struct Signer {
    /// The region that it is signed for.
    pub(crate) region: String,
    /// Who has signed it.
    pub(crate) principal: Arc<Principal>,
}

/// What an `Authorization` header says (AWS Signature Version 4).
struct Claim<'a> {
    key_id: &'a str,
    region: &'a str,
    service: &'a str,
    signed_headers: Vec<&'a str>,
    signature: &'a str,
}

/// Why a request counts as nobody's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SignatureError {
    /// It has no signature of version 4.
    #[error("the request is not signed")]
    Missing,
    /// It is signed with a key that the lab does not know.
    #[error("the access key is unknown")]
    UnknownKey,
    /// It is signed for another service.
    #[error("the request is signed for the service {0}")]
    OtherService(String),
    /// It is signed with another secret, or it is not what was signed.
    #[error("the signature does not match")]
    Mismatch,
    /// The signature is right, and the session's token is not, or the session is over.
    #[error(transparent)]
    Token(#[from] TokenError),
}

impl SignatureError {
    /// As most services tell it (IAM API reference, `CommonErrors`); S3 and its kin have words of their own.
    pub(crate) fn in_words(&self, service: &str) -> String {
        match self {
            Self::Missing => "Request is missing Authentication Token".to_owned(),
            Self::UnknownKey | Self::Token(TokenError::Invalid) => {
                "The security token included in the request is invalid.".to_owned()
            }
            Self::OtherService(_) => {
                format!("Credential should be scoped to correct service: '{service}'.")
            }
            Self::Mismatch => {
                "The request signature we calculated does not match the signature you provided. Check your AWS \
                 Secret Access Key and signing method. Consult the service documentation for details."
                    .to_owned()
            }
            Self::Token(TokenError::Expired) => {
                "The security token included in the request is expired".to_owned()
            }
        }
    }
}

/// Checks the signature of a request to `service`, and says whose it is.
pub(crate) fn check(
    keys: &Keyring,
    service: &str,
    parts: &Parts,
    body: &[u8],
) -> Result<Signer, SignatureError> {
    let claim = header(&parts.headers, "authorization").and_then(claim).ok_or(SignatureError::Missing)?;
    let key = keys.key(claim.key_id).ok_or(SignatureError::UnknownKey)?;
    if claim.service != service {
        return Err(SignatureError::OtherService(claim.service.to_owned()));
    }
    if signature(&key, &claim, parts, body).is_none_or(|expected| expected != claim.signature) {
        return Err(SignatureError::Mismatch);
    }
    keys.check_token(&key, header(&parts.headers, "x-amz-security-token"))?;
    Ok(Signer { region: claim.region.to_owned(), principal: key.principal })
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
fn signature(key: &Key, claim: &Claim<'_>, parts: &Parts, body: &[u8]) -> Option<String> {
    let identity = Credentials::new(&key.id, &key.secret, None, None, "lab").into();
    let mut settings = SigningSettings::default();
    settings.excluded_headers = None; // the caller's list decides
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(claim.region)
        .name(claim.service)
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
    use crate::clock::Clock;

    fn refused(authorization: &str) -> SignatureError {
        let keys = Keyring::new(Clock::system(), Vec::new());
        let request = Request::get("/").header("authorization", authorization);
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        check(&keys, "route53", &parts, b"").expect_err("not signed")
    }

    #[test]
    fn each_way_to_be_wrong_is_told_apart() {
        assert_eq!(refused("Bearer x"), SignatureError::Missing);
        assert_eq!(refused("AWS4-HMAC-SHA256 Credential=LAB-ACCESS-KEY"), SignatureError::Missing);
        let signed = |scope: &str| {
            format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date, Signature=00")
        };
        let scope = "20260101/us-east-1/route53/aws4_request";
        assert_eq!(refused(&signed(&format!("AKIA/{scope}"))), SignatureError::UnknownKey);
        assert_eq!(refused(&signed(&format!("LAB-ACCESS-KEY/{scope}"))), SignatureError::Mismatch);
        let other = SignatureError::OtherService("s3".to_owned());
        assert_eq!(refused(&signed("LAB-ACCESS-KEY/20260101/us-east-1/s3/aws4_request")), other);
    }
}
