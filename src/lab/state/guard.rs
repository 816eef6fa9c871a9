//! An API answers a call that may have changed something when the change is in the database.

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{Method, StatusCode},
    middleware::{Next, from_fn_with_state},
    response::Response,
};

use super::Durable;

/// The same API, with durable answers.
pub(crate) fn guard(router: Router, durable: Durable) -> Router {
    router.layer(from_fn_with_state(durable, answer))
}

async fn answer(State(durable): State<Durable>, request: Request, next: Next) -> Response {
    let only_reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let response = next.run(request).await;
    if only_reads || response.status().is_client_error() {
        return response;
    }
    match durable.settled().await {
        Ok(()) => response,
        Err(error) => {
            let mut refusal = Response::new(Body::from(format!("{error}\n")));
            *refusal.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            refusal
        }
    }
}
