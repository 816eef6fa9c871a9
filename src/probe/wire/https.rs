//! Questions over HTTPS (RFC 8484): a `POST` each, over one connection of HTTP/2, or of HTTP/1.1 with a server
//! that speaks nothing newer.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    client::conn::{http1, http2},
    header::{ACCEPT, AGE, CONTENT_TYPE, HOST, USER_AGENT},
    rt::Executor,
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, task::JoinSet};
use tokio_rustls::client::TlsStream;

use super::packet::Packed;
use crate::causes::in_one_line;

/// The type of a message over HTTP (RFC 8484, section 6).
const MESSAGE: &str = "application/dns-message";
/// "The maximum size of the DNS message is 65535 bytes" (RFC 8484, section 6).
const LONGEST: usize = 65_535;
/// What is shown of a type that a server gives for its answer.
const SHOWN: usize = 60;

/// Why a request brought no message.
#[derive(Debug)]
pub(super) enum HttpFault {
    /// The connection broke, or the server closed it.
    Broken(String),
    /// The server answered, and not as a resolver does; what it did, as the end of a sentence.
    Answered(String),
}

/// The tasks of a connection, which end with it. They may begin others, and must not keep themselves alive.
type Tasks = Arc<Mutex<JoinSet<()>>>;

#[derive(Clone, Debug)]
struct Owned(Weak<Mutex<JoinSet<()>>>);

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Owned {
    fn execute(&self, task: F) {
        if let Some(tasks) = self.0.upgrade() {
            let mut tasks = tasks.lock().unwrap_or_else(PoisonError::into_inner);
            // Of those that have ended nobody asks for the result.
            while tasks.try_join_next().is_some() {}
            tasks.spawn(task);
        }
    }
}

#[derive(Debug)]
enum Sender {
    Two(http2::SendRequest<Full<Bytes>>),
    // One request after the other.
    One(tokio::sync::Mutex<http1::SendRequest<Full<Bytes>>>),
}

/// An open connection.
#[derive(Debug)]
pub(super) struct HttpsChannel {
    sender: Sender,
    authority: String,
    path: String,
    _tasks: Tasks,
}

impl HttpsChannel {
    /// Speaks what the handshake has chosen.
    pub(super) async fn open(
        stream: TlsStream<TcpStream>,
        authority: String,
        path: String,
    ) -> Result<Self, HttpFault> {
        let tasks = Tasks::default();
        let owned = Owned(Arc::downgrade(&tasks));
        let two = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        let io = TokioIo::new(stream);
        let sender = if two {
            let (sender, connection) = http2::handshake(owned.clone(), io).await.map_err(|e| broken(&e))?;
            owned.execute(async move { drop(connection.await) });
            Sender::Two(sender)
        } else {
            let (sender, connection) = http1::handshake(io).await.map_err(|e| broken(&e))?;
            owned.execute(async move { drop(connection.await) });
            Sender::One(tokio::sync::Mutex::new(sender))
        };
        Ok(Self { sender, authority, path, _tasks: tasks })
    }

    /// Whether no question can be asked any more.
    pub(super) fn is_closed(&self) -> bool {
        match &self.sender {
            Sender::Two(sender) => sender.is_closed(),
            // One that is being used is not.
            Sender::One(sender) => sender.try_lock().is_ok_and(|sender| sender.is_closed()),
        }
    }

    /// Asks; the message that comes back, and for how many seconds caches on the way have kept it.
    pub(super) async fn exchange(&self, packed: &Packed) -> Result<(Bytes, u32), HttpFault> {
        match &self.sender {
            Sender::Two(sender) => {
                let mut sender = sender.clone();
                sender.ready().await.map_err(|e| broken(&e))?;
                let uri = format!("https://{}{}", self.authority, self.path);
                let request = request(&uri, packed, None)?;
                message(sender.send_request(request).await.map_err(|e| broken(&e))?).await
            }
            Sender::One(sender) => {
                let mut sender = sender.lock().await;
                sender.ready().await.map_err(|e| broken(&e))?;
                let request = request(&self.path, packed, Some(&self.authority))?;
                // The lock is held to the end of the body: the next request waits for it anyhow.
                message(sender.send_request(request).await.map_err(|e| broken(&e))?).await
            }
        }
    }
}

fn broken(error: &hyper::Error) -> HttpFault {
    HttpFault::Broken(in_one_line(error))
}

fn request(uri: &str, packed: &Packed, host: Option<&str>) -> Result<Request<Full<Bytes>>, HttpFault> {
    let request = Request::builder()
        .method(Method::POST)
        .uri(uri)
        .header(ACCEPT, MESSAGE)
        .header(CONTENT_TYPE, MESSAGE)
        .header(USER_AGENT, concat!("s3-failover/", env!("CARGO_PKG_VERSION")));
    let request = host.into_iter().fold(request, |request, host| request.header(HOST, host));
    let body = Full::new(Bytes::copy_from_slice(packed.bytes()));
    request
        .body(body)
        .map_err(|e| HttpFault::Answered(format!("cannot be asked at {uri}, which is no URL: {e}")))
}

async fn message(answer: Response<Incoming>) -> Result<(Bytes, u32), HttpFault> {
    let status = answer.status();
    // Redirections are not followed: where they lead, another server would be asked than the one that was named.
    if !status.is_success() {
        return Err(HttpFault::Answered(format!("answered {}", told(status))));
    }
    let kind =
        answer.headers().get(CONTENT_TYPE).map(|kind| String::from_utf8_lossy(kind.as_bytes()).into_owned());
    let kind = kind.unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case(MESSAGE) {
        let shown: String = essence.chars().filter(|c| !c.is_control()).take(SHOWN).collect();
        let shown = if shown.is_empty() { "something without a type".to_owned() } else { shown };
        return Err(HttpFault::Answered(format!(
            "answered {} with {shown}, and not with {MESSAGE}",
            told(status)
        )));
    }
    // "The DoH client MUST account for the Age of a response when calculating the DNS TTL" (RFC 8484, 5.1).
    let age = answer.headers().get(AGE).and_then(|age| age.to_str().ok()?.trim().parse().ok()).unwrap_or(0);
    let body = Limited::new(answer.into_body(), LONGEST).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() {
            return HttpFault::Answered(format!("sent more than {LONGEST} bytes, which no DNS message has"));
        }
        HttpFault::Broken(in_one_line(error.as_ref()))
    })?;
    Ok((body.to_bytes(), age))
}

fn told(status: StatusCode) -> String {
    status
        .canonical_reason()
        .map_or_else(|| status.as_str().to_owned(), |why| format!("{} {why}", status.as_str()))
}
