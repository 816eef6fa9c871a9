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
            let action = format!("route53:{}", operation.name());
            Err(ApiError::new(Code::AccessDenied, signer.principal.denial_of(&action)))
        }
        _ => Ok(()),
    }
}

fn refusal(error: &SignatureError) -> ApiError {
    let code = match error {
        SignatureError::Missing => Code::MissingAuthenticationToken,
        SignatureError::UnknownKey | SignatureError::Token(TokenError::Invalid) => Code::InvalidClientTokenId,
        SignatureError::OtherService(_) | SignatureError::Mismatch => Code::SignatureDoesNotMatch,
        // The code is the one that SDKs have known longest (IAM API reference, `CommonErrors`,
        // `ExpiredTokenException`).
        SignatureError::Token(TokenError::Expired) => Code::ExpiredToken,
    };
    ApiError::new(code, error.in_words(SERVICE))
}
