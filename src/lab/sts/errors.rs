//! What does STS say when it refuses?

use crate::lab::{principals::TokenError, signature::SignatureError};

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub(super) struct ApiError {
    /// The HTTP status.
    pub(super) status: u16,
    /// For programs.
    pub(super) code: &'static str,
    /// For people.
    pub(super) message: String,
}

impl ApiError {
    /// The caller may not do this.
    pub(super) fn forbidden(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: 403, code, message: message.into() }
    }

    /// The request is not what the model allows.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self { status: 400, code: "ValidationError", message: message.into() }
    }

    /// Nothing is called so (public logs of the query protocol).
    pub(super) fn no_operation(name: &str) -> Self {
        let message = format!("Could not find operation {name} for version 2011-06-15");
        Self { status: 400, code: "InvalidAction", message }
    }
}

/// Common to AWS's services (IAM API reference, `CommonErrors`).
impl From<SignatureError> for ApiError {
    fn from(error: SignatureError) -> Self {
        let code = match error {
            SignatureError::Missing => "MissingAuthenticationToken",
            SignatureError::UnknownKey | SignatureError::Token(TokenError::Invalid) => "InvalidClientTokenId",
            SignatureError::OtherService(_) | SignatureError::Mismatch => "SignatureDoesNotMatch",
            SignatureError::Token(TokenError::Expired) => "ExpiredToken",
        };
        Self::forbidden(code, error.in_words("sts"))
    }
}
