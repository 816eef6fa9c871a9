//! One request to a collector.
//!
//! Its name is resolved as the system does, and not by the resolvers that are watched: how a program tells of itself
//! must not depend on what it tells of. A pool keeps the connection, and a packed body is packed anew each time.

use std::{io::Write as _, time::Duration};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Method, Request, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, USER_AGENT},
};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceResponse;
use prost::Message;

use super::settings::Settings;
use crate::{
    causes::causes,
    clock::Clock,
    probe::{TrustError, trusted, trusting},
};

/// An answer is a few words.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Somebody who takes metrics.
#[derive(Debug)]
pub(super) struct Collector {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    pub(super) settings: Settings,
}

/// Why metrics have not arrived.
#[derive(Debug, thiserror::Error)]
pub(super) enum PushError {
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    #[error("it broke off, or did not speak HTTP: {0}")]
    Broken(String),
    #[error("it answered {status}{}", if said.is_empty() { String::new() } else { format!(": {said}") })]
    Refused { status: StatusCode, said: String },
    #[error("it did not answer within {} s", limit.as_secs_f64())]
    TimedOut { limit: Duration },
}

/// "The response body for all HTTP 4xx and HTTP 5xx responses MUST be a Protobuf-encoded Status message that describes
/// the problem" (OTLP specification, "Failures"): `google.rpc.Status`, of which people want the message.
#[derive(Clone, PartialEq, Message)]
struct Status {
    #[prost(string, tag = "2")]
    message: String,
}

impl Collector {
    pub(super) fn new(settings: Settings) -> Result<Self, TrustError> {
        let tls = match &settings.authorities {
            Some(file) => trusting(file)?,
            None => trusted(),
        };
        let connector = HttpsConnectorBuilder::new().with_tls_config((*tls).clone());
        let connector = connector.https_or_http().enable_http1().build();
        Ok(Self { client: Client::builder(TokioExecutor::new()).build(connector), settings })
    }

    /// Gives it metrics; and what it says when it has taken some of them only.
    pub(super) async fn push(&self, clock: &Clock, metrics: Vec<u8>) -> Result<Option<String>, PushError> {
        let limit = self.settings.timeout;
        clock.timeout(limit, self.post(metrics)).await.map_err(|_| PushError::TimedOut { limit })?
    }

    async fn post(&self, metrics: Vec<u8>) -> Result<Option<String>, PushError> {
        let answer = self.client.request(self.request(metrics)).await.map_err(|error| {
            let said = last_cause(&error);
            if error.is_connect() { PushError::Unreachable(said) } else { PushError::Broken(said) }
        })?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), LONGEST_ANSWER).collect().await;
        let body = body.map_err(|error| PushError::Broken(last_cause(&*error)))?.to_bytes();
        if status != StatusCode::OK {
            let said = Status::decode(body).map(|status| one_line(&status.message)).unwrap_or_default();
            return Err(PushError::Refused { status, said });
        }
        // Whoever answers 200 with something else has taken them all the same.
        let partial =
            ExportMetricsServiceResponse::decode(body).ok().and_then(|answer| answer.partial_success);
        let said = |number: i64, message: &str| match (number, one_line(message)) {
            (0, message) if message.is_empty() => None,
            (0, message) => Some(format!("it took all and warns: {message}")),
            (number, message) => Some(format!("it did not take {number} of the numbers: {message}")),
        };
        Ok(partial.and_then(|partial| said(partial.rejected_data_points, &partial.error_message)))
    }

    fn request(&self, metrics: Vec<u8>) -> Request<Full<Bytes>> {
        let mut body = metrics;
        let mut is_packed = false;
        if self.settings.is_packed {
            let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
            if let Ok(packed) = packer.write_all(&body).and_then(|()| packer.finish()) {
                (body, is_packed) = (packed, true);
            }
        }
        let mut request = Request::new(Full::new(Bytes::from(body)));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.settings.endpoint.clone();
        let headers = request.headers_mut();
        let agent = concat!("s3-failover/", env!("CARGO_PKG_VERSION"));
        headers.insert(USER_AGENT, HeaderValue::from_static(agent));
        headers.extend(self.settings.headers.clone());
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"));
        if is_packed {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        request
    }
}

/// What lies at the bottom of an error: the libraries' own words above it say less.
fn last_cause(error: &(dyn std::error::Error + 'static)) -> String {
    causes(error).last().map_or_else(String::new, ToString::to_string)
}

/// A stranger's words, for a terminal.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect::<String>().trim().to_owned()
}
