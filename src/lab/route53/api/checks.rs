//! Health checks.

use super::super::{
    check_request::type_name,
    checks::Created,
    errors::ApiError,
    store::Store,
    types::{CheckKind, HealthCheck, Observation, Observations},
    wire::{
        checks::{CONFIG, UPDATE, requested, write},
        records::expect_root,
        xml::Writer,
    },
};
use super::{Answered, Request};

/// Checks on one page, when nobody says how many (modelled).
const PAGE: usize = 100;
/// "Amazon Route 53 returns a maximum of 1000 items. If you set `MaxItems` to a value greater than 1000,
/// Route 53 returns only the first 1000 health checks" (Route 53 model, `ListHealthChecksRequest`).
const LARGEST_PAGE: usize = 1_000;

pub(super) fn create(store: &Store, request: &Request<'_>) -> Result<Answered, ApiError> {
    let root = request.xml()?;
    expect_root(&root, "CreateHealthCheckRequest")?;
    let config = root.child("HealthCheckConfig").ok_or_else(|| root.incomplete("HealthCheckConfig"))?;
    root.only(&["CallerReference", "HealthCheckConfig"])?;
    config.only(&CONFIG)?;
    let mut requested = requested(config)?;
    config.required("Type")?.clone_into(&mut requested.kind);
    let created = store.state().checks.create(root.required("CallerReference")?, &requested)?;
    let check = match created {
        Created::New(check) => {
            store.health_checks_changed();
            check
        }
        Created::Existing(check) => check,
    };
    let body = Writer::document("CreateHealthCheckResponse", |out| write(out, &check));
    Ok(Answered { body, location: Some(format!("/2013-04-01/healthcheck/{}", check.id)) })
}

pub(super) fn get(store: &Store, id: &str) -> Result<String, ApiError> {
    let state = store.state();
    let check = state.checks.get(id)?;
    Ok(Writer::document("GetHealthCheckResponse", |out| write(out, check)))
}

pub(super) fn list(store: &Store, request: &Request<'_>) -> Result<String, ApiError> {
    let max = request.max_items(PAGE, LARGEST_PAGE)?;
    let marker = request.query("marker").unwrap_or_default();
    let state = store.state();
    let mut checks = state.checks.all().filter(|check| check.id.as_str() >= marker);
    let page: Vec<&HealthCheck> = checks.by_ref().take(max).collect();
    let next = checks.next().map(|check| &check.id);
    Ok(Writer::document("ListHealthChecksResponse", |out| {
        out.element("HealthChecks", |out| {
            for check in &page {
                write(out, check);
            }
        });
        out.leaf("Marker", marker);
        out.leaf("IsTruncated", next.is_some());
        out.optional("NextMarker", next);
        out.leaf("MaxItems", max);
    }))
}

pub(super) fn count(store: &Store) -> String {
    let count = store.state().checks.all().count();
    Writer::document("GetHealthCheckCountResponse", |out| out.leaf("HealthCheckCount", count))
}

pub(super) fn update(store: &Store, id: &str, request: &Request<'_>) -> Result<String, ApiError> {
    let root = request.xml()?;
    expect_root(&root, "UpdateHealthCheckRequest")?;
    root.only(&UPDATE)?;
    let version = root.number("HealthCheckVersion")?;
    let reset = root.texts("ResetElements", "ResettableElementName").unwrap_or_default();
    let check = store.state().checks.update(id, version, requested(&root)?, &reset)?;
    store.health_checks_changed();
    Ok(Writer::document("UpdateHealthCheckResponse", |out| write(out, &check)))
}

pub(super) fn delete(store: &Store, id: &str) -> Result<String, ApiError> {
    store.state().checks.delete(id)?;
    store.health_checks_changed();
    Ok(Writer::document("DeleteHealthCheckResponse", |_| {}))
}

pub(super) fn status(store: &Store, board: &dyn Observations, id: &str) -> Result<String, ApiError> {
    let seen = observed(store, board, id)?;
    let lines = seen.iter().map(|o| (o, o.status.as_str(), o.checked_at)).collect::<Vec<_>>();
    Ok(write_observations("GetHealthCheckStatusResponse", &lines))
}

pub(super) fn last_failure_reason(
    store: &Store,
    board: &dyn Observations,
    id: &str,
) -> Result<String, ApiError> {
    let seen = observed(store, board, id)?;
    let mut lines = Vec::new();
    for observation in &seen {
        if let Some((reason, at)) = &observation.last_failure {
            lines.push((observation, reason.as_str(), *at));
        }
    }
    Ok(write_observations("GetHealthCheckLastFailureReasonResponse", &lines))
}

/// What the checkers saw. "You can't use `GetHealthCheckStatus` to get the status of a calculated health
/// check" (Route 53 model, `GetHealthCheckStatusRequest`); an alarm has no checkers either.
fn observed(store: &Store, board: &dyn Observations, id: &str) -> Result<Vec<Observation>, ApiError> {
    let kind = store.state().checks.get(id)?.config.kind.clone();
    if !matches!(kind, CheckKind::Endpoint(_)) {
        let kind = type_name(&kind);
        return Err(ApiError::input(format!(
            "Health checks of type {kind} have no observations of checkers."
        )));
    }
    Ok(board.observations(id))
}

fn write_observations(root: &str, lines: &[(&Observation, &str, jiff::Timestamp)]) -> String {
    Writer::document(root, |out| {
        out.element("HealthCheckObservations", |out| {
            for (observation, status, at) in lines {
                out.element("HealthCheckObservation", |out| {
                    out.leaf("Region", &observation.region);
                    out.leaf("IPAddress", &observation.ip_address);
                    out.element("StatusReport", |out| {
                        out.leaf("Status", status);
                        out.leaf("CheckedTime", format!("{at:.3}"));
                    });
                });
            }
        });
    })
}
