//! In which words does Route 53 refuse who has not signed?
//!
//! It does not ask for a region: AWS wants us-east-1, which an SDK takes from the endpoint rules, but
//! whoever overrides the endpoint, as everybody does who talks to the lab, overrides the rules too, and
//! signs for the region of the client (seen with the Rust SDK).

use axum::http::request::Parts;

use super::errors::{ApiError, Code};
use crate::lab::signature::{self, AccessKey, SignatureError};

/// The name that requests are signed for (Route 53 model, `aws.auth#sigv4`).
const SERVICE: &str = "route53";

/// Checks the signature of a request.
pub(crate) fn check(key: &AccessKey, parts: &Parts, body: &[u8]) -> Result<(), ApiError> {
    signature::check(key, SERVICE, parts, body).map(drop).map_err(|error| refusal(&error))
}

fn refusal(error: &SignatureError) -> ApiError {
    match error {
        SignatureError::Missing => {
            ApiError::new(Code::MissingAuthenticationToken, "Request is missing Authentication Token")
        }
        SignatureError::UnknownKey => {
            let message = "The security token included in the request is invalid.";
            ApiError::new(Code::InvalidClientTokenId, message)
        }
        SignatureError::OtherService(_) => {
            let message = format!("Credential should be scoped to correct service: '{SERVICE}'.");
            ApiError::new(Code::SignatureDoesNotMatch, message)
        }
        SignatureError::Mismatch => ApiError::new(
            Code::SignatureDoesNotMatch,
            "The request signature we calculated does not match the signature you provided. Check your AWS \
             Secret Access Key and signing method. Consult the service documentation for details.",
        ),
    }
}
