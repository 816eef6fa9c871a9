//! Talks to the controls of a lab that runs in another process.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, Uri, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, task::JoinSet};

use super::{Order, Ready};
use crate::clock::{Clock, Elapsed};

/// A lab that has not answered by then never will: its controls are on loopback and wait for nothing
/// (our choice, in our own seconds).
const LIMIT: Duration = Duration::from_secs(5);

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
    /// Somebody listens there and says nothing.
    #[error("the lab did not answer")]
    Late(#[source] Elapsed),
    /// The lab refused; its own sentence.
    #[error("the lab refused it: {0}")]
    Refused(String),
    /// The answer is no JSON.
    #[error("the lab's answer is no JSON")]
    NotJson(#[source] serde_json::Error),
}

/// Breaks or mends a part of the lab.
pub async fn order(ready: &Ready, order: &Order) -> Result<(), ControlError> {
    let body = serde_json::json!({
        "kind": order.kind,
        "after_seconds": order.after.as_secs_f64(),
        "for_seconds": order.lasting.map(|lasting| lasting.as_secs_f64()),
    });
    send(ready, Method::PUT, &format!("/faults/{}", order.target), body.to_string()).await.map(drop)
}

/// Mends everything, and forgets the orders whose time has not come.
pub async fn mend(ready: &Ready) -> Result<(), ControlError> {
    send(ready, Method::DELETE, "/faults", String::new()).await.map(drop)
}

/// The lab's faults, verdicts and time.
pub async fn status(ready: &Ready) -> Result<serde_json::Value, ControlError> {
    let body = send(ready, Method::GET, "/status", String::new()).await?;
    serde_json::from_slice(&body).map_err(ControlError::NotJson)
}

/// A clock that shows the time of the lab whose controls are at `admin`, and goes as fast.
pub async fn clock(admin: &str) -> Result<Clock, ControlError> {
    #[derive(serde::Deserialize)]
    struct Time {
        now: jiff::Timestamp,
        seconds: f64,
        speed: f64,
    }
    let body = Clock::system().timeout(LIMIT, exchange(admin, Method::GET, "/status", String::new())).await;
    let time: Time =
        serde_json::from_slice(&body.map_err(ControlError::Late)??).map_err(ControlError::NotJson)?;
    let wrong = || ControlError::Refused("its time is no time".to_owned());
    let elapsed = Duration::try_from_secs_f64(time.seconds).map_err(|_| wrong())?;
    let since = jiff::SignedDuration::try_from(elapsed).map_err(|_| wrong())?;
    let epoch = time.now.checked_sub(since).map_err(|_| wrong())?;
    Clock::resumed(time.speed, epoch, elapsed).map_err(|_| wrong())
}

/// How often each operation was asked for, and the newest calls.
pub async fn calls(ready: &Ready) -> Result<serde_json::Value, ControlError> {
    let body = send(ready, Method::GET, "/calls", String::new()).await?;
    serde_json::from_slice(&body).map_err(ControlError::NotJson)
}

/// Forgets the calls so far, and starts to count anew.
pub async fn forget_calls(ready: &Ready) -> Result<(), ControlError> {
    send(ready, Method::DELETE, "/calls", String::new()).await.map(drop)
}

async fn send(ready: &Ready, method: Method, path: &str, body: String) -> Result<Bytes, ControlError> {
    let answer = Clock::system().timeout(LIMIT, exchange(&ready.admin, method, path, body)).await;
    answer.map_err(ControlError::Late)?
}

async fn exchange(admin: &str, method: Method, path: &str, body: String) -> Result<Bytes, ControlError> {
    let wrong = || ControlError::Address(admin.to_owned());
    let uri: Uri = admin.parse().map_err(|_| wrong())?;
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
    if ok { Ok(body) } else { Err(ControlError::Refused(sentence(&body))) }
}

/// The sentence of `{"error":"a sentence"}`; of any other body, the body.
fn sentence(body: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Refusal {
        error: String,
    }
    match serde_json::from_slice::<Refusal>(body) {
        Ok(refusal) => refusal.error,
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn controls_that_say_nothing_are_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let ready = Ready {
            schema: Ready::schema(),
            route53: String::new(),
            cloudwatch: String::new(),
            sts: String::new(),
            roles: Vec::new(),
            s3control: None,
            s3control_regions: BTreeMap::new(),
            s3: BTreeMap::new(),
            s3_endpoint: String::new(),
            mrap: None,
            https_proxy: None,
            ca_bundle: None,
            cloudfront: None,
            cloudfront_domain: None,
            nameservers: Vec::new(),
            resolver: address,
            resolvers: BTreeMap::new(),
            admin: format!("http://{address}"),
            speed: 1.0,
        };
        let error = status(&ready).await.expect_err("nobody answers");
        assert!(matches!(error, ControlError::Late(Elapsed { limit: LIMIT })), "{error:?}");
    }

    #[test]
    fn a_refusal_is_told_by_its_sentence() {
        assert_eq!(sentence(br#"{"error":"The lab has no region \"x\"."}"#), "The lab has no region \"x\".");
        assert_eq!(sentence(b"Bad Gateway"), "Bad Gateway");
    }
}
