//! How is one origin asked?
//!
//! 1. Connect to the region's own address, within the connection timeout.
//! 2. Send the request, signed where the origin wants it, and have the beginning of the answer within the
//!    response timeout, and each further piece within the same time again.
//! 3. What failed is tried again as often as the origin's connection attempts allow and
//!    [`Failure::may_be_tried_again`] says.
//!
//! Each attempt has a connection of its own (modelled; AWS keeps connections to origins open), driven by
//! hand, because the limits hold for its single phases.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, Empty, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    HeaderMap, Method, Request, Response, StatusCode,
    body::{Body as _, Frame, Incoming},
    client::conn::http1,
    header,
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, task::JoinSet};

use super::{
    config::{Origin, OriginAccess},
    failover::Failure,
    sign,
    visits::Attempt,
};
use crate::{clock::Clock, model::Fqdn};

/// Longer bodies are passed on as they come, and not kept.
pub(super) const KEPT_BYTES: u64 = 8 * 1024 * 1024;

/// A body on its way to a viewer or to an origin.
pub(super) type Body = UnsyncBoxBody<Bytes, BodyError>;

/// A body ends early, and its connection with it.
#[derive(Debug, thiserror::Error)]
pub(super) enum BodyError {
    /// What comes is no body, or its connection ended.
    #[error("the body ended early")]
    Http(#[from] hyper::Error),
    /// Nothing came within the response timeout.
    #[error("the body stopped")]
    Stopped,
}

/// A body of which nothing is left to come.
pub(super) fn whole(bytes: Bytes) -> Body {
    http_body_util::Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}

/// Where origins are.
pub(crate) trait OriginHosts: Send + Sync + 'static {
    /// The address that serves a host; nothing for a host that has none.
    fn address(&self, host: &Fqdn) -> Option<SocketAddr>;
}

/// What an origin shall be asked.
pub(super) struct Order {
    pub(super) method: Method,
    /// Path and query string as the origin gets them.
    pub(super) target: String,
    pub(super) headers: HeaderMap,
    /// For methods that write; it can be sent once.
    pub(super) body: Option<Body>,
}

/// What an origin answered.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: AnswerBody,
}

/// The body of an answer.
pub(super) enum AnswerBody {
    /// All of it is there.
    Whole(Bytes),
    /// It comes, and is too long to be kept.
    Coming(Body),
}

/// Asks origins.
pub(super) struct Fetcher {
    pub(super) clock: Clock,
    pub(super) hosts: Arc<dyn OriginHosts>,
}

impl Fetcher {
    /// Asks an origin by the numbered steps above, and adds what was tried to `attempts`.
    pub(super) async fn fetch(
        &self,
        origin: &Origin,
        order: &mut Order,
        attempts: &mut Vec<Attempt>,
    ) -> Result<Answer, Failure> {
        let mut tries = origin.attempts.get();
        loop {
            let begun = self.clock.elapsed();
            let result = self.attempt(origin, order).await;
            attempts.push(Attempt {
                origin: origin.id.clone(),
                result: match &result {
                    Ok(answer) => format!("status {}", answer.status.as_u16()),
                    Err(failure) => failure.to_string(),
                },
                seconds: self.clock.elapsed().saturating_sub(begun).as_secs_f64(),
            });
            tries -= 1;
            match result {
                Err(failure) if tries > 0 && failure.may_be_tried_again(&order.method) => {}
                result => return result,
            }
        }
    }

    async fn attempt(&self, origin: &Origin, order: &mut Order) -> Result<Answer, Failure> {
        let address = self.hosts.address(&origin.domain()).ok_or(Failure::NoAddress)?;
        let stream = self.connect(address, origin.connection_timeout.get()).await?;
        let (mut sender, driver) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|_| Failure::Closed)?;
        // The connection's own task ends with the answer's body, because the set aborts what it holds.
        let mut connection = JoinSet::new();
        connection.spawn(driver);
        let request = self.request(origin, order).ok_or(Failure::Closed)?;
        let limit = origin.response_timeout.get();
        let response = self.clock.timeout(limit, sender.send_request(request)).await;
        let response = response.map_err(|_| Failure::ResponseTimeout)?.map_err(|_| Failure::Closed)?;
        self.answer(response, limit, connection).await
    }

    async fn connect(&self, address: SocketAddr, limit: Duration) -> Result<TcpStream, Failure> {
        let stream = self.clock.timeout(limit, TcpStream::connect(address)).await;
        let stream = stream.map_err(|_| Failure::ConnectionTimeout)?.map_err(|_| Failure::Refused)?;
        stream.set_nodelay(true).map_err(|_| Failure::Closed)?;
        Ok(stream)
    }

    fn request(&self, origin: &Origin, order: &mut Order) -> Option<Request<Body>> {
        let mut headers = order.headers.clone();
        headers.insert(header::HOST, origin.domain().as_str().parse().ok()?);
        if origin.access == OriginAccess::Signed {
            sign::sign_request(&self.clock, origin, &order.method, &order.target, &mut headers)?;
        }
        let nothing = || Empty::new().map_err(|never| match never {}).boxed_unsync();
        let mut request = Request::new(order.body.take().unwrap_or_else(nothing));
        *request.method_mut() = order.method.clone();
        *request.uri_mut() = order.target.parse().ok()?;
        *request.headers_mut() = headers;
        Some(request)
    }

    async fn answer(
        &self,
        response: Response<Incoming>,
        limit: Duration,
        connection: JoinSet<hyper::Result<()>>,
    ) -> Result<Answer, Failure> {
        let (parts, mut body) = response.into_parts();
        let mut pieces = BytesMut::new();
        let body = if body.size_hint().exact().is_some_and(|length| length <= KEPT_BYTES) {
            loop {
                match self.clock.timeout(limit, body.frame()).await {
                    Err(_) => return Err(Failure::ResponseTimeout),
                    Ok(None) => break AnswerBody::Whole(pieces.freeze()),
                    Ok(Some(Err(_))) => return Err(Failure::Closed),
                    Ok(Some(Ok(frame))) => {
                        pieces.extend_from_slice(frame.data_ref().unwrap_or(&Bytes::new()));
                    }
                }
            }
        } else {
            AnswerBody::Coming(coming(body, limit, self.clock.clone(), connection))
        };
        Ok(Answer { status: parts.status, headers: parts.headers, body })
    }
}

/// The rest of a body, each piece within the limit, and the connection for as long as it lasts.
fn coming(body: Incoming, limit: Duration, clock: Clock, connection: JoinSet<hyper::Result<()>>) -> Body {
    let pieces = futures_util::stream::unfold(Some((body, connection)), move |state| {
        let clock = clock.clone();
        async move {
            let (mut body, connection) = state?;
            match clock.timeout(limit, body.frame()).await {
                Ok(None) => None,
                Ok(Some(Ok(frame))) => Some((Ok(frame), Some((body, connection)))),
                Ok(Some(Err(error))) => Some((Err(BodyError::Http(error)), None)),
                Err(_) => Some((Err::<Frame<Bytes>, _>(BodyError::Stopped), None)),
            }
        }
    });
    StreamBody::new(pieces).boxed_unsync()
}
