//! What does CloudWatch say when it refuses?
//!
//! An error has two names: that of its shape, and an older one of the query protocol, by which programs
//! have matched on it for years. Every protocol tells both (trait `awsQueryError` of the model; the newer
//! protocols carry the older name in the header `x-amzn-query-error`).

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident $shape:literal $query:literal $status:literal),+ $(,)?) => {
        /// An error code of the API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Code { $($(#[$doc])* $name),+ }

        impl Code {
            /// Name of the shape.
            pub(crate) fn shape(self) -> &'static str {
                match self { $(Code::$name => $shape),+ }
            }

            /// Name in the query protocol.
            pub(crate) fn query(self) -> &'static str {
                match self { $(Code::$name => $query),+ }
            }

            /// The HTTP status.
            pub(crate) fn status(self) -> u16 {
                match self { $(Code::$name => $status),+ }
            }
        }
    };
}

// The first four are of the model, the others common to AWS's services (CloudWatch API reference,
// `CommonErrors`). The shape names and statuses of the common ones under the newer protocols are unverified.
codes! {
    /// A value is out of bounds.
    InvalidParameterValue "InvalidParameterValueException" "InvalidParameterValue" 400,
    /// Two values do not go together.
    InvalidParameterCombination "InvalidParameterCombinationException" "InvalidParameterCombination" 400,
    /// A value is missing.
    MissingParameter "MissingRequiredParameterException" "MissingParameter" 400,
    /// The token of a page is none of the lab's.
    InvalidNextToken "InvalidNextToken" "InvalidNextToken" 400,
    /// The input breaks a constraint of the model.
    Validation "ValidationException" "ValidationError" 400,
    /// The body is not what the protocol wants.
    Serialization "SerializationException" "MalformedInput" 400,
    /// The operation is not there.
    UnknownOperation "UnknownOperationException" "InvalidAction" 400,
    /// Not signed.
    MissingAuthenticationToken "MissingAuthenticationTokenException" "MissingAuthenticationToken" 403,
    /// Signed with a key that the lab does not know.
    InvalidClientTokenId "UnrecognizedClientException" "InvalidClientTokenId" 403,
    /// Signed with a key of the lab, but not with its secret, or not this request.
    SignatureDoesNotMatch "InvalidSignatureException" "SignatureDoesNotMatch" 403,
    /// Signed by a session that is over.
    ExpiredToken "ExpiredTokenException" "ExpiredToken" 403,
    /// Signed by somebody who may not do this.
    AccessDenied "AccessDeniedException" "AccessDenied" 403,
    /// The service is down.
    ServiceUnavailable "ServiceUnavailableException" "ServiceUnavailable" 503,
}

impl Code {
    /// Whose fault it is, in the words of the protocols.
    pub(crate) fn fault(self) -> &'static str {
        if self.status() < 500 { "Sender" } else { "Receiver" }
    }
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", code.query())]
pub(crate) struct ApiError {
    /// Which one.
    pub(crate) code: Code,
    /// What is wrong. AWS's own words where public reports show them, else ours (unverified).
    pub(crate) message: String,
}

impl ApiError {
    /// A refusal with this code and message.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// A parameter that must be there is not.
    pub(crate) fn missing(parameter: &str) -> Self {
        Self::new(Code::MissingParameter, format!("The parameter {parameter} is required."))
    }

    /// A parameter has a value that it may not have.
    pub(crate) fn value(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidParameterValue, message)
    }
}
