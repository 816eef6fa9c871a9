//! How does a request over HTTP become an answer?
//!
//! 1. The body is read, up to a limit.
//! 2. The form is read, and must name an operation that is there; some that are not need no signature.
//! 3. The signature is checked, whose it is and whether a session is over.
//! 4. The operation is answered. `GetCallerIdentity` needs no permission (STS API reference).

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header::CONTENT_TYPE, request::Parts},
    response::Response,
};

use super::{
    assume::assume,
    errors::ApiError,
    form::{self, Element, Form},
};
use crate::{
    clock::Clock,
    lab::{
        calls::{Asked, CallLog, access_key},
        principals::Keyring,
        signature,
    },
};

/// The name that requests are signed for (STS model, `aws.auth#sigv4`).
const SERVICE: &str = "sts";
/// Largest body that is read, in bytes (our choice; a session's policies are its longest part).
const LARGEST_BODY: usize = 256 << 10;

/// Those that are there.
const OPERATIONS: [&str; 2] = ["AssumeRole", "GetCallerIdentity"];

struct Door {
    clock: Clock,
    keys: Arc<Keyring>,
    calls: CallLog,
    requests: AtomicU64,
}

/// The API, to be served on a socket of the caller's.
pub(crate) fn router(clock: &Clock, keys: &Arc<Keyring>, calls: &CallLog) -> Router {
    let (clock, keys, calls) = (clock.clone(), Arc::clone(keys), calls.clone());
    let door = Door { clock, keys, calls, requests: AtomicU64::new(0) };
    Router::new().fallback(handle).with_state(Arc::new(door))
}

async fn handle(State(door): State<Arc<Door>>, request: Request) -> Response {
    let id = format!("lab-request-{:06}", door.requests.fetch_add(1, Ordering::Relaxed) + 1);
    let (parts, body) = request.into_parts();
    let answer = match to_bytes(body, LARGEST_BODY).await {
        Ok(body) => door.noted(&parts, &body, &id),
        Err(_) => Err(ApiError::invalid("The body is too large, or did not arrive whole.")),
    };
    let (status, body) = match answer {
        Ok(body) => (StatusCode::OK, body),
        Err(error) => {
            tracing::debug!(%id, %error, "refused");
            let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
            (status, form::refusal(&error, &id))
        }
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-amzn-requestid", id);
    }
    response
}

impl Door {
    /// Answers, and writes it down.
    fn noted(&self, parts: &Parts, body: &[u8], id: &str) -> Result<String, ApiError> {
        let text = match parts.method {
            Method::GET => parts.uri.query().unwrap_or_default().as_bytes(),
            _ => body,
        };
        let form = Form::read(text).ok_or_else(|| ApiError::no_operation(""));
        let mut asked =
            Asked { service: SERVICE, access_key: access_key(&parts.headers), ..Asked::default() };
        if let Ok(form) = &form {
            let known = OPERATIONS.contains(&form.action.as_str());
            asked.operation = if known { form.action.clone() } else { String::new() };
            asked.resources.extend(form.get("RoleArn").map(str::to_owned));
        }
        let answer = form.and_then(|form| self.answer(&form, parts, body, id));
        let status = answer.as_ref().err().map_or(200, |error| error.status);
        self.calls.note(self.clock.elapsed(), asked, Some(status));
        answer
    }

    fn answer(&self, form: &Form, parts: &Parts, body: &[u8], id: &str) -> Result<String, ApiError> {
        if !OPERATIONS.contains(&form.action.as_str()) {
            return Err(ApiError::no_operation(&form.action));
        }
        let caller = signature::check(&self.keys, SERVICE, parts, body)?.principal;
        let result = match form.action.as_str() {
            "AssumeRole" => assume(&self.keys, &caller, form)?,
            _ => vec![
                Element::Leaf("Arn", caller.arn.clone()),
                Element::Leaf("UserId", caller.user_id.clone()),
                Element::Leaf("Account", caller.account.to_string()),
            ],
        };
        Ok(form::answer(&form.action, &result, id))
    }
}
