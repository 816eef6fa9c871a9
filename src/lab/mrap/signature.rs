//! Who signed this request? Both of S3's schemes, truly checked.
//!
//! 1. Canonical request, as S3 has it: the path as it was sent ("S3 does not normalize the path"), the
//!    query sorted, the headers that the caller says to have signed, and the hash of the body that the
//!    caller declares (IAM User Guide, `reference_sigv-create-signed-request`).
//! 2. `SigV4`: the signature that the key would give, compared.
//! 3. `SigV4A`: ECDSA over P-256 with a key derived from the secret. Such a signature holds a random
//!    number, so there is nothing to compare with: it is verified with the public half.
//!
//! AWS's own crate derives the keys; it makes signatures and verifies none, which is why the canonical
//! request is made here. How old a signature is nobody asks, since the lab's date runs ahead of ours
//! when its clock is scaled; only one in a query says by itself until when it is good, and is held to it
//! by our own date, by which callers sign.

use std::{
    fmt::Write as _,
    sync::{Arc, LazyLock},
    time::SystemTime,
};

use aws_sigv4::sign::{v4, v4a};
use hyper::{HeaderMap, Method, Uri, header};
use jiff::Timestamp;
use p256::ecdsa::{DerSignature, SigningKey, VerifyingKey, signature::Verifier};

use super::claim::{Claim, Scheme};
use crate::{
    lab::{
        credentials::{ACCESS_KEY_ID, SECRET_ACCESS_KEY},
        encoding::from_hex,
        principals::{Key, Keyring, Principal, TokenError, token},
    },
    model::{Region, digest},
};

/// The name that requests to S3 and to S3 Control are signed for.
const SERVICE: &str = "s3";

/// What stands for the hash of a body in a query that is signed.
pub(crate) const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// Why a request is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SignatureError {
    /// The key is not the lab's.
    #[error("The AWS Access Key Id you provided does not exist in our records.")]
    UnknownKey,
    /// The time for which a signed address was good is over.
    #[error("Request has expired")]
    Expired,
    /// Another service, another request, another secret.
    #[error(
        "The request signature we calculated does not match the signature you provided. Check your key and \
         signing method."
    )]
    Mismatch,
    /// A session came without its token, or with another.
    #[error("The provided token is malformed or otherwise invalid.")]
    InvalidToken,
    /// The session is over.
    #[error("The provided token has expired.")]
    ExpiredToken,
}

impl From<TokenError> for SignatureError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Invalid => Self::InvalidToken,
            TokenError::Expired => Self::ExpiredToken,
        }
    }
}

/// What is signed of a request.
#[derive(Clone, Copy)]
pub(crate) struct Signed<'a> {
    pub(crate) method: &'a Method,
    pub(crate) uri: &'a Uri,
    pub(crate) headers: &'a HeaderMap,
    /// The hash of the body, or what the caller says in its place.
    pub(crate) payload: &'a str,
}

/// Checks a request's word, and says whose it is. `host` is the name that the caller has called.
pub(crate) fn check(
    keys: &Keyring,
    claim: &Claim,
    signed: Signed<'_>,
    host: &str,
    now: Timestamp,
) -> Result<Arc<Principal>, SignatureError> {
    let key = keys.key(&claim.key_id).ok_or(SignatureError::UnknownKey)?;
    let signed_at = moment(&claim.signed_at).ok_or(SignatureError::Mismatch)?;
    if claim.service != SERVICE || !claim.signed_at.starts_with(&claim.date) {
        return Err(SignatureError::Mismatch);
    }
    // A caller that wants no signed host could be made to say anything to anybody.
    if !claim.signed_headers.iter().any(|name| name == "host") {
        return Err(SignatureError::Mismatch);
    }
    if let Some(good_for) = claim.presigned
        && signed_at.checked_add(good_for).is_ok_and(|end| end < now)
    {
        return Err(SignatureError::Expired);
    }
    let text = text_to_sign(claim, signed, host).ok_or(SignatureError::Mismatch)?;
    let good = match &claim.scheme {
        Scheme::V4 { region } => {
            let key = v4::generate_signing_key(&key.secret, SystemTime::from(signed_at), region, SERVICE);
            v4::calculate_signature(key, text.as_bytes()) == claim.signature
        }
        Scheme::V4a { .. } => verifies(&key, &claim.signature, &text),
    };
    if !good {
        return Err(SignatureError::Mismatch);
    }
    keys.check_token(&key, token(signed.uri, signed.headers).as_deref())?;
    Ok(key.principal)
}

