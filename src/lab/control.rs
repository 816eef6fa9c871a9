//! Talks to the controls of a lab that runs in another process.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, Uri, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, task::JoinSet};

use super::{Fault, Ready};
use crate::model::Region;

/// Why the controls of a lab could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The ready file's address cannot be used.
    #[error("`{0}` is no address of a lab's controls")]
    Address(String),
    /// Nobody listens there.
    #[error("could not connect to {0}")]
    Connect(String, #[source] std::io::Error),
    /// The connection broke.
    #[error("the lab broke off")]
    Http(#[source] hyper::Error),
    /// The lab refused.
    #[error("the lab refused it: {0}")]
    Refused(String),
    /// The answer is no JSON.
    #[error("the lab's answer is no JSON")]
    NotJson(#[source] serde_json::Error),
}

/// Sets the fault of a region's S3.
pub async fn set_fault(ready: &Ready, region: &Region, fault: Fault) -> Result<(), ControlError> {
    let body = serde_json::json!({ "kind": fault.to_string() }).to_string();
    send(ready, Method::PUT, &format!("/faults/{region}"), body).await.map(drop)
}

/// The lab's faults, verdicts and time.
pub async fn status(ready: &Ready) -> Result<serde_json::Value, ControlError> {
    let body = send(ready, Method::GET, "/status", String::new()).await?;
    serde_json::from_slice(&body).map_err(ControlError::NotJson)
}

async fn send(ready: &Ready, method: Method, path: &str, body: String) -> Result<Bytes, ControlError> {
    let wrong = || ControlError::Address(ready.admin.clone());
    let uri: Uri = ready.admin.parse().map_err(|_| wrong())?;
    let authority = uri.authority().ok_or_else(wrong)?.as_str().to_owned();
    let stream =
        TcpStream::connect(&authority).await.map_err(|e| ControlError::Connect(authority.clone(), e))?;
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(ControlError::Http)?;
    let mut tasks = JoinSet::new();
    tasks.spawn(connection);
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", authority)
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(body)))
        .map_err(|_| wrong())?;
    let answer = sender.send_request(request).await.map_err(ControlError::Http)?;
    let ok = answer.status().is_success();
    let body = answer.into_body().collect().await.map_err(ControlError::Http)?.to_bytes();
    if ok { Ok(body) } else { Err(ControlError::Refused(String::from_utf8_lossy(&body).into_owned())) }
}
