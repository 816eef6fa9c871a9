//! In which language does a client ask, and how is it answered in the same?
//!
//! The model names three (botocore's model of CloudWatch, `protocols`), and each is spoken by a client of
//! today: `smithy-rpc-v2-cbor` by the Rust SDK, `json` by botocore and with it boto3 and the aws command,
//! `query` by whatever is older than 2025. The path and the header `x-amz-target` tell which.

mod cbor;
mod json;
mod query;
mod value;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header::CONTENT_TYPE, request::Parts},
    response::Response,
};
use serde_json::Value as Json;

use super::errors::{ApiError, Code};
pub(super) use value::{Date, Real, Truth, Value, Whole};

/// Before the operation in a path of `smithy-rpc-v2-cbor`.
const CBOR_PATH: &str = "/service/GraniteServiceVersion20100801/operation/";
/// Before the operation in `x-amz-target` (CloudWatch model, `targetPrefix`).
const TARGET: &str = "GraniteServiceVersion20100801.";
/// Before the name of a shape in an error's `__type` (unverified; clients cut it off).
const SHAPES: &str = "com.amazonaws.cloudwatch.v2010_08_01#";

/// One of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Cbor,
    Json,
    Query,
}

/// A question: the name of an operation and its input.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) operation: String,
    pub(super) input: Json,
}

impl Protocol {
    /// The one that a request is in. What is neither of the newer two is taken for the oldest.
    pub(super) fn of(parts: &Parts) -> Self {
        if parts.uri.path().starts_with("/service/") {
            Self::Cbor
        } else if header(&parts.headers, "x-amz-target").is_some() {
            Self::Json
        } else {
            Self::Query
        }
    }

    /// Reads a request.
    pub(super) fn read(self, parts: &Parts, body: &[u8]) -> Result<Question, ApiError> {
        let malformed = |what: &str| ApiError::new(Code::Serialization, format!("The body is no {what}."));
        let unknown = || ApiError::new(Code::UnknownOperation, "The request names no operation.");
        match self {
            Self::Cbor => {
                let operation = parts.uri.path().strip_prefix(CBOR_PATH).ok_or_else(unknown)?.to_owned();
                let input = cbor::read(body).ok_or_else(|| malformed("CBOR document"))?;
                Ok(Question { operation, input })
            }
            Self::Json => {
                let target = header(&parts.headers, "x-amz-target").unwrap_or_default();
                let operation = target.strip_prefix(TARGET).ok_or_else(unknown)?.to_owned();
                let input = json::read(body).ok_or_else(|| malformed("JSON document"))?;
                Ok(Question { operation, input })
            }
            Self::Query => {
                let form = match parts.method {
                    Method::GET => parts.uri.query().unwrap_or_default().as_bytes(),
                    _ => body,
                };
                let (operation, input) = query::read(form).ok_or_else(unknown)?;
                Ok(Question { operation, input })
            }
        }
    }

    /// Writes an answer, or a refusal. An operation without output answers nothing.
    pub(super) fn write(
        self,
        operation: &str,
        id: &str,
        answer: &Result<Option<Value>, ApiError>,
    ) -> Response {
        let body = match answer {
            Ok(answer) => match self {
                Self::Query => query::write(operation, answer.as_ref(), id),
                Self::Cbor => cbor::write(answer.as_ref().unwrap_or(&Value::Structure(Vec::new()))),
                Self::Json => json::write(answer.as_ref().unwrap_or(&Value::Structure(Vec::new()))),
            },
            Err(error) => self.refusal(id, error),
        };
        let mut response = Response::new(Body::from(body));
        let headers = response.headers_mut();
        self.mark(headers, id);
        if let Err(ApiError { code, .. }) = answer {
            if self != Self::Query {
                let query = format!("{};{}", code.query(), code.fault());
                put(headers, "x-amzn-query-error", &query);
            }
            let status = match (self, code) {
                // Smithy specification, `smithy-rpc-v2`: what names no operation is 404.
                (Self::Cbor, Code::UnknownOperation) => StatusCode::NOT_FOUND,
                _ => StatusCode::from_u16(code.status()).unwrap_or(StatusCode::BAD_REQUEST),
            };
            *response.status_mut() = status;
        }
        response
    }

    fn refusal(self, id: &str, ApiError { code, message }: &ApiError) -> Vec<u8> {
        let document = || {
            Value::Structure(vec![
                ("__type", Value::text(format!("{SHAPES}{}", code.shape()))),
                ("message", Value::text(message)),
            ])
        };
        match self {
            Self::Cbor => cbor::write(&document()),
            Self::Json => json::write(&document()),
            Self::Query => query::refusal(code.fault(), code.query(), message, id),
        }
    }

    /// The headers that each answer has.
    fn mark(self, headers: &mut HeaderMap, id: &str) {
        let kind = match self {
            Self::Cbor => "application/cbor",
            Self::Json => "application/x-amz-json-1.0",
            Self::Query => "text/xml",
        };
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        put(headers, "x-amzn-requestid", id);
        if self == Self::Cbor {
            put(headers, "smithy-protocol", "rpc-v2-cbor");
        }
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}
