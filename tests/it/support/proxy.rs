//! A reverse proxy in front of a lab's Route 53, or another of its services, that writes down each call, and breaks the chosen ones.
//!
//! Clients sign the `Host` that they connect to, which is the proxy's, and the lab checks signatures
//! with the `Host` that it receives: so every header goes on unchanged.

use std::{
    io,
    sync::{Arc, Mutex},
};

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, client::conn::http1, server, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Notify, mpsc},
    task::JoinSet,
};

use super::TestLab;

/// A call, as the proxy received it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    /// The first is 1.
    pub(crate) number: usize,
    pub(crate) method: String,
    /// Without the version segment and the query: `/hostedzone/Z-LAB-1/rrset`.
    pub(crate) path: String,
    pub(crate) body: String,
}

/// What becomes of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// It is forwarded, and the answer returned.
    Forward,
    /// It is forwarded and carried out, but instead of the answer the connection is closed.
    LoseAnswer,
    /// It is forwarded and carried out, but never answered. [`Proxy::reached`] tells.
    WithholdAnswer,
    /// It is neither forwarded nor answered. [`Proxy::reached`] tells.
    Swallow,
    /// [`Proxy::reached`] tells, and it is forwarded after [`Proxy::release`].
    Hold,
    /// It is not forwarded, and answered with this status, error code and message.
    Fail(u16, &'static str, &'static str),
    /// It is not forwarded, and answered with this document.
    Answer(String),
}

type Rule = Box<dyn FnMut(&Call) -> Action + Send>;

/// The proxy; dropping it ends it.
pub(crate) struct Proxy {
    url: String,
    state: Arc<Shared>,
    reached: mpsc::UnboundedReceiver<Call>,
    _tasks: JoinSet<()>,
}

struct Shared {
    lab: String,
    mend: fn(&str) -> String,
    calls: Mutex<Vec<Call>>,
    rule: Mutex<Rule>,
    reached: mpsc::UnboundedSender<Call>,
    released: Notify,
}

impl Proxy {
    /// A proxy that forwards everything.
    pub(crate) async fn start(lab: &TestLab) -> Self {
        Self::with(lab, |_| Action::Forward).await
    }

    /// A proxy that does with each call what `rule` says.
    pub(crate) async fn with(lab: &TestLab, rule: impl FnMut(&Call) -> Action + Send + 'static) -> Self {
        Self::before(&lab.lab.ready().route53, rule, str::to_owned).await
    }

    /// A proxy before any server; what that answers goes through `mend`.
    pub(crate) async fn before(
        url: &str,
        rule: impl FnMut(&Call) -> Action + Send + 'static,
        mend: fn(&str) -> String,
    ) -> Self {
        let (sender, reached) = mpsc::unbounded_channel();
        let state = Arc::new(Shared {
            lab: url.trim_start_matches("http://").to_owned(),
            mend,
            calls: Mutex::default(),
            rule: Mutex::new(Box::new(rule)),
            reached: sender,
            released: Notify::new(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let mut tasks = JoinSet::new();
        tasks.spawn(serve(listener, Arc::clone(&state)));
        Self { url, state, reached, _tasks: tasks }
    }

    /// For `AWS_ENDPOINT_URL_ROUTE_53`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Every call so far.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.state.calls.lock().expect("no panic").clone()
    }

    /// The calls so far that change something.
    pub(crate) fn mutating(&self) -> Vec<Call> {
        self.calls().into_iter().filter(is_mutating).collect()
    }

    /// Lets the call go that is held.
    pub(crate) fn release(&self) {
        self.state.released.notify_one();
    }

    /// Waits for the next call that is held, or whose answer is withheld, until it is so far.
    pub(crate) async fn reached(&mut self) -> Call {
        self.reached.recv().await.expect("the proxy still runs")
    }
}

/// Whether a call changes anything at Route 53. Only reading tags is a POST as well.
fn is_mutating(call: &Call) -> bool {
    call.method != "GET" && !(call.method == "POST" && call.path == "/tags/healthcheck")
}

async fn serve(listener: TcpListener, state: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.expect("the proxy serves");
        // Tests with paused time need it: nothing may lie about in a buffer while everybody waits.
        stream.set_nodelay(true).expect("a TCP socket");
        let state = Arc::clone(&state);
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            handle(Arc::clone(&state), request.map(Body::new))
        });
        // Clients go away whenever they like, and so does the proxy.
        connections
            .spawn(server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

/// The answer; or none, and the connection is closed.
async fn handle(state: Arc<Shared>, request: Request) -> Result<Response, io::Error> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a body");
    let path = parts.uri.path().trim_start_matches('/');
    let path = path.find('/').map_or("", |slash| &path[slash..]).trim_end_matches('/').to_owned();
    let (call, action) = {
        let mut calls = state.calls.lock().expect("no panic");
        let call = Call {
            number: calls.len() + 1,
            method: parts.method.to_string(),
            path,
            body: String::from_utf8_lossy(&body).into_owned(),
        };
        calls.push(call.clone());
        let action = (state.rule.lock().expect("no panic"))(&call);
        (call, action)
    };
    // Only S3's clients send it.
    let is_s3 = parts.headers.contains_key("x-amz-content-sha256");
    Ok(match action {
        Action::Forward => forward(&state, Request::from_parts(parts, Full::new(body))).await,
        Action::Fail(status, code, message) => refusal(status, code, message, is_s3),
        Action::Answer(document) => ([("content-type", "text/xml")], document).into_response(),
        Action::LoseAnswer => {
            forward(&state, Request::from_parts(parts, Full::new(body))).await;
            return Err(io::Error::other("the answer is lost"));
        }
        Action::WithholdAnswer => {
            forward(&state, Request::from_parts(parts, Full::new(body))).await;
            told_and_silent(&state, call).await
        }
        Action::Hold => {
            // The test may have ended already.
            let _ = state.reached.send(call);
            state.released.notified().await;
            forward(&state, Request::from_parts(parts, Full::new(body))).await
        }
        Action::Swallow => told_and_silent(&state, call).await,
    })
}

async fn told_and_silent(state: &Shared, call: Call) -> Response {
    // The test may have ended already.
    let _ = state.reached.send(call);
    std::future::pending().await
}

async fn forward(state: &Shared, request: Request<Full<bytes::Bytes>>) -> Response {
    let stream = TcpStream::connect(&state.lab).await.expect("the lab listens");
    stream.set_nodelay(true).expect("a TCP socket");
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.expect("a connection");
    let mut tasks = JoinSet::new();
    tasks.spawn(connection);
    let answer = sender.send_request(request).await.expect("the lab answers");
    let (mut parts, body) = answer.into_parts();
    let body = body.collect().await.expect("a whole answer").to_bytes();
    let body = (state.mend)(std::str::from_utf8(&body).expect("XML"));
    parts.headers.remove("content-length");
    Response::from_parts(parts, Body::from(body))
}

fn refusal(status: u16, code: &str, message: &str, is_s3: bool) -> Response {
    let unwrapped = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Error><Code>{code}</Code><Message>{message}</Message><RequestId>proxy</RequestId></Error>"
    );
    let wrapped = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <ErrorResponse xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>{message}</Message></Error><RequestId>proxy</RequestId></ErrorResponse>"
    );
    let document = if is_s3 { unwrapped } else { wrapped };
    (StatusCode::from_u16(status).expect("a status"), [("content-type", "text/xml")], document)
        .into_response()
}
