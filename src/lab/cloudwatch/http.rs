//! How does a request over HTTP become an answer?
//!
//! 1. The body is read, up to a limit, and unpacked where it came packed.
//! 2. A CloudWatch that is down says so.
//! 3. The signature is checked; it says which region's CloudWatch is asked.
//! 4. The protocol is read, the operation answered, and the answer written in the same protocol.

use std::{
    io::Read,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
    http::{header::CONTENT_ENCODING, request::Parts},
    response::Response,
};
use flate2::read::GzDecoder;

use super::{
    api,
    errors::{ApiError, Code},
    fault::CloudWatchFault,
    protocol::{Protocol, Question, Value},
    service::CloudWatch,
};
use crate::lab::{
    calls::{Asked, CallLog, access_key},
    principals::{AccountId, Keyring, TokenError},
    signature::{self, SignatureError},
};

/// The name that requests are signed for (CloudWatch model, `aws.auth#sigv4`).
const SERVICE: &str = "monitoring";
/// "Each `PutMetricData` request is limited to 1 MB in size for HTTP POST requests" (CloudWatch API
/// reference), and no other is larger.
const LARGEST_BODY: usize = 1 << 20;

struct Door {
    service: Arc<CloudWatch>,
    keys: Arc<Keyring>,
    calls: CallLog,
    requests: AtomicU64,
}

/// The API, to be served on a socket of the caller's.
pub(super) fn router(service: Arc<CloudWatch>, keys: Arc<Keyring>, calls: CallLog) -> Router {
    let door = Door { service, keys, calls, requests: AtomicU64::new(0) };
    Router::new().fallback(handle).with_state(Arc::new(door))
}

async fn handle(State(door): State<Arc<Door>>, request: Request) -> Response {
    let id = format!("lab-request-{:06}", door.requests.fetch_add(1, Ordering::Relaxed) + 1);
    let (parts, body) = request.into_parts();
    let protocol = Protocol::of(&parts);
    let asked = match to_bytes(body, LARGEST_BODY).await {
        Ok(body) => door.question(protocol, &parts, &body),
        Err(_) => Err(ApiError::new(Code::Serialization, "The body is too large, or did not arrive whole.")),
    };
    let (operation, resources) = match &asked {
        Ok((region, question)) => (question.operation.clone(), alarms(region, question)),
        Err(_) => (String::new(), Vec::new()),
    };
    let answer: Result<Option<Value>, ApiError> =
        asked.and_then(|(region, question)| api::answer(&door.service, &region, question));
    if let Err(error) = &answer {
        tracing::debug!(%id, method = %parts.method, uri = %parts.uri, %error, "refused");
    }
    let asked = Asked {
        service: "cloudwatch",
        operation: operation.clone(),
        resources,
        access_key: access_key(&parts.headers),
        ..Asked::default()
    };
    let status = answer.as_ref().err().map_or(200, |error| error.code.status());
    door.calls.note(door.service.clock.elapsed(), asked, Some(status));
    protocol.write(&operation, &id, &answer)
}

impl Door {
    /// The region that is asked, and what for.
    fn question(
        &self,
        protocol: Protocol,
        parts: &Parts,
        body: &[u8],
    ) -> Result<(String, Question), ApiError> {
        if self.service.fault() == CloudWatchFault::Down {
            let message = "The request has failed due to a temporary failure of the server.";
            return Err(ApiError::new(Code::ServiceUnavailable, message));
        }
        let signer = signature::check(&self.keys, SERVICE, parts, body).map_err(|error| refusal(&error))?;
        let packed = parts.headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding == "gzip");
        let question =
            if packed { protocol.read(parts, &unpacked(body)?)? } else { protocol.read(parts, body)? };
        if signer.principal.account != AccountId::LAB {
            let action = format!("cloudwatch:{}", question.operation);
            return Err(ApiError::new(Code::AccessDenied, signer.principal.denial_of(&action)));
        }
        Ok((signer.region, question))
    }
}

/// A body that came as gzip (CloudWatch model, `requestcompression` of `PutMetricData`).
fn unpacked(body: &[u8]) -> Result<Vec<u8>, ApiError> {
    let (mut text, limit) = (Vec::new(), LARGEST_BODY as u64 + 1);
    match GzDecoder::new(body).take(limit).read_to_end(&mut text) {
        Ok(length) if length <= LARGEST_BODY => Ok(text),
        _ => Err(ApiError::new(Code::Serialization, "The body is too large, or is no gzip stream.")),
    }
}

/// The ARNs of the alarms that a question names.
fn alarms(region: &str, Question { input, .. }: &Question) -> Vec<String> {
    let many = input["AlarmNames"].as_array().into_iter().flatten();
    let names = many.chain([&input["AlarmName"]]).filter_map(|name| name.as_str());
    names.map(|name| format!("arn:aws:cloudwatch:{region}:{}:alarm:{name}", AccountId::LAB)).collect()
}

fn refusal(error: &SignatureError) -> ApiError {
    let code = match error {
        SignatureError::Missing => Code::MissingAuthenticationToken,
        SignatureError::UnknownKey | SignatureError::Token(TokenError::Invalid) => Code::InvalidClientTokenId,
        SignatureError::OtherService(_) | SignatureError::Mismatch => Code::SignatureDoesNotMatch,
        SignatureError::Token(TokenError::Expired) => Code::ExpiredToken,
    };
    ApiError::new(code, error.in_words(SERVICE))
}