/// The header by which the lab signs a request for one region itself, with all headers that a region's S3
/// wants to be signed. `signed_at` is a date as `x-amz-date` has it.
pub(super) fn authorization(
    signed: Signed<'_>,
    host: &str,
    region: &Region,
    signed_at: &str,
) -> Option<String> {
    const HEADERS: [&str; 3] = ["host", "x-amz-content-sha256", "x-amz-date"];
    let region = region.as_str();
    let claim = Claim {
        scheme: Scheme::V4 { region: region.to_owned() },
        presigned: None,
        key_id: ACCESS_KEY_ID.to_owned(),
        service: SERVICE.to_owned(),
        date: signed_at.get(..8)?.to_owned(),
        signed_at: signed_at.to_owned(),
        signed_headers: HEADERS.map(str::to_owned).to_vec(),
        signature: String::new(),
    };
    let text = text_to_sign(&claim, signed, host)?;
    let key = v4::generate_signing_key(SECRET_ACCESS_KEY, moment(signed_at)?.into(), region, SERVICE);
    let signature = v4::calculate_signature(key, text.as_bytes());
    let (algorithm, date, headers) = (claim.scheme.algorithm(), &claim.date, HEADERS.join(";"));
    let scope = format!("{ACCESS_KEY_ID}/{date}/{region}/{SERVICE}/aws4_request");
    Some(format!("{algorithm} Credential={scope}, SignedHeaders={headers}, Signature={signature}"))
}

/// The public half of the key that `SigV4A` derives from the lab's secret.
static PUBLIC_KEY: LazyLock<VerifyingKey> = LazyLock::new(|| public_key(ACCESS_KEY_ID, SECRET_ACCESS_KEY));

fn public_key(id: &str, secret: &str) -> VerifyingKey {
    let key = v4a::generate_signing_key(id, secret);
    let key = SigningKey::from_slice(key.as_ref()).expect("the derivation ends with a key of the curve");
    *key.verifying_key()
}

fn verifies(key: &Key, signature: &str, text: &str) -> bool {
    let signature = from_hex(signature).and_then(|bytes| DerSignature::try_from(&bytes[..]).ok());
    let public = if key.id == ACCESS_KEY_ID { *PUBLIC_KEY } else { public_key(&key.id, &key.secret) };
    signature.is_some_and(|signature| public.verify(text.as_bytes(), &signature).is_ok())
}

/// The string to sign; nothing of a request that lacks a header which it says to have signed.
fn text_to_sign(claim: &Claim, signed: Signed<'_>, host: &str) -> Option<String> {
    let request = canonical(claim, signed, host)?;
    let scope = match &claim.scheme {
        Scheme::V4 { region } => format!("{}/{region}/{SERVICE}/aws4_request", claim.date),
        Scheme::V4a { .. } => format!("{}/{SERVICE}/aws4_request", claim.date),
    };
    let algorithm = claim.scheme.algorithm();
    Some(format!("{algorithm}\n{}\n{scope}\n{}", claim.signed_at, digest(request.as_bytes())))
}

fn canonical(claim: &Claim, signed: Signed<'_>, host: &str) -> Option<String> {
    let Signed { method, uri, headers, payload } = signed;
    let mut names = claim.signed_headers.clone();
    names.sort_unstable();
    let mut request = format!("{method}\n{}\n{}\n", uri.path(), canonical_query(uri));
    for name in &names {
        let value = if name == header::HOST.as_str() { host.to_owned() } else { values(headers, name)? };
        writeln!(request, "{name}:{value}").expect("a String takes everything");
    }
    write!(request, "\n{}\n{payload}", names.join(";")).expect("a String takes everything");
    Some(request)
}

/// The parameters as they were sent, in the order of their names, all but the signature.
fn canonical_query(uri: &Uri) -> String {
    let pairs = uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut pairs: Vec<_> = pairs.filter(|(name, _)| *name != "X-Amz-Signature").collect();
    pairs.sort_unstable();
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// The values of a header with single spaces, separated by commas.
fn values(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut values = Vec::new();
    for value in headers.get_all(name) {
        values.push(value.to_str().ok()?.split_ascii_whitespace().collect::<Vec<_>>().join(" "));
    }
    (!values.is_empty()).then(|| values.join(","))
}

fn moment(text: &str) -> Option<Timestamp> {
    let date = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;
