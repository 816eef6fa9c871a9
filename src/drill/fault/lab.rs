//! Every other fault: one of the lab's S3 in the primary's region, set through the lab's controls.
//!
//! `PUT /faults/REGION` with `{"kind":"http-503"}`; `GET /faults` tells every part with its fault and those that it
//! knows. Only controls on loopback are spoken to, whoever names them: a journal is read on other machines too.

use std::{collections::BTreeMap, net::IpAddr, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Method, Request, Uri};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::Deserialize;
use serde_json::json;

use super::{FaultError, FaultKind, Undone};
use crate::{causes::in_one_line, clock::Clock, drill::Undo, model::Region};

/// Controls that have not answered by then never will (our choice, in our own seconds).
const LIMIT: Duration = Duration::from_secs(5);
/// No list of faults is longer.
const LONGEST: usize = 1024 * 1024;
/// What every part of a lab calls being whole.
const WHOLE: &str = "none";

/// The controls of a lab could not be used.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// Something else than a lab may be there.
    #[error("`{0}` is no address of a lab's controls on this machine: write it as http://127.0.0.1:PORT")]
    NotLoopback(String),
    /// Nobody answers there.
    #[error("the lab's controls at {admin} cannot be reached: {why}")]
    Unreachable {
        /// Where.
        admin: String,
        /// Why.
        why: String,
    },
    /// They refuse, or are not those of a lab.
    #[error("the lab's controls at {admin} answered {status}: {said}")]
    Refused {
        /// Where.
        admin: String,
        /// The HTTP status.
        status: u16,
        /// The lab's own sentence.
        said: String,
    },
}

#[derive(Deserialize)]
struct Faults {
    targets: BTreeMap<String, State>,
}

#[derive(Clone, Deserialize)]
struct State {
    kind: String,
    kinds: Vec<String>,
}

/// Whether this is the address of a lab's controls that may be spoken to.
pub(crate) fn is_loopback(admin: &str) -> bool {
    let uri = admin.parse::<Uri>().ok().filter(|uri| uri.scheme_str() == Some("http"));
    let host = uri.and_then(|uri| uri.host().map(|host| host.trim_matches(['[', ']']).to_owned()));
    host.and_then(|host| host.parse::<IpAddr>().ok()).is_some_and(|address| address.is_loopback())
}

/// Looks how the region's S3 is broken now, and whether the lab knows the fault.
pub(crate) async fn prepare(admin: Option<&str>, region: &Region, kind: &str) -> Result<Undo, FaultError> {
    let Some(admin) = admin else { return Err(FaultError::NoLab(kind.to_owned())) };
    let state = state(admin, region.as_str()).await?.ok_or_else(|| FaultError::NoRegion(region.clone()))?;
    if kind == WHOLE || !state.kinds.iter().any(|known| known == kind) {
        let on_aws = FaultKind::ON_AWS.map(str::to_owned);
        let others = state.kinds.into_iter().filter(|known| known != WHOLE && !on_aws.contains(known));
        let known = on_aws.iter().cloned().chain(others).collect();
        return Err(FaultError::Unknown { kind: kind.to_owned(), known });
    }
    if state.kind == kind {
        return Err(FaultError::Already(format!("the lab's S3 of {region} is at `{kind}`")));
    }
    let (admin, target) = (admin.to_owned(), region.to_string());
    Ok(Undo::LabFault { admin, target, before: state.kind, set: Some(kind.to_owned()) })
}

/// Sets the fault.
pub(crate) async fn inject(admin: &str, target: &str, kind: &str) -> Result<(), FaultError> {
    Ok(set(admin, target, kind).await?)
}

/// Sets back what was there, if what is there is the fault. A lab that is gone has nothing broken in it.
pub(crate) async fn mend(
    admin: &str,
    target: &str,
    before: &str,
    fault: Option<&str>,
) -> Result<Undone, FaultError> {
    let now = match state(admin, target).await {
        Ok(Some(state)) => state.kind,
        Ok(None) | Err(LabError::Unreachable { .. }) => return Ok(Undone::Gone),
        Err(error) => return Err(error.into()),
    };
    if now == before {
        return Ok(Undone::Already);
    }
    if fault.is_some_and(|fault| fault != now) {
        let what = format!("the fault of {target} in the lab");
        return Err(FaultError::Changed { what, is: format!("`{now}`"), was: format!("`{before}`") });
    }
    set(admin, target, before).await?;
    Ok(Undone::Mended)
}

async fn state(admin: &str, target: &str) -> Result<Option<State>, LabError> {
    let body = send(admin, Method::GET, "/faults", String::new()).await?;
    let refused = |error: serde_json::Error| LabError::Refused {
        admin: admin.to_owned(),
        status: 200,
        said: error.to_string(),
    };
    let faults: Faults = serde_json::from_slice(&body).map_err(refused)?;
    Ok(faults.targets.get(target).cloned())
}

async fn set(admin: &str, target: &str, kind: &str) -> Result<(), LabError> {
    let order = json!({ "kind": kind }).to_string();
    send(admin, Method::PUT, &format!("/faults/{target}"), order).await.map(drop)
}

async fn send(admin: &str, method: Method, path: &str, body: String) -> Result<Bytes, LabError> {
    if !is_loopback(admin) {
        return Err(LabError::NotLoopback(admin.to_owned()));
    }
    let unreachable = |why: String| LabError::Unreachable { admin: admin.to_owned(), why };
    let answer = Clock::system().timeout(LIMIT, exchange(admin, method, path, body)).await;
    let (status, body) = match answer {
        Ok(Ok(answered)) => answered,
        Ok(Err(error)) => return Err(unreachable(in_one_line(&*error))),
        Err(late) => return Err(unreachable(late.to_string())),
    };
    if (200..300).contains(&status) {
        return Ok(body);
    }
    let said = serde_json::from_slice::<serde_json::Value>(&body).ok();
    let said = said.and_then(|said| Some(said.get("error")?.as_str()?.to_owned()));
    let said = said.unwrap_or_else(|| String::from_utf8_lossy(&body).into_owned());
    Err(LabError::Refused { admin: admin.to_owned(), status, said })
}

async fn exchange(
    admin: &str,
    method: Method,
    path: &str,
    body: String,
) -> Result<(u16, Bytes), Box<dyn std::error::Error + Send + Sync>> {
    let client: Client<HttpConnector, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let request = Request::builder()
        .method(method)
        .uri(format!("{}{path}", admin.trim_end_matches('/')))
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(body)))?;
    let answer = client.request(request).await?;
    let status = answer.status().as_u16();
    Ok((status, Limited::new(answer.into_body(), LONGEST).collect().await?.to_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_controls_on_this_machine_are_spoken_to() {
        for admin in ["http://127.0.0.1:4000", "http://[::1]:4000/", "http://127.0.3.1:1"] {
            assert!(is_loopback(admin), "{admin}");
        }
        for admin in ["https://127.0.0.1", "http://10.0.0.1:1", "http://127.0.0.1.example.com", "", "x"] {
            assert!(!is_loopback(admin), "{admin}");
        }
    }

    #[tokio::test]
    async fn a_lab_that_is_gone_has_nothing_to_mend() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let admin = format!("http://{}", listener.local_addr().expect("an address"));
        drop(listener);
        let mended = mend(&admin, "us-east-1", "none", Some("refuse")).await;
        assert_eq!(mended.expect("nothing to do"), Undone::Gone);
        let refused = mend("http://192.0.2.1:1", "us-east-1", "none", None).await;
        assert!(matches!(refused, Err(FaultError::Lab(LabError::NotLoopback(_)))), "{refused:?}");
    }
}
