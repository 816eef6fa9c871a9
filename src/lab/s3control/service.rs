//! What does S3 Control answer to a request? In this order:
//!
//! 1. The region that is meant is found: by the host, `ACCOUNT.s3-control.REGION.amazonaws.com`; else by
//!    the address that was called, when it is one region's own; else by what the request is signed for.
//! 2. That region's fault acts: no answer at all, or 503.
//! 3. The request must be signed for that region, and ask for an operation that the lab has.
//! 4. The signature must be one of the lab's own account, by `SigV4` (S3 Control endpoint rules: plain `SigV4`, service
//!    `s3`), and the request about the lab's account.
//! 5. The operation must live in that region; see [`Operation::regions`].
//! 6. The operation is done.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::{
    HeaderMap, Method, Request, StatusCode,
    body::Incoming,
    header::{CONTENT_TYPE, HOST, HeaderValue},
    http::request::Parts,
};
use s3s::{Body, HttpResponse};

use super::{
    api::{Api, Asked},
    errors::ApiError,
    fault::{Faults, S3ControlFault},
    operation::Operation,
    shapes::refusal,
};
use crate::{
    clock::Clock,
    lab::{
        credentials::ACCOUNT_ID,
        mrap::{Claim, Scheme, Signed, check},
        principals::{AccountId, Keyring, Principal},
        s3::Cut,
        state::Durable,
    },
    model::{Region, digest},
};

/// Largest body that is read, in bytes: a policy has 20 KiB at most (S3 User Guide,
/// `MultiRegionAccessPointPermissions`), and routes are shorter.
const LARGEST_BODY: usize = 256 << 10;

/// The account's way of writing the name of the user in the lab's own addresses; see `s3control`.
const USER: &str = "lab";

/// S3 Control in all regions.
pub(crate) struct Service {
    api: Api,
    faults: Faults,
    durable: Durable,
    keys: Arc<Keyring>,
    answered: AtomicU64,
}

impl Service {
    /// Calls that may have changed something are answered when `durable` says so.
    pub(super) fn new(api: Api, faults: Faults, durable: Durable, keys: Arc<Keyring>) -> Self {
        Self { api, faults, durable, keys, answered: AtomicU64::new(0) }
    }

