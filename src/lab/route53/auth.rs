//! In which words does Route 53 refuse who has not signed, and who has nothing here?
//!
//! The lab's Route 53 is there for the lab's own account; a principal of another one is refused as AWS refuses
//! one whose policies allow nothing of Route 53.
//!
//! It does not ask for a region: AWS wants us-east-1, which an SDK takes from the endpoint rules, but
//! whoever overrides the endpoint, as everybody does who talks to the lab, overrides the rules too, and
//! signs for the region of the client (seen with the Rust SDK).

use axum::http::request::Parts;

use super::{
    errors::{ApiError, Code},
    operation::Operation,
};
use crate::lab::{
    principals::{AccountId, Keyring, TokenError},
    signature::{self, SignatureError},
};

/// The name that requests are signed for (Route 53 model, `aws.auth#sigv4`).
const SERVICE: &str = "route53";

/// Checks the signature of a request, and whether the caller's account is the one whose zones these are.
pub(crate) fn check(
    keys: &Keyring,
    operation: Option<&Operation>,
    parts: &Parts,
    body: &[u8],
) -> Result<(), ApiError> {
    let signer = signature::check(keys, SERVICE, parts, body).map_err(|error| refusal(&error))?;
    match operation {
        Some(operation) if signer.principal.account != AccountId::LAB => {
            // IAM User Guide, `troubleshoot_access-denied`, for an implicit denial; AWS names a resource too
            // where the operation has one.
            let (arn, action) = (&signer.principal.arn, operation.name());
            Err(ApiError::new(
                Code::AccessDenied,
                format!(
                    "User: {arn} is not authorized to perform: route53:{action} because no identity-based policy \
                     allows the route53:{action} action"
                ),
            ))
        }
        _ => Ok(()),
    }
}

fn refusal(error: &SignatureError) -> ApiError {
    match error {
        SignatureError::Missing => {
            ApiError::new(Code::MissingAuthenticationToken, "Request is missing Authentication Token")
        }
        SignatureError::UnknownKey | SignatureError::Token(TokenError::Invalid) => {
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
        // Common to AWS's services (IAM API reference, `CommonErrors`, `ExpiredTokenException`); the code is
        // the one that SDKs have known longest.
        SignatureError::Token(TokenError::Expired) => {
            ApiError::new(Code::ExpiredToken, "The security token included in the request is expired")
        }
    }
}
