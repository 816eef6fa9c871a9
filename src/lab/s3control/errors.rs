//! What does S3 Control say when it refuses?
//!
//! A code with its HTTP status and a sentence, in `<ErrorResponse><Error>…`, which is how this service
//! wraps errors (S3 Control model, `restXml` without `noErrorWrapping`): the Rust SDK reads no other.

use hyper::StatusCode;

use crate::lab::mrap::{Refusal, RouteError, SignatureError};

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub(super) struct ApiError {
    /// The HTTP status.
    pub(super) status: StatusCode,
    /// For programs.
    pub(super) code: &'static str,
    /// For people.
    pub(super) message: String,
}

impl ApiError {
    /// A refusal with this status, code and sentence.
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// `InvalidRequest`, the commonest.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "InvalidRequest", message)
    }

    /// A body that is not what the operation wants (S3 API reference, `ErrorResponses`, `MalformedXML`).
    pub(super) fn malformed() -> Self {
        let message =
            "The XML you provided was not well-formed or did not validate against our published schema";
        Self::new(StatusCode::BAD_REQUEST, "MalformedXML", message)
    }

    /// An operation that lives in other regions. The sentence is S3's for us-west-2, from a report
    /// (github.com/gruntwork-io/cloud-nuke/issues/667); that it reads alike with five regions is
    /// unverified.
    pub(super) fn elsewhere(regions: &[&str]) -> Self {
        let message = format!(
            "This API operation is only available in the following Regions: {}. Make sure to send all future \
             requests to a supported Region.",
            regions.join(", ")
        );
        Self::new(StatusCode::MOVED_PERMANENTLY, "PermanentRedirect", message)
    }
}

/// The codes `NoSuchMultiRegionAccessPoint` and `NoSuchAsyncRequest` are those that the AWS provider of
/// Terraform waits for; 400, 405 and 409 of routes are in the S3 User Guide, `mrap-failover-errors`, by
/// status, and their codes are those of S3 for the same status, unverified. So are the others.
impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let (status, code) = match &refusal {
            Refusal::NoSuchPoint(_) => (StatusCode::NOT_FOUND, "NoSuchMultiRegionAccessPoint"),
            Refusal::NoSuchRequest(_) => (StatusCode::NOT_FOUND, "NoSuchAsyncRequest"),
            Refusal::Busy(_) | Refusal::Routes(RouteError::InProgress) => {
                (StatusCode::CONFLICT, "OperationAborted")
            }
            Refusal::Routes(RouteError::OneRegion) => (StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed"),
            Refusal::TokenReused => (StatusCode::BAD_REQUEST, "IdempotencyException"),
            Refusal::TooMany => (StatusCode::BAD_REQUEST, "TooManyMultiRegionAccessPoints"),
            Refusal::Policy(_) => (StatusCode::BAD_REQUEST, "MalformedPolicy"),
            Refusal::Regions(_) | Refusal::NoArn(_) | Refusal::Routes(_) => {
                (StatusCode::BAD_REQUEST, "InvalidRequest")
            }
        };
        Self::new(status, code, refusal.to_string())
    }
}

/// S3 API reference, `ErrorResponses`.
impl From<SignatureError> for ApiError {
    fn from(error: SignatureError) -> Self {
        let code = match error {
            SignatureError::UnknownKey => "InvalidAccessKeyId",
            SignatureError::Expired => "AccessDenied",
            SignatureError::Mismatch => "SignatureDoesNotMatch",
            SignatureError::InvalidToken => "InvalidToken",
            SignatureError::ExpiredToken => "ExpiredToken",
        };
        let status = match error {
            SignatureError::InvalidToken | SignatureError::ExpiredToken => StatusCode::BAD_REQUEST,
            _ => StatusCode::FORBIDDEN,
        };
        Self::new(status, code, error.to_string())
    }
}
