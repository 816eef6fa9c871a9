//! How is a running lab controlled and looked at from outside?
//!
//! - `PUT /faults/TARGET` with `{"kind":"http-503"}` breaks a part of the lab, or mends it (`none`);
//!   `"after_seconds"` and `"for_seconds"`, of the lab, say when and for how long.
//! - `GET /faults` tells every part, the faults that it knows, and what is going to happen;
//!   `DELETE /faults` mends everything and forgets what was going to happen.
//! - `POST /scenario` with the text of a scenario file takes all its orders, or none.
//! - `GET /calls` tells how often each operation of the lab's APIs was asked for, and the newest calls with
//!   what they were about; `DELETE /calls` forgets them and starts to count anew.
//! - `GET /status` tells the time, the faults, every health check's verdict as each name server knows
//!   it, when each of them knew of each of its verdicts, and the log of what the checkers saw.
//!
//! What cannot be done is answered with `{"error":"a sentence"}`.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    calls::{Call, CallCount, CallLog},
    fault::{Order, Refused, Scenario, Schedule, State as FaultState, Target, UnknownTarget, Upcoming},
    health::{Board, HealthEvent, Turn},
    route53::NAME_SERVERS,
};
use crate::clock::Clock;

/// What the controls reach.
#[derive(Clone)]
pub(super) struct Admin {
    pub(super) clock: Clock,
    pub(super) board: Arc<Board>,
    pub(super) faults: Arc<Schedule>,
    pub(super) calls: CallLog,
}

/// How a part shall be broken.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultOrder {
    kind: String,
    after_seconds: Option<f64>,
    for_seconds: Option<f64>,
}

#[derive(Serialize)]
struct Faults {
    schema: &'static str,
    targets: BTreeMap<Target, FaultState>,
    upcoming: Vec<Upcoming>,
}

#[derive(Serialize)]
struct Told {
    schema: &'static str,
    /// By `service:Operation`.
    counts: BTreeMap<String, CallCount>,
    /// The newest, the oldest of them first.
    calls: Vec<Call>,
}

#[derive(Serialize)]
struct Status {
    schema: &'static str,
    /// The date in the lab.
    now: Timestamp,
    /// Seconds of the lab since its start.
    seconds: f64,
    speed: f64,
    /// Of every part that can be broken.
    faults: BTreeMap<Target, &'static str>,
    health_checks: BTreeMap<String, CheckStatus>,
    log: Vec<HealthEvent>,
}

#[derive(Serialize)]
struct CheckStatus {
    healthy: bool,
    /// As each name server knows it.
    name_servers: Vec<bool>,
    checkers: Vec<CheckerStatus>,
    /// Its verdicts, the newest last, and when each name server knew of them.
    turns: Vec<Turn>,
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
    pub(super) fn over(clock: &Clock, board: &Arc<Board>, faults: &Arc<Schedule>, calls: &CallLog) -> Self {
        let (board, faults) = (Arc::clone(board), Arc::clone(faults));
        Self { clock: clock.clone(), board, faults, calls: calls.clone() }
    }

    pub(super) fn router(self) -> Router {
        Router::new()
            .route("/faults", get(faults).delete(mend))
            .route("/faults/{target}", put(set_fault))
            .route("/scenario", post(scenario))
            .route("/calls", get(calls).delete(forget_calls))
            .route("/status", get(status))
            .fallback(unknown)
            .with_state(self)
    }

    fn faults(&self) -> Response {
        let faults = Faults {
            schema: "s3-failover/lab-faults/v1",
            targets: self.faults.switches().states(),
            upcoming: self.faults.upcoming(),
        };
        json(StatusCode::OK, &faults)
    }

    fn calls(&self) -> Response {
        let (counts, calls) = (self.calls.counts(), self.calls.calls());
        json(StatusCode::OK, &Told { schema: "s3-failover/lab-calls/v1", counts, calls })
    }
}

async fn set_fault(
    State(admin): State<Admin>,
    Path(target): Path<String>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let order: FaultOrder = serde_json::from_slice(&body).map_err(|error| {
        bad(format!("The body is not an order such as {{\"kind\":\"http-503\"}}: {error}."))
    })?;
    let seconds = |seconds: f64| {
        Duration::try_from_secs_f64(seconds).map_err(|error| bad(format!("{seconds} seconds: {error}.")))
    };
    let order = Order {
        target: target.parse().map_err(|error: UnknownTarget| Refusal {
            code: StatusCode::NOT_FOUND,
            sentence: error.to_string(),
        })?,
        kind: order.kind,
        after: order.after_seconds.map_or(Ok(Duration::ZERO), seconds)?,
        lasting: order.for_seconds.map(seconds).transpose()?,
    };
    admin.faults.take(std::slice::from_ref(&order))?;
    Ok(admin.faults())
}

async fn faults(State(admin): State<Admin>) -> Response {
    admin.faults()
}

async fn mend(State(admin): State<Admin>) -> Response {
    admin.faults.clear();
    admin.faults()
}

async fn scenario(State(admin): State<Admin>, body: String) -> Result<Response, Refusal> {
    let scenario = Scenario::parse(&body).map_err(|error| bad(error.to_string()))?;
    admin.faults.take(&scenario.orders)?;
    Ok(admin.faults())
}

fn bad(sentence: String) -> Refusal {
    Refusal { code: StatusCode::BAD_REQUEST, sentence }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        let code = match refused {
            Refused::Target { .. } => StatusCode::NOT_FOUND,
            Refused::Kind { .. } => StatusCode::BAD_REQUEST,
        };
        Self { code, sentence: refused.to_string() }
    }
}

async fn calls(State(admin): State<Admin>) -> Response {
    admin.calls()
}

async fn forget_calls(State(admin): State<Admin>) -> Response {
    admin.calls.clear();
    admin.calls()
}

async fn status(State(admin): State<Admin>) -> Response {
    let parts = admin.faults.switches().states();
    let mut turns = admin.board.turns(NAME_SERVERS);
    let check = |(id, healthy): (String, bool)| {
        let name_servers = (0..NAME_SERVERS).map(|server| admin.board.healthy(&id, server)).collect();
        let checkers = admin.board.observations(&id).into_iter().map(|seen| CheckerStatus {
            region: seen.region,
            address: seen.ip_address,
            status: seen.status,
            checked_at: seen.checked_at,
        });
        let turns = turns.remove(&id).unwrap_or_default();
        let status = CheckStatus { healthy, name_servers, checkers: checkers.collect(), turns };
        (id, status)
    };
    let status = Status {
        schema: "s3-failover/lab-status/v1",
        now: admin.clock.now(),
        seconds: admin.clock.elapsed().as_secs_f64(),
        speed: admin.clock.speed(),
        faults: parts.into_iter().map(|(target, state)| (target, state.kind)).collect(),
        health_checks: admin.board.verdicts().into_iter().map(check).collect(),
        log: admin.board.log(),
    };
    json(StatusCode::OK, &status)
}

async fn unknown() -> Refusal {
    let sentence =
        "The lab's controls are GET /status, GET and DELETE /faults, PUT /faults/TARGET, POST /scenario, and GET and DELETE /calls."
            .to_owned();
    Refusal { code: StatusCode::NOT_FOUND, sentence }
}
