//! How is a running lab controlled and looked at from outside?
//!
//! - `PUT /faults/REGION` with `{"kind":"http-503"}` breaks a region's S3, or mends it (`none`).
//! - `GET /status` tells the time, the faults, every health check's verdict as each name server knows
//!   it, and the log of what the checkers saw.
//!
//! What cannot be done is answered with `{"error":"a sentence"}`.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::{get, put},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    health::{Board, HealthEvent},
    route53::NAME_SERVERS,
    s3::{Fault, Regions},
};
use crate::{clock::Clock, model::Region};

/// What the controls reach.
#[derive(Clone)]
pub(super) struct Admin {
    pub(super) clock: Clock,
    pub(super) board: Arc<Board>,
    pub(super) regions: Arc<Regions>,
    pub(super) names: Vec<Region>,
}

/// The kind of fault that a region shall have.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultOrder {
    kind: Fault,
}

#[derive(Serialize)]
struct Status {
    schema: &'static str,
    /// The date in the lab.
    now: Timestamp,
    /// Seconds of the lab since its start.
    seconds: f64,
    speed: f64,
    faults: BTreeMap<Region, Fault>,
    health_checks: BTreeMap<String, CheckStatus>,
    log: Vec<HealthEvent>,
}

#[derive(Serialize)]
struct CheckStatus {
    healthy: bool,
    /// As each name server knows it.
    name_servers: Vec<bool>,
    checkers: Vec<CheckerStatus>,
}

#[derive(Serialize)]
struct CheckerStatus {
    region: String,
    address: String,
    status: String,
    checked_at: Timestamp,
}

/// An answer that says why not.
struct Refusal {
    code: StatusCode,
    sentence: String,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        json(self.code, &serde_json::json!({ "error": self.sentence }))
    }
}

fn json(code: StatusCode, document: &impl Serialize) -> Response {
    let body = serde_json::to_vec(document).expect("a document of texts, numbers and maps with text keys");
    let content_type = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
    (code, [content_type], body).into_response()
}

impl Admin {
    pub(super) fn router(self) -> Router {
        Router::new()
            .route("/faults/{region}", put(set_fault))
            .route("/status", get(status))
            .fallback(unknown)
            .with_state(self)
    }
}

async fn set_fault(
    State(admin): State<Admin>,
    Path(region): Path<String>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let order: FaultOrder = serde_json::from_slice(&body).map_err(|error| Refusal {
        code: StatusCode::BAD_REQUEST,
        sentence: format!("The body is not an order such as {{\"kind\":\"http-503\"}}: {error}."),
    })?;
    let known = region.parse().ok().filter(|region| admin.names.contains(region));
    let set = known.is_some_and(|region| admin.regions.set_fault(&region, order.kind).is_ok());
    if !set {
        let names: Vec<_> = admin.names.iter().map(Region::as_str).collect();
        let sentence = format!("The lab has no region {region:?}; it has {}.", names.join(" and "));
        return Err(Refusal { code: StatusCode::NOT_FOUND, sentence });
    }
    Ok(json(StatusCode::OK, &order))
}

async fn status(State(admin): State<Admin>) -> Response {
    let fault = |region: &Region| Some((region.clone(), admin.regions.fault(region)?));
    let check = |(id, healthy): (String, bool)| {
        let name_servers = (0..NAME_SERVERS).map(|server| admin.board.healthy(&id, server)).collect();
        let checkers = admin.board.observations(&id).into_iter().map(|seen| CheckerStatus {
            region: seen.region,
            address: seen.ip_address,
            status: seen.status,
            checked_at: seen.checked_at,
        });
        let status = CheckStatus { healthy, name_servers, checkers: checkers.collect() };
        (id, status)
    };
    let status = Status {
        schema: "s3-failover/lab-status/v1",
        now: admin.clock.now(),
        seconds: admin.clock.elapsed().as_secs_f64(),
        speed: admin.clock.speed(),
        faults: admin.names.iter().filter_map(fault).collect(),
        health_checks: admin.board.verdicts().into_iter().map(check).collect(),
        log: admin.board.log(),
    };
    json(StatusCode::OK, &status)
}

async fn unknown() -> Refusal {
    let sentence = "The lab's controls are GET /status and PUT /faults/REGION.".to_owned();
    Refusal { code: StatusCode::NOT_FOUND, sentence }
}
