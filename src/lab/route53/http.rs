//! How does a request over HTTP become an answer?
//!
//! 1. The body is read, up to a limit.
//! 2. While the control plane is broken, everything is refused.
//! 3. The signature is checked.
//! 4. The operation is found from what follows the version segment of the path.
//! 5. The caller's token buckets are asked, when throttling is on, and whether a batch for the same zone
//!    is still in the works.
//! 6. The operation is answered, or refused with an error document.
//!
//! One handler for every path, because Route 53 has an error document for every path too. The lab's
//! bodies are small and its state is in memory, so nothing here waits but the reading of the body, and
//! the caller of a batch for as long as Route 53 would have it in the works.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Query, Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, HOST, LOCATION},
        request::Parts,
    },
    response::Response,
};

use super::{
    api::{self, Answered},
    asked::asked,
    auth,
    errors::{ApiError, Code},
    intake::{self, Intake, Taken},
    operation::Operation,
    store::Store,
    throttle::Throttle,
    types::{NameServers, Observations},
    wire::xml::Writer,
};
use crate::lab::{calls::CallLog, principals::Keyring};

/// Largest body that is read, in bytes: a batch of 1,000 elements and 32,000 characters is far below.
const LARGEST_BODY: usize = 4 << 20;

struct Service {
    store: Arc<Store>,
    observations: Arc<dyn Observations>,
    name_servers: Arc<dyn NameServers>,
    keys: Arc<Keyring>,
    throttle: Throttle,
    intake: Arc<Intake>,
    calls: CallLog,
    requests: AtomicU64,
}

/// The API, to be served on a socket of the caller's.
pub(crate) fn router(
    store: Arc<Store>,
    observations: Arc<dyn Observations>,
    name_servers: Arc<dyn NameServers>,
    keys: Arc<Keyring>,
    calls: CallLog,
) -> Router {
    let service = Service {
        store,
        observations,
        name_servers,
        keys,
        throttle: Throttle::new(),
        intake: Arc::default(),
        calls,
        requests: AtomicU64::new(0),
    };
    Router::new().fallback(handle).with_state(Arc::new(service))
}

async fn handle(State(service): State<Arc<Service>>, request: Request) -> Response {
    let id = format!("lab-request-{:06}", service.requests.fetch_add(1, Ordering::Relaxed) + 1);
    let (parts, body) = request.into_parts();
    let operation = Operation::of(&parts.method, parts.uri.path());
    let answer = match to_bytes(body, LARGEST_BODY).await {
        Ok(body) => {
            let answer = service.answer(operation.as_ref(), &parts, &body);
            let asked = asked(operation.as_ref(), &parts.headers, &body);
            let status = answer.as_ref().err().map_or(200, |error| error.code.status());
            service.calls.note(service.store.clock().elapsed(), asked, Some(status));
            answer
        }
        Err(_) => Err(ApiError::new(Code::MalformedInput, "The body is too large, or did not arrive whole.")),
    };
    let answer = match answer {
        Ok((answered, taken)) => {
            if let (Some(_taken), Some(Operation::ChangeResourceRecordSets(_))) = (taken, &operation) {
                service.store.clock().sleep(intake::TIME).await;
            }
            Ok(answered)
        }
        Err(error) => Err(error),
    };
    if let Err(error) = &answer {
        tracing::debug!(%id, method = %parts.method, uri = %parts.uri, %error, "refused");
    }
    let creates = operation.is_some_and(|operation| operation.creates());
    respond(&id, &parts, creates, answer)
}

impl Service {
    fn answer(
        &self,
        operation: Option<&Operation>,
        parts: &Parts,
        body: &[u8],
    ) -> Result<(Answered, Option<Taken>), ApiError> {
        if let Some(refusal) = self.store.fault().refusal() {
            return Err(refusal);
        }
        if operation.is_none_or(Operation::is_signed) {
            auth::check(&self.keys, operation, parts, body)?;
        }
        let mut taken = None;
        if self.store.throttling()
            && let Some(operation) = operation
        {
            self.throttle.take(operation.bucket(), self.store.clock().elapsed())?;
            taken = operation.changes_zone().map(|zone| self.intake.begin(zone)).transpose()?;
        }
        let query = Query::<BTreeMap<String, String>>::try_from_uri(&parts.uri);
        let query = query.map_err(|_| ApiError::input("The query of the address cannot be read."))?.0;
        let request = api::Request { query, body, number: self.requests.load(Ordering::Relaxed) };
        let answer =
            api::answer(&self.store, (&*self.observations, &*self.name_servers), operation, &request);
        Ok((answer?, taken))
    }
}

fn respond(id: &str, parts: &Parts, creates: bool, answer: Result<Answered, ApiError>) -> Response {
    let (status, location, body) = match answer {
        Ok(answer) if creates => (StatusCode::CREATED, answer.location, answer.body),
        Ok(answer) => (StatusCode::OK, None, answer.body),
        Err(error) => {
            let status = StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::BAD_REQUEST);
            (status, None, error_document(id, &error))
        }
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let location = location.map(|path| format!("http://{host}{path}"));
    for (name, text) in [("x-amzn-requestid", Some(id.to_owned())), (LOCATION.as_str(), location)] {
        if let Some(Ok(value)) = text.map(HeaderValue::try_from) {
            headers.insert(name, value);
        }
    }
    response
}

/// The error document of every refusal. An `InvalidChangeBatch` has the same shape, its messages in
/// brackets, as public logs of botocore and Terraform show it. The older `<InvalidChangeBatch><Messages>`
/// root, which the model's member still suggests, is read as an error without a code by botocore, and
/// not at all by the Rust SDK.
fn error_document(id: &str, error: &ApiError) -> String {
    Writer::document("ErrorResponse", |out| {
        out.element("Error", |out| {
            out.leaf("Type", if error.code.status() < 500 { "Sender" } else { "Receiver" });
            out.leaf("Code", error.code.name());
            out.leaf("Message", &error.message);
        });
        out.leaf("RequestId", id);
    })
}