    /// Answers by the numbered steps above; `listener` is the region whose own address was called.
    pub(crate) async fn answer(
        &self,
        request: Request<Incoming>,
        listener: Option<&Region>,
    ) -> Result<HttpResponse, Cut> {
        let (parts, body) = request.into_parts();
        let host = header(&parts.headers, HOST.as_str()).unwrap_or_default();
        let claim = Claim::read(&parts.uri, &parts.headers);
        let called = region_of_host(host).or_else(|| listener.cloned());
        let signed_for = claim.as_ref().ok().and_then(|claim| signed_region(claim.as_ref()?));
        let region = called.clone().or_else(|| signed_for.clone());
        let mut answer = match region.as_ref().and_then(|region| self.faults.of(region)) {
            Some(S3ControlFault::Down) => return Err(Cut),
            Some(S3ControlFault::SlowDown) => Err(slow_down()),
            _ => match Limited::new(body, LARGEST_BODY).collect().await {
                Ok(body) => self.believe(&parts, &body.to_bytes(), region.as_ref()),
                Err(_) => Err(ApiError::invalid("The body is too large, or did not arrive whole.")),
            },
        };
        if parts.method != Method::GET && answer.is_ok() && self.durable.settled().await.is_err() {
            let message = "We encountered an internal error. Please try again.";
            answer = Err(ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", message));
        }
        // A region that broke meanwhile gives no answer any more.
        if region.as_ref().and_then(|region| self.faults.of(region)) == Some(S3ControlFault::Down) {
            return Err(Cut);
        }
        let id = format!("lab-control-{:06}", self.answered.fetch_add(1, Ordering::Relaxed) + 1);
        if let Err(error) = &answer {
            tracing::debug!(%id, method = %parts.method, uri = %parts.uri, %error, "refused");
        }
        Ok(respond(&id, answer))
    }

    fn believe(&self, parts: &Parts, body: &Bytes, region: Option<&Region>) -> Result<String, ApiError> {
        let claim = Claim::read(&parts.uri, &parts.headers).map_err(|_| unreadable())?;
        let claim = claim.ok_or_else(|| access_denied("Access Denied"))?;
        let signed_for = signed_region(&claim).ok_or_else(unreadable)?;
        let region = region.unwrap_or(&signed_for);
        if signed_for != *region {
            let message = format!(
                "The authorization header is malformed; the region '{signed_for}' is wrong; expecting '{region}'"
            );
            return Err(ApiError::new(StatusCode::BAD_REQUEST, "AuthorizationHeaderMalformed", message));
        }
        // Some of what the lab does not have is signed for other services (`s3express`) or names no account.
        let operation = Operation::of(&parts.method, parts.uri.path()).ok_or_else(not_implemented)?;
        let principal = signature(&self.keys, &claim, parts, body)?;
        if principal.account != AccountId::LAB {
            return Err(access_denied("Access Denied"));
        }
        match header(&parts.headers, "x-amz-account-id") {
            Some(ACCOUNT_ID) => {}
            Some(_) => return Err(access_denied("Access Denied")),
            None => {
                return Err(ApiError::invalid("Missing required header for this request: x-amz-account-id"));
            }
        }
        if operation.regions().is_some_and(|regions| !regions.contains(&region.as_str())) {
            return Err(ApiError::elsewhere(operation.regions().unwrap_or_default()));
        }
        if operation.wants_checksum() && !has_checksum(&parts.headers) {
            let message = "Missing required header for this request: Content-MD5 OR x-amz-checksum-*";
            return Err(ApiError::invalid(message));
        }
        self.api.answer(&operation, &Asked { query: parts.uri.query().unwrap_or_default(), body })
    }
}

/// Checks the signature, and that the body is the one that was signed.
///
/// An address with a user in it, `http://lab@127.0.0.1:PORT`, from which SDKs make
/// `http://ACCOUNT.lab@127.0.0.1:PORT`, has no such host on the wire; but the Rust SDK signs the whole of
/// it, user included (seen). So both are good.
fn signature(keys: &Keyring, claim: &Claim, parts: &Parts, body: &Bytes) -> Result<Arc<Principal>, ApiError> {
    let actual = digest(body);
    let payload = header(&parts.headers, "x-amz-content-sha256").unwrap_or(&actual);
    if payload != actual && payload != "UNSIGNED-PAYLOAD" {
        let message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
        return Err(ApiError::new(StatusCode::BAD_REQUEST, "XAmzContentSHA256Mismatch", message));
    }
    let (method, uri, headers) = (&parts.method, &parts.uri, &parts.headers);
    let signed = Signed { method, uri, headers, payload };
    let host = header(headers, HOST.as_str()).unwrap_or_default();
    let now = Clock::system().now(); // callers sign by our date, whatever the lab's is
    let with_user = format!("{ACCOUNT_ID}.{USER}@{host}");
    let good = check(keys, claim, signed, host, now).or_else(|error| {
        // The first error says more.
        check(keys, claim, signed, &with_user, now).map_err(|_| error)
    });
    Ok(good?)
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn has_checksum(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| name == "content-md5" || name.as_str().starts_with("x-amz-checksum-"))
}

fn signed_region(claim: &Claim) -> Option<Region> {
    match &claim.scheme {
        Scheme::V4 { region } => region.parse().ok(),
        Scheme::V4a { .. } => None,
    }
}

/// The region in a host of S3 Control, `[ACCOUNT.]s3-control[-fips][.dualstack].REGION.amazonaws.com`.
pub(crate) fn region_of_host(host: &str) -> Option<Region> {
    let host = host.rsplit_once(':').map_or(host, |(name, _)| name).to_ascii_lowercase();
    let host = host.strip_suffix('.').unwrap_or(&host);
    let (_, rest) =
        host.split_once("s3-control").filter(|(before, _)| before.is_empty() || before.ends_with('.'))?;
    let rest = rest.strip_prefix("-fips").unwrap_or(rest);
    let rest = rest.strip_prefix(".dualstack").unwrap_or(rest).strip_prefix('.')?;
    let (region, suffix) = rest.split_once('.')?;
    let region: Region = region.parse().ok()?;
    (region.dns_suffix() == suffix).then_some(region)
}

fn respond(id: &str, answer: Result<String, ApiError>) -> HttpResponse {
    let (status, body) = match answer {
        Ok(body) => (StatusCode::OK, body),
        Err(error) => (error.status, refusal(&error, id)),
    };
    let mut response = HttpResponse::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    if let Ok(id) = HeaderValue::from_str(id) {
        response.headers_mut().insert("x-amz-request-id", id);
    }
    response
}

/// S3 API reference, `ErrorResponses`, for all below.
fn slow_down() -> ApiError {
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "SlowDown", "Please reduce your request rate.")
}

fn access_denied(message: &str) -> ApiError {
    ApiError::new(StatusCode::FORBIDDEN, "AccessDenied", message)
}

fn unreadable() -> ApiError {
    let message = "The authorization header that you provided is not valid.";
    ApiError::new(StatusCode::BAD_REQUEST, "AuthorizationHeaderMalformed", message)
}

fn not_implemented() -> ApiError {
    let message = "A header or query you provided implies functionality that is not implemented";
    ApiError::new(StatusCode::NOT_IMPLEMENTED, "NotImplemented", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_names_its_region() {
        let region = |host: &str| region_of_host(host).map(|region| region.to_string());
        for host in [
            "000000000000.s3-control.us-west-2.amazonaws.com",
            "S3-Control.us-west-2.amazonaws.com:443",
            "1.s3-control-fips.dualstack.us-west-2.amazonaws.com.",
            "1.s3-control.dualstack.us-west-2.amazonaws.com",
        ] {
            assert_eq!(region(host).as_deref(), Some("us-west-2"), "{host}");
        }
        for host in [
            "127.0.0.1:80",
            "s3.us-west-2.amazonaws.com",
            "xs3-control.us-west-2.amazonaws.com",
            "s3-control.amazonaws.com",
            "s3-control.us-west-2.example.com",
        ] {
            assert_eq!(region(host), None, "{host}");
        }
    }
}
